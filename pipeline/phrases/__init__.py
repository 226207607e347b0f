"""Find what agents must say and must never say, each at the place where it can be heard."""

from pipeline.phrases.acoustic import Listener
from pipeline.phrases.judge import PhraseBook, Phrases, find_phrases
from pipeline.phrases.matching import Hit, PhraseMatcher
from pipeline.phrases.meaning import MeaningClassifier, load_meaning

__all__ = [
    "Hit",
    "Listener",
    "MeaningClassifier",
    "PhraseBook",
    "PhraseMatcher",
    "Phrases",
    "find_phrases",
    "load_meaning",
]
