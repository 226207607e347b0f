"""File names as people wrote them, where a system of another encoding made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.types import readable

if TYPE_CHECKING:
    from pathlib import PurePath


def stem_of(path: PurePath) -> str:
    """The name of a file without its ending, as text."""
    return readable(path.stem)
