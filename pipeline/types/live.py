"""Conversations in progress: what was written so far, its alarms, and how they fared at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.types.speech import Seconds, Verdict

LiveSource: TypeAlias = Literal["api", "folder", "call"]
LiveSide: TypeAlias = Literal["agent", "customer", "mix"]
LiveState: TypeAlias = Literal["open", "ending", "ended", "failed", "erased"]
LiveSpeaker: TypeAlias = Literal["agent", "customer", "system", "unknown"]
AlarmLevel: TypeAlias = Literal["wall", "notify"]


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """One message. ``id``: the sender's, unique in its conversation; ``at``: when it was written,
    in seconds since 1970; ``agent_id``: of an agent's message, where it says so."""

    id: str
    at: float
    speaker: LiveSpeaker
    text: str
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class LiveTalk:
    """A conversation in progress or just ended. ``name``: its id where it comes from; ``begun_at``,
    ``moved_at``: of the first message, and when the last one came; ``waits_since``: since when the
    customer waits for an answer, ``None`` where nobody waits, and ``wait_limit_s`` how long may be.
    All times in seconds since 1970. ``revision`` grows with every message; ``judged`` is the one that
    the rules have seen. ``result_id``: of the ended one's first part; ``fault``: why it could not
    be judged or scored. An erased one has a digest for its name, and no words."""

    id: int
    source: LiveSource
    name: str
    agent_id: str | None
    customer_id: str | None
    queue: str | None
    state: LiveState
    begun_at: float
    moved_at: float
    revision: int
    judged: int
    waits_since: float | None = None
    wait_limit_s: Seconds | None = None
    result_id: int | None = None
    fault: str = ""


LATE = "late"
"""The kind of sound that nobody searched."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What may not be heard in a call in progress: a number of a ``kind`` of personal data, said from
    ``start_s`` to ``end_s``; ``keys``: pressed, and heard by nobody; ``late``: it came when its place
    had been searched for numbers already, as silence."""

    start_s: Seconds
    end_s: Seconds
    kind: str


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A telephone call in progress, besides what it has as a conversation. ``file``: of its sound,
    below ``[live] recordings``; ``behind``: recognition cannot keep up with it, its words come at its
    end; ``heard_s``: so much of it is transcribed and searched for numbers; ``silent_since``: since
    when nobody speaks, in seconds since 1970, ``None`` while somebody does; ``talk_overs``: how often
    the agent broke in; ``chars_per_min``: the agent's pace; ``loud``: who speaks louder than usual
    now, empty for nobody."""

    talk_id: int
    protocol: str
    file: str
    behind: bool = False
    heard_s: Seconds = 0.0
    silent_since: float | None = None
    talk_overs: int = 0
    chars_per_min: float | None = None
    loud: str = ""
    covered: tuple[Covered, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamAnnounced:
    """What a telephone system says of a stream of sound to come. ``call``: the number of its call;
    ``side``: whose sound it is, ``mix`` for both."""

    call: str
    side: LiveSide
    agent_id: str | None = None
    customer_id: str | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class LiveAlarm:
    """A rule was met. ``at``: when it was said, or since when the customer waits, in seconds since
    1970; ``level``: ``notify`` is told to ``[live] notify`` where the finding is confirmed;
    ``talk_id`` 0: not kept yet."""

    rule: str
    at: float
    level: AlarmLevel
    verdict: Verdict
    quote: str
    evidence: str = ""
    talk_id: int = 0
    raised_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Untold:
    """An alarm that is still to be told. ``target``: a digest of the address that it is for."""

    target: str
    alarm: LiveAlarm


@dataclass(frozen=True, slots=True)
class LiveOutcome:
    """How the alarms of one rule fared in one call: found live and in the finished check, missed
    live, and alarmed without a finding of the finished check."""

    rule: str
    matched: int
    missed: int
    extra: int
