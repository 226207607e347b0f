"""What a server is allowed: where it listens, who may connect, and how much one may send."""

from __future__ import annotations

import hmac
import logging
import math
import time
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.types import Seconds

Networks: TypeAlias = tuple[IPv4Network | IPv6Network, ...]

MOST_A_SECOND = 500.0
"""Messages of a connection, whatever they hold. Packets of 2.5 ms, the shortest of Opus, are 400 a
second."""

_QUIET_S = 60.0
_KINDS = 200
_log = logging.getLogger("pipeline.telephony")


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """``port`` 0: any free one. ``allow``: networks that may connect. ``most``: calls at once. The
    seconds are our choice."""

    host: str = "127.0.0.1"
    port: int
    allow: Networks = ()
    most: int = 200
    hello_s: Seconds = 10.0
    """A connection that has not said by then which call it brings is closed."""
    idle_s: Seconds = 1800.0
    """A connection without a word for so long has ended. Long, since a call on hold may send
    nothing; a machine that is gone is found within minutes all the same."""
    longest_s: Seconds = 4 * 3600.0
    """No connection is longer, and no side has more sound."""
    rejoin_s: Seconds = 5.0
    """A call whose connection broke, or whose other side has not come yet, waits so long."""
    ahead_s: Seconds = 30.0
    """A sender may be so far ahead of real time; then it is read no faster than real time. Messages
    count too, ``MOST_A_SECOND`` as a second: those without sound are read no faster either."""

    @property
    def connections(self) -> int:
        """Connections at once: two a call, and some that have not said yet what they bring."""
        return 2 * self.most + 64

    def too_far_s(self, *, sound_s: Seconds, messages: int, since_s: Seconds) -> Seconds:
        """So long nothing more is to be read from a sender; 0 or less: read on. ``messages``: that
        have come, with ``sound_s`` of sound, ``since_s`` ago.

        >>> options = ServerOptions(port=0, ahead_s=30.0)
        >>> options.too_far_s(sound_s=45.0, messages=2250, since_s=10.0)
        5.0
        """
        return max(sound_s, messages / MOST_A_SECOND) - since_s - self.ahead_s


def networks(texts: Iterable[str]) -> Networks:
    """``10.0.0.0/8`` or ``10.1.2.3`` each. Raises ``SettingsError`` naming one that is neither."""
    found = []
    for text in texts:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError as error:
            raise SettingsError(
                f"{text!r} is not a network; one such as 10.0.0.0/8 or 10.1.2.3 is needed"
            ) from error
    return tuple(found)


LOOPBACK = networks(("127.0.0.0/8", "::1"))


def is_allowed(host: str, allow: Networks) -> bool:
    """Whether the address is in one of the networks; IPv4 mapped into IPv6 counts as IPv4.

    >>> is_allowed("::ffff:10.1.2.3", networks(["10.0.0.0/8"]))
    True
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    both = (address, getattr(address, "ipv4_mapped", None) or address)
    return any(one in network for one in both for network in allow)


def is_one_of(token: str, tokens: Iterable[str]) -> bool:
    """Whether it is one of the tokens; all are compared, each in constant time."""
    given = token.encode(errors="surrogatepass")
    same = [hmac.compare_digest(given, one.encode()) for one in tokens if one]
    return any(same)


class Faults:
    """Faults of senders in the log: the first of a kind at once, then at most one line a minute,
    with how many there were. Texts have no personal data: addresses of machines, no numbers.
    ``who``: such as ``SIP``, before the sender's address."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def say(self, kind: str, peer: str, *, apart: bool = False) -> None:
        """``kind``: one of few texts, such as ``its address is not allowed``. ``apart``: counted
        apart from those of others; only for senders that are known, which are few."""
        now = time.monotonic()
        if len(self._said) >= _KINDS:
            self._said.clear()
        key = kind, peer if apart else ""
        last, more = self._said.get(key, (-math.inf, 0))
        if now - last < _QUIET_S:
            self._said[key] = (last, more + 1)
            return
        self._said[key] = (now, 0)
        tail = f" (and {more} more since the last line)" if more else ""
        _log.warning("%s from %s: %s%s", self._who, peer, kind, tail)
