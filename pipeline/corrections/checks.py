"""Checks of an action before it is stored."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

from pipeline.corrections.decisions import may_be
from pipeline.corrections.edits import utterance_at
from pipeline.corrections.overrides import fits_sheet
from pipeline.errors import RevisionError
from pipeline.types import CallResult, Kind, Role

if TYPE_CHECKING:
    from pipeline.corrections.apply import RevisionBasis
    from pipeline.people import NewAction

LONGEST_TEXT = 2000
"""Characters that an utterance may have (our choice): speech detection cuts long before."""


def check_action(action: NewAction, result: CallResult, basis: RevisionBasis) -> None:
    """Refuse an action that cannot be applied to the machine's ``result``. A decision may name a
    finding of an earlier result. Raises ``RevisionError`` in Chinese."""
    try:
        wrong = _wrong(action, action.value, result, basis)
    except (KeyError, TypeError, ValueError) as error:
        raise RevisionError(f"操作“{action.kind}”缺少内容或内容不对（{error}）") from error
    if wrong:
        raise RevisionError(wrong)


def _wrong(action: NewAction, value: Any, result: CallResult, basis: RevisionBasis) -> str:
    if action.kind == "decide":
        known = value["finding"]["kind"] in get_args(Kind) and value["decision"] in (
            "confirmed",
            "refused",
            "open",
        )
        return "" if known else "复核结论只能是确认、驳回或待定"
    if action.kind == "add":
        return _wrong_finding(value, result, basis)
    if action.kind in ("role", "text"):
        return _wrong_edit(action, value, result)
    if action.kind == "override":
        return _wrong_points(value, result, basis)
    return ""


def _wrong_finding(value: Any, result: CallResult, basis: RevisionBasis) -> str:
    if not may_be(value["rule"], value["kind"], {rule.id: rule for rule in basis.lexicon.rules}):
        return f"没有规则“{value['rule']}”，或者它不会有这一类发现"
    if value["role"] not in get_args(Role):
        return "角色只能是客服、客户或未知"
    judged = result.recording.judged
    start_s, end_s = float(value["start_s"]), float(value["end_s"])
    inside = max(0.0, judged.start_s - 1) <= start_s <= end_s <= judged.end_s + 1
    return "" if inside else "时间不在这通录音之内"


def _wrong_edit(action: NewAction, value: Any, result: CallResult) -> str:
    if utterance_at(result.utterances, value) is None:
        return "这句话已经不在转写中（可能已重新识别），请刷新页面"
    if action.kind == "role":
        return "" if value["role"] in get_args(Role) else "角色只能是客服、客户或未知"
    fits = (
        isinstance(value["text"], str)
        and len(value["text"]) <= LONGEST_TEXT
        and value["text"].isprintable()
    )
    return "" if fits else f"文字应为一行，不超过 {LONGEST_TEXT} 字"


def _wrong_points(value: Any, result: CallResult, basis: RevisionBasis) -> str:
    if not str(value["reason"]).strip():
        return "改分必须写明理由"
    points = float(value["points"])
    if not math.isfinite(points) or not fits_sheet(
        value["item"], points, result.score, basis.sheet
    ):
        return "这个考核要素不在评分表中、不适用于本通，或者分数超出它的范围"
    return ""
