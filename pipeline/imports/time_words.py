"""Times with words in them (months, zones, the year of the Republic) in figures."""

from __future__ import annotations

import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_CLOCK = r"(?P<clock>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?)"
_ENGLISH = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}(?:\s+(?P<zone>[a-z]{{2,4}}(?:[+-]\d\d:?\d\d)?))?\s+(?P<year>\d{{4}})",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}),?\s+(?:at\s+)?{_CLOCK}(?P<zone>)",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[-\s]{_MONTH}[-\s](?P<year>\d{{4}}),?\s+{_CLOCK}(?P<zone>)",
    )
)
"""Java's Date, Gson and spreadsheets in English: the month is a word, so that it cannot be the day."""
_REPUBLIC = re.compile(r"(?:中華|中华)?民[國国]\s*(\d{1,3})\s*(?=[-年/.])")
_CHINA = re.compile(
    r"\s*[(\[]?(?:(?:北京|台北|臺北|香港|中国|中國)(?:标准|標準)?(?:时间|時間)|CST|Asia/(?:Shanghai|Taipei|Hong_Kong|Chongqing))[)\]]?\Z"
)
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:?(?:\d\d)?)\Z")
_OTHER_MARKS = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[\sT_-]+(\d{1,2})([-.:])(\d\d)\3(\d\d)(?=\D|\Z)"
)


def in_figures(text: str) -> str:
    """A time (NFKC) with its words as figures; any other text as it is. CST is China's time.

    >>> in_figures("民國115年11月2日 9:30"), in_figures("Mon Nov 02 09:30:05 CST 2026")
    ('2026年11月2日 9:30', '2026-11-02 09:30:05+08:00')
    >>> in_figures("Nov 2, 2026 9:30:05 AM"), in_figures("2026-11-02 09:30:05(北京时间)")
    ('2026-11-02 9:30:05 AM', '2026-11-02 09:30:05+08:00')
    """
    written = _REPUBLIC.sub(lambda year: str(int(year[1]) + 1911), text, count=1)
    for form in _ENGLISH:
        if found := form.fullmatch(written):
            month = _MONTHS.index(found["month"][:3].lower()) + 1
            zone = (found["zone"] or "").upper().removeprefix("GMT").removeprefix("UTC")
            whole = f"{found['year']}-{month:02}-{int(found['day']):02} {found['clock']}"
            return in_figures(f"{whole} {zone}".strip() if zone == "CST" else f"{whole}{zone}")
    written = _OTHER_MARKS.sub(r"\1 \2:\4:\5", written)
    plain = _CHINA.sub("", written)
    if plain == written or _OFFSET.search(plain[10:]):
        return plain
    return f"{plain}+08:00"
