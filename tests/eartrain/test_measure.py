"""The figures of a head: phrases found, falsely found and confused, wrong syllables, silence."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.ear import SyllableHead
from pipeline.eartrain.measure import (
    count_errors,
    draw_phrases,
    holds,
    holds_nearly,
    measure_head,
)
from pipeline.eartrain.spelling import make_units
from pipeline.eartrain.states import Corpus, Heard

UNITS = make_units().syllables


def perfect_head() -> SyllableHead:
    """Reads the syllable whose number is the one that stands out in the states; no blocks."""
    size = len(UNITS)
    eye = np.eye(size, dtype=np.float32)
    zero, one = np.zeros(size, np.float32), np.ones(size, np.float32)
    weights = {
        "mean": zero,
        "scale": one,
        "in_w": 9 * eye,
        "in_b": zero,
        "out_w": 9 * eye,
        "out_b": zero,
    }
    return SyllableHead(UNITS, "0" * 64, (), weights)


def corpus_of(*said: list[str], texts: list[str]) -> Corpus:
    """States in which each syllable stands out for three frames, then the blank for two."""
    states: list[np.ndarray] = []
    heard: list[Heard] = []
    for syllables, text in zip(said, texts, strict=True):
        frames = [0, 0]
        for syllable in syllables:
            frames += [UNITS.index(syllable)] * 3 + [0, 0]
        begin = sum(map(len, states))
        states.append(np.eye(len(UNITS), dtype=np.float16)[frames])
        heard.append(Heard(begin, len(frames), text, "a", "clean" if text else "quiet"))
    return Corpus(np.concatenate(states), tuple(heard))


def test_a_head_that_hears_everything_finds_all_and_nothing_false():
    corpus = corpus_of(
        ["qing", "ni", "shao", "deng"], ["zhe", "ge", "bu", "gui", "wo", "guan"], [],
        texts=["请您稍等", "这个不归我管", ""],
    )  # fmt: skip

    measured = measure_head(perfect_head(), corpus, corpus.heard, ["不归我管", "爱买不买"], 0)

    assert (measured.syllables, measured.errors, measured.inserted) == (10, (0, 0, 0), 0)
    for level in measured.levels:
        assert level.found == level.said > 0
        assert (level.near, level.false, level.confused) == (0, 0, 0)
        assert level.variants > 0


def test_what_is_heard_and_was_not_said_is_false_and_near_if_one_syllable_differs():
    corpus = corpus_of(
        ["wo", "bu", "zhi", "dao"], ["ai", "mai", "bu", "mai"], texts=["我不去了", "谢谢您啊"]
    )

    measured = measure_head(perfect_head(), corpus, corpus.heard, ["爱买不买", "不知道"], 0)

    assert measured.levels[0].found == 0
    assert (measured.levels[0].false, measured.levels[0].near) == (2, 0)
    near = corpus_of(["wo", "bu", "zhi", "dao"], texts=["我不知了"])
    measured = measure_head(perfect_head(), near, near.heard, ["我不知道"], 0)
    assert (measured.levels[0].false, measured.levels[0].near) == (0, 1)


def test_syllables_in_sound_without_speech_are_inserted():
    corpus = corpus_of(["ni", "hao"], texts=[""])

    measured = measure_head(perfect_head(), corpus, corpus.heard, ["您好啊"], 0)

    assert (measured.inserted, measured.syllables) == (2, 0)


@pytest.mark.parametrize(
    ("said", "read", "errors"),
    [
        (["a", "b", "c"], ["a", "b", "c"], (0, 0, 0)),
        (["a", "b", "c"], ["a", "x", "c"], (1, 0, 0)),
        (["a", "b", "c"], ["a", "c"], (0, 1, 0)),
        (["a", "b"], ["a", "x", "b"], (0, 0, 1)),
        ([], ["a"], (0, 0, 1)),
        (["a"], [], (0, 1, 0)),
    ],
)
def test_errors_are_the_fewest_edits(said: list[str], read: list[str], errors: tuple):
    assert count_errors(said, read) == errors


def test_a_phrase_is_held_whole_and_nearly_with_one_edit():
    text = ("wo", "bu", "zhi", "dao", "a")

    assert holds(text, ("bu", "zhi", "dao"))
    assert not holds(text, ("bu", "dao"))
    assert holds_nearly(text, ("bu", "dao"))
    assert holds_nearly(text, ("wo", "bu", "ci", "dao"))
    assert not holds_nearly(text, ("wo", "ci", "dao", "ba"))
    assert not holds(("a",), ("a", "b"))


def test_drawn_phrases_are_said_and_their_variants_are_one_syllable_off():
    text = ("qing", "ni", "shao", "deng", "yi", "xia")

    drawn, variants = draw_phrases([text], UNITS, 0)

    assert drawn
    assert all(holds(text, phrase) for phrase in drawn)
    assert variants
    assert all(holds_nearly(text, v) and not holds(text, v) for v in variants)
