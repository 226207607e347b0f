"""Names and addresses that no rule finds and the learned tagger is sure of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.privacy import addresses, names
from pipeline.privacy.digits import MASK
from pipeline.privacy.signs import ASKED_ADDRESS, ASKED_NAME, lines_of
from pipeline.privacy.tagger import load_tagger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.privacy.signs import Line
    from pipeline.types import Role

LEAST_SURE = {"name": 0.6, "address": 0.6}

MOST_DIGITS = 6
"""Most digits in a row that an address has; more are a telephone or another number."""

_DIGITS = re.compile(rf"[0-9零一二三四五六七八九幺]{{{MOST_DIGITS + 1},}}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]+")
_PLACE = re.compile(
    r"[省市区县旗镇乡村庄屯寨街路巷弄道苑园府庭城里湾厦院楼栋幢座室号组社]|[A-Za-z0-9]-[0-9]"
)
_OF_A_HOUSE = re.compile(
    r"[0-9零一二三四五六七八九十百幺两A-Za-z号楼栋幢座单元室层期区门户之东西南北甲乙丙房#\-]+"
)
_COUNTED = re.compile(r"[0-9零一二三四五六七八九十百幺]")
_FAMILY_TOLD = re.compile(r"姓[是呃嗯,， ]*$")
_TELLS_OWN = re.compile(
    r"(?:我(?:这[边里儿])?[是叫姓]|这[边里]是)[^，。,！？您]{0,10}$|(?:客服|专员|顾问|坐席|代表|经理|助理|管家)$"
)


@dataclass(frozen=True, slots=True)
class Likely:
    """Characters ``start`` to ``end`` of line ``line`` that are likely personal."""

    line: int
    start: int
    end: int
    kind: Literal["name", "address", "agent_name"]


def find_likely(said: Sequence[tuple[str, Role]]) -> Iterator[Likely]:
    """What the tagger is sure of in a talk, given as texts in simplified characters and who says
    them."""
    lines = lines_of(said)
    tagger = load_tagger()
    for one in tagger.tag(lines, least=min(LEAST_SURE.values())):
        line = lines[one.line]
        if one.surety < LEAST_SURE[one.kind] or MASK in line.text:
            continue
        if one.kind == "address":
            yield from _address(line, one.line, one.start, one.end)
        elif _is_name(line, one.start, one.end):
            own = line.role == "agent" and _TELLS_OWN.search(line.text[: one.start])
            yield Likely(one.line, one.start, one.end, "agent_name" if own else "name")


def _is_name(line: Line, start: int, end: int) -> bool:
    value = line.text[start:end]
    family = names.family_of(value)
    if not _HAN_NAME.fullmatch(value):
        return False
    if family is None:
        return len(value) > 2
    if family == value:
        asked = start < 4 and ASKED_NAME.search(line.asked)
        return bool(asked or _FAMILY_TOLD.search(line.text[:start]))
    return names.OFFICE.match(value, len(family)) is None


def _address(line: Line, number: int, start: int, end: int) -> Iterator[Likely]:
    text = line.text
    if long := _DIGITS.search(text, start, end):
        end = long.start()
    value = text[start:end]
    bare = _OF_A_HOUSE.fullmatch(value) or not _COUNTED.search(value)
    if _PLACE.search(value) and (not bare or ASKED_ADDRESS.search(line.asked)):
        yield Likely(number, start, end, "address")
