"""What a telephone system tells of a call while it goes on, whatever protocol it speaks.

A server of this room calls its sink with one event after the other, from its event loop: first
``CallBegan``, then sound of each side in order of its time, at last one ``CallEnded``. It holds no
sound back but what a jitter buffer needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import CallqaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.types import Seconds

Side: TypeAlias = Literal["agent", "customer", "mix"]
"""Whose sound it is; ``mix``: both in one stream, or nobody said whose."""

SIDES: tuple[Side, ...] = ("agent", "customer", "mix")


class RefusedCallError(CallqaError):
    """A call that the sink does not take, and why."""


@dataclass(frozen=True, slots=True)
class CallStream:
    """``protocol``: such as ``audiosocket``; ``name``: the call's number as its recording will have
    it. Together they name a call in progress."""

    protocol: str
    name: str


@dataclass(frozen=True, slots=True)
class CallBegan:
    """``at``: seconds since 1970 of the call's first sample. ``sides``: those that send sound; each
    as it will come."""

    stream: CallStream
    at: float
    sides: tuple[Side, ...]
    agent_id: str | None = None
    customer_id: str | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """What became known of a call after it had begun; ``None``: nothing new."""

    stream: CallStream
    agent_id: str | None = None
    customer_id: str | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class CallSound:
    """Samples of one side, int16, mono, ``rate`` per second. ``start_s``: of the first sample, from
    the call's begin; a gap before it is sound that was lost or never sent, and counts as silence.
    ``lost_s``: so much of the gap was lost on the way."""

    stream: CallStream
    side: Side
    start_s: Seconds
    samples: NDArray[np.int16]
    rate: int
    lost_s: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class CallEnded:
    """No more will come. ``reason``: empty where the other side ended the call as its protocol asks;
    else why, such as ``connection lost``, for logs."""

    stream: CallStream
    reason: str = ""


CallEvent: TypeAlias = CallBegan | Announced | CallSound | CallEnded

CallSink: TypeAlias = Callable[[CallEvent], None]
"""Takes an event; quick, since the event loop waits for it. Raises ``RefusedCallError`` for a
``CallBegan`` that cannot be taken, such as one call too many; the server then closes that call."""
