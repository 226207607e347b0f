"""Who said the words that a finding quotes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.types.speech import Finding, Quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types.speech import Utterance

GAP = "……"
"""Between words of one quote that do not follow each other."""


def name_speakers(finding: Finding, utterances: Sequence[Utterance]) -> Finding:
    """``finding`` with the speakers that these utterances have at its quotes. A finding with a quote
    alone, as older results have it, gets that one quote. Words that stand in no utterance there are
    of an unknown speaker, and a measured figure in the place of words is no quote."""
    quotes = finding.quotes
    if not quotes:
        if not finding.quote or finding.kind == "pace":
            return finding
        quotes = (Quote("unknown", finding.start_s, finding.end_s, finding.quote),)
    named = tuple(_named(quote, utterances) for quote in quotes)
    return finding if named == finding.quotes else replace(finding, quotes=named)


def _named(quote: Quote, utterances: Sequence[Utterance]) -> Quote:
    start, end = quote.start_s, quote.end_s
    there = [u for u in utterances if u.start_s < end and u.end_s > start and u.end_s > u.start_s]
    near = [u for u in there if start < end and _holds(u.text, quote.text)]
    if not near:
        return quote
    best = max(near, key=lambda u: min(u.end_s, end) - max(u.start_s, start))
    return quote if best.role == quote.said_by else replace(quote, said_by=best.role)


def _holds(text: str, quoted: str) -> bool:
    """Whether a text has every part of a quote, whatever its punctuation."""
    plain = _plain(text)
    return all(_plain(part) in plain for part in quoted.split(GAP))


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
