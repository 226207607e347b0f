"""Which stream of a recording session is the agent's, and who takes part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.errors import SettingsError
from pipeline.telephony.rtp_call import People

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.telephony.events import Side
    from pipeline.telephony.siprec_metadata import Metadata, Participant


@dataclass(frozen=True, slots=True)
class Roles:
    """How agents are known. ``agents``: a regular expression that their whole addresses match, such
    as ``sip:(8\\d{3})@.*``; its first group, else the part before the @, is the agent's id.
    ``agent_is``: who the agent is where addresses do not tell: the ``first`` or ``second``
    participant or stream; ``unknown``: nobody, and the streams are heard as one. ``queue``: the
    element of the metadata's extensions that names the queue; ``group``: the number of its group.
    """

    agents: str = ""
    agent_is: Literal["first", "second", "unknown"] = "unknown"
    queue: str = "queue"

    def __post_init__(self) -> None:
        try:
            re.compile(self.agents)
        except re.error as error:
            raise SettingsError(
                f"agents {self.agents!r}: no regular expression ({error}); such as sip:8\\d{{3}}@.*"
            ) from error


@dataclass(frozen=True, slots=True)
class Assigned:
    """``sides``: of each stream, in order; ``None``: its speakers have streams of their own."""

    sides: tuple[Side | None, ...]
    people: People

    @property
    def all_sides(self) -> tuple[Side, ...]:
        """The sides that the call has: where one is known the other may come later."""
        return ("mix",) if "mix" in self.sides else ("agent", "customer")


def assign(labels: Sequence[str | None], metadata: Metadata | None, roles: Roles) -> Assigned:
    """The side of each stream by its label, and who takes part. If one stream's side is unknown,
    all are heard as one: a wrong guess would give the agent the customer's words."""
    agents = _agents(metadata, roles)
    everybody = _those_here_first(metadata)
    people = People(
        agent_id=next((_agent_id(one, roles) for one in everybody if one in agents), None),
        customer_id=next((one.user for one in everybody if agents and one not in agents), None),
        queue=_queue(metadata, roles),
    )
    senders = [_senders(label, metadata) for label in labels]
    wanted = [at for at, who in enumerate(senders) if not _doubled(who, senders)]
    sides = _sides([senders[at] for at in wanted], {one.number for one in agents}, roles)
    by_place = dict(zip(wanted, sides, strict=True))
    return Assigned(tuple(by_place.get(at) for at in range(len(labels))), people)


def _doubled(who: tuple[str, ...], senders: Sequence[tuple[str, ...]]) -> bool:
    """Whether all who speak in a stream have a stream of their own, too."""
    return len(who) > 1 and all((one,) in senders for one in who)


def _sides(senders: Sequence[tuple[str, ...]], agents: set[str], roles: Roles) -> tuple[Side, ...]:
    kinds = [{one in agents for one in who} for who in senders]
    if agents and all(len(kind) == 1 for kind in kinds):
        named: dict[bool, Side] = {True: "agent", False: "customer"}
        return tuple(named[True in kind] for kind in kinds)
    if len(senders) == 2 and not any(senders) and roles.agent_is != "unknown":
        return ("agent", "customer") if roles.agent_is == "first" else ("customer", "agent")
    return tuple("mix" for _ in senders)


def _agents(metadata: Metadata | None, roles: Roles) -> tuple[Participant, ...]:
    """Those who are agents; nobody where that cannot be told."""
    everybody = metadata.participants if metadata is not None else ()
    if roles.agents:
        found = tuple(one for one in everybody if re.fullmatch(roles.agents, one.aor))
        if found and len(found) < len(everybody):
            return found
    if roles.agent_is == "unknown" or len(everybody) < 2:
        return ()
    agent = everybody[0 if roles.agent_is == "first" else 1]
    return (agent, *_followers(agent, metadata)) if metadata is not None else (agent,)


def _those_here_first(metadata: Metadata | None) -> tuple[Participant, ...]:
    if metadata is None:
        return ()
    return tuple(sorted(metadata.participants, key=lambda one: one.number in metadata.gone))


def _followers(agent: Participant, metadata: Metadata) -> tuple[Participant, ...]:
    """Who speaks in the stream of an agent who has left."""
    if agent.number not in metadata.gone:
        return ()
    own = set(metadata.sends.get(agent.number, ()))
    return tuple(
        one
        for one in metadata.participants
        if one.number not in metadata.gone and own & set(metadata.sends.get(one.number, ()))
    )


def _agent_id(one: Participant, roles: Roles) -> str | None:
    found = re.fullmatch(roles.agents, one.aor) if roles.agents else None
    captured = found[1] if found is not None and found.re.groups else None
    return captured or one.user or None


def _senders(label: str | None, metadata: Metadata | None) -> tuple[str, ...]:
    if metadata is None or label is None:
        return ()
    return metadata.senders.get(label, ())


def _queue(metadata: Metadata | None, roles: Roles) -> str | None:
    if metadata is None:
        return None
    if roles.queue == "group":
        return metadata.group
    return metadata.extensions.get(roles.queue.lower())
