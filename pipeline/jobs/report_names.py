"""What rules, scorecards and topics are called on pages, and what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.lexicon import (
    LEXICON_FOLDER,
    Overlay,
    load_lexicon,
    load_monthly,
    load_regulations,
    load_scorecards,
    names_of_rules,
)
from pipeline.report import ANSWER_S, Names

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.types import Seconds


def load_names(
    lexicons: Path = LEXICON_FOLDER,
    base_url: str = "",
    answer_s: Seconds = ANSWER_S,
    overlay: Overlay | None = None,
) -> Names:
    """What rules and sheets are called now, and what they rest on; the rules of months.
    ``base_url``: where the review pages are; ``overlay``: ``None`` for the one in the folder. Raises ``LexiconError``."""
    lexicon = load_lexicon(lexicons, overlay)
    sheets = load_scorecards(
        lexicons / "scoring",
        rule_ids=[rule.id for rule in lexicon.rules],
        duties=lexicon.duties,
        overlay=overlay,
    ).sheets
    rules = names_of_rules(lexicon.rules)
    regulations = load_regulations(lexicons)
    sources = {
        (sheet.mark, name): regulations.show(source)
        for sheet in sheets
        for name, source in (
            *((item.id, item.source) for item in (*sheet.elements, *sheet.beside)),
            *((extra.id, extra.source) for extra in sheet.extras),
        )
    }
    topics = {topic.id: f"{topic.trade} {topic.name}".strip() for topic in lexicon.topics.all}
    months = load_monthly(lexicons, rule_ids=[rule.id for rule in lexicon.rules])
    shown = {sheet.mark: sheet.name for sheet in sheets}
    return Names(rules, shown, sources, topics, months, base_url.rstrip("/"), answer_s)
