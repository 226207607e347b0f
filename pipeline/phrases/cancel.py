"""What makes the words of a phrase harmless: a longer wording, a negation that reaches it, a
quotation."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import ahocorasick_rs

from pipeline.ear import toneless_all
from pipeline.phrases.text import count_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.phrases.text import SpokenText

_NEGATIONS = (
    "绝不", "决不", "不会", "不能", "不要", "不得", "不可", "不可以", "不许", "不允许", "不必", "不用", "不需要", "无需", "不敢",
    "从不", "从来不", "没有", "没", "无法", "无权", "禁止", "严禁", "请勿", "避免", "未曾", "不应该", "不应", "(?<![特分个级性类区差告])别",
)  # fmt: skip
_LINKS = (
    "再", "会", "去", "让", "叫", "给", "帮", "替", "把", "对", "跟", "和", "向", "说", "讲", "过", "您", "你", "客户", "客人", "任何", "人", "有",
    "是", "出现", "使用", "这种", "那种", "这样", "什么", "要求", "请", "想", "他", "我们", "钱", "承诺", "保证", "告诉",
)  # fmt: skip
_NONE_IS = "没有(?:哪|任何|一|什么)[^我]{0,6}(?:是|能|会|敢|可以)"
_NEGATED = re.compile(f"(?:(?:{'|'.join(_NEGATIONS)})(?:{'|'.join(_LINKS)}){{0,4}}|{_NONE_IS})$")
"""A negation that reaches up to a phrase over words which only link it: 我们绝不会让您|找领导去.
Not any negation nearby: in 没办法你找领导去, which the recogniser writes without a comma, nothing
is denied."""

_OTHERS = "有人|谁|客服|同事|他们?|她们?|对方|师傅|小哥|经理|主管|工作人员|人员|前台|柜台|窗口|大厅|网点|营业厅|老师|客户|医生|销售|业务员|司机|孩子|邻居|房东|家里人|卖家|买家|商家|主播|网友|保安|保洁|护士|骑手|快递员|骗子|催收"
_WHEN = "(?:就|也|还|都|曾经|之前|刚才|上次|当时|昨天|直接|是|总|总是|老|老是|一直)?"
_TO_WHOM = "(?:(?:跟|对|和|向|给)(?:您|你|我|客户|他|她|我们|你们|别人))?"
_SAID = "(?:说|讲|回复|告诉|回答|答复|骂|喊|吼)"
_AFTER_SAID = "(?:过|的是|的|您|你|我|他|了|一句|什么|是|这个|这事)*"
_SCOLDED = (
    "被(?:别人|人家|人|他|她)?(?:骂|喊|说)(?:成|过|是|作|的是)?"
    "|(?<!我)(?<!我就)(?:骂|辱骂|喊)(?:过)?(?:的是|(?:您|人家|别人)(?:是|的是)?)"
    "|(?:发|写|留|扬言)(?:给您)?(?:的是|说要)"
)
"""Who was called names, or what somebody wrote: 婆婆骂您|不要脸. Never the agent's own 我骂你."""

_QUOTED = re.compile(
    f"(?:(?:{_OTHERS}){_WHEN}{_TO_WHOM}(?:就|也|还|都|直接)?{_SAID}{_AFTER_SAID}"
    f"|(?:您|你)(?:的意思)?(?:是说|是指|的意思是|说的是|反映的|反映|提到的|提到|听到的是|听到){_AFTER_SAID}"
    f"|{_SCOLDED}|(?:叫|所谓的?|什么叫)(?:做)?)$"
)
"""Somebody else's words told again: 您是说有人跟您讲过|不懂就别问. Never the agent's own
我跟你说."""

_MENTIONED = re.compile(
    "(?:这|那)(?:种|样|样的|类|一类|几个|些|句|两个|三个|四个)(?:的)?(?:话|字|词|说法|字眼|态度|语气|回答|答复)|这话|之类的|的(?:说法|态度|话术)"
    "|(?:这|那)(?:种|类|样的)(?:短信|话术|套路|骗术|恐吓)(?:都|全|是|就是)"
)
"""Words that are talked about: 随你便|这种话."""

_NAMES = re.compile(
    "(?:这个|那个)?(?:就)?是(?:这|那|我们|咱们|商家|店家|本店|一|某|他们|她们)[^，。！？；什啥哪谁怎不]{0,10}?"
    "(?:名字|名称|[店菜品网歌书剧片牌]名|牌子|品牌|型号|昵称|缩写|简称)"
)
"""Words that are a name: 绝绝子|是这款奶茶的名字. Speech has no quotation marks around it."""

REACH = 14
"""Characters before a phrase that are looked at."""

NAMING = 20
"""Characters behind a phrase in which it may be called a name."""


def is_excepted(plain: str, start: int, end: int, exceptions: tuple[str, ...]) -> bool:
    """Whether one of the exceptions stands in the text so that it covers the hit.

    >>> is_excepted("不知道您方便吗", 0, 3, ("不知道您方便",)), is_excepted("不知道", 0, 3, ())
    (True, False)
    """
    if not exceptions:
        return False
    finder = _finder(exceptions)
    low = max(0, end - finder.longest)
    near = plain[low : start + finder.longest]
    return any(
        low + begin <= start and low + stop >= end
        for _, begin, stop in finder.automaton.find_matches_as_indexes(near, overlapping=True)
    )


def sounds_excepted(plain: str, start: int, end: int, exceptions: tuple[str, ...]) -> bool:
    """Whether a wording that sounds like one of the exceptions covers the hit; tones do not count.

    >>> sounds_excepted("不知道您方变吗", 0, 3, ("不知道您方便",))
    True
    """
    if not exceptions:
        return False
    reach = max(map(len, exceptions))
    low = max(0, start - reach)
    (near,) = _as_sounds((plain[low : end + reach],))
    return is_excepted(near, start - low, end - low, _as_sounds(exceptions))


_SIGNS: dict[str, str] = {}
FIRST_SIGN = 0xF0000
"""Of the plane for private use: there is room for all syllables and for all single characters."""


@lru_cache(maxsize=512)
def _as_sounds(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Each text with one character for each syllable, the same for the same sound."""
    return tuple(
        "".join(_SIGNS.setdefault(syllable, chr(FIRST_SIGN + len(_SIGNS))) for syllable in read)
        for read in toneless_all(texts)
    )


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds any of some wordings; ``longest``: characters of the longest."""

    automaton: ahocorasick_rs.AhoCorasick
    longest: int


@lru_cache(maxsize=256)
def _finder(wordings: tuple[str, ...]) -> _Finder:
    return _Finder(ahocorasick_rs.AhoCorasick(list(wordings)), max(map(len, wordings)))


_PERHAPS_DENIED = re.compile(
    "(?:不是|并非|(?:怎么|哪里|哪|岂)(?:能|会|敢)(?:说|讲)|不(?:该|应该|应当)(?:说|讲))$"
)
_ASKS = re.compile("[吗嘛么]")


def denial_before(text: SpokenText, start: int, end: int) -> str | None:
    """Words right before a phrase that deny it unless the clause asks: 您这不是|无理取闹, and not
    你这不是|无理取闹|吗.

    >>> from pipeline.phrases.text import as_spoken
    >>> denial_before(as_spoken("您这不是无理取闹"), 4, 8)
    '不是'
    >>> denial_before(as_spoken("你这不是无理取闹吗"), 4, 8)
    """
    begin = max(at for at in text.clause_starts if at <= start)
    after = min((at for at in text.clause_starts if at >= end), default=len(text.plain))
    found = _PERHAPS_DENIED.search(text.plain[max(begin, start - REACH) : start])
    if found is None or _ASKS.search(text.plain[end:after]):
        return None
    return found.group()


def find_doubt(plain: str, wordings: tuple[str, ...]) -> str | None:
    """The first of the wordings in a sentence.

    >>> find_doubt("我们不保证一次修好", ("不保证", "不敢")), find_doubt("保证修好", ("不保证",))
    ('不保证', None)
    """
    found = _finder(wordings).automaton.find_matches_as_indexes(plain) if wordings else []
    return plain[found[0][1] : found[0][2]] if found else None


COMMON = 50
LONGEST_WORD = 4
"""Count in jieba's dictionary from which two to four characters are a word here (our choice): of 296
phrases that the sentences of tests/data spell 2 cut such a word where the sentence does not read
rude, one of them harmlessly; of 107 of another writer's none does, and of 8 that are spelt in
harmless sentences 4."""


def word_across(text: SpokenText, start: int, end: int) -> str | None:
    """The commonest word that an edge of characters ``start``..``end`` cuts, in one clause: 西街 in
    狗东西|街道. Segmentation does not tell it, for it prefers the longer word 狗东西.

    >>> from pipeline.phrases.text import as_spoken
    >>> word_across(as_spoken("狗东西街道的"), 0, 3), word_across(as_spoken("你这狗东西"), 2, 5)
    ('西街', None)
    """
    words = [word for edge in (start, end) for word in _words_over(text, edge)]
    common = [word for word in words if count_of(word) >= COMMON]
    return max(common, key=count_of, default=None)


def _words_over(text: SpokenText, edge: int) -> Iterator[str]:
    """Characters that may be a word, from before an edge to behind it."""
    if edge in text.clause_starts:
        return
    reach = LONGEST_WORD - 1
    low = max(begin for begin in text.clause_starts | {0} if begin <= edge)
    high = min((at for at in text.clause_starts if at > edge), default=len(text.plain))
    for begin in range(max(low, edge - reach), edge):
        for end in range(edge + 1, min(high, begin + LONGEST_WORD) + 1):
            yield text.plain[begin:end]


def is_negated(text: SpokenText, start: int) -> bool:
    """Whether a negation in the same clause reaches the phrase that begins at ``start``."""
    clause = max(begin for begin in text.clause_starts if begin <= start)
    return bool(_NEGATED.search(text.plain[max(clause, start - REACH) : start]))


def put_in(text: SpokenText, start: int, end: int, say: str) -> SpokenText:
    """The text with ``say`` in the place of characters ``start``..``end``."""
    longer = len(say) - (end - start)
    owner = text.owners[min(start, len(text.owners) - 1)]
    return replace(
        text,
        plain=text.plain[:start] + say + text.plain[end:],
        owners=(*text.owners[:start], *(owner for _ in say), *text.owners[end:]),
        clause_starts=frozenset(
            at if at <= start else at + longer
            for at in text.clause_starts
            if at <= start or at >= end
        ),
        quoted=frozenset(_moved_quotes(text.quoted, start, end, longer)),
    )


def _moved_quotes(quoted: frozenset[int], start: int, end: int, longer: int) -> Iterator[int]:
    """The quoted characters after a replacement: the new ones are quoted where the old ones, or both
    neighbours of none, are."""
    inside = {start, end - 1} <= quoted if end > start else {start - 1, start} <= quoted
    yield from (at for at in quoted if at < start)
    yield from (at + longer for at in quoted if at >= end)
    if inside:
        yield from range(start, end + longer)


def is_quoted(text: SpokenText, start: int, end: int) -> bool:
    """Whether the phrase is told again, talked about, or a name; commas after 说 do not matter, and
    neither do words inside quotation marks.

    >>> from pipeline.phrases.text import as_spoken
    >>> is_quoted(as_spoken("杠精是这档节目的名字"), 0, 2), is_quoted(as_spoken("杠精是你吧"), 0, 2)
    (True, False)
    >>> is_quoted(as_spoken("我不知道是什么意思"), 0, 4)
    False
    """
    if is_retold(text, start, end) or _MENTIONED.match(text.plain[end : end + 6]):
        return True
    return bool(_NAMES.match(text.plain[end : end + NAMING]))


def is_retold(text: SpokenText, start: int, end: int) -> bool:
    """Whether these are somebody else's words: inside quotation marks, or after 师傅说."""
    if {start, end - 1} <= text.quoted:
        return True
    begin = start + (text.plain[start : start + 1] == "您")  # 骂|您老不死 is 骂您|老不死
    return any(
        _QUOTED.search(text.plain[max(0, at - REACH) : at]) is not None for at in {start, begin}
    )


_TELLS = re.compile(
    f"(?:(?:{_OTHERS}){_WHEN}{_TO_WHOM}(?:就|也|还|都|直接)?{_SAID}{_AFTER_SAID}"
    f"|(?:您|你)(?:的意思)?(?:是说|是指|的意思是|说的是|反映的|反映|提到的|提到|听到的是|听到){_AFTER_SAID})"
)


def is_told(text: SpokenText, start: int, end: int) -> bool:
    """Whether a sentence tells what somebody else said, or talks about words.

    >>> from pipeline.phrases.text import as_spoken
    >>> is_told(as_spoken("您是说师傅让您自己想办法"), 0, 12), is_told(as_spoken("自己想办法"), 0, 5)
    (True, False)
    """
    said = text.plain[start:end]
    if any(at in text.quoted for at in range(start, end)):
        return True
    return bool(_TELLS.search(said)) or bool(_MENTIONED.search(said))
