"""Recordings in a bucket, by the real S3 protocol over the loopback address.

Runs where s3fs and moto are installed (pip install 'callqa[s3]' 'moto[server]'), which takes 300 MB
and so is no part of the development's extras."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import fsspec
import pytest

from pipeline.ingest import at_hand, list_recordings
from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.run import run_night
from pipeline.nightly.tally import Tally
from pipeline.settings import IngestSettings
from pipeline.store import Store
from pipeline.types import Url
from pipeline.workers import score_all
from tests.builders import free_port
from tests.ingest.test_remote import RemotePlan
from tests.night_process import saving, utc_now

pytest.importorskip("s3fs", reason="the extra s3 is not installed")
pytest.importorskip("moto.server", reason="moto is not installed")
SETTLED_S = 3.5
"""After which an object is no longer fresh; S3 keeps whole seconds."""

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


class Bucket:
    """A bucket ``calls`` on a server of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.start()
        self.fs.mkdir("calls")

    def start(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )  # fmt: skip
        self.fs = fsspec.filesystem("s3")
        for _ in range(100):
            try:
                self.fs.ls("")
                return
            except Exception:  # not listening yet
                time.sleep(0.2)
        raise AssertionError("moto does not answer")

    def stop(self) -> None:
        self.server.kill()
        self.server.wait()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    port = free_port()
    values = {"ENDPOINT_URL": f"http://127.0.0.1:{port}", "KEY": "test", "SECRET": "test"}
    for name, value in values.items():
        monkeypatch.setenv(f"FSSPEC_S3_{name}", value)
    fsspec.config.conf.clear()
    fsspec.config.set_conf_env(fsspec.config.conf)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    made = Bucket(port)
    yield made
    made.stop()
    fsspec.config.conf.clear()


def night(store: Store, tell: object = lambda _: None) -> Tally:
    backlog = find_backlog(["s3://calls/in"], store, settle_s=2.0, now=time.time())
    return run_night(
        store, partial(score_all, plan=RemotePlan(), workers=2), backlog,
        save=saving(store), now=utc_now, log=lambda event, detail: None, tell=tell,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.long
def test_a_recording_in_a_bucket_is_listed_and_at_hand_with_its_metadata(bucket: Bucket):
    bucket.fs.pipe("calls/in/11/一号 a.wav", b"sound" * 100_000)
    bucket.fs.pipe("calls/in/11/metadata.csv", "文件名,工号\n一号 a.wav,8012\n".encode())
    time.sleep(SETTLED_S)

    ((url, state),) = list_recordings(Url("s3://calls/in"))
    with at_hand(url, IngestSettings()) as path:
        fetched = path.read_bytes()
        beside = path.with_name("metadata.csv").exists()

    assert (str(url), state.size, fetched, beside) == (
        "s3://calls/in/11/一号 a.wav",
        500_000,
        b"sound" * 100_000,
        True,
    )


@pytest.mark.long
def test_a_bucket_that_disappears_during_the_run_and_comes_back_loses_no_call(
    bucket: Bucket, tmp_path: Path
):
    names = [f"{n}.wav" for n in range(12)]
    for name in names:
        bucket.fs.pipe(f"calls/in/{name}", name.encode())
    time.sleep(SETTLED_S)

    with Store.open(tmp_path / "callqa.db") as store:
        first = night(store, tell=lambda _: bucket.stop())
        gone = night(store)
        bucket.start()
        bucket.fs.mkdir("calls")
        for name in names:
            bucket.fs.pipe(f"calls/in/{name}", name.encode())
        time.sleep(SETTLED_S)
        second = night(store)

        assert (first.failures, first.problems != [], gone.found, len(gone.problems)) == (
            [],
            True,
            0,
            1,
        )
        assert (first.scored >= 1, first.left >= 1, first.scored + first.left) == (True, True, 12)
        assert (second.left, store.files.quarantined(), len(store.calls.records())) == (0, (), 12)
