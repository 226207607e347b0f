"""The pages for readers: README, docs, notes beside samples, models and measurements."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
PAGES = sorted(
    [
        *TOP.glob("*.md"),
        *(path for folder in ("docs", "examples", "models", "bench") for path in (TOP / folder).rglob("*.md")),
    ]
)  # fmt: skip
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")


@dataclass(frozen=True, slots=True)
class Page:
    """``prose``: lines outside tables and code, with their numbers; ``code``: lines of blocks, and
    spans between backticks."""

    path: Path
    prose: tuple[tuple[int, str], ...]
    code: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(TOP))


def read_page(path: Path) -> Page:
    """A page in its parts. A span may go on in the next line."""
    text = path.read_text(encoding="utf-8")
    unfenced = FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    lines = unfenced.split("\n")
    blocks = [line.strip() for line in lines if line.startswith("    ")]
    fenced = [line for found in FENCE.findall(text) for line in found.split("\n")[1:-1]]
    spans = [
        " ".join(found.split())
        for found in SPAN.findall("\n".join(line for line in lines if not line.startswith("    ")))
    ]
    prose = tuple(
        (number, line) for number, line in enumerate(lines, 1) if not line.startswith(("|", "    "))
    )
    return Page(path, prose, (*blocks, *fenced, *spans))


def width_of(line: str) -> int:
    """Columns on a screen: a Chinese character takes two.

    >>> width_of("您好, hi")
    8
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)
