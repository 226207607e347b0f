"""Answers of speech servers: plain text, and times where they can be."""

from __future__ import annotations

import pytest

from pipeline.transcribe.answers import ServerText, clean_text, read_answer


def word(text: str, start: object, end: object) -> dict[str, object]:
    return {"word": text, "start": start, "end": end}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<|zh|><|NEUTRAL|><|Speech|><|withitn|>您好，请讲。", "您好，请讲。"),
        ("🎼您好。😊", "您好。"),
        ("language Chinese<asr_text>您好。", "您好。"),
        ("<asr_text>唔係你。<asr_text>我", "唔系你。我"),
        ("請問您等著嗎？", "请问您等着吗？"),
        (" 您 好\r\n請 講\x00\u200b", "您好请讲"),
        ("用 wifi one 上网", "用wifi one上网"),
        ("", ""),
        ("⚠️", ""),
    ],
)
def test_marks_pictures_and_traditional_characters_do_not_reach_the_transcript(written, text):
    assert clean_text(written) == text
    assert read_answer({"text": written}, 2.0).text == text


def test_a_text_may_stand_in_its_segments_only():
    answer = {"segments": [{"text": "您好，", "start": 0, "end": 1}, {"text": "请讲。"}]}

    assert read_answer(answer, 2.0) == ServerText("您好，请讲。")


def test_times_of_words_become_times_of_characters_and_punctuation_has_none():
    words = [word("您好，", 0.2, 0.8), word("请", "0.9", "1.0"), word("讲", 1.0, 1.3)]

    assert read_answer({"text": "您好，请讲。", "words": words}, 2.0).times == (
        (0.2, pytest.approx(0.5)),
        (pytest.approx(0.5), pytest.approx(0.8)),
        (0.9, 1.0),
        (1.0, 1.3),
    )


def test_words_within_segments_count_too():
    segments = [
        {"text": "您", "words": [word("您", 0.1, 0.2)]},
        {"text": "好", "words": [{"text": "好", "start": 0.2, "end": 0.4}]},
    ]

    assert read_answer({"text": "您好", "segments": segments}, 1.0).times == (
        (0.1, 0.2),
        (0.2, 0.4),
    )


@pytest.mark.parametrize(
    "words",
    [
        [word("您", 0.5, 0.2), word("好", 0.6, 0.7)],
        [word("您", -1, 0.2), word("好", 0.6, 0.7)],
        [word("您", 0.9, 1.0), word("好", 0.1, 0.2)],
        [word("您", 200, 400), word("好", 400, 600)],
        [word("您", 0.0, 0.0), word("好", 0.0, 0.0)],
        [word("您", float("nan"), 0.2), word("好", 0.6, 0.7)],
        [word("您", None, 0.2), word("好", 0.6, 0.7)],
        [word("您", True, True), word("好", 1.0, 1.1)],
        [word("您", "early", "late"), word("好", 1.0, 1.1)],
        [word("你", 0.1, 0.2), word("好", 0.6, 0.7)],
        [word("您", 0.1, 0.2)],
        ["您", "好"],
        [],
        "您好",
        None,
    ],
    ids=repr,
)
def test_times_that_cannot_be_and_those_of_other_words_are_not_used(words):
    assert read_answer({"text": "您好", "words": words}, 2.0) == ServerText("您好")


def test_a_word_that_ends_a_little_after_the_sound_ends_with_it():
    answer = {"text": "好", "words": [word("好", 1.8, 2.3)]}

    assert read_answer(answer, 2.0).times == ((1.8, 2.0),)


@pytest.mark.parametrize(
    "answer", [None, 3, "您好", [], {}, {"text": 1}, {"segments": [{"text": 1}]}]
)
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(ValueError, match="it "):
        read_answer(answer, 2.0)
