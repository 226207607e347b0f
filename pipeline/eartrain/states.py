"""Encode training speech as callqa encodes calls: several utterances in a window of its own length,
clean and through telephones."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.eartrain.quiet import make_quiet
from pipeline.eartrain.speech import Utterance, read_samples
from pipeline.eartrain.spelling import spell
from pipeline.eartrain.telephone import change_rate, pass_telephone
from pipeline.errors import ModelError, SettingsError
from pipeline.types import SAMPLE_RATE, Samples, Seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.random import Generator

    Encode: TypeAlias = Callable[[Samples, Seconds], npt.NDArray[np.float32]]

STATES_PER_S = 50
"""States a second of Whisper's encoder."""

JOIN_S: Seconds = 0.5
"""Silence between utterances of a window, as callqa joins stretches."""

TAIL_S: Seconds = 2.0
"""Silence behind a window, as callqa appends it."""

LONGEST_WINDOW_S: Seconds = 27.0
"""With its tail a longer utterance does not fit Whisper's 30 s; it is left out."""

QUIET_SHARE = 0.05
"""Seconds without speech for each second of speech (our choice)."""

MARGIN_S: Seconds = 0.7
"""Most silence of the line before and behind an utterance: what speech detection leaves there."""

PEOPLE = 40
"""Utterances that people in the background talk."""

BABBLE_SHARE = 0.25
"""Share of telephone lines with people in the background (our choice)."""

QUIET_S: Seconds = 8.0
"""Length of a stretch without speech that is measured on."""

Kind: TypeAlias = Literal["clean", "telephone", "quiet"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance, or a stretch without speech, among the states: the first and their number."""

    begin: int
    length: int
    text: str
    speaker: str
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """States of many utterances, float16 (frames, width of the model)."""

    states: npt.NDArray[np.float16]
    heard: tuple[Heard, ...]

    def of(self, one: Heard) -> npt.NDArray[np.float16]:
        """The states of one utterance."""
        return self.states[one.begin : one.begin + one.length]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """An utterance ready for a window."""

    samples: Samples
    text: str
    speaker: str
    kind: Kind

    @property
    def duration_s(self) -> Seconds:
        return len(self.samples) / SAMPLE_RATE


def encode_speech(
    utterances: Sequence[Utterance], encode: Encode, *, variants: int, seed: int
) -> Corpus:
    """Each utterance ``variants`` times, the first time clean, then through random telephones; and
    sound without speech. The same input and seed give the same states on the same processor.

    Raises ``SettingsError`` where all utterances are too long for a window.
    """
    states: list[npt.NDArray[np.float16]] = []
    heard: list[Heard] = []
    total = 0
    rng = np.random.default_rng(seed)
    room = _Room(utterances, rng)
    for window in _windows(utterances, variants, rng, room):
        for piece, own in _encode_window(window, encode, rng):
            heard.append(Heard(total, len(own), piece.text, piece.speaker, piece.kind))
            states.append(own)
            total += len(own)
    if not any(one.text for one in heard):
        raise SettingsError(
            f"{utterances[0].path.parent}: no utterance is shorter than {LONGEST_WINDOW_S:g} s; "
            "cut them at pauses"
        )
    return Corpus(np.concatenate(states), tuple(heard))


def encode_quiet(encode: Encode, *, seed: int, stretches: int = 40) -> Corpus:
    """Stretches of ``QUIET_S`` without speech, every second one by telephone, to measure on."""
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(stretches):
        sound = make_quiet(QUIET_S, rng)
        sound = pass_telephone(sound, rng) if number % 2 else sound
        coded = encode(sound, QUIET_S + TAIL_S)[: round(QUIET_S * STATES_PER_S)]
        parts.append(coded.astype(np.float16))
    begins = np.cumsum([0, *(len(part) for part in parts)])
    heard = [
        Heard(int(begin), len(part), "", "", "quiet")
        for begin, part in zip(begins[:-1], parts, strict=True)
    ]
    return Corpus(np.concatenate(parts), tuple(heard))


class _Room:
    """People who talk behind the speaker: some utterances played backwards, so that nothing can be
    learnt from what they say."""

    def __init__(self, utterances: Sequence[Utterance], rng: Generator) -> None:
        chosen = rng.choice(len(utterances), min(PEOPLE, len(utterances)), replace=False)
        self._talk = [read_samples(utterances[number])[::-1] for number in chosen]

    def draw(self, length: int, rng: Generator) -> Samples | None:
        """Some people at once, for ``length`` samples, or mostly nobody."""
        if rng.random() >= BABBLE_SHARE:
            return None
        chosen = rng.integers(len(self._talk), size=int(rng.integers(2, 6)))
        shifts = rng.integers(SAMPLE_RATE * 10, size=len(chosen))
        together = np.zeros(length, np.float32)
        for number, shift in zip(chosen, shifts, strict=True):
            together += np.resize(np.roll(self._talk[number], shift), length)
        return together


def _windows(
    utterances: Sequence[Utterance], variants: int, rng: Generator, room: _Room
) -> Iterator[list[_Piece]]:
    for variant in range(variants):
        speech_s = 0.0
        for window in _pack(_ordered(utterances, rng), variant, rng, room):
            speech_s += sum(piece.duration_s for piece in window)
            yield window
        while speech_s * QUIET_SHARE > 0:
            length_s = float(rng.uniform(5, 16))
            speech_s -= length_s / QUIET_SHARE
            quiet = make_quiet(length_s, rng)
            quiet = pass_telephone(quiet, rng) if rng.random() < 0.6 else quiet
            yield [_Piece(quiet, "", "", "quiet")]


def _ordered(utterances: Sequence[Utterance], rng: Generator) -> list[Utterance]:
    """By speaker, and at random within: a channel has one voice."""
    keys = rng.random(len(utterances))
    return [
        u for _, _, u in sorted(zip([u.speaker for u in utterances], keys, utterances, strict=True))
    ]


def _pack(
    utterances: Sequence[Utterance], variant: int, rng: Generator, room: _Room
) -> Iterator[list[_Piece]]:
    window: list[_Piece] = []
    limit_s = float(rng.uniform(3, 16))
    for utterance in utterances:
        piece = _prepare(utterance, variant, rng, room)
        if piece.duration_s > LONGEST_WINDOW_S:
            continue
        length_s = sum(p.duration_s + JOIN_S for p in window)
        if window and length_s + piece.duration_s > limit_s:
            yield window
            window, limit_s = [], 15.0 if rng.random() < 0.5 else float(rng.uniform(3, 16))
        window.append(piece)
    if window:
        yield window


def _prepare(utterance: Utterance, variant: int, rng: Generator, room: _Room) -> _Piece:
    before, behind = (
        np.zeros(int(rng.uniform(0, MARGIN_S) ** 2 / MARGIN_S * SAMPLE_RATE), np.float32)
        for _ in range(2)
    )
    samples = read_samples(utterance)
    if variant:
        samples = change_rate(samples, rng, len(spell(utterance.text)))
    whole = np.concatenate((before, samples, behind))
    whole = pass_telephone(whole, rng, room.draw(len(whole), rng)) if variant else whole
    kind: Kind = "clean" if variant == 0 else "telephone"
    return _Piece(whole, utterance.text, utterance.speaker, kind)


def _encode_window(
    window: Sequence[_Piece], encode: Encode, rng: Generator
) -> Iterator[tuple[_Piece, npt.NDArray[np.float16]]]:
    """The pieces with their states, and with a part of the silence around them."""
    join = np.zeros(int(JOIN_S * SAMPLE_RATE), np.float32)
    sound = np.concatenate([part for piece in window for part in (join, piece.samples)][1:])
    least_s = 10.0 if rng.random() < 0.3 else 0.0
    coded = encode(sound, max(len(sound) / SAMPLE_RATE + TAIL_S, least_s))
    at = 0
    for number, piece in enumerate(window):
        behind_s = TAIL_S if number == len(window) - 1 else JOIN_S
        before_s = JOIN_S if number else 0.0
        low_s = at / SAMPLE_RATE - rng.uniform(0, before_s / 2)
        high_s = (at + len(piece.samples)) / SAMPLE_RATE + rng.uniform(0, behind_s / 2)
        part = coded[max(0, round(low_s * STATES_PER_S)) : round(high_s * STATES_PER_S)]
        yield piece, part.astype(np.float16)
        at += len(piece.samples) + len(join)


def save_corpus(corpus: Corpus, path: Path) -> None:
    """Write the states for another training: ``path`` and a list beside it, which comes last.

    Raises ``ModelError`` where they cannot be written.
    """
    lines = json.dumps([asdict(h) for h in corpus.heard], ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, corpus.states, allow_pickle=False)
        path.with_suffix(".json").write_text(lines, encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"{path}: the states cannot be written: {error.strerror or error}"
        ) from error


def load_corpus(path: Path) -> Corpus:
    """States that ``save_corpus`` wrote; they stay on disk until they are used.

    Raises ``ModelError`` for damaged ones.
    """
    try:
        text = path.with_suffix(".json").read_text(encoding="utf-8")
        heard = tuple(Heard(**one) for one in json.loads(text))
        states = np.load(path, mmap_mode="r", allow_pickle=False)
        if len(states) != heard[-1].begin + heard[-1].length:
            raise ValueError(f"{len(states)} states")
    except (OSError, ValueError, TypeError, EOFError, IndexError) as error:
        raise ModelError(
            f"{path}: the kept states are damaged ({error}); delete the file to encode again"
        ) from error
    return Corpus(states, heard)
