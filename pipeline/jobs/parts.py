"""Recordings of one conversation linked, and each judged as its part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.call import RecordedPart, conversation_of, find_parts, judge_part
from pipeline.store import ready
from pipeline.types import TEXT_CODEC

if TYPE_CHECKING:
    from pipeline.jobs.basis import JudgingBasis
    from pipeline.store import Store


def link_parts(
    store: Store, sha256: str, basis: JudgingBasis, *, run_id: int, actor: str, at: str
) -> tuple[str, ...]:
    """Judge the recordings of a conversation as its parts after one of them was saved, and return
    the SHA-256 of those with a new machine's result; their old results stay. A second time nothing
    changes. ``at``: UTC, ISO 8601. Raises ``StoreError``."""
    known = store.results.known_of(sha256)
    if known is None or known[0].customer_id is None:
        return ()
    conversation = conversation_of(known[0].call_id)
    if conversation is None:
        return ()
    calls = _calls_of(store, conversation, known[0].customer_id)
    changed = []
    for digest, part in find_parts(calls).items():
        own = next(one for one in calls if one.result.recording.sha256 == digest)
        mark = own.result.engine.scoring_version
        sheet = next(
            (sheet for sheet in basis.sheets.sheets if sheet.mark == mark),
            basis.sheets.choose(own.call.queue, own.call.day),
        )
        others = [one.result for one in calls if one is not own]
        judged = judge_part(own, part, others, sheet=sheet, rules=basis.lexicon.rules)
        before = own.result
        if (judged.part, judged.not_due, judged.findings) == (
            before.part,
            before.not_due,
            before.findings,
        ):
            continue
        store.results.put(ready(judged, scored_at=at), run_id=run_id, actor=actor, anew=True)
        changed.append(digest)
    return tuple(changed)


def _calls_of(store: Store, conversation: str, customer_id: str) -> list[RecordedPart]:
    """The recordings of a conversation with a customer in which people talk, by the machine."""
    found = []
    for sha256 in store.results.of_conversation(conversation, customer_id):
        known = store.results.known_of(sha256)
        if known is None or conversation_of(known[0].call_id) != conversation:
            continue
        result = store.results.get(store.effective.machine_of(store.effective.of(sha256)))
        if result.no_talk is None and result.recording.codec != TEXT_CODEC:
            found.append(RecordedPart(result, known[0]))
    return found
