"""Names of persons behind words that mostly say something else: 找, 叫, 给, 是; and before 名下.

Such a word needs a surname right behind it, a full name that begins like no usual word, and what goes on
with a person (找刘晓梅接电话, 给谢婷婷办的).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.privacy.common_words import COMMON_WORDS
from pipeline.privacy.names import OFFICE, SURNAME, TITLE, WORD, has_no_small_word
from pipeline.privacy.surnames import COMPOUND, SINGLE

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = rf"(?P<v>(?P<f>{SURNAME})[\u4e00-\u9fff]{{1,2}}?)"
_SEEK = r"(?:找|联系|(?<!我)叫|喊|通知|转接|转给|(?:帮我|请)接)(?:一下|下|到|上)?"
_MET = (
    r"$|[\s，。,.、！!？?；;]|接|听|在[吗不家]|过来|来一?下|来[接听办拿取]|本人|这个?人|回个?电|核实|说一?[下声]|讲一?[下声]"
    rf"|的?(?:电话|手机|号码)|取件|签[收字个]|给我|打个?电|吧|就[行可好]|{TITLE}|[她他](?:知道|让|叫|跟|说)|(?P=f)(?:经理|主任|主管|老师|医生|律师|总)"
)
_DEAL = r"(?:给|替|跟|和|帮|为|由|让|请|被|是|告诉)"
_DEALT = (
    r"办[了的理个过张]|打[了过]?个?电|开[了的]?[户卡通]|[买订转充续寄][了的过]|转[钱账]|交[了的个]?[费钱]|让我|叫我|介绍|推荐|告诉我"
    rf"|给我|跟我|签[了的字]|本人|投保|登记|预约|说[了过]?一?[下声]|联系[的过我]|的(?:电话|手机|号码)|接[的电]|{TITLE}"
)

_SOUGHT = re.compile(rf"{_SEEK}{_FULL}(?={_MET})")
_DEALT_WITH = re.compile(rf"{_DEAL}{_FULL}(?={_DEALT})")
_OWNER = re.compile(rf"(?:^|[在到是挂记，,\s]){_FULL}(?=的?名下)")

_COUNTED = "一二三四五六七八九十两几个"
NO_GIVEN = re.compile(r".?[行委局部科所站店厅院校社司会队组网台馆处厂场楼]$")
"""What offices and firms end with."""

SHEET = re.compile(r"[上下新旧空]|.?[卡单票图纸床桌照片表券证凳椅铺]$")
"""What is counted with 张, which is a surname."""

UNSURE = "全成应解明计平安连常向于万方段封包台项束班路单从别强白金石古时元"
"""Surnames that begin other words, so that one more character is too little for a name."""

BEGINS = " ".join(
    before + family
    for before in "找系叫喊知接给下到上替跟和帮为由让请被是诉"
    for family in dict.fromkeys(SINGLE + "".join(one[0] for one in COMPOUND.split("|")))
)
"""Two characters each: the end of one of the words, and the begin of a surname."""


def find_sought(text: str) -> Iterator[tuple[int, int, bool]]:
    """The places of such names in a text in simplified characters, each with whether 叫 stands
    before it.

    >>> list(find_sought("帮我找一下张建国")), list(find_sought("帮我找一下方法"))
    ([(5, 8, False)], [])
    """
    for pattern in (_SOUGHT, _DEALT_WITH, _OWNER):
        for found in pattern.finditer(text):
            if _is_name(found["v"], found["f"], alone=pattern is _SOUGHT):
                yield *found.span("v"), found.group().startswith("叫")


def _is_name(name: str, family: str, *, alone: bool) -> bool:
    """``alone``: one character behind the surname is enough."""
    given = name[len(family) :]
    if len(name) < 3 and (not alone or family in UNSURE):
        return False
    is_word = len(family) == 1 and name[:2] in COMMON_WORDS
    if is_word or WORD.match(name) or OFFICE.match(given):
        return False
    if NO_GIVEN.match(given) or (family == "张" and SHEET.match(given)):
        return False
    return has_no_small_word(given) and not any(one in _COUNTED for one in given)
