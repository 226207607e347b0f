"""Duties whose lack may not be the agent's: the recording is damaged, or nobody was there to hear
them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.dynamics import FAREWELLS, LAST_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.lexicon import Rule
    from pipeline.types import CallMeta, Finding, Recording, Utterance

DAMAGED = "录音有损坏，可能正好缺了这句话"
SILENT = "客户一直没有说话，可能没有人在听"
LEFT = "客户先挂机或者线路断了，可能来不及说"
"""Why a person decides, in Chinese."""

CLOSES = (*FAREWELLS, "谢谢", "多谢", "没有了", "没了", "没事了", "不用了", "就这样")
"""What a customer says who has come to the end (our choice). After it an agent who speaks could
take leave, too."""

_LEFT = re.compile(
    r"(?:客户端?|用户|访客|顾客|买家|对方|您)(?:已经?|主动|自行)*"
    r"(?:离开(?!排队)|退出|断开|下线|离线|(?:关闭|结束)了?(?:本次|该)?(?:会话|对话|聊天|窗口|咨询|$))"
    r"|(?:超时|长时间|[无未没]有?(?:响应|应答|回复|发言|消息)).{0,12}(?:关闭|结束|断开|释放)"
    r"|[会对]话.{0,2}超时"
    r"|(?:visitor|customer|user|client)\s+(?:has\s+)?(?:left|disconnected|closed|ended)",
    re.IGNORECASE | re.MULTILINE,
)
"""How chat systems write, in simplified characters, that the customer is gone (our choice)."""


def has_left(system_end: str, utterances: Sequence[Utterance]) -> bool:
    """Whether the customer of a chat left, as its system says behind the last words, before the
    agent could take leave.

    >>> has_left("客户已离开会话", ()), has_left("客户已关闭订单", ())
    (True, False)
    """
    return bool(_LEFT.search(system_end)) and not _could_take_leave(utterances)


def unless_no_chance(
    findings: Iterable[Finding],
    utterances: Sequence[Utterance],
    call: CallMeta,
    recording: Recording,
    rules: Iterable[Rule],
) -> tuple[Finding, ...]:
    """The findings. The lack of a duty is for review where the agent may have done it in a place
    that is damaged, and what belongs to the end of a call where the customer never spoke, or where
    he hung up or the line broke before the agent could take leave."""
    if recording.decode_errors:
        return tuple(_left(f, DAMAGED) if f.kind == "missing" else f for f in findings)
    why = _why_not_ended(utterances, call)
    if not why:
        return tuple(findings)
    at_end = {
        rule.id
        for rule in rules
        if (duty := rule.duty) is not None and duty.within in ("last", "any") and duty.share is None
    }
    return tuple(_left(f, why) if f.kind == "missing" and f.rule in at_end else f for f in findings)


def _why_not_ended(utterances: Sequence[Utterance], call: CallMeta) -> str:
    """Why the agent may have had no chance to end the call; empty where he had."""
    if utterances and all(one.role == "agent" for one in utterances):
        return SILENT
    if call.hung_up_by == "system":
        return LEFT
    return LEFT if call.hung_up_by == "customer" and not _could_take_leave(utterances) else ""


def _could_take_leave(utterances: Sequence[Utterance]) -> bool:
    """Whether the agent spoke after the customer had come to the end."""
    last = sorted(utterances, key=lambda one: one.start_s)[-LAST_WORDS:]
    closed = [
        one.start_s
        for one in last
        if one.role == "customer" and any(word in one.text for word in CLOSES)
    ]
    return any(one.role == "agent" and one.start_s > min(closed) for one in last if closed)


def _left(finding: Finding, why: str) -> Finding:
    if finding.verdict != "confirmed":
        return finding
    evidence = "；".join(filter(None, (finding.evidence, why)))
    return replace(finding, verdict="review", points=0.0, evidence=evidence)
