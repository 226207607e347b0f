"""Values of calls in tables: yes and no, numbers of praises and complaints, the start."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from pipeline.errors import SettingsError
from pipeline.imports.exported_times import iso_time
from pipeline.imports.scripts import simplified

YES, NO = (
    ("1", "是", "已解决", "解决", "y", "yes", "true"),
    ("0", "否", "未解决", "没有解决", "n", "no", "false"),
)
_SOME, _NONE = ("有", "是"), ("无", "没有", "否", "未")
_SAYS_NOTHING = ("-", "--", "—", "——", "/", "\\n", "null", "none", "nan", "n/a")
_NUMBER = re.compile(r"(\d{1,9})(?:\.0+)?\s*[次件起笔个条]?")
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_STRETCH = re.compile(
    rf"(?P<till>.*{_CLOCK})\s*(?:[~∼至到]|-{{2,3}}|[–—―]{{1,2}})\s*\S.*"
    rf"|(?P<dashed>.*{_CLOCK})\s*-\s*(?:\d{{4}}[-/.年].*|\d{{1,2}}:\d\d:\d\d)"
    r"|(?P<minutes>.*\s\d{1,2}:\d\d)\s*-\s*\d{1,2}:\d\d"
)
"""09:30:00-05:00 is a time with its zone."""


def read_yes(text: str, where: str) -> bool:
    """Whether a cell says yes. Raises ``SettingsError`` beginning with ``where``.

    >>> read_yes("已解決", ""), read_yes("否", "")
    (True, False)
    """
    said = simplified(text.lower())
    if said in YES or said in NO:
        return said in YES
    raise SettingsError(f"{where}: 是否解决 is {text!r}; expected 是 or 否")


def read_number(heading: str, text: str, where: str) -> int | None:
    """A number of praises or complaints; ``None`` where a cell says nothing. Raises ``SettingsError``
    beginning with ``where``.

    >>> read_number("投诉", "２次", ""), read_number("投诉", "無", ""), read_number("投诉", "-", "")
    (2, 0, None)
    """
    said = simplified(unicodedata.normalize("NFKC", text).strip().lower())
    if said in _SAYS_NOTHING:
        return None
    if said in _SOME or said in _NONE:
        return int(said in _SOME)
    if found := _NUMBER.fullmatch(said):
        return int(found[1])
    raise SettingsError(f"{where}: {heading} is {text!r}; expected a whole number from 0 on")


def read_start(text: str, where: str, today: date) -> str:
    """The start of a call, ISO 8601: of a stretch of time its begin. Raises ``SettingsError``
    beginning with ``where``, also for one after ``today``.

    >>> read_start("2026-11-02 09:30:05~09:32:10", "", date(2026, 11, 30))
    '2026-11-02T09:30:05'
    """
    found = _STRETCH.fullmatch(unicodedata.normalize("NFKC", text).strip())
    begin = next(filter(None, found.groups())) if found else text
    start = iso_time(begin, where)
    if (day := date.fromisoformat(start[:10])) > today:
        raise SettingsError(f"{where}: {day} is after today, {today}; correct 开始时间")
    return start
