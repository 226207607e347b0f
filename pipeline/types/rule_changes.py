"""Changes of rules and scoring sheets that people propose on the review pages, and that a site's own
overlay file holds once they are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

WordingPart: TypeAlias = Literal["phrases", "exceptions", "positive", "negative"]
"""The list of a rule that a wording is added to."""


@dataclass(frozen=True, slots=True)
class WordingChange:
    """``wording`` is added to the list ``part`` of a rule, or (``remove``) taken out of the overlay
    again."""

    rule: str
    part: WordingPart
    wording: str
    remove: bool = False

    @property
    def undone_by(self) -> WordingChange:
        return WordingChange(self.rule, self.part, self.wording, remove=not self.remove)


@dataclass(frozen=True, slots=True)
class RulePoints:
    """A rule takes ``points``; ``None``: as many as its own file says. ``before``: the same before
    the change."""

    rule: str
    points: float | None
    before: float | None = None

    @property
    def undone_by(self) -> RulePoints:
        return RulePoints(self.rule, self.before, self.points)


@dataclass(frozen=True, slots=True)
class SheetPoints:
    """A deduction of a sheet's element takes ``points``; ``None`` and ``before`` as in
    ``RulePoints``. ``which``: keys and values that tell the deduction from the others of its
    element, such as ``(("rule", "missing.greeting"),)``."""

    sheet: str
    element: str
    which: tuple[tuple[str, str], ...]
    points: float | None
    before: float | None = None

    @property
    def undone_by(self) -> SheetPoints:
        return SheetPoints(self.sheet, self.element, self.which, self.before, self.points)


RuleChange: TypeAlias = WordingChange | RulePoints | SheetPoints

_KINDS: Mapping[str, type[WordingChange | RulePoints | SheetPoints]] = {
    "wording": WordingChange,
    "rule points": RulePoints,
    "sheet points": SheetPoints,
}


def plain_change(change: RuleChange) -> dict[str, Any]:
    """A change as JSON values.

    >>> plain_change(RulePoints("forbidden.shirk", 5.0))
    {'kind': 'rule points', 'rule': 'forbidden.shirk', 'points': 5.0, 'before': None}
    """
    kind = next(name for name, made in _KINDS.items() if type(change) is made)
    return {"kind": kind, **asdict(change)}


def change_of(plain: Mapping[str, Any]) -> RuleChange:
    """The change that ``plain_change`` wrote.

    >>> change_of(plain_change(SheetPoints("a", "b", (("rule", "c"),), 3.0)))
    SheetPoints(sheet='a', element='b', which=(('rule', 'c'),), points=3.0, before=None)
    """
    given = {name: value for name, value in plain.items() if name != "kind"}
    if "which" in given:
        given["which"] = tuple((str(key), str(value)) for key, value in given["which"])
    return _KINDS[plain["kind"]](**given)
