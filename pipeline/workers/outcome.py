"""The outcome of a call in a worker: a result, a refusal, or a loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import (
    CallqaError,
    NoRoomError,
    ServerAwayError,
    SettingsError,
    SpeechServerError,
    UnfinishedError,
    UnreachableError,
    WorkerError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused:
    """A recording that cannot be scored, and why. ``later``: the next run may, since it is still
    being written or the disk is full; ``blameless``: the machine or its settings are at fault,
    since the file cannot be reached, what lies beside it cannot be read, or the speech server gave
    no answer; ``server_away``: no other recording would fare better."""

    reason: str
    later: bool = False
    blameless: bool = False
    server_away: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker died or took too long; the recording may be to blame, or the machine."""

    reason: str


def outcome_of(
    result: Callable[[], T], engine_said: Callable[[Exception], str | None]
) -> T | Refused | Lost:
    """What became of a call whose ``result`` returns or raises. ``engine_said``: the reason that
    stands behind an error of the engine's own, ``None`` for any other. Raises ``WorkerError``."""
    try:
        return result()
    except WorkerError:
        raise
    except (UnfinishedError, NoRoomError) as error:
        return Refused(str(error), later=True)
    except ServerAwayError as error:
        return Refused(str(error), later=True, blameless=True, server_away=True)
    except (UnreachableError, SettingsError, SpeechServerError) as error:
        return Refused(str(error), later=True, blameless=True)
    except CallqaError as error:
        return Refused(str(error))
    except MemoryError:
        return Lost("needed more memory than a worker may take")
    except Exception as error:  # what nobody foresaw in one call must not end the night
        return Lost(engine_said(error) or f"unforeseen {type(error).__name__}: {error}")
