"""The effect of a new scorecard or lexicon: call by call with the reasons, and as a
distribution."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.types import CallResult, Score, ScoreItem

BANDS = (0, 50, 60, 70, 75, 80, 85, 90, 95, 100)
"""Lower ends of the bands in which totals are counted. The last band is 100 alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """A call whose score changed. ``reasons``: in Chinese, the reasons that are gone and those that
    are new."""

    call: str
    agent_id: str | None
    old_attitude: float | None
    new_attitude: float | None
    old_total: float | None
    new_total: float | None
    old_fatal: bool
    new_fatal: bool
    reasons: tuple[str, ...]

    @property
    def by(self) -> float:
        """Points of the total that were won, below 0 for lost; 0 if one total is unknown."""
        return (
            (self.new_total or 0.0) - (self.old_total or 0.0)
            if None not in (self.old_total, self.new_total)
            else 0.0
        )


def compare_scores(old: CallResult, new: CallResult) -> Change | None:
    """The change between two results of one call; ``None`` if score and reasons are the same."""
    a, b = old.score, new.score
    reasons = changed_reasons(a, b)
    if not reasons and (a.attitude, a.total, a.fatal) == (b.attitude, b.total, b.fatal):
        return None
    return Change(
        call=new.call.call_id or new.recording.path,
        agent_id=new.call.agent_id,
        old_attitude=a.attitude,
        new_attitude=b.attitude,
        old_total=a.total,
        new_total=b.total,
        old_fatal=a.fatal,
        new_fatal=b.fatal,
        reasons=tuple(reasons),
    )


def changed_reasons(old: Score, new: Score) -> list[str]:
    """In Chinese the reasons of a score that are gone and those that are new, item by item."""
    before, after = _lines(old), _lines(new)
    texts: list[str] = []
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            texts.append(f"{name}：{'新增' if one is None else '取消'}要素")
        elif one.applies != other.applies:
            texts.append(f"{name}：{other.note or '改为适用'}")
        elif one.full != other.full:
            texts.append(f"{name}：满分 {one.full:g} 改为 {other.full:g}")
        before_of, after_of = _reasons(one), _reasons(other)
        gone, come = _without_renamed(before_of - after_of, after_of - before_of)
        texts += [f"{name}：不再 {points:+g} {text}" for text, points in gone.elements()]
        texts += [f"{name}：{points:+g} {text}" for text, points in come.elements()]
    if old.grade != new.grade:
        texts.append(f"等级：{old.grade or '无'} 改为 {new.grade or '无'}")
    return texts


def _lines(score: Score) -> dict[str, ScoreItem]:
    return {item.name: item for item in (*score.items, *score.extras)}


OLDER = re.compile(r"^(说了禁语(?=“)|流程：|打断客户：(?=“))")
"""How reasons began before findings had one name."""


def _without_renamed(
    gone: Counter[tuple[str, float]], come: Counter[tuple[str, float]]
) -> tuple[Counter[tuple[str, float]], Counter[tuple[str, float]]]:
    """Reasons that are gone and new, without those that are only worded in another way.

    >>> old, new = ("说了禁语“不归我管”（依据：D）", -5.0), ("推诿“不归我管”（依据：D）", -5.0)
    >>> _without_renamed(Counter([old]), Counter([new]))
    (Counter(), Counter())
    """
    gone, come = Counter(gone), Counter(come)
    for text, points in list(gone.elements()):
        rest = OLDER.sub("", text)
        same = next((one for one in come if one[1] == points and one[0].endswith(rest)), None)
        if rest != text and same is not None:
            gone, come = gone - Counter([(text, points)]), come - Counter([same])
    return gone, come


def _reasons(item: ScoreItem | None) -> Counter[tuple[str, float]]:
    return Counter((reason.text, reason.points) for reason in item.reasons) if item else Counter()


def count_reasons(changes: Iterable[Change]) -> list[tuple[str, int]]:
    """Number of calls that each reason changed, the most frequent first."""
    return Counter(
        reason for change in changes for reason in dict.fromkeys(change.reasons)
    ).most_common()


@dataclass(frozen=True, slots=True)
class Distribution:
    """Scores of many calls.

    ``bands``: number of calls in each of ``BANDS``. ``grades``: number of calls by name of the
    grade. Quartiles are ``None`` with fewer than two scored calls.
    """

    calls: int
    unscored: int
    fatal: int
    mean_attitude: float | None
    mean_total: float | None
    quartiles: tuple[float, ...] | None
    bands: tuple[int, ...]
    grades: dict[str, int]


def distribution(scores: Sequence[Score]) -> Distribution:
    """The distribution of these scores."""
    totals = [score.total for score in scores if score.total is not None]
    attitudes = [score.attitude for score in scores if score.attitude is not None]
    counted = [0] * len(BANDS)
    for total in totals:
        counted[sum(total >= band for band in BANDS) - 1] += 1
    return Distribution(
        calls=len(scores),
        unscored=len(scores) - len(totals),
        fatal=sum(score.fatal for score in scores),
        mean_attitude=fmean(attitudes) if attitudes else None,
        mean_total=fmean(totals) if totals else None,
        quartiles=tuple(quantiles(totals, n=4, method="inclusive")) if len(totals) > 1 else None,
        bands=tuple(counted),
        grades=dict(
            Counter(score.grade for score in scores if score.grade is not None).most_common()
        ),
    )
