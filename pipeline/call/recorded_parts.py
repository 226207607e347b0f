"""Several recordings of one conversation: which part each is, and its result as that part."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.call.rescore import agent_is_heard, score_again
from pipeline.call.written_parts import due_here, elsewhere, once_owed
from pipeline.types import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.lexicon import Rule, Scorecard
    from pipeline.types import CallMeta, CallResult, Seconds

LONGEST_GAP_S: Seconds = 120.0
"""The next part begins at most so long after the end of the one before (our choice): a transfer
rings for a minute or less."""

LONGEST_OVERLAP_S: Seconds = 5.0
"""Parts that overlap by more are not one after the other (our choice): times are written in whole
seconds, and recorders stop late."""

_SUFFIX = re.compile(r"(?P<whole>.*[^-_])[-_](?P<part>[1-9]\d?|[A-Z])")


@dataclass(frozen=True, slots=True)
class RecordedPart:
    """One recording of a conversation: its result and its present metadata."""

    result: CallResult
    call: CallMeta


def conversation_of(call_id: str | None) -> str | None:
    """The conversation that a call id names with the number or letter of a part, ``None`` without.

    >>> conversation_of("C100-2"), conversation_of("C100_B"), conversation_of("C100")
    ('C100', 'C100', None)
    """
    found = _SUFFIX.fullmatch(call_id or "")
    return found["whole"] if found else None


def find_parts(calls: Sequence[RecordedPart]) -> Mapping[str, Part]:
    """The part that each recording is, by its SHA-256. Empty unless at least two have call ids of
    one conversation, one known customer and known times of one kind, each soon after the one
    before. They are not sure where two overlap or an agent is unknown."""
    whole = {conversation_of(one.call.call_id) for one in calls}
    customers = {one.call.customer_id for one in calls}
    ids = {one.call.call_id for one in calls}
    if len(calls) < 2 or len(whole) != 1 or len(customers) != 1 or len(ids) != len(calls):
        return {}
    conversation = whole.pop()
    try:
        starts = {id(one): datetime.fromisoformat(one.call.started_at or "") for one in calls}
        ordered = sorted(calls, key=lambda one: starts[id(one)])
    except (TypeError, ValueError):
        return {}
    gaps = [
        (starts[id(after)] - starts[id(before)]).total_seconds()
        - before.result.recording.duration_s
        for before, after in pairwise(ordered)
    ]
    if conversation is None or None in customers or max(gaps) > LONGEST_GAP_S:
        return {}
    sure = min(gaps) >= -LONGEST_OVERLAP_S and all(one.call.agent_id for one in calls)
    names = tuple(one.call.call_id or "" for one in ordered)
    return {
        one.result.recording.sha256: Part(
            conversation, at, names, is_last=at == len(names), sure=sure
        )
        for at, one in enumerate(ordered, start=1)
    }


def judge_part(
    own: RecordedPart,
    part: Part,
    others: Sequence[CallResult],
    *,
    sheet: Scorecard,
    rules: Sequence[Rule],
) -> CallResult:
    """The result as a part: without the lack of a duty that belongs to another part or that another
    part has. Nothing else changes; of parts that are not sure nothing is charged."""
    result = own.result
    said = {f.rule for other in others for f in other.findings if f.kind == "required"}
    once = once_owed(rules)
    done = {rule.id for rule in rules if rule.id in once and rule.slots & said}
    not_here = elsewhere(rules, part) | done
    notes = tuple(note for note in result.notes if not note.startswith(_NOTE))
    now = replace(
        result,
        call=own.call,
        part=part,
        not_due=tuple(sorted({*result.not_due, *not_here})),
        findings=due_here(result.findings, part, not_here),
        notes=(*notes, _note(part)),
        engine=replace(result.engine, scoring_version=sheet.mark),
    )
    scored = score_again(now, sheet, rules, agent_heard=agent_is_heard(result))
    return replace(now, findings=scored.findings, score=scored.score)


_NOTE = "本会话有多段录音"


def _note(part: Part) -> str:
    note = (
        f"{_NOTE}：{part.conversation}，这是第 {part.number} 段（共 {len(part.parts)} 段），"
        f"只评这一段；其他各段：{'、'.join(part.others)}"
    )
    return note if part.sure else f"{note}；各段时间重叠或客服不明，由人工复核，不扣分"
