"""Read and check ``lexicons/``: rules, role cues, inventions and scoring sheets. Messages are Chinese."""

from pipeline.lexicon.conditions import Phrase
from pipeline.lexicon.model import Deduction, Lexicon, Per, Rule, Sheet, SheetItem, TalkWords
from pipeline.lexicon.rules import LEXICON_FOLDER, fold_you, load_lexicon
from pipeline.lexicon.sheet import load_sheet

__all__ = [
    "LEXICON_FOLDER",
    "Deduction",
    "Lexicon",
    "Per",
    "Phrase",
    "Rule",
    "Sheet",
    "SheetItem",
    "TalkWords",
    "fold_you",
    "load_lexicon",
    "load_sheet",
]
