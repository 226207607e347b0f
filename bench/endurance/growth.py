"""What adding a call costs in a database of a million calls against an empty one: the same
transaction that a nightly run makes for each call, on both by turns.

    python -m bench.endurance.growth --calls 1000000 --add 2000
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from random import Random
from statistics import mean, median

import click

from pipeline.store import KnownFile, Ready, Store, ready
from pipeline.store.ledger import hash_of
from pipeline.store.search import index_result
from pipeline.types import CallMeta, RoleTone, Tone, TonePart, ToneWindow
from tests.builders import a_result, an_utterance

AGENTS = 300
CALLS_A_DAY = 20_000
OWN = 10_000
TABLES = {
    "recordings": "rowid <= {own}", "results": "id <= {own}", "measures": "result_id <= {own}",
    "utterances": "result_id <= {own}", "findings": "result_id <= {own}", "score_items": "result_id <= {own}",
    "voices": "result_id <= {own}", "faults": "result_id <= {own}", "calls": "result_id <= {own}", "files": "rowid <= {own}",
}  # fmt: skip
"""What belongs to a call, in an order that keeps the references, and which rows are the first
calls'."""

ROUND = 50
"""Calls added to one database before it is the other's turn."""

START = datetime(2025, 1, 1, 8, 0)
AT = "2026-11-01T00:00:00+00:00"
SAYS = (
    "您好，请讲。",
    "我要退款。",
    "您稍等。",
    "好的。",
    "还有什么可以帮您？",
    "没有了。",
    "再见。",
    "麻烦您再说一遍。",
)


def rows(numbers: range, *, seed: int) -> Iterator[tuple[Ready, KnownFile]]:
    """Small calls of a few words, each with the note that its file is done."""
    base = a_result()
    for number in numbers:
        chance = Random(f"{seed} {number}")
        sha256 = hashlib.sha256(f"{seed} {number}".encode()).hexdigest()
        began = START + timedelta(seconds=number * 86400 / CALLS_A_DAY)
        meta = CallMeta(
            f"c{seed}-{number:07d}", f"8{chance.randrange(AGENTS):03d}", f"k{chance.randrange(200_000)}",
            began.isoformat(timespec="seconds"), "咨询",
        )  # fmt: skip
        path = Path(f"/recordings/{began:%Y-%m-%d}/{seed}-{number:07d}.wav")
        said = tuple(
            an_utterance(chance.choice(SAYS), role, 3.0 * at)
            for at, role in enumerate(("agent", "customer"))
        )
        recording = replace(base.recording, sha256=sha256, path=str(path))
        part = TonePart("rate", chance.gauss(4.0, 0.5), 4.0, 0.0)
        tone = Tone(
            agent=RoleTone(windows=(ToneWindow(0.0, 3.0, (part,)), ToneWindow(3.0, 6.0, (part,))))
        )
        result = replace(base, recording=recording, call=meta, utterances=said, tone=tone)
        made = ready(result, scored_at=AT)
        yield made, KnownFile(path, 4000, number, sha256, "scored")


def fill(db: Path, calls: int) -> None:
    """A database of so many calls: the first ones saved as ever, the others copies of them on later
    days, since a million take an hour. ``callqa verify`` tells the copies by their digests;
    everything else is as it would be."""
    own = min(calls, OWN)
    with Store.open(db) as store:
        run_id = store.runs.begin("bench", started_at=AT)
        with store.batch():
            for made, file in rows(range(own), seed=0):
                store.results.put(made, run_id=run_id)
                store.files.note(file, at=AT)
        store.db.execute("PRAGMA cache_size = -1000000")
        store.db.conn.create_function("copied", 2, _copied, deterministic=True)
        for copy in range(1, calls // own):
            with store.batch():
                _copy(store, copy, own)


def _copied(digest: str, copy: int) -> str:
    return hashlib.sha256(f"{digest} {copy}".encode()).hexdigest()


def _copy(store: Store, copy: int, own: int) -> None:
    """The first ``own`` calls once more, ``copy`` days later."""
    ids, digest, label = f"+ {copy * own}", f"copied(sha256, {copy})", f"|| '-{copy}'"
    later = f"strftime('%Y-%m-%dT%H:%M:%S', {{}}, '+{copy} days')"
    changed = {
        "id": f"id {ids}", "result_id": f"result_id {ids}", "sha256": digest, "call_id": f"call_id {label}",
        "name": f"name {label}", "stem": f"stem {label}", "started_at": later.format("started_at"),
        "moment": later.format("moment"),
    }  # fmt: skip
    for table, key in TABLES.items():
        names = [row[1] for row in store.db.execute(f"PRAGMA table_info({table})").fetchall()]
        path = {
            "files": f"json_quote(json_extract(path, '$') {label})",
            "recordings": f"path {label}",
        }.get(table, "path")
        wanted = ", ".join(path if name == "path" else changed.get(name, name) for name in names)
        store.db.execute(
            f"INSERT INTO {table} SELECT {wanted} FROM {table} WHERE {key.format(own=own)}"
        )
    said = store.db.execute(
        "SELECT result_id, role, text FROM utterances WHERE result_id <= ? ORDER BY result_id, position",
        [own],
    ).fetchall()
    for result_id, lines in groupby(said, key=itemgetter(0)):
        index_result(store.db, result_id + copy * own, [line[1:] for line in lines])
    _note(store, copy, own)


def _note(store: Store, copy: int, own: int) -> None:
    """The copies' entries in the ledger."""
    number, before = store.db.execute("SELECT entries, hash FROM ledger_head").fetchone()
    detail = json.dumps({"recording": "0" * 64, "sha256": "0" * 64})
    made = []
    for result_id in range(copy * own + 1, (copy + 1) * own + 1):
        number += 1
        entry = (number, AT, "callqa", "scored", f"result {result_id}", detail)
        before = hash_of(entry, salt="", before=before)
        made.append((*entry, before))
    names = "id, at, actor, action, subject, detail, hash"
    store.db.conn.executemany(f"INSERT INTO ledger ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", made)
    store.db.execute("UPDATE ledger_head SET entries = ?, hash = ?", [number, before])


def price(
    store: Store, calls: Sequence[tuple[Ready, KnownFile]], run_id: int
) -> tuple[float, float]:
    """CPU and wall seconds to add calls, each in a transaction of its own as pipeline.nightly.run
    does."""
    cpu, wall = time.process_time(), time.perf_counter()
    for made, file in calls:
        with store.batch():
            store.results.put(made, run_id=run_id)
            store.files.note(file, at=AT)
    return time.process_time() - cpu, time.perf_counter() - wall


@click.command()
@click.option(
    "--calls", default=1_000_000, show_default=True, help="In the large database; 4.7 KB each."
)
@click.option("--add", "count", default=2000, show_default=True)
@click.option(
    "--db",
    type=click.Path(path_type=Path),
    help="The large database, kept; made where it is missing.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    help="Another one for each time that the same --db is used.",
)
def main(calls: int, count: int, db: Path | None, seed: int) -> None:
    """Print what a call costs in both."""
    with tempfile.TemporaryDirectory() as name:
        large = db or Path(name, "large.db")
        if not large.exists():
            fill(large, calls)
        with Store.open(Path(name, "empty.db")) as empty, Store.open(large) as full:
            run_ids = [store.runs.begin("bench", started_at=AT) for store in (empty, full)]
            spent: tuple[list[tuple[float, float]], ...] = ([], [])
            for start in range(0, count, ROUND):
                made = list(rows(range(start, start + ROUND), seed=seed))
                for at, store in enumerate((empty, full)):
                    spent[at].append(price(store, made, run_ids[at]))
    print("ms a call\tmedian CPU\tmean CPU\tmedian wall\tmean wall")
    for label, times in zip(("empty", f"{calls:,} calls"), spent, strict=True):
        figures = [
            how([one[kind] for one in times]) / ROUND * 1000
            for kind in (0, 1)
            for how in (median, mean)
        ]
        print(label, *(f"{figure:.2f}" for figure in figures), sep="\t")


if __name__ == "__main__":
    main()
