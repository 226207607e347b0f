"""``callqa erase`` that is killed again and again: after each SIGKILL all of the person is there or
no row names him, the ledger says which, and the same command again takes away the rest.

python -m bench.endurance.erasures --kills 30
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import click

from pipeline.commands.main import main as callqa
from pipeline.jobs import erasure
from pipeline.store import Store
from pipeline.store.erasure import EraseStore
from pipeline.store.file import StoreFile
from pipeline.store.sealed_tables import read_tables
from tests.builders import a_result
from tests.store.full_site import AT
from tests.store.personal_site import (
    CALL_ID,
    NAME,
    PERSON,
    PHONE,
    fill_with_person,
    left_in,
    write_of_person,
)

COMMAND = ("erase", "--db", "callqa.db", "--customer", PHONE, "--reason", "客户要求删除，工单 77")


STAGES = (
    "looking for the person", "deleting files", "the overlay of rules", "erasing rows",
    "clearing the index", "writing the file anew", "the last entry",
)  # fmt: skip
"""Where a run is: each begins with a call of the program that is told of here (``_tell_stages``)."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the command. ``began_s``: of each stage that it came to, from its start; ``said``: what
    it printed first."""

    code: int
    took_s: float
    began_s: tuple[float, ...]
    said: str

    @property
    def stage(self) -> str:
        return STAGES[len(self.began_s) - 1] if self.began_s else "starting"

    @property
    def into_s(self) -> float:
        """How long it was in its last stage."""
        return self.took_s - (self.began_s[-1] if self.began_s else 0.0)

    def length_s(self, stage: int) -> float:
        return (*self.began_s, self.took_s)[stage + 1] - self.began_s[stage]


@click.command()
@click.option("--kills", default=30, show_default=True)
@click.option("--calls", default=1000, show_default=True, help="Of other people.")
@click.option("--seed", default=0, show_default=True)
def main(kills: int, calls: int, seed: int) -> None:
    """Print of each kill where it was hit, what was there afterwards, and what the next run did."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        template, folder = Path(place, "template"), Path(place, "cut")
        head = _fill(template, calls)
        shutil.copytree(template, folder)
        whole = _run(folder)
        _expect(whole.code == 0 and left_in(folder) == [], f"exit code {whole.code} of a whole run")
        _expect(len(whole.began_s) == len(STAGES), f"it came to {whole.stage} only")
        killed = 0
        while killed < kills:
            shutil.rmtree(folder)
            shutil.copytree(template, folder)
            lines: list[str] = []
            while (
                len(lines) < 2 and killed < kills
            ):  # the second one is killed as well, half the time
                stage = killed % len(STAGES)
                run = _run(folder, stage, chance.uniform(0.0, whole.length_s(stage)))
                if run.code != -signal.SIGKILL:
                    break
                killed += 1
                state = _state(folder, head, calls)
                seen[f"{run.stage}: {state}"] += 1
                lines.append(f"kill {killed}\t{run.stage}, {run.into_s * 1000:.0f} ms\t{state}")
                if chance.random() < 0.5:
                    break
            after = _finish(folder, calls)
            for at, line in enumerate(lines, 1):
                then = after if at == len(lines) else "killed again"
                print(f"{line}\t{then}", flush=True)
        print()
        for state, count in sorted(seen.items()):
            print(f"{count}\t{state}")
    print(f"kills\t{killed}\nnothing half, nothing left after the next run\t{killed}")


def _fill(folder: Path, calls: int) -> str:
    """A site with the person in its database, a recording, a page and a log; its last hash."""
    folder.mkdir()
    db = folder / "callqa.db"
    fill_with_person(db)
    write_of_person(db)
    with Store.open(db) as store, store.batch():
        for number in range(calls):
            recording = replace(a_result().recording, sha256=f"{number:064x}")
            store.results.save(a_result(recording=recording), scored_at=AT)
    (folder / "calls").mkdir()
    (folder / "calls" / f"{CALL_ID}.wav").write_bytes(b"sound")
    (folder / "calls" / "metadata.csv").write_text(
        f"filename,customer_id\na.wav,C1\n{CALL_ID}.wav,{PHONE}\n", encoding="utf-8"
    )
    (folder / "out").mkdir()
    (folder / "out" / f"{CALL_ID}.html").write_text(f"<p>{PHONE}</p>", encoding="utf-8")
    (folder / "callqa.db.site.yaml").write_text(
        f"version: 1\nrules:\n  - rule: forbidden.shirk\n    exceptions:\n      - {NAME}那单归我管\n",
        encoding="utf-8",
    )
    (folder / "callqa.toml").write_text('[nightly]\nout = "out"\n', encoding="utf-8")
    with Store.open(db) as store:
        return store.ledger.verify().head


def _run(folder: Path, stage: int | None = None, delay_s: float = 0.0) -> Run:
    """Run the command in a process of its own, killed so long after a stage begins. It is a fork, so
    that the time is that of the command and not of Python's start."""
    told, tell = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(told)
        _work(folder, tell)
    os.close(tell)
    stages: list[float] = []
    while stage is None or len(stages) <= stage:
        at = os.read(told, 8)
        if not at:
            break
        stages.append(struct.unpack("d", at)[0] - began)
    else:
        time.sleep(delay_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    took_s = time.monotonic() - began
    stages += [at - began for (at,) in struct.iter_unpack("d", os.read(told, 8 * len(STAGES)))]
    os.close(told)
    said = (folder / "said").read_text(encoding="utf-8").splitlines()
    (folder / "said").unlink()
    code = os.waitstatus_to_exitcode(status)
    return Run(code, took_s, tuple(stages), said[0] if said else "")


def _work(folder: Path, tell: int) -> NoReturn:
    os.chdir(folder)
    os.dup2(os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    code = 1
    try:
        _tell_stages(tell)
        callqa.main(list(COMMAND), prog_name="callqa")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


def _tell_stages(tell: int) -> None:
    """Tell of each stage as it begins; what does the work is the program's own."""
    for owner, name, times in (
        (erasure, "find_person", 1), (erasure, "erase_files", 1), (erasure, "erase_in_overlay", 1),
        (EraseStore, "erase", 1), (EraseStore, "clean", 1), (StoreFile, "fold_log", 2),
    ):  # fmt: skip
        setattr(owner, name, _telling(getattr(owner, name), tell, times))


def _telling(work: Callable[..., Any], tell: int, times: int) -> Callable[..., Any]:
    left = times

    def told(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        if left:
            left -= 1
            os.write(tell, struct.pack("d", time.monotonic()))
        return work(*args, **kwargs)

    return told


def _state(folder: Path, head: str, calls: int) -> str:
    """What is there after a kill. The ledger's last hash covers each row, so the same hash is the
    same person, whole."""
    with Store.open(folder / "callqa.db", create=False) as store:
        found = store.ledger.verify()
        rows = repr(
            [list(store.db.query(f"SELECT * FROM {one.name}")) for one in read_tables(store.db)]
        )
        unfinished, known = store.erasure.unfinished(), store.erasure.calls_of(PHONE)
        _expect(len(store.calls.records()) == calls + 4, "calls are lost")
    if found.head == head:
        _expect(not found.faults and bool(known), f"{found.faults}")
        files = (folder / "calls" / f"{CALL_ID}.wav").exists()
        return "all rows of the person there" + ("" if files else ", files gone")
    overlay = (folder / "callqa.db.site.yaml").read_text(encoding="utf-8")
    if known:  # the overlay is written with an entry of its own, before the rows
        _expect(NAME not in overlay and not found.faults, f"{found.faults}")
        return "all rows of the person there, files gone, overlay without the name"
    _expect(NAME not in overlay, "rows gone, and the overlay names the person")
    _expect(not known and not any(text in rows for text in PERSON), "half a person")
    _expect({fault.subject.split()[0] for fault in found.faults} <= {"erasure"}, f"{found.faults}")
    _expect(bool(found.faults) == bool(unfinished), "verify does not know whether bytes are left")
    return "no row of the person" + (", bytes named by verify" if unfinished else ", finished")


def _finish(folder: Path, calls: int) -> str:
    """The same command once more takes away what is left; what it did."""
    with Store.open(folder / "callqa.db", create=False) as store:
        is_done = not store.erasure.unfinished() and not store.erasure.calls_of(PHONE)
    run = _run(folder)
    _expect(run.code == (1 if is_done else 0), f"exit code {run.code} of the run after a kill")
    _expect(left_in(folder) == [], f"left: {left_in(folder)}")
    with Store.open(folder / "callqa.db", create=False) as store:
        found = store.ledger.verify()
        actions = [entry.action for entry in store.ledger.entries()]
        _expect(len(store.calls.records()) == calls + 4, "calls are lost")
    _expect(not found.faults, f"{found.faults}")
    _expect("erased" in actions and "erasure finished" in actions, "the ledger does not say so")
    return f"exit {run.code}: {run.said}"


def _expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise SystemExit(f"FAULT: {what}")


if __name__ == "__main__":
    main()
