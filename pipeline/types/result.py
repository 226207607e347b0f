"""The result of one call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from pipeline.types.knowledge import KnowledgeCheck
from pipeline.types.matters import CallTopic, Settlement
from pipeline.types.measures import Dynamics, FormOfAddress, Pace, SoundEvent, Tone
from pipeline.types.part import HandOver, Part
from pipeline.types.score import Score
from pipeline.types.speech import CallMeta, Finding, Recording, Span, Utterance

SCHEMA_VERSION = 1


NoTalk: TypeAlias = Literal["empty", "silence", "signals", "announcement"]
"""Why a recording holds no conversation: it has no sound, nobody speaks, only ringing, busy tones or
music are heard, or only announcements."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything besides the recording that a result depends on."""

    model: str
    model_sha256: str
    lexicon_version: str
    scoring_version: str
    callqa_version: str
    settings_version: str = ""


@dataclass(frozen=True, slots=True)
class CustomerOutcome:
    """Facts known after the call, from imports: the customer's ``rating`` (1 to 5), whether the
    matter is ``resolved``, and the number of ``praises`` and ``complaints``."""

    rating: float | None = None
    resolved: bool | None = None
    praises: int | None = None
    complaints: int | None = None

    def with_words(self, settlement: Settlement) -> CustomerOutcome:
        """The outcome with what the words of the call say about ``resolved``, where no import
        said it.

        >>> CustomerOutcome(resolved=True).with_words(Settlement(solved=False)).resolved
        True
        """
        return self if self.resolved is not None else replace(self, resolved=settlement.solved)


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of one call; ``pipeline.report.jsonl`` writes it in the published format."""

    recording: Recording
    call: CallMeta
    engine: Provenance
    utterances: tuple[Utterance, ...]
    findings: tuple[Finding, ...]
    pace: Pace
    dynamics: Dynamics
    tone: Tone
    score: Score
    address: FormOfAddress = field(default_factory=FormOfAddress)
    sounds: tuple[SoundEvent, ...] = ()
    overlaps: tuple[Span, ...] = ()
    """Stretches in which both speak at once, or in which a mix does not tell who speaks."""
    not_due: tuple[str, ...] = ()
    """Ids of the duties that the call gave no occasion for; of old results none is known."""
    outcome: CustomerOutcome = field(default_factory=CustomerOutcome)
    topics: tuple[CallTopic, ...] = ()
    """The main one first; empty where no topic has its words, and for results of older versions."""
    settlement: Settlement = field(default_factory=Settlement)
    knowledge: tuple[KnowledgeCheck, ...] = ()
    """The customer's questions about facts of the site's knowledge files, with how they were
    answered; empty without such files."""
    notes: tuple[str, ...] = ()
    """In Chinese: what is wrong with the recording or the roles. ``score.flags`` begins with
    them."""
    no_talk: NoTalk | None = None
    """The call was not answered, or nobody said anything. It is counted, not scored, and not for
    review. ``None`` for a conversation."""
    part: Part | None = None
    """Which agent's part of a conversation this is; ``None`` where one agent led it."""
    hand_over: HandOver | None = None
    """Where another agent takes over inside the recording; ``None`` where nobody is known to."""
    places: tuple[str, ...] = ()
    """Of an imported text: for each utterance its line or entry in the file."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be scored, and the reason."""

    path: str
    reason: str
