"""What the calls of a store are judged by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.lexicon import (
    Lexicon,
    Overlay,
    Regulations,
    ScorecardBook,
    check_review_only,
    choose_lexicons,
    load_lexicon,
    load_regulations,
    load_scorecard,
    load_scorecards,
    overlay_of,
)
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class JudgingBasis:
    """Rules, scorecards, the documents that they cite and settings, loaded; goes to workers by pickle, so that all judge by the
    same. ``site_settings``: as ``callqa.toml`` has them; ``routed``: the rules that people routed
    to human review in the store."""

    lexicon: Lexicon
    sheets: ScorecardBook
    regulations: Regulations
    site_settings: Settings = field(default_factory=Settings)
    routed: frozenset[str] = frozenset()

    @property
    def settings(self) -> Settings:
        """The settings that calls are judged by, with ``routed`` in their ``review_only``."""
        return self.site_settings.leaving(self.routed)

    @property
    def review_only(self) -> frozenset[str]:
        """The rules whose findings all go to human review."""
        return frozenset(self.site_settings.scoring.review_only) | self.routed

    def now_in(self, store: Store) -> JudgingBasis:
        """The basis with the rules that are routed to human review in a store at this moment.
        Raises ``StoreError``."""
        return replace(self, routed=frozenset(store.rules.review_only()))


def load_basis(
    settings: Settings,
    store: Store | None = None,
    *,
    sheet: Path | None = None,
    overlay: Overlay | None = None,
) -> JudgingBasis:
    """The basis for the calls of a store, or for calls that no store keeps. ``sheet``: one
    scorecard for all calls, instead of those of the site's folder. ``overlay``: instead of the
    site's own additions.

    Raises ``LexiconError``, ``StoreError``."""
    folder = choose_lexicons(settings.site.lexicons)
    added = overlay_of(settings.site) if overlay is None else overlay
    lexicon = load_lexicon(folder, added)
    ids = [rule.id for rule in lexicon.rules]
    check_review_only(settings.scoring.review_only, ids)
    known = load_regulations(folder)
    if sheet is not None:
        read = load_scorecard(
            sheet, rule_ids=ids, duties=lexicon.duties, regulations=known, overlay=added
        )
        only = replace(read, queues=("*",))
        basis = JudgingBasis(lexicon, ScorecardBook((only,)), known, settings)
    else:
        usual = settings.scoring.sheet
        sheets = load_scorecards(
            folder / "scoring", rule_ids=ids, duties=lexicon.duties, usual=usual, overlay=added
        )
        basis = JudgingBasis(lexicon, sheets, known, settings)
    return basis if store is None else basis.now_in(store)
