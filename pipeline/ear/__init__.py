"""The second ear: syllables read from the encoder's states, and phrases searched in them."""

from pipeline.ear.head import LogProbabilities, States, SyllableHead, find_head, load_head
from pipeline.ear.hearing import (
    EARLY_S,
    FRAMES_PER_S,
    LATE_S,
    HeardPhrase,
    PhraseHearing,
    StatesListener,
    StatesWindow,
    Stretch,
    weigh_texts,
)
from pipeline.ear.search import PhraseSearch, Place
from pipeline.ear.spelling import Syllables, pinyin_reader, toneless, toneless_all, words_to_read
from pipeline.ear.times import Placed, Reading

__all__ = [
    "EARLY_S",
    "FRAMES_PER_S",
    "LATE_S",
    "HeardPhrase",
    "LogProbabilities",
    "PhraseHearing",
    "PhraseSearch",
    "Place",
    "Placed",
    "Reading",
    "States",
    "StatesListener",
    "StatesWindow",
    "Stretch",
    "SyllableHead",
    "Syllables",
    "find_head",
    "load_head",
    "pinyin_reader",
    "toneless",
    "toneless_all",
    "weigh_texts",
    "words_to_read",
]
