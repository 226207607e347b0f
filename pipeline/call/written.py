"""A finished transcript or a chat, checked by the same rules, without a recording."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.call.written_times import measure_times
from pipeline.knowledge import count_answers, find_knowledge, settle
from pipeline.lexicon import sound_rules
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.score import figures_of, leave_to_people, score_call
from pipeline.transcribe import simplify
from pipeline.types import (
    TEXT_CODEC,
    CallFacts,
    CallResult,
    CustomerOutcome,
    Pace,
    Provenance,
    Recording,
    RolePace,
    Tone,
    Utterance,
)

if TYPE_CHECKING:
    from pipeline.imports import Conversation
    from pipeline.lexicon import Lexicon, ScorecardBook
    from pipeline.settings import Settings


def check_conversation(
    conversation: Conversation,
    book: PhraseBook,
    lexicon: Lexicon,
    sheets: ScorecardBook,
    settings: Settings,
) -> CallResult:
    """Score one conversation. What needs a recording is ``None`` and does not apply: the times of
    lines say when they were sent, not what was heard. In a chat, which is typed, nothing is looked
    for by sound. Raises ``LexiconError`` for a regular expression
    that does not end."""
    conversation = replace(
        conversation, utterances=tuple(map(_simplified, conversation.utterances))
    )
    utterances, meta = conversation.utterances, conversation.meta
    times = measure_times(conversation, lexicon.talk, settings.limits)
    levels = (None,) * len(utterances)
    facts = CallFacts(utterances, conversation.duration_s, meta, levels, times.waits)
    agent_heard = any(utterance.role == "agent" for utterance in utterances)
    phrases = find_phrases(
        facts, book, roles_sure=agent_heard, by_sound=conversation.medium == "voice"
    )
    unheard = sound_rules(book.rules, waits_known=times.waits is not None)
    said = [finding for finding in phrases.findings if finding.rule not in unheard]
    knowledge = find_knowledge(
        utterances, lexicon.knowledge, day=meta.day, typed=conversation.medium == "chat"
    )
    findings = leave_to_people(
        sorted(
            (*said, *times.findings, *knowledge.findings),
            key=lambda f: (f.start_s, f.end_s, f.rule),
        ),
        settings.scoring.review_only,
    )
    checks = settle(knowledge.checks, findings)
    silent = RolePace(None, None, None, 0.0)
    pace, dynamics, tone = Pace(silent, silent), times.dynamics, Tone()
    sheet = sheets.choose(meta.queue, meta.day)
    figures = figures_of(
        pace,
        dynamics,
        tone,
        phrases.address,
        CustomerOutcome(),
        duration_s=conversation.duration_s,
        knowledge=count_answers(checks, findings),
    )
    not_due = tuple(sorted(phrases.not_due | unheard & set(lexicon.duties)))
    scored = score_call(
        findings,
        sheet,
        lexicon.rules,
        figures=figures,
        agent_heard=agent_heard,
        not_due=not_due,
    )
    return CallResult(
        recording=Recording(
            conversation.path, conversation.sha256, conversation.duration_s, 0, 0, TEXT_CODEC, 0
        ),
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
        knowledge=checks,
    )


def _simplified(utterance: Utterance) -> Utterance:
    """An utterance in simplified characters, in which the rules are written."""
    text = simplify(utterance.text)
    if text == utterance.text:
        return utterance
    words = tuple(replace(word, text=simplify(word.text)) for word in utterance.words)
    return replace(utterance, text=text, words=words)
