"""Read and check ``lexicons/``: rules, role cues, inventions and scoring sheets. Messages are Chinese."""

from pipeline.lexicon.conditions import Phrase
from pipeline.lexicon.model import Lexicon, Per, Rule, TalkWords
from pipeline.lexicon.read_sheet import DEFAULT_SHEET, load_sheet, load_sheets
from pipeline.lexicon.rules import LEXICON_FOLDER, fold_you, load_lexicon
from pipeline.lexicon.sheet import FIGURES, Element, Extra, FigureCharge, FindingCharge, Limit, Sheet, SheetBook

__all__ = [
    "DEFAULT_SHEET",
    "FIGURES",
    "LEXICON_FOLDER",
    "Element",
    "Extra",
    "FigureCharge",
    "FindingCharge",
    "Lexicon",
    "Limit",
    "Per",
    "Phrase",
    "Rule",
    "Sheet",
    "SheetBook",
    "TalkWords",
    "fold_you",
    "load_lexicon",
    "load_sheet",
    "load_sheets",
]
