"""How long the promises of a month of many calls take: ``python -m bench.speed.promises``.

Made-up calls lie in a database of their own: one in three has a promise, one in two of those a call
back."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.jobs import due_on, judge_promises
from pipeline.promises import add_up
from pipeline.settings import PromiseSettings
from pipeline.store import Store
from pipeline.types import CallMeta, Contact, Promise, Scope
from tests.builders import a_result, an_utterance

FIRST = datetime(2026, 11, 1, 8, 0)
AT = "2026-12-01T00:00:00+00:00"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    count = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "callqa.db") as store:
        fill(store, count)
        scope, now = Scope.of_month("2026-11"), datetime(2026, 11, 28, 7, 0)
        began, cpu = time.perf_counter(), time.process_time()
        judged = judge_promises(store, scope, PromiseSettings(), now=now)
        figures = add_up(judged)
        month_s, month_cpu_s = time.perf_counter() - began, time.process_time() - cpu
        began, cpu = time.perf_counter(), time.process_time()
        today, overdue = due_on(store, now.date(), PromiseSettings(), now=now)
        morning_s, morning_cpu_s = time.perf_counter() - began, time.process_time() - cpu
    print(
        json.dumps(
            {
                "calls": count,
                "promises": len(judged),
                "agents": len(figures),
                "kept": sum(row.kept for row in figures),
                "month_s": round(month_s, 2),
                "month_cpu_s": round(month_cpu_s, 2),
                "due": len(today),
                "overdue": len(overdue),
                "morning_s": round(morning_s, 2),
                "morning_cpu_s": round(morning_cpu_s, 2),
            }
        )
    )


def fill(store: Store, count: int) -> None:
    """Calls of one month: the row of one result, copied."""
    call = CallMeta("first", "8000", "C0", FIRST.isoformat(), "报修")
    made = replace(a_result(call=call, utterances=(an_utterance("您好。"),)))
    store.results.save(made, scored_at=AT)
    with store.batch():
        copies = {table: columns(store, table) for table in ("recordings", "results", "calls")}
        for number in range(1, count):
            put(store, copies, number, FIRST + timedelta(seconds=number * 25))


def columns(store: Store, table: str) -> str:
    return ", ".join(store.db.table(table).columns_dict)


def put(store: Store, copies: dict[str, str], number: int, moment: datetime) -> None:
    sha256 = f"{number:064x}"
    values = {
        "sha256": sha256,
        "id": number + 1,
        "result_id": number + 1,
        "call_id": f"call-{number}",
        "agent_id": f"80{number % 100:02}",
        "customer_id": f"C{number // 6 if number % 6 < 2 else number}",
        "started_at": moment.isoformat(),
        "moment": moment.isoformat(),
    }
    for table, names in copies.items():
        picked = [":" + n if n in values else n for n in names.split(", ")]
        store.db.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(picked)} FROM {table} WHERE rowid = 1",
            values,
        )
    promises = []
    if number % 3 == 0:
        due = (moment + timedelta(hours=4)).isoformat(timespec="minutes")
        promises = [Promise("contact", 5.0, 8.0, "今天下午给您回电。", "今天下午", due)]
    contact = Contact("", ("宽带",), number % 6 == 1)
    store.promises.put(sha256, contact, promises, basis="made up")


if __name__ == "__main__":
    main()
