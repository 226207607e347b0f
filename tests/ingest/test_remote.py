"""Recordings behind URLs, with real implementations of fsspec: ``file://`` across processes,
``memory://`` in one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from pipeline.errors import (
    SettingsError,
    UnfinishedError,
    UnreachableError,
    UnreadableError,
    WorkerError,
)
from pipeline.ingest import at_hand, check_folders, list_recordings, read_metadata
from pipeline.ingest.fetch import Clock
from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.run import run_night
from pipeline.nightly.run_jobs import MOST_SILENT
from pipeline.nightly.tally import Tally
from pipeline.settings import IngestSettings
from pipeline.store import Store
from pipeline.types import Url, source_of
from pipeline.workers import score_all
from tests.night_process import FakePlan, saving, utc_now

SETTINGS = IngestSettings()
LATER = Clock(lambda: time.time() + 3600.0, lambda seconds: None)


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """An empty store that lives in this process."""
    store = fsspec.filesystem("memory")
    yield store
    store.rm("/", recursive=True)


def put(folder: Path, name: str, data: bytes = b"") -> Path:
    """A recording that was finished an hour ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data or name.encode())
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def test_a_store_is_listed_below_a_url_without_hidden_and_other_files(
    memory: fsspec.AbstractFileSystem,
):
    for name in ("a.wav", "2026/b.MP3", "notes.txt", ".hidden.wav", ".cache/c.wav"):
        memory.pipe(f"/calls/{name}", b"12345")

    listed = list_recordings(Url("memory://calls"))

    assert [(str(url), state.size) for url, state in listed] == [
        ("memory:///calls/2026/b.MP3", 5),
        ("memory:///calls/a.wav", 5),
    ]
    assert all(abs(state.changed_ns / 1e9 - time.time()) < 60 for _, state in listed)


def test_a_recording_is_at_hand_under_its_own_name_and_gone_after(
    memory: fsspec.AbstractFileSystem,
):
    memory.pipe("/calls/8012_一号.wav", b"sound")
    memory.pipe("/calls/metadata.csv", "文件名,工号\n8012_一号.wav,8012\n".encode())

    with at_hand(Url("memory://calls/8012_一号.wav"), SETTINGS, clock=LATER) as path:
        assert (path.name, path.read_bytes()) == ("8012_一号.wav", b"sound")
        assert read_metadata(path, SETTINGS).agent_id == "8012"
        assert time.time() - path.stat().st_mtime < 60  # the store's time, not that of the copy

    assert not path.parent.exists()


def test_metadata_that_changed_is_fetched_again(memory: fsspec.AbstractFileSystem):
    memory.pipe("/calls/a.wav", b"sound")
    agents = []
    for agent in ("1", "22"):
        memory.pipe("/calls/metadata.csv", f"file,agent_id\na.wav,{agent}\n".encode())
        with at_hand(Url("memory://calls/a.wav"), SETTINGS, clock=LATER) as path:
            agents.append(read_metadata(path, SETTINGS).agent_id)

    assert agents == ["1", "22"]


def test_a_fresh_recording_is_left_and_an_empty_one_refused(memory: fsspec.AbstractFileSystem):
    memory.pipe("/calls/a.wav", b"sound")
    memory.pipe("/calls/empty.wav", b"")

    with (
        pytest.raises(UnfinishedError, match=r"memory://calls/a\.wav: changed"),
        at_hand(Url("memory://calls/a.wav"), SETTINGS),
    ):
        pass  # fmt: skip
    with (
        pytest.raises(UnreadableError, match="empty"),
        at_hand(Url("memory://calls/empty.wav"), SETTINGS, clock=LATER),
    ):
        pass


def test_in_a_store_without_times_two_looks_tell_whether_a_recording_grows(
    memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
):
    info = MemoryFileSystem.info
    monkeypatch.setattr(
        MemoryFileSystem,
        "info",
        lambda *args: {k: v for k, v in info(*args).items() if k != "created"},
    )
    memory.pipe("/calls/a.wav", b"sound")
    slept: list[float] = []

    def grow(seconds: float) -> None:
        slept.append(seconds)
        memory.pipe("/calls/a.wav", b"more sound")

    with (
        pytest.raises(UnfinishedError),
        at_hand(Url("memory://calls/a.wav"), SETTINGS, clock=Clock(sleep=grow)),
    ):
        pass
    with at_hand(Url("memory://calls/a.wav"), SETTINGS, clock=LATER) as path:
        assert path.read_bytes() == b"more sound"
    assert slept == [SETTINGS.settle_s]


def test_errors_name_the_url_and_not_the_copy(memory: fsspec.AbstractFileSystem):
    memory.pipe("/calls/a.wav", b"sound")

    with (
        pytest.raises(UnreadableError) as caught,
        at_hand(Url("memory://calls/a.wav"), SETTINGS, clock=LATER) as path,
    ):
        raise UnreadableError(f"{path}: no audio in it")

    assert str(caught.value) == "memory://calls/a.wav: no audio in it"


def test_what_has_gone_is_out_of_reach_and_so_is_a_folder_that_is_not_there():
    with (
        pytest.raises(UnreachableError, match="is not there now"),
        at_hand(Url("memory://no/a.wav"), SETTINGS),
    ):
        pass
    with pytest.raises(UnreachableError, match="is not there now"):
        list_recordings(Url("memory://no"))


def test_a_store_that_hangs_is_out_of_reach(
    memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
):
    memory.pipe("/calls/a.wav", b"sound")
    monkeypatch.setattr("pipeline.ingest.remote_store.FETCH_LEAST_S", 0.1)
    monkeypatch.setattr(type(memory), "info", lambda *_: time.sleep(5))

    with (
        pytest.raises(UnreachableError, match="no answer within"),
        at_hand(Url("memory://calls/a.wav"), SETTINGS),
    ):
        pass


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("nothing-knows-this://calls", "cannot be read here"),
        ("webdav://li:secret@files/calls", "holds a password"),
    ],
)
def test_a_url_that_cannot_be_used_is_a_wrong_setting_and_no_password_is_shown(
    folder: str, said: str
):
    with pytest.raises(SettingsError, match=said) as caught:
        check_folders([folder])
    assert "secret" not in str(caught.value)


def test_a_machine_that_lacks_the_protocol_blames_no_recording():
    with (
        pytest.raises(WorkerError, match="install the package for it"),
        at_hand(Url("gone://calls/a.wav"), SETTINGS),
    ):
        pass


def night(
    store: Store, *folders: str, engine: object = None, tell: object = lambda _: None
) -> Tally:
    backlog = find_backlog(folders, store, settle_s=2.0, now=time.time())
    return run_night(
        store, engine or partial(score_all, plan=RemotePlan(), workers=1), backlog,  # type: ignore[arg-type]
        save=saving(store), now=utc_now, log=lambda event, detail: None, tell=tell,  # type: ignore[arg-type]
    )  # fmt: skip


class RemotePlan(FakePlan):
    """Scores what it fetches by its bytes."""

    def load(self):  # type: ignore[no-untyped-def]
        return self.fetch_and_score

    def fetch_and_score(self, source):  # type: ignore[no-untyped-def]
        with at_hand(source, SETTINGS) as path:
            return self.score(path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened


@pytest.mark.long
@pytest.mark.slow
def test_a_night_over_a_url_scores_each_content_once(store: Store, tmp_path: Path):
    put(tmp_path / "in", "a.wav", b"one")
    put(tmp_path / "in", "deep/b 录音.wav", b"two")
    put(tmp_path / "in", "deep/copy.wav", b"two")
    folder = f"file://{tmp_path}/in"

    first, second = night(store, folder), night(store, folder)

    assert (first.found, first.scored, first.left, first.is_clean) == (3, 2, 0, True)
    assert second.found == 0
    assert sorted(record.call_id or "" for record in store.calls.records()) == ["a", "b 录音"]


@pytest.mark.long
@pytest.mark.slow
def test_a_recording_that_is_damaged_is_in_quarantine_under_its_url(store: Store, tmp_path: Path):
    empty = put(tmp_path / "in", "a.wav")
    empty.write_bytes(b"")
    os.utime(empty, (time.time() - 3600,) * 2)

    tally = night(store, f"file://{tmp_path}/in")

    url = source_of(f"file://{empty}")
    assert ([failure.path for failure in tally.failures], tally.left) == ([str(url)], 0)
    assert [file.path for file in store.files.quarantined()] == [url]
    assert store.files.release([url], drop=False, actor="li", at=utc_now()) == 1
    assert night(store, f"file://{tmp_path}/in").found == 1


@pytest.mark.long
@pytest.mark.slow
def test_a_store_that_disappears_during_the_run_puts_nothing_in_quarantine(
    store: Store, tmp_path: Path
):
    total = MOST_SILENT + 10
    for n in range(total):
        put(tmp_path / "in", f"{n:02d}.wav")
    put(tmp_path / "here", "local.wav")

    def vanish(tally: Tally) -> None:
        if (tmp_path / "in").exists():
            (tmp_path / "in").rename(tmp_path / "away")

    first = night(store, f"file://{tmp_path}/in", str(tmp_path / "here"), tell=vanish)
    (tmp_path / "away").rename(tmp_path / "in")
    second = night(store, f"file://{tmp_path}/in", str(tmp_path / "here"))

    assert (first.failures, store.files.quarantined(), len(first.problems), first.is_clean) == (
        [],
        (),
        1,
        False,
    )
    assert f"{MOST_SILENT}" in first.problems[0] or f"{MOST_SILENT + 1}" in first.problems[0]
    assert first.scored + first.left == total + 1
    assert (second.scored, second.left) == (first.left, 0)
    assert len(store.calls.records()) == total + 1


@pytest.mark.long
@pytest.mark.slow
def test_a_folder_that_is_gone_stops_no_other(store: Store, tmp_path: Path):
    put(tmp_path / "in", "a.wav")

    tally = night(store, f"file://{tmp_path}/gone", f"file://{tmp_path}/in")

    assert (tally.scored, len(tally.problems)) == (1, 1)
