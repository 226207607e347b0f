"""Several conversations in one text file, each with a form, a title or a line of signs above it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.imports.dialogue import MOST_HEAD, is_side, name_before
from pipeline.imports.form_head import read_head
from pipeline.imports.lines_of_signs import RULE, is_introduced, line_below, signs_in
from pipeline.imports.log_times import DATED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_TITLE = re.compile(
    r"\s*[-=*#\s【\[<《（(]*(?:第\s*[\d一二三四五六七八九十]+\s*[通个個段条條则則]\s*(?:通话|通話|会话|會話|对话|對話|录音|錄音)?"
    r"|(?:通话|通話|会话|會話|对话|對話|录音|錄音|call|conversation)\s*[#No.]*\s*\d+)[-=*#\s】\]>》）):：]*",
    re.IGNORECASE,
)
_LONGEST_LINE = 400
"""A longer line is none of a form (our choice)."""


def pieces_of(text: str, is_talk: Callable[[str], bool]) -> tuple[tuple[int, str], ...]:
    """The conversations of a text, each with the form above it, and how many lines stand before it.
    The text alone where it has one. ``is_talk`` tells whether a piece is a conversation.

    >>> pieces_of("客服：您好\\n\\n====\\n\\n客服：喂\\n客户：在", lambda piece: "客服" in piece)
    ((0, '客服：您好\\n\\n'), (3, '\\n客服：喂\\n客户：在'))
    """
    lines = text.splitlines() or [""]
    parting = signs_in(lines).parting
    cuts = [0, *_cuts(lines, parting), len(lines)]
    said = ["" if RULE.fullmatch(one) or at in parting else one for at, one in enumerate(lines)]
    for at in cuts[:-1]:
        said[at] = "" if _TITLE.fullmatch(said[at]) else said[at]
    pieces = [(begin, "\n".join(said[begin:end])) for begin, end in pairwise(cuts)]
    filled = [(begin, piece) for begin, piece in pieces if piece.strip()]
    whole = len(filled) > 1 and all(is_talk(piece) for _, piece in filled)
    return tuple(filled) if whole else ((0, text),)


def _cuts(lines: Sequence[str], parting: Collection[int]) -> list[int]:
    """Where another conversation may begin: behind a line of signs that is one of ``parting`` or has
    a title or a form below it, at a title, at a form of another call behind an empty line."""
    found: list[int] = []
    head: dict[str, str] = {}
    for at, line in enumerate(lines):
        if RULE.fullmatch(line) or at in parting:
            headed = _is_headed(line_below(lines, at)) and not is_introduced(lines, at)
            found += [at + 1] if at in parting or headed else []
        elif line.strip() and _TITLE.fullmatch(line) and _speaks(line_below(lines, at)):
            found.append(at)
        elif at == 0 or not lines[at - 1].strip() or _begins_here(found, at, lines):
            said = _named(lines, at)
            if said and head and _differ(said, head) and not _begins_here(found, at, lines):
                found.append(at)
            head = said or head
    return [at for at in found if 0 < at < len(lines)]


def _is_headed(below: str) -> bool:
    """Whether the line below signs is a title or a form: they part conversations."""
    return bool(_TITLE.fullmatch(below) or read_head([below]).values)


def _speaks(line: str) -> bool:
    """Whether a line is a form's or begins what somebody says."""
    said = is_side(name_before(line)[0]) or re.search(DATED, line)
    return bool(said or read_head([line]).values)


def _begins_here(found: Sequence[int], at: int, lines: Sequence[str]) -> bool:
    """Whether a conversation has begun just above: nothing but a title stands between."""
    return (
        bool(found)
        and at - found[-1] <= 1
        and not any(line.strip() and not _TITLE.fullmatch(line) for line in lines[found[-1] : at])
    )


def _named(lines: Sequence[str], at: int) -> dict[str, str]:
    """The call and the agent that a form names, whose first line this is."""
    form: list[str] = []
    for line in lines[at : at + MOST_HEAD]:
        if len(line) > _LONGEST_LINE:
            break
        values = read_head([line])
        if not line.strip() or not (values.values or not values.rest):
            break
        form.append(line)
    said = read_head(form).values
    return {name: said[name] for name in ("call_id", "agent_id") if name in said}


def _differ(said: dict[str, str], before: dict[str, str]) -> bool:
    return any(said[name] != before[name] for name in said if name in before)
