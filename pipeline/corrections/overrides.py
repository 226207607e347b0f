"""Points that people set by hand, each with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.types import Reason, Score, ScoreItem, reached, sum_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Adjustment, Scorecard
    from pipeline.people import ReviewAction


MARKED_BY_EAR = "knowledge"
"""The dimension that a person may mark where it does not apply."""


def override_points(
    score: Score, sheet: Scorecard, actions: Sequence[ReviewAction]
) -> tuple[Score, tuple[ReviewAction, ...]]:
    """The score with the points that people set, summed up again; and the actions on an item that
    is not in it, does not apply, or cannot have these points. The last action on an item counts."""
    last = {action.value["item"]: action for action in actions if action.kind == "override"}
    idle = tuple(
        action
        for action in last.values()
        if not fits_sheet(action.value["item"], action.value["points"], score, sheet)
    )
    last = {item: action for item, action in last.items() if action not in idle}
    if not last:
        return score, idle
    items = tuple(_set(item, last) for item in score.items)
    extras = tuple(e for extra in sheet.extras if (e := _extra(extra, score, last)) is not None)
    attitude = reached([item for item in items if item.dimension in sheet.attitude])
    total = sum_up(items, extras, lowered_to=sheet.veto_total if score.fatal else None)
    judged = score.total is not None
    changed = replace(
        score,
        items=items,
        extras=extras,
        beside=tuple(_set(item, last) for item in score.beside),
        attitude=round(attitude, 2)
        if score.attitude is not None and attitude is not None
        else None,
        total=total if judged else None,
        grade=sheet.grade(total) if judged else None,
    )
    return changed, idle


def fits_sheet(item: str, points: float, score: Score, sheet: Scorecard) -> bool:
    """Whether an item is in a score, applies, and may have these points: between its floor and its
    full points; for an extra between 0 and the most that it adds or takes. Of 业务知识 a person may
    give a mark where the machine has none, as it knows no facts of the site."""
    bounds = {
        element.id: (element.floor, element.full) for element in (*sheet.elements, *sheet.beside)
    }
    bounds |= {extra.id: tuple(sorted((0.0, extra.sign * extra.most))) for extra in sheet.extras}  # type: ignore[misc]
    if item not in bounds or any(
        not line.applies and line.dimension != MARKED_BY_EAR
        for line in (*score.items, *score.beside)
        if line.id == item
    ):
        return False
    least, most = bounds[item]
    return least <= points <= most


def _set(item: ScoreItem, actions: dict[str, ReviewAction]) -> ScoreItem:
    action = actions.get(item.id)
    if action is None:
        return item
    points = float(action.value["points"])
    text = f"人工改分：{action.value['reason']}（{action.actor}）"
    if not item.applies:
        text = f"人工评分：{action.value['reason']}（{action.actor}）"
        reason = Reason(text, round(points - item.full, 6), figure=points)
        return replace(item, points=points, reasons=(reason,), applies=True, note="")
    reason = Reason(text, round(points - item.points, 6), figure=points)
    return replace(item, points=points, reasons=(*item.reasons, reason))


def _extra(extra: Adjustment, score: Score, actions: dict[str, ReviewAction]) -> ScoreItem | None:
    present = next((line for line in score.extras if line.id == extra.id), None)
    if present is None and extra.id in actions:
        present = ScoreItem(extra.id, extra.name, 0.0, 0.0, ())
    return None if present is None else _set(present, actions)
