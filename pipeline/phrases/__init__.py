"""Find what agents must say and must never say, each at the place where it can be heard."""

from pipeline.phrases.judge import find_phrases
from pipeline.phrases.matching import Hit, PhraseMatcher

__all__ = ["Hit", "PhraseMatcher", "find_phrases"]
