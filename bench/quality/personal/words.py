"""What jieba's dictionary (MIT) tells of names and words, as the tables of the tagger."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import jieba
import numpy as np

from pipeline.privacy.signs import CHARACTERS, FIRST, Tables, word_keys
from pipeline.privacy.spelling import fold
from pipeline.privacy.surnames import COMPOUND, SINGLE

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_FREQUENT = {2: 8, 3: 12, 4: 15}
"""Rarer words are left out: many are none, and the file stays small (our choice)."""

LEAST_OF_A_SAYING = 3
"""The same for a word of four characters that begins like a name: 王婆卖瓜."""

RANKS = (0, 100, 1000)
"""Frequencies from which a word has rank 1, 2, 3."""

LEAST_OF_A_NAME = 30
"""Frequency from which a word of two characters that jieba calls a name is a usual word (our
choice)."""

FREQUENT = "王李张刘陈杨赵黄周吴徐孙马朱胡林何郭高罗"
OF_A_PLACE = 4
NAMES = {"nr", "nrt", "nrfg"}
_COMPOUNDS = tuple(COMPOUND.split("|"))

MODERN = (
    "梓轩涵宇浩然子欣怡雨诗琪佳佩俊杰皓睿辰泽豪博文思远嘉怡雅婷晨曦梦瑶若彤语嫣诺一鸣天翔昊宸铭煜沐妍晓萱雯洋洁琳倩菲莹璐露静敏丽娟芳秀英霞燕玲"
    "红梅兰桂珍凤金花娜艳萍强军伟勇磊涛超鹏飞刚斌辉鑫波峰龙国建华志明永春海东平德福生成林祥顺长江山水清云松柏石新民兴旺荣贵友良义仁礼信忠孝"
    "振启宏继承培绍裕贤淑慧惠美云月娥翠莲香菊荷莉薇蕾蓉芬芝茹蓓悦凯旋威洪亮震坤乾恒益谦逊达利元康乐安宁静逸舒畅朗晴朝阳旭冬夏秋冰雪"
    "小大少老双丹青墨川航帆舟远征程立方正直中华家庆跃进卫红向前光耀祖仕廷柱权根发财宝玉瑞琴棋书画诚意真善"
)
"""Characters of given names of today, that a dictionary of older texts knows less."""


def listed(text: str) -> tuple[str, ...]:
    """The words of a text with spaces."""
    return tuple(text.split())


def dictionary() -> list[tuple[str, int, str]]:
    """The words of jieba with frequency and part of speech."""
    path = Path(jieba.__file__).parent / "dict.txt"
    rows = (line.split(" ") for line in path.read_text(encoding="utf-8").splitlines())
    return [(row[0], int(row[1]), row[2]) for row in rows if fold(row[0]) == row[0]]


def full_names(words: list[tuple[str, int, str]]) -> list[str]:
    """Names of two to four characters with a known surname."""
    return [
        word
        for word, _, tag in words
        if tag in NAMES and (family := family_of(word)) and 1 <= len(word) - len(family) <= 2
    ]


def family_of(name: str) -> str | None:
    """The surname that a name begins with."""
    if name.startswith(_COMPOUNDS):
        return name[:2]
    return name[0] if name[0] in SINGLE else None


def make_tables(words: list[tuple[str, int, str]]) -> Tables:
    """The tables of the tagger."""
    names = [name for name in full_names(words) if len(name) == 3 and name[:2] not in _COMPOUNDS]
    families = Counter(name[0] for name in names)
    given = Counter(char for name in names for char in name[1:])
    for char in MODERN:
        given[char] += 40
    for char in SINGLE:
        families[char] += 1
    for compound in _COMPOUNDS:
        families[compound[0]] += 1
    said = Counter[str]()
    for word, frequency, tag in words:
        if tag not in NAMES:
            for char in word:
                said[char] += frequency
    by_length = [_words_of(words, length) for length in (2, 3, 4)]
    return Tables(
        _propensity(families, said, 0.9, 2),
        _propensity(given, said, 1.0, 3),
        tuple(keys for keys, _ in by_length),
        tuple(ranks for _, ranks in by_length),
    )


def is_usual(word: str, frequency: int, tag: str) -> bool:
    """Whether a word is rather a usual one than a name: jieba calls 明白 and 胡说 names."""
    if not all(_is_han(char) for char in word):
        return False
    if tag not in NAMES:
        return True
    if len(word) == 4:  # 张冠李戴 and 王婆卖瓜 are called names too
        return not word.startswith(_COMPOUNDS) and word[0] in SINGLE
    like_a_name = word[0] in FREQUENT and word[1:] in MODERN
    return len(word) == 2 and frequency >= LEAST_OF_A_NAME and not like_a_name


def _propensity(
    named: Mapping[str, int], said: Mapping[str, int], slope: float, middle: int
) -> np.ndarray:
    """1 to 7 by how much more often a character stands in names than in words; 0 for never."""
    table = np.zeros(CHARACTERS, np.uint8)
    all_named, all_said = sum(named.values()), sum(said.values())
    for char, times in named.items():
        at = ord(char) - FIRST
        if times and 0 <= at < CHARACTERS:
            odds = math.log(times / all_named) - math.log((said.get(char, 0) + 50) / all_said)
            table[at] = int(np.clip(round(odds * slope) + middle, 1, 7))
    return table


def _words_of(words: list[tuple[str, int, str]], length: int) -> tuple[np.ndarray, np.ndarray]:
    ranks: dict[int, int] = {}
    for word, frequency, tag in words:
        if len(word) != length or not is_usual(word, frequency, tag):
            continue
        if tag == "ns":
            rank = OF_A_PLACE
        elif frequency >= (
            LEAST_OF_A_SAYING if length == 4 and family_of(word) else LEAST_FREQUENT[length]
        ):
            rank = sum(frequency >= least for least in RANKS)
        else:
            continue
        codes = np.array([ord(char) for char in word], np.int64)
        ranks[int(word_keys(codes, length)[0])] = rank
    keys = sorted(ranks)
    return np.array(keys, np.uint64), np.array([ranks[key] for key in keys], np.uint8)


def _is_han(char: str) -> bool:
    return FIRST <= ord(char) < FIRST + CHARACTERS
