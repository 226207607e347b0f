"""Words of the book of events in a table, which may write them in the other script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.imports.scripts import simplified

if TYPE_CHECKING:
    from pipeline.types import EventBook, EventKind


def find_kind(kinds: EventBook, text: str) -> EventKind | None:
    """The kind that a word means, in simplified or traditional characters.

    >>> from pipeline.types import EventBook, EventKind
    >>> find_kind(EventBook((EventKind("complaint", "客户投诉", "penalty", ("投诉",)),)), "投訴").id
    'complaint'
    """
    plain = simplified(text)
    found = kinds.find(text) or kinds.find(plain)
    names = ((kind, map(simplified, kind.names)) for kind in kinds.kinds)
    return found or next((kind for kind, own in names if plain in own), None)


def find_level(kind: EventKind, text: str) -> str | None:
    """The name of the level that a word means, in simplified or traditional characters."""
    plain = simplified(text)
    found = kind.find_level(text) or kind.find_level(plain)
    names = ((one.name, map(simplified, (one.name, *one.also))) for one in kind.levels)
    return found or next((name for name, own in names if plain in own), None)
