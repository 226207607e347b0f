"""Find which sound lies in which frame, from a flat start: no other model is needed.

Each initial and each half of a final has one mean in a whitened space of fewer dimensions. The
utterance's sounds are first spread evenly; then means and best paths are found in turns (Viterbi
training: Rabiner, *A tutorial on hidden Markov models*, 1989, section VI). Between syllables
there may be silence. The labels are rough, and good enough to begin with: cross-entropy on them
is much quicker than CTC from nothing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.eartrain.spelling import Units, spell, spell_tones

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.eartrain.states import Corpus, Heard

DIMENSIONS = 96
"""Dimensions of the whitened states."""

ROUNDS = 6
"""Turns of means and paths; in the sixth fewer than one frame in fifty changes its label."""

TOGETHER = 64
"""Utterances whose paths are sought at once, of like length."""

EDGE_FRAMES = 8
"""Silence at both ends of the even spread."""

NEVER = np.float32(-1e9)

Frames = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class FrameLabels:
    """For each frame of a corpus: the syllable during its final (0: none), the initial or final
    (0: silence), and the tone during the final. ``used``: frames of utterances that fit their text,
    and of sound without speech."""

    syllable: Numbers
    part: Numbers
    tone: Numbers
    used: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """The states of one utterance in order, silence before, between and behind the syllables.
    ``owner``: which syllable of the utterance a state belongs to, from 1; ``skip``: the state may
    follow the one two before it."""

    heard: Heard
    states: npt.NDArray[np.int32]
    owner: npt.NDArray[np.int32]
    skip: npt.NDArray[np.bool_]

    @property
    def frames(self) -> slice:
        return slice(self.heard.begin, self.heard.begin + self.heard.length)


def label_frames(corpus: Corpus, units: Units, *, rounds: int = ROUNDS) -> FrameLabels:
    """The labels of all frames. Utterances that are too short for their text stay unused."""
    whitened = whiten(corpus.states)
    paths = sorted(_paths_of(corpus, units), key=lambda path: path.heard.length)
    place = np.full(len(whitened), -1, np.int32)
    for path in paths:
        place[path.frames] = _spread_evenly(path)
    for _ in range(rounds):
        means = _means_of(whitened, place, paths, 2 * len(units.parts))
        for low in range(0, len(paths), TOGETHER):
            group = paths[low : low + TOGETHER]
            for path, found in zip(group, _best_paths(whitened, means, group), strict=True):
                place[path.frames] = found
    return _labels_of(corpus, units, paths, place)


def whiten(states: npt.NDArray[np.float16]) -> Frames:
    """The states in their ``DIMENSIONS`` strongest directions, each of variance 1."""
    sample = np.asarray(states[:: max(1, len(states) // 40_000)], np.float32)
    mean = sample.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((sample - mean).T))
    basis = (vectors[:, -DIMENSIONS:] / np.sqrt(values[-DIMENSIONS:] + 1e-3)).astype(np.float32)
    parts = [
        (np.asarray(states[low : low + 50_000], np.float32) - mean) @ basis
        for low in range(0, len(states), 50_000)
    ]
    return np.concatenate(parts)


def _paths_of(corpus: Corpus, units: Units) -> Iterator[_Path]:
    for heard in corpus.heard:
        syllables = spell(heard.text) if heard.text else []
        if syllables and units.number(syllables) is not None:
            path = _path_of(heard, syllables, units)
            if heard.length > len(path.states) + 2:
                yield path


def _path_of(heard: Heard, syllables: Sequence[str], units: Units) -> _Path:
    """Silence is state 0, parts are their numbers, second halves of finals lie behind all parts."""
    half = len(units.parts)
    states, owner, skip = [0], [0], [False]
    for number, syllable in enumerate(syllables, start=1):
        parts = units.number_parts([syllable])
        own = [*parts, half + parts[-1]]
        states += [*own, 0]
        owner += [*[number] * len(own), 0]
        skip += [number > 1, *[False] * len(own)]
    return _Path(heard, np.array(states, np.int32), np.array(owner, np.int32), np.array(skip))


def _spread_evenly(path: _Path) -> npt.NDArray[np.int32]:
    """For each frame the place in the path's states."""
    length = path.heard.length
    edge = min(EDGE_FRAMES, length // 6)
    inner = np.flatnonzero(path.states)
    middle = inner[np.arange(length - 2 * edge) * len(inner) // (length - 2 * edge)]
    return np.concatenate(
        (np.zeros(edge, np.int32), middle, np.full(edge, len(path.states) - 1))
    ).astype(np.int32)


def _means_of(
    whitened: Frames, place: npt.NDArray[np.int32], paths: Sequence[_Path], count: int
) -> Frames:
    """The mean of each state, drawn a little to 0 where it has few frames."""
    state = np.full(len(whitened), -1, np.int32)
    for path in paths:
        state[path.frames] = path.states[place[path.frames]]
    order = np.argsort(state, kind="stable")
    edges = np.searchsorted(state[order], np.arange(count + 1))
    sums = [whitened[order[a:b]].sum(axis=0) / (b - a + 20) for a, b in itertools.pairwise(edges)]
    return np.stack(sums).astype(np.float32)


def _best_paths(
    whitened: Frames, means: Frames, group: Sequence[_Path]
) -> list[npt.NDArray[np.int32]]:
    """For each utterance of the group and each frame the place in its states (Viterbi)."""
    count, longest = len(group), max(len(path.states) for path in group)
    lengths = [path.heard.length for path in group]
    scores = np.full((max(lengths), count, longest), NEVER, np.float32)
    skip = np.zeros((count, longest), bool)
    offset = -0.5 * (means**2).sum(axis=1)
    for row, path in enumerate(group):
        own = means[path.states]
        scores[: lengths[row], row, : len(own)] = (
            whitened[path.frames] @ own.T + offset[path.states]
        )
        skip[row, : len(own)] = path.skip
    steps, ends = _forward(scores, skip, lengths)
    return [
        _trace(steps[: lengths[row], row], ends[row], len(path.states))
        for row, path in enumerate(group)
    ]


def _forward(
    scores: npt.NDArray[np.float32], skip: npt.NDArray[np.bool_], lengths: Sequence[int]
) -> tuple[npt.NDArray[np.int8], Frames]:
    """How far each state came (0, 1 or 2 states), and the score of each at its utterance's end."""
    alpha = np.full(skip.shape, NEVER, np.float32)
    alpha[:, :2] = scores[0, :, :2]
    steps = np.zeros(scores.shape, np.int8)
    ends = alpha.copy()
    one, two = np.full_like(alpha, NEVER), np.full_like(alpha, NEVER)
    last = np.array(lengths) - 1
    for t in range(1, len(scores)):
        one[:, 1:], two[:, 2:] = alpha[:, :-1], np.where(skip[:, 2:], alpha[:, :-2], NEVER)
        best = np.maximum(np.maximum(alpha, one), two)
        steps[t] = np.where(best == alpha, 0, np.where(best == one, 1, 2))
        alpha = best + scores[t]
        ends[last == t] = alpha[last == t]
    return steps, ends


def _trace(steps: npt.NDArray[np.int8], ends: Frames, states: int) -> npt.NDArray[np.int32]:
    """Back from the last silence or the last final, whichever is likelier."""
    at = states - 1 if ends[states - 1] >= ends[states - 2] else states - 2
    out = np.zeros(len(steps), np.int32)
    for t in range(len(steps) - 1, -1, -1):
        out[t] = at
        at -= int(steps[t, at])
    return out


def _labels_of(
    corpus: Corpus, units: Units, paths: Sequence[_Path], place: npt.NDArray[np.int32]
) -> FrameLabels:
    frames, half = len(corpus.states), len(units.parts)
    syllable, part, tone = (np.zeros(frames, np.int16) for _ in range(3))
    labels = FrameLabels(syllable, part, tone, np.zeros(frames, bool))
    for heard in corpus.heard:
        if heard.kind == "quiet":
            labels.used[heard.begin : heard.begin + heard.length] = True
    for path in paths:
        syllables = spell(path.heard.text)
        numbers = np.array([0, *(units.number(syllables) or ())])
        tones = np.array([0, *spell_tones(path.heard.text)])
        where = place[path.frames]
        state, owner = path.states[where], path.owner[where]
        part = np.where(state >= half, state - half, state)
        in_final = _is_final(units)[part]
        labels.part[path.frames] = part
        labels.syllable[path.frames] = np.where(in_final, numbers[owner], 0)
        labels.tone[path.frames] = np.where(in_final, tones[owner], 0)
        labels.used[path.frames] = True
    return labels


def _is_final(units: Units) -> npt.NDArray[np.bool_]:
    return np.array([part.startswith("-") for part in units.parts])
