"""Texts become syllables, initials and finals that the head has units for."""

from __future__ import annotations

import pytest

from pipeline.eartrain.spelling import BLANK, make_units, spell, spell_tones, split

UNITS = make_units()


def test_the_blank_comes_first_and_the_units_are_those_of_the_language():
    assert (UNITS.syllables[0], UNITS.parts[0]) == (BLANK, BLANK)
    assert {"nin", "ni", "zhuang", "er", "a", "lv", "nve"} <= set(UNITS.syllables)
    assert 390 < len(UNITS.syllables) < 420  # dictionaries have about 400 without tones


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("您好，请讲。", ["nin", "hao", "qing", "jiang"]),
        ("重要，重新", ["zhong", "yao", "chong", "xin"]),
        ("绿灯", ["lv", "deng"]),
        ("3楼", ["san", "lou"]),
    ],
)
def test_characters_are_read_in_their_context(text: str, syllables: list[str]):
    assert spell(text) == syllables


def test_a_text_has_one_tone_a_syllable():
    assert (spell_tones("妈麻马骂吗"), len(spell("妈麻马骂吗"))) == ([1, 2, 3, 4, 5], 5)


def test_each_syllable_is_its_initial_and_its_final():
    wrong = [s for s in UNITS.syllables[1:] if "".join(split(s)).replace("-", "") != s]

    assert wrong == []
    assert UNITS.composition()[0] == (0, 0)
    for syllable, (initial, final) in zip(
        UNITS.syllables[1:], UNITS.composition()[1:], strict=True
    ):
        first = UNITS.parts[initial] if initial else ""
        assert first + UNITS.parts[final].removeprefix("-") == syllable


def test_a_text_with_an_unknown_syllable_has_no_numbers():
    assert UNITS.number(["ni", "hm"]) is None
    assert UNITS.number(["ni"]) == [UNITS.syllables.index("ni")]
