"""How long reports, search and rescoring take on a database of many calls (``bench.speed.many_calls`` makes
one).

python -m bench.speed.reports CALLS.db
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import click

from pipeline.commands.options import now
from pipeline.jobs import AsOf, Recomputer, load_basis, rescore_stored, save_rescored
from pipeline.jobs.agent_report import report_month, report_same
from pipeline.jobs.report import report_site
from pipeline.jobs.report_names import load_names
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import CallRecord, Period, Scope

WORDS = ("退款", "您好", "再", "营业厅", "没有这句话")
RESCORED = 10_000


@click.command()
@click.argument("db", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--rescore/--no-rescore",
    default=False,
    help="Also score 10,000 calls again; this adds to the database.",
)
def main(db: Path, rescore: bool) -> None:
    """Print seconds of processor time, and by the clock: on a busy machine the clock tells little."""
    names, as_of = load_names(), AsOf(datetime.now())
    with Store.open(db) as store, tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        records = store.calls.records()
        last = max(record.started_at or "" for record in records)[:10]
        month = Scope.of_month(last[:7])
        agent = next(record.agent_id for record in records if record.agent_id)
        own = Scope(month.since, month.until, agent)
        day = Scope.of_month(last[:7]).until
        print(f"calls in the database\t{len(records)}")
        first = Scope(month.since, month.since)

        def site(scope: Scope) -> object:
            return report_site(
                store,
                scope,
                period="x",
                folder=out,
                names=names,
                formats=(),
                masked=True,
                as_of=as_of,
            )

        def agent_month() -> object:
            path = out / "agent.html"
            return report_month(
                store, own, period="x", path=path, names=names, formats=(), masked=True, as_of=as_of
            )

        _time("report of a day, the first of the process", lambda: site(first))
        _time("report of a day", lambda: site(first))
        _time(f"report of a month ({_count(records, month)} calls)", lambda: site(month))
        quarter = Period.around("quarter", month.until).scope()
        _time("report of a quarter", lambda: site(quarter))
        _time("report of all calls", lambda: site(Scope(until=day)))
        _time("agent's month", agent_month)
        _time(
            "四个一样 of a month",
            lambda: report_same(store, month, period="x", path=out / "same.html"),
        )
        for word in WORDS:
            _time(f"search {word}", lambda word=word: store.calls.search(word, limit=50))  # type: ignore[misc]
        if rescore:
            _time(f"rescore of {RESCORED}", lambda: _rescore(store, db))


def _count(records: Sequence[CallRecord], month: Scope) -> int:
    name = str(month.since)[:7]
    return sum((record.started_at or "").startswith(name) for record in records)


def _rescore(store: Store, db: Path) -> None:
    ids = store.results.effective_ids()[:RESCORED]
    run_id = store.runs.begin("bench", started_at=now())
    basis = load_basis(Settings(), store)
    recomputer = Recomputer(basis)

    def recount(sha256: str) -> int:
        return recomputer.recount(store, sha256, actor="bench", at=now(), run_id=run_id)

    for chunk in rescore_stored(db, ids, basis, scored_at=now(), workers=2):
        save_rescored(store, chunk, run_id=run_id, actor="bench", recount=recount)


def _time(name: str, work: Callable[[], object]) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    cpu_s, clock_s = time.process_time() - cpu, time.perf_counter() - start
    print(f"{name}\t{cpu_s:.2f} s of processor time\t{clock_s:.2f} s", flush=True)


if __name__ == "__main__":
    main()
