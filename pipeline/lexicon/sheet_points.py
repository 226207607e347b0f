"""Points of a scoring sheet that a site's overlay changes: the sheet's text with other numbers in
it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError
from pipeline.lexicon.read_additions import WHICH
from pipeline.lexicon.reader import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.lexicon.overlay import Overlay, SheetAddition
    from pipeline.lexicon.reader import Field
    from pipeline.lexicon.scorecard import Scorecard


def put_points(text: str, top: Field, additions: Sequence[SheetAddition]) -> str:
    """The text of a sheet, read as ``top``, with the points of the additions; all else stays as it
    is written, in the same lines.

    Raises ``LexiconError`` with the overlay's file and line for a deduction that the sheet has not,
    or has several times, or that takes the points of its rule."""
    places: dict[tuple[int, int], str] = {}
    for one in additions:
        points = _points_of(top, one)
        if points.is_word("rule"):
            raise LexiconError(
                f"{one.at}：{points.place} 的这一项按规则扣分（points: rule），请改规则的分值，或删去这一条"
            )
        mark, end = points.node.start_mark, points.node.end_mark
        places[mark.index, end.index] = f"{one.points:g}"
    for (start, end), value in sorted(places.items(), reverse=True):
        text = text[:start] + value + text[end:]
    return text


def _points_of(top: Field, one: SheetAddition) -> Field:
    """Where the sheet has the points of a deduction."""
    named = [deductions for name, deductions in lists_of_deductions(top) if name == one.element]
    if not named:
        raise LexiconError(
            f"{one.at}：评分表“{one.sheet}”没有考核要素“{one.element}”；请改成表中有的编号，或删去这一条"
        )
    fitting = [
        entries["points"]
        for deductions in named
        for entries in deductions
        if _fits(entries, one.which)
    ]
    if len(fitting) != 1:
        shown = "、".join(f"{key}: {value}" for key, value in one.which)
        found = "没有" if not fitting else f"有 {len(fitting)} 项"
        raise LexiconError(
            f"{one.at}：评分表“{one.sheet}”的考核要素“{one.element}”{found}符合“{shown}”的扣分，应当正好一项；"
            f"可用 {'、'.join(WHICH)} 说明是哪一项，或删去这一条"
        )
    return fitting[0]


def lists_of_deductions(top: Field) -> Iterator[tuple[str, list[dict[str, Field]]]]:
    """The id of each element and extra of a sheet that was read whole, with the entries of its
    deductions."""
    entries = dict(top.entries())
    for project in entries["projects"].items():
        for indicator in dict(project.entries())["indicators"].items():
            for element in dict(indicator.entries())["elements"].items():
                yield _deductions(element, "deductions")
    for element in entries["beside"].items() if "beside" in entries else ():
        yield _deductions(element, "deductions")
    for key in ("bonus", "penalties"):
        for extra in entries[key].items() if key in entries else ():
            yield _deductions(extra, "counts")


def _deductions(field: Field, key: str) -> tuple[str, list[dict[str, Field]]]:
    own = dict(field.entries())
    items = own[key].items() if key in own else []
    return own["id"].text(), [dict(item.entries()) for item in items]


def _same(field: Field, value: str) -> bool:
    """Whether a value is the one that is wanted, numbers by their value."""
    written = field.text()
    try:
        return written == value or float(written) == float(value)
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class DeductionLine:
    """A deduction as a sheet writes it. ``element``: id of its 考核要素, 加分项 or 扣分项.
    ``which``: what tells it from the element's others; ``points``: ``None`` for those of the rule;
    ``added``: where the site's overlay sets them, that number."""

    element: str
    which: tuple[tuple[str, str], ...]
    points: float | None
    per: str
    source: str
    added: float | None = None


def deductions_of(sheet: Scorecard, overlay: Overlay) -> tuple[DeductionLine, ...]:
    """The deductions of a sheet in its order, before weights. Raises ``LexiconError``."""
    top = parse_yaml(sheet.text, Path(sheet.at))
    return tuple(
        _line(element, entries, deductions, overlay.of_sheet(sheet.id))
        for element, deductions in lists_of_deductions(top)
        for entries in deductions
    )


def _line(
    element: str,
    entries: dict[str, Field],
    among: Sequence[dict[str, Field]],
    additions: Sequence[SheetAddition],
) -> DeductionLine:
    added = next((o for o in additions if o.element == element and _fits(entries, o.which)), None)
    points = entries["points"]
    return DeductionLine(
        element,
        added.which if added else _telling(entries, among),
        None if points.is_word("rule") else points.number(least=0, most=100),
        entries["per"].text() if "per" in entries else "call",
        entries["source"].text(),
        added.points if added else None,
    )


def _telling(
    entries: dict[str, Field], among: Sequence[dict[str, Field]]
) -> tuple[tuple[str, str], ...]:
    """The fewest keys that tell a deduction from the others: its rule or figure if that does."""
    own = tuple((key, entries[key].text()) for key in WHICH if key in entries)
    short = tuple((key, value) for key, value in own if key in ("rule", "figure"))
    alone = sum(_fits(other, short) for other in among) == 1
    return short if short and alone else own


def _fits(entries: dict[str, Field], which: Sequence[tuple[str, str]]) -> bool:
    return all(key in entries and _same(entries[key], value) for key, value in which)
