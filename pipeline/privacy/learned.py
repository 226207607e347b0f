"""Names and addresses that no rule finds and the learned tagger is sure of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.privacy import addresses, names, spelt_names
from pipeline.privacy.chains import is_public_room
from pipeline.privacy.common_words import COMMON_WORDS
from pipeline.privacy.digits import MASK
from pipeline.privacy.goods import is_brand, is_food, is_hero, is_product
from pipeline.privacy.sight import COUNTED, PLACE, load_sight
from pipeline.privacy.signs import ASKED_ADDRESS, ASKED_NAME, lines_of
from pipeline.privacy.sought import NO_GIVEN, SHEET, UNSURE
from pipeline.privacy.tagger import load_tagger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.privacy.signs import Line
    from pipeline.privacy.tagger import Tagged
    from pipeline.types import Role

LEAST_SURE = 0.6
"""Surety from which something is masked (our choice)."""

LEAST_OF_A_WORD = 0.9
"""The same for a name that no word names, that begins like a usual word, or is of a minority. Between 0.8
and 0.95 hardly a name of ``tests/data/privacy`` is lost, and most of what polite agents say falls below."""

IN_DOUBT = 0.5
"""Surety below which a name of a weak rule is none (our choice)."""

MOST_DIGITS = 6
"""Most digits in a row that an address has; more are a telephone or another number."""

_DIGITS = re.compile(rf"[0-9零一二三四五六七八九幺]{{{MOST_DIGITS + 1},}}")
_HAN = re.compile("[\u4e00-\u9fff·]+")
_HOUSE_ALONE = re.compile(
    r"[0-9零一二三四五六七八九十百幺两A-Za-z号楼栋幢座单元室层期区门户之东西南北甲乙丙房#\-]+"
)
_BETWEEN_SIGNS = re.compile(
    r"(?!吧?[，。,、；;！？\s])[^，。,、；;！？\s]+?(?=吧?[，。,、；;！？\s]|$)"
)
_OF_A_SHOP = re.compile("[分总]?店(?!面)|[东南西北]?站|号线")
"""Behind a place: it is a shop's or a station's name."""

SHORT, LEAST_OF_SHORT = 6, 0.8
"""An address of fewer characters that nobody asked for needs this surety (our choice)."""

_TOO_LITTLE = re.compile(
    r"(?:[^\w]|[0-9零一二三四五六七八九十百千万幺两元块个份件次点])*[\u4e00-\u9fff]?(?:[^\w]|[0-9零一二三四五六七八九十百千万幺两元块个份件次点])+(?:[号楼层]|路)"
)
"""One number or amount with a single character before it, and a bus."""

_NO_ROOM = re.compile("(?:一直|一下|一共|一般|一定)$")
"""What ends with no room though it begins with a number."""

_NO_END = "的了吗呢吧啊没有在是就来到"
"""What no address ends with."""

_SIGNS_OF_ENDS = "，。！？,.!? "
_NUMERALS = re.compile("[一二三四五六七八九十百千万零]+")
_FAMILY_TOLD = re.compile(r"姓[是呃嗯,， ]*$")
_NAMES_IT = re.compile(
    rf"(?:叫|名字|姓名|名|称呼|户名|抬头|[机户车业房]主|[^客何个别老男女病工本他某熟]人|患者|请问)(?:[是为叫写]|写的|填的)*[,，:： ]?$"
    rf"|我是$|[我您你他她](?:{names.KINSHIP}|同事|朋友|同学|老板|领导|闺蜜)$|(?:留|登记|预约|填|报)的是?$|上(?:写|印|签)?[的着]?是?(?:[A-Z][a-z]+)?$|我(?:{names.KINSHIP})$"
)
_NO_PERSON = {"艾克斯", "艾特", "爱特", "马月"}
"""How X and @ are said, and the end of 猴年马月."""

_ELDER = re.compile("老太太?|老人家?|大[爷妈娘姐哥]|[阿大]姨|[奶爷]|先生|女士|小姐|太太|师傅|老师")
_SMALL_TIME = re.compile("[明今昨前后][天年]|[天日]天")
_ENDS_AS_A_PLACE = {*"镇村县区乡市路街号"}
_COUNTS = {*"0123456789零一二三四五六七八九十百千万两几个"}
"""Before a surname that is a unit too: 百|元."""

_GOES_ON_AS_A_PLACE = {*"路街巷弄镇县委局厅"}
_BOTH = re.compile(rf"(?P<one>{names.SURNAME}.{{1,2}})[和跟与、](?P<other>{names.SURNAME}.{{1,2}})")
_TITLED = re.compile("先生|女士|小姐|本人|名下")
_TELLS_OWN = re.compile(
    r"(?:我(?:这[边里儿])?[是叫姓]|这[边里]是)[^，。,！？您]{0,10}$"
    r"|(?:客服|专员|顾问|坐席|代表|经理|助理|管家)$"
)
"""Before the name of an agent himself."""


@dataclass(frozen=True, slots=True)
class Likely:
    """Characters ``start`` to ``end`` of line ``line`` that are likely personal."""

    line: int
    start: int
    end: int
    kind: Literal["name", "address", "agent_name"]


def find_likely(said: Sequence[tuple[str, Role]]) -> Iterator[Likely]:
    """What the tagger is sure of in a talk: texts in simplified characters, and who says them.

    >>> list(find_likely([("麻烦转一下葛建良", "customer"), ("在翠湖路五号", "customer")]))[0]
    Likely(line=0, start=5, end=8, kind='name')
    """
    sight = load_sight()
    all_lines = lines_of(said)
    places = [at for at, line in enumerate(all_lines) if sight.may_hold(line)]
    lines = [all_lines[at] for at in places]
    for one in load_tagger().tag(lines, least=LEAST_SURE):
        line, at = lines[one.line], places[one.line]
        if MASK in line.text:
            continue
        if one.kind == "address":
            for start, end in _parts_of_address(line, one):
                yield Likely(at, start, end, "address")
        else:
            for start, end in _names_in(line.text, one.start, _name_end(line.text, one)):
                if _is_name(line, start, end, one.surety):
                    own = _is_own(line, one.start, end)
                    yield Likely(at, start, end, "agent_name" if own else "name")


def _is_own(line: Line, start: int, end: int) -> bool:
    """Whether a name is that of the agent who says it: he tells it, or is asked for it."""
    if line.role != "agent":
        return False
    if _TELLS_OWN.search(line.text[:start]):
        return True
    return bool(names.ASKED.search(line.asked)) and names.read_answer(line.text) == (start, end)


def is_in_doubt(text: str, role: Role, start: int, end: int) -> bool:
    """Whether the tagger takes for none what a rule calls a name.

    >>> is_in_doubt("合同上写的是毛坯房", "customer", 6, 9)
    True
    >>> is_in_doubt("合同上写的是毛建国", "customer", 6, 9)
    False
    """
    (line,) = lines_of([(text, role)])
    return load_tagger().surety(line, start, end, "name") < IN_DOUBT


def is_usual(value: str) -> bool:
    """Whether a text of two to four characters is a usual word."""
    return 2 <= len(value) <= 4 and load_tagger().knows(value)


def _names_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The names in what the tagger takes for one: two that 和 stands between, or itself."""
    both = _BOTH.fullmatch(text, start, end)
    return [both.span("one"), both.span("other")] if both else [(start, end)]


def _name_end(text: str, one: Tagged) -> int:
    """Where a name of two characters ends that its tag cut: within a usual word, or before a title
    (汪丰|年, 屈桂|珍老太太)."""
    end = one.end
    if end - one.start != 2 or not _HAN.fullmatch(text, end, end + 1):
        return end
    cut = is_usual(text[end - 1 : end + 1]) and not _SMALL_TIME.match(text, end - 1)
    return end + 1 if cut or _ELDER.match(text, end + 1) else end


def _is_name(line: Line, start: int, end: int, surety: float) -> bool:
    value = line.text[start:end]
    family = names.family_of(value)
    if not _HAN.fullmatch(value) or _spells(line.text, value, end):
        return False
    if value in _NO_PERSON or is_product(line.text, start):
        return False
    if family == value:
        again = line.text[:start].endswith(value)  # 姓江江河的江
        asked = start < 4 and not again and ASKED_NAME.search(line.asked)
        told = _FAMILY_TOLD.search(line.text[:start]) and not line.text.startswith("的", end)
        return bool(asked or told)
    if line.text[end : end + 1] in _GOES_ON_AS_A_PLACE:
        return False
    if family is None or _is_from_afar(value):
        known = _is_from_afar(value) or (_TITLED.match(line.text, end) and not is_usual(value))
        return surety >= LEAST_OF_A_WORD and len(value) > 1 and bool(known)
    named = ASKED_NAME.search(line.asked) or _is_named(line.text, start, end)
    if len(value) > len(family) + 2:
        long = len(value) == len(family) + 3 and bool(named)
        return surety >= LEAST_OF_A_WORD and (long or _is_from_afar(value))
    if not named and (value == line.text.strip(_SIGNS_OF_ENDS) or _is_odd(value, family)):
        return False
    counted = family in UNSURE and line.text[start - 1 : start] in _COUNTS
    if not named and (counted or _is_known(line.text, start, end)):
        return False
    if surety < LEAST_OF_A_WORD and (not named or spelt_names.is_word(value)):
        return False
    given = value[len(family) :]
    sheet = family == "张" and SHEET.match(given)
    no_name = sheet or names.OFFICE.match(given) or NO_GIVEN.match(given)
    return not no_name and names.has_no_small_word(given)


def _is_named(text: str, start: int, end: int) -> bool:
    """Whether the words beside a name tell that it is one."""
    return bool(_NAMES_IT.search(text[:start]) or _TITLED.match(text, end))


def _is_odd(value: str, family: str) -> bool:
    """Whether a name is a usual word, or counts something."""
    usual = len(value) == 2 and (
        value in COMMON_WORDS or names.WORD.match(value) or load_tagger().knows(value)
    )
    doubled = family in UNSURE and value == family * 2  # 元元, said twice
    place = len(value) > 2 and value[-1] in _ENDS_AS_A_PLACE
    return bool(usual or doubled or place or _NUMERALS.fullmatch(value, len(family)))


def _is_known(text: str, start: int, end: int) -> bool:
    """Whether what looks like a name is a hero, a saying, food or a brand."""
    hero = is_hero(text[start:end]) or _is_in_a_saying(text, start, end)
    return hero or is_food(text, start, end) or is_brand(text, start, end)


def _is_in_a_saying(text: str, start: int, end: int) -> bool:
    """Whether a usual word of four characters goes on behind what looks like a name: 张冠李|戴."""
    word = text[start : start + 4]
    return len(word) == 4 > end - start and load_tagger().knows(word)


def _is_from_afar(value: str) -> bool:
    return spelt_names.read_from_afar(value, 0) == len(value)


def _spells(text: str, value: str, end: int) -> bool:
    """Whether a name is only a word that spells another: 龚自珍|的龚."""
    return text.startswith("的", end) and text[end + 1 : end + 2] in set(value)


def _parts_of_address(line: Line, one: Tagged) -> Iterator[tuple[int, int]]:
    """The parts of an address between signs, up to a long number; none if it names no place."""
    start, end = one.start, one.end
    if long := _DIGITS.search(line.text, start, end):
        end = long.start()
    end = start + len(_NO_ROOM.sub("", line.text[start:end]).rstrip(_NO_END))
    value = line.text[start:end]
    asked = ASKED_ADDRESS.search(line.asked) is not None
    if (not asked and _is_too_little(value, one.surety)) or _OF_A_SHOP.match(line.text, end):
        return
    if is_public_room(line.text, start):
        return
    pointed = line.text[:start].endswith("个")  # 旁边那个五号楼
    named = len(value) > 2 and addresses.ASKED_ESTATE.search(line.asked) and not is_usual(value)
    bare = not COUNTED.search(value) or _HOUSE_ALONE.fullmatch(value) or not _HAN.search(value)
    fits = addresses.may_be_place(value) if not COUNTED.search(value) else PLACE.search(value)
    if (fits and not bare) or (asked and not pointed and (fits or named)):
        for part in _BETWEEN_SIGNS.finditer(line.text, start, end):
            yield part.span()


def _is_too_little(value: str, surety: float) -> bool:
    short = len(value) < SHORT and surety < LEAST_OF_SHORT
    return short or _TOO_LITTLE.fullmatch(value) is not None
