"""A head, a recogniser's states and a book of phrases together; and without a head."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.call import provenance_of
from pipeline.call.second_ear import CallEar, SecondEar
from pipeline.ear import (
    HeardPhrase,
    States,
    StatesListener,
    StatesWindow,
    Stretch,
    load_head,
    toneless,
)
from pipeline.lexicon import Lexicon, Phrase, Rule, Scorecard
from pipeline.phrases import PhraseBook
from pipeline.settings import Settings
from pipeline.transcribe import Recognition
from pipeline.types import Provenance, Span, Track
from tests.fakes import FakeRecogniser
from tests.sounds import silence

UNITS = ("", *dict.fromkeys(toneless("这个不归我管知道")))
SHA = "ab" * 32
BOOK = PhraseBook.of(
    [Rule("forbidden.shirk", "推诿", "forbidden", "D", "high", "agent", (Phrase("不归我管"),))]
)


@pytest.fixture
def head(tmp_path, monkeypatch):
    """A head that reads states which are its units already, in the cache of a site."""
    folder = tmp_path / "ear"
    folder.mkdir()
    meta = {
        "kind": "syllables-ctc-1", "whisper_sha256": SHA, "units": UNITS, "blocks": 0, "dilations": [],
    }  # fmt: skip
    size = len(UNITS)
    np.savez(
        folder / "site.npz", mean=np.zeros(size), scale=np.ones(size), in_w=np.eye(size),
        in_b=np.zeros(size), out_w=5 * np.eye(size), out_b=np.zeros(size), meta=np.array(json.dumps(meta)),
    )  # fmt: skip
    monkeypatch.setenv("CALLQA_CACHE", str(tmp_path))


def states_of(text: str) -> States:
    """Four frames for each syllable, and as much silence behind it."""
    frames = [unit for s in toneless(text) for unit in [UNITS.index(s)] * 4 + [0] * 4]
    return np.eye(len(UNITS), dtype=np.float32)[frames] * 10


@dataclass
class Encodes(FakeRecogniser):
    """Hears ``sounds[channel]`` from second 1 on."""

    sounds: dict[int, str] = field(default_factory=dict)
    encoder_sha256: str = SHA

    def recognise(
        self, tracks: Sequence[Track], *, listen: StatesListener | None = None
    ) -> tuple[Recognition, ...]:
        for channel, text in self.sounds.items():
            states = states_of(text)
            assert listen is not None
            listen(StatesWindow(channel, states, (Stretch(0, len(states), 1.0),)))
        return super().recognise(tracks)

    def states_of(self, track: Track, span: Span) -> States:
        return states_of(self.sounds[track.channel])


def ear_of(recogniser: Encodes) -> CallEar:
    second = SecondEar.of(recogniser, BOOK)
    assert second is not None
    hearing = second.hearing()
    tracks = [Track(channel, silence(3.0), (Span(1.0, 2.0),)) for channel in recogniser.sounds]
    recogniser.recognise(tracks, listen=hearing.hear)
    return CallEar(hearing, recogniser, tracks)


WHOLE = Span(0.0, 5.0)


def test_a_recogniser_without_a_head_has_no_second_ear():
    assert SecondEar.of(FakeRecogniser(), BOOK) is None


def engine_of(recogniser: FakeRecogniser) -> Provenance:
    load_head.cache_clear()  # as in a process that begins now
    sheet = Scorecard("s", "s", (), ())
    return provenance_of(recogniser, Lexicon(()), Settings(), sheet)


def test_a_result_tells_which_head_heard_the_call(head, tmp_path):
    first = engine_of(Encodes())
    file = tmp_path / "ear" / "site.npz"
    with np.load(file) as entries:
        arrays = dict(entries)
    np.savez(file, **{**arrays, "out_w": arrays["out_w"] * 2})
    second = engine_of(Encodes())
    file.unlink()
    none = engine_of(Encodes())

    assert len({first.model_sha256, second.model_sha256, none.model_sha256}) == 3
    assert none.model_sha256 == Encodes().sha256


def test_a_phrase_of_the_book_is_heard_in_its_channel_at_its_time(head):
    ear = ear_of(Encodes(sounds={0: "这个不归我管", 1: "这个"}))

    (heard,) = ear.phrases(0, WHOLE)

    assert heard.syllables == ("bu", "gui", "wo", "guan")
    assert heard.score == pytest.approx(0.0, abs=1e-6)
    assert heard.span.start_s == pytest.approx(1.0 + 2 * 8 / 50, abs=0.1)
    assert ear.phrases(1, WHOLE) == []
    assert ear.phrases(0, Span(3.0, 5.0)) == []


def test_what_both_channels_have_at_one_time_is_crosstalk(head):
    ear = ear_of(Encodes(sounds={0: "不归我管", 1: "不归我管"}))

    assert ear.phrases(0, WHOLE) == ear.phrases(1, WHOLE) == []


@pytest.mark.parametrize(("difference", "left"), [(0.1, []), (0.5, [0])])
def test_of_two_channels_the_one_that_has_a_phrase_clearly_better_said_it(difference, left, head):
    """Where the other side is loud in a channel, chance decides which score is the better one."""
    recogniser = Encodes(sounds={0: "不归我管", 1: "不归我管"})
    second = SecondEar.of(recogniser, BOOK)
    said = toneless("不归我管")
    heard = [
        HeardPhrase(0, Span(1, 2), said, -0.1),
        HeardPhrase(1, Span(1, 2), said, -0.1 - difference),
    ]
    hearing = SimpleNamespace(head=second.head, phrases=heard)

    ear = CallEar(hearing, recogniser, [])

    assert [one.channel for channel in (0, 1) for one in ear.phrases(channel, WHOLE)] == left


def test_the_same_states_say_which_text_fits(head):
    ear = ear_of(Encodes(sounds={0: "我不知道"}))

    right, wrong = ear.weigh(0, WHOLE, ["我不知道", "我知道"])

    assert right == pytest.approx(0.0, abs=1e-6)
    assert wrong < -5.0
