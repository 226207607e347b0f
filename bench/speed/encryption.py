"""What a key costs: opening, saving and reports of a database of many calls (``bench.speed.many_calls``
makes one), with a key against without.

    python -m bench.speed.encryption CALLS.db
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import TypeAlias

import click

from pipeline.jobs import AsOf
from pipeline.jobs.agent_report import report_month
from pipeline.jobs.report import report_site
from pipeline.jobs.report_names import load_names
from pipeline.store import DatabaseKey, Store, copy_for
from pipeline.types import CallResult, Scope

AT = "2026-11-01T00:00:00+00:00"
SAVED = 100
OPENED = 20
Work: TypeAlias = Callable[[Store], object]


@click.command()
@click.argument("db", type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", default=5, show_default=True)
def main(db: Path, rounds: int) -> None:
    """Print seconds of processor time, without and with a key, each the median of so many rounds
    taken in turns: on a busy machine the clock tells little."""
    key = DatabaseKey(secrets.token_hex(32))
    with tempfile.TemporaryDirectory(dir=db.absolute().parent) as folder:
        plain, keyed = Path(folder) / "plain.db", Path(folder) / "keyed.db"
        with Store.open(db, create=False) as store:
            store.back_up(Path(folder) / "copy.db")
            count = len(store.calls.records())
        copy_for(Path(folder) / "copy.db", keyed, old=None, new=key)
        copy_for(keyed, plain, old=key, new=None)  # so that both have their rows as close together
        print(f"{count} calls, {plain.stat().st_size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}")
        both = ((plain, None), (keyed, key))
        _compare_saving(both, _some_results(plain))
        for title, work in _works(plain, Path(folder)):
            _compare(title, work, both, rounds)


def _works(
    plain: Path, out: Path
) -> Sequence[tuple[str, Callable[[Path, DatabaseKey | None], float]]]:
    names, as_of = load_names(), AsOf(datetime.now())
    with Store.open(plain, create=False, key=None) as store:
        records = store.calls.records()
    last = max(record.started_at or "" for record in records)[:10]
    month = Scope.of_month(last[:7])
    day = Scope(month.since, month.since)
    agent = Scope(month.since, month.until, next(r.agent_id for r in records if r.agent_id))

    def site(scope: Scope) -> Work:
        return lambda store: report_site(
            store, scope, period="x", folder=out, names=names, formats=(), masked=True, as_of=as_of
        )

    def agents(store: Store) -> object:
        return report_month(
            store, agent, period="x", path=out / "a.html", names=names, formats=(), masked=True,
            as_of=as_of,
        )  # fmt: skip

    return (
        (f"opening, {OPENED} times", _opening),
        ("report of a day", _timed(site(day))),
        ("report of a month", _timed(site(month))),
        ("agent's month", _timed(agents)),
        ("search 退款", _timed(lambda store: store.calls.search("退款", limit=50))),
        ("all transcripts read", _timed(_read_all)),
    )


def _compare(
    title: str,
    work: Callable[[Path, DatabaseKey | None], float],
    both: Sequence[tuple[Path, DatabaseKey | None]],
    rounds: int,
) -> None:
    took: list[list[float]] = [[], []]
    for _ in range(rounds):
        for at, (path, key) in enumerate(both):
            took[at].append(work(path, key))
    _print(title, took)


def _print(title: str, took: Sequence[Sequence[float]]) -> None:
    without, with_key = (median(one) for one in took)
    print(f"{title}\t{without:.4f}\t{with_key:.4f} s\t{with_key / without - 1:+.0%}", flush=True)


def _opening(path: Path, key: DatabaseKey | None) -> float:
    began = time.process_time()
    for _ in range(OPENED):
        Store.open(path, create=False, key=key).close()
    return time.process_time() - began


def _some_results(db: Path) -> list[CallResult]:
    with Store.open(db, create=False, key=None) as store:
        return [store.results.get(one.result_id) for one in store.calls.records()[:SAVED]]


def _compare_saving(
    both: Sequence[tuple[Path, DatabaseKey | None]], results: Sequence[CallResult]
) -> None:
    """Each call is saved in both files, one after the other and each first in turn: what else the
    machine does meets both."""
    took: list[list[float]] = [[], []]
    with (
        Store.open(both[0][0], create=False, key=both[0][1]) as one,
        Store.open(both[1][0], create=False, key=both[1][1]) as other,
    ):
        stores = (one, other)
        for number, result in enumerate(results):
            recording = replace(result.recording, sha256=secrets.token_hex(32))
            for at in (number % 2, 1 - number % 2):
                store = stores[at]
                began = time.process_time()
                store.results.save(replace(result, recording=recording), scored_at=AT)
                took[at].append(time.process_time() - began)
    _print(f"saving a call, of {SAVED}", took)


def _timed(work: Work) -> Callable[[Path, DatabaseKey | None], float]:
    """The time of some work in a file that was just opened."""

    def run(path: Path, key: DatabaseKey | None) -> float:
        with Store.open(path, create=False, key=key) as store:
            began = time.process_time()
            work(store)
            return time.process_time() - began

    return run


def _read_all(store: Store) -> None:
    """Every page of the transcripts: what no cache helps with."""
    store.db.execute("SELECT sum(length(text)), sum(length(words)) FROM utterances").fetchone()


if __name__ == "__main__":
    main()
