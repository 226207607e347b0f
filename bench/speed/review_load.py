"""Twenty people use the review pages at once while the nightly run writes: how long do they wait,
and does it?

    python -m bench.speed.review_load out/bench-100000.db --seconds 60 --users 20

The database is copied, the real server runs in a process of its own, and so does a writer that
saves results as a nightly run does. Each user does what a supervisor does: looks at the queue,
filters it, opens a call, decides, undoes."""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from pipeline.people.users import digest_of_secret
from pipeline.store import Store

CSRF = "c" * 43
WRITER = """
import sys, time
from dataclasses import replace
from pipeline.store import Store
db, seconds = sys.argv[1], float(sys.argv[2])
took = []
with Store.open(db) as store:
    one = store.results.get(store.results.effective_ids()[0])
    until = time.time() + seconds
    number = 0
    while time.time() < until:
        number += 1
        made = replace(one, recording=replace(one.recording, sha256=f"{number:x}".rjust(64, "e")))
        began = time.perf_counter()
        store.results.save(made, scored_at="2026-11-20T01:00:00+00:00")
        took.append(time.perf_counter() - began)
        time.sleep(0.1)
took.sort()
print(f"{len(took)} calls saved, median {took[len(took) // 2] * 1000:.0f} ms, worst {took[-1] * 1000:.0f} ms")
"""


@dataclass
class Counts:
    """Seconds of each kind of request, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


def prepare(db: Path, users: int) -> None:
    """An account and a session for each user."""
    with Store.open(db) as store:
        for number in range(users):
            name = f"load{number}"
            store.users.add(name, "supervisor", actor="bench", at="2026-11-20T00:00:00+00:00")
            store.sessions.begin(
                name, digest=digest_of_secret(f"secret{number}"), csrf=CSRF, now=time.time()
            )


async def visit(
    client: httpx.AsyncClient, counts: Counts, kind: str, method: str, path: str, **given: object
) -> str:
    began = time.perf_counter()
    try:
        answer = await client.request(method, path, **given)  # type: ignore[arg-type]
    except httpx.HTTPError as error:
        counts.errors.append(f"{kind} {path}: {error!r}")
        return ""
    counts.took[kind].append(time.perf_counter() - began)
    if answer.status_code >= 400:
        counts.errors.append(f"{kind} {path}: {answer.status_code}")
    return answer.text


async def work(url: str, number: int, calls: list[int], until: float, counts: Counts) -> None:
    """One supervisor, who thinks for up to two seconds between steps."""
    dice = random.Random(number)
    async with httpx.AsyncClient(
        base_url=url, cookies={"callqa": f"secret{number}"}, timeout=30, follow_redirects=True
    ) as client:
        while time.time() < until:
            await visit(client, counts, "queue", "GET", "/queue")
            await asyncio.sleep(dice.random() * 2)
            path = dice.choice(
                [
                    "/queue?view=all&verdict=review",
                    "/queue?view=all&text=退款",
                    "/queue?view=flagged",
                ]
            )
            await visit(client, counts, "queue, filtered", "GET", path)
            await asyncio.sleep(dice.random() * 2)
            call = dice.choice(calls)
            await visit(client, counts, "call", "GET", f"/calls/{call}")
            await asyncio.sleep(dice.random() * 2)
            change = {"csrf": CSRF, "text": "听过了。"}
            await visit(client, counts, "comment", "POST", f"/calls/{call}/comment", data=change)


def serve(db: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The real server, and where it is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pipeline.commands.main",
            "serve",
            "--db",
            str(db),
            "--port",
            str(port),
        ]
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            httpx.get(f"{url}/healthz", timeout=2).raise_for_status()
            return server, url
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def report(counts: Counts) -> None:
    for kind, took in counts.took.items():
        took.sort()
        p95 = took[int(len(took) * 0.95)]
        print(f"{kind:16} {len(took):6} requests, median {statistics.median(took) * 1000:5.0f} ms, p95 {p95 * 1000:5.0f} ms, "
              f"worst {took[-1] * 1000:5.0f} ms")  # fmt: skip
    print(f"{len(counts.errors)} errors", *counts.errors[:5], sep="\n  ")


async def load(url: str, calls: list[int], users: int, seconds: float) -> Counts:
    counts = Counts()
    until = time.time() + seconds
    await asyncio.gather(*(work(url, number, calls, until, counts) for number in range(users)))
    return counts


def alone(url: str, calls: list[int]) -> Counts:
    """One user, nobody else: the pages themselves."""
    counts = Counts()

    async def look() -> None:
        async with httpx.AsyncClient(
            base_url=url, cookies={"callqa": "secret0"}, timeout=30
        ) as client:
            for number in range(20):
                await visit(client, counts, "queue", "GET", "/queue")
                await visit(client, counts, "queue by text", "GET", "/queue?view=all&text=退款")
                await visit(
                    client, counts, "queue by rule", "GET", "/queue?view=all&rule=forbidden.shirk"
                )
                await visit(
                    client, counts, "call", "GET", f"/calls/{calls[number * len(calls) // 20]}"
                )

    asyncio.run(look())
    return counts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("db", type=Path)
    options.add_argument("--users", type=int, default=20)
    options.add_argument("--seconds", type=float, default=60)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.db.parent) as folder:
        db = Path(folder) / "callqa.db"
        shutil.copy2(given.db, db)
        prepare(db, given.users)
        with Store.open(db) as store:
            ids = store.results.effective_ids()
        calls = random.Random(1).sample(ids, min(500, len(ids)))
        server, url = serve(db)
        try:
            print("one user:")
            report(alone(url, calls))
            writer = subprocess.Popen(
                [sys.executable, "-c", WRITER, str(db), str(given.seconds)], stdout=subprocess.PIPE
            )
            print(f"{given.users} users for {given.seconds:.0f} s, with a writer:")
            report(asyncio.run(load(url, calls, given.users, given.seconds)))
            print("writer:", writer.communicate(timeout=60)[0].decode().strip())
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
