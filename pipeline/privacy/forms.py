"""Tell the form of a row of digits: a telephone number, an identity card, a bank card, or nothing
personal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from pipeline.privacy.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import PersonalKind, Utterance

Label: TypeAlias = Literal["phone", "identity", "bank_card", "other"]

FEWEST_DIGITS = 7
MOST_DIGITS = 40
"""More are no misheard number: twice an identity number, as where the recogniser loops on it."""

FEWEST_OF_CARD = 13
"""Named identity and card numbers from here on are whole, with digits lost or added; a shorter one
has lost more than that."""

LABEL_UTTERANCES = 2
"""Number of utterances before the number that may hold the word that names it."""

IDENTITY_VISIBLE = (3, 2)
"""Digits left readable at the front and the end. Our choice: no standard gives a number. Services
ask for the last four to verify a person (身份证后四位), so these are hidden."""

CARD_VISIBLE = (0, 4)
"""As printed on receipts."""

MOBILE_VISIBLE = (3, 4)
"""138****8000, as carriers print it."""

VALID_CARD, NAMED_CARD, VALID_PHONE, NAMED_PHONE = range(4)
"""Ranks: forms take their digits in this order, since a card holds more digits than any telephone
number inside it."""

_MOBILE = re.compile(r"(?P<prefix>(?:00)?86|0)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?P<prefix>(?:(?:00)?86)?(?:010|02\d|0[3-9]\d\d))[2-8]\d{6,7}")
_SERVICE = re.compile(r"[48]00\d{7}")
_NO_PERSON = re.compile(r"9[56]\d{5,6}|1[0-2]\d{5,6}|106\d+")
"""Short numbers of services with the digits dialled after them, and senders of text messages
(工信部 号码规划)."""

_REGION = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
"""First two digits of GB/T 2260, and 81 to 83 and 91 of residence permits."""

_CARD_START = re.compile(r"[34569]")
"""First digit of the cards that Chinese banks issue (ISO/IEC 7812; 9 for old ones). Order numbers
begin with 1 or 2."""

_AMOUNT = re.compile(r"\s*(?:万?元|块)")
_LABEL = re.compile(
    r"(?P<other>(?:订单|运单|快递|邮件|包裹|取件|会员|物流|流水|合同|保单|编|工|单|票|批|账单)(?:号码|号)|订单|编码|验证码|金额|日期|时间"
    r"|(?:客服|服务|投诉|公司)(?:电话|热线)(?:号码)?|热线(?:电话|号码)?)"
    r"|(?P<identity>(?:身份证|证件)(?:号码|号)?)"
    r"|(?P<bank_card>(?:银行卡|信用卡|储蓄卡|借记卡|卡)(?:号码|号)|银行卡|信用卡|储蓄卡|借记卡|(?:从|到|用|的|[这那]张|我这?张?)卡(?=[\s，,:：是]*$))"
    r"|(?P<phone>(?:电话|手机)(?:号码)?|联系方式|座机|固话)"
    r"|(?P<bare>号码)"
)


_HOTLINE = re.compile(
    r"(?:热线|专线|总机|客服(?:电话|号码)|(?:请您?|可以|直接)(?:直接|再)?(?:拨打|致电))(?:电话|号码)?(?:就?是|为)?[\s，,:：]*$"
)
_OF_THE_CUSTOMER = re.compile("[您你]的|登记|预留|给[您你]")
_CLAUSE = re.compile("[，。,.！？]")


def is_of_a_service(before: str, digits: str) -> bool:
    """Whether digits behind these words of an agent are the landline of a service.

    >>> is_of_a_service("我们的热线是", "05925050000"), is_of_a_service("您的电话是", "05925050000")
    (True, False)
    >>> is_of_a_service("您的客服电话是", "05925050000")
    False
    """
    near = next((one for one in reversed(_CLAUSE.split(fold(before))) if one.strip()), "")
    theirs = _OF_THE_CUSTOMER.search(near)
    return bool(_LANDLINE.fullmatch(digits) and _HOTLINE.search(near) and not theirs)


_BEFORE_CARD = re.compile(r"[\s，,]*(?:的?[这那]张|的)卡")


def is_before_card(after: str) -> bool:
    """Whether the text behind digits calls them those of a card.

    >>> is_before_card("这张卡上"), is_before_card("的订单")
    (True, False)
    """
    return _BEFORE_CARD.match(after) is not None


@dataclass(frozen=True, slots=True)
class Form:
    """The kind of the digits, ``None`` for the number of a service, and how many of them stay
    readable at both ends."""

    kind: PersonalKind | None
    rank: int
    keep_first: int
    keep_last: int


def judge_form(digits: str, *, label: Label | None, after: str = "") -> Form | None:
    """The form of a whole row of digits; ``None`` without a form.

    ``label`` is the meaning of the last naming word before it. ``after`` is the text behind it:
    before 元 it is an amount. Without a label only numbers of a valid form are personal.

    >>> judge_form("13800138000", label=None)
    Form(kind='phone', rank=2, keep_first=3, keep_last=4)
    >>> judge_form("88886666", label=None) is None, judge_form("88886666", label="phone").kind
    (True, 'phone')
    """
    card = _judge_card(digits, label)
    if card is not None or _AMOUNT.match(after) or not digits.isdigit():
        return card
    if found := _MOBILE.fullmatch(digits):
        return Form(
            "phone", VALID_PHONE, len(found["prefix"] or "") + MOBILE_VISIBLE[0], MOBILE_VISIBLE[1]
        )
    if found := _LANDLINE.fullmatch(digits):
        return Form("phone", VALID_PHONE, len(found["prefix"]), MOBILE_VISIBLE[1])
    if _SERVICE.fullmatch(digits):
        return Form(None, VALID_PHONE, len(digits), 0)
    return _judge_named(digits, label)


def is_identity(digits: str) -> bool:
    """Whether 18 characters are an identity number (GB 11643): region, day of birth from 1900 on,
    check digit.

    >>> is_identity("110101199001010031"), is_identity("110101199001010032")
    (True, False)
    """
    if not re.fullmatch(r"\d{17}[\dX]", digits) or not _REGION.match(digits):
        return False
    try:
        born = ric.get_birth_date(digits)
    except ValidationError:
        return False
    return 1900 <= born.year < 2100 and digits[-1] == ric.calc_check_digit(digits)


def label_before(utterances: Sequence[Utterance], utterance: int, start: int) -> Label | None:
    """The meaning of the last naming word before a number, in its utterance or the two before, of
    any speaker.

    号码 alone means the number of the last thing named before it. If nothing was named it means a
    telephone number.

    >>> from tests.builders import an_utterance
    >>> said = [an_utterance(text) for text in ("邮件号码有吗？", "没讲完。", "报一下号码。", "987654320")]
    >>> label_before(said, 3, 0), label_before(said[1:], 2, 0)
    ('other', 'phone')
    """
    for at in range(utterance, max(-1, utterance - LABEL_UTTERANCES - 1), -1):
        text = fold(utterances[at].text[:start] if at == utterance else utterances[at].text)
        if found := list(_LABEL.finditer(text)):
            if found[-1].lastgroup == "bare":
                return label_before(utterances, at, found[-1].start()) or "phone"
            return found[-1].lastgroup  # type: ignore[return-value]
    return None


def _judge_named(digits: str, label: Label | None) -> Form | None:
    """The form of digits that only the word before them reveals, of any length: the recogniser
    loses digits and says some twice."""
    if len(digits) < FEWEST_DIGITS or _NO_PERSON.fullmatch(digits):
        return None
    if label == "phone":
        if len(digits) > 12:  # which digits would stay readable is not known
            return Form("phone", NAMED_PHONE, 0, 0)
        first = MOBILE_VISIBLE[0] if len(digits) >= 11 else 0
        return Form("phone", NAMED_PHONE, first, MOBILE_VISIBLE[1])
    if label in ("identity", "bank_card"):
        return Form(label, NAMED_PHONE, 0, 0)
    return None


def _judge_card(digits: str, label: Label | None) -> Form | None:
    if is_identity(digits):
        return Form("identity", VALID_CARD, *IDENTITY_VISIBLE)
    named = label in ("identity", "bank_card")
    if 15 <= len(digits) <= 19 and digits.isdigit() and label not in ("other", "identity"):
        plausible = label == "bank_card" or _CARD_START.match(digits)
        if plausible and luhn.is_valid(digits):
            return Form("bank_card", VALID_CARD, *CARD_VISIBLE)
    if named and len(digits) >= FEWEST_OF_CARD and re.fullmatch(r"\d+X?", digits):
        if label == "identity":
            return Form("identity", NAMED_CARD, *IDENTITY_VISIBLE)
        return Form("bank_card", NAMED_CARD, *CARD_VISIBLE)
    return None
