"""Decisions on a page that others have overtaken: refused, with what they did beside one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import HTTPException

from pipeline.people import FindingKey, NewAction, ReviewAction

ALONE = ("comment", "tone", "add")
"""Actions that overrule nobody's."""

STALE = "您打开这一页之后，别人已经改过同一处，没有保存。"


def seen_mark(actions: Sequence[ReviewAction]) -> str:
    """What a page has seen of a call's actions: the last id, and how many were undone.

    >>> seen_mark(())
    '0-0'
    """
    last = max((action.id for action in actions), default=0)
    return f"{last}-{sum(not action.in_force for action in actions)}"


@dataclass(frozen=True)
class Overtaken:
    """``wanted``: what the visitor asked for; ``theirs``: what others did about the same since."""

    wanted: NewAction
    theirs: tuple[ReviewAction, ...]


class StaleError(HTTPException):
    """A page was overtaken; ``overtaken`` says by what."""

    def __init__(self, result_id: int, overtaken: Overtaken) -> None:
        super().__init__(409, STALE)
        self.result_id = result_id
        self.overtaken = overtaken


def find_overtaken(
    wanted: NewAction, actions: Sequence[ReviewAction], *, seen: str, user: str
) -> Overtaken | None:
    """What others have done about the same since a page was made; ``None`` where nothing, or where
    ``seen`` is no mark of a page."""
    last, undone = _read(seen)
    if last is None or wanted.kind in ALONE:
        return None
    gone = sorted(
        (action for action in actions if not action.in_force),
        key=lambda action: (action.undone_at or "", action.id),
    )
    newly_undone = {action.id for action in gone[undone:] if action.undone_by != user}
    theirs = tuple(
        action
        for action in actions
        if _is_same(wanted, action)
        and (
            (action.id > last and action.in_force and action.actor != user)
            or (action.id <= last and action.id in newly_undone)
        )
    )
    if not theirs or _agrees(wanted, theirs[-1]):
        return None
    return Overtaken(wanted, theirs)


def _agrees(wanted: NewAction, last: ReviewAction) -> bool:
    """Whether the last of the others has done the very same."""
    return last.in_force and all(
        last.value.get(name) == value for name, value in wanted.value.items() if name != "finding"
    )


def _read(seen: str) -> tuple[int | None, int]:
    last, _, undone = seen.partition("-")
    if not (last.isdecimal() and undone.isdecimal() and len(seen) < 40):
        return None, 0
    return int(last), int(undone)


def _is_same(wanted: NewAction, other: ReviewAction) -> bool:
    """Whether two actions are about the same finding, sentence, item or property of the call."""
    if wanted.kind == "decide":
        key = FindingKey(**wanted.value["finding"])
        return other.finding is not None and other.finding.fits(key)
    if wanted.kind != other.kind:
        return False
    if wanted.kind in ("role", "text"):
        return _place(wanted.value) == _place(other.value)
    if wanted.kind == "override":
        return bool(wanted.value["item"] == other.value["item"])
    return True


def _place(value: Mapping[str, object]) -> tuple[object, ...]:
    return value.get("channel"), value.get("start_s"), value.get("end_s")
