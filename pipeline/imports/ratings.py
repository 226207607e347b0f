"""Satisfaction as surveys export it, on the scale 1 (worst) to 5 (best)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.scripts import simplified

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RATINGS: Mapping[str, float] = {
    "非常满意": 5, "很满意": 5, "十分满意": 5, "满意": 4, "比较满意": 4, "一般": 3, "基本满意": 3, "不满意": 2,
    "不太满意": 2, "非常不满意": 1, "很不满意": 1, "十分不满意": 1,
}  # fmt: skip
"""Words of satisfaction surveys on the scale 1 to 5 (our choice)."""

NO_RATING = frozenset(
    [
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\n",
        "0",
        "null",
        "none",
        "nan",
        "n/a",
        "na",
        "nil",
        "#n/a",
        "无",
        "空",
        "未知",
        "未评价",
        "未评",
        "未评分",
        "未打分",
        "未参评",
        "未参与",
        "未参与评价",
        "无评价",
        "没有评价",
        "未按键",
        "无按键",
        "未选择",
        "未回复",
        "未反馈",
        "未邀请",
        "未推送",
        "未邀评",
        "无回应",
        "无应答",
        "无响应",
        "未响应",
        "超时",
        "超时未评",
        "超时未评价",
        "放弃",
        "已放弃",
        "客户挂机",
        "客户已挂机",
        "挂机",
        "默认",
        "暂无",
    ]
)
"""Cells that say nothing: the customer gave no rating."""

_DIGITS = str.maketrans("一二两三四五", "122345")
_POINTS = re.compile(r"(\d+(?:\.\d+)?)\s*(分|星|颗星|points?|stars?)?", re.IGNORECASE)
_PRESSED = re.compile(r"(?:按键|按)?\s*(\d+)\s*(?:键)?\s*[:：.、\-()（ ]\s*(?P<word>\D+?)[)）]?")
_NOTED = re.compile(r"(?P<word>\D+?)\s*[(（\[]\s*\d+(?:\.\d+)?\s*(?:分|星|颗星)?\s*[)）\]]")
_STARS = re.compile(r"(★{1,5})☆*")
_TELLING = 3
"""Keys up to this number are of a survey of three keys, where 1 may be the best (our choice)."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The keys of the survey from the settings: ``best`` and ``worst``. Both 0: not known."""

    best: int = 0
    worst: int = 0

    @property
    def known(self) -> bool:
        return self.best != self.worst

    def has(self, key: float) -> bool:
        return self.known and min(self.best, self.worst) <= key <= max(self.best, self.worst)


def read_rating(text: str, where: str, scale: Scale) -> float:
    """A rating from 1 to 5. Raises ``SettingsError`` beginning with ``where``.

    >>> read_rating("5分", "", Scale()), read_rating("1", "", Scale(best=1, worst=3)), read_rating("1-非常满意", "", Scale())
    (5.0, 5.0, 5.0)
    """
    word = _word_of(text)
    if word is not None:
        return float(RATINGS[word])
    if stars := _STARS.fullmatch(text):
        return float(len(stars[1]))
    points = _POINTS.fullmatch(text.translate(_DIGITS))
    value = float(points.group(1)) if points else None
    if value is not None and scale.has(value):
        return round(1 + 4 * (value - scale.worst) / (scale.best - scale.worst), 4)
    if value is None or scale.known or not 1 <= value <= 5:
        known = f"{scale.worst} to {scale.best}" if scale.known else "1 to 5"
        raise SettingsError(
            f"{where}: the rating is {text!r}; expected {known}, or one of {'、'.join(RATINGS)}; "
            "[imports] rating_best and rating_worst set other keys"
        )
    return value


def unclear_scale(cells: Sequence[str], scale: Scale) -> str | None:
    """Why the keys of a column cannot be told apart, as a sentence for people; ``None`` if they
    can."""
    if scale.known:
        return None
    bare = {cell.strip() for cell in cells if re.fullmatch(r"[1-9]\d*(\.0+)?", cell.strip())}
    if not bare or max(map(float, bare)) > _TELLING:
        return None
    return (
        f"满意度只有按键 {'、'.join(sorted(bare))}，看不出 1 是最好还是最差，这一列没有读取；"
        "请在 callqa.toml 的 [imports] 里写明 rating_best 和 rating_worst"
    )


def _word_of(text: str) -> str | None:
    said = simplified(text)
    if said in RATINGS:
        return said
    found = _PRESSED.fullmatch(said) or _NOTED.fullmatch(said)
    word = found["word"].strip() if found else ""
    return word if word in RATINGS else None
