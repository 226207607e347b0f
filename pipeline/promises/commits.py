"""Whether an act, with or without a time, makes a promise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.promises.acts import (
    COMMITS,
    FUTURE,
    LATER,
    NO_COMMITMENT,
    OWN,
    SUBJECT,
    is_effect,
    is_handed_on,
    names_person,
)

if TYPE_CHECKING:
    from pipeline.promises.acts import Act
    from pipeline.types import DueTime

_LATER = re.compile("马上|立刻|立即|即刻|抓紧|及时|第一时间|尽快|尽早")
_TERM_END = re.compile("内|后|左右|上下|工作日|工作天|里")
_TERM_BEFORE = re.compile(
    "(?:需要?|要|大概|大约|最迟|最晚|最多|至多|不超过|预计|再过|过|再等|也就|一般|通常|顶多|差不多|给我|容我|不出|用不了|出不了)$"
)
_TERM_AFTER = re.compile(
    "(?:[，,]我们?给[您你])?(?:就|会|可以|能|即可)?(?:给|到|退|处理|解决|办|修|出|送|发|寄|回|上门|搞定|答复|联系|赶|来|换|装|开|拨|打|回)(?!多|的)"
)
_AT_ONCE = re.compile("马上|立刻|立即|即刻|现在|这就")
_TODAY = ("今天", "今日", "今儿", "今儿个", "当天")
"""A day alone on which any work may be done in the call itself: 我今天帮您操作一下."""


def commits(text: str, act: Act, due: DueTime) -> bool:
    """Whether act and time make a promise. Work that is done at once, in the call, is none, and
    neither is what the customer does by then."""
    if act.general and (
        due.due_at is None
        or due.text in _TODAY
        or not _in_one_clause(text, act, due)
        or re.match("的[\u4e00-\u9fff]", text[act.end :])
    ):
        return False
    if _is_customers(text, act, due):
        return False
    if text[act.start : act.end].endswith("生效") and not names_person(text):
        return False
    if is_vague(due) and not _is_vague_promise(text, act, due):
        return False
    if due.counted and due.start >= act.end and not is_term(text, due):
        return False
    if act.kind == "contact":
        return True
    return bool(SUBJECT.search(text)) or due.due_at is not None or bool(due.problem)


def _is_customers(text: str, act: Act, due: DueTime) -> bool:
    """Whether the customer is to act by a time: 您三天之内给我们回复."""
    if is_effect(text[act.start : act.end]):
        return False
    if not (due.end <= act.start and re.search("[您你]们?$", text[: due.start])):
        return False
    own = OWN.search(re.sub("[给跟向和]我们?", "", text[due.end : act.start]))
    return act.general or not (own or re.search("[您你]", text[act.start : act.end]))


def _is_vague_promise(text: str, act: Act, due: DueTime) -> bool:
    """Whether work by a time without an end, such as 尽快, goes on after the call."""
    if act.kind == "contact":
        return True
    if due.text in ("到时", "到时候") or not FUTURE.search(text):
        return False
    return act.kind != "handle" or not (_AT_ONCE.search(due.text) or _LATER.search(due.text))


def is_announced(text: str, act: Act) -> bool:
    """Whether an act is promised without any time: 我会给您回电, 我马上给您补发, 我会转给主管.
    Other work without a time may be done in the call."""
    said = text[act.start : act.end]
    clause = re.split("[，,]", text[: act.start])[-1]
    if act.kind == "contact":
        return (
            bool(re.search("您|你", said))
            and not re.search("核实|核对|确认", said)
            and bool(
                re.search(
                    "会|将|一定|肯定|保证|有人|专人|第一[时个]|[等待].{1,10}[了后完好]|[了后完好来到](?:之后|以后)?(?:我|咱|这边)",
                    clause[-14:],
                )
            )
        )
    if NO_COMMITMENT.search(text[: act.end]) or re.match("的[\u4e00-\u9fff]", text[act.end :]):
        return False
    if act.kind == "handle":
        return is_handed_on(said) and bool(LATER.search(clause[-12:]))
    return bool(OWN.search(clause)) and bool(COMMITS.search(f"{clause}{said}"))


def _in_one_clause(text: str, act: Act, due: DueTime) -> bool:
    """Whether a time stands before an act in its clause, or alone before it (两个小时，我给您…), and
    is no attribute: 本月的费用."""
    between = text[due.end : act.start]
    alone = due.start == 0 or text[due.start - 1] in "，,。；; "
    apart = re.sub("^[，,](?=我|咱|这边|师傅|同事|工程师)" if not alone else "^[，,]", "", between)
    return due.end <= act.start and not re.search("^的|[，,；;：:]", apart)


def is_term(text: str, due: DueTime) -> bool:
    """Whether a duration sets a term: 三天内, 大约三天, 三天给您, and not 三天的费用."""
    if _TERM_END.search(due.text):
        return True
    if "分" in due.text and re.search("[给容等]我$", text[: due.start]):
        return False  # the customer holds the line
    return bool(_TERM_BEFORE.search(text[: due.start]) or _TERM_AFTER.match(text[due.end :]))


def is_vague(due: DueTime) -> bool:
    return due.due_at is None and not due.problem
