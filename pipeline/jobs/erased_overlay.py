"""What of the site's overlay of rules names an erased person, or is an example from his calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import LexiconError
from pipeline.jobs.site_overlay import digest_of_text, read_overlay_text, write_overlay
from pipeline.lexicon import edit_overlay, overlay_file, parse_overlay
from pipeline.people import OverlayVersion
from pipeline.types import WordingChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.jobs.site_overlay import OverlayText
    from pipeline.lexicon import Overlay
    from pipeline.settings import Settings
    from pipeline.store import Named, Store
    from pipeline.types import WordingPart


def find_in_overlay(
    settings: Settings, named: Named, examples: Sequence[WordingChange]
) -> tuple[Path | None, Path | None]:
    """The overlay file where callqa can take the person out of it, and the same file where people
    have to: it is written in another form, names him in a comment, or cannot be read."""
    file = overlay_file(settings.site)
    if not file.is_file():
        return None, None
    try:
        before, text = _without(settings, named, examples)
    except LexiconError:
        return None, file if _may_tell(file, named, examples) else None
    return file if text != before.text else None, file if _names(text, named) else None


def erase_in_overlay(
    store: Store,
    settings: Settings,
    named: Named,
    examples: Sequence[WordingChange],
    *,
    actor: str,
    at: str,
) -> None:
    """Take such wordings out of the overlay file, which may change what later calls are judged by.
    Raises ``ProposalError`` where it cannot be written, ``StoreError``."""
    try:
        before, text = _without(settings, named, examples)
    except LexiconError:
        return
    if text == before.text:
        return
    version = OverlayVersion(
        0, at, actor, None, str(before.file), before.sha256, digest_of_text(text), text
    )
    store.proposals.keep_overlay(
        version
    )  # first: a kill leaves an entry, and the next run the file
    write_overlay(before, text)


def _without(
    settings: Settings, named: Named, examples: Sequence[WordingChange]
) -> tuple[OverlayText, str]:
    before = read_overlay_text(settings)
    if not before.text.strip():
        return before, before.text
    overlay = parse_overlay(before.text, before.file)
    known = set(_wordings(overlay))
    gone = [one for one in known if _names(one.wording, named)]
    gone += [
        one.undone_by for one in examples if one.undone_by in known and one.undone_by not in gone
    ]
    ordered = sorted(gone, key=lambda one: (one.rule, one.part, one.wording))
    if not ordered:
        return before, before.text
    return before, edit_overlay(before.text, before.file, ordered, note="")


def _wordings(overlay: Overlay) -> Iterator[WordingChange]:
    """Each wording of an overlay as the change that takes it out."""
    for rule in overlay.rules:
        lists: dict[WordingPart, Iterable[str]] = {
            "phrases": (one.say for one in rule.phrases),
            "exceptions": rule.exceptions,
            "positive": rule.positive,
            "negative": rule.negative,
        }
        for part, wordings in lists.items():
            yield from (WordingChange(rule.rule, part, text, remove=True) for text in wordings)


def _may_tell(file: Path, named: Named, examples: Sequence[WordingChange]) -> bool:
    try:
        text = file.read_text("utf-8", "replace")
    except OSError:
        return True
    return _names(text, named) or any(one.wording in text for one in examples)


def _names(text: str, named: Named) -> bool:
    return any(one in text for one in (*named.swept, *named.words))
