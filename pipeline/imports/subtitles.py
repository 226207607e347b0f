"""SRT and WebVTT: subtitles of a call with the speaker in a voice tag or before a colon."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.imports.dialogue import is_side, name_before
from pipeline.imports.draft import Draft, DraftLine, Reading
from pipeline.imports.encodings import decode
from pipeline.imports.file_names import stem_of
from pipeline.imports.identities import plain_lines
from pipeline.imports.line_faults import ensure_enough
from pipeline.imports.named_turns import split_turns
from pipeline.imports.numbers import number_in_name
from pipeline.imports.speaker_names import is_bare, role_of
from pipeline.types import CallMeta, Seconds

if TYPE_CHECKING:
    from pathlib import Path

_ARROW = "-->"
_COMMENT = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_TIME = r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,6}))?"
_STYLE = re.compile(
    r"</?(?:font|b|i|u|s|c|ruby|rt|lang)(?:[.\s][^<>]*)?>|\{\\[^{}\n]*\}", re.IGNORECASE
)
"""How a line looks: such marks may stand before the speaker's name."""
_CHANGE = re.compile(r"^\s*(?:>|&gt;){2,3}\s*")
"""How captions mark another speaker; elsewhere it is a quotation."""
_MOSTLY = 0.8
"""Such a share of cues begins with a name (our choice)."""
_TIMES = re.compile(rf"\s*{_TIME}\s*{_ARROW}\s*{_TIME}(?:\s.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cue:
    """A line of times, the number of this line in the file from 1, and the lines of text below
    it."""

    line: int
    times: str
    texts: tuple[str, ...]


def read_subtitles(path: Path, data: bytes) -> Reading:
    """Read the one conversation of a subtitle file; its id is the file's stem.

    A cue whose times cannot be read is left out. Raises ``UnreadableError`` with the line for a file
    without any times, or with too few that can be read.
    """
    cues = split_cues(decode(data, path), webvtt=path.suffix.lower() == ".vtt")
    if not cues:
        raise UnreadableError(
            f"{path}, line 1: no times in it; expected lines such as 00:00:01,000 --> 00:00:02,500"
        )
    lines: list[DraftLine] = []
    lost: list[str] = []
    for cue in cues:
        try:
            lines.append(_line(f"{path}, line {cue.line}", cue))
        except UnreadableError as error:
            lost.append(str(error))
    lines = _with_names(lines)
    ensure_enough(str(path), lost, len(lines))
    meta = CallMeta(call_id=stem_of(path), agent_id=number_in_name(lines))
    draft = Draft(str(path), "voice", meta, tuple(lines), lost=tuple(lost))
    return Reading((draft,), tuple(lost))


def _with_names(lines: list[DraftLine]) -> list[DraftLine]:
    """The cues, each with the name before its colon where nearly all have one that is not told by
    itself, such as 客服小美 and 王先生, and at least one of them says a side."""
    named = [(line, *name_before(line.text.split("\n", 1)[0])) for line in lines]
    names = Counter(name for _, name, _ in named if name)
    if names.total() < max(2, _MOSTLY * len(lines)) or not any(map(is_side, names)):
        return lines
    sides = {role_of(name) for name in names if is_side(name)}
    known = {n for n, count in names.items() if is_side(n) or count > 1 or len(sides) < 2}
    return [
        replace(
            line, speaker=name, names=(name,), text="\n".join([text, *line.text.split("\n")[1:]])
        )
        if name in known and not any(one for one, _ in split_turns(line.text))
        else line
        for line, name, text in named
    ]


def _said(texts: tuple[str, ...]) -> str:
    """The text of a cue; a side's name on a line of its own stands before a colon."""
    first, *rest = texts or ("",)
    alone = bool(rest) and is_bare(first.strip()) and not re.search("[:：]", first)
    return "\n".join([f"{first.strip()}：{rest[0]}", *rest[1:]] if alone else texts)


def _line(where: str, cue: Cue) -> DraftLine:
    match = _TIMES.fullmatch(unicodedata.normalize("NFKC", cue.times))
    if match is None:
        raise UnreadableError(
            f"{where}: {cue.times.strip()[:60]!r} are not two times; expected 00:00:01,000 --> 00:00:02,500"
        )
    start, end = match.groups()[:4], match.groups()[4:]
    return DraftLine(
        where,
        "",
        _said(tuple(_CHANGE.sub("", plain_lines(_STYLE.sub("", text))) for text in cue.texts)),
        _seconds(*start),
        _seconds(*end),
        in_seconds=True,
        place=f"line {cue.line}",
    )


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> Seconds:
    """
    >>> _seconds(None, "01", "02", "5"), _seconds("0", "00", "03", None)
    (62.5, 3.0)
    """
    thousandths = int((fraction or "").ljust(3, "0")[:3])
    return (
        int(hours or 0) * 3_600_000 + int(minutes) * 60_000 + int(seconds) * 1000 + thousandths
    ) / 1000


def split_cues(text: str, *, webvtt: bool) -> tuple[Cue, ...]:
    """Split a file into cues without their numbers or names, and without comments.

    pysubs2 is not used. It adds WebVTT's comments and names to the text before, takes a last line
    such as 8012 for the next cue's number, and does not give the line of an error.

    >>> split_cues("WEBVTT\\n\\nNOTE x\\n\\nfirst\\n00:01.000 --> 00:02.000\\n您好\\n", webvtt=True)
    (Cue(line=6, times='00:01.000 --> 00:02.000', texts=('您好',)),)
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    begins = [
        at
        for at, line in enumerate(lines)
        if _ARROW in line and not (webvtt and _is_comment(lines, at))
    ]
    cues: list[Cue] = []
    for at, following in pairwise([*begins, len(lines)]):
        texts = lines[at + 1 : following]
        if following < len(lines) and texts and _names_next(texts):
            texts.pop()
        if webvtt and "" in map(str.strip, texts):
            # Text after an empty line is a comment or invalid in WebVTT; in SRT it may be text.
            texts = texts[: [line.strip() for line in texts].index("")]
        cues.append(Cue(at + 1, lines[at], tuple(line for line in texts if line.strip())))
    return tuple(cues)


def _names_next(texts: list[str]) -> bool:
    """Whether the last line before a line of times is the number or name of that cue."""
    last = texts[-1].strip()
    return last.isdigit() or (bool(last) and len(texts) > 1 and not texts[-2].strip())


def _is_comment(lines: list[str], at: int) -> bool:
    while at > 0 and lines[at - 1].strip():
        at -= 1
    return bool(_COMMENT.match(lines[at]))
