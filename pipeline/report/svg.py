"""Charts as SVG: no scripts, no network, readable in grey; pure functions from numbers to
markup."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH = 720
LEFT, RIGHT, TOP, BOTTOM = 44, 132, 14, 26
INK, SOFT, GRID = "#1d2733", "#66727f", "#dfe4ea"
STROKES = (
    ("#1f6feb", ""),
    ("#b26a00", "6 3"),
    ("#2e7d32", "2 3"),
    ("#8a3ffc", "8 3 2 3"),
    ("#c62828", "1 3"),
)
"""Colour and dashes of each series. They differ in grey print too."""

MOST_LABELS = 8
LABEL_CHARS = 22
NAME_CHARS = 7
LINE = 14
"""Height of a line of text."""

ROUNDING = 1e-9
"""A difference of this share of a value is only rounding."""


def line_chart(
    series: Mapping[str, Sequence[float | None]],
    labels: Sequence[str],
    *,
    title: str,
    height: int = 220,
    within: tuple[float, float] | None = None,
    links: Mapping[str, Sequence[str]] | None = None,
) -> Markup:
    """Lines over ``labels``, with one value of each series for each label; a gap for ``None``.
    ``links``: by series the address of each of its points; empty for none.

    ``within``: bounds that the axis does not leave, such as 0 and 100. Without values the chart
    says so.
    """
    values = [value for line in series.values() for value in line if value is not None]
    if not values or not labels:
        return _empty(title)
    ticks = nice_ticks(min(values), max(values), within=within)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels) - 1)

    def place(at: int, value: float) -> tuple[float, float]:
        return LEFT + at * step, _height(value, ticks, height)

    parts = [_grid(ticks, height), *_under(labels, step, height)]
    ends: list[tuple[float, str, str]] = []
    for number, (name, line) in enumerate(series.items()):
        colour, dashes = STROKES[number % len(STROKES)]
        parts += [_path([place(at, v) for at, v in run], colour, dashes) for run in _runs(line)]
        for at, address in enumerate((links or {}).get(name, ())):
            if address and (point := line[at]) is not None:
                told = f"{labels[at]} {name} {point:.1f}"
                parts.append(_point(place(at, point), colour, told, address))
        last = max((at for at, v in enumerate(line) if v is not None), default=None)
        if last is not None:
            value = line[last] or 0.0
            ends.append((_height(value, ticks, height), f"{name[:NAME_CHARS]} {value:.1f}", colour))
    for y, text, colour in _apart(ends, least=height - BOTTOM):
        parts.append(_text(WIDTH - RIGHT + 6, y + 4, text, colour=colour))
    return _svg(parts, title, height)


def bar_chart(
    bars: Sequence[tuple[str, float]], *, title: str, unit: str = "", links: Sequence[str] = ()
) -> Markup:
    """Horizontal bars from 0, their labels left and values right. ``links``: addresses of the
    bars. Without bars the chart says so."""
    if not bars:
        return _empty(title)
    left, row = 210, 24
    most = max((value for _, value in bars), default=0.0) or 1.0
    parts: list[Markup] = []
    for number, (label, value) in enumerate(bars):
        y = TOP + number * row
        width = max(0.0, value) / most * (WIDTH - left - 70)
        box = Markup('<rect x="{}" y="{}" width="{:.1f}" height="16" fill="#1f6feb"/>')
        drawn = [
            _text(left - 8, y + 15, _cut(label), anchor="end", hint=label),
            box.format(left, y + 3, width),
            _text(left + width + 6, y + 15, f"{value:g}{unit}", colour=SOFT),
        ]
        parts.append(_linked(drawn, links, number))
    return _svg(parts, title, TOP + row * len(bars) + 6)


def column_chart(
    columns: Sequence[tuple[str, int]], *, title: str, height: int = 180, links: Sequence[str] = ()
) -> Markup:
    """Upright bars from 0 with their counts above. ``links``: addresses of the columns. Without
    bars the chart says so."""
    if not any(count for _, count in columns):
        return _empty(title)
    ticks = nice_ticks(0, max(count for _, count in columns), within=None)
    step = (WIDTH - LEFT - 10) / len(columns)
    parts = [_grid(ticks, height, right=10)]
    for number, (label, count) in enumerate(columns):
        x, y = LEFT + number * step, _height(count, ticks, height)
        box = '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="#1f6feb"/>'
        drawn = [
            Markup(box).format(x + step * 0.15, y, step * 0.7, height - BOTTOM - y),
            _text(x + step / 2, height - 8, label, anchor="middle", colour=SOFT),
        ]
        if count:
            drawn.append(_text(x + step / 2, y - 3, str(count), anchor="middle"))
        parts.append(_linked(drawn, links if count else (), number))
    return _svg(parts, title, height)


def _point(at: tuple[float, float], colour: str, told: str, address: str) -> Markup:
    """A point that leads to its calls; what can be clicked is wider than what is seen."""
    form = (
        '<a href="{}"><title>{}</title><circle cx="{:.1f}" cy="{:.1f}" r="9" fill="{}" fill-opacity="0"/>'
        '<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="{}"/></a>'
    )
    return Markup(form).format(address, told, *at, colour, *at, colour)


def _linked(drawn: Sequence[Markup], links: Sequence[str], number: int) -> Markup:
    """Parts of a chart, as a link where they have an address."""
    whole = Markup("").join(drawn)
    return Markup('<a href="{}">{}</a>').format(links[number], whole) if links else whole


def interval_chart(rows: Sequence[tuple[str, float, float, float]], *, title: str) -> Markup:
    """Estimates with their intervals around a line at zero, given as ``(label, estimate, low,
    high)``."""
    if not rows:
        return _empty(title)
    left, row = 210, 26
    reach = max(*(abs(edge) for _, _, low, high in rows for edge in (low, high)), 1.0)
    middle, scale = left + (WIDTH - left - 60) / 2, (WIDTH - left - 80) / 2 / reach
    height = TOP + row * len(rows) + 8
    line = '<line x1="{0:.1f}" x2="{1:.1f}" y1="{2:.1f}" y2="{3:.1f}" stroke="{4}" stroke-width="{5}"/>'
    parts = [Markup(line).format(middle, middle, TOP - 6, height - 4, SOFT, 1)]
    for number, (label, estimate, low, high) in enumerate(rows):
        y = TOP + number * row + 10
        parts.append(_text(left - 8, y + 4, _cut(label), anchor="end", hint=label))
        parts.append(Markup(line).format(middle + low * scale, middle + high * scale, y, y, INK, 2))
        parts.append(
            Markup('<circle cx="{:.1f}" cy="{}" r="4" fill="#1f6feb"/>').format(
                middle + estimate * scale, y
            )
        )
        parts.append(_text(WIDTH - 4, y + 4, f"{estimate:+.1f}", anchor="end"))
    return _svg(parts, title, height)


def nice_ticks(low: float, high: float, *, within: tuple[float, float] | None) -> list[float]:
    """Three to six round numbers from ``low`` to ``high``.

    >>> nice_ticks(61, 97, within=(0, 100)), nice_ticks(5, 5, within=None)
    ([60.0, 70.0, 80.0, 90.0, 100.0], [4.0, 5.0, 6.0])
    """
    spread = high - low
    spread = 2.0 if spread <= abs(high) * ROUNDING else spread
    middle = (low + high) / 2
    low, high = middle - spread / 2, middle + spread / 2
    step = 10.0 ** math.floor(math.log10(spread / 2))
    step *= next(factor for factor in (1, 2, 5, 10) if spread / (step * factor) <= 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = [round(number * step, 9) for number in range(first, last + 1)]
    return (
        [tick for tick in ticks if within is None or within[0] <= tick <= within[1]]
        if len(ticks) > 2
        else ticks
    )


def _height(value: float, ticks: Sequence[float], height: int) -> float:
    share = (value - ticks[0]) / ((ticks[-1] - ticks[0]) or 1.0)
    return height - BOTTOM - share * (height - BOTTOM - TOP)


def _grid(ticks: Sequence[float], height: int, *, right: int = RIGHT) -> Markup:
    line = Markup('<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" stroke="{}"/>')
    parts: list[Markup] = []
    for tick in ticks:
        y = _height(tick, ticks, height)
        parts += [
            line.format(LEFT, WIDTH - right, y, y, GRID),
            _text(LEFT - 6, y + 4, f"{tick:g}", anchor="end", colour=SOFT),
        ]
    return Markup("").join(parts)


def _under(labels: Sequence[str], step: float, height: int) -> list[Markup]:
    """Labels below the axis, few enough not to touch."""
    every = max(1, math.ceil(len(labels) / MOST_LABELS))
    chosen = [(at, label) for at, label in enumerate(labels) if at % every == 0]
    return [
        _text(LEFT + at * step, height - 8, label, anchor="middle", colour=SOFT)
        for at, label in chosen
    ]


def _runs(line: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches of known values."""
    runs: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(line):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((at, value))
    return [run for run in runs if run]


def _path(points: Sequence[tuple[float, float]], colour: str, dashes: str) -> Markup:
    if len(points) == 1:
        return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.5" fill="{}"/>').format(
            *points[0], colour
        )
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    line = '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>'
    return Markup(line).format(drawn, colour, dashes or "none")


def _apart(ends: Sequence[tuple[float, str, str]], *, least: float) -> list[tuple[float, str, str]]:
    """Labels moved up or down just enough not to overlap."""
    ordered = sorted(ends)
    heights: list[float] = []
    for y, _, _ in ordered:
        heights.append(max(y, heights[-1] + LINE if heights else TOP))
    lowest = least + LINE
    for at in reversed(range(len(heights))):
        lowest = min(heights[at], lowest - LINE)
        heights[at] = lowest
    return [(y, text, colour) for y, (_, text, colour) in zip(heights, ordered, strict=True)]


def _cut(label: str) -> str:
    return label if len(label) <= LABEL_CHARS // 2 + 3 else label[: LABEL_CHARS // 2 + 2] + "…"


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK, hint: str = ""
) -> Markup:
    title = Markup("<title>{}</title>").format(hint) if hint else ""
    form = '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}" font-size="12">{}{}</text>'
    return Markup(form).format(x, y, anchor, colour, text, title)


def _empty(title: str) -> Markup:
    return _svg([_text(WIDTH / 2, 34, "没有数据", anchor="middle", colour=SOFT)], title, 60)


def _svg(parts: Sequence[Markup], title: str, height: float) -> Markup:
    drawn = Markup("").join(parts)
    role = "group" if "<a " in drawn else "img"  # nobody is told of links inside of an image
    opening = '<svg class="chart" role="{}" viewBox="0 0 {} {:.0f}" xmlns="http://www.w3.org/2000/svg"><title>{}</title>'
    return Markup(opening).format(role, WIDTH, height, escape(title)) + drawn + Markup("</svg>")
