"""Calls in progress: how soon words are lines, and what is found live of what the finished check
finds. Recordings are played through AudioSocket and WebSocket into a listener in this process.

python -m bench.speed.live_calls CALLS --calls 4 --speed 1
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from pipeline.ingest import find_recordings
from pipeline.jobs import HearingPlan, load_basis
from pipeline.live import (
    CallHouse,
    Calls,
    CallScorer,
    Endings,
    Player,
    Servers,
    Teller,
    Watch,
    load_live_checker,
    of_calls,
    replay_servers,
)
from pipeline.settings import Settings
from pipeline.settings.judging import RoleSettings
from pipeline.store import Store
from pipeline.telephony import AnnouncedCall
from pipeline.transcribe import identify
from pipeline.types import Baselines
from pipeline.workers import count_cores, keep_little

if TYPE_CHECKING:
    from pipeline.jobs import JudgingBasis
    from pipeline.types import StreamAnnounced


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--calls", type=int, default=4, help="recordings played at once")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--most", type=int, default=1000, help="recordings played in all")
    parser.add_argument("--minutes", type=float, default=0.0, help="play again for so long")
    given = parser.parse_args()
    keep_little()  # as ``callqa live`` does
    files = list(find_recordings([given.folder]))[: given.most]
    settings = Settings(roles=RoleSettings(agent_channels=swapped(files)))
    if given.minutes:
        length_s = 40.0 / given.speed / given.calls
        files = files * max(1, round(given.minutes * 60 / length_s / len(files)))
    print("load before:", os.getloadavg())
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "a.db") as store:
        run(Path(folder), store, settings, files, given.calls, given.speed)
    print("load after:", os.getloadavg(), flush=True)


def swapped(files: list[Path]) -> tuple[str, ...]:
    """Where the agent is right, as the truth beside a recording says."""
    truths = ((file, file.with_name(f"{file.stem}.truth.json")) for file in files)
    return tuple(
        f"name:^{re.escape(file.name)}$ = right"
        for file, truth in truths
        if truth.exists() and json.loads(truth.read_text())["layout"].endswith("swapped")
    )


def run(
    folder: Path, store: Store, settings: Settings, files: list[Path], at_once: int, speed: float
) -> None:
    basis = all_alarming(load_basis(settings, store))
    announced: dict[str, AnnouncedCall] = {}

    def announce(stream: str, said: StreamAnnounced) -> None:
        announced[stream] = AnnouncedCall(said.call, said.side, None, said.agent_id)

    calls = Calls(folder / "calls", at_once, time.monotonic, warn=print)
    served = replay_servers(calls.take, "t", at_once, lookup=announced.get, clock=time.time)
    servers = Servers(served, "t")
    scorer = CallScorer(
        HearingPlan(identify(settings), of_calls(basis), Baselines()), settings.score
    )
    endings = Endings(store, settings, scorer, now, print)
    checker = load_live_checker(basis, threads=count_cores())
    house = CallHouse(store, calls, endings, checker, basis, servers)
    watch = Watch(store, settings, basis, Teller(lambda *_: True), time.time, now, house=house)
    delays = watch_words(house)
    player = Player(servers.servers, "t", speed, announce, print, settings)
    began, memory = time.time(), [resident_mb()]
    used = resource.getrusage(resource.RUSAGE_SELF)
    played: list[Any] = []

    def is_over() -> bool:
        if not played:
            played.append(servers.run(player.play_all(files, at_once=at_once)))
        if time.time() - began > 10 * len(memory):
            memory.append(resident_mb())
        if played[0].done() and len(played) == 1 and not house.desk.in_hand:
            played.append(True)
            tell(time.time() - began)
        return played[0].done() and house.is_idle

    def tell(took_s: float) -> None:
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu_s = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
        report_live(delays, cpu_s, took_s)
        print(f"{len(files)} calls, {at_once} at once; memory, MB each 10 s:", *map(round, memory))

    watch.run(threading.Event(), until=is_over)
    report(store)


def report_live(delays: list[float], cpu_s: float, took_s: float) -> None:
    if len(delays) > 10:
        tenths = quantiles(delays, n=10)
        print(
            f"end of a word to its line: median {median(delays):.2f} s, nine of ten within "
            f"{tenths[8]:.2f} s, worst {max(delays):.2f} s ({len(delays)} words)"
        )
    print(f"listener: {cpu_s:.0f} s of CPU, {cpu_s / took_s:.2f} of a core while calls went on")


def all_alarming(basis: JudgingBasis) -> JudgingBasis:
    """Each forbidden phrase alarms, so that all of them are compared."""
    rules = tuple(
        replace(rule, alarm=rule.alarm or "wall") if rule.kind == "forbidden" else rule
        for rule in basis.lexicon.rules
    )
    return replace(basis, lexicon=replace(basis.lexicon, rules=rules))


def watch_words(house: CallHouse) -> list[float]:
    """Seconds from the end of each word to its line, as they come."""
    delays: list[float] = []
    add = house.desk._add

    def timed(one: Any, utterances: Any) -> None:
        add(one, utterances)
        moment = time.time()
        delays.extend(
            moment - one.call.began_at - word.end_s for said in utterances for word in said.words
        )

    house.desk._add = timed  # type: ignore[method-assign]
    return delays


def report(store: Store) -> None:
    db = store.db
    behind = db.execute("SELECT sum(behind), count(*) FROM live_calls").fetchone()
    print(f"recognition fell behind with {behind[0]} of {behind[1]} calls")
    for kind, where in (
        ("forbidden phrases", "rule LIKE 'forbidden.%'"),
        ("all rules that alarm", "1"),
    ):
        both, missed, extra = db.execute(
            f"SELECT sum(matched), sum(missed), sum(extra) FROM live_outcomes WHERE {where}"
        ).fetchone()
        print(f"{kind}: {both} in both, {missed} missed live, {extra} extra")
    for row in db.execute(
        "SELECT rule, sum(matched), sum(missed), sum(extra) FROM live_outcomes GROUP BY rule"
    ):
        print("  ", *row)


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    main()
