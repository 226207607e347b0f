"""``callqa erase`` that is killed again and again: after each SIGKILL all of the person is there or
no row names him, the ledger says which, and the same command again takes away the rest.

python -m bench.endurance.erasures --kills 30
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import click

from pipeline.commands.main import main as callqa
from pipeline.store import Store
from pipeline.store.seals import read_tables
from tests.builders import a_result
from tests.store.full_site import AT
from tests.store.personal_site import CALL_ID, PERSON, PHONE, fill_with_person, left_in

COMMAND = ("erase", "--db", "callqa.db", "--customer", PHONE, "--reason", "客户要求删除，工单 77")


@click.command()
@click.option("--kills", default=30, show_default=True)
@click.option("--calls", default=1000, show_default=True, help="Of other people.")
@click.option("--seed", default=0, show_default=True)
def main(kills: int, calls: int, seed: int) -> None:
    """Print what was found after the kills, and after the command was run again."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        template, folder = Path(place, "template"), Path(place, "cut")
        head = _fill(template, calls)
        shutil.copytree(template, folder)
        code, took_s = _run(folder)
        _expect(code == 0 and left_in(folder) == [], f"exit code {code} of a whole run")
        killed = 0
        while killed < kills:
            shutil.rmtree(folder)
            shutil.copytree(template, folder)
            again = 0
            while again < 2 and killed < kills:  # the second one is killed as well, half the time
                code, _ = _run(folder, chance.uniform(0.0, 1.1 * took_s))
                if code != -signal.SIGKILL:
                    break
                killed, again = killed + 1, again + 1
                seen[_state(folder, head, calls)] += 1
                if chance.random() < 0.5:
                    break
            _finish(folder, calls)
        for state, count in sorted(seen.items()):
            print(f"{state}\t{count}")
    print(f"kills\t{killed}\nnothing half, nothing left after the next run\t{killed}")


def _fill(folder: Path, calls: int) -> str:
    """A site with the person in its database, a recording, a page and a log; its last hash."""
    folder.mkdir()
    db = folder / "callqa.db"
    fill_with_person(db)
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
    (folder / "callqa.toml").write_text('[nightly]\nout = "out"\n', encoding="utf-8")
    with Store.open(db) as store:
        return store.ledger.verify().head


def _run(folder: Path, kill_after_s: float | None = None) -> tuple[int, float]:
    """Run the command in a process of its own, killed so long after its begin; exit code, and seconds.
    It is a fork, so that the time is that of the command and not of Python's start."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        code = 1
        try:
            callqa.main(list(COMMAND), prog_name="callqa")
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        finally:
            os._exit(code)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - began


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
    _expect(not known and not any(text in rows for text in PERSON), "half a person")
    _expect({fault.subject.split()[0] for fault in found.faults} <= {"erasure"}, f"{found.faults}")
    _expect(bool(found.faults) == bool(unfinished), "verify does not know whether bytes are left")
    return "no row of the person" + (", bytes named by verify" if unfinished else ", finished")


def _finish(folder: Path, calls: int) -> None:
    """The same command once more takes away what is left."""
    with Store.open(folder / "callqa.db", create=False) as store:
        is_done = not store.erasure.unfinished() and not store.erasure.calls_of(PHONE)
    code, _ = _run(folder)
    _expect(code == (1 if is_done else 0), f"exit code {code} of the run after a kill")
    _expect(left_in(folder) == [], f"left: {left_in(folder)}")
    with Store.open(folder / "callqa.db", create=False) as store:
        found = store.ledger.verify()
        actions = [entry.action for entry in store.ledger.entries()]
        _expect(len(store.calls.records()) == calls + 4, "calls are lost")
    _expect(not found.faults, f"{found.faults}")
    _expect("erased" in actions and "erasure finished" in actions, "the ledger does not say so")


def _expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise SystemExit(f"FAULT: {what}")


if __name__ == "__main__":
    main()
