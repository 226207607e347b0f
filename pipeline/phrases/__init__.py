"""Find the phrases that agents must say and must never say, each with its place."""

from pipeline.phrases.acoustic import Ear, Listener
from pipeline.phrases.book import PhraseBook, Phrases, find_phrases
from pipeline.phrases.examples import run_examples
from pipeline.phrases.explanation import explain
from pipeline.phrases.heard import is_harmless_now
from pipeline.phrases.matching import Hit, PhraseMatcher
from pipeline.phrases.meaning import MeaningClassifier, load_meaning
from pipeline.phrases.meant import counts_no_more
from pipeline.phrases.sayers import Sayers, load_sayers
from pipeline.phrases.text import cut_words, fold

__all__ = [
    "Ear",
    "Hit",
    "Listener",
    "MeaningClassifier",
    "PhraseBook",
    "PhraseMatcher",
    "Phrases",
    "Sayers",
    "counts_no_more",
    "cut_words",
    "explain",
    "find_phrases",
    "fold",
    "is_harmless_now",
    "load_meaning",
    "load_sayers",
    "run_examples",
]
