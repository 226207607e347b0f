"""Units and words for numbers in the headings of tables of events: 满意度(%), 评分（满分100）, 投诉次数."""

from __future__ import annotations

import re

_OPEN, _CLOSE = r"[(\[【/:,](?:单位:?)?", r"[)\]】]?$"
_UNIT_OF_MARKS = re.compile(
    rf"(?<=.)(?:{_OPEN}(?:%|百分比|百分制|(?:满分|总分|共)?:?(?P<full>\d+(?:\.\d+)?)分?制?|分){_CLOSE}|(?:单位:?)?%$)"
)
_UNIT_OF_COUNTS = re.compile(rf"(?<=.){_OPEN}(?:次数|件数|人次|次|件|起|笔|个|条|单|宗){_CLOSE}")
_MARK = re.compile(r"(?<=.)(?:平均)?(?:得分|分数|评分|成绩|分)$")
_COUNT = re.compile(r"(?<=.)(?:次数|数量|件数|起数|总数|数|量)$")
HUNDRED = 100.0


def without_unit(name: str, *, of_marks: bool) -> str:
    """A heading without the unit of its marks, or of its numbers. ``name``: as ``spelling`` has it.

    >>> without_unit("评分(满分100)", of_marks=True), without_unit("次数(次)", of_marks=False)
    ('评分', '次数')
    """
    return (_UNIT_OF_MARKS if of_marks else _UNIT_OF_COUNTS).sub("", name, count=1)


def has_unit(name: str) -> bool:
    """Whether a heading says the unit of its marks. ``name``: as ``spelling`` has it.

    >>> has_unit("满意度(%)"), has_unit("满意度")
    (True, False)
    """
    return without_unit(name, of_marks=True) != name


def without_mark(name: str) -> str:
    """A heading without unit of and word for marks. ``name``: as ``spelling`` has it.

    >>> without_mark("满意度(%)"), without_mark("暗访得分(满分100分)"), without_mark("满意度%"), without_mark("工号")
    ('满意度', '暗访', '满意度', '工号')
    """
    return _MARK.sub("", without_unit(name, of_marks=True))


def without_count(name: str) -> str:
    """A heading without unit of and word for the number of its events. ``name``: as ``spelling`` has
    it.

    >>> without_count("投诉次数"), without_count("投诉(件)"), without_count("投诉率")
    ('投诉', '投诉', '投诉率')
    """
    return _COUNT.sub("", without_unit(name, of_marks=False))


def of_hundred(name: str) -> bool:
    """Whether the marks of a heading are of 100, or it does not say of how many.

    >>> of_hundred("评分(满分100)"), of_hundred("评分(满分10)"), of_hundred("评分")
    (True, False, True)
    """
    found = _UNIT_OF_MARKS.search(name)
    return found is None or not found["full"] or float(found["full"]) == HUNDRED
