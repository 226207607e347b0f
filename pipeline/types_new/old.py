"""The nouns of callqa: frozen values that the stages hand to each other.

Times are seconds from the start of the recording. ``None`` means unknown: it was not measured or
cannot be told from this recording. Field names are those of the result format (docs/result.md);
a name that changes here changes the format's version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Seconds: TypeAlias = float
Hertz: TypeAlias = int
Samples: TypeAlias = npt.NDArray[np.float32]
"""One channel of sound: shape (n,), float32, nominally -1..1, at ``SAMPLE_RATE``."""

SAMPLE_RATE: Hertz = 16_000
"""All samples inside the pipeline have this rate, whatever the recording had (Whisper's rate)."""

SCHEMA_VERSION = 1

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
Match: TypeAlias = Literal["exact", "pinyin", "acoustic", "meaning", "signal"]
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
        """Seconds that both cover, 0 when they do not meet.

        >>> Span(0.0, 2.0).overlap_s(Span(1.5, 3.0))
        0.5
        """
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True, slots=True)
class Recording:
    """What is known of the file itself."""

    path: str
    sha256: str
    duration_s: Seconds
    sample_rate_hz: Hertz
    channels: int
    codec: str
    decode_errors: int

    @property
    def kind(self) -> str:
        """Codec and rate, which change how a voice sounds.

        >>> Recording("a.wav", "", 1.0, 8000, 2, "pcm_alaw", 0).kind
        'pcm_alaw-8000'
        """
        return f"{self.codec}-{self.sample_rate_hz}"


@dataclass(frozen=True, slots=True)
class CallMeta:
    """Who called whom and when, from the metadata; ``None`` where it says nothing."""

    call_id: str | None = None
    agent_id: str | None = None
    customer_id: str | None = None
    started_at: str | None = None
    """ISO 8601."""
    queue: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One channel of a recording with the stretches in which somebody speaks.

    ``channel`` is the channel's index in the file; a mono mix has 0.
    """

    channel: int
    samples: Samples
    speech: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word as recognised. ``confidence`` 0..1 is the recogniser's mean token probability."""

    text: str
    start_s: Seconds
    end_s: Seconds
    confidence: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one speaker says without a longer pause: simplified characters with punctuation."""

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
    """What rules may ask about a call. ``utterances`` are in order of time; ``levels_db[i]`` is the
    level of utterance i in dBFS, ``None`` where there is no sound (an imported transcript)."""

    utterances: tuple[Utterance, ...]
    duration_s: Seconds
    meta: CallMeta = CallMeta()
    levels_db: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a call, at the place where it can be heard.

    A ``missing`` finding spans the whole call. ``points`` is what it adds or takes, 0 for ``review``.
    """

    rule: str
    kind: Kind
    phrase: str
    role: Role
    start_s: Seconds
    end_s: Seconds
    quote: str
    match: Match
    confidence: float
    verdict: Verdict
    points: float = 0.0
    evidence: str = ""
    """In Chinese: what speaks for the finding besides the quote, such as the comparison by sound."""


SoundKind: TypeAlias = Literal["music", "ringing", "busy", "keys", "announcement"]


@dataclass(frozen=True, slots=True, order=True)
class Sound:
    """A stretch of one channel that is nobody's speech and nobody's silence: hold music, ringing, a busy
    tone, key tones, or a recorded announcement. ``confidence`` 0..1."""

    start_s: Seconds
    end_s: Seconds
    channel: int
    kind: SoundKind
    confidence: float

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch of speech that is much faster than the speaker's own pace."""

    start_s: Seconds
    end_s: Seconds
    chars_per_min: float


PaceCheck: TypeAlias = Literal["agrees", "text_lost", "text_invented"]


@dataclass(frozen=True, slots=True)
class RolePace:
    """Speaking rate of one side; see ``pipeline.pace``.

    ``low_chars_per_min`` to ``high_chars_per_min`` is the 95 % interval of the rate. ``syllables_per_min``
    counts nuclei in the signal over the same speech, and ``check`` says whether they fit the text.
    """

    chars_per_min: float | None
    fastest_chars_per_min: float | None
    fastest_start_s: Seconds | None
    speaking_s: Seconds
    low_chars_per_min: float | None = None
    high_chars_per_min: float | None = None
    usual_chars_per_min: float | None = None
    """What bursts are compared with: the agent's own median over earlier calls, or over this call."""
    bursts: tuple[Burst, ...] = ()
    syllables_per_min: float | None = None
    check: PaceCheck | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    agent: RolePace
    customer: RolePace

    @property
    def ratio_to_customer(self) -> float | None:
        """Agent's rate over the customer's, ``None`` where one of them has none."""
        agent, customer = self.agent.chars_per_min, self.customer.chars_per_min
        return agent / customer if agent and customer else None


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A figure that is ``None``, and in Chinese why this recording cannot tell it."""

    figure: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How the two sides share the time; see ``pipeline.dynamics`` and docs/conversation.md."""

    talk_ratio_agent: float | None
    silence_s: Seconds | None
    longest_silence_s: Seconds | None
    interruptions_by_agent: int | None
    interruptions_by_customer: int | None
    response_latency_median_s: Seconds | None
    announced_wait_s: Seconds | None = None
    """Part of ``silence_s`` of which the agent had told the customer."""
    hold_s: Seconds | None = None
    """Hold music, ringing and announcements, which are not silence."""
    talk_over_s: Seconds | None = None
    longest_monologue_agent_s: Seconds | None = None
    longest_monologue_start_s: Seconds | None = None
    time_to_greeting_s: Seconds | None = None
    last_speaker: Role | None = None
    ended_by: Role | None = None
    unmeasured: tuple[Unmeasured, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """How the agent addresses the customer (“您”字不离口): how often 您 and 你 were said, and how often
    neither the text nor the sound tells. ``nin_rate`` 0..1 leaves the unsure out; ``None`` without any."""

    nin: int = 0
    ni: int = 0
    unsure: int = 0

    @property
    def nin_rate(self) -> float | None:
        return self.nin / (self.nin + self.ni) if self.nin + self.ni else None


@dataclass(frozen=True, slots=True)
class TonePart:
    """One measure of the voice against the speaker's own usual: ``value`` and ``usual`` in the measure's unit,
    ``z`` how many standard deviations apart."""

    name: str
    value: float
    usual: float
    z: float


@dataclass(frozen=True, slots=True)
class ToneWindow:
    """Three to ten seconds of one speaker's clean speech. ``parts``: the measures that could be taken there;
    ``arousal`` and ``flatness``: z-scores made of them, ``None`` where too few could."""

    start_s: Seconds
    end_s: Seconds
    parts: tuple[TonePart, ...] = ()
    arousal: float | None = None
    flatness: float | None = None


@dataclass(frozen=True, slots=True)
class ToneStretch:
    """Two windows or more in a row that differ from the speaker's own usual. ``evidence``: in Chinese, by how much."""

    start_s: Seconds
    end_s: Seconds
    label: str
    confidence: float
    arousal: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class RoleTone:
    """``label`` and ``calm`` (0..1) are ``None`` where the tone was not judged, and ``confidence`` 0; ``abstained``
    then says why, in Chinese. ``arousal`` and ``flatness``: how far the call is from the speaker's own usual,
    as z-scores with their ``parts``. ``baseline_calls``: earlier calls that the usual rests on, 0 for this call alone."""

    label: str | None = None
    calm: float | None = None
    confidence: float = 0.0
    stretches: tuple[ToneStretch, ...] = ()
    arousal: float | None = None
    flatness: float | None = None
    parts: tuple[TonePart, ...] = ()
    abstained: tuple[str, ...] = ()
    baseline_calls: int = 0
    windows: tuple[ToneWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class Tone:
    agent: RoleTone = RoleTone()
    customer: RoleTone = RoleTone()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item has its points: a finding (index in ``CallResult.findings``) or a measured figure.

    One of the two is always there, so that no point is without a reason that can be checked.
    """

    text: str
    """In Chinese, for the agent and the supervisor."""
    points: float
    finding: int | None = None
    figure: float | None = None

    def __post_init__(self) -> None:
        if (self.finding is None) == (self.figure is None):
            raise ValueError("a reason needs a finding or a figure, and not both")


@dataclass(frozen=True, slots=True)
class ScoreItem:
    id: str
    name: str
    full: float
    points: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """``attitude`` (服务态度) and ``total`` are 0..100, ``None`` where no agent was heard.

    ``flags`` say in Chinese why a supervisor should look.
    """

    attitude: float | None
    total: float | None
    fatal: bool
    items: tuple[ScoreItem, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that a result depends on besides the recording."""

    model: str
    model_sha256: str
    lexicon_version: str
    scoring_version: str
    callqa_version: str


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of one call; ``pipeline.report.jsonl`` writes it in the published format."""

    recording: Recording
    call: CallMeta
    engine: Engine
    utterances: tuple[Utterance, ...]
    findings: tuple[Finding, ...]
    pace: Pace
    dynamics: Dynamics
    tone: Tone
    score: Score
    address: Address = Address()
    sounds: tuple[Sound, ...] = ()
    overlaps: tuple[Span, ...] = ()
    """Where both speak at once, or where a mix cannot tell who speaks."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be scored, and why."""

    path: str
    reason: str
