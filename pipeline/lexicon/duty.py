"""Duties: what an agent owes in a call, with its alternatives and the condition under which it is
due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from pipeline.errors import LexiconError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.lexicon.conditions import Expression
    from pipeline.lexicon.reader import Field

DutyPlace: TypeAlias = Literal["first", "last", "any", "turn", "after", "before"]
"""Where a duty is met: in the agent's first or last turns, anywhere, or by each place that calls
for it: in the same turn, or in the agent's next or previous turns."""

AT_EACH: tuple[DutyPlace, ...] = ("turn", "after", "before")
"""Places that are counted from each hit of the rule's ``mark``."""

SHARES = ("nin_rate",)
"""Figures of which a duty may ask for a share."""

TURNS = 3
"""Turns of the agent that are the opening or the closing, and within which an answer comes (our
choice: a chat often opens with 在的 before its greeting)."""


@dataclass(frozen=True, slots=True)
class Share:
    """``figure`` must reach ``least`` (0 to 1) where at least ``of`` occurrences were counted; below
    ``sure_below`` its lack is sure, between the two it is for a person."""

    figure: str
    least: float
    sure_below: float
    of: int


@dataclass(frozen=True, slots=True)
class Duty:
    """``any_of``: ids of the slots that meet it; ``within``, ``turns``: where; ``doubt``: where this
    holds, a lack is for a person to judge; ``share``: instead of slots, a figure;
    ``by_words``: only the slots' phrases meet it, not what means the same; ``near``: slots that do
    not meet it but make its lack a matter for a person; ``note``: a Chinese sentence for whoever
    reviews a lack: what is missing, and what would have been enough."""

    any_of: tuple[str, ...] = ()
    within: DutyPlace = "any"
    turns: int = TURNS
    doubt: Expression | None = None
    share: Share | None = None
    by_words: bool = False
    near: tuple[str, ...] = ()
    note: str = ""


def read_duty(field: Field, read_expression: Any) -> Duty:
    """A duty from its table. Raises ``LexiconError`` in Chinese with file and line."""
    known = ("any_of", "within", "turns", "doubt", "share", "by_words", "near", "note")
    entries = field.mapping(needed=(), known=known)
    if ("any_of" in entries) == ("share" in entries):
        raise LexiconError(
            f"{field.place}：职责应当写 any_of（哪些用语算做到）或 share（比例），二者选一"
        )
    found: dict[str, Any] = {}
    if "any_of" in entries:
        found["any_of"] = entries["any_of"].texts()
        if not found["any_of"]:
            raise entries["any_of"].wrong("至少一个规定用语的编号，例如 required.greeting")
    if "share" in entries:
        found["share"] = _share(entries["share"])
    if "within" in entries:
        found["within"] = entries["within"].choice(*get_args(DutyPlace))
    if "turns" in entries:
        found["turns"] = entries["turns"].whole(least=1, most=50)
    others = {
        "doubt": read_expression,
        "near": type(field).texts,
        "by_words": type(field).flag,
        "note": type(field).text,
    }
    for key in others.keys() & entries.keys():
        found[key] = others[key](entries[key])
    return Duty(**found)


def _share(field: Field) -> Share:
    names = ("figure", "least", "sure_below", "of")
    entries = field.mapping(needed=names, known=names)
    return Share(
        figure=entries["figure"].choice(*SHARES),
        least=entries["least"].number(least=0.01, most=1),
        sure_below=entries["sure_below"].number(least=0, most=1),
        of=entries["of"].whole(least=1, most=1000),
    )


def check_slots(places: Mapping[str, tuple[str, Duty]], kinds: Mapping[str, str]) -> None:
    """``places``: where each duty stands, by its id; ``kinds``: the kind of each rule. Raises
    ``LexiconError`` where a duty names a rule that is no slot."""
    for place, duty in places.values():
        for slot in (*duty.any_of, *duty.near):
            if slot not in kinds:
                raise LexiconError(f"{place}：没有编号为“{slot}”的规则")
            if kinds[slot] != "required":
                raise LexiconError(
                    f"{place}：“{slot}”不是规定用语（kind: required），不能用来履行职责"
                )
