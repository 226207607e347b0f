"""What callqa ships, as the measurements use it: the embedded model with all rules."""

from __future__ import annotations

from pipeline.call.checker import Checker
from pipeline.lexicon import load_lexicon, load_scorecards
from pipeline.settings import Settings
from pipeline.transcribe import load_whisper
from pipeline.weights import find_model


def load_shipped() -> Checker:
    """The checker with ``base``, the lexicon and the scorecards of this repository."""
    lexicon = load_lexicon()
    sheets = load_scorecards(rule_ids=[rule.id for rule in lexicon.rules])
    recogniser = load_whisper(find_model("base"), inventions=lexicon.inventions)
    return Checker.of(recogniser, lexicon, sheets, Settings())
