from __future__ import annotations

import numpy as np
import pytest

from pipeline.transcribe import Recognition, find_speech, make_utterances
from pipeline.transcribe.encoder import Encoded, stack_states
from pipeline.transcribe.guard import is_invented, is_loop, is_too_dense, is_too_sparse
from pipeline.transcribe.script import punctuate, simplify
from pipeline.transcribe.windows import JOIN_S, LONGEST_S, PAD_S, TARGET_S, batches_of, pack_windows
from pipeline.types import SAMPLE_RATE, Span, Track, Word
from tests.fakes import words_over
from tests.sounds import hold_music, noise, silence


def track(*spans: Span, seconds: float = 120.0) -> Track:
    return Track(0, silence(seconds), spans)


def test_stretches_share_a_window_until_it_is_full():
    windows = pack_windows(track(Span(1, 7), Span(8, 14), Span(20, 26)))

    assert [[piece.index for piece in window.pieces] for window in windows] == [[0, 1], [2]]
    assert all(window.speech_s <= TARGET_S for window in windows)


def test_a_stretch_is_widened_but_never_into_its_neighbour():
    (window,) = pack_windows(track(Span(1, 2), Span(2.2, 3)))

    assert [piece.span for piece in window.pieces] == [Span(1 - PAD_S, 2.1), Span(2.1, 3 + PAD_S)]


def test_a_very_long_stretch_is_cut_into_parts_that_fit_whisper():
    windows = pack_windows(track(Span(0, 60)))

    assert [window.pieces[0].index for window in windows] == [0, 0, 0]
    assert all(len(window.samples) <= LONGEST_S * SAMPLE_RATE for window in windows)


def test_a_track_without_speech_has_no_windows():
    assert pack_windows(track()) == ()


def test_a_word_is_put_where_it_ends_not_where_the_pause_before_it_begins():
    (window,) = pack_windows(track(Span(10, 11), Span(14, 15)))
    second = window.pieces[1]

    piece, place = window.locate(second.offset_s - JOIN_S, second.offset_s + 0.4)

    assert piece == second
    assert place == Span(second.span.start_s, pytest.approx(second.span.start_s + 0.4))


@pytest.mark.parametrize(
    "sound",
    [silence(30), noise(30), hold_music(30), silence(0), np.full(SAMPLE_RATE, 0.5, np.float32)],
)
def test_silence_noise_and_hold_music_are_no_speech(sound):
    assert find_speech(sound, pause_s=0.4) == ()


@pytest.mark.parametrize(
    ("text", "looping"),
    [
        ("感谢您，感谢您，感谢您，感谢您", True),
        ("哈哈哈哈哈哈哈哈", True),
        ("好的好的好的", False),
        ("号码是一三八零零零零", False),
        ("", False),
    ],
)
def test_loops_are_told_from_ordinary_repetition(text: str, looping: bool):
    assert is_loop(text) is looping


def test_text_that_nobody_could_have_said_in_the_time_is_told():
    assert is_too_dense("感谢您的来电祝您生活愉快再见", 0.5)
    assert not is_too_dense("感谢您的来电祝您生活愉快再见", 2.5)
    assert is_too_sparse("好", 6.0)
    assert not is_too_sparse("好", 1.0)


def test_inventions_are_told_even_several_in_a_row_but_not_beside_real_words():
    inventions = ("谢谢观看", "下期再见")

    assert is_invented("谢谢观看，下期再见！", inventions)
    assert not is_invented("好的，谢谢观看", inventions)


@pytest.mark.parametrize(
    ("written", "simple"),
    [("請問您等著嗎", "请问您等着吗"), ("著名的產品", "著名的产品"), ("您好", "您好"), ("", "")],
)
def test_traditional_characters_become_simplified_one_for_one(written: str, simple: str):
    assert simplify(written) == simple
    assert len(simple) == len(written)


@pytest.mark.parametrize(
    ("written", "punctuated"),
    [
        ("您好,请讲", "您好，请讲。"),
        ("还有其他问题吗", "还有其他问题吗？"),
        ("好的。", "好的。"),
        ("用 WIFI 上网", "用WIFI上网。"),
        ("", ""),
    ],
)
def test_an_utterance_gets_full_width_punctuation_and_an_end(written: str, punctuated: str):
    assert punctuate(written) == punctuated


def test_stretches_become_utterances_by_time_and_those_without_words_are_left_out():
    said = (Word("您", 2.0, 2.5, 0.8), Word("好", 2.5, 3.0, 0.6))
    heard = [
        Recognition(0, Span(2, 3), said),
        Recognition(0, Span(5, 6), ()),
        Recognition(1, Span(1, 1.5), words_over("喂", Span(1, 1.5))),
    ]

    first, second = make_utterances(heard)

    assert (first.channel, first.text, second.channel) == (1, "喂。", 0)
    assert (second.text, second.confidence, second.role) == (
        "您好。",
        pytest.approx(0.7),
        "unknown",
    )


def test_windows_of_like_length_are_decoded_together():
    long, like, short = (pack_windows(track(Span(1, 1 + seconds)))[0] for seconds in (12, 10, 4))

    assert batches_of([short, like, long], most=4) == [[long, like], [short]]
    assert batches_of([long, like], most=1) == [[long], [like]]


def encoded(*spans: Span) -> Encoded:
    """A window of those stretches, each state holding its own number, 50 a second."""
    (window,) = pack_windows(track(*spans))
    states = np.arange(int((window.length_s + 2) * 50), dtype=np.float32)[:, None]
    return Encoded(window, states)


def test_the_states_of_a_stretch_begin_where_it_lies_in_its_window():
    whole = encoded(Span(10, 12), Span(20, 23))

    # The first stretch takes 2.4 s with its edges, then 0.5 s of silence: the second begins at 2.9
    # s, state 145, is 3.4 s long, and the tail adds 1 s: state 145 + 220 is the first that is left
    # out.
    states = whole.part(Span(20, 23), 1.0)

    assert states is not None
    assert (states[0, 0], states[-1, 0]) == (145, 364)


def test_a_window_has_no_states_of_other_stretches():
    assert encoded(Span(10, 12)).part(Span(11, 14), 1.0) is None
    assert encoded(Span(10, 12)).part(Span(30, 31), 1.0) is None


def test_shorter_states_are_filled_up_with_their_last():
    short, long = np.array([[1.0], [2.0]], np.float32), np.array([[3.0], [4.0], [5.0]], np.float32)

    assert np.array(stack_states([short, long])).tolist() == [[[1], [2], [2]], [[3], [4], [5]]]
