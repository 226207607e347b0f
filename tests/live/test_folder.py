"""Chats of a folder that grow."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

from click.testing import CliRunner
from filelock import FileLock

from pipeline.commands.main import main as cli
from pipeline.imports import read_text_file
from pipeline.jobs import erase_person, find_person
from pipeline.live import ChatFolder
from pipeline.settings import Settings
from pipeline.store import Store
from tests.live.conftest import NOW, Listening
from tests.store.personal_site import left_in


def line(second: int, role: str, text: str) -> str:
    at = f"2026-11-18T11:{6 + (40 + second) // 60:02}:{(40 + second) % 60:02}+00:00"
    return json.dumps({"role": role, "text": text, "time": at}, ensure_ascii=False) + "\n"


def write(path: Path, text: str, at: float) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))


def test_a_growing_file_is_judged_as_it_grows_and_scored_as_an_import_of_it(listening: Listening):
    chat = listening.chats / "c7.jsonl"
    said = line(0, "customer", "请问怎么退款？")
    write(chat, said, listening.now)
    listening.pass_time(2)
    assert listening.store.live.find(1).waits_since == NOW

    said += line(10, "agent", "你给我等着，看我怎么收拾你。")
    write(chat, said + '{"role": "agent", "te', listening.now)  # half a line
    listening.pass_time(10)
    assert set(listening.alarms()) == {("forbidden.threat", "confirmed")}
    write(chat, said + line(20, "system", "会话已结束"), listening.now)
    listening.pass_time(2)

    talk = listening.store.live.find(1)
    assert (talk.source, talk.name, talk.state) == ("folder", "c7.jsonl", "ended")
    (imported,) = read_text_file(chat).conversations
    kept = listening.store.results.get(talk.result_id)
    assert (kept.recording.sha256, kept.recording.path) == (imported.sha256, str(chat))
    assert listening.store.alarms.outcome_of("forbidden.threat").matched == 2

    write(chat, said + line(30, "agent", "还有什么事？"), listening.now)
    listening.pass_time(2)
    assert ["has grown after" in one for one in listening.warned] == [True]
    assert listening.store.live.find(2) is None


def test_a_chat_that_was_erased_does_not_come_back_from_its_file(listening: Listening):
    said = [json.loads(line(0, "customer", "我叫李晓明，请问怎么退款？"))]
    chat = {"customer_id": "13800138000", "utterances": said}
    file = listening.chats / "13800138000.json"
    write(file, json.dumps(chat, ensure_ascii=False), listening.now)
    listening.pass_time(2)
    assert listening.store.live.find(1).customer_id == "13800138000"

    found = find_person(listening.store, Settings(), "13800138000")
    erase_person(
        listening.store, Settings(), "13800138000", reason="本人要求", actor="test",
        at=listening.moment(),
    )  # fmt: skip
    assert (len(found.talks), "13800138000.json" in found.files.elsewhere[0]) == (1, True)
    assert left_in(listening.store.path.parent, ("李晓明",)) == [(file.name, "李晓明")]
    for _ in range(2):
        said.append(json.loads(line(30, "customer", "喂，我是李晓明")))
        write(file, json.dumps(chat, ensure_ascii=False), listening.now)
        listening.start()
        listening.pass_time(1000)
    assert listening.store.live.open_talks() == []
    assert listening.store.results.effective_ids() == []
    assert listening.store.live.find(1) is None


def test_what_rested_before_is_scored_without_alarms_and_only_once(listening: Listening):
    chat = listening.chats / "old.jsonl"
    write(chat, line(0, "agent", "你给我等着，看我怎么收拾你。"), listening.now - 3600)
    write(listening.chats / "broken.json", "{", listening.now)
    write(listening.chats / "notes.pdf", "x", listening.now)
    listening.pass_time(2)
    listening.pass_time(2)

    assert listening.store.live.find(1).state == "ended"
    assert listening.alarms() == []
    assert len(listening.warned) == 1
    assert "broken.json" in listening.warned[0]
    listening.store.live.forget(listening.now)
    listening.start()
    listening.pass_time(2)
    assert listening.store.live.named("folder", "old.jsonl") is None
    assert listening.store.runs.all()[0].command == "live"


def test_a_file_of_several_conversations_and_one_that_is_gone(listening: Listening):
    both = listening.chats / "day.csv"
    rows = "会话编号,时间,角色,内容\n"
    rows += "a,2026-11-18 11:06:40,客户,请问怎么退款？\nb,2026-11-18 11:06:41,客户,我要投诉。\n"
    write(both, rows, listening.now)
    listening.pass_time(2)
    names = [one.name for one in listening.store.live.open_talks()]
    assert names == ["day.csv#a", "day.csv#b"]

    both.unlink()
    listening.start()  # knows the file no more
    listening.pass_time(16 * 60)
    assert [listening.store.live.find(number).state for number in (1, 2)] == ["ended", "ended"]
    assert listening.store.results.get(1).call.call_id.endswith("a")


def test_a_look_reads_so_many_files_and_leaves_a_huge_one_alone(tmp_path: Path, monkeypatch):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(line(0, "agent", "您好"), encoding="utf-8")
    monkeypatch.setattr("pipeline.live.folder.MOST_READ", 1)
    folder = ChatFolder(tmp_path, None)
    looks = [[one.name for one in folder.look(now=NOW)] for _ in range(3)]
    assert looks == [["a.jsonl"], ["b.jsonl"], []]

    monkeypatch.setattr("pipeline.live.folder.LARGEST", 10)
    folder = ChatFolder(tmp_path, None)

    assert folder.look(now=NOW) == []
    assert "expected at most 10" in folder.faults["a.jsonl"]


def test_the_command_listens_until_it_is_told_to_stop_and_only_once(tmp_path: Path):
    db, chats = tmp_path / "callqa.db", tmp_path / "chats"
    chats.mkdir()
    (chats / "a.jsonl").write_text(
        line(0, "customer", "请问怎么退款？") + line(9, "system", "会话已结束"), encoding="utf-8"
    )

    def stop() -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            time.sleep(0.1)
            if db.exists():
                with Store.open(db) as store:
                    talk = store.live.named("folder", "a.jsonl")
                    if talk is not None and talk.state == "ended":
                        break
        os.kill(os.getpid(), 15)

    threading.Thread(target=stop, daemon=True).start()
    args = ["live", "--chats", str(chats), "--db", str(db)]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 0, done.output
    with Store.open(db) as store:
        assert store.live.named("folder", "a.jsonl").state == "ended"
        assert store.live.runs_until("listener") == 0.0

    with FileLock(f"{db}.live.lock"):
        again = CliRunner().invoke(cli, args)
    assert (again.exit_code, "one is enough" in again.output) == (75, True)
    lost = CliRunner().invoke(cli, ["live", "--chats", str(tmp_path / "no"), "--db", str(db)])
    assert lost.exit_code == 2
