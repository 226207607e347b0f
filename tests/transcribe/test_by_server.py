"""Words by a server, with a real witness. The witness has random weights: it aligns, and believes
nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.ear import LATE_S, Reading, StatesWindow
from pipeline.errors import ServerAwayError, SpeechServerError
from pipeline.settings import RecogniserSettings, Settings, SiteSettings
from pipeline.transcribe import ServerRecogniser, load_recogniser
from pipeline.transcribe import speech_server as module
from pipeline.transcribe.by_server import retime
from pipeline.types import Span, Track
from tests.sounds import noise
from tests.speech_wire import Reply, Wire, free_port, wire

SPEECH = (Span(1.0, 3.0),)
AGENT, CUSTOMER = Track(0, noise(4), SPEECH), Track(1, noise(4), SPEECH)


@pytest.fixture(scope="module")
def loaded(tiny_whisper: Path) -> ServerRecogniser:
    return load_recogniser(
        with_server("http://127.0.0.1:1/v1", tiny_whisper), inventions=["谢谢观看"]
    )


def with_server(url: str, model: Path, **changes) -> Settings:
    chosen = RecogniserSettings(
        **{"kind": "openai", "url": url, "model": "sense", "wait_s": 1} | changes
    )
    return Settings(site=SiteSettings(model=str(model)), recogniser=chosen)


def at(shown: Wire | str, loaded: ServerRecogniser, **changes) -> ServerRecogniser:
    """The same witness with another server."""
    url = shown if isinstance(shown, str) else shown.url
    chosen = replace(loaded.settings, url=url, **changes)
    return replace(loaded, server=module.SpeechServer(chosen), settings=chosen)


def said(recogniser: ServerRecogniser, *tracks: Track) -> list[tuple[int, str]]:
    found = recogniser.recognise(tracks)
    return [(one.channel, "".join(word.text for word in one.words)) for one in found]


def test_what_the_server_wrote_becomes_the_words_of_each_channel_in_simplified_characters(loaded):
    with wire(Reply({"text": "<|zh|>您好，請講。"})) as shown:
        assert said(at(shown, loaded), AGENT, CUSTOMER) == [
            (0, "您好，请讲。"),
            (1, "您好，请讲。"),
        ]


def test_words_lie_where_the_server_says_and_are_as_sure_as_the_witness_is(loaded):
    words = [{"word": c, "start": 0.5 + i / 2, "end": 1 + i / 2} for i, c in enumerate("您好")]
    with wire(Reply({"text": "您好。", "words": words})) as shown:
        (found,) = at(shown, loaded).recognise([AGENT])

    # the window begins 0.2 s before the stretch, at 0.8 s
    assert [(w.text, w.start_s, w.end_s) for w in found.words] == [
        ("您", pytest.approx(1.3), pytest.approx(1.8)),
        ("好。", pytest.approx(1.8), pytest.approx(2.3)),
    ]
    assert all(0 <= word.confidence < 0.01 for word in found.words)


def test_words_without_times_are_placed_in_their_stretch(loaded):
    with wire(Reply({"text": "您好，请讲。"})) as shown:
        (found,) = at(shown, loaded).recognise([AGENT])

    times = [time_s for word in found.words for time_s in (word.start_s, word.end_s)]
    assert len(found.words) == 4
    assert 0.8 <= min(times) <= max(times) <= 3.2


def test_words_without_times_lie_where_a_second_ear_hears_them(loaded):
    def listen(window: StatesWindow) -> Reading:
        """Hears a syllable 0.3 s before the alignment's end, and nothing else."""
        probabilities = np.full((window.stretches[-1].end, 2), 1e-4)
        probabilities[:, 0] = 1.0
        at = round((by_witness.words[0].end_s - window.stretches[0].start_s - 0.3) * 50)
        probabilities[at] = (1e-4, 1.0)
        return Reading(("", "qing"), np.log(probabilities).astype(np.float32))

    with wire(Reply({"text": "请"})) as shown:
        (by_witness,) = at(shown, loaded).recognise([AGENT])
        (by_ear,) = at(shown, loaded).recognise([AGENT], listen=listen)

    assert by_ear.words[0].end_s == pytest.approx(
        by_witness.words[0].end_s - 0.3 + LATE_S, abs=0.011
    )
    assert by_ear.words[0].confidence == by_witness.words[0].confidence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "谢谢观看",
        "好的吗" * 4,
        "哈" * 9,
        "感谢您的来电祝您生活愉快再见" * 3,
        "the " * 2000,
        "😊",
    ],
)
def test_what_nobody_can_have_said_is_no_word(text: str, loaded):
    with wire(Reply({"text": text})) as shown:
        assert said(at(shown, loaded), AGENT) == [(0, "")]


def test_without_speech_nothing_is_sent(loaded):
    with wire(Reply({"text": "您好"})) as shown:
        assert said(at(shown, loaded), replace(AGENT, speech=())) == []

    assert shown.asked == []


def test_no_more_requests_are_open_than_the_settings_say(loaded):
    long = Track(0, noise(100), tuple(Span(s, s + 9.0) for s in range(0, 90, 10)))
    with wire(Reply({"text": "您好"}, takes_s=0.05)) as shown:
        said(at(shown, loaded, at_once=2), long)

    assert (len(shown.asked), shown.most_at_once) == (9, 2)


def test_a_server_that_goes_away_in_the_middle_ends_the_call_and_leaves_no_thread(
    loaded, monkeypatch
):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)
    long = Track(0, noise(40), tuple(Span(s, s + 9.0) for s in range(0, 40, 10)))
    began = time.monotonic()
    with wire(Reply({"text": "您好"}), Reply(b"", 403)) as shown, pytest.raises(ServerAwayError):
        said(at(shown, loaded), long)

    while any("(worker)" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() - began < 60
        time.sleep(0.01)


def test_a_server_may_be_away_for_as_long_as_the_settings_and_the_call_last(loaded):
    url = f"http://127.0.0.1:{free_port()}/v1"

    began = time.monotonic()
    with pytest.raises(ServerAwayError, match="does not answer"):
        said(at(url, loaded, wait_s=0.5), Track(0, noise(1), (Span(0, 1),)))

    assert time.monotonic() - began >= 0.5


def test_an_answer_that_is_none_is_no_fault_of_other_calls(loaded, monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)
    with wire(Reply(b"<html>")) as shown, pytest.raises(SpeechServerError) as error:
        said(at(shown, loaded), AGENT)

    assert not isinstance(error.value, ServerAwayError)


def test_the_witness_weighs_texts_whoever_wrote_them(loaded):
    with wire(Reply({"text": "您好。"})) as shown:
        recogniser = at(shown, loaded)
        recogniser.recognise([AGENT])
        weighed = recogniser.weigh(AGENT, SPEECH[0], ["您好", "请讲吧"])

    assert [len(logs) for logs in weighed] == [2, 3]
    assert not recogniser.hears_itself


def test_the_record_names_the_server_s_model_and_the_witness_and_a_new_address_changes_nothing(
    loaded, tiny_whisper: Path
):
    one = at("http://10.0.0.5:8000/v1", loaded)

    assert one.name == f"sense@10.0.0.5:8000+{tiny_whisper}"
    assert one.sha256 == at("https://asr.example.cn/v1", loaded).sha256 != loaded.witness.sha256
    for changed in ({"model": "other"}, {"revision": "2"}, {"language": ""}):
        assert at("http://10.0.0.5:8000/v1", loaded, **changed).sha256 != one.sha256


def test_times_for_another_number_of_characters_move_nothing():
    parts = [{"word": "您", "start": 0.1, "end": 0.2}, {"word": "好。", "start": 0.2, "end": 0.3}]

    assert retime(parts, ((1.0, 1.1),)) == parts
    assert [p["start"] for p in retime(parts, ((1.0, 1.1), (1.1, 1.2)))] == [1.0, 1.1]
