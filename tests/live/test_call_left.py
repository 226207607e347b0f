"""A call that a killed listener left is judged alike by the listener, ``callqa score`` and the night,
and once."""

from __future__ import annotations

import csv
import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.call import Checker
from pipeline.commands.main import main
from pipeline.jobs import hear
from pipeline.live import beside
from pipeline.live.beside import note_beside
from pipeline.live.call_file import growing
from pipeline.live.endings import RETRY_S
from pipeline.nightly import Screen, UnattendedRun
from pipeline.nightly.scored import Scorer
from pipeline.nightly.worker import scorer_of
from pipeline.settings import IngestSettings, NightlySettings, Settings, SiteSettings
from pipeline.settings.judging import RoleSettings
from pipeline.telephony import CallEnded
from pipeline.types import CallResult
from tests.fakes import FakeRecogniser
from tests.live.conftest import basis_of
from tests.live.line import SAID, STREAM, Line, scored_with, two_sides
from tests.live.test_call_cut import ENDS, missing

HEARD = {0: SAID[2], 1: SAID[3]}


@dataclass(frozen=True)
class Hears:
    """What the night's worker loads: its ears, and the site's own settings."""

    settings: Settings

    def load(self) -> Scorer:
        basis = basis_of(self.settings)
        heard = FakeRecogniser(HEARD, confidence=0.98)
        return scorer_of(Checker.of(heard, basis.lexicon, basis.sheets, basis.settings))


@contextmanager
def nothing_shown(*_: object) -> Iterator[object]:
    class Silent:
        def advance(self, done: int = 1, *, failed: int = 0) -> None: ...

    yield Silent()


def by_night(line: Line) -> None:
    settings = replace(
        the_site(line),
        nightly=NightlySettings(folders=(str(line.folder),), workers=1, out=str(line.folder.parent / "out")),
    )  # fmt: skip
    screen = Screen(lambda _: None, line.warned.append, nothing_shown)  # type: ignore[arg-type]
    UnattendedRun(settings, threading.Event(), screen, plan=Hears(the_site(line))).run()


def by_score(line: Line) -> None:
    toml = line.folder.parent / "callqa.toml"
    toml.write_text('[roles]\nagent_channel = "right"\n', encoding="utf-8")
    given = ["score", str(line.folder), "--db", str(line.store.path), "--settings", str(toml)]
    ran = CliRunner().invoke(main, given, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output


def by_listener(line: Line) -> None:
    line.recogniser.says = HEARD
    line.recogniser._given.clear()
    line.start()
    line.watch.step()
    line.watch.step()


def the_site(line: Line) -> Settings:
    """Its own recorder has the agent right."""
    return Settings(
        site=SiteSettings(db=str(line.store.path)), roles=RoleSettings(agent_channel="right"),
        ingest=IngestSettings(settle_s=0.0),
    )  # fmt: skip


def left(line: Line) -> Path:
    """The sound of a call whose listener was killed, and whose next one was killed before it had
    scored what was left."""
    line.begin()
    line.play(two_sides(), seconds=20.5, step_s=2.0)
    line.start()
    (path,) = line.folder.rglob("*.wav")
    os.utime(path, (0, 0))
    return path


def results(line: Line) -> list[CallResult]:
    return list(line.store.results.each())


@pytest.mark.long
@pytest.mark.parametrize("first", [by_listener, by_score, by_night])
def test_a_call_that_was_left_is_judged_alike_by_all_and_once(
    line: Line, monkeypatch: pytest.MonkeyPatch, first: object
) -> None:
    fake = FakeRecogniser(HEARD, confidence=0.98)
    monkeypatch.setattr(hear, "load_recogniser", lambda settings, **_: fake)
    left(line)
    others = [one for one in (by_listener, by_night) if one is not first]
    for judge in (first, *others):
        judge(line)  # type: ignore[operator]
        (result,) = results(line)
        assert any(ENDS in note for note in result.notes)
        found = missing(result)
        assert any("closing" in rule for rule in found["review"])
        assert not any("closing" in rule for rule in found.get("confirmed", ()))
        assert [(u.role, u.text) for u in result.utterances[:2]] == [
            ("agent", "您好，请讲。"), ("customer", "我要退款。"),
        ]  # fmt: skip
        assert result.call.agent_id == "8001"
    talk = line.store.live.find(1)
    assert talk is not None
    assert talk.state == "ended"
    assert talk.result_id is not None


@pytest.mark.long
@pytest.mark.parametrize("how", ["full", "forbidden", "torn"])
@pytest.mark.parametrize("is_cut", [True, False])
def test_a_call_of_which_nothing_can_be_noted_waits_and_nobody_takes_it_for_whole(
    line: Line, monkeypatch: pytest.MonkeyPatch, how: str, is_cut: bool
) -> None:
    def fails(file: Path, data: bytes) -> None:
        if how == "torn":
            with file.open("ab") as opened:
                opened.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC if how == "full" else errno.EACCES, "no room")

    ticks = [0.0]
    line.house.endings.ticks = lambda: ticks[0]
    line.begin()
    line.play(two_sides(), seconds=20.5, step_s=2.0)
    line.scorer.hear = scored_with(line, HEARD)
    with monkeypatch.context() as patch:
        patch.setattr(beside, "_append", fails)
        patch.setattr(beside, "_replace", fails)
        line.calls.take(CallEnded(STREAM, "connection lost" if is_cut else ""))
        line.work()
        line.watch.step()
        assert list(line.folder.rglob("*.wav")) == []  # no night finds it
        assert line.scorer.asked == []
        talk = line.store.live.find(1)
        assert talk is not None
        assert (talk.state, "写不进" in talk.fault) == ("failed", True)
        assert any("no room" in one for one in line.warned)
    line.watch.step()
    assert line.scorer.asked == []
    ticks[0] += RETRY_S
    line.watch.step()
    line.watch.step()
    (result,) = results(line)
    assert any(ENDS in note for note in result.notes) is is_cut
    assert any("closing" in r for r in missing(result)["review" if is_cut else "confirmed"])
    assert line.store.live.find(1).state == "ended"  # type: ignore[union-attr]


@pytest.mark.long
def test_a_call_whose_row_was_half_written_when_the_listener_was_killed_is_no_whole_one(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(file: Path, data: bytes) -> None:
        with file.open("ab") as opened:
            opened.write(data[:-10])
        raise KeyboardInterrupt

    line.begin()
    line.play(two_sides(), seconds=20.5, step_s=2.0)
    with monkeypatch.context() as patch:
        patch.setattr(beside, "_replace", dies)
        line.calls.take(CallEnded(STREAM, "connection lost"))
        with pytest.raises(KeyboardInterrupt):
            line.work()
    by_listener(line)
    (result,) = results(line)
    assert any(ENDS in note for note in result.notes)
    assert result.call.agent_id == "8001"


def test_a_call_that_the_database_never_knew_carries_its_note(line: Line) -> None:
    line.begin()
    line.play(two_sides(), seconds=20.5, step_s=2.0)
    line.store.db.execute("DELETE FROM live_talks")
    line.store.db.conn.commit()
    by_listener(line)
    (result,) = results(line)
    assert any(ENDS in note for note in result.notes)


def test_a_table_of_an_older_version_gets_the_column_that_it_lacks(tmp_path: Path) -> None:
    table = tmp_path / "metadata.csv"
    table.write_text("file,call_id,hung_up_by\na.wav,C-1,\nb.wav,C-2,system", encoding="utf-8")
    growing(tmp_path / "c.wav").touch()
    known = {
        "file": "c.wav",
        "call_id": "C-3",
        "hung_up_by": "system",
        "not_heard": "end",
        "queue": "",
    }
    for _ in range(2):
        note_beside(table, known)
    with table.open(encoding="utf-8") as opened:
        assert list(csv.reader(opened)) == [
            ["file", "call_id", "hung_up_by", "not_heard"],
            ["a.wav", "C-1", "", ""],
            ["b.wav", "C-2", "system", ""],
            ["c.wav", "C-3", "system", "end"],
        ]


def test_a_file_with_a_hole_is_no_whole_one_where_the_mark_of_it_could_not_be_written(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    line.begin()
    line.play(two_sides(), seconds=4.0, step_s=1.0)
    (one,) = line.calls._listened.values()
    assert one.file is not None
    with monkeypatch.context() as patch:
        patch.setattr(type(one.file), "write", full)
        patch.setattr(type(one.file), "note_gap", full)
        line.play(two_sides(), start_s=4.0, seconds=2.0, step_s=1.0)
        line.hang_up()
    assert line.scorer.asked == []
    (file,) = line.folder.rglob("*.incomplete")
    assert file.stat().st_size > 44
