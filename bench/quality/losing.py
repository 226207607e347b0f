"""What stands in the hypotheses of the beam that lost.

    python -m bench.quality.losing CALLS...

For folders of calls with truths: of the forbidden phrases that were said, how many are charged,
shown or not found, and of each how many a losing hypothesis has, or has nearer by sound than the
first one; and how many phrases of rules only a losing hypothesis has, by the second ear's score,
and whether they were said. A phrase counts by its syllables. The texts are those of the program as
it is: asking for all hypotheses changes none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bench.quality.layers import SLACK_S, Said, phrases_said
from bench.quality.shipped import load_shipped
from pipeline.call.batch import check_calls
from pipeline.call.checker import Checker
from pipeline.ear import HeardPhrase, PhraseHearing, PhraseSearch, Syllables, toneless
from pipeline.ingest import find_recordings
from pipeline.lexicon import fold_you
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.alike import LEAST_SYLLABLES, SoundIndex
from pipeline.phrases.text import as_spoken, fold
from pipeline.transcribe import WhisperRecogniser
from pipeline.transcribe.encoder import Encoded
from pipeline.transcribe.script import simplify
from pipeline.types import Failure, Span

FLOOR = -8.0
"""Score a syllable from which a phrase of a losing hypothesis is placed; below it is nowhere."""

BANDS = ((-1.0, "-1 and better"), (-2.0, "-2 to -1"), (FLOOR, "below -2"))

ELSEWHERE = 1.0
"""More than any distance a syllable: the text has nothing like the phrase."""


class AllHypotheses:
    """CTranslate2's Whisper, asked for the whole beam. ``last``: the tokens of its last search, for
    each window the best first."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.last: list[list[list[int]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, *args: Any, **options: Any) -> Any:
        results = self._model.generate(*args, num_hypotheses=options["beam_size"], **options)
        self.last = [result.sequences_ids for result in results]
        return results


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A window with its hypotheses as they are matched, the best first."""

    encoded: Encoded
    texts: tuple[str, ...]

    @property
    def losing(self) -> frozenset[Syllables]:
        """All syllables in a row of losing hypotheses that the first one has nowhere."""
        first, *others = (toneless(text) for text in self.texts)
        return frozenset(run for other in others for run in runs_of(other)) - set(runs_of(first))

    def meets(self, span: Span) -> bool:
        return any(piece.span.overlap_s(span) > 0 for piece in self.encoded.window.pieces)


def runs_of(syllables: Syllables) -> Iterable[Syllables]:
    """All rows of syllables as long as a phrase may be.

    >>> list(runs_of(("bu", "gui", "wo", "guan")))
    [('bu', 'gui', 'wo'), ('bu', 'gui', 'wo', 'guan'), ('gui', 'wo', 'guan')]
    """
    for low in range(len(syllables)):
        for high in range(low + LEAST_SYLLABLES, len(syllables) + 1):
            yield syllables[low:high]


@click.command()
@click.argument(
    "calls", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def main(calls: tuple[Path, ...]) -> None:
    """Print what losing hypotheses have of the phrases of CALLS."""
    checker = load_shipped()
    lexicon, recogniser = checker.lexicon, checker.recogniser
    searches: list[Search] = []
    _keep_searches(recogniser, searches)
    forbidden = PhraseMatcher(rule for rule in lexicon.rules if rule.kind == "forbidden")
    said: Counter[tuple[str, str]] = Counter()
    alone: Counter[tuple[str, bool]] = Counter()
    for path, outcome in check_calls(find_recordings(list(calls)), checker):
        if isinstance(outcome, Failure):
            raise click.ClickException(outcome.reason)
        truth = path.with_name(f"{path.stem}.truth.json")
        lines = json.loads(truth.read_text(encoding="utf-8"))["lines"]
        for line in lines:
            for phrase in phrases_said([line], outcome.result, forbidden):
                near = [one for one in searches if one.meets(Span(line["start"], line["end"]))]
                said.update((_state(phrase), kind) for kind in ("", *_kinds(phrase.phrase, near)))
        for heard in _heard_alone(checker, searches):
            alone[_band(heard.score), _is_said(heard, lines)] += 1
        searches.clear()
    _print(said, alone)


def _keep_searches(recogniser: WhisperRecogniser, searches: list[Search]) -> None:
    """Have all hypotheses of every search of a recogniser added to ``searches``."""
    decoder = recogniser._decoder
    model, decode = AllHypotheses(decoder.model.model), decoder.decode
    tokenizer = decoder._tokenizer

    def decode_and_keep(encoded: Sequence[Encoded]) -> Any:
        drafts = decode(encoded)
        for one, beam in zip(encoded, model.last, strict=True):
            texts = [tokenizer.decode([t for t in ids if t < tokenizer.eot]) for ids in beam]
            plain = (fold_you(as_spoken(simplify(text)).plain) for text in texts)
            searches.append(Search(one, tuple(plain)))
        return drafts

    decoder.model.model = model
    decoder.decode = decode_and_keep  # type: ignore[method-assign]


def _state(phrase: Said) -> str:
    return "charged" if phrase.charged else "shown" if phrase.found else "not found"


def _kinds(phrase: str, near: Sequence[Search]) -> list[str]:
    """Which columns a phrase counts in besides that of all."""
    own = fold_you(fold(phrase))
    kinds = ["has"] if any(toneless(own) in one.losing for one in near) else []
    index = SoundIndex([own])
    if any(
        min(_distance(index, text) for text in one.texts) < _distance(index, one.texts[0])
        for one in near
    ):
        kinds.append("nearer")
    return kinds


def _distance(index: SoundIndex, text: str) -> float:
    return min((alike.distance for alike in index.find(text)), default=ELSEWHERE)


def _heard_alone(checker: Checker, searches: Sequence[Search]) -> Iterable[HeardPhrase]:
    """The phrases of rules that only a losing hypothesis has, each where the ear likes it best."""
    assert checker.second is not None
    head = checker.second.head
    known = set(checker.book.matcher.audible)
    for one in searches:
        hearing = PhraseHearing(
            head, PhraseSearch(head.units, sorted(one.losing & known), floor=FLOOR)
        )
        hearing.hear(one.encoded.as_heard())
        best: dict[Syllables, HeardPhrase] = {}
        for heard in sorted(hearing.phrases, key=lambda phrase: phrase.score):
            best[heard.syllables] = heard
        yield from best.values()


def _band(score: float) -> str:
    return next(title for least, title in BANDS if score >= least)


def _is_said(heard: HeardPhrase, lines: Sequence[dict[str, Any]]) -> bool:
    """Whether a line at that time has the phrase."""
    for line in lines:
        wide = Span(max(0.0, line["start"] - SLACK_S), line["end"] + SLACK_S)
        sounds = toneless(fold_you(as_spoken(line["text"]).plain))
        if heard.span.overlap_s(wide) > 0 and heard.syllables in set(runs_of(sounds)):
            return True
    return False


def _print(said: Counter[tuple[str, str]], alone: Counter[tuple[str, bool]]) -> None:
    print("| phrases said | number | a losing hypothesis has it | or has it nearer by sound |")
    print("|---|---|---|---|")
    for state in ("charged", "shown", "not found"):
        print(
            f"| {state} | " + " | ".join(str(said[state, k]) for k in ("", "has", "nearer")) + " |"
        )
    print(
        "\n| only a losing hypothesis has it; score by the ear | said | not said |\n|---|---|---|"
    )
    for _, title in BANDS:
        print(f"| {title} | {alone[title, True]} | {alone[title, False]} |")


if __name__ == "__main__":
    main()
