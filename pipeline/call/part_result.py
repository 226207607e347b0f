"""A recording's result as one part of a conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.call.present_score import agent_is_heard, score_again
from pipeline.call.written_parts import (
    HANDED_ON,
    TAKEN_OVER,
    due_here,
    elsewhere,
    left_to_people,
    once_owed,
)
from pipeline.dynamics import AGENT_HUNG_UP, CUT_OFF
from pipeline.speakers import announces_transfer
from pipeline.types import TEXT_CODEC, Finding, Quote

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.call.recorded_parts import Member
    from pipeline.lexicon import Lexicon, Rule, Scorecard
    from pipeline.types import CallMeta, CallResult, Part

UNANNOUNCED = "process.transfer_unannounced"
"""The rule of a hand-over that nobody announced (A 三(一)4: 转接时向客户说明情况)."""

CERTAIN = 0.9
"""Confidence of a hand-over that a table or the telephone system records (our choice)."""

_NOTE = "本会话有多段"


def judge_part(
    own: CallResult,
    call: CallMeta,
    member: Member,
    results: Mapping[str, CallResult],
    *,
    sheet: Scorecard,
    lexicon: Lexicon,
) -> CallResult:
    """The result of a recording, made as of a call of its own, as a part. ``call``: its present
    metadata; ``results``: of all parts by SHA-256.

    A duty that belongs to another part, or that another part has, is not missing here. Where the
    parts may be calls of their own, its lack is for review; of parts whose agents are not sure
    nothing is charged. A hand-over that is on record and that nobody announced is noted for
    review."""
    part = _with_duties(member, results, lexicon.rules)
    result = replace(own, call=call)
    is_text = own.recording.codec == TEXT_CODEC
    if member.handed_to is not None and not member.part.is_last and not is_text:
        result = _with_unannounced(result, member.handed_to, lexicon.talk.transfers)
    return in_part(result, part, sheet, lexicon.rules, doubt=_doubt(member))


def in_part(
    result: CallResult, part: Part, sheet: Scorecard, rules: Sequence[Rule], *, doubt: str = ""
) -> CallResult:
    """The result of a call as this part of a conversation, scored by a sheet."""
    not_here = (elsewhere(rules, part) | set(part.elsewhere)) - set(part.in_doubt)
    ends = () if part.is_last else (AGENT_HUNG_UP, CUT_OFF)
    findings = (one for one in result.findings if one.rule not in ends)
    known = {
        *((HANDED_ON,) if not part.is_last else ()),
        *((TAKEN_OVER,) if part.number > 1 else ()),
    }
    notes = tuple(n for n in result.notes if not (n.startswith(_NOTE) or n in known))
    now = replace(
        result,
        part=part,
        not_due=tuple(sorted({*result.not_due, *not_here})),
        findings=left_to_people(due_here(findings, part, not_here), part.in_doubt),
        notes=(*notes, _note(part, doubt)),
        engine=replace(result.engine, scoring_version=sheet.mark),
    )
    scored = score_again(now, sheet, rules, agent_heard=agent_is_heard(result))
    return replace(now, findings=scored.findings, score=scored.score)


def _with_duties(member: Member, results: Mapping[str, CallResult], rules: Sequence[Rule]) -> Part:
    """The part with the duties that are not its own, and those of which that cannot be told."""
    part, once = member.part, once_owed(rules)
    done = _done(member.certain, results, rules, once)
    if not member.in_order:
        places = {r.id for r in rules if r.duty is not None and r.duty.within in ("first", "last")}
        doubt = places | once
    else:
        at_start = elsewhere(rules, replace(part, is_last=True))
        at_end = elsewhere(rules, replace(part, number=1))
        done |= at_start if member.before == "sure" else frozenset()
        done |= at_end if member.after == "sure" else frozenset()
        perhaps = _done(member.others, results, rules, once)
        doubt = {*at_start, *at_end, *perhaps}
    return replace(part, elsewhere=tuple(sorted(done)), in_doubt=tuple(sorted(doubt - done)))


def _done(
    others: Collection[str],
    results: Mapping[str, CallResult],
    rules: Sequence[Rule],
    once: frozenset[str],
) -> frozenset[str]:
    """The duties owed once in a conversation that one of these parts has done."""
    said = {f.rule for one in others for f in results[one].findings if f.kind == "required"}
    return frozenset(rule.id for rule in rules if rule.id in once and rule.slots & said)


def _with_unannounced(result: CallResult, agent: str, transfers: Sequence[str]) -> CallResult:
    """The result with a hand-over for review, unless somebody announced it."""
    said = [one for one in result.utterances if one.role != "customer"]
    if not said or any(announces_transfer(one.text, transfers) for one in said):
        return result
    last = max(said, key=lambda one: one.start_s)
    found = Finding(
        rule=UNANNOUNCED, kind="process", phrase="转接前没有听到说明", role="agent",
        start_s=last.start_s, end_s=max(result.recording.judged.end_s, last.end_s), quote=last.text,
        match="signal", confidence=CERTAIN, verdict="review", evidence=f"下一段由 {agent} 接听",
        quotes=(Quote(last.role, last.start_s, last.end_s, last.text),),
    )  # fmt: skip
    ordered = sorted((*result.findings, found), key=lambda one: (one.start_s, one.end_s, one.rule))
    return replace(result, findings=tuple(ordered))


def _doubt(member: Member) -> str:
    """In Chinese, what cannot be told of the parts; empty where all is sure."""
    if not member.part.sure:
        return "各段时间重叠或客服不明，由人工复核，不扣分"
    if not member.in_order:
        return "不知道各段的先后，问候、道别等由人工复核，不扣分"
    if "doubtful" in (member.before, member.after):
        return (
            "分不清与相邻的一段是不是同一通（也可能是客户又打来），问候、道别等由人工复核，不扣分"
        )
    return ""


def _note(part: Part, doubt: str) -> str:
    note = (
        f"{_NOTE}：{part.conversation}，这是第 {part.number} 段（共 {len(part.parts)} 段），"
        f"只评这一段；其他各段：{'、'.join(part.others)}"
    )
    return f"{note}；{doubt}" if doubt else note
