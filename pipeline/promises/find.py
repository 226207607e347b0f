"""Promises in the agent's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.promises.acts import (
    Act,
    asks_agreement,
    asks_consent,
    find_acts,
    is_agreement,
    is_conditional,
    is_excluded,
    is_general,
    is_hedged,
    is_open_question,
    is_question,
)
from pipeline.promises.commits import commits, is_announced, is_term, is_vague
from pipeline.promises.times import TimeFrame, find_times
from pipeline.promises.workdays import CHINA, WorkCalendar
from pipeline.types import CallMeta, DueTime, Promise, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import time

    from pipeline.types import PromiseKind

BEFORE, AFTER = 26, 14
"""Most characters from a time to its act, and from an act to a time that follows it (our choice:
今天下午三点之前我这边的主管会亲自给您回电话)."""

LONGEST_QUOTE = 200
_ENDS = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_RESTATES = re.compile(
    "(?:也就是|就是说|即|最晚|最迟|至迟)[说在是]?$|(?:不对|不是|错了|口误|更正)[^。！？]{0,6}$"
)
"""What stands before a time that counts in place of the one before it: 也就是周四, 不对，是周四."""
_TELLS = re.compile("的?(?:来电)?(?:反映|投诉|反馈|提到|报修|咨询|来电|打来|打电话|申请|说|要求)")
_CLOSES = re.compile(
    "(?:的时间|的时候|的样子|吧|哈|啊|呢|哦|可以|行|好|方便|合适|您看|，|,|。|！|!|；|;|？|\\?|\\s|$)"
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of one side. ``reply``: what the other side says next, empty for nothing."""

    text: str
    start_s: float
    end_s: float
    reply: str


def find_promises(
    utterances: Sequence[Utterance],
    meta: CallMeta,
    *,
    calendar: WorkCalendar = CHINA,
    day_ends: time,
) -> tuple[Promise, ...]:
    """The promises of a call in order of time, each once, however often it is said. Terms are in
    the frame of ``meta.started_at``; without it they have a ``problem``."""
    start = start_of(meta)
    found: list[Promise] = []
    for sentence in _sentences(utterances):
        said = start + timedelta(seconds=sentence.start_s) if start else None
        frame = TimeFrame(said, calendar, day_ends)
        found += _read_sentence(sentence, frame)
    return _merged(found)


def start_of(meta: CallMeta) -> datetime | None:
    """The start of a call as written, with its zone if it has one; ``None`` where only a day or
    nothing is known."""
    text = meta.started_at or ""
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else None
    except ValueError:
        return None


def _sentences(utterances: Sequence[Utterance]) -> Iterator[_Sentence]:
    """The agent's sentences. Utterances that follow each other are joined, since pauses cut
    sentences."""
    turns: list[list[Utterance]] = []
    for utterance in utterances:
        if turns and turns[-1][-1].role == utterance.role:
            turns[-1].append(utterance)
        else:
            turns.append([utterance])
    for at, turn in enumerate(turns):
        if turn[0].role != "agent":
            continue
        following = turns[at + 1] if at + 1 < len(turns) else []
        reply = (
            "".join(one.text for one in following)
            if following and following[0].role == "customer"
            else ""
        )
        yield from _cut(turn, reply)


def _cut(turn: Sequence[Utterance], reply: str) -> Iterator[_Sentence]:
    text, owners = "", []
    for utterance in turn:
        part = utterance.text if re.search(r"[\W]$", utterance.text) else f"{utterance.text}，"
        text += part
        owners += [utterance] * len(part)
    pieces = list(_ENDS.finditer(text))
    for number, piece in enumerate(pieces):
        if not piece.group().strip():
            continue
        first, last = owners[piece.start()], owners[piece.end() - 1]
        ends = number == len(pieces) - 1 or all(
            is_question(p.group()) for p in pieces[number + 1 :]
        )
        yield _Sentence(piece.group().strip(), first.start_s, last.end_s, reply if ends else "")


def _read_sentence(sentence: _Sentence, frame: TimeFrame) -> tuple[Promise, ...]:
    text = sentence.text
    if is_conditional(text) or is_open_question(text):
        return ()
    asked = is_question(text) or asks_agreement(text)
    if asked and not (asks_agreement(text) or asks_consent(text)):
        return ()
    if asked and not is_agreement(sentence.reply):
        return ()
    acts = [act for act in find_acts(text) if not (is_excluded(text, act) or is_general(text, act))]
    if not acts:  # most sentences; times are dear to find
        return ()
    times = [due for due in find_times(text, frame) if not _is_of_the_matter(text, due)]
    pairs = [(act, due) for act in acts if (due := _time_of(text, act, times, acts)) is not None]
    chosen = _choose([pair for pair in pairs if commits(text, *pair)])
    announced = next((act for act in acts if is_announced(text, act)), None)
    if not chosen and announced is not None:
        return (_made(sentence, announced.kind, None, asked=asked, hedged=is_hedged(text)),)
    return tuple(
        _made(sentence, act.kind, due, asked=asked, hedged=is_hedged(_between(text, act, due)))
        for act, due in chosen
    )


def _is_of_the_matter(text: str, due: DueTime) -> bool:
    """Whether a time is that of the customer's own words: 您上午反映的问题."""
    return text[: due.start].endswith(("您", "你")) and bool(_TELLS.match(text[due.end :]))


def _choose(pairs: Sequence[tuple[Act, DueTime]]) -> list[tuple[Act, DueTime]]:
    """One pair of each kind, by its latest term; work that has the term of a call back is part of
    it."""
    best: dict[PromiseKind, tuple[Act, DueTime]] = {}
    for act, due in pairs:
        other = best.get(act.kind)
        if other is None or _is_later(due, other[1]):
            best[act.kind] = (act, due)
    found: list[tuple[Act, DueTime]] = []
    for kind in ("contact", "visit", "deliver", "handle"):
        if kind in best and not any(_is_part(best[kind][1], one[1]) for one in found):
            found.append(best[kind])
    return found


def _is_part(due: DueTime, other: DueTime) -> bool:
    return (
        is_vague(due)
        or due.start == other.start
        or (due.due_at is not None and due.due_at == other.due_at)
    )


def _is_later(due: DueTime, other: DueTime) -> bool:
    if due.due_at is None or other.due_at is None:
        return other.due_at is None and (due.due_at is not None or bool(due.problem))
    return due.due_at > other.due_at


def _between(text: str, act: Act, due: DueTime) -> str:
    return text[max(0, min(act.start, due.start) - 6) : max(act.end, due.end)]


def _made(
    sentence: _Sentence, kind: PromiseKind, due: DueTime | None, *, asked: bool, hedged: bool
) -> Promise:
    return Promise(
        kind=kind,
        start_s=sentence.start_s,
        end_s=sentence.end_s,
        quote=sentence.text[:LONGEST_QUOTE],
        time_text=due.text if due else "",
        due_at=due.due_at.isoformat(timespec="minutes") if due and due.due_at else None,
        problem=due.problem if due else "",
        sure=not hedged,
        agreed=asked,
    )


def _time_of(text: str, act: Act, times: Sequence[DueTime], acts: Sequence[Act]) -> DueTime | None:
    """The time that belongs to an act: the nearest before it, else one that ends the clause after
    it. A time that restates another (也就是周四, 最晚周四) counts instead."""
    restated = [due for due in times if due.start > act.end and _RESTATES.search(text[: due.start])]
    before = [due for due in times if _reaches(text, due, act, acts)]
    if before:
        definite = [due for due in before if not is_vague(due)]
        chosen = (definite or before)[-1]
        return restated[-1] if restated and not is_vague(chosen) else chosen
    behind = [
        due
        for due in times
        if due.start >= act.end and due.start - act.end <= AFTER and _CLOSES.match(text[due.end :])
    ]
    others = [other for other in acts if other.start >= act.end]
    if behind and not any(other.start < behind[0].start for other in others):
        return None if is_vague(behind[0]) and act.kind != "contact" else behind[0]
    return None


def _reaches(text: str, due: DueTime, act: Act, acts: Sequence[Act]) -> bool:
    """Whether a time before an act is its own, and not that of another act of an earlier clause."""
    if not (due.end <= act.start + 1 and act.start - due.end <= BEFORE):
        return False
    between = [other for other in acts if due.end - 1 <= other.start and other.end <= act.start]
    if any(re.search("[，,、：:]", text[other.end : act.start]) for other in between):
        return False
    return not due.counted or is_term(text, due)


def _merged(found: Sequence[Promise]) -> tuple[Promise, ...]:
    """Each promise once: the same act by the same term, or without a term where one was given. Work
    that is handed on without a time is part of a call back."""
    kept: list[Promise] = []
    for promise in found:
        same = next((one for one in kept if _is_same(one, promise)), None)
        if same is None:
            kept.append(promise)
        elif same.due_at is None and not same.problem and (promise.due_at or promise.problem):
            kept[kept.index(same)] = promise
    if any(one.kind == "contact" for one in kept):
        kept = [one for one in kept if one.kind != "handle" or one.time_text]
    return tuple(sorted(kept, key=lambda one: one.start_s))


def _is_same(one: Promise, other: Promise) -> bool:
    if one.kind != other.kind:
        return False
    if one.due_at == other.due_at and one.problem == other.problem:
        return True
    return not (one.due_at or one.problem) or not (other.due_at or other.problem)
