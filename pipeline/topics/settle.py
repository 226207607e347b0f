"""Whether the customer's matter was settled, by the words of the call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.topics.find import quote_of
from pipeline.topics.folding import fold
from pipeline.types import Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.topics.book import TopicBook
    from pipeline.types import Utterance

LAST_TURNS = 3
"""Utterances of the customer that count as last words. Our choice: an answer to 满意吗, one to 还有
其他问题吗, and a farewell."""

DENIED = re.compile(r"[没不别未][^了]?$|没有$|没什么$|没有什么$|不是.$")
"""At the end of the words before a phrase: a denial. 没了 and 没有了 answer 还有其他问题吗."""

UNREAL = re.compile(
    r"(要是|如果|假如|等|等到|希望|能不能|什么时候|是否|到底|怎么才|说|说是|以为|显示|上次|上回|早就)(都|就|能|已经)?$"
)
"""There: a wish, a question, or words of somebody else."""

AFTER = re.compile(r"吗|么|就好|再说|才|(不|没|没有)$")
"""After a phrase: a question or a condition."""

CLAUSE = re.compile(r"[，。！？；：、,.!?;:…~～\s]+")

KINDS = {"settled": True, "pleased": True, "understood": True, "unsettled": False, "undone": False}


SOLVED_REASONS = {
    "settled": "客户最后说解决了",
    "pleased": "客户最后表示满意",
    "understood": "客户最后说明白了",
}


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: str
    at: int
    start: int


def judge_settlement(utterances: Sequence[Utterance], book: TopicBook) -> Settlement:
    """Judge by the customer's last words: the last sign in the last ``LAST_TURNS`` utterances counts.

    Unknown without a sign. Unknown too if the agent passed the matter on or promised to act later,
    unless the customer reports that it is done, or that it is not."""
    agents = [(at, fold(u.text)) for at, u in enumerate(utterances) if u.role == "agent"]
    transferred = _last_with(agents, book, "transfers")
    promised = _last_with(agents, book, "later")
    sign = _last_sign(utterances, book)
    judged = _judge(sign, transferred, promised)
    places = sorted(at for at in (judged.open_at, sign.at if sign else None) if at is not None)
    return Settlement(
        judged.solved,
        judged.reason,
        transferred=transferred is not None,
        promised=promised is not None,
        quotes=tuple(quote_of(utterances[at]) for at in places),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """``open_at``: the agent's utterance that leaves the matter open."""

    solved: bool | None
    reason: str
    open_at: int | None = None


def _judge(sign: _Sign | None, transferred: int | None, promised: int | None) -> _Judged:
    if sign is None:
        return _Judged(None, "客户最后几句没有说到是否解决")
    if not KINDS[sign.kind]:
        done = "说没有解决" if sign.kind == "unsettled" else "放弃了，或者说要再投诉"
        return _Judged(False, f"客户最后{done}")
    open_at = max((at for at in (transferred, promised) if at is not None), default=None)
    if open_at is None or sign.kind == "settled":
        return _Judged(True, SOLVED_REASONS[sign.kind])
    did = "转交了问题" if open_at == transferred else "答应以后再办"
    return _Judged(None, f"客户表示认可，但客服{did}，是否解决要看后来", open_at)


def _last_with(agents: Sequence[tuple[int, str]], book: TopicBook, kind: str) -> int | None:
    """The last utterance of the agent with a phrase of a kind."""
    with_kind = [at for at, text in agents if any(key == kind for *_, key in book.talk.find(text))]
    return with_kind[-1] if with_kind else None


def _last_sign(utterances: Sequence[Utterance], book: TopicBook) -> _Sign | None:
    """The last sign that counts; of signs in one utterance one against settlement before others."""
    own = [at for at, u in enumerate(utterances) if u.role == "customer" and fold(u.text)]
    for at in reversed(own[-LAST_TURNS:]):
        signs = _signs(at, utterances[at].text, book)
        against = [sign for sign in signs if not KINDS[sign.kind]]
        if against or signs:
            return max(against or signs, key=lambda sign: sign.start)
    return None


def _signs(at: int, text: str, book: TopicBook) -> list[_Sign]:
    """The signs of an utterance that nothing in their clause denies. ``start``: in the folded
    text."""
    signs: list[_Sign] = []
    begins = 0
    for clause in CLAUSE.split(text):
        folded = fold(clause)
        hits = [hit for hit in book.talk.find(folded) if hit[3] in KINDS]
        signs += [
            _Sign(kind, at, begins + start)
            for start, end, _, kind in hits
            if not _is_inside(start, end, hits)
            and not DENIED.search(folded[:start])
            and not UNREAL.search(folded[:start])
            and not AFTER.match(folded[end:])
        ]
        begins += len(folded)
    return signs


def _is_inside(start: int, end: int, hits: Sequence[tuple[int, int, str, str]]) -> bool:
    return any(s <= start and end <= e and e - s > end - start for s, e, *_ in hits)
