"""The machine's result and people's acts into a corrected result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.call import agent_is_heard, score_again
from pipeline.corrections.decisions import decide_findings
from pipeline.corrections.edits import edit_utterances
from pipeline.corrections.overrides import override_points
from pipeline.corrections.rematch import look_again
from pipeline.people import SCORING_KINDS, ReviewAction
from pipeline.score import LEAST_AGENT_SPEECH_S, leave_to_people
from pipeline.types import TEXT_CODEC, CallResult, Finding, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.lexicon import Lexicon, Scorecard
    from pipeline.phrases import PhraseBook


@dataclass(frozen=True, slots=True)
class RevisionBasis:
    """What a result is scored by: ``sheet`` is its own, ``book`` makes the lexicon's phrases ready,
    which takes a second the first time. ``review_only``: rules whose findings are left to
    people."""

    lexicon: Lexicon
    sheet: Scorecard
    book: Callable[[], PhraseBook]
    review_only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Revised:
    """A corrected result, or the machine's with ``revision`` empty where no scoring act is in
    force.

    ``revision``: digest of what was applied. ``idle``: the acts whose finding, utterance or item is
    not in this result any more. ``edited``: its utterances are not those that were heard."""

    result: CallResult
    revision: str = ""
    idle: tuple[ReviewAction, ...] = ()
    edited: bool = False


def scoring_acts(acts: Sequence[ReviewAction]) -> tuple[ReviewAction, ...]:
    """The acts in force that change the score, in order."""
    return tuple(
        sorted((a for a in acts if a.in_force and a.kind in SCORING_KINDS), key=lambda act: act.id)
    )


def revise(result: CallResult, acts: Sequence[ReviewAction], basis: RevisionBasis) -> Revised:
    """Apply the acts in force to the machine's result: roles and text first, then decisions, then
    additions, then points that are set. What was measured of the sound, the share of 您 and the
    pace too, stays as it was.

    Raises ``LexiconError`` for a regular expression that does not end.
    """
    applied = scoring_acts(acts)
    if not applied:
        return Revised(result)
    utterances, lost = edit_utterances(result.utterances, applied)
    edited = utterances != result.utterances
    findings = _again(result, utterances, basis) if edited else result.findings
    rules = {rule.id: rule for rule in basis.lexicon.rules}
    findings, unfit = decide_findings(
        findings, applied, rules, duration_s=result.recording.duration_s
    )
    now = replace(result, utterances=utterances, findings=findings)
    heard = _hears_agent(result, now)
    scored = score_again(now, basis.sheet, basis.lexicon.rules, agent_heard=heard)
    score, unset = override_points(scored.score, basis.sheet, applied)
    engine = replace(result.engine, scoring_version=basis.sheet.mark)
    idle = tuple(sorted((*lost, *unfit, *unset), key=lambda act: act.id))
    made = replace(now, engine=engine, findings=scored.findings, score=score)
    return Revised(made, _digest(applied, basis, edited=edited), idle, edited)


def _again(
    result: CallResult, utterances: tuple[Utterance, ...], basis: RevisionBasis
) -> tuple[Finding, ...]:
    found = look_again(result, utterances, basis.book())
    new = [finding for finding in found if finding not in result.findings]
    left = dict(zip(new, leave_to_people(new, basis.review_only), strict=True))
    return tuple(left.get(finding, finding) for finding in found)


def _hears_agent(machine: CallResult, now: CallResult) -> bool:
    """Whether there is an agent to judge: as it was measured, unless people said who speaks."""
    if [u.role for u in machine.utterances] == [u.role for u in now.utterances]:
        return agent_is_heard(machine)
    spoken_s = sum(u.span.duration_s for u in now.utterances if u.role == "agent")
    return spoken_s > 0 if now.recording.codec == TEXT_CODEC else spoken_s >= LEAST_AGENT_SPEECH_S


def _digest(acts: Sequence[ReviewAction], basis: RevisionBasis, *, edited: bool) -> str:
    """Sixteen hex digits that change with what is applied and, where words are looked for again, by
    what."""
    said = [[act.kind, dict(act.value), act.actor] for act in acts]
    by = [basis.lexicon.version, *sorted(basis.review_only)] if edited else [basis.lexicon.version]
    return hashlib.sha256(
        json.dumps([said, by], ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()[:16]
