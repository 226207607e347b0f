"""What is measured of a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.types.speech import Role, Seconds, Span

SoundKind: TypeAlias = Literal["music", "ringing", "busy", "keys", "announcement"]


@dataclass(frozen=True, slots=True, order=True)
class SoundEvent:
    """A stretch of one channel that is nobody's speech and nobody's silence: hold music, ringing, a
    busy tone, key tones, or a recorded announcement. ``confidence`` 0..1."""

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
    ``syllables_per_min`` counts nuclei in the signal over the same speech, and ``check`` says
    whether they fit the text."""

    chars_per_min: float | None
    fastest_chars_per_min: float | None
    fastest_start_s: Seconds | None
    speaking_s: Seconds
    low_chars_per_min: float | None = None
    high_chars_per_min: float | None = None
    usual_chars_per_min: float | None = None
    """What bursts are compared with: the agent's own median over earlier calls, or over this
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
    """Part of ``silence_s`` of which the agent had told the customer; in a chat, all such waits."""
    hold_s: Seconds | None = None
    """Hold music, ringing and announcements, which are not silence."""
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
    """How the agent addresses the customer (“您”字不离口): how often 您 and 你 were said, and how
    often neither the text nor the sound tells. ``nin_rate`` 0..1 leaves the unsure out; ``None``
    without any."""

    nin: int = 0
    ni: int = 0
    unsure: int = 0

    @property
    def nin_rate(self) -> float | None:
        return self.nin / (self.nin + self.ni) if self.nin + self.ni else None


@dataclass(frozen=True, slots=True)
class TonePart:
    """One measure of the voice against the speaker's own usual: ``value`` and ``usual`` in the
    measure's unit, ``z`` how many standard deviations apart."""

    name: str
    value: float
    usual: float
    z: float


@dataclass(frozen=True, slots=True)
class ToneWindow:
    """Three to ten seconds of one speaker's clean speech. ``parts``: the measures that could be
    taken there; ``arousal`` and ``flatness``: z-scores made of them, ``None`` where too few
    could."""

    start_s: Seconds
    end_s: Seconds
    parts: tuple[TonePart, ...] = ()
    arousal: float | None = None
    flatness: float | None = None


@dataclass(frozen=True, slots=True)
class ToneStretch:
    """Two windows or more in a row that differ from the speaker's own usual. ``evidence``: in
    Chinese, by how much."""

    start_s: Seconds
    end_s: Seconds
    label: str
    confidence: float
    arousal: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class RoleTone:
    """``label`` and ``calm`` (0..1) are ``None`` where the tone was not judged, and ``confidence``
    0; ``abstained`` then says why, in Chinese. ``arousal`` and ``flatness``: how far the call is
    from the speaker's own usual, as z-scores with their ``parts``. ``baseline_calls``: earlier
    calls that the usual rests on, 0 for this call alone."""

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
    """``customer_upset``: whether the customer's words, or words and voice, are those of an upset
    person."""

    agent: RoleTone = RoleTone()
    customer: RoleTone = RoleTone()
    customer_upset: bool = False
