"""Cut a conversation that several agents led into the part of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.imports.conversation import in_order
from pipeline.imports.speaker_names import agent_number, is_bare
from pipeline.types import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.imports.draft import Draft, DraftLine
    from pipeline.imports.speaker_names import NameMap

_HANDED_OVER = re.compile(
    r"转接|轉接|转交|轉交|转给|轉給|转至|轉至|转到|轉到|移交|转由|轉由|接管|transferred|transfer to|hand(?:ed)? ?over"
    r"|(?:客服|坐席|座席)[^，。,]{0,16}(?:接入|接待|加入|为您服务|為您服務)|joined",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(
    r"失败|失敗|拒绝|拒絕|取消|超时|超時|未能|无人|無人|fail|reject|cancel", re.IGNORECASE
)
_TO = re.compile(r"(?:接至|转至|轉至|至|到|给|給|由| to )\s*(.{1,30})\Z", re.IGNORECASE)
_OWN_NUMBER = re.compile(
    r"(?:工号|工號|客服|坐席|座席)[是为為]?\s*[:：]?\s*((?=[A-Za-z0-9]*\d)[A-Za-z0-9]{3,12})\s*(?:号|號)?"
    r"[^。！？]{0,6}(?:为您|為您|服务|服務|竭诚)"
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A line and its side. ``agent``: who wrote it, by 工号 or name; "" where nobody says.
    ``person``: his name as written. ``segment``: how many hand-overs lie before it; ``target``: to whom the last one went."""

    line: DraftLine
    side: str
    agent: str = ""
    person: str = ""
    segment: int = 0
    target: str = ""


def split_parts(draft: Draft, names: NameMap) -> tuple[Draft, ...]:
    """The parts of a conversation, one an agent, in the order in which they began; the draft itself
    where one agent led it.

    The customer's lines belong to the agent whom they reach. An agent is known by the 工号 of his
    lines, by the number in his name, by his name, or by the line of the system that hands over to
    him. Where one number stands before and after a hand-over, or nobody says who writes, the parts
    are not ``sure`` and belong to nobody.
    """
    said = [_said(line, names) for line in draft.lines]
    if len(_agents(said)) < 2 and not any(map(_hands_over, said)) and len(_introduced(said)) < 2:
        return (draft,)
    said = _cut(_numbered([_said(line, names) for line in in_order(draft)]))
    if len(_agents(said)) < 2 and len({one.segment for one in said if one.side == "agent"}) < 2:
        return (draft,)
    named, sure = _named(said)
    stretches = _stretches(named)
    keys = list(dict.fromkeys(key for key, _ in stretches))
    if len(keys) < 2:
        return (draft,)
    ids = tuple(f"{draft.meta.call_id}#{at}" for at in range(1, len(keys) + 1))
    last = stretches[-1][0]
    parts = [
        Part(draft.meta.call_id or "", at, ids, is_last=key == last, sure=sure)
        for at, key in enumerate(keys, 1)
    ]
    numbers = {one.line.agent_id or agent_number(one.person) for one in said} | {
        one.target for one in said
    }
    return tuple(
        _part(draft, _members(stretches, key), part, key if key in numbers else None)
        for key, part in zip(keys, parts, strict=True)
    )


def _said(line: DraftLine, names: NameMap) -> _Said:
    turns = line.turns(names)
    side = turns[0][0] if turns else "system"
    if side != "agent":
        return _Said(line, side)
    written = (
        *reversed(line.names),
        line.speaker,
        *(name for _, _, name in line.voiced(names)[:1]),
    )
    person = next((name for name in written if name and not is_bare(name)), "")
    return _Said(line, side, line.agent_id or agent_number(person) or person, person)


def _agents(said: Iterable[_Said]) -> set[str]:
    return {one.agent for one in said if one.side == "agent" and one.agent}


def _introduced(said: Iterable[_Said]) -> set[str]:
    """The numbers that agents give of themselves in their words."""
    return {number for one in said if (number := _introduces(one))}


def _introduces(one: _Said) -> str:
    found = _OWN_NUMBER.search(one.line.text) if one.side == "agent" else None
    return found[1] if found else ""


def _hands_over(one: _Said) -> bool:
    text = one.line.text
    return one.side == "system" and bool(_HANDED_OVER.search(text)) and not _NOT_DONE.search(text)


def _numbered(said: Sequence[_Said]) -> list[_Said]:
    """Lines with an agent's name under his 工号, where another line has both."""
    number = {
        one.person: one.line.agent_id
        for one in said
        if one.side == "agent" and one.line.agent_id and one.person
    }
    return [
        replace(one, agent=number.get(one.person) or one.agent) if one.agent else one
        for one in said
    ]


def _cut(said: Sequence[_Said]) -> list[_Said]:
    """The lines with their segments. A hand-over to the agent who writes already is none. Where
    nothing else tells agents apart, another number that an agent gives of himself begins a
    segment."""
    by_words = not any(map(_hands_over, said)) and len(_agents(said)) < 2
    at, target, now, person, number, spoken = 0, "", "", "", "", False
    cut: list[_Said] = []
    for one in said:
        if spoken and _hands_over(one):
            to = _TO.search(one.line.text)
            whom = to[1] if to else one.line.text
            target = agent_number(whom) or ""
            at += not (target == now if target else person and person in whom)
        own = _introduces(one) if by_words else ""
        if own:
            at, number = at + (number not in ("", own)), own
        spoken = spoken or one.side == "agent"
        now, person = one.agent or now, one.person or person
        cut.append(replace(one, segment=at, target=target))
    return cut


def _named(said: Sequence[_Said]) -> tuple[list[_Said], bool]:
    """The lines, each of an agent with a name of his own ("?1" where nobody says it), and whether
    that is sure. A line that may be of several agents is of an unknown speaker."""
    own = {
        at: _agents(one for one in said if one.segment == at) for at in {o.segment for o in said}
    }
    agents = _agents(said)
    led = {one.segment for one in said if one.side == "agent"}
    if len(agents) < 2:
        several = sum(bool(own[at]) for at in led) > 1
        named = [
            replace(one, agent="" if several else one.agent or next(iter(own[one.segment]), ""))
            for one in said
        ]
        known = bool(agents) or any(one.target for one in said)
        return [
            replace(one, agent=one.agent or ("" if several else one.target) or f"?{one.segment}")
            for one in named
        ], known and not several
    return [_resolved(said, at, own) for at in range(len(said))], True


def _resolved(said: Sequence[_Said], at: int, own: dict[int, set[str]]) -> _Said:
    one = said[at]
    if one.side != "agent" or one.agent:
        return one
    before = next((o.agent for o in reversed(said[:at]) if o.agent), "")
    after = next((o.agent for o in said[at:] if o.agent), "")
    near = own[one.segment] or {one.target} - {""} or {before or after, after or before}
    if len(near) == 1:
        return replace(one, agent=next(iter(near)))
    if before == after:
        return replace(one, agent=before)
    return replace(one, side="unknown", line=replace(one.line, speaker="unknown", names=()))


def _stretches(said: Sequence[_Said]) -> list[tuple[str, list[DraftLine]]]:
    """The lines in stretches of one agent each. Lines before the first agent, and those between a
    hand-over and the next agent, are of the agent who comes."""
    stretches: list[tuple[str, list[DraftLine]]] = []
    coming: list[DraftLine] = []
    segment = 0
    for one in said:
        if one.side == "agent":
            if not stretches or stretches[-1][0] != one.agent:
                stretches.append((one.agent, []))
            stretches[-1][1].extend([*coming, one.line])
            coming, segment = [], one.segment
        elif not stretches or one.segment != segment:
            coming.append(one.line)
        else:
            stretches[-1][1].append(one.line)
    if stretches:
        stretches[-1][1].extend(coming)
    return stretches


def _members(stretches: Sequence[tuple[str, list[DraftLine]]], key: str) -> list[DraftLine]:
    """The lines of one agent. Where others wrote between them stands a line of the system, so that
    no wait over the gap is charged."""
    own = [at for at, (agent, _) in enumerate(stretches) if agent == key]
    lines: list[DraftLine] = []
    for at in range(own[0], own[-1] + 1):
        agent, members = stretches[at]
        if agent == key:
            lines += members
        else:
            first = members[0]
            lines.append(replace(first, speaker="system", text="……", names=(), words=()))
    return lines


def _part(draft: Draft, lines: list[DraftLine], part: Part, number: str | None) -> Draft:
    meta = replace(
        draft.meta,
        call_id=part.parts[part.number - 1],
        agent_id=number if part.sure else None,
        queue=next((line.queue for line in lines if line.queue), draft.meta.queue),
        started_at=draft.meta.started_at if part.number == 1 else None,
    )
    where = f"{draft.where}, part {part.number}"
    return replace(draft, where=where, meta=meta, lines=tuple(lines), part=part)
