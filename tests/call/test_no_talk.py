"""Which recordings hold no conversation."""

from __future__ import annotations

import pytest

from pipeline.call.no_talk import find_no_talk
from pipeline.types import SoundEvent, Span, Track
from tests.builders import an_utterance
from tests.sounds import silence


def heard(*texts: str, sounds: tuple[SoundEvent, ...] = (), mute_s: float = 0.0):
    """Why texts, one after the other, and speech without words are no conversation."""
    utterances = [an_utterance(text, start_s=10.0 * at) for at, text in enumerate(texts)]
    speech = (*(u.span for u in utterances), *([Span(90.0, 90.0 + mute_s)] if mute_s else []))
    return find_no_talk([Track(0, silence(1), speech)], utterances, sounds, duration_s=100.0)


@pytest.mark.parametrize(
    "texts",
    [
        ("您拨打的用户正在通话中，请稍后再拨。", "Sorry, the subscriber you dialed is busy now."),
        ("对不起，您拨打的号码是空号。",),
        ("您呼叫的用户暂时无法接通。", "请稍后再试。"),
        ("电话已关机。", "Sorry, the number you have dialed is power off."),
    ],
)
def test_what_only_the_network_says_is_no_conversation(texts: tuple[str, ...]):
    assert heard(*texts) == "announcement"


@pytest.mark.parametrize(
    "texts",
    [
        ("您拨打的用户正在通话中，请稍后再拨。", "喂？"),
        ("您好，请讲。",),
        ("您拨打的号码是空号。", "这个不归我管。"),
    ],
)
def test_one_sentence_of_a_person_makes_it_a_call(texts: tuple[str, ...]):
    assert heard(*texts) is None


def test_speech_that_is_not_understood_may_be_a_conversation():
    assert (heard(mute_s=1.0), heard(mute_s=3.0)) == ("silence", None)


def test_tones_alone_are_signals_and_a_recording_without_length_is_empty():
    ring = SoundEvent(1.0, 7.0, 0, "ringing", 0.95)

    assert heard(sounds=(ring,)) == "signals"
    assert find_no_talk([Track(0, silence(0))], (), (), duration_s=0.0) == "empty"
