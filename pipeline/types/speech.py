"""Sound, speech, and findings in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Seconds: TypeAlias = float
Hertz: TypeAlias = int
Samples: TypeAlias = npt.NDArray[np.float32]
"""One channel of sound: shape (n,), float32, nominally -1..1, at ``SAMPLE_RATE``."""

SAMPLE_RATE: Hertz = 16_000
"""The rate of all samples inside the pipeline, whatever the recording's rate (Whisper's rate)."""


class Series(Protocol):
    """Numbers in order of time, float32. It is an array, or an object larger than memory, read a
    slice at a time."""

    def __len__(self) -> int: ...

    def __getitem__(self, where: slice, /) -> npt.NDArray[np.float32]: ...


Role: TypeAlias = Literal["agent", "customer", "unknown"]
Kind: TypeAlias = Literal[
    "required",
    "missing",
    "forbidden",
    "silence",
    "interruption",
    "pace",
    "tone",
    "volume",
    "pii",
    "process",
]
MatchKind: TypeAlias = Literal["exact", "pinyin", "acoustic", "meaning", "signal"]
Verdict: TypeAlias = Literal["confirmed", "review"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time, ``start_s <= end_s``.

    >>> Span(1.0, 2.5).duration_s
    1.5
    """

    start_s: Seconds
    end_s: Seconds

    @property
    def duration_s(self) -> Seconds:
        return self.end_s - self.start_s

    def overlap_s(self, other: Span) -> Seconds:
        """Seconds that both cover; 0 if they do not meet.

        >>> Span(0.0, 2.0).overlap_s(Span(1.5, 3.0))
        0.5
        """
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


TEXT_CODEC = "text"
"""Codec of an imported transcript. It has no sound."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The properties of the file itself."""

    path: str
    sha256: str
    duration_s: Seconds
    sample_rate_hz: Hertz
    channels: int
    codec: str
    decode_errors: int
    sides: tuple[str, ...] = ()
    """The paths of the call's other files, where its sides lie in several; their channels follow
    those of ``path``."""
    stretch: Span | None = None
    """What is judged, where the recording holds the parts of several agents; ``None``: all."""
    file_sha256: str = ""
    """Of a later part: SHA-256 of the recording, for ``sha256`` names the part; "" where ``sha256``
    is the recording's."""

    @property
    def judged(self) -> Span:
        """The stretch that is judged.

        >>> Recording("a.wav", "", 9.0, 8000, 2, "pcm_alaw", 0, stretch=Span(4.0, 9.0)).judged
        Span(start_s=4.0, end_s=9.0)
        """
        return self.stretch or Span(0.0, self.duration_s)

    @property
    def content_sha256(self) -> str:
        """SHA-256 of what lies in the file."""
        return self.file_sha256 or self.sha256

    @property
    def kind(self) -> str:
        """Codec and rate. They change the sound of a voice.

        >>> Recording("a.wav", "", 1.0, 8000, 2, "pcm_alaw", 0).kind
        'pcm_alaw-8000'
        """
        return f"{self.codec}-{self.sample_rate_hz}"


Direction: TypeAlias = Literal["inbound", "outbound", "internal"]
CallAnswer: TypeAlias = Literal["answered", "missed"]
HungUpBy: TypeAlias = Literal["agent", "customer", "system"]


@dataclass(frozen=True, slots=True)
class CallMeta:
    """Who called whom and when, and what the telephone system says about the call, from the
    metadata; ``None`` for unknown."""

    call_id: str | None = None
    agent_id: str | None = None
    customer_id: str | None = None
    started_at: str | None = None
    """ISO 8601."""
    queue: str | None = None
    direction: Direction | None = None
    """As the site sees it: a customer calls in, an agent calls out."""
    answer: CallAnswer | None = None
    """``missed``: nobody at the site answered."""
    ringing_s: Seconds | None = None
    """From the start of the ringing until an agent answered."""
    hung_up_by: HungUpBy | None = None
    transferred_to: str | None = None
    """The number or agent that the call was handed to."""
    conversation: str | None = None
    """The conversation that the call is part of, as a table names it: recordings that share it are
    its parts."""

    @property
    def day(self) -> date | None:
        """The day of the call on the clock of the site; ``None`` if its start is not known.

        >>> CallMeta(started_at="2026-11-02T09:30:00").day
        datetime.date(2026, 11, 2)
        """
        try:
            moment = datetime.fromisoformat(self.started_at or "")
        except ValueError:
            return None
        return (moment.astimezone() if moment.tzinfo else moment).date()


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One channel of a recording with the stretches in which somebody speaks.

    ``channel``: the channel's index in the file; a mono mix has 0. A slice of ``samples`` is
    ``Samples``.
    """

    channel: int
    samples: Series
    speech: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word. ``confidence`` 0..1 is the recogniser's mean token probability."""

    text: str
    start_s: Seconds
    end_s: Seconds
    confidence: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one speaker without a longer pause, in simplified characters with punctuation."""

    role: Role
    channel: int
    start_s: Seconds
    end_s: Seconds
    text: str
    confidence: float
    words: tuple[Word, ...]

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The facts of a call that rules use.

    ``utterances`` are in order of time. ``levels_db[i]`` is the level of utterance i in dBFS;
    ``None`` without sound (an imported transcript). ``waits``: when the customer waited for the
    agent, as the times of a text tell; ``None`` for a recording, where silence is heard, and for a
    text without times. ``written``: the text came finished, and nothing was recognised here.
    ``duration_s``: where it ends; ``begins_s``: where a later part of a recording begins.
    ``sides_doubtful``: who is called the customer may be the agent.
    """

    utterances: tuple[Utterance, ...]
    duration_s: Seconds
    meta: CallMeta = CallMeta()
    levels_db: tuple[float | None, ...] = ()
    waits: tuple[Span, ...] | None = None
    written: bool = False
    begins_s: Seconds = 0.0
    sides_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a call as the transcript has them, with their speaker and place. ``source``: the line
    or entry of an imported file; "" of a recording."""

    said_by: Role
    start_s: Seconds
    end_s: Seconds
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding in a call, at the place where it is audible.

    A ``missing`` finding spans the whole call. ``points``: points added or deducted, 0 for
    ``review``.
    """

    rule: str
    kind: Kind
    phrase: str
    role: Role
    start_s: Seconds
    end_s: Seconds
    quote: str
    match: MatchKind
    confidence: float
    verdict: Verdict
    points: float = 0.0
    evidence: str = ""
    """In Chinese: what speaks for the finding besides the quote, such as the comparison by
    sound."""
    left_to_review: bool = False
    """The machine was sure, and a setting routes the rule's findings to human review."""
    quotes: tuple[Quote, ...] = ()
    """The sentences that the finding rests on, in order of time. Empty where nothing was said: a
    silence, a pace, a phrase that is missing in the whole call."""

    @property
    def place(self) -> tuple[Seconds, Seconds, str]:
        """Start, end and rule: findings are listed in this order."""
        return self.start_s, self.end_s, self.rule

    @property
    def is_doubt(self) -> bool:
        """Whether a person has to decide something about the agent. What the customer told or did
        is no doubt about anybody, whatever the verdict."""
        is_of_customer = self.role == "customer" and self.kind == "interruption"
        return self.verdict == "review" and not is_of_customer and not is_told(self.rule, self.role)

    @property
    def heard_and_written(self) -> str:
        """In Chinese what the second ear heard beside what the recogniser wrote, where the text has
        lost the phrase; empty for all other findings."""
        return self.evidence.split("（")[0] if self.evidence.startswith(HEARD) else ""


FACTS = "fact."
"""So begin the ids of rules about facts that a customer tells."""


def is_told(rule: str, role: Role) -> bool:
    """Whether a finding is a fact that the customer told (客户反映), which is nobody's fault.

    >>> is_told("fact.escalation", "customer"), is_told("forbidden.shirk", "unknown")
    (True, False)
    """
    return role == "customer" and rule.startswith(FACTS)


HEARD = "听到“"
"""So begins the evidence of a phrase that only the second ear heard."""
