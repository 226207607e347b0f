"""File names as people wrote them, where a system of another encoding made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePath


def readable(name: str) -> str:
    """A name as text: one that is no UTF-8 is read as GB 18030, which Windows wrote; as it is where
    it is neither.

    >>> readable(b"\\xbf\\xcd\\xb7\\xfe.wav".decode("utf-8", "surrogateescape")), readable("客服.wav")
    ('客服.wav', '客服.wav')
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        try:
            return name.encode("utf-8", "surrogateescape").decode("gb18030")
        except UnicodeError:
            return name
    return name


def stem_of(path: PurePath) -> str:
    """The name of a file without its ending, as text."""
    return readable(path.stem)
