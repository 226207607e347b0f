"""The sections of ``callqa.toml`` on conversations in progress."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AudioSocketSettings:
    """Asterisk's AudioSocket. ``listen``: address and port, empty: off; ``allow``: networks that may
    connect, of which it needs one; ``keep_s``: silence is answered so often, 0: never."""

    listen: str = ""
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    keep_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WebSocketSettings:
    """Media streams over WebSocket. ``listen``: address and port, empty: off; ``allow``: networks that
    may connect without a token."""

    listen: str = ""
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiprecSettings:
    """SIPREC: SIP and RTP from a session border controller. ``listen``: address and port, empty: off;
    ``allow``: networks that may send; ``address``: the one that answers name, empty: found by itself;
    ``ports``: the first and the last for RTP, an even one a stream; ``check_source``: take RTP only
    from the address that was named; ``agents``: a regular expression of agents' addresses, its group is the
    number; ``agent_is``: where no address tells, ``first``, ``second`` or ``unknown``; ``queue``: the
    element of the metadata that names the queue; ``name_by``: a call is named by the metadata's
    ``session`` id, or by the ``sip`` session id in it."""

    listen: str = ""
    allow: tuple[str, ...] = ()
    address: str = ""
    ports: str = "40000-40399"
    check_source: bool = True
    agents: str = ""
    agent_is: str = "unknown"
    queue: str = "queue"
    name_by: str = "session"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Conversations in progress. ``rest_min``: nothing new for so many minutes ends a conversation
    whose end nobody says; ``most``: so many are in progress at once, and another one is refused;
    ``notify``: where the gravest alarms go, as addresses that apprise knows. ``recordings``: the
    folder of telephone calls' sound, empty: none are taken; ``calls``: so many at once, and another
    one is refused; ``hear``: recognise them while they go on. The numbers are our choice."""

    rest_min: float = 15.0
    most: int = 1000
    notify: tuple[str, ...] = ()
    recordings: str = ""
    calls: int = 30
    hear: bool = True
    audiosocket: AudioSocketSettings = field(default_factory=AudioSocketSettings)
    websocket: WebSocketSettings = field(default_factory=WebSocketSettings)
    siprec: SiprecSettings = field(default_factory=SiprecSettings)

    @property
    def takes_calls(self) -> bool:
        """Whether any server for telephone calls is on."""
        return any(one.listen for one in (self.audiosocket, self.websocket, self.siprec))
