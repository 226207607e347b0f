"""Words at the second ear's times, in a window whose sound is known frame by frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ear import EARLY_S, LATE_S, Reading
from pipeline.transcribe.clock import ONSET_S, time_words
from pipeline.transcribe.windows import Piece, Window
from pipeline.types import Span, Word

UNITS = ("", "wo", "bu", "zhi", "dao", "qing", "deng")


def said(text: dict[int, str], frames: int) -> Reading:
    """Two frames for each syllable from the frame where it begins, all else silence."""
    rows = np.full((frames, len(UNITS)), 1e-4, np.float32)
    silent = np.ones(frames, bool)
    for first, syllable in text.items():
        rows[first : first + 2, UNITS.index(syllable)] = 1.0
        silent[first : first + 2] = False
    rows[silent, 0] = 1.0
    return Reading(UNITS, np.log(rows))


def window(*pieces: Piece) -> Window:
    return Window(0, np.zeros(16000 * 60, np.float32), pieces)


ONE = window(Piece(0, Span(10.0, 14.0), 0.0))
"""Four seconds of the call from 10 s on."""


def words(*parts: tuple[str, float, float], index: int = 0) -> list[tuple[int, Word]]:
    return [(index, Word(text, start_s, end_s, 0.9)) for text, start_s, end_s in parts]


def times(timed) -> list[tuple[str, float, float]]:
    return [(word.text, round(word.start_s, 3), round(word.end_s, 3)) for _, word in timed]


def begin(frame: int) -> float:
    return round(10 + frame / 50 - EARLY_S, 3)


def onset(frame: int) -> float:
    """The begin of a word after a pause."""
    return round(begin(frame) - ONSET_S, 3)


def end(frame: int) -> float:
    """Of a syllable of two frames."""
    return round(10 + (frame + 1) / 50 + LATE_S, 3)


def test_words_begin_and_end_where_they_are_heard_and_touch_in_fluent_speech():
    heard = said({50: "bu", 60: "zhi", 70: "dao"}, 200)

    timed = time_words(
        ONE, heard, words(("不", 10.0, 11.2), ("知", 11.2, 11.4), ("道。", 11.4, 11.6))
    )

    assert times(timed) == [
        ("不", onset(50), begin(60)),
        ("知", begin(60), begin(70)),
        ("道。", begin(70), end(70)),
    ]


def test_a_pause_between_two_words_belongs_to_neither():
    heard = said({50: "qing", 90: "deng"}, 200)

    timed = time_words(ONE, heard, words(("请", 10.0, 11.1), ("等", 11.1, 11.9)))

    assert times(timed) == [("请", onset(50), end(50)), ("等", onset(90), end(90))]


def test_a_word_that_was_not_said_keeps_the_alignment_s_time():
    heard = said({50: "bu", 60: "zhi", 70: "dao"}, 200)

    timed = time_words(
        ONE, heard, words(("不", 10.0, 11.2), ("请", 11.1, 11.5), ("道", 11.4, 11.6))
    )

    assert times(timed)[0][1] == onset(50)
    assert times(timed)[1] == ("请", 11.1, 11.5)
    assert times(timed)[2] == ("道", begin(70), end(70))


def test_numbers_reach_over_all_the_sound_between_their_neighbours():
    heard = said({50: "bu", 60: "wo", 80: "qing", 110: "dao"}, 200)

    timed = time_words(
        ONE,
        heard,
        words(("不", 10.0, 11.1), ("10", 11.3, 11.4), ("27", 11.4, 11.4), ("道", 11.5, 12)),
    )

    assert times(timed)[1:3] == [("10", begin(60), 11.4), ("27", 11.4, end(80))]


def test_no_word_begins_before_or_ends_after_its_neighbours_whatever_the_alignment_says():
    heard = said({50: "bu", 60: "zhi", 70: "dao"}, 200)

    timed = time_words(
        ONE, heard, words(("不", 10.0, 11.2), ("请", 10.5, 13.5), ("道", 11.4, 11.6))
    )

    assert times(timed)[1] == ("请", onset(50), end(70))


def test_the_ear_is_not_believed_where_it_lies_far_from_the_alignment():
    heard = said({150: "bu"}, 200)

    timed = time_words(ONE, heard, words(("不", 10.0, 10.6)))

    assert times(timed) == [("不", 10.0, 10.6)]


def test_a_word_stays_in_its_stretch():
    two = window(Piece(0, Span(10.0, 11.0), 0.0), Piece(1, Span(30.0, 31.0), 1.5))
    heard = said({85: "dao"}, 125)  # in the second stretch

    in_first = time_words(two, heard, words(("道", 10.8, 11.0)))
    in_second = time_words(two, heard, words(("道", 30.0, 30.3), index=1))

    assert times(in_first) == [("道", 10.8, 11.0)]
    assert times(in_second) == [
        ("道", round(30.2 - EARLY_S - ONSET_S, 3), round(30.22 + LATE_S, 3))
    ]


@pytest.mark.parametrize("reading", [None, said({}, 1)])
def test_without_an_ear_and_with_too_little_sound_for_the_text_nothing_changes(reading):
    given = words(("不", 10.0, 11.2), ("知", 11.2, 11.4))

    assert time_words(ONE, reading, given) == given


def test_texts_confidences_stretches_and_order_stay_whatever_was_heard():
    drawn = np.random.default_rng(0)
    given = words(
        *((text, 10 + 0.2 * at, 10.2 + 0.2 * at) for at, text in enumerate("不知道请我5等VIP不"))
    )

    for _ in range(50):
        logs = np.log(drawn.dirichlet(np.ones(len(UNITS)) * 0.2, 200) + 1e-6).astype(np.float32)
        timed = time_words(ONE, Reading(UNITS, logs), given)

        assert [(i, replace(w, start_s=0.0, end_s=0.0)) for i, w in timed] == [
            (i, replace(w, start_s=0.0, end_s=0.0)) for i, w in given
        ]
        starts = [word.start_s for _, word in timed]
        assert starts == sorted(starts)
        ends = [word.end_s for _, word in timed]
        assert ends == sorted(ends)
        assert all(10.0 <= word.start_s <= word.end_s <= 14.0 for _, word in timed)
