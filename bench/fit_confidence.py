"""Fit the confidence of sound-alikes: python -m bench.fit_confidence CALLS_DIR...

For folders of calls with truths: every sound-alike of a forbidden phrase in the agent's turns that
is put to the recogniser, with the difference of log probabilities and the distance; whether the
phrase was truly said decides a logistic regression. Prints its weights for
``pipeline.phrases.acoustic.ALIKE_WEIGHTS``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.call.listen import prepare_tracks
from pipeline.call.recording import Checker, listener_of
from pipeline.ingest import choose_channels, decode_recording, find_recordings
from pipeline.lexicon import fold_you, load_lexicon, load_scorecards
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.acoustic import check_alikes
from pipeline.phrases.text import as_spoken, turns_of
from pipeline.settings import Settings
from pipeline.sound import measure_acoustics
from pipeline.speakers import find_roles
from pipeline.transcribe import load_whisper, make_utterances
from pipeline.weights import find_model

LEAST_DIFFERENCE, MOST_DIFFERENCE = -12.0, 3.0
"""Differences beyond these say no more than these."""


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    lexicon = load_lexicon()
    sheet = load_scorecards(rule_ids=[rule.id for rule in lexicon.rules])
    checker = Checker.of(
        load_whisper(find_model("base"), inventions=lexicon.inventions), lexicon, sheet, Settings()
    )
    matcher = PhraseMatcher(rule for rule in lexicon.rules if rule.kind == "forbidden")
    found = [
        row
        for path in find_recordings([Path(p) for p in sys.argv[1:]])
        for row in _measure(path, checker, matcher)
    ]
    data = np.array([(difference, distance) for difference, distance, _ in found])
    truth = np.array([said for _, _, said in found])
    data[:, 0] = data[:, 0].clip(LEAST_DIFFERENCE, MOST_DIFFERENCE)
    model = LogisticRegression(C=100, max_iter=1000).fit(data, truth)
    print(f"{len(truth)} sound-alikes, {truth.sum()} said")
    print(
        f"ALIKE_WEIGHTS = ({model.intercept_[0]:.2f}, {model.coef_[0][0]:.2f}, {model.coef_[0][1]:.2f})"
    )
    return 0


def _measure(
    path: Path, checker: Checker, matcher: PhraseMatcher
) -> Iterator[tuple[float, float, bool]]:
    """Difference, distance and whether the phrase was said, for the sound-alikes of one call."""
    truth = json.loads(path.with_name(f"{path.stem}.truth.json").read_text(encoding="utf-8"))
    tracks = prepare_tracks(choose_channels(decode_recording(path).channels)).tracks
    utterances = make_utterances(checker.recogniser.recognise(tracks))
    sounds = tuple(map(measure_acoustics, tracks))
    roles = find_roles(sounds, utterances, cues=checker.ears.cues, agent_channel="auto")
    listener = listener_of(tracks, checker.recogniser)
    for turn in turns_of(roles.utterances):
        if turn.role != "agent":
            continue
        said = fold_you(_said(truth, turn.utterances[0].start_s, turn.utterances[-1].end_s))
        confidences = [turn.words[owner].confidence for owner in turn.text.owners]
        for checked in check_alikes(turn, matcher.sound(turn.text, confidences), listener):
            yield checked.difference, checked.hit.distance, fold_you(checked.hit.phrase.say) in said


def _said(truth: dict[str, Any], start_s: float, end_s: float) -> str:
    lines = [
        line
        for line in truth["lines"]
        if line["role"] == "agent" and line["start"] < end_s and start_s < line["end"]
    ]
    return as_spoken("".join(line["text"] for line in lines)).plain


if __name__ == "__main__":
    sys.exit(main())
