"""The machine's result and review actions into a corrected result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.call import agent_is_heard, know_again, owed_here, score_again, with_knowledge
from pipeline.corrections.decisions import decide_findings
from pipeline.corrections.edits import edit_utterances
from pipeline.corrections.overrides import override_points
from pipeline.corrections.rematch import look_again
from pipeline.knowledge import settle
from pipeline.people import SCORING_KINDS, ReviewAction
from pipeline.score import LEAST_AGENT_SPEECH_S, leave_to_people
from pipeline.topics import read_matter
from pipeline.types import TEXT_CODEC, CallResult, Finding, Utterance, name_speakers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.knowledge import Knowledge
    from pipeline.lexicon import Lexicon, Scorecard
    from pipeline.phrases import PhraseBook


@dataclass(frozen=True, slots=True)
class RevisionBasis:
    """The basis of a score: ``sheet`` is the result's own; ``book`` loads the lexicon's phrases,
    the first time in a second. ``review_only``: rules with findings that are routed to human
    review."""

    lexicon: Lexicon
    sheet: Scorecard
    book: Callable[[], PhraseBook]
    review_only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Revised:
    """A corrected result, or the machine's with ``revision`` empty where no scoring action is in
    force.

    ``revision``: digest of the applied actions. ``idle``: actions on a finding, utterance or item
    that this result does not have. ``edited``: its utterances differ from the machine's."""

    result: CallResult
    revision: str = ""
    idle: tuple[ReviewAction, ...] = ()
    edited: bool = False


def scoring_actions(actions: Sequence[ReviewAction]) -> tuple[ReviewAction, ...]:
    """The actions in force that change the score, in order."""
    return tuple(
        sorted(
            (a for a in actions if a.in_force and a.kind in SCORING_KINDS),
            key=lambda action: action.id,
        )
    )


def revise(result: CallResult, actions: Sequence[ReviewAction], basis: RevisionBasis) -> Revised:
    """Apply the actions in force to the machine's result: roles and text first, then decisions,
    then additions, then points that are set. Measures of the sound stay, and so do the share of 您
    and the pace.

    Raises ``LexiconError`` for a regular expression that does not end.
    """
    applied = scoring_actions(actions)
    if not applied:
        return Revised(result)
    utterances, lost = edit_utterances(result.utterances, applied)
    edited = utterances != result.utterances
    findings, checks = result.findings, result.knowledge
    if edited:
        known = know_again(result, utterances, basis.lexicon.knowledge, result.call)
        checks = known.checks
        findings = _again(result, utterances, known, basis)
    rules = {rule.id: rule for rule in basis.lexicon.rules}
    findings, unfit = decide_findings(
        findings, applied, rules, duration_s=result.recording.judged.end_s
    )
    findings = tuple(name_speakers(finding, utterances) for finding in findings)
    now = replace(
        result, utterances=utterances, findings=findings, knowledge=settle(checks, findings)
    )
    if edited:
        matter = read_matter(utterances, basis.lexicon, result.call)
        now = replace(now, topics=matter.topics, settlement=matter.settlement)
    agent_heard = _hears_agent(result, now)
    scored = score_again(now, basis.sheet, basis.lexicon.rules, agent_heard=agent_heard)
    score, unset = override_points(scored.score, basis.sheet, applied)
    engine = replace(result.engine, scoring_version=basis.sheet.mark)
    idle = tuple(sorted((*lost, *unfit, *unset), key=lambda action: action.id))
    corrected = replace(now, engine=engine, findings=scored.findings, score=score)
    return Revised(corrected, _digest(applied, basis, edited=edited), idle, edited)


def _again(
    result: CallResult,
    utterances: tuple[Utterance, ...],
    known: Knowledge,
    basis: RevisionBasis,
) -> tuple[Finding, ...]:
    found = with_knowledge(look_again(result, utterances, basis.book()), known)
    known_now = replace(result, utterances=utterances)
    found = owed_here(found, known_now, basis.lexicon.rules)
    new = [finding for finding in found if finding not in result.findings]
    left = dict(zip(new, leave_to_people(new, basis.review_only), strict=True))
    return tuple(left.get(finding, finding) for finding in found)


def _hears_agent(machine: CallResult, now: CallResult) -> bool:
    """Whether there is an agent to judge: as measured, unless people corrected the speakers."""
    if [u.role for u in machine.utterances] == [u.role for u in now.utterances]:
        return agent_is_heard(machine)
    spoken_s = sum(u.span.duration_s for u in now.utterances if u.role == "agent")
    return spoken_s > 0 if now.recording.codec == TEXT_CODEC else spoken_s >= LEAST_AGENT_SPEECH_S


def _digest(actions: Sequence[ReviewAction], basis: RevisionBasis, *, edited: bool) -> str:
    """Sixteen hex digits that change with the applied actions and, where words are matched again,
    with the lexicon and the rules under review."""
    applied = [[action.kind, dict(action.value), action.actor] for action in actions]
    by = [basis.lexicon.version, *sorted(basis.review_only)] if edited else [basis.lexicon.version]
    return hashlib.sha256(
        json.dumps([applied, by], ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()[:16]
