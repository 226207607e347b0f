"""Who hung up by the telephone system's record, which wins over what was heard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.types import CallMeta, Dynamics, Finding, Quote, Seconds, Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

AGENT_HUNG_UP = "process.agent_hung_up"
CUT_OFF = "process.hang_up"
"""The rule by which a call that breaks off while the customer speaks is for review."""

FAREWELLS = (
    "再见", "再会", "拜拜", "拜了", "慢走", "挂了", "挂机", "祝您", "祝你", "生活愉快", "感谢您的来电", "感谢您致电",
    "谢谢您的来电", "感谢来电", "评价",
)  # fmt: skip
LAST_WORDS = 4
"""A farewell of either side is looked for in so many last utterances (our choice)."""

CERTAIN = 0.95
"""Confidence of what a telephone system recorded (our choice)."""


def judge_hang_up(
    findings: Sequence[Finding],
    utterances: Sequence[Utterance],
    call: CallMeta,
    *,
    duration_s: Seconds,
) -> tuple[Finding, ...]:
    """The findings with what the telephone system says about the end of the call (B 五 5:
    不能私挂用户电话).

    The agent hung up and nobody said goodbye: for review, unless the call was handed over. Another
    side hung up: a finding that the agent may have is gone. Without such a record nothing changes
    but that an older record's finding is gone. Without words there is none.
    """
    others = [one for one in findings if one.rule != AGENT_HUNG_UP]
    if call.hung_up_by in ("customer", "system"):
        return tuple(one for one in others if one.rule != CUT_OFF)
    if call.hung_up_by != "agent" or call.transferred_to or not utterances:
        return tuple(others)
    ordered = sorted(utterances, key=lambda one: one.start_s)
    if any(word in one.text for one in ordered[-LAST_WORDS:] for word in FAREWELLS):
        return tuple(others)
    last = ordered[-1]
    found = Finding(
        rule=AGENT_HUNG_UP, kind="process", phrase="客服先挂机，没有听到道别", role="agent",
        start_s=last.start_s, end_s=max(duration_s, last.end_s), quote=last.text,
        match="signal", confidence=CERTAIN, verdict="review", evidence="话务记录：客服先挂机",
        quotes=(Quote(last.role, last.start_s, last.end_s, last.text),),
    )  # fmt: skip
    return tuple(sorted((*others, found), key=lambda one: (one.start_s, one.end_s, one.rule)))


def with_record(dynamics: Dynamics, call: CallMeta) -> Dynamics:
    """The figures with the recorded side that hung up in place of the one that was heard."""
    if call.hung_up_by not in ("agent", "customer"):
        return dynamics
    others = tuple(one for one in dynamics.unmeasured if one.figure != "ended_by")
    return replace(dynamics, ended_by=call.hung_up_by, unmeasured=others)
