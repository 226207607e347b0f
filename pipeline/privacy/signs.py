"""What a learned tagger sees of a talk: numbers for each character and what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Role

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.uint8]

BITS = 18
BUCKETS = 1 << BITS
"""Rows of the table of weights. Signs share them by their hash."""

AROUND = 5
"""Empty places between two utterances: no sign reaches from one into the other."""

FIRST = 0x4E00
CHARACTERS = 0x9FFF - FIRST + 1
"""Chinese characters that the tables hold."""

SPACE, DIGIT, LETTER, STOP, POINT = 1, 2, 3, 4, 5
"""What is no Chinese character, by its kind. The point stands in names of minorities."""

ASKED_NAME = re.compile(
    "名字|姓|称呼|叫什么|叫啥|哪位|是谁|谁|户主|机主|车主|业主|[人员]是|[人员]呢|[人员]$|患者|抬头|本人|全名|户名|法人|哪几个字|签[收字]|登记"
)
ASKED_ADDRESS = re.compile(
    "地址|住|哪|位置|[几什][么栋幢楼号]|几单元|门牌|房号|小区|[送寄发迁移装]到|地方|坐落|哪[栋幢户个]|具体|通讯|所在"
)
COMPANY = re.compile(
    "营业[厅部所]|网点|门店|门市|退货|退回|仓库|厂家|店铺|服务[站点厅]|维修[点站]|自提|[支分]行|总部|柜台|窗口|展厅|我们公司|你们公司|咱们|我司|我们店|你们店|本店|旗舰店|专卖店|售后点|售后网"
)
THEIRS = re.compile(
    "[您你](?:的|家|住|现|当|留|这边|所|预留|在)|收[货件]|送货|配送|装机|上门|户籍|住址|报修|核对|确认|对[吧吗不]|是吧|没错"
)
"""Words that say whose address it is. They are signs here, and decide nothing alone."""

ASKED_WITHIN = 2
"""Utterances before the answer in which a question is looked for (our choice)."""


@dataclass(frozen=True)
class Tables:
    """What is known of characters and words by themselves, from jieba's dictionary (MIT).

    ``family``, ``given``: how often a character is one of a name, in eight steps, uint8
    (``CHARACTERS``,). ``words``: sorted codes of words of 2, 3 and 4 characters; ``ranks``: 1 to 3
    for how frequent each is, 4 for a place.
    """

    family: Small
    given: Small
    words: tuple[npt.NDArray[np.uint64], ...]
    ranks: tuple[Small, ...]

    def rank(self, codes: Ints, length: int) -> Ints:
        """For each place the rank of the word of that length that begins there; 0 for none."""
        words, ranks = self.words[length - 2], self.ranks[length - 2]
        keys = word_keys(codes, length)
        at = np.minimum(np.searchsorted(words, keys), len(words) - 1)
        return np.where(words[at] == keys, ranks[at], 0).astype(np.int64)


@dataclass(frozen=True)
class Line:
    """A text in simplified characters with what is known of its place in the talk."""

    text: str
    role: Role
    asked: str
    """What another speaker said just before."""


def word_keys(codes: Ints, length: int) -> npt.NDArray[np.uint64]:
    """One number for the ``length`` characters that begin at each place, 16 bits a character."""
    keys = np.zeros(len(codes), np.uint64)
    for offset in range(length):
        keys <<= np.uint64(16)
        keys[: len(codes) - offset] |= codes[offset:].astype(np.uint64)
    return keys


def lines_of(said: Sequence[tuple[str, Role]]) -> list[Line]:
    """The lines of a talk with the questions before them."""
    lines = []
    for at, (text, role) in enumerate(said):
        before = said[max(0, at - ASKED_WITHIN) : at]
        asked = " ".join(one for one, who in before if who != role or role == "unknown")
        lines.append(Line(text, role, asked))
    return lines


def place_lines(lines: Sequence[Line]) -> tuple[Ints, Ints, list[int]]:
    """The codes of all characters with ``AROUND`` zeros around each line, the flags of its line for
    each, and where each line begins."""
    flags: list[int] = []
    begins: list[int] = []
    text = "\0" * AROUND
    sizes = []
    for line in lines:
        begins.append(len(text))
        text += line.text + "\0" * AROUND
        flags.append(_flags(line))
        sizes.append(len(line.text) + AROUND)
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
    spread = np.repeat(np.array(flags, np.int64), sizes)
    return _coded(codes), np.concatenate([np.zeros(AROUND, np.int64), spread]), begins


def _flags(line: Line) -> int:
    role = {"agent": 1, "customer": 2}.get(line.role, 0)
    return (
        role
        | (ASKED_NAME.search(line.asked) is not None) << 2
        | (ASKED_ADDRESS.search(line.asked) is not None) << 3
        | (COMPANY.search(line.text) is not None) << 4
        | (THEIRS.search(line.text) is not None) << 5
    )


def _coded(codes: Ints) -> Ints:
    """Characters as they are, all others by their kind."""
    coded = np.where((codes >= FIRST) & (codes < FIRST + CHARACTERS), codes, STOP)
    letter = ((codes | 32) >= ord("a")) & ((codes | 32) <= ord("z"))
    coded[letter] = LETTER
    coded[(codes >= ord("0")) & (codes <= ord("9"))] = DIGIT
    coded[(codes == ord(" ")) | (codes == 0x3000)] = SPACE
    coded[codes == ord("·")] = POINT
    coded[codes == 0] = 0
    return coded


def read_signs(codes: Ints, flags: Ints, tables: Tables) -> npt.NDArray[np.uint32]:
    """The rows of the table of weights for each place, uint32 (signs, places)."""
    values = np.pad(_values(codes, flags, tables), ((0, 0), (AROUND, AROUND)))
    flat, size = values.ravel(), values.shape[1]
    here = np.arange(AROUND, AROUND + len(codes))
    hashed = np.empty((len(_SEEDS), len(codes)), np.uint32)
    for first, group in _GROUPS:
        some = hashed[first : first + len(group[0][0])]
        some[:] = _SEEDS[first : first + len(some), None]
        for rows, offsets, factors in group:
            some += flat.take((rows * size + offsets)[:, None] + here) * factors[:, None]
    hashed ^= hashed >> np.uint32(15)
    hashed *= np.uint32(0x2C1B3C6D)
    hashed ^= hashed >> np.uint32(12)
    hashed *= np.uint32(0x297A2D39)
    return hashed >> np.uint32(32 - BITS)


def _values(codes: Ints, flags: Ints, tables: Tables) -> npt.NDArray[np.uint32]:
    """What is known of each place by itself, uint32 (``len(_NAMES)``, places)."""
    counted = _COUNTED[codes]
    is_han = codes >= FIRST
    han = np.where(is_han, codes - FIRST, 0)
    two, three, four = (tables.rank(codes, length) for length in (2, 3, 4))
    rows = (
        np.where(counted, DIGIT, codes),
        codes,
        np.where(is_han, tables.family[han], 0),
        np.where(is_han, tables.given[han], 0),
        two,
        three,
        four,
        two > 0,
        np.where(is_han, 5 + counted, codes),
        _EDGE[codes],
        flags,
        flags & 15,
        flags & 3,
        flags & 51,
    )
    return np.stack(rows).astype(np.uint32)


_NAMES = (
    *("c", "raw", "f", "g", "w2", "w3", "w4"),
    *("any", "k", "e", "flags", "asked", "role", "whose"),
)
"""The rows of ``_values``: the character, all digits being one; the character; how often it is of a
surname, of a given name; the rank of the word of two, three, four characters that begins there; if
there is one of two; its kind; if the talk has a gap there; what is known of the line, and parts of
it."""

_SIGNS = """
c-4|c-3|c-2|c-1|c|c+1|c+2|c+3|c+4
c-4 c-3|c-3 c-2|c-2 c-1|c-1 c|c c+1|c+1 c+2|c+2 c+3|c+3 c+4
c-3 c-2 c-1|c-2 c-1 c|c-1 c c+1|c c+1 c+2|c+1 c+2 c+3|c+2 c+3 c+4
raw f g+1|f g+1 g+2 w2 w2+1|f-1 g g+1 w2-1 w2|f-2 g-1 g w2-2 w2-1
f g+1 w2-1 w2 w2+1 w2+2|f-1 g w2-2 w2-1 w2 w2+1|f-2 g-1 g w2-3 w2-2 w2 w2+1
w3-2 w3-1 w3 w4 w4-1 w4-2 w4-3|w2-2 w2-1 w2 w2+1 w3-1
f w2-1 w2 w3-2 w3-1 w3|f-1 w2-1 w3-1 w2 w3 g|f-2 w2-2 w2-1 w3-2 g w2
f g+1 g+2 c-1|f any c-2 c-1|f g+1 any c+2|f g+1 g+2 any c+3|f g+1 c+2 c+3|f c-1 c+3 g+2
f-1 g any-1 c-2|f-1 g c+1 any|f-1 g g+1 c+2|f-1 c-3 c-2|f-1 g c+1 c+2
f-2 g-1 g c+1|f-2 g-1 g c-3|f-2 g c+1 c+2|f-2 c-4 c-3
k-3 k-2 k-1 k k+1 k+2 k+3|k-2 k-1 k k+1 k+2 w2 w2-1|k-1 c k+1 k+2|k-2 k-1 c k+1
flags f e-1|asked f g+1 e-1 e+2 e+3|asked f-1 g e-2 e+1 e+2|asked f-2 g-1 g e-3 e+1
role c-2 c-1 c|flags k-1 k k+1|flags c|flags c-1 c|whose c c+1
"""
"""The signs of a place: what is known of it and of the places beside it, together."""

_PART = re.compile(r"(?P<name>[a-z]+\d?)(?P<offset>[+-]\d)?")


def _read_spec() -> list[list[tuple[int, int, int]]]:
    """Row, offset and factor of each part of each sign, those of few parts first."""
    signs = [sign.split() for line in _SIGNS.split("\n") if line for sign in line.split("|")]
    chance = np.random.default_rng(20261129)
    spec = []
    for sign in sorted(signs, key=len):
        parts = [_PART.fullmatch(part) for part in sign]
        spec.append(
            [
                (
                    _NAMES.index(part["name"]),
                    int(part["offset"] or 0),
                    int(chance.integers(1, 1 << 31)) * 2 + 1,
                )
                for part in parts
                if part is not None
            ]
        )
    return spec


def _in_groups(
    spec: list[list[tuple[int, int, int]]],
) -> list[tuple[int, list[tuple[Ints, Ints, npt.NDArray[np.uint32]]]]]:
    """Signs of as many parts together: where they begin, and rows, offsets and factors of their
    first, second and further parts."""
    groups = []
    for size in sorted({len(sign) for sign in spec}):
        some = [sign for sign in spec if len(sign) == size]
        first = next(at for at, sign in enumerate(spec) if len(sign) == size)
        parts = [np.array([sign[at] for sign in some], np.int64).T for at in range(size)]
        groups.append((first, [(p[0], p[1], p[2].astype(np.uint32)) for p in parts]))
    return groups


_SPEC = _read_spec()
_GROUPS = _in_groups(_SPEC)
_SEEDS = np.random.default_rng(11).integers(1, 1 << 32, len(_SPEC)).astype(np.uint32)
_COUNTED = np.zeros(FIRST + CHARACTERS, bool)
_COUNTED[[ord(char) for char in "零一二三四五六七八九十百幺两"]] = True
_EDGE = np.zeros(FIRST + CHARACTERS, bool)
_EDGE[[0, SPACE, STOP]] = True
