"""Working days: weekends, and the public holidays of the years that are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """``off``: days without work besides weekends. ``worked``: weekend days that are worked.
    ``years``: those whose holidays are known."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether people work on a day; of an unknown year only weekends are known.

        >>> WorkCalendar().is_workday(date(2026, 11, 28))
        False
        """
        if day in self.worked:
            return True
        return day.weekday() < SATURDAY and day not in self.off

    def after(self, day: date, count: int) -> date:
        """The working day ``count`` working days after ``day``, the day itself not counted.

        >>> WorkCalendar().after(date(2026, 11, 27), 1)
        datetime.date(2026, 11, 30)
        """
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def knows(self, since: date, until: date) -> bool:
        """Whether the holidays of all years from ``since`` to ``until`` are known."""
        return set(range(since.year, until.year + 1)) <= self.years

    def joined(self, *, off: frozenset[date], worked: frozenset[date]) -> WorkCalendar:
        """This calendar with more days; a year with a day off of its own is known."""
        years = self.years | {day.year for day in off}
        return WorkCalendar((self.off - worked) | off, (self.worked - off) | worked, years)


def _days(year: int, *spans: tuple[int, int, int]) -> frozenset[date]:
    """Days of spans ``(month, first day, number of days)``."""
    return frozenset(
        date(year, month, first) + timedelta(days=n)
        for month, first, count in spans
        for n in range(count)
    )


CHINA = WorkCalendar(
    off=_days(
        2025,
        (1, 1, 1),
        (1, 28, 4),
        (2, 3, 2),
        (4, 4, 1),
        (5, 1, 2),
        (5, 5, 1),
        (6, 2, 1),
        (10, 1, 3),
        (10, 6, 3),
    )
    | _days(
        2026,
        (1, 1, 2),
        (2, 16, 5),
        (2, 23, 1),
        (4, 6, 1),
        (5, 1, 1),
        (5, 4, 2),
        (6, 19, 1),
        (9, 25, 1),
        (10, 1, 2),
        (10, 5, 3),
    ),
    worked=_days(2025, (1, 26, 1), (2, 8, 1), (4, 27, 1), (9, 28, 1), (10, 11, 1))
    | _days(2026, (1, 4, 1), (2, 14, 1), (2, 28, 1), (5, 9, 1), (9, 20, 1), (10, 10, 1)),
    years=frozenset({2025, 2026}),
)
"""The notices of the State Council (国务院办公厅关于部分节假日安排的通知) for 2025 and 2026, as the
package chinesecalendar 1.11 (MIT) has them too. Later years come from ``[promises]``."""
