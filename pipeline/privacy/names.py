"""Names of persons: after a naming word, in an answer, or before a title.

jieba's part of speech was tried for them. It takes three seconds to load, and it takes 高中生 for a
name and 齐建军 for none; a list of surnames and of words that begin like a name does better here.
"""

from __future__ import annotations

import re

from pipeline.privacy.common_words import COMMON_WORDS
from pipeline.privacy.spelling import GAP
from pipeline.privacy.spelt_names import (
    SPELT,
    SPELT_FAMILY,
    is_word,
    read_broken_off,
    read_from_afar,
)
from pipeline.privacy.surnames import COMPOUND, SINGLE, WORDS

SURNAME = rf"(?:{COMPOUND}|[{SINGLE}])"

TITLES = ("先生", "女士", "小姐", "太太", "师傅", "老师", "本人")
TITLE = rf"(?:{'|'.join(TITLES)})"
OFFICE = re.compile(
    rf"{TITLE}|经理|主任|老板|主管|组长|队长|医生|护士|律师|教练|专员|总|工(?!作)|[哥姐]"
)

LONGEST_ANSWER = 12
"""Characters of an answer whose last three may be the name (our choice)."""

_NEVER = (
    "我你您他她它们的了是不没吗呢吧么什这那哪就也都还很请问在有能会要想以给把被让跟和说哦啊嗯呀啦哈"
)
"""Characters that no name has."""

WORD = re.compile(WORDS)

_FOLLOWS = re.compile(
    r"[我你您他她的了是在想要打问住这那就也帮不没给把被从跟嗯啊呢吧哈哦说]|手机|电话|号码|身份|地址|麻烦|昨|今|之前|之后|然后|尾号|生日|性别|房子|以前|当时|去年|请|能|可以"
    r"|上[个周次月]|前[天几]|刚[才刚买]|因为|来电|家里|家[住在]|有[个一]|对[啊吧的]|和[我你您]|买了|订了|办了|投诉|男[的性，]|女[的性，]|[两二三四]个字|"
    + TITLE
)
"""What begins after a name where no punctuation stands."""

_MAY = re.compile("可[以能是不]")
"""可 alone stands in names: 郑可欣."""

_HAN = re.compile(r"[\u4e00-\u9fff·]+")
_BEGIN = re.compile(SURNAME)
_LATIN = re.compile(r"[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){1,2}")
_NO_ANSWER = re.compile(
    r"[一二三四五六七八九十零幺]|等|稍|先|为|怎|好|行|对|知道|收到|方便|刚|现|已|.*[部组店处司]$|地址|电话|号码|姓|名|随便|随意|以前|系统|记|忘|找|看|拿|开"
    r"|本人|自己|门卫|前台|物业|保安|驿站|邻居|家[人属里]|同事|室友|快递柜|没|无|上次|这|那|没问题|随|再|没空|算|干|凭|别|谁|全|都|投诉|退|转|查|帮|稍|麻烦|谢|拜|喂|听|嘛|发|写|改|填|错|客服|人工|其|快|用|到|收|公司"
)

TOLD = re.compile(
    rf"(?:名字(?:叫|就?是)|(?:被?保险|被保|投保|受益|持卡|收[件货]|联系|申请|开户|登记|预订|预约|订票|乘机|入住|签约|签[收字]|收款|付款|汇款|领取|代[收办]|担保|借款|委托|监护|出租|承租|报[警案]|经办|寄件|取件|就诊|报修|紧急联系|法定代表)人"
    rf"|患者|病人|学员|户主|机主|房主|车主|业主|(?<!客)户名(?!单)|客户名字|真实姓名|姓名|全名|名字)(?:姓名|名字|拼音)?{GAP}(?:[您你]?(?:就|给我)?(?:[写填印签]的|[写叫填]))?"
)
"""Words after which a name stands and hardly anything else, with the gap behind them."""

ON_PAPER = re.compile(
    rf"(?:户口本|身份证|[合协]同|协议|发票|包裹|快递|面单|房产证|结婚证|驾驶证|行驶证|保单|单子|存折|证)上面?(?:写|签|印|登记)?(?:的名字)?(?:的?是|的){GAP}"
)
"""What a name stands on: 户口本上是|叶青."""

KINSHIP = (
    "爱人|老公|老婆|妻子|丈夫|儿子|女儿|孩子|小孩|父亲|母亲|妈妈|爸爸|妈|爸|奶奶|爷爷|外公|外婆|"
    "哥哥|姐姐|弟弟|妹妹|哥|姐|弟|妹|岳父|岳母|公公|婆婆|叔叔|阿姨|舅舅|姑姑|我先生|我太太|室友|邻居|房东"
)
KIN = tuple(KINSHIP.split("|"))
CALLS = re.compile(
    rf"(?:我|我的|她|他|它|名|个|位|人|主|司机|师傅|客户|同学|同事|朋友|老人|{KINSHIP})(?:的?名字)?(?:就|是)?叫(?:做|老)?"
)
OF_KIN = re.compile(rf"(?:{KINSHIP})(?:的?名下)?(?:是)?")
MINE = ("我", "敝", "小姓", "免贵", "姓")
"""So begins what somebody says of himself."""

FAMILY = re.compile(
    r"(?:免贵姓|(?:[我他她]|敝)(?:就是|是)?姓|小姓|姓(?=[\u4e00-\u9fff]{1,2}(?:$|[，。,.！\s嗯啊])))(?![名什啥氏])"
    rf"|{SPELT_FAMILY}"
)
AM = re.compile(r"我(?:这边|这里|这儿)?是(?!我)")
AM_FROM = re.compile(
    r"我(?:这边|这里|这儿)?是(?:住?[0-9一二三四五六七八九十]{1,4}(?:单元|号楼|[栋幢楼层室门班])|[\u4e00-\u9fff]{2,5}(?:花园|小区|新村|村|公司|单位|学校))的"
)
"""我是三单元的|林志强."""
AM_AS = re.compile(
    r"我(?:这边|这里)?是(?:[您你]的?)?[\u4e00-\u9fff]{0,6}(?:客服|顾问|专员|经理|管家|助理|坐席|主管)(?:人员)?"
)
"""我是您的专属顾问|韩冰."""
ASKED = re.compile(
    r"贵姓|姓氏|姓什么|姓啥|怎么称呼|如何称呼|怎么叫|叫什么|叫啥|姓名|全名|名字|谁名下|谁的名|户名"
    r"|(?:签字|签名|签约|登记|办理|开户|付款|下单|[机户车业房]主|[^客]人)的?是哪位|抬头(?:写|是|开|填)?(?:谁|什么|哪)"
    r"|(?:收[件货]|联系|投保|被保险|申请|持卡|开户|登记|入住|预约|预订|寄件)人(?:是|叫|怎么|写|呢|填|$)|[机户车业房]主(?:是|叫|呢|$)"
)
_OF_KIN_IN_ANSWER = re.compile(rf"(?:{KINSHIP})的(?:名字)?(?:是|叫)?[，,\s]?")

CALLED = re.compile(
    rf"(?:^|[，。！？,\s]|[您你]好|好的|是|请问|联系|找|给|为|和|跟|感谢|谢谢|人)(?P<v>(?P<f>{SURNAME})[\u4e00-\u9fff]{{1,2}}?)(?=(?P=f)?{TITLE})"
)
BEFORE_PHONE = re.compile(
    r"(?:^|[\s，,、])(?P<v>[\u4e00-\u9fff]{2,4})[\s，,、:：]+(?=[1一幺][3-9三四五六七八九][0-9零一幺二三四五六七八九]{9})"
)
ANSWER = re.compile(
    r"(?:[\s，,。、]|嗯+|呃|哦|啊|唉|哎|好的?|是的?|就?是|我叫|我是|我的名字|名字|我[啊呀]?姓|免贵姓|免贵|姓|[您你]?叫我?|写|就|姓名|她|他|您好|你好|本人"
    r"|(?:登记|预留|留|写|填|用|办|开户)的(?:名字|姓名)?(?:就?是)?|我(?:自己|本人)的?|(?:应该|好像)是|个人的?(?=[\s，,]))*"
)
_NICKNAME = re.compile(r"[小老阿][\u4e00-\u9fff](?=$|[，。,.！\s]|就|吧|好了)")
_FAMILY_SAID = re.compile(rf"姓(?![名什啥氏])(?P<v>{SURNAME})(?!的)")


def read_name(text: str, at: int, *, strict: bool) -> int | None:
    """The end of a name that begins at ``at``; ``None`` where none does.

    ``strict``: the naming word fits nothing else than a name, so a name without a known surname is
    one too.

    >>> read_name("我叫李晓明我要投诉", 2, strict=False), read_name("我叫外卖", 2, strict=False)
    (5, None)
    """
    if latin := _LATIN.match(text, at):
        return latin.end() if strict else None
    run = _HAN.match(text, at)
    if run is None or WORD.match(text, at):
        return None
    if (spelt := SPELT.match(text, at)) and has_no_small_word(spelt["v"]):
        return spelt.end("v")
    if "·" in run.group():
        return run.end() if run.end() - at <= 12 else None
    family = _BEGIN.match(text, at)
    if family is None:
        return run.end() if strict and _is_bounded(text, run) else None
    given = at + len(family.group())
    return None if OFFICE.match(text, given) else _read_given(text, given, run)


def _read_given(text: str, given: int, run: re.Match[str]) -> int | None:
    """The end of the one or two characters behind a surname."""
    for end in (given + 2, given + 1):
        if end > run.end() or not has_no_small_word(text[given:end]):
            continue
        if end - given == 2 and end < run.end() and _FOLLOWS.match(text, end - 1):
            continue
        if _MAY.search(text, given, end + 1):
            continue
        return end
    return None


def _is_bounded(text: str, run: re.Match[str]) -> bool:
    """Whether a clause without a known surname could be a name wholly."""
    name = run.group()
    ends = run.end() == len(text) or not text[run.end()].isalnum()
    fits = 2 <= len(name) <= 4 and not _NO_ANSWER.search(name) and has_no_small_word(name)
    return fits and ends and not name.endswith("号")


def read_answer(text: str) -> tuple[int, int] | None:
    """The place of the name in the answer to a question for it; ``None`` without one.

    >>> read_answer("嗯，我姓欧阳。"), read_answer("不方便说"), read_answer("用我儿子的，常胜军")
    ((4, 6), None, (6, 9))
    """
    if said := _FAMILY_SAID.search(text):
        return said.span("v")
    lead = ANSWER.match(text)
    assert lead is not None
    if short := _NICKNAME.match(text, lead.end()):
        return short.span()
    for at in range(lead.end(), -1, -1):
        if at not in (lead.end(), 0) and not _BEGIN.match(text, at):
            continue
        end = _family_alone(text, at) or read_name(text, at, strict=True)
        if end is not None and not _NO_ANSWER.match(text, at):
            return at, end
    for found in _OF_KIN_IN_ANSWER.finditer(text):
        if end := read_full(text, found.end()):
            return found.end(), end
    return _last_name(text)


def read_full(text: str, at: int) -> int | None:
    """The end of a name of three characters and more that begins like no usual word."""
    end = read_name(text, at, strict=False)
    return end if end and end - at >= 3 and not is_word(text[at:end]) else None


def _last_name(text: str) -> tuple[int, int] | None:
    """A full name that ends a short answer (我儿子名下，常胜军)."""
    clause = re.compile(r"[，。,.！？!?\s]*$").sub("", text)
    if not 4 <= len(clause) <= LONGEST_ANSWER:
        return None
    at = len(clause) - 3
    fits = _BEGIN.match(clause, at) and read_name(clause, at, strict=False) == len(clause)
    return (at, len(clause)) if fits and not _NO_ANSWER.match(clause, at) else None


def read_family(text: str, at: int) -> int | None:
    """The end of a surname that a naming word (我姓) stands before; ``None`` in 我姓张的话."""
    found = _BEGIN.match(text, at) or re.compile(r"[\u4e00-\u9fff]").match(text, at)
    if found is None or found.group() in _NEVER or text.startswith("的", found.end()):
        return None
    return found.end()


def read_self(text: str, at: int) -> int | None:
    """The end of a name after 我是, which mostly says something else: it has a surname, two or three
    characters, and an end."""
    end = read_name(text, at, strict=False)
    if end is None or text[end - 1] in "人员户工客友师长主生":
        return None
    if _ENDS_SELF.match(text, end):
        return end
    return end if _ASKS.match(text, end) and read_full(text, at) else None


def read_kin(text: str, at: int) -> int | None:
    """The end of a name behind 我儿子; it has three characters and an end."""
    end = read_name(text, at, strict=False)
    if end is None or end - at < 3:
        return None
    if _GOES_ON.match(text, end):
        return None if text[at : at + 2] in COMMON_WORDS else end
    return end if ENDS_KIN.match(text, end) or _OWNS.match(text, end) else None


_ENDS_SELF = re.compile(
    rf"$|[，。！,.!\s]|的(?:{KINSHIP}|家[属人]|朋友|同事|代理|助理)|之前|上次|上周|上个|昨|今天|刚才|前天|前几天|本人"
)
_ASKS = re.compile("[你您](?:先|再|快)?[查帮给看]")
"""Behind a name that no sign ends: 我是蒋文博|你帮我看下."""
ENDS_KIN = re.compile(r"$|[，。！,.!\s的]")
_OWNS = re.compile("名下")
_GOES_ON = re.compile(r"在|来|去|跟|给|昨天|今天|前天|上次|上[个周]|刚[才刚]")
"""Behind a name that no sign ends: 我妹妹曾美凤|昨天来办的. It begins like no usual word then."""


def _family_alone(text: str, at: int) -> int | None:
    found = _BEGIN.match(text, at)
    if found and re.compile(rf"$|[，。,.！\s嗯啊]|{TITLE}|就行|就好|名字").match(text, found.end()):
        return found.end()
    return None


def has_no_small_word(text: str) -> bool:
    return not any(char in _NEVER for char in text)


def read_on_paper(text: str, at: int) -> int | None:
    """The end of a name that stands on a paper; it has a known surname, begins like no usual word, and
    ends with the clause or before 两个字 and the like."""
    end = read_name(text, at, strict=False)
    if end is None or text[at : at + 2] in COMMON_WORDS:
        return None
    return end if _ENDS_ON_PAPER.match(text, end) else None


_ENDS_ON_PAPER = re.compile(r"$|[，。！,.!\s]|[两三二]个字|不是|就是我|对[吗吧]|吗|吧|[你您我]")


def read_told(text: str, at: int) -> int | None:
    """The end of a name behind a word that names it. Without 是 or a colon behind a word such as
    经办人 it needs a known surname."""
    strict = text[at - 1] in "是叫为写填名字音:： " and not _JUST_WRITE.search(text[:at])
    return (
        read_from_afar(text, at) or read_broken_off(text, at) or read_name(text, at, strict=strict)
    )


_JUST_WRITE = re.compile("[您你](?:就|给我)?[写叫填]$")
"""What may be written where a name stands: 您就写|前台."""


def read_called(text: str, at: int) -> int | None:
    """The end of a name behind 叫; it needs a known surname."""
    return read_from_afar(text, at) or read_name(text, at, strict=False)


def family_of(name: str) -> str | None:
    """The surname of a name; ``None`` if it is none that is known."""
    found = _BEGIN.match(name)
    return found.group() if found else None


def may_be_name(text: str) -> bool:
    """Whether a text could be a name or a surname alone.

    >>> may_be_name("李晓明"), may_be_name("欧阳"), may_be_name("投诉")
    (True, True, False)
    """
    found = _BEGIN.match(text)
    if found is None:
        return False
    return found.end() == len(text) or read_name(text, 0, strict=False) == len(text)
