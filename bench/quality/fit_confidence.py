"""Fit the confidence of sound-alikes, and of phrases that only the second ear heard.

    python -m bench.quality.fit_confidence CALLS...

For folders of calls with truths: every sound-alike of a forbidden phrase in the agent's turns that
is put to the recogniser, with the difference of log probabilities, the distance, and what the
second ear says; and every phrase that the ear heard and the text lacks, of the lexicon and of
pieces of the calls (``bench.quality.pieces``), which are many more. Whether the phrase was truly
said decides logistic regressions. Prints their weights for ``pipeline.phrases.acoustic`` and
``pipeline.phrases.heard``, the first weight that is likeliest with the others as they are, and how
many are charged as it is now. Sound-alikes of the opposite of what is written are left out where a
limit of the ear's gain decides."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bench.quality.pieces import Truth, matcher_of, said_elsewhere, said_in
from bench.quality.shipped import load_shipped
from pipeline.call.checker import Checker
from pipeline.call.judge import listener_of
from pipeline.call.listen import listen
from pipeline.call.second_ear import CallEar
from pipeline.ear import PhraseHearing, PhraseSearch, StatesWindow, toneless
from pipeline.ingest import choose_channels, decode_recording, find_recordings
from pipeline.lexicon import fold_you, load_lexicon
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.acoustic import (
    ALIKE_WEIGHTS,
    BOTH_WEIGHTS,
    OPPOSITE_GAIN,
    check_alikes,
    clip,
    evidence_of,
    logistic,
)
from pipeline.phrases.doubt import CONFIRMED_FROM
from pipeline.phrases.heard import (
    HEARD_WEIGHTS,
    compare,
    evidence_of_lost,
    find_heard,
    heard_confidence,
)
from pipeline.phrases.layers import LEAST_CONFIDENCE
from pipeline.phrases.text import as_spoken, fold, turns_of

ALIKE, BOTH, LOST = "ALIKE_WEIGHTS", "BOTH_WEIGHTS", "HEARD_WEIGHTS"
"""Names of the weights, and of the rows that they are fitted on."""

NOW = {ALIKE: ALIKE_WEIGHTS, BOTH: BOTH_WEIGHTS, LOST: HEARD_WEIGHTS}


@click.command()
@click.argument(
    "calls", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def main(calls: tuple[Path, ...]) -> None:
    """Print the weights for pipeline.phrases.acoustic."""
    checker = load_shipped()
    matcher = PhraseMatcher(rule for rule in checker.lexicon.rules if rule.kind == "forbidden")
    rows: defaultdict[str, list[tuple[float, ...]]] = defaultdict(list)
    files = find_recordings(list(calls))
    truths = {
        path: json.loads(path.with_name(f"{path.stem}.truth.json").read_text(encoding="utf-8"))
        for path in files
    }
    for path in files:
        others = [truth for other, truth in truths.items() if other != path]
        for name, row in _measure(path, checker, matcher, truths[path], others):
            rows[name].append(row)
    _print_charged("sound-alikes", [(logistic(BOTH_WEIGHTS, e), said) for *e, said in rows[BOTH]])
    _print_charged("heard alone", [(heard_confidence(*e), said) for *e, said in rows[LOST]])
    for name, members in rows.items():
        table = np.array(members)
        data, said = table[:, :-1], table[:, -1] > 0
        print(f"{len(said)} rows, {said.sum()} said")
        if 0 < said.sum() < len(said):
            model = LogisticRegression(C=100, max_iter=5000).fit(data, said)
            weights = (model.intercept_[0], *model.coef_[0])
            print(f"{name} = ({', '.join(f'{weight:.2f}' for weight in weights)})")
            print(
                f"  first weight, the others as they are: {first_weight(NOW[name], data, said):.2f}"
            )


def _measure(
    path: Path, checker: Checker, matcher: PhraseMatcher, truth: Truth, others: Sequence[Truth]
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """What each logistic regression weighs, and 1.0 if the phrase was said, of one call."""
    model = next(rule for rule in load_lexicon().rules if rule.kind == "forbidden")
    matchers = [matcher]
    if checker.second is not None:
        matchers += [
            matcher_of(pieces, model) for pieces in (said_in(truth), said_elsewhere(truth, others))
        ]
    hearings = [_hearing(checker, one) for one in matchers if checker.second is not None]

    def hear(window: StatesWindow) -> None:
        for one in hearings:
            one.hear(window)

    heard = listen(
        choose_channels(decode_recording(path).channels),
        checker.ears,
        lambda _: nullcontext(),
        second=hear if hearings else None,
    )
    tracks = [acoustics.track for acoustics in heard.tracks]
    listener = listener_of(tracks, checker.recogniser)
    ears = [CallEar(hearing, checker.recogniser, tracks) for hearing in hearings]
    for turn in turns_of(heard.roles.utterances):
        if turn.role != "agent":
            continue
        text = fold_you(_said(truth, turn.utterances[0].start_s, turn.utterances[-1].end_s))
        confidences = [turn.words[owner].confidence for owner in turn.text.owners]
        hits = matcher.sound(turn.text, confidences)
        for found in check_alikes(turn, hits, listener, ears[0] if ears else None):
            if found.opposite and found.gain is not None and found.gain < OPPOSITE_GAIN:
                continue
            said = float(fold_you(fold(found.hit.phrase.say)) in text)
            clipped = replace(found, difference=clip(found.difference, 0.0)[0])
            yield (ALIKE if found.gain is None else BOTH), (*evidence_of(clipped), said)
        for own, ear in zip(matchers, ears, strict=False):
            for lost in find_heard(turn, own, ear, tuple(own.spell(turn.text))):
                said = float(_sounds_in(lost.entry.phrase.say, text))
                yield LOST, (*evidence_of_lost(compare(lost, listener)), said)


def _hearing(checker: Checker, matcher: PhraseMatcher) -> PhraseHearing:
    assert checker.second is not None
    head = checker.second.head
    return PhraseHearing(head, PhraseSearch(head.units, matcher.audible))


def _sounds_in(phrase: str, text: str) -> bool:
    """Whether the syllables of a phrase are in a text, whatever the characters."""
    own, all_ = (f" {' '.join(toneless(fold_you(fold(one))))} " for one in (phrase, text))
    return own in all_


def _print_charged(title: str, judged: Sequence[tuple[float, float]]) -> None:
    """How the program judges them as it is now: confidences, and 1.0 for what was said."""
    for kind, least in (("charged", CONFIRMED_FROM), ("charged or shown", LEAST_CONFIDENCE)):
        found = [said > 0 for confidence, said in judged if confidence >= least]
        print(f"{title}, {kind}: {sum(found)} said, {len(found) - sum(found)} not said")


def first_weight(
    weights: Sequence[float], data: npt.NDArray[np.float64], said: npt.NDArray[np.bool_]
) -> float:
    """The first weight of the greatest likelihood: with it as many are expected as were said.

    >>> first_weight((0.0, 1.0), np.array([[0.0], [0.0]]), np.array([True, False]))
    0.0
    """
    others, low, high = data @ np.array(weights[1:]), -50.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        few = (1 / (1 + np.exp(-others - middle))).sum() < said.sum()
        low, high = (middle, high) if few else (low, middle)
    return round((low + high) / 2, 6) + 0.0


def _said(truth: Truth, start_s: float, end_s: float) -> str:
    lines = [
        line
        for line in truth["lines"]
        if line["role"] == "agent" and line["start"] < end_s and start_s < line["end"]
    ]
    return as_spoken("".join(line["text"] for line in lines)).plain


if __name__ == "__main__":
    main()
