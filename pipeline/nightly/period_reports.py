"""Reports of periods that have ended: each is written and sent once, and tried again where that
failed."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError, ReportError
from pipeline.jobs import AsOf, agents_in, file_name, load_names, report_month, report_site
from pipeline.lexicon import choose_lexicons, overlay_of
from pipeline.messages import in_chinese
from pipeline.nightly.period_message import period_message
from pipeline.nightly.summary import send_summary
from pipeline.types import Period, PeriodKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.settings import PeriodReportSettings, Settings
    from pipeline.store import PeriodReport, Store

CAUGHT_UP: dict[PeriodKind, int] = {"week": 13, "month": 12, "quarter": 8, "year": 3}
"""Most periods of a kind that are caught up (our choice): a setting that was off for long floods
nobody."""

GRACE_DAYS = 3
"""So many days a run that was stopped leaves reports to the next one, which may score what is
missing (our choice)."""

PART = ".callqa-report-"


@dataclass(frozen=True, slots=True)
class ReportRun:
    """``written``: pages that this run wrote or sent; ``problems``: what could not be."""

    written: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def due_periods(
    settings: PeriodReportSettings,
    reports: Sequence[PeriodReport],
    *,
    has_calls: Callable[[Period], bool],
    today: date,
) -> tuple[Period, ...]:
    """The periods that have ended and whose report is not done. ``reports``: all that were begun.

    Without any of a kind, only the last period that has ended is due; later all since the first
    one. A period without calls has no report.
    """
    due: list[Period] = []
    for kind in (one for one in CAUGHT_UP if one in settings.periods):
        begun = {one.period: one for one in reports if one.kind == kind}
        last = Period.around(kind, today - timedelta(days=settings.wait_days)).previous
        first = min((Period.of_key(key).since for key in begun), default=last.since)
        period = last
        missing: list[Period] = []
        while period.since >= first and len(missing) < CAUGHT_UP[kind]:
            known = begun.get(period.key)
            if (known is None and has_calls(period)) or (known is not None and not known.done):
                missing.append(period)
            period = period.previous
        due += reversed(missing)
    return tuple(due)


def find_due(settings: Settings, store: Store, *, today: date) -> tuple[Period, ...]:
    """The periods whose report is due now. Raises ``StoreError``."""
    return due_periods(
        settings.nightly.reports,
        store.reports.all(),
        has_calls=lambda period: store.calls.last_day(period.scope()) is not None,
        today=today,
    )


def write_due(
    settings: Settings, store: Store, *, now: str, today: date, stopped: bool = False
) -> ReportRun:
    """Write and send the reports that are due. One that fails is noted and tried again at the next
    run; it ends nothing. ``now``: UTC, ISO 8601; ``stopped``: the run scored less than there was.
    Raises ``StoreError`` where not even the failure can be noted."""
    written: list[str] = []
    problems: list[str] = []
    moment = datetime.fromisoformat(now).astimezone().replace(tzinfo=None)
    as_of = AsOf(moment, settings.promises)
    for period in find_due(settings, store, today=today):
        if stopped and today <= period.until + timedelta(days=GRACE_DAYS):
            continue
        try:
            page = _write_once(settings, store, period, now=now, as_of=as_of)
            unsent = _send_once(settings, store, period, page, now=now, as_of=as_of)
        except Exception as error:  # a report must not end the night, whatever is wrong with it
            known = isinstance(error, (CallqaError, OSError))
            reason = str(error) if known else f"{type(error).__name__}: {error}"
            store.reports.note_failure(period.key, period.kind, reason=reason)
            problems.append(f"{period.key}: {reason}")
            continue
        written.append(str(page))
        if unsent:
            reason = f"not every address of [nightly] notify took it ({unsent} did not)"
            store.reports.note_failure(period.key, period.kind, reason=reason)
            problems.append(f"{period.key}: {reason}")
    return ReportRun(tuple(written), tuple(problems))


def report_lines(reports: Sequence[PeriodReport], due: Sequence[Period]) -> list[str]:
    """The state of the last report of each kind, and of all that are not done, in Chinese."""
    shown: dict[str, PeriodReport] = {}
    for one in reports:
        if not one.done or not any(other.kind == one.kind for other in shown.values()):
            shown[one.period] = one
    lines = [_line(one) for one in shown.values()]
    return lines + [f"定期报告 {one.key}：待生成" for one in due if one.key not in shown]


def _line(one: PeriodReport) -> str:
    if one.written_at is None:
        return f"! 定期报告 {one.period}：写入失败 {one.tries} 次，下次运行再试（{in_chinese(one.reason)}）"
    if not one.done:
        return f"! 定期报告 {one.period}：已生成 {one.page}，没有全部发出，下次运行再试"
    return f"定期报告 {one.period}：已生成 {one.page}"


def _write_once(settings: Settings, store: Store, period: Period, *, now: str, as_of: AsOf) -> Path:
    """The page of a period, written if no run has written it. All its files appear together, the
    page last. Raises ``ReportError``, ``OSError``."""
    known = next((one for one in store.reports.all() if one.period == period.key), None)
    if known is not None and known.written_at is not None:
        return Path(known.page)
    wanted = settings.nightly.reports
    root = Path(wanted.folder or settings.nightly.out)
    folder = root / f"{period.kind}-{period.key}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        for left in root.glob(f"{PART}*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=PART) as part:
            _write(settings, store, period, Path(part), as_of)
            folder.mkdir(exist_ok=True)
            for file in sorted(Path(part).iterdir(), key=lambda one: one.name == "index.html"):
                file.replace(folder / file.name)
    except OSError as error:
        raise ReportError(
            f"{folder}: cannot be written ({error.strerror or error}); free space or set another [nightly.reports] folder"
        ) from error
    page = folder / "index.html"
    store.reports.note_written(period.key, period.kind, page=str(page), at=now)
    return page


def _write(settings: Settings, store: Store, period: Period, folder: Path, as_of: AsOf) -> None:
    """The site's page with its tables and, if asked for, each agent's."""
    wanted, scope = settings.nightly.reports, period.scope()
    names = load_names(
        choose_lexicons(settings.site.lexicons),
        settings.review.base_url,
        settings.limits.answer_s,
        overlay_of(settings.site),
    )
    for agent in agents_in(store, scope) if wanted.agents else ():
        report_month(
            store,
            replace(scope, agent=agent),
            period=period.name,
            path=folder / f"{file_name(agent)}.html",
            names=names,
            formats=wanted.formats,
            masked=True,
            as_of=as_of,
        )
    report_site(
        store,
        scope,
        period=period.name,
        folder=folder,
        names=names,
        formats=wanted.formats,
        masked=True,
        as_of=as_of,
    )


def _send_once(
    settings: Settings, store: Store, period: Period, page: Path, *, now: str, as_of: AsOf
) -> int:
    """Send a report to each address that has not taken it, and return how many still have not."""
    wanted = settings.nightly.reports
    addresses = {_digest(one): one for one in settings.nightly.notify} if wanted.send else {}
    known = next(one for one in store.reports.all() if one.period == period.key)
    taken = set(known.sent_to)
    if addresses.keys() - taken:
        title, text = period_message(settings, store, period, page, as_of=as_of, now=now)
        files = sorted(page.parent.glob("*")) if wanted.attach else []
        attached = [file for file in files if file.name in _ATTACHED]
        for digest, address in addresses.items():
            if digest not in taken and send_summary([address], title, text, attached=attached):
                taken.add(digest)
                store.reports.note_sent(period.key, sorted(taken), done=False)
    unsent = len(addresses.keys() - taken)
    store.reports.note_sent(period.key, sorted(taken), done=not unsent)
    return unsent


_ATTACHED = ("index.html", "calls.xlsx")


def _digest(address: str) -> str:
    """An address in the store: it may hold a key, so only its digest is kept."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]
