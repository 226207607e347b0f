"""Digits that may belong to one number, in one utterance or dictated over several."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.privacy.digits import Atom, is_filler, only_listens

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from pipeline.types import Seconds, Utterance

PAUSE_S: Seconds = 6.0
"""Longest pause between two parts of a dictated number, in which the other side says 嗯 or repeats
(our choice)."""

NEXT_UTTERANCE = "\n"


@dataclass(frozen=True, slots=True)
class DigitRun:
    """Digits of one speaker in a row. ``gaps[i]`` is the text before atom i, or ``NEXT_UTTERANCE``
    between utterances."""

    atoms: tuple[Atom, ...]
    gaps: tuple[str, ...]

    def edges(self) -> list[int]:
        """Places where a number may begin or end, as indices of atoms, with 0 and ``len(atoms)``.

        They are gaps and changes of script (一共138…), but not the gaps between digits that are
        spelt one by one.
        """
        count = len(self.atoms)
        single = [
            bool(self.gaps[i]) and (i + 1 == count or bool(self.gaps[i + 1])) for i in range(count)
        ]
        spelt = [
            i
            for i in range(1, count)
            if single[i - 1] and single[i] and self.gaps[i] != NEXT_UTTERANCE
        ]
        usual = Counter(self.gaps[i] for i in spelt).most_common(1)
        inside = {i for i in spelt if self.gaps[i] == usual[0][0]}
        return [
            0,
            *(
                i
                for i in range(1, count)
                if i not in inside and (self.gaps[i] or self._script_changes(i))
            ),
            count,
        ]

    def _script_changes(self, at: int) -> bool:
        return self.atoms[at - 1].script != self.atoms[at].script


@dataclass(slots=True)
class _Open:
    """A run that the speaker may continue."""

    end_s: Seconds
    atoms: list[Atom] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def closed(self) -> DigitRun:
        return DigitRun(tuple(self.atoms), tuple(self.gaps))


def build_runs(
    utterances: Sequence[Utterance], read: Sequence[Sequence[Atom]], speakers: Sequence[Hashable]
) -> tuple[DigitRun, ...]:
    """The runs of every speaker in order. ``read[i]`` are the digits of utterance i,
    ``speakers[i]`` is its speaker.

    A run continues in the speaker's next utterance if only fillers lie between, for less than
    ``PAUSE_S``, and the others only listen.
    """
    done: list[DigitRun] = []
    waiting: dict[Hashable, _Open] = {}
    for i, utterance in enumerate(utterances):
        speaker = speakers[i]
        if waiting and not only_listens(utterance.text):
            for other in [other for other in waiting if other != speaker]:
                done.append(waiting.pop(other).closed())
        mine = waiting.pop(speaker, None)
        if not read[i]:
            if mine and only_listens(utterance.text) and utterance.start_s - mine.end_s < PAUSE_S:
                waiting[speaker] = mine
            elif mine:
                done.append(mine.closed())
            continue
        finished, last = _continue(mine, utterance, read[i])
        done += finished
        waiting[speaker] = last
    done += [run.closed() for run in waiting.values()]
    return tuple(sorted(done, key=lambda run: (run.atoms[0].utterance, run.atoms[0].start)))


def find_echoes(utterances: Sequence[Utterance], read: Sequence[Sequence[Atom]]) -> frozenset[int]:
    """Utterances that repeat the digits of the last earlier utterance with digits: one side reads
    them back to the other."""
    echoes: set[int] = set()
    last = ""
    for i, utterance in enumerate(utterances):
        digits = "".join(atom.digits for atom in read[i])
        if digits and digits == last:
            echoes.add(i)
            last = ""
        elif digits:
            last = digits
        elif not only_listens(utterance.text):
            last = ""
    return frozenset(echoes)


def _continue(
    mine: _Open | None, utterance: Utterance, atoms: Sequence[Atom]
) -> tuple[list[DigitRun], _Open]:
    """The runs of its speaker that an utterance ends, and the run that it leaves open."""
    done: list[DigitRun] = []
    first = True
    for gap, piece in _pieces(utterance.text, atoms):
        goes_on = (
            mine is not None
            and (not first or utterance.start_s - mine.end_s < PAUSE_S)
            and is_filler(gap)
        )
        if mine is not None and not goes_on:
            done.append(mine.closed())
        if mine is None or not goes_on:
            mine = _Open(utterance.end_s)
        mine.end_s = utterance.end_s
        mine.gaps.append(NEXT_UTTERANCE if first or not mine.atoms else gap)
        mine.atoms.append(piece)
        first = False
    assert mine is not None
    if not is_filler(utterance.text[atoms[-1].end :]) and not only_listens(
        utterance.text[atoms[-1].end :]
    ):
        mine.end_s = float("-inf")
    return done, mine


def _pieces(text: str, atoms: Sequence[Atom]) -> Iterator[tuple[str, Atom]]:
    """Every digit with the text between the digit before and itself."""
    at = 0
    for atom in atoms:
        yield text[at : atom.start], atom
        at = atom.end
