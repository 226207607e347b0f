"""A finished transcript or a chat, checked by the same rules, without a recording."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.call.no_chance import has_left, unless_no_chance
from pipeline.call.written_parts import (
    GONE,
    due_here,
    elsewhere,
    facts_of_whole,
    for_review,
    lacks,
    notes_of,
    notes_of_ends,
    notes_of_lost,
    once_owed,
    unless_in_another,
    unless_lost,
    with_sources,
)
from pipeline.call.written_roles import roles_of
from pipeline.call.written_times import measure_times, waits_now
from pipeline.knowledge import count_answers, find_knowledge, settle
from pipeline.lexicon import sound_rules
from pipeline.phrases import PhraseBook, Phrases, find_phrases
from pipeline.score import figures_of, leave_to_people, score_call
from pipeline.topics import read_matter
from pipeline.transcribe import simplify
from pipeline.types import (
    TEXT_CODEC,
    CallFacts,
    CallResult,
    CustomerOutcome,
    Finding,
    Pace,
    Provenance,
    Recording,
    RolePace,
    Tone,
    Utterance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.dynamics import Wait
    from pipeline.imports import Conversation
    from pipeline.lexicon import Lexicon, ScorecardBook
    from pipeline.settings import Settings
    from pipeline.types import Seconds


def check_conversation(
    conversation: Conversation,
    book: PhraseBook,
    lexicon: Lexicon,
    sheets: ScorecardBook,
    settings: Settings,
) -> CallResult:
    """Score one conversation. What needs a recording is ``None`` and does not apply: the times of
    lines say when they were sent, not what was heard. In a chat, which is typed, nothing is looked
    for by sound. Raises ``LexiconError`` for a regular expression that does not end."""
    conversation = replace(
        conversation,
        utterances=tuple(map(_simplified, conversation.utterances)),
        others=tuple(map(_simplified, conversation.others)),
    )
    roles = roles_of(conversation, lexicon)
    conversation = replace(conversation, utterances=roles.utterances)
    utterances, meta, part = conversation.utterances, conversation.meta, conversation.part
    times = measure_times(conversation, lexicon.talk, settings.limits)
    levels = (None,) * len(utterances)
    recording = Recording(
        conversation.path, conversation.sha256, conversation.duration_s, 0, 0, TEXT_CODEC, 0
    )
    facts = CallFacts(
        utterances, conversation.duration_s, meta, levels, times.waits, written=True,
        sides_doubtful=roles.sides_doubtful,
    )  # fmt: skip
    agent_heard = any(utterance.role == "agent" for utterance in utterances)
    sure = agent_heard and roles.is_sure
    matter = read_matter(utterances, lexicon, meta, roles_sure=sure)
    by_sound = conversation.medium == "voice"
    phrases = find_phrases(facts, book, roles_sure=sure, by_sound=by_sound)
    unheard = sound_rules(book.rules, waits_known=times.waits is not None)
    not_here = _not_here(conversation, phrases, book, lexicon)
    said = [finding for finding in phrases.findings if finding.rule not in unheard]
    knowledge = find_knowledge(
        utterances,
        lexicon.knowledge,
        day=meta.day,
        typed=conversation.medium == "chat",
        roles_sure=sure,
    )
    timely = sure and not conversation.lost
    measured = times.findings if timely else for_review(times.findings)
    found = sorted((*said, *measured, *knowledge.findings), key=attrgetter("place"))
    notes = _notes(conversation, roles.note, lexicon)
    due = unless_no_chance(
        _due(found, conversation, not_here, notes, lexicon),
        utterances,
        meta,
        recording,
        lexicon.rules,
    )
    findings = leave_to_people(due, settings.scoring.review_only)
    findings = with_sources(findings, utterances, conversation.places)
    checks = settle(knowledge.checks, findings)
    silent = RolePace(None, None, None, 0.0)
    pace, dynamics, tone = Pace(silent, silent), times.dynamics, Tone()
    sheet = sheets.choose(meta.queue, meta.day)
    figures = figures_of(
        pace,
        dynamics,
        tone,
        phrases.address,
        CustomerOutcome().with_words(matter.settlement),
        duration_s=conversation.duration_s,
        knowledge=count_answers(checks, findings),
    )
    not_due = tuple(sorted(phrases.not_due | not_here | unheard & set(lexicon.duties)))
    scored = score_call(
        findings,
        sheet,
        lexicon.rules,
        figures=figures if part is None or part.sure else {},
        agent_heard=agent_heard,
        notes=notes,
        not_due=not_due,
    )
    return CallResult(
        recording=recording,
        call=meta,
        engine=Provenance(
            model=conversation.medium,
            model_sha256="",
            lexicon_version=lexicon.version,
            scoring_version=sheet.mark,
            callqa_version=__version__,
            settings_version=settings.version,
        ),
        utterances=utterances,
        findings=scored.findings,
        pace=pace,
        dynamics=dynamics,
        tone=tone,
        score=scored.score,
        address=phrases.address,
        overlaps=times.overlaps,
        not_due=not_due,
        notes=notes,
        part=part,
        places=conversation.places,
        topics=matter.topics,
        settlement=matter.settlement,
        knowledge=checks,
    )


def _not_here(
    conversation: Conversation, phrases: Phrases, book: PhraseBook, lexicon: Lexicon
) -> frozenset[str]:
    """The duties that belong to other parts of a conversation, or were done in them."""
    part = conversation.part
    not_here = elsewhere(lexicon.rules, part)
    if part is None:
        return not_here
    whole = facts_of_whole(conversation.utterances, conversation.others, conversation.meta)
    by_sound = conversation.medium == "voice"
    lacked = find_phrases(whole, book, roles_sure=True, by_sound=by_sound).findings
    met = once_owed(lexicon.rules) - lacks(lacked)
    return not_here | (met & lacks(phrases.findings))


def _notes(conversation: Conversation, on_roles: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What the result says of the text that it rests on; ``on_roles``: of who is who."""
    part, utterances = conversation.part, conversation.utterances
    return (
        *filter(None, (on_roles,)),
        *(notes_of(part) if part else notes_of_ends(utterances, lexicon.talk)),
        *notes_of_lost(conversation.lost, conversation.strangers),
        *((GONE,) if has_left(simplify(conversation.system_end), utterances) else ()),
    )


def _due(
    found: Sequence[Finding],
    conversation: Conversation,
    not_here: frozenset[str],
    notes: Sequence[str],
    lexicon: Lexicon,
) -> tuple[Finding, ...]:
    """The findings that belong to this part, and what may have been said where text is lost."""
    due = unless_lost(due_here(found, conversation.part, not_here), notes)
    return unless_in_another(due, notes, lexicon.rules)


def find_running_waits(
    conversation: Conversation, lexicon: Lexicon, settings: Settings, *, now_s: Seconds
) -> tuple[Wait, ...]:
    """The customer's waits in a chat in progress, by the limits of the finished check; the last one
    may go on, and has an answer without text."""
    said = tuple(map(_simplified, conversation.utterances))
    roles = roles_of(replace(conversation, utterances=said), lexicon)
    known = replace(conversation, utterances=roles.utterances)
    return waits_now(known, lexicon.talk, settings.limits, now_s=now_s)


def _simplified(utterance: Utterance) -> Utterance:
    """An utterance in simplified characters, in which the rules are written."""
    text = simplify(utterance.text)
    if text == utterance.text:
        return utterance
    words = tuple(replace(word, text=simplify(word.text)) for word in utterance.words)
    return replace(utterance, text=text, words=words)
