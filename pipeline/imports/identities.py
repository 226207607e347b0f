"""Whom a cell or a key names: an agent, a customer, a call; and cells that name nobody."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_UNSEEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_MARKS = re.compile(rf"[{_UNSEEN}]")
_EDGES = "".join(c for c in map(chr, range(0x10000)) if c.isspace() or _MARKS.match(c))
"""All spaces and invisible marks."""
_NOBODY = frozenset(
    [
        "-",
        "--",
        "---",
        "—",
        "——",
        "/",
        "//",
        "\\n",
        "null",
        "(null)",
        "<null>",
        "[null]",
        "none",
        "nan",
        "nil",
        "n/a",
        "#n/a",
        "#ref!",
        "#value!",
        "#name?",
        "#null!",
        "#div/0!",
        "#num!",
        "undefined",
        "unknown",
        "无",
        "無",
        "未知",
        "空",
        "暂无",
        "暫無",
        "未分配",
    ]
)
"""What databases, programs and spreadsheets write for nothing."""
_NO_AGENT = _NOBODY | {"0", "00", "000", "0000"}
_NO_CALLER = _NOBODY | frozenset(
    [
        "0",
        "00",
        "anonymous",
        "withheld",
        "restricted",
        "private",
        "unavailable",
        "匿名",
        "匿名号码",
        "隐藏",
        "隐藏号码",
        "未知号码",
        "無號碼",
        "无号码",
        "无主叫",
    ]
)
"""Who hides his number is not one customer with all others who do."""

_NUMBER = r"[A-Za-z]{0,4}\d{2,12}"
_PERSON = r"[\u4e00-\u9fff·]{2,6}(?<![店铺鋪组組部队隊区區班])(?<!售[前后後])(?<!中心)"
"""No shop or team: 旗舰店-01 and 专卖店-01 are two."""
_GAP, _IN, _OUT = r"\s*[-–—_/|\s]\s*", r"\s*[(\[【<]\s*", r"\s*[)\]】>]"
_WITH_NAME = re.compile(
    rf"({_NUMBER}){_IN}{_PERSON}{_OUT}|{_PERSON}{_IN}({_NUMBER}){_OUT}|(\d{{2,12}}){_GAP}{_PERSON}|{_PERSON}{_GAP}(\d{{2,12}})"
)
"""Not shop12:小美 and tb12-小美: an account of a shop is named by both."""
_LABELLED = re.compile(r"(?:工号|工號|no\.|#)[\s:#]*([A-Za-z]{0,4}\d[\w-]{0,15})", re.IGNORECASE)
_FLOAT = re.compile(r"(\d{2,12})\.0")
_ONE = rf"(?:{_NUMBER}(?:{_IN}{_PERSON}{_OUT}|(?:{_GAP})?{_PERSON})?|{_PERSON}(?:{_IN}{_NUMBER}{_OUT}|(?:{_GAP})?{_NUMBER}))"
"""A number, alone or with the name of its agent."""
_SEVERAL = re.compile(rf"{_ONE}(?:\s*(?:[,;、/|&+\n]|和|与|與|及|以及)\s*{_ONE})+[,;、]?")
_SPACED = re.compile(rf"{_NUMBER}(?:\s+{_NUMBER})+")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_NAMES_OF = {"customer_id", "caller", "called"}


def trimmed(text: str) -> str:
    """The text without spaces and invisible marks at its ends.

    >>> trimmed("\\ufeff会话编号 \\u200b")
    '会话编号'
    """
    return text.strip(_EDGES)


def plain_lines(text: str) -> str:
    """The text without the invisible marks that chat programs put before names and times."""
    return _MARKS.sub("", text)


def names_nobody(text: str) -> bool:
    """Whether a value says that there is none.

    >>> names_nobody("无"), names_nobody(" NULL "), names_nobody("0")
    (True, True, False)
    """
    said = trimmed(text).casefold()
    return not said or said in _NOBODY


def named_in(field: str, text: str) -> str:
    """What a value under a field of the call says; "" where it names nobody. Other fields keep
    their text.

    >>> named_in("agent_id", "8001(王芳)"), named_in("agent_id", "NULL"), named_in("id", "\\\\N")
    ('8001', '', '')
    >>> named_in("agent_id", "８００１"), named_in("agent_id", "8001、8002"), named_in("text", "NULL")
    ('8001', '', 'NULL')
    """
    if field == "agent_id":
        return _agent(text)
    if field in _NAMES_OF:
        said = trimmed(unicodedata.normalize("NFKC", text)).lstrip("'`")
        return "" if said.casefold() in _NO_CALLER else said
    if field in ("key", "file") and _ADDRESS.match(text.strip()):
        return unquote(urlsplit(text.strip()).path)
    if field in ("id", "call_id", "conversation", "queue", "key", "file"):
        said = trimmed(text)
        return "" if said.casefold() in _NOBODY else said
    return text


@lru_cache(maxsize=10_000)
def _agent(text: str) -> str:
    said = trimmed(unicodedata.normalize("NFKC", text)).lstrip("'`")
    if said.casefold() in _NO_AGENT or _are_several(said):
        return ""
    for form in (_WITH_NAME, _LABELLED, _FLOAT):
        if found := form.fullmatch(said):
            return str(next(filter(None, found.groups())))
    return said


def names_several(text: str) -> bool:
    """Whether a cell for one agent names several: none of them may be charged.

    >>> names_several("8001、8002"), names_several("8001(王芳)和8002(李明)"), names_several("8001 王芳")
    (True, True, False)
    """
    return _are_several(trimmed(unicodedata.normalize("NFKC", text)))


def _are_several(said: str) -> bool:
    """``said``: NFKC. Numbers with nothing but spaces between them are several agents where they are
    of one length: 12 8001 may be a team and its agent."""
    if _SPACED.fullmatch(said):
        return len({len(one) for one in said.split()}) == 1
    return bool(_SEVERAL.fullmatch(said))
