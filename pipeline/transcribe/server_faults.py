"""Tries at a speech server that failed, and what another may do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pipeline.types import Seconds

MOST_SAID = 200
"""Characters of a server's refusal that a message quotes."""

MOST_BYTES = 4 << 20
"""The longest answer: a window has at most 30 s, and 1 KB a word is 1 MB (our choice)."""


class FaultError(Exception):
    """Why a try failed where another may help. ``away``: the server did not take it; ``pause_s``:
    what the server asks for."""

    def __init__(self, reason: str, *, away: bool = False, pause_s: Seconds | None = None) -> None:
        super().__init__(reason)
        self.reason, self.away, self.pause_s = reason, away, pause_s


def read_body(answer: Any, until: float) -> bytes:
    """The whole answer, unless it is too long or takes too long. Raises ``FaultError``."""
    body = b""
    for chunk in answer.iter_content(1 << 16):
        body += chunk
        if len(body) > MOST_BYTES:
            raise FaultError(f"its answer is longer than {MOST_BYTES >> 20} MiB")
        if time.monotonic() > until:
            raise FaultError("its answer did not end in time", away=True)
    return body


def fault_of(errors: Any, error: Exception, timeout_s: Seconds) -> FaultError:
    """What an error of the connection means. Its text may hold the address of a proxy, so it is not
    quoted."""
    if isinstance(error, errors.ConnectionError):
        return FaultError("it does not answer", away=True)
    if isinstance(error, errors.Timeout):
        return FaultError(f"no answer in {timeout_s:.3g} s")
    return FaultError(f"the connection broke ({type(error).__name__})")


def asked_s(answer: Any) -> Seconds | None:
    """The pause that the server asks for, in seconds or as a date; ``None`` for none."""
    from urllib3.exceptions import InvalidHeader  # noqa: PLC0415 - comes with the extra
    from urllib3.util import Retry  # noqa: PLC0415

    asked = answer.headers.get("Retry-After")
    try:
        return None if asked is None else float(Retry().parse_retry_after(asked))
    except (InvalidHeader, ValueError, OverflowError):
        return None


def host_of(location: str) -> str:
    """The host of an address that a server sends on to."""
    try:
        return urlsplit(location).netloc or "another path"
    except ValueError:
        return "an address that is none"


def short(error: Exception) -> str:
    """The first line of an error, cut."""
    return str(error).splitlines()[0][:MOST_SAID] if str(error) else type(error).__name__
