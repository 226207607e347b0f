"""Fit the confidence of sound-alikes, and of phrases that only the second ear heard.

    python -m bench.quality.fit_confidence CALLS...

For folders of calls with truths: every sound-alike of a forbidden phrase in the agent's turns that
is put to the recogniser, with the difference of log probabilities, the distance, and what the
second ear says; and every phrase that the ear heard and the text lacks. Whether the phrase was
truly said decides logistic regressions. Prints their weights for ``pipeline.phrases.acoustic``."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.call.listen import listen
from pipeline.call.recording import Checker, listener_of
from pipeline.call.second_ear import CallEar
from pipeline.ingest import choose_channels, decode_recording, find_recordings
from pipeline.lexicon import fold_you, load_lexicon, load_scorecards
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.acoustic import check_alikes, clip, evidence_of
from pipeline.phrases.heard import difference_of, evidence_of_lost, find_heard
from pipeline.phrases.text import as_spoken, fold, turns_of
from pipeline.settings import Settings
from pipeline.transcribe import load_whisper
from pipeline.weights import find_model

ALIKE, BOTH, LOST = "ALIKE_WEIGHTS", "BOTH_WEIGHTS", "HEARD_WEIGHTS"
"""Names of the weights, and of the rows that they are fitted on."""


@click.command()
@click.argument(
    "calls", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def main(calls: tuple[Path, ...]) -> None:
    """Print the weights for pipeline.phrases.acoustic."""
    lexicon = load_lexicon()
    sheet = load_scorecards(rule_ids=[rule.id for rule in lexicon.rules])
    checker = Checker.of(
        load_whisper(find_model("base"), inventions=lexicon.inventions), lexicon, sheet, Settings()
    )
    matcher = PhraseMatcher(rule for rule in lexicon.rules if rule.kind == "forbidden")
    rows: defaultdict[str, list[tuple[float, ...]]] = defaultdict(list)
    for path in find_recordings(list(calls)):
        for name, row in _measure(path, checker, matcher):
            rows[name].append(row)
    for name, members in rows.items():
        table = np.array(members)
        data, said = table[:, :-1], table[:, -1] > 0
        print(f"{len(said)} rows, {said.sum()} said")
        if 0 < said.sum() < len(said):
            model = LogisticRegression(C=100, max_iter=5000).fit(data, said)
            weights = (model.intercept_[0], *model.coef_[0])
            print(f"{name} = ({', '.join(f'{weight:.2f}' for weight in weights)})")


def _measure(
    path: Path, checker: Checker, matcher: PhraseMatcher
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """What each logistic regression weighs, and 1.0 if the phrase was said, of one call."""
    truth = json.loads(path.with_name(f"{path.stem}.truth.json").read_text(encoding="utf-8"))
    hearing = checker.second.hearing() if checker.second else None
    heard = listen(
        choose_channels(decode_recording(path).channels),
        checker.ears,
        lambda _: nullcontext(),
        second=hearing.hear if hearing else None,
    )
    tracks = [acoustics.track for acoustics in heard.tracks]
    listener = listener_of(tracks, checker.recogniser)
    ear = CallEar(hearing, checker.recogniser, tracks) if hearing else None
    for turn in turns_of(heard.roles.utterances):
        if turn.role != "agent":
            continue
        text = fold_you(_said(truth, turn.utterances[0].start_s, turn.utterances[-1].end_s))
        confidences = [turn.words[owner].confidence for owner in turn.text.owners]
        for found in check_alikes(turn, matcher.sound(turn.text, confidences), listener, ear):
            said = float(fold_you(fold(found.hit.phrase.say)) in text)
            clipped = replace(found, difference=clip(found.difference, 0.0)[0])
            yield (ALIKE if found.gain is None else BOTH), (*evidence_of(clipped), said)
        written = tuple(matcher.spell(turn.text))
        for lost in find_heard(turn, matcher, ear, written) if ear else ():
            said = float(fold_you(fold(lost.entry.phrase.say)) in text)
            yield LOST, (*evidence_of_lost(lost, difference_of(lost, listener)[0]), said)


def _said(truth: dict[str, Any], start_s: float, end_s: float) -> str:
    lines = [
        line
        for line in truth["lines"]
        if line["role"] == "agent" and line["start"] < end_s and start_s < line["end"]
    ]
    return as_spoken("".join(line["text"] for line in lines)).plain


if __name__ == "__main__":
    main()
