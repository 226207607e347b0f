"""Read and check ``lexicons/``: rules, role cues, inventions and scoring sheets. Messages are Chinese."""

from pipeline.lexicon.model import Deduction, Lexicon, Phrase, Rule, Sheet, SheetItem
from pipeline.lexicon.rules import LEXICON_FOLDER, load_lexicon
from pipeline.lexicon.sheet import load_sheet

__all__ = [
    "LEXICON_FOLDER",
    "Deduction",
    "Lexicon",
    "Phrase",
    "Rule",
    "Sheet",
    "SheetItem",
    "load_lexicon",
    "load_sheet",
]
