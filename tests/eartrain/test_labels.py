"""Frames are labelled from a flat start: what sounds where is found without another model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.eartrain import encode_speech, read_speech
from pipeline.eartrain.labels import FrameLabels, label_frames
from pipeline.eartrain.spelling import make_units, spell
from pipeline.eartrain.states import Corpus
from tests.eartrain.spoken import hear

UNITS = make_units()


@pytest.fixture(scope="module")
def labelled(speech: Path) -> tuple[Corpus, FrameLabels]:
    corpus = encode_speech(read_speech([speech]), hear, variants=1, seed=0)
    return corpus, label_frames(corpus, UNITS)


def runs(numbers: np.ndarray) -> list[int]:
    """Numbers other than 0 in their order, a run counted once."""
    starts = np.flatnonzero(np.diff(numbers, prepend=0))
    return [int(numbers[at]) for at in starts if numbers[at]]


def test_the_syllables_come_in_the_order_of_the_text(labelled: tuple[Corpus, FrameLabels]):
    corpus, labels = labelled
    for one in corpus.heard:
        found = runs(labels.syllable[one.begin : one.begin + one.length])
        text = [UNITS.syllables.index(s) for s in spell(one.text)] if one.text else []
        merged = [n for at, n in enumerate(text) if at == 0 or text[at - 1] != n]
        assert found in (text, merged), one.text


def test_syllables_lie_where_they_sound(labelled: tuple[Corpus, FrameLabels]):
    """A whistle is far louder than the pause: frames with a label are loud, silent ones are not."""
    corpus, labels = labelled
    loud = corpus.states.astype(np.float32).max(axis=1) > 0
    speech = np.concatenate(
        [np.arange(h.begin, h.begin + h.length) for h in corpus.heard if h.text]
    )

    assert (labels.part[speech] > 0)[loud[speech]].mean() > 0.85
    assert (labels.syllable[speech] > 0)[~loud[speech]].mean() < 0.25


def test_a_tone_is_where_its_syllable_is(labelled: tuple[Corpus, FrameLabels]):
    _, labels = labelled

    assert np.array_equal(labels.tone > 0, labels.syllable > 0)


def test_sound_without_speech_is_silence_and_learnt_from(labelled: tuple[Corpus, FrameLabels]):
    corpus, labels = labelled
    quiet = [h for h in corpus.heard if h.kind == "quiet"]

    assert quiet
    for one in quiet:
        inside = slice(one.begin, one.begin + one.length)
        assert labels.used[inside].all()
        assert not labels.syllable[inside].any()
