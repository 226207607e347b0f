"""Help in lines that fit the screen, where a Chinese sign takes two columns."""

from __future__ import annotations

import re
import unicodedata
from gettext import gettext
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDE = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f"
PIECE = re.compile(rf"[（“《]*(?:[^\s{WIDE}“”]+|[{WIDE}])[，。；：！？、）”》]*|\s+")
"""What is not broken: a word or a Chinese sign, with the punctuation that belongs to it."""
LEAST = 10
"""Columns that a line has on any screen."""


def columns(text: str) -> int:
    """Columns that a text takes on a screen.

    >>> columns("用法 a")
    6
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def fold(text: str, width: int) -> list[str]:
    """A text in lines of at most so many columns; a longer word stays whole.

    >>> fold("结果存入 SQLite 数据库，不写则不存。", 14)
    ['结果存入', 'SQLite 数据', '库，不写则不', '存。']
    """
    lines = [""]
    for piece in PIECE.findall(" ".join(text.split())):
        if columns(lines[-1] + piece.rstrip()) > width and lines[-1]:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


class HelpFormatter(click.HelpFormatter):
    """Help in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, gettext("Usage:") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        width = max(self.width - self.current_indent, LEAST)
        paragraphs = [fold(one, width) for one in text.split("\n\n")]
        self.write("\n\n".join("\n".join(indent + line for line in one) for one in paragraphs))
        self.write("\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        rows = list(rows)
        first_width = min(max((columns(first) for first, _ in rows), default=0), col_max)
        left = self.current_indent + first_width + col_spacing
        for first, second in rows:
            lines = fold(second, max(self.width - left, LEAST))
            self.write(f"{'':>{self.current_indent}}{first}")
            if columns(first) > first_width:
                self.write(f"\n{'':>{left}}")
            else:
                self.write(" " * (first_width + col_spacing - columns(first)))
            self.write(f"\n{'':>{left}}".join(lines) + "\n")
