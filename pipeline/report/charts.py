"""Small charts as SVG: no scripts, no network, no fonts of their own, to be told apart in grey; from numbers to markup."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report.sheets import readable

WIDTH, HEIGHT = 720, 220
INK, SOFT, FAINT, MAIN, OTHER = "#1d2733", "#66727f", "#dfe4ea", "#1f6feb", "#f3d9a8"
STROKES = (
    (MAIN, "none"), ("#b26a00", "7 3"), ("#2e7d32", "2 3"), ("#8a3ffc", "10 3 2 3"), ("#c62828", "4 2"), (INK, "1 4"),
)  # fmt: skip
"""Colour and dashes of each line, so that they differ in grey too."""

MOST_LABELS = 8
MOST_DOTS = 62
"""Two months of days; of more points only those without neighbours get a dot."""
FONT, ROW, WIDEST_LABEL = 12, 24, 210

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Plot:
    """The area of the marks in the view box, the values on its vertical axis and how many places are beside each other."""

    left: float
    right: float
    ticks: tuple[float, ...]
    places: int
    top: float = 16
    bottom: float = HEIGHT - 28

    def x(self, at: float) -> float:
        return self.left + (at / (self.places - 1) if self.places > 1 else 0.5) * (self.right - self.left)

    def y(self, value: float) -> float:
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return self.bottom - share * (self.bottom - self.top)


def line_chart(
    points: Sequence[tuple[str, float | None]],
    *,
    title: str,
    low: float | None = None,
    high: float | None = None,
    bands: Sequence[tuple[float | None, float | None]] | None = None,
    unit: str = "",
) -> Markup:
    """A trend with a gap where a value is unknown, the last one written beside it; ``bands``: the points' intervals.

    ``low`` and ``high``: values that the axis reaches at least. No value at all gives a chart that says so.
    """
    line = [_known(value) for _, value in points]
    edges = [(_known(a), _known(b)) for a, b in bands] if bands is not None else []
    if bands is not None and len(edges) != len(line):
        raise ValueError(f"{len(edges)} bands for {len(line)} points")
    shown = [value for value in (*line, *(edge for pair in edges for edge in pair)) if value is not None]
    last = next(((at, v) for at, v in reversed(list(enumerate(line))) if v is not None), None)
    if last is None:
        return _empty(title)
    text = figure(last[1], unit)
    ticks = nice_ticks(*_reach(shown, low, high))
    plot = _Plot(_axis_width(ticks), WIDTH - 16 - _wide(text), ticks, len(points))
    labels = [label for label, _ in points]
    parts = [*_axis(plot), *_under(plot, labels), *_band(plot, edges), *_line(plot, line, *STROKES[0])]
    parts += _dots(plot, line, labels, unit)
    x, y = plot.x(last[0]), plot.y(last[1])
    parts.append(_text(x + 7, y + 4, text, bold=True))
    return _svg(parts, title)


def several_lines(
    series: Mapping[str, Sequence[float | None]],
    labels: Sequence[str],
    *,
    title: str,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
) -> Markup:
    """Up to six lines over the same labels, each with its own dashes, its name and last value beside it.

    Raises ``ValueError``: more lines, or one that is not as long as ``labels``.
    """
    if len(series) > len(STROKES) or any(len(line) != len(labels) for line in series.values()):
        raise ValueError(f"at most {len(STROKES)} lines of {len(labels)} values each")
    lines = {name: [_known(value) for value in line] for name, line in series.items()}
    shown = [value for line in lines.values() for value in line if value is not None]
    if not shown:
        return _empty(title)
    names: list[tuple[float, str]] = []
    ticks = nice_ticks(*_reach(shown, low, high))
    scale = _Plot(0, 0, ticks, len(labels))
    for name, line in lines.items():
        last = next((value for value in reversed(line) if value is not None), None)
        value = "没有数据" if last is None else figure(last, unit)
        names.append((scale.bottom if last is None else scale.y(last), f"{_cut(name, 110)} {value}"))
    plot = _Plot(_axis_width(ticks), WIDTH - 44 - max(_wide(text) for _, text in names), ticks, len(labels))
    parts = [*_axis(plot), *_under(plot, labels)]
    heights = _apart([y for y, _ in names], plot.top, plot.bottom)
    for y, (_, text), line, stroke in zip(heights, names, lines.values(), STROKES, strict=False):
        parts += _line(plot, line, *stroke)
        parts += [_stroke([(plot.right + 10, y), (plot.right + 34, y)], *stroke), _text(plot.right + 39, y + 4, text)]
    return _svg(parts, title)


def bar_chart(bars: Sequence[tuple[str, float]], *, title: str, unit: str = "", most: float | None = None) -> Markup:
    """Bars from zero, labels left and values right; ``most``: the value of a full bar, if none is longer."""
    if not bars:
        return _empty(title)
    values = [_known(value) for _, value in bars]
    known = [value for value in values if value is not None]
    low, high = min(0.0, *known, 0.0), max(0.0, *known, most or 0.0)
    left = _label_width(label for label, _ in bars)
    right = WIDTH - 12 - max(_wide(figure(value, unit)) for value in values)
    scale = (right - left) / ((high - low) or 1.0)
    zero = left - low * scale
    parts: list[Markup] = []
    for number, ((label, _), value) in enumerate(zip(bars, values, strict=True)):
        y, length = 4 + number * ROW, (value or 0.0) * scale
        parts.append(_row_label(left, y + 16, label))
        parts.append(_box(zero + min(0.0, length), y + 4, abs(length), ROW - 8, hint=f"{label}：{figure(value, unit)}"))
        parts.append(_text(zero + max(0.0, length) + 6, y + 16, figure(value, unit)))
    bottom = 4 + ROW * len(bars)
    return _svg([*parts, _rule(zero, 4, zero, bottom, SOFT)], title, height=bottom + 4)


def histogram(
    counts: Sequence[tuple[str, int]],
    *,
    title: str,
    other: Sequence[int] | None = None,
    names: tuple[str, str] = ("现在", "模拟"),
) -> Markup:
    """Upright bars with their counts above them; ``other`` gives each a second one, of which ``names`` tells the two.

    Nothing counted gives a chart that says so. Raises ``ValueError``: ``other`` is not as long.
    """
    sets = [[count for _, count in counts], *([list(other)] if other is not None else [])]
    if len({len(each) for each in sets}) > 1:
        raise ValueError(f"{len(sets[-1])} other counts for {len(sets[0])}")
    if not any(any(each) for each in sets):
        return _empty(title)
    ticks = nice_ticks(0, max(2, *(count for each in sets for count in each)), whole=True)
    labels = [label for label, _ in counts]
    plot = _Plot(_axis_width(ticks), WIDTH - 8, ticks, 0, top=20 if other is None else 40)
    step = (plot.right - plot.left) / len(counts)
    thick = min(60.0, step * 0.8 / len(sets))
    middles = [plot.left + (at + 0.5) * step for at in range(len(counts))]
    parts = [*_axis(plot), *_thinned(labels, middles, plot.bottom + 17)]
    for number, each in enumerate(sets):
        for middle, label, count in zip(middles, labels, each, strict=True):
            x, y = middle + (number - len(sets) / 2) * thick, plot.y(count)
            hint = f"{label}：{count}" if other is None else f"{label}，{names[number]}：{count}"
            parts.append(_box(x, y, thick - 1, plot.bottom - y, hint=hint, second=number == 1))
            if count and _wide(str(count)) <= thick + 2:
                parts.append(_text(x + thick / 2, y - 4, str(count), anchor="middle", size=11))
    return _svg(parts if other is None else [*parts, *_key(names)], title)


def interval_chart(rows: Sequence[tuple[str, float, float, float]], *, title: str, unit: str = "") -> Markup:
    """Differences as ``(label, estimate, low, high)``: dots with whiskers about a line at zero, hollow where zero is
    within the interval. A row with an unknown number says so."""
    if not rows:
        return _empty(title)
    known = [[value for each in row[1:] if (value := _known(each)) is not None] for row in rows]
    whole = [numbers for numbers in known if len(numbers) == 3]
    ticks = nice_ticks(*_reach([0.0, *(value for numbers in whole for value in numbers)], None, None))
    texts = [_interval(numbers, unit) for numbers in known]
    left, right = _label_width(row[0] for row in rows) + 8, WIDTH - 20 - max(map(_wide, texts))
    scale = (right - left) / (ticks[-1] - ticks[0])
    bottom = 6.0 + ROW * len(rows)
    parts: list[Markup] = []
    for tick in ticks:
        x = left + (tick - ticks[0]) * scale
        parts.append(_rule(x, 4, x, bottom, FAINT if tick else INK))
        parts.append(_text(x, bottom + 15, plain(tick), anchor="middle", colour=SOFT))
    for number, ((label, *_), numbers, text) in enumerate(zip(rows, known, texts, strict=True)):
        y = 6 + (number + 0.5) * ROW
        parts += [_row_label(left - 8, y + 4, label), _text(right + 14, y + 4, text)]
        if len(numbers) == 3:
            parts.append(_whisker(*(left + (value - ticks[0]) * scale for value in numbers), y, numbers))
    if any(numbers[1] <= 0 <= numbers[2] for numbers in whole):
        parts.append(_text(left, bottom + 34, "空心点：区间包含 0，还不能说有差别", colour=SOFT))
        bottom += 19
    return _svg(parts, title, height=bottom + 22)


def sparkline(values: Sequence[float | None], *, title: str = "走势") -> Markup:
    """A line of the size of a word, its last value marked; unknown values are gaps."""
    line = [_known(value) for value in values]
    shown = [value for value in line if value is not None]
    if not shown:
        return _empty(title, width=120, height=28)
    low, high = min(shown), max(shown)
    ticks = (low, high) if high > low else (low - 1, high + 1)
    plot = _Plot(4, 114, ticks, len(line), top=4, bottom=24)
    last = max(at for at, value in enumerate(line) if value is not None)
    end = _dot(plot.x(last), plot.y(shown[-1]), radius=3)
    return _svg([*_line(plot, line, *STROKES[0]), end], title, width=120, height=28)


def nice_ticks(low: float, high: float, *, whole: bool = False) -> tuple[float, ...]:
    """Three to five round numbers that reach from ``low`` to ``high``, which is greater; ``whole``: no fractions.

    >>> nice_ticks(61, 97), nice_ticks(0, 2), nice_ticks(-3, 4)
    ((60.0, 70.0, 80.0, 90.0, 100.0), (0.0, 0.5, 1.0, 1.5, 2.0), (-4.0, -2.0, 0.0, 2.0, 4.0))
    """
    power = 10.0 ** (math.floor(math.log10(high - low)) - 1)
    for step in (power * factor for factor in (1, 2, 2.5, 5, 10, 20, 25, 50, 100)):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= 4 and not (whole and step % 1):
            break
    return tuple(float(f"{at * step:.12g}") for at in range(first, last + 1))


def figure(value: float | None, unit: str = "") -> str:
    """A value as people read it, three or more digits of it.

    >>> figure(87.25, "分"), figure(0.0314), figure(1234.5), figure(-0.001), figure(None)
    ('87.2分', '0.031', '1234', '-0.001', '未知')
    """
    if value is None:
        return "未知"
    size = abs(value)
    return plain(round(value, 0 if size >= 1000 else 1 if size >= 10 else 2 if size >= 1 else 3)) + unit


def plain(value: float) -> str:
    """A number without an exponent and without zeros at its end.

    >>> plain(2.50), plain(-0.0), plain(1500000.0)
    ('2.5', '0', '1500000')
    """
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _known(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _reach(values: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    """The ends of an axis; around equal values it is widened, though not past the ends that were asked for."""
    bottom, top = (edge([*values, *([] if asked is None else [asked])]) for edge, asked in ((min, low), (max, high)))
    if top - bottom > 1e-9 * max(abs(top), abs(bottom)):
        return bottom, top
    room = abs(top) * 0.1 or 1.0
    below, above = bottom - room, top + room
    return (bottom if low is not None and bottom == low else below, top if high is not None and top == high else above)


def _axis_width(ticks: Sequence[float]) -> float:
    return max(36.0, 16 + max(_wide(plain(tick)) for tick in ticks))


def _axis(plot: _Plot) -> list[Markup]:
    parts: list[Markup] = []
    for tick in plot.ticks:
        y = plot.y(tick)
        parts.append(_rule(plot.left, y, plot.right, y, SOFT if tick == 0 else FAINT))
        parts.append(_text(plot.left - 8, y + 4, plain(tick), anchor="end", colour=SOFT))
    return parts


def _under(plot: _Plot, labels: Sequence[str]) -> list[Markup]:
    return _thinned(labels, [plot.x(at) for at in range(len(labels))], plot.bottom + 17)


def _thinned(labels: Sequence[str], places: Sequence[float], y: float) -> list[Markup]:
    """Labels below the axis, so few that they do not meet; the last, which is the newest, always."""
    cut = [_cut(label, 90) for label in labels]
    room = (places[-1] - places[0]) / max(1, len(places) - 1)
    every = max(math.ceil(len(cut) / MOST_LABELS), math.ceil((max(map(_wide, cut)) + 10) / room) if room else 1)
    return [
        _text(places[at], y, cut[at], anchor="middle", colour=SOFT, hint=labels[at])
        for at in range((len(cut) - 1) % every, len(cut), every)
    ]


def _runs(flags: Iterable[bool]) -> list[range]:
    """Stretches of places where the flag is set."""
    runs: list[range] = []
    for at, flag in enumerate(flags):
        if flag and runs and runs[-1].stop == at:
            runs[-1] = range(runs[-1].start, at + 1)
        elif flag:
            runs.append(range(at, at + 1))
    return runs


def _band(plot: _Plot, edges: Sequence[tuple[float | None, float | None]]) -> list[Markup]:
    """Areas between the edges; where a point has no neighbour, a broad line."""
    parts: list[Markup] = []
    for run in _runs(a is not None and b is not None for a, b in edges):
        lower = [(plot.x(at), plot.y(edges[at][0] or 0.0)) for at in run]
        upper = [(plot.x(at), plot.y(edges[at][1] or 0.0)) for at in run]
        if len(run) == 1:
            (x, y), (_, end) = lower[0], upper[0]
            parts.append(_rule(x, y, x, end, MAIN, thick=6, opacity=0.2))
        else:
            form = '<polygon points="{}" fill="{}" fill-opacity="0.16"/>'
            parts.append(Markup(form).format(_places([*lower, *reversed(upper)]), MAIN))
    return parts


def _line(plot: _Plot, line: Sequence[float | None], colour: str, dashes: str) -> list[Markup]:
    parts: list[Markup] = []
    for run in _runs(value is not None for value in line):
        points = [(plot.x(at), plot.y(line[at] or 0.0)) for at in run]
        parts.append(_stroke(points, colour, dashes) if len(run) > 1 else _dot(*points[0], colour=colour))
    return parts


def _dots(plot: _Plot, line: Sequence[float | None], labels: Sequence[str], unit: str) -> list[Markup]:
    """Marks that say their value when pointed at."""
    if len(line) > MOST_DOTS:
        return []
    return [
        _dot(plot.x(at), plot.y(value), hint=f"{labels[at]}：{figure(value, unit)}")
        for at, value in enumerate(line)
        if value is not None
    ]


def _apart(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Heights moved as little as it takes that texts there do not cover each other, in the order given."""
    least = min(15.0, (bottom - top) / max(1, len(heights) - 1))
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda at: heights[at])
    for place, at in enumerate(order):
        placed[at] = max(placed[at], top if place == 0 else placed[order[place - 1]] + least)
    below = bottom
    for at in reversed(order):
        placed[at] = min(placed[at], below)
        below = placed[at] - least
    return placed


def _interval(numbers: Sequence[float], unit: str) -> str:
    if len(numbers) < 3:
        return "未知"
    estimate, low, high = (("+" if value > 0 else "") + figure(value) for value in numbers)
    return f"{estimate}{unit}（{low} 到 {high}）"


def _whisker(middle: float, low: float, high: float, y: float, numbers: Sequence[float]) -> Markup:
    ends = [_rule(x, y - 5, x, y + 5, INK, thick=2) for x in (low, high)]
    fill = "#fff" if numbers[1] <= 0 <= numbers[2] else MAIN
    return Markup("").join([_rule(low, y, high, y, INK, thick=2), *ends, _dot(middle, y, radius=5, fill=fill)])


def _key(names: tuple[str, str]) -> list[Markup]:
    parts: list[Markup] = []
    x = 36.0
    for number, name in enumerate(names):
        parts += [_box(x, 6, 14, 12, hint=name, second=number == 1), _text(x + 20, 16, name)]
        x += 44 + _wide(name)
    return parts


def _label_width(labels: Iterable[str]) -> float:
    return min(WIDEST_LABEL, max(map(_wide, labels))) + 14


def _row_label(right: float, y: float, label: str) -> Markup:
    return _text(right - 8, y, _cut(label, WIDEST_LABEL), anchor="end", hint=label)


def _wide(text: str) -> float:
    """About how wide a text is: Chinese characters are square, others little more than half of that."""
    return FONT * sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.58 for c in text)


def _cut(text: str, most: float) -> str:
    if _wide(text) <= most:
        return text
    kept = text
    while kept and _wide(kept) + FONT > most:
        kept = kept[:-1]
    return kept + "…"


def _places(points: Iterable[_Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _stroke(points: Iterable[_Point], colour: str, dashes: str) -> Markup:
    form = '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>'
    return Markup(form).format(_places(points), colour, dashes)


def _rule(x: float, y: float, x2: float, y2: float, colour: str, *, thick: float = 1, opacity: float = 1) -> Markup:
    form = '<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}" stroke-opacity="{}"/>'
    return Markup(form).format(x, y, x2, y2, colour, thick, opacity)


def _box(x: float, y: float, width: float, height: float, *, hint: str, second: bool = False) -> Markup:
    form = '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="{}">{}</rect>'
    return Markup(form).format(x, y, width, height, OTHER if second else MAIN, INK if second else MAIN, _hint(hint))


def _dot(x: float, y: float, *, colour: str = MAIN, fill: str = "", radius: float = 2.5, hint: str = "") -> Markup:
    form = '<circle cx="{:.1f}" cy="{:.1f}" r="{}" fill="{}" stroke="{}" stroke-width="1.5">{}</circle>'
    return Markup(form).format(x, y, radius, fill or colour, colour, _hint(hint))


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = INK,
    size: int = FONT,
    bold: bool = False,
    hint: str = "",
) -> Markup:
    form = '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}" font-size="{}" font-weight="{}">{}{}</text>'
    weight = "bold" if bold else "normal"
    return Markup(form).format(x, y, anchor, colour, size, weight, readable(text), _hint("" if hint == text else hint))


def _hint(text: str) -> Markup:
    return Markup("<title>{}</title>").format(readable(text)) if text else Markup("")


def _empty(title: str, *, width: float = WIDTH, height: float = 60) -> Markup:
    words = _text(width / 2, height / 2 + 4, "没有数据", anchor="middle", colour=SOFT)
    return _svg([words], title, width=width, height=height)


def _svg(parts: Iterable[Markup], title: str, *, width: float = WIDTH, height: float = HEIGHT) -> Markup:
    form = (
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {:.0f} {:.0f}" '
        'font-family="inherit">{}{}</svg>'
    )
    return Markup(form).format(width, height, _hint(title), Markup("").join(parts))
