"""A finished transcript or a chat, checked by the same rules, without a recording."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.score import figures_of, leave_to_people, score_call
from pipeline.types import (
    TEXT_CODEC,
    CallFacts,
    CallResult,
    CustomerOutcome,
    Dynamics,
    Finding,
    Pace,
    Provenance,
    Recording,
    RolePace,
    Seconds,
    Tone,
    Unmeasured,
    Utterance,
)

if TYPE_CHECKING:
    from pipeline.imports import Conversation
    from pipeline.lexicon import Lexicon, ScorecardBook
    from pipeline.settings import Settings

NO_SOUND = "文字会话没有录音"

SOUND_ONLY = (
    "talk_ratio_agent", "silence_s", "longest_silence_s", "interruptions_by_agent", "interruptions_by_customer",
    "announced_wait_s", "hold_s", "talk_over_s", "longest_monologue_agent_s", "time_to_greeting_s", "ended_by",
)  # fmt: skip

NEEDS_SOUND = frozenset(
    {"process.hold_ask", "process.hold_thanks", "process.outburst", "process.hang_up"}
)
"""Rules about waits, loudness and who hung up; the times of lines say when they were sent, not what
was heard."""


def check_conversation(
    conversation: Conversation,
    book: PhraseBook,
    lexicon: Lexicon,
    sheets: ScorecardBook,
    settings: Settings,
) -> CallResult:
    """Score one conversation. What needs a recording is ``None`` and does not apply; in a chat,
    which is typed, nothing is looked for by sound. Raises ``LexiconError`` for a regular expression
    that does not end."""
    utterances, meta = conversation.utterances, conversation.meta
    facts = CallFacts(utterances, conversation.duration_s, meta, (None,) * len(utterances))
    agent_heard = any(utterance.role == "agent" for utterance in utterances)
    phrases = find_phrases(
        facts, book, roles_sure=agent_heard, by_sound=conversation.medium == "voice"
    )
    findings: tuple[Finding, ...] = tuple(f for f in phrases.findings if f.rule not in NEEDS_SOUND)
    findings = leave_to_people(findings, settings.scoring.review_only)
    silent = RolePace(None, None, None, 0.0)
    pace, dynamics, tone = Pace(silent, silent), _dynamics(conversation), Tone()
    sheet = sheets.choose(meta.queue, meta.day)
    figures = figures_of(
        pace, dynamics, tone, phrases.address, CustomerOutcome(), duration_s=conversation.duration_s
    )
    scored = score_call(findings, sheet, lexicon.rules, figures=figures, agent_heard=agent_heard)
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
    )


def _dynamics(conversation: Conversation) -> Dynamics:
    latencies = response_latencies(conversation) if conversation.timed else []
    missing = [Unmeasured(figure, NO_SOUND) for figure in SOUND_ONLY]
    if not latencies:
        missing.append(
            Unmeasured(
                "response_latency_median_s", "没有时间" if not conversation.timed else "没有应答"
            )
        )
    return Dynamics(
        talk_ratio_agent=None,
        silence_s=None,
        longest_silence_s=None,
        interruptions_by_agent=None,
        interruptions_by_customer=None,
        response_latency_median_s=median(latencies) if latencies else None,
        last_speaker=conversation.utterances[-1].role if conversation.utterances else None,
        unmeasured=tuple(missing),
    )


def response_latencies(conversation: Conversation) -> list[Seconds]:
    """How long the customer waited for each answer: from the end of what was said, in a chat from
    the time the last line was sent, to the agent's first line after it."""
    waits: list[Seconds] = []
    asked: Utterance | None = None
    for utterance in conversation.utterances:
        if utterance.role == "customer":
            asked = utterance
        elif utterance.role == "agent" and asked is not None:
            since = asked.start_s if conversation.medium == "chat" else asked.end_s
            waits.append(max(0.0, utterance.start_s - since))
            asked = None
    return waits
