"""Measures of a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.types.speech import Role, Seconds, Span

SoundKind: TypeAlias = Literal["music", "ringing", "busy", "keys", "announcement"]


@dataclass(frozen=True, slots=True, order=True)
class SoundEvent:
    """A stretch of one channel that is neither speech nor silence: hold music, ringing, a busy
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

    ``low_chars_per_min`` to ``high_chars_per_min`` is the 95 % interval of the rate.
    ``syllables_per_min`` counts nuclei in the signal over the same speech. ``check`` says whether
    they fit the text.
    """

    chars_per_min: float | None
    fastest_chars_per_min: float | None
    fastest_start_s: Seconds | None
    speaking_s: Seconds
    low_chars_per_min: float | None = None
    high_chars_per_min: float | None = None
    usual_chars_per_min: float | None = None
    """The rate with which bursts are compared: the agent's median over earlier calls, or over this
    call."""
    bursts: tuple[Burst, ...] = ()
    syllables_per_min: float | None = None
    check: PaceCheck | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    agent: RolePace
    customer: RolePace

    @property
    def ratio_to_customer(self) -> float | None:
        """Agent's rate over the customer's; ``None`` if one of them has no rate."""
        agent, customer = self.agent.chars_per_min, self.customer.chars_per_min
        return agent / customer if agent and customer else None


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A figure that is ``None``, and the reason in Chinese."""

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
    """Part of ``silence_s`` that the agent announced to the customer."""
    hold_s: Seconds | None = None
    """Hold music, ringing and announcements. They are not silence."""
    talk_over_s: Seconds | None = None
    longest_monologue_agent_s: Seconds | None = None
    longest_monologue_start_s: Seconds | None = None
    time_to_greeting_s: Seconds | None = None
    last_speaker: Role | None = None
    ended_by: Role | None = None
    replies: int | None = None
    """How often the customer waited for an answer, in a chat or a transcript with times."""
    first_reply_s: Seconds | None = None
    """From the customer's first line to the agent's first, where the customer began."""
    reply_median_s: Seconds | None = None
    """Of the answers before which the agent had announced no wait, as is the worst."""
    reply_worst_s: Seconds | None = None
    reply_late_share: float | None = None
    """Share of all answers that came later than the settings allow, 0..1."""
    unannounced_wait_s: Seconds | None = None
    """The longest wait that the agent had not announced; 0 where there was none."""
    unmeasured: tuple[Unmeasured, ...] = ()


@dataclass(frozen=True, slots=True)
class FormOfAddress:
    """The agent's form of address for the customer (“您”字不离口): the number of 您, of 你, and of
    cases that neither text nor sound decides.

    ``nin_rate`` 0..1 leaves the undecided ones out; ``None`` without any 您 or 你.
    """

    nin: int = 0
    ni: int = 0
    unsure: int = 0

    @property
    def nin_rate(self) -> float | None:
        return self.nin / (self.nin + self.ni) if self.nin + self.ni else None


@dataclass(frozen=True, slots=True)
class TonePart:
    """One measure of the voice compared with the speaker's own usual.

    ``value`` and ``usual`` are in the measure's unit. ``z`` is their distance in standard
    deviations.
    """

    name: str
    value: float
    usual: float
    z: float


@dataclass(frozen=True, slots=True)
class ToneWindow:
    """Three to ten seconds of one speaker's clean speech.

    ``parts``: the available measures. ``arousal`` and ``flatness``: z-scores made from them,
    ``None`` with too few.
    """

    start_s: Seconds
    end_s: Seconds
    parts: tuple[TonePart, ...] = ()
    arousal: float | None = None
    flatness: float | None = None


@dataclass(frozen=True, slots=True)
class ToneStretch:
    """Two windows or more in a row that differ from the speaker's own usual. ``evidence``: the
    difference in Chinese."""

    start_s: Seconds
    end_s: Seconds
    label: str
    confidence: float
    arousal: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class RoleTone:
    """The tone of one side.

    ``label`` and ``calm`` (0..1) are ``None``, and ``confidence`` is 0, if the tone was not judged;
    ``abstained`` then gives the reason in Chinese. ``arousal`` and ``flatness``: distance of the
    call from the speaker's own usual, as z-scores with their ``parts``. ``baseline_calls``: number
    of earlier calls that define the usual, 0 for this call alone.
    """

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
    """The tone of both sides. ``customer_upset``: the customer's words, or words and voice, show an
    upset person."""

    agent: RoleTone = RoleTone()
    customer: RoleTone = RoleTone()
    customer_upset: bool = False
