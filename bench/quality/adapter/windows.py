"""Windows to train the adapter on: utterances one after the other as callqa joins them, clean and
through telephones, with their text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from faster_whisper.feature_extractor import FeatureExtractor

from pipeline.eartrain.quiet import make_quiet
from pipeline.eartrain.speech import Utterance, read_samples
from pipeline.eartrain.spelling import spell
from pipeline.eartrain.telephone import change_rate, pass_telephone
from pipeline.types import SAMPLE_RATE, Samples, Seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

Features = npt.NDArray[np.float32]
"""Log mel, (80, frames), 100 frames a second."""

LONGEST_S: Seconds = 16.0
TAIL_S: Seconds = 2.0
JOIN_S: Seconds = 0.5
"""Length of a window, and silence behind it and between utterances, as callqa has them."""

MARGIN_S: Seconds = 0.7
"""Most silence before and behind an utterance: what speech detection leaves there."""

FRAMES = round(100 * (LONGEST_S + TAIL_S))
SHORT_SHARE, FULL_S = 0.4, 15.0
"""Share of windows that end somewhere from 3 s on; the others are filled up to 15 s."""

QUIET_SHARE, AS_IT_IS, OTHER_RATE, BABBLE = 0.04, 0.15, 0.8, 0.25
"""Shares: of windows without speech; of utterances that no telephone carries, that are spoken by
another voice and at another rate, and that people in the background talk over."""

SYNTHETIC_SHARE = 0.5
"""Share of the drawn utterances that are synthetic."""

ENDS = "。？！；…"
PAUSES = (*ENDS, "，", "、")


@dataclass(frozen=True, slots=True, eq=False)
class TrainingWindow:
    """``heard``, ``clean``: the same window by telephone and as it was spoken. ``frames``: its
    length without the tail; ``text``: empty where nobody speaks."""

    heard: Features
    clean: Features
    frames: int
    text: str


class WindowMaker:
    """Draws windows from a list of utterances, the same one for the same number."""

    def __init__(self, utterances: Sequence[Utterance], *, seed: int) -> None:
        self._seed = seed
        self._of: dict[str, list[Utterance]] = {}
        for utterance in utterances:
            self._of.setdefault(utterance.speaker, []).append(utterance)
        self._speakers = list(self._of)
        self._shares = self._weigh()
        self._extract = FeatureExtractor()
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(utterances), min(40, len(utterances)), replace=False)
        self._talk = [read_samples(utterances[number])[::-1] for number in chosen]

    def make(self, number: int) -> TrainingWindow:
        """Window ``number``, from 0 on."""
        rng = np.random.default_rng((self._seed, number))
        if rng.random() < QUIET_SHARE:
            quiet = pass_telephone(make_quiet(float(rng.uniform(5, LONGEST_S)), rng), rng)
            return self._window(quiet, np.zeros_like(quiet), "")
        wanted_s = float(rng.uniform(3, LONGEST_S)) if rng.random() < SHORT_SHARE else FULL_S
        heard, clean, texts = self._speak(wanted_s, rng)
        join = np.zeros(int(JOIN_S * SAMPLE_RATE), np.float32)
        whole, plain = (
            np.concatenate([part for one in sound for part in (join, one)][1:])
            for sound in (heard, clean)
        )
        return self._window(whole, plain, punctuated(texts, rng))

    def _weigh(self) -> npt.NDArray[np.float64]:
        """How often each speaker is drawn: those with more speech more often, though less than by
        its amount."""
        counts = np.array([len(self._of[one]) for one in self._speakers], float) ** 0.7
        made = np.array(
            [self._of[one][0].licence.startswith("synthetic") for one in self._speakers]
        )
        for part, share in ((made, SYNTHETIC_SHARE), (~made, 1 - SYNTHETIC_SHARE)):
            counts[part] *= share / max(counts[part].sum(), 1e-9)
        return counts / counts.sum()

    def _speak(
        self, wanted_s: Seconds, rng: Generator
    ) -> tuple[list[Samples], list[Samples], list[str]]:
        heard: list[Samples] = []
        clean: list[Samples] = []
        texts: list[str] = []
        spoken_s, speaker, misses = 0.0, self._draw(rng), 0
        while spoken_s < wanted_s and misses < 4:
            own = self._of[speaker]
            one = own[int(rng.integers(len(own)))]
            plain = self._prepare(one, rng)
            length_s = len(plain) / SAMPLE_RATE + (JOIN_S if texts else 0)
            if spoken_s + length_s > LONGEST_S:
                misses += 1
                plain = plain[: int(LONGEST_S * SAMPLE_RATE)]
            if spoken_s + length_s <= LONGEST_S:
                is_coded = rng.random() >= AS_IT_IS
                coded = pass_telephone(plain, rng, self._people(len(plain), rng))
                heard.append(coded if is_coded else plain)
                clean.append(plain)
                texts.append(one.text.strip())
                spoken_s += length_s
            if len(own) == 1 or rng.random() < misses * 0.3:
                speaker = self._draw(rng)
        return heard, clean, texts

    def _draw(self, rng: Generator) -> str:
        return self._speakers[int(rng.choice(len(self._speakers), p=self._shares))]

    def _prepare(self, one: Utterance, rng: Generator) -> Samples:
        samples = read_samples(one)
        if rng.random() < OTHER_RATE:
            samples = change_rate(samples, rng, len(spell(one.text)))
        before, behind = (
            np.zeros(int(rng.uniform(0, MARGIN_S) ** 2 / MARGIN_S * SAMPLE_RATE), np.float32)
            for _ in range(2)
        )
        return np.concatenate((before, samples, behind))

    def _people(self, length: int, rng: Generator) -> Samples | None:
        """Some people behind the speaker, played backwards, or mostly nobody."""
        if rng.random() >= BABBLE:
            return None
        together = np.zeros(length, np.float32)
        for number in rng.integers(len(self._talk), size=int(rng.integers(2, 6))):
            shift = int(rng.integers(SAMPLE_RATE * 10))
            together += np.resize(np.roll(self._talk[number], shift), length)
        return together

    def _window(self, heard: Samples, clean: Samples, text: str) -> TrainingWindow:
        return TrainingWindow(self._mel(heard), self._mel(clean), len(heard) // 160, text)

    def _mel(self, samples: Samples) -> Features:
        padded = np.zeros(FRAMES * 160, np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        features: Features = self._extract(padded, padding=0)[:, :FRAMES]
        return features.astype(np.float32)


def punctuated(texts: Sequence[str], rng: Generator) -> str:
    """The texts of a window as one: read speech comes without signs, and Whisper writes them.

    >>> punctuated(["您好", "请讲。"], np.random.default_rng(0))
    '您好，请讲。'
    """
    parts = []
    for number, text in enumerate(texts):
        is_last = number == len(texts) - 1
        ends = text.endswith(PAUSES)
        parts.append(text if ends else text + ("。" if is_last or rng.random() < 0.5 else "，"))
    return "".join(parts)
