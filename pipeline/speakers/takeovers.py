"""The agents of one recording: where each begins, where words leave no doubt of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.speakers.hand_over import (
    WAITED,
    HandOverWords,
    answers,
    digits_of,
    find_hand_over,
    own_number,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Seconds, Utterance

CLEAR_NUMBER = 0.8
"""Least confidence of each word of a number that names an agent (our choice): points of his pay hang
on it."""

LONGEST_AGENT = 6
"""A longer number is none of an agent's (our choice)."""

FIRST_WORDS = 3
"""An agent answers within so many first utterances (our choice). Who answers later may be yet
another one."""

_TOGETHER = re.compile(
    r"三方|多方|一起(?:为|跟|和|给|沟通|通话|听|讲)|一块儿?(?:跟|和|说|讲)|同时在线|在线陪|旁听|陪同"
)
"""Who speaks so does not leave the call."""

_RETURNS = re.compile(r"又是我|还是我|我(?:又)?回来了|刚才(?:是|就是)我|我是刚才|我是之前")
"""Who speaks so has been here before."""


_STAYS = re.compile(r"(?:别|不用|不要|先不|不必|不想)(?:给我|帮我|再)?转|你(?:先)?(?:听我说|别挂)")
"""A customer who says so stays with the agent whom he has."""

_NAMES = re.compile(r"工号|我是|这里是|这边是|专员|主管|经理|班长|[部组科室]|中心|专席|坐席|客服")
"""Who says so is not the one who spoke before."""


@dataclass(frozen=True, slots=True)
class AgentTurn:
    """An agent leads the call from ``start_s`` on. ``left_s``: where his last words end, for with the
    announced transfer the wait begins, in which others may speak on his channel; ``None``: he leads it
    to its end. ``agent``: his number; ``None`` if nobody says it. ``is_calls``: he is the agent whom
    the call's metadata name."""

    start_s: Seconds
    left_s: Seconds | None = None
    agent: str | None = None
    is_calls: bool = False


def find_agents(
    utterances: Sequence[Utterance],
    words: HandOverWords,
    *,
    agent_id: str | None,
    transferred_to: str | None = None,
) -> tuple[AgentTurn, ...]:
    """The agents of a call with a channel for each side, in their order; empty for one agent, and
    where it is not sure who says what. ``utterances``: of people; ``agent_id``, ``transferred_to``: as
    the metadata and the telephone system have them.

    An agent announces a transfer or the telephone system recorded one, and somebody else answers on
    the same channel: greets, and names himself or offers help. Not sure: words that tell of a third
    party or of one who is back, a wait that nobody in this part announced, a second answer, a number
    that came before, numbers that differ without a transfer and are not clearly heard.
    """
    ordered = sorted(utterances, key=lambda one: one.start_s)
    said = [one for one in ordered if one.role == "agent"]
    if len({one.channel for one in said}) != 1 or any(
        one.channel == said[0].channel for one in ordered if one.role == "customer"
    ):
        return ()
    parts = _cut(ordered, words)
    own = [[one for one in part if one.role == "agent"] for part in parts]
    if len(parts) < 2 or not all(
        _takes_over(before, after, words, recorded=transferred_to is not None)
        for before, after in pairwise(parts)
    ):
        return ()
    numbers = [_numbers(part) for part in own]
    calls = _calls(parts, numbers, agent_id, transferred_to)
    if calls is None or any(_is_doubtful(part, words) for part in own[1:]):
        return ()
    known = [one | {agent_id} if at == calls else one for at, one in enumerate(numbers)]
    if any(len(one) > 1 for one in numbers) or any(
        one & other - {None} for at, one in enumerate(known) for other in known[:at]
    ):
        return ()
    agents = _agents(own, words, calls, agent_id, transferred_to)
    starts = [0.0, *(part[0].start_s for part in parts[1:])]
    lefts = [_left_s(part, words) for part in own[:-1]]
    return tuple(
        AgentTurn(start_s, left_s, agent, is_calls=at == calls)
        for at, (start_s, left_s, agent) in enumerate(
            zip(starts, (*lefts, None), agents, strict=True)
        )
    )


def _cut(ordered: Sequence[Utterance], words: HandOverWords) -> list[Sequence[Utterance]]:
    """The utterances at each hand-over."""
    parts: list[Sequence[Utterance]] = []
    rest = ordered
    while (found := find_hand_over(rest, words, agent_id=None)) is not None:
        at = next(n for n, one in enumerate(rest) if one.start_s == found.at_s)
        parts.append(rest[:at])
        rest = rest[at:]
    return [*parts, rest]


def _takes_over(
    before: Sequence[Utterance],
    after: Sequence[Utterance],
    words: HandOverWords,
    *,
    recorded: bool,
) -> bool:
    """Whether somebody else surely answers with the first words of ``after``."""
    taker = after[0]
    if taker.role != "agent" or not answers(taker.text, words.greetings):
        return False
    own = [one for one in before if one.role == "agent"]
    if not own or any(_TOGETHER.search(one.text) for one in (*own[-FIRST_WORDS:], *after)):
        return False
    left_s = _left_s(own, words)
    waiting = [one for one in before if one.start_s >= left_s]
    if any(_STAYS.search(one.text) for one in waiting if one.role == "customer"):
        return False
    if sum(one.role == "agent" for one in waiting) > FIRST_WORDS:
        return False  # announced long before: who says all this?
    if recorded or any(words.announces(one.text) for one in own):
        return True
    asked = [one for one in before if one.role == "customer"][-1:]
    clear = _clear_numbers(own) and _clear_numbers([taker])
    return bool(clear) and not any("工号" in one.text for one in asked)


def _left_s(own: Sequence[Utterance], words: HandOverWords) -> Seconds:
    """The end of the last announcement of a transfer, else of the last words."""
    told = [one.end_s for one in own if words.announces(one.text)]
    return (told or [one.end_s for one in own])[-1]


def _is_doubtful(own: Sequence[Utterance], words: HandOverWords) -> bool:
    """Whether a later part may hold words of yet another agent, or of one who is back."""
    waits = False
    for number, one in enumerate(own):
        if _RETURNS.search(one.text) or (WAITED.search(one.text) and not waits):
            return True
        if number >= FIRST_WORDS and answers(one.text, words.greetings):
            return True
        waits = waits or words.asks_to_wait(one.text)
    return False


def _calls(
    parts: Sequence[Sequence[Utterance]],
    numbers: Sequence[set[str | None]],
    agent_id: str | None,
    transferred_to: str | None,
) -> int | None:
    """Which part is the agent's whom the metadata name: who gives that number, else the one to whom the
    call was handed, else the first one. ``None`` if two give it."""
    if agent_id is None:
        return 0
    own = [at for at, said in enumerate(numbers) if agent_id in said]
    own = own or [at for at, part in enumerate(parts) if at and agent_id in digits_of(part[0].text)]
    if len(own) > 1:
        return None
    if own:
        return own[0]
    return 1 if transferred_to == agent_id and len(parts) == 2 else 0


def _agents(
    parts: Sequence[Sequence[Utterance]],
    words: HandOverWords,
    calls: int,
    agent_id: str | None,
    transferred_to: str | None,
) -> list[str | None]:
    """The number of each agent: the metadata's for their own, for another one what he says clearly or
    the telephone system has, if both agree. Numbers of another kind than the metadata's (another
    length, or their own agent says another one) are nobody's."""
    numbers = [_numbers(part) for part in parts]
    agents: list[str | None] = []
    for at, own in enumerate(parts):
        handed = transferred_to if at == calls + 1 and len(parts) == at + 1 else None
        known = {handed} if _is_handed(own, words) else set()
        alike = not numbers[calls] or agent_id in numbers[calls]
        heard = _clear_numbers(own) if alike else set()
        found = (heard or known) if not numbers[at] or heard else set()
        if handed and len(handed) == len(agent_id or "") and heard - {handed}:
            found = set()
        fitting = [one for one in found if one and len(one) == len(agent_id or "")]
        agents.append(agent_id if at == calls else next(iter(fitting), None))
    return agents


def _is_handed(own: Sequence[Utterance], words: HandOverWords) -> bool:
    """Whether the recorded transfer led to the one who begins here: he names himself, and does not
    hand the call on again."""
    return bool(_NAMES.search(own[0].text)) and not any(words.announces(u.text) for u in own)


def _numbers(own: Sequence[Utterance]) -> set[str | None]:
    return {number for one in own if (number := own_number(one.text))}


def _clear_numbers(own: Sequence[Utterance]) -> set[str]:
    """The numbers that agents give of themselves, each digit clearly heard."""
    return {number for one in own if (number := own_number(one.text)) and _is_clear(one)}


def _is_clear(one: Utterance) -> bool:
    digits = [
        word.confidence for word in one.words if any(c.isdigit() for c in digits_of(word.text))
    ]
    return min(digits, default=one.confidence) >= CLEAR_NUMBER
