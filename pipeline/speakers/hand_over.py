"""A hand-over inside one recording: the agent announces a transfer, and somebody else answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pipeline.types import HandOver, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.types import Seconds

ANSWERS = re.compile(
    r"为您服务|有什么(?:可以|能|需要)|什么(?:可以|能)帮|需要(?:我的)?帮助|请问您?(?:需要|要|办理|咨询|是)"
    r"|工号|很高兴|欢迎(?:致电|来电)|请讲|您请说|客服|热线|中心|专员|我是|这里是|这边是"
)
"""What an agent says who answers a call, besides the greeting (D 第一部分 第二章 (一), E 三(一)2)."""

OFFERS = re.compile(
    r"为您服务|有什么(?:可以|能)帮|什么(?:可以|能)帮|需要(?:我的)?帮助|工号|请讲"
    r"|好[^，。？！是]{0,2}[^，。？！是]{1,6}(?:部|中心|科|组)[，。]?请问"
    r"|请问您的(?:会员|订单|单号|编号|账|帐|户|卡|证|手机|电话|号|保单|型号|机器|地址)"
)
"""Those of them that no customer says."""

WAITED = re.compile(
    r"久等|等久了|还在(?:听)?吗|在听吗|能听到吗|(?:给您)?转(?:过来|回来)|接着(?:帮|给|为)您"
)
"""What one says who goes on after a wait."""

_PASSES_ON = re.compile(
    r"你(?:来|自己)?(?:接|听)(?:一下|吧|电话)|你来(?:接|听|说)|你(?:自己|来)?(?:跟|和)(?:他|她|人家|客服)(?:说|讲)"
    r"|(?:让|叫|换|请)(?:他|她|我[^，。？！]{1,3}|本人|孩子[他她]?[爸妈])(?:来|自己)?(?:接|听|(?:跟|和)[你您](?:说|讲))"
)
"""How a customer passes the telephone on to somebody beside him."""

JOINED_S = 0.3
"""Pieces of one sentence, which were cut where a voice seemed to change, lie nearer (our choice)."""

_CALLS = re.compile(r"^(?:喂|哎|诶|欸|嗯|哦|啊)*")
_BACK = re.compile(
    r"没有?(?:人接|接通|接听)|占线|忙线|转不(?:过去|了|成|通)|接不通|无人接听|不好意思|抱歉"
    r"|转接?(?:失败|不成功|没有?成功|没有?转成)|没有?转(?:过去|成|通)|还是(?:由)?我|我(?:先|来)?继续"
    r"|稍等|稍候|稍后|别挂|不要挂|等一下|等一会"
)
"""What the first agent says who could not hand the call on, or asks for more patience."""
_NOT_HANDED = re.compile(
    r"(?:不|没|无法|没法|别|拒绝)(?:能|会|用|需要|必|方便|再|办法|给您|帮您|为您){0,2}$"
)
_MONEY = re.compile(r"[^，。？！]{0,6}(?:账|帐|卡|微信|支付宝|余额|钱包)")
_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")


@dataclass(frozen=True, slots=True)
class HandOverWords:
    """Words that announce a transfer, those that greet, and those that announce a wait."""

    transfers: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()

    def announces(self, text: str) -> bool:
        """Whether a call is handed on so."""
        return announces_transfer(text, self.transfers)

    def asks_to_wait(self, text: str) -> bool:
        """Whether the customer is asked to wait so."""
        return any(word in text for word in self.waits)


def answers(text: str, greetings: Sequence[str]) -> bool:
    """Whether somebody answers a call so: greets and offers help, or names himself.

    >>> answers("您好，技术部，请问有什么可以帮您？", ["您好"]), answers("您好，让您久等了。", ["您好"])
    (True, False)
    """
    greets = any(word in text for word in greetings)
    return greets and bool(ANSWERS.search(text)) and not WAITED.search(text)


def announces_transfer(text: str, transfers: Sequence[str]) -> bool:
    """Whether a call is handed on so; not where it cannot be, and not where money is meant.

    >>> announces_transfer("我帮您转接技术部。", ["转接"]), announces_transfer("不能转接。", ["转接"])
    (True, False)
    >>> announces_transfer("钱会转到您的卡上。", ["转到"])
    False
    """
    for word in transfers:
        for found in re.finditer(re.escape(word), text):
            denied = _NOT_HANDED.search(text[max(0, found.start() - 6) : found.start()])
            if not denied and not _MONEY.match(text, found.end()):
                return True
    return False


def find_hand_over(
    utterances: Sequence[Utterance], words: HandOverWords, *, agent_id: str | None
) -> HandOver | None:
    """Where another agent takes over, ``None`` if nobody does.

    The agent announces a transfer; a menu that passes the caller on to a person (人工), or before
    whom nobody spoke, does not. Later somebody greets, and does not speak as one who comes back; on
    the customer's side he must also name himself or offer help, as agents do. Another number that
    an agent gives of himself with a greeting tells it without an announcement. The call's agent is
    the first of the two, unless the second one gives ``agent_id`` as his number.
    """
    ordered = sorted(utterances, key=lambda one: one.start_s)
    announced = False
    number = None
    for at, one in enumerate(ordered):
        own = own_number(one.text) if one.role != "customer" else None
        differs = own and number and own != number and answers(one.text, words.greetings)
        if differs or (announced and _takes_over(one, words)):
            whose = _whose(ordered[:at], one, agent_id)
            others = ordered[at:] if whose == "first" else ordered[:at]
            return HandOver(one.start_s, whose, _number_in(others, not_of=agent_id))
        number = own or number
        said = _sentence_with(one, ordered[at - 1] if at else None)
        announced = announced or (
            one.role != "customer"
            and "人工" not in said
            and any(other.role != one.role for other in ordered[:at])
            and announces_transfer(said, words.transfers)
        )
    return None


def _sentence_with(one: Utterance, before: Utterance | None) -> str:
    """What is said, with the piece right before it unless a customer said that."""
    if before is None or before.role == "customer" or one.start_s - before.end_s > JOINED_S:
        return one.text
    return f"{before.text}{one.text}"


def find_passed_on(utterances: Iterable[Utterance]) -> Seconds | None:
    """When a customer passes the telephone on to somebody beside him; ``None`` if nobody does. In a
    mix his words may be called anybody's.

    >>> said = Utterance("customer", 0, 8.0, 9.0, "爸，你自己跟他说吧。", 0.9, ())
    >>> find_passed_on([said]), find_passed_on([replace(said, text="你跟我说一下")])
    (8.0, None)
    """
    passed = (u.start_s for u in utterances if _PASSES_ON.search(u.text))
    return min(passed, default=None)


def _number_in(utterances: Sequence[Utterance], *, not_of: str | None) -> str | None:
    """The one number that agents give of themselves in these words, besides the call's agent."""
    found = {number for one in utterances if (number := own_number(one.text))} - {not_of}
    return found.pop() if len(found) == 1 else None


def give_to_nobody(
    utterances: Sequence[Utterance], found: HandOver, *, channels: int
) -> tuple[Utterance, ...]:
    """The utterances with the words of the other agent given to nobody. On a mix that is all that is
    said on his side of the hand-over, since a third voice may have been taken for either; on two
    channels all of his channel."""
    at = next(one for one in utterances if one.start_s == found.at_s)

    def is_others(one: Utterance) -> bool:
        after = one.start_s >= found.at_s
        on_his_side = channels < 2 or one.channel == at.channel
        return on_his_side and after == (found.agent == "first")

    return tuple(replace(one, role="unknown") if is_others(one) else one for one in utterances)


def _takes_over(one: Utterance, words: HandOverWords) -> bool:
    if WAITED.search(one.text) or _BACK.search(one.text):
        return False
    if one.role == "customer":
        return answers(one.text, words.greetings) and bool(OFFERS.search(one.text))
    first = _CALLS.sub("", "".join(c for c in one.text if c.isalnum()))
    return first.startswith(tuple(words.greetings))


def own_number(text: str) -> str | None:
    """The number that an agent gives of himself.

    >>> own_number("您好，工号八零一三为您服务。"), own_number("请问您的工号是多少？")
    ('8013', None)
    """
    found = re.search(r"工号(?:是|为)?(\d{3,8})", digits_of(text).replace(" ", ""))
    return found[1] if found else None


def digits_of(text: str) -> str:
    """The text with numerals as digits.

    >>> digits_of("工号八零一三")
    '工号8013'
    """
    return text.translate(_DIGITS)


def _whose(
    before: Sequence[Utterance], one: Utterance, agent_id: str | None
) -> Literal["first", "second"]:
    if agent_id is None:
        return "first"
    said = digits_of(one.text)
    earlier = any(agent_id in digits_of(other.text) for other in before)
    return "second" if agent_id in said and not earlier else "first"
