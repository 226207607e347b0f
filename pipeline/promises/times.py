"""Time expressions of a text into the last moment that each allows."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from pipeline.promises.atoms import Atom, find_atoms
from pipeline.promises.clocks import (
    DAY_END,
    PART_ENDS,
    PART_OF,
    PART_STARTS,
    add_duration,
    hours_from_midnight,
    is_short,
    read_clock,
    usual_hour,
)
from pipeline.promises.days import DaySpan, ImpossibleTimeError, PastTimeError, read_day
from pipeline.promises.workdays import CHINA, WorkCalendar
from pipeline.types import DueTime

if TYPE_CHECKING:
    from collections.abc import Sequence

UNKNOWN_START = "不知道通话是什么时候开始的，算不出期限"
FROM_EVENT = "期限从另一件事算起，要由人来看"
IN_PAST = "说的时间在通话之前"

_GAP = re.compile(
    r"[\s，,、]*(?:的话|的|呢|啊|吧|那个|那|嗯|大概|大约|差不多|最晚|最迟|在|就|是|会|我们|左右)?[\s，,、]*"
)
_EVENT = re.compile(
    r"(?:收到|审核|通过|到货|签收|提交|寄出|寄回|确认|受理|入库|质检|缴费|付款|发货|登记|申请|付清|完成|检测|验货|安装|开机|补齐|审批)[^，。；！？]{0,8}?(?:后|之后|以后|之日|起|日)(?:的|起|算起)*$"
)
_VALUES = ("day", "part", "clock", "duration")


@dataclass(frozen=True, slots=True)
class TimeFrame:
    """What times are resolved by. ``moment``: when the words were said, in the frame of the call's
    start, ``None`` if that is not known; ``day_ends``: the end of work (下班)."""

    moment: datetime | None
    calendar: WorkCalendar = CHINA
    day_ends: time = time(18, 0)


@dataclass(slots=True)
class _Group:
    """Atoms of one expression. ``segments``: those of each side of 到 or 或者."""

    atoms: list[Atom] = field(default_factory=list)

    @property
    def last(self) -> Atom:
        return self.atoms[-1]

    def since_range(self) -> list[str]:
        kinds = [atom.kind for atom in self.atoms]
        at = len(kinds) - kinds[::-1].index("range") if "range" in kinds else 0
        return list(kinds[at:])


def find_times(text: str, frame: TimeFrame) -> tuple[DueTime, ...]:
    """The time expressions of a text, in order. One in the past (昨天) is left out; an impossible
    one has a ``problem``.

    >>> frame = TimeFrame(datetime(2026, 11, 4, 10, 20))
    >>> [str(due.due_at) for due in find_times("今天下午三点前，或者三个工作日内", frame)]
    ['2026-11-04 15:00:00', '2026-11-09 23:59:00']
    """
    plain = _plain(text)
    found = []
    for group in _grouped(plain, find_atoms(plain)):
        due = _resolve(group, plain, frame)
        if due is not None:
            found.append(replace(due, text=text[due.start : due.end]))
    return tuple(found)


def _plain(text: str) -> str:
    """Half-width where the length stays."""
    return "".join(
        c if len(n := unicodedata.normalize("NFKC", c)) != 1 else n.lower() for c in text
    )


def _grouped(plain: str, atoms: Sequence[Atom]) -> list[_Group]:
    groups: list[_Group] = []
    open_ = False
    for atom in atoms:
        if atom.kind == "skip":
            open_ = False
            continue
        if open_ and _joins(groups[-1], atom, plain[groups[-1].last.end : atom.start]):
            groups[-1].atoms.append(atom)
        elif atom.kind in (*_VALUES, "vague"):
            groups.append(_Group([atom]))
            open_ = True
        else:
            open_ = False
    for group in groups:
        while group.last.kind == "range":
            group.atoms.pop()
    return groups


def _joins(group: _Group, atom: Atom, gap: str) -> bool:
    """Whether an atom goes on with the expression before it."""
    before = group.last.kind
    if before == "vague" or atom.kind == "vague":
        return False
    if atom.kind in ("before", "within", "after", "about", "from", "range"):
        touching = not gap or (atom.kind != "range" and gap in ("的",))
        return touching and (
            before in _VALUES
            or (before == "about" and atom.kind in ("before", "within", "after", "range"))
        )
    if before == "range":
        return not gap and atom.kind != "duration"
    if before == "from":
        return atom.kind == "duration" and len(gap) <= 2
    if before not in _VALUES or before == "duration" or atom.kind == "duration":
        return False
    have = group.since_range()
    order = {"day": 0, "part": 1, "clock": 2}
    if not _GAP.fullmatch(gap) or order[atom.kind] < order[before]:
        return False
    apposed = atom.kind == "day" and "rel" in group.last.groups and not gap.strip("，, 就是")
    return atom.kind not in have or apposed


def _resolve(group: _Group, plain: str, frame: TimeFrame) -> DueTime | None:
    start, end = group.atoms[0].start, group.last.end
    counted = any(atom.kind == "duration" for atom in group.atoms)
    bare = DueTime(plain[start:end], start, end, counted=counted)
    if group.atoms[0].kind == "vague":
        return bare
    if counted and _EVENT.search(plain[max(0, start - 16) : start]):
        return replace(bare, problem=FROM_EVENT)
    if frame.moment is None:
        return replace(bare, problem=UNKNOWN_START)
    try:
        due = _due(group, frame.moment, frame)
    except PastTimeError:
        return None
    except (ValueError, OverflowError) as error:  # also beyond the year 9999
        said = str(error) if isinstance(error, ImpossibleTimeError) else "时间太远"
        return replace(bare, problem=said)
    if due is not None and due < frame.moment.replace(second=0, microsecond=0):
        return replace(bare, problem=IN_PAST)
    return replace(bare, due_at=due)


def _due(group: _Group, moment: datetime, frame: TimeFrame) -> datetime | None:
    """The term; ``None`` for one without an end (周三以后)."""
    kinds = [atom.kind for atom in group.atoms]
    if "duration" in kinds:
        return _due_counted(group, moment, frame)
    segments: list[list[Atom]] = [[]]
    for atom in group.atoms:
        if atom.kind == "range":
            segments.append([])
        else:
            segments[-1].append(atom)
    best: datetime | None = None
    day: Atom | None = None
    part: Atom | None = None
    for segment in segments:
        own: dict[str, Atom] = {atom.kind: atom for atom in reversed(segment)}
        part = own.get("part") or (part if "clock" in own and "day" not in own else None)
        day = own.get("day") or day
        due = _due_segment(day, part, own, moment, frame)
        if due is None:
            return None
        if best is not None and due < best:
            due = _next(due, own.get("day"))
        best = due if best is None else max(best, due)
    return best


def _next(due: datetime, day: Atom | None) -> datetime:
    """The end of a range that began later than ``due``: 晚上十点到早上六点, 周五到周一."""
    if day is None:
        return due + timedelta(days=1)
    return due + timedelta(days=7) if "wday" in day.groups or "wday3" in day.groups else due


def _due_counted(group: _Group, moment: datetime, frame: TimeFrame) -> datetime:
    duration = next(atom for atom in group.atoms if atom.kind == "duration")
    kinds = {atom.kind for atom in group.atoms}
    if "from" in kinds and group.atoms[0].kind == "day":
        first = read_day(group.atoms[0], moment.date()).first - timedelta(days=1)
        if not is_short(duration):
            moment = datetime.combine(first, DAY_END, moment.tzinfo)
    return add_duration(duration, moment, frame.calendar, about="about" in kinds)


def _due_segment(
    day: Atom | None, part: Atom | None, own: dict[str, Atom], moment: datetime, frame: TimeFrame
) -> datetime | None:
    span = read_day(day, moment.date()) if day else None
    before = "before" in own
    if span and "clock" not in own and "part" not in own:
        if "after" in own:
            return None
        if span.whole and before:
            return _at(span.first - timedelta(days=1), DAY_END, moment)
        return _at(span.last, DAY_END, moment)
    if "clock" in own:
        due = _at_clock(span, part, own["clock"], moment, frame)
    else:
        assert part is not None
        due = _at_part(span, part, before=before, moment=moment)
    if "after" in own:
        return _at(due.date(), DAY_END, moment)
    return due + timedelta(minutes=30 * ("about" in own))


def _at_part(span: DaySpan | None, part: Atom, *, before: bool, moment: datetime) -> datetime:
    name = PART_OF[part.text]
    day = span.last if span else moment.date()
    end = PART_STARTS.get(name, PART_ENDS[name]) if before else PART_ENDS[name]
    due = _at(day, end, moment)
    if (span is None or span.near) and due < moment:
        due += timedelta(days=7 if span else 1)
    return due


def _at_clock(
    span: DaySpan | None, part: Atom | None, atom: Atom, moment: datetime, frame: TimeFrame
) -> datetime:
    clock = read_clock(atom)
    day = span.last if span else moment.date()
    if clock.off:
        return _off_work(span, day, moment, frame)
    name = PART_OF[part.text] if part else None
    if name:
        due = _hour(day, hours_from_midnight(clock, name), clock.minute, moment)
        if due < moment and span is None and name in ("morning", "night"):
            return due + timedelta(days=1)
        return due + timedelta(days=7) if due < moment and _is_weekday(span) else due
    if day == moment.date() and 1 <= clock.hour <= 12:
        hours = (clock.hour % 12, clock.hour % 12 + 12)
        ahead = [
            due
            for hour in hours
            if (due := _hour(day, hour, clock.minute, moment)) >= moment and hour >= 6
        ]
        if ahead:
            return min(ahead)
        if _is_weekday(span):
            day += timedelta(days=7)
    if clock.hour == 0 and span is None:
        return _hour(day, 24, clock.minute, moment)
    return _hour(day, usual_hour(clock.hour), clock.minute, moment)


def _is_weekday(span: DaySpan | None) -> bool:
    """Whether a day was named by its weekday alone, so that it may be the next week's."""
    return span is not None and span.near and span.weekday


def _off_work(span: DaySpan | None, day: date, moment: datetime, frame: TimeFrame) -> datetime:
    due = _at(day, frame.day_ends, moment)
    if span is None and due < moment:
        return _at(frame.calendar.after(day, 1), frame.day_ends, moment)
    return due


def _hour(day: date, hour: int, minute: int, moment: datetime) -> datetime:
    return _at(day, time(0), moment) + timedelta(hours=hour, minutes=minute)


def _at(day: date, at: time, moment: datetime) -> datetime:
    return datetime.combine(day, at, moment.tzinfo)
