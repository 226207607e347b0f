"""Several recordings of one conversation: which part each is.

A table's column of conversations says it. Without one, the numbers of call ids, times, agents, the
telephone system's transfers and the words do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.call.part_evidence import Ends, read_ends
from pipeline.lexicon import TalkWords
from pipeline.settings import ConversationSettings
from pipeline.types import CallResult, Part

if TYPE_CHECKING:
    from pipeline.types import CallMeta, Seconds

MOST_PARTS = 20
"""More recordings of one customer close to each other, or with one conversation, are none (our
choice): a switchboard's number, or the id of an agent's log-in."""

NOBODY = frozenset(
    ("anonymous", "unknown", "restricted", "private", "withheld", "unavailable", "匿名", "未知", "无", "隐藏号码", "私人号码", "0", "-")
)  # fmt: skip
"""What tables write for a customer whose number is hidden."""

Link: TypeAlias = Literal["sure", "doubtful"]
Load: TypeAlias = Callable[[str], CallResult]
"""The result of a recording, as the machine made it, by its SHA-256."""


@dataclass(frozen=True)
class Leg:
    """One recording that may be a part: its SHA-256, its file's stem and its present metadata.
    ``within``: of one agent's part of a recording, that recording's SHA-256."""

    sha256: str
    stem: str
    call: CallMeta
    duration_s: Seconds
    within: str = ""

    @cached_property
    def start(self) -> datetime | None:
        """On the clock of the site; ``None`` if it is not known."""
        try:
            start = datetime.fromisoformat(self.call.started_at or "")
        except ValueError:
            return None
        return start.astimezone().replace(tzinfo=None) if start.tzinfo else start

    @property
    def number(self) -> str | None:
        """The call id, if it is more than the file's name."""
        return None if self.call_id == self.stem else self.call_id

    @property
    def call_id(self) -> str | None:
        """The call id without the number of a part of its recording."""
        return (
            re.sub(r"#[0-9]+$", "", self.call.call_id or "") or None
            if self.within
            else self.call.call_id
        )

    @property
    def customer(self) -> str | None:
        known = self.call.customer_id
        return None if known is None or known.strip().casefold() in NOBODY else known


@dataclass(frozen=True, slots=True)
class Member:
    """A recording as a part. ``others``: SHA-256 of the other parts; ``certain``: of those that are
    surely of one conversation with it. ``before``, ``after``: whether the neighbours are;
    ``in_order`` false: the order of the parts is not known. ``handed_to``: the agent of the next
    part, where it is on record that the conversation was handed to him."""

    part: Part
    others: tuple[str, ...]
    certain: frozenset[str]
    before: Link | None = None
    after: Link | None = None
    in_order: bool = True
    handed_to: str | None = None


@dataclass(frozen=True, slots=True)
class Linking:
    """What parts are told by. ``load``: asked only where words decide."""

    load: Load
    words: TalkWords = field(default_factory=TalkWords)
    limits: ConversationSettings = field(default_factory=ConversationSettings)


def conversation_of(call_id: str | None, part_suffix: str) -> str | None:
    """The conversation that a call id names with the number or letter of a part, ``None`` without.

    >>> suffix = ConversationSettings().part_suffix
    >>> [conversation_of(one, suffix) for one in ("C100-2", "C100_B", "C100")]
    ['C100', 'C100', None]
    """
    found = re.fullmatch(f"(?P<whole>.*[^-_])(?:{part_suffix})", call_id or "")
    return found["whole"] if found and part_suffix else None


def find_parts(legs: Sequence[Leg], linking: Linking) -> Mapping[str, Member]:
    """The part that each recording is, by its SHA-256; recordings that are calls of their own are
    left out. ``legs``: all that may be parts of the conversations in question."""
    named = [leg for leg in legs if leg.call.conversation is not None]
    found: dict[str, Member] = {}
    for conversation, own in _by(named, lambda leg: leg.call.conversation or ""):
        for group in _of_one_customer(own):
            found |= _members(conversation, group, ["sure"] * (len(group) - 1), linking)
    others = [leg for leg in legs if leg.call.conversation is None]
    chains = [chain for chain in _chains(others, linking) if len(chain.legs) > 1]
    names = [_name_of(chain.legs, linking.limits.part_suffix) for chain in chains]
    for chain, name in zip(chains, names, strict=True):
        whole = name if name and names.count(name) == 1 else chain.legs[0].call.call_id
        found |= _members(whole or "", chain.legs, chain.links, linking)
    return found


@dataclass(frozen=True, slots=True)
class _Chain:
    legs: list[Leg]
    links: list[Link]


def _by(legs: Iterable[Leg], key: Callable[[Leg], str]) -> list[tuple[str, list[Leg]]]:
    return [(name, list(own)) for name, own in groupby(sorted(legs, key=key), key)]


def _of_one_customer(legs: Sequence[Leg]) -> list[list[Leg]]:
    """Legs of one conversation by customer. Those without one belong to the only customer there
    is."""
    known = {leg.customer for leg in legs} - {None}
    if len(known) < 2:
        return [list(legs)]
    return [[leg for leg in legs if leg.customer == one] for one in sorted(filter(None, known))]


def _chains(legs: Sequence[Leg], linking: Linking) -> list[_Chain]:
    """The legs of each customer, cut where nothing joins neighbours in time."""
    timed = [leg for leg in legs if leg.start is not None]
    chains: list[_Chain] = []
    for _, own in _by(timed, lambda leg: leg.customer or f"\0{leg.number}"):
        ordered = sorted(own, key=lambda leg: (leg.start, leg.call.call_id or ""))
        chains.append(_Chain(ordered[:1], []))
        for before, after in pairwise(ordered):
            link = link_of(before, after, linking)
            if link is None:
                chains.append(_Chain([after], []))
            else:
                chains[-1].legs.append(after)
                chains[-1].links.append(link)
    return chains


def link_of(before: Leg, after: Leg, linking: Linking) -> Link | None:
    """Whether two recordings, one begun after the other, are one conversation; ``None`` if nothing
    says so.

    With one call number, or one number and two suffixes: not where the first ends with a farewell
    and the second begins as an agent answers a call; surely where the call was handed on or held, or
    nobody took leave and another agent, or the same one without answering, is there within
    ``soon_s``; else doubtful. Without such numbers: only where the agent announced a transfer as
    his last word, or the telephone system recorded one, and another agent is there."""
    limits = linking.limits
    if before.within and before.within == after.within:
        return "sure"
    gap = _gap_s(before, after)
    if before.sha256 == after.sha256 or gap > limits.gap_s or not _may_join(before, after):
        return None
    numbered = _numbered(before, after, limits.part_suffix)
    if not numbered and (gap < -limits.overlap_s or _same_agent(before, after) is not False):
        return None
    first = read_ends(linking.load(before.sha256), linking.words)
    second = read_ends(linking.load(after.sha256), linking.words)
    recorded = before.call.transferred_to is not None
    if not numbered:
        return "sure" if recorded or first.handed_on else None
    return _by_evidence(
        first, second, recorded=recorded, same=_same_agent(before, after), soon=gap <= limits.soon_s
    )


def _by_evidence(
    first: Ends, second: Ends, *, recorded: bool, same: bool | None, soon: bool
) -> Link | None:
    """Of two recordings with numbers of one call. ``same``: they have one agent."""
    if recorded or first.handed_on or (second.waited and not first.closed) or first.to_wait:
        return "sure"
    if first.closed and second.answered:
        return None
    uncut = soon and not first.closed and (same is False or not second.answered)
    return "sure" if uncut else "doubtful"


def _gap_s(before: Leg, after: Leg) -> Seconds:
    assert before.start is not None
    assert after.start is not None
    return (after.start - before.start).total_seconds() - before.duration_s


def _may_join(before: Leg, after: Leg) -> bool:
    """Of one known customer, or of one call number that a table gives and no customer
    contradicts."""
    if before.customer is not None and after.customer is not None:
        return before.customer == after.customer
    return before.number is not None and before.number == after.number


def _numbered(before: Leg, after: Leg, part_suffix: str) -> bool:
    ids = before.call_id, after.call_id
    if ids[0] == ids[1]:
        return before.number is not None and after.number is not None
    whole = conversation_of(ids[0], part_suffix)
    return whole is not None and whole == conversation_of(ids[1], part_suffix)


def _same_agent(before: Leg, after: Leg) -> bool | None:
    """``None`` if an agent is unknown."""
    if before.call.agent_id is None or after.call.agent_id is None:
        return None
    return before.call.agent_id == after.call.agent_id


def _name_of(legs: Sequence[Leg], part_suffix: str) -> str | None:
    """The number that all call ids have in common."""
    ids = {leg.call_id for leg in legs}
    names = ids if len(ids) == 1 else {conversation_of(one, part_suffix) for one in ids}
    return names.pop() if len(names) == 1 else None


def _members(
    conversation: str, legs: Sequence[Leg], links: Sequence[Link], linking: Linking
) -> dict[str, Member]:
    if not 1 < len(legs) <= MOST_PARTS or _is_one_recording(legs):
        return {}
    in_order = all(leg.start is not None for leg in legs)
    ordered = sorted(legs, key=lambda leg: (leg.start or datetime.max, leg.call.call_id or ""))
    apart = not in_order or all(
        _gap_s(one, two) >= -linking.limits.overlap_s for one, two in pairwise(ordered)
    )
    sure = apart and all(leg.call.agent_id or leg.within for leg in legs)
    names = _names(ordered)
    return {
        leg.sha256: Member(
            Part(conversation, at + 1, names, is_last=at + 1 == len(names), sure=sure),
            tuple(one.sha256 for one in ordered if one is not leg),
            frozenset(one.sha256 for one in ordered[slice(*_certain(at, links))] if one is not leg),
            before=links[at - 1] if at else None,
            after=links[at] if at < len(links) else None,
            in_order=in_order,
            handed_to=_handed_to(ordered, at, links) if sure and in_order else None,
        )
        for at, leg in enumerate(ordered)
    }


def _is_one_recording(legs: Sequence[Leg]) -> bool:
    """Whether the legs are the parts of one recording only, which were told apart when it was
    heard."""
    return bool(legs[0].within) and {leg.within for leg in legs} == {legs[0].within}


def _handed_to(legs: Sequence[Leg], at: int, links: Sequence[Link]) -> str | None:
    """The next agent, where a table's conversation or the telephone system says that it was
    handed to him."""
    if at >= len(links) or links[at] != "sure" or _same_agent(legs[at], legs[at + 1]) is not False:
        return None
    call = legs[at].call
    known = call.transferred_to is not None or call.conversation is not None
    return legs[at + 1].call.agent_id if known else None


def _certain(at: int, links: Sequence[Link]) -> tuple[int, int]:
    """From where to where the parts around one are surely of one conversation."""
    first = last = at
    while first > 0 and links[first - 1] == "sure":
        first -= 1
    while last < len(links) and links[last] == "sure":
        last += 1
    return first, last + 1


def _names(legs: Sequence[Leg]) -> tuple[str, ...]:
    """The call ids; where two are the same the names of the files, or what is unique."""
    for names in ([leg.call.call_id for leg in legs], [leg.stem for leg in legs]):
        if len(set(names)) == len(legs) and all(names):
            return tuple(name or "" for name in names)
    return tuple(leg.sha256[:12] for leg in legs)
