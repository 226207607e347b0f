"""The commands from the outside, with a fake recogniser and everything else real."""

from __future__ import annotations

import json
import shutil
import threading
import time
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from pipeline.call import recording as run
from pipeline.jobs import hear
from pipeline.lexicon import LEXICON_FOLDER
from pipeline.report import load_schema
from pipeline.store import Store
from tests.e2e.conftest import Run
from tests.fakes import FakeRecogniser
from tests.sounds import TWO_SIDES, hold_music, noise, silence, speech, write_wav


def test_a_call_goes_from_recording_to_every_output(callqa: Run, call: Path):
    ran = callqa("score", call, "--jsonl", "r.jsonl", "--db", "c.db", "--report", "out")

    assert ran.exit_code == 0, ran.output
    (line,) = Path("r.jsonl").read_text(encoding="utf-8").splitlines()
    result = json.loads(line)
    jsonschema.validate(result, load_schema())
    said = {
        finding["phrase"]: finding["verdict"]
        for finding in result["findings"]
        if finding["kind"] == "forbidden"
    }
    assert said == dict.fromkeys(("不归我管", "我也没办法", "你找领导去", "随你便"), "confirmed")
    assert {u["role"] for u in result["utterances"] if u["channel"] == 0} == {"agent"}
    # 禁语 30 - 3 * 10 (item empty), 礼貌用语 30 - 8 (再见) - 6 (您): 语气 not judged: (16 + 0 + 10) / 70
    assert result["score"]["attitude"] == 37.14
    with Store.open(Path("c.db")) as store:
        assert [stored.score.attitude for stored in store.results.find("call")] == [37.14]
    assert "call-" in Path("out/index.html").read_text(encoding="utf-8")
    assert "report: out/index.html" in ran.output


def test_show_prints_the_reasons(callqa: Run, call: Path):
    callqa("score", call, "--db", "c.db")

    shown = callqa("show", "call", "--db", "c.db")

    assert shown.exit_code == 0
    assert "-10  00:07  推诿“不归我管”（依据：《客户服务工作考核管理办法》" in shown.output
    assert "00:17 agent: 随你便。" in shown.output
    whole = callqa("show", "call", "--db", "c.db", "--json").output
    assert json.loads(whole)["schema"] == 1
    assert "推诿“不归我管”（依据：D 第一部分 第二章 (三) 2" in whole


def test_a_call_that_is_not_there_is_named(callqa: Run, call: Path):
    callqa("score", call, "--db", "c.db")

    shown = callqa("show", "nobody", "--db", "c.db")

    assert (shown.exit_code, "there is no call 'nobody'" in shown.output) == (2, True)


def test_scoring_the_same_call_again_adds_nothing(callqa: Run, call: Path):
    for _ in range(2):
        assert callqa("score", call, "--db", "c.db").exit_code == 0

    with Store.open(Path("c.db")) as store:
        assert len(store.results.find("call")) == 1


def test_a_known_call_is_not_heard_again_unless_it_is_asked_for(
    callqa: Run, call: Path, monkeypatch: pytest.MonkeyPatch
):
    assert "scored before" not in callqa("score", call, "--db", "c.db").stdout
    other = FakeRecogniser({0: ("您好。",), 1: ("喂。",)})
    monkeypatch.setattr(hear, "load_recogniser", lambda settings, **_: other)
    copy = shutil.copy2(call, "copy.wav")

    known = callqa("score", copy, "--db", "c.db", "--jsonl", "r.jsonl", "--report", "out")

    assert "1 of them were scored before and not heard again" in known.stdout
    (line,) = Path("r.jsonl").read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["recording"]["path"], "不归我管" in line) == ("copy.wav", True)
    assert len(list(Path("out").glob("call-*.html"))) == 1

    again = callqa("score", copy, "--db", "c.db", "--jsonl", "r.jsonl", "--again")

    assert "scored before" not in again.stdout
    assert "不归我管" not in Path("r.jsonl").read_text(encoding="utf-8")


def test_other_rules_let_a_known_call_be_heard_again(callqa: Run, call: Path):
    callqa("score", call, "--db", "c.db")
    Path("callqa.toml").write_text("[limits]\nsilence_s = 2.5\n", encoding="utf-8")

    assert "scored before" not in callqa("score", call, "--db", "c.db").stdout

    with Store.open(Path("c.db")) as store:
        assert len(store.results.find("call")) == 2


def test_the_agents_channel_can_be_fixed(callqa: Run, call: Path):
    callqa("score", call, "--jsonl", "r.jsonl", "--agent-channel", "right")

    result = json.loads(Path("r.jsonl").read_text(encoding="utf-8"))
    assert {u["role"] for u in result["utterances"] if u["channel"] == 1} == {"agent"}


def test_a_disk_without_room_for_the_lines_leaves_the_summary_and_names_the_call(callqa, call):
    ran = callqa("score", call, "--jsonl", "/dev/full")

    assert ran.exit_code == 1
    assert "1 calls scored" in ran.stdout
    assert f"failed: {call}: scored, but not kept" in ran.stderr


def test_bad_recordings_are_listed_last_and_the_batch_goes_on(
    callqa: Run, call: Path, tmp_path: Path
):
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("not a sound\n" * 100)

    ran = callqa("score", tmp_path, "gone.wav", "--jsonl", "r.jsonl", "--report", "out")

    assert ran.exit_code == 1
    assert len(Path("r.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    failed = [line for line in ran.output.splitlines() if line.startswith("failed: ")]
    assert [("empty.wav" in a or "text.wav" in a or "gone.wav" in a) for a in failed] == [True] * 3
    assert "0 bytes" in ran.output
    assert "Traceback" not in ran.output
    assert "text.wav" in Path("out/index.html").read_text(encoding="utf-8")


def test_a_recording_that_disappears_during_the_run_is_one_failure(
    callqa: Run, call: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copy2(call, tmp_path / "later.wav")
    decode = run.decode_call  # type: ignore[attr-defined]

    def decode_and_lose(path: Path, settings):
        decoded = decode(path, settings)
        (tmp_path / "later.wav").unlink(missing_ok=True)
        return decoded

    monkeypatch.setattr(run, "decode_call", decode_and_lose)
    ran = callqa("score", call, tmp_path / "later.wav", "--jsonl", "r.jsonl")

    assert ran.exit_code == 1
    assert "later.wav: no such file" in ran.output
    assert len(Path("r.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_a_recording_that_is_still_being_written_waits_for_the_next_run(
    callqa: Run, tmp_path: Path
):
    growing = tmp_path / "growing.wav"
    growing.write_bytes(TWO_SIDES.read_bytes()[:100_000])
    stop = threading.Event()

    def record() -> None:
        while not stop.wait(0.05):
            with growing.open("ab") as file:
                file.write(b"\0" * 800)

    recorder = threading.Thread(target=record)
    recorder.start()
    try:
        ran = callqa("score", growing, "--jsonl", "r.jsonl")
    finally:
        stop.set()
        recorder.join()

    assert (ran.exit_code, "still being written" in ran.output) == (1, True)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("silence", silence(120)),
        ("noise", noise(120)),
        ("music", hold_music(120)),
        ("short", silence(0.2)),
    ],
)
def test_a_recording_without_speech_gets_no_score_and_says_why(
    callqa: Run, tmp_path: Path, name: str, sound
):
    path = write_wav(tmp_path / f"{name}.wav", sound)

    ran = callqa("score", path, "--jsonl", "r.jsonl")

    result = json.loads(Path("r.jsonl").read_text(encoding="utf-8"))
    assert ran.exit_code == 0
    assert result["utterances"] == []
    assert result["score"]["attitude"] is None
    assert "没有听到客服说话，无法评分" in result["score"]["flags"]


def test_the_same_mix_on_both_channels_is_heard_once(callqa: Run, tmp_path: Path):
    mix = speech(0) + speech(1)
    path = write_wav(tmp_path / "dual.wav", np.stack([mix, mix], axis=1), rate=8000)

    callqa("score", path, "--jsonl", "r.jsonl")

    result = json.loads(Path("r.jsonl").read_text(encoding="utf-8"))
    assert {u["channel"] for u in result["utterances"]} == {0}
    assert "两个声道内容相同，按单声道处理" in result["score"]["flags"]


@pytest.mark.parametrize("name", ["a b.wav", "客服 录音.wav", 'it\'s "q".wav', "..%2F..%2Fx.wav"])
def test_odd_names_reach_every_output(callqa: Run, tmp_path: Path, name: str):
    path = tmp_path / name
    shutil.copy2(TWO_SIDES, path)

    ran = callqa("score", path, "--jsonl", "r.jsonl", "--db", "c.db", "--report", "out")

    assert ran.exit_code == 0, ran.output
    assert json.loads(Path("r.jsonl").read_text(encoding="utf-8"))["recording"]["path"] == str(path)
    assert len(list(Path("out").glob("*.html"))) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("score",), "Missing argument"),
        (("score", "nothing-here"), "failed"),
        (("score", "call.wav", "--agent-channel", "middle"), "Invalid value"),
        (("score", "call.wav", "--jsonl", "call.wav/r.jsonl"), "cannot be written"),
        (("score", "call.wav", "--report", "call.wav/out"), "cannot be written"),
        (("score", "call.wav", "--db", "call.wav/c.db"), "call.wav"),
        (("score", "call.wav", "--db", "call.wav"), "call.wav"),
        (("score", "call.wav", "--settings", "gone.toml"), "no such settings file"),
        (("score", "call.wav", "--lexicons", "gone"), "no rules"),
        (("show", "call", "--db", "gone.db"), "gone.db"),
    ],
)
def test_wrong_use_is_one_line_and_never_a_traceback(
    callqa: Run, call: Path, words: tuple[str, ...], said: str
):
    before = call.read_bytes()

    ran = callqa(*words)

    assert ran.exit_code in (1, 2)
    assert said in ran.output
    assert "Traceback" not in ran.output
    assert call.read_bytes() == before


def test_a_full_disk_fails_the_call_and_is_said(callqa: Run, call: Path):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")

    ran = callqa("score", call, "--jsonl", "/dev/full", "--report", "out")

    assert ran.exit_code == 1
    assert "No space left on device" in ran.output
    assert len(list(Path("out").glob("call-*.html"))) == 1


def test_a_wrong_lexicon_stops_before_anything_is_scored(callqa: Run, call: Path, tmp_path: Path):
    (tmp_path / "lex").mkdir()
    (tmp_path / "lex" / "r.yaml").write_text("version: 1\nrules: 7\n", encoding="utf-8")

    ran = callqa("score", call, "--lexicons", tmp_path / "lex", "--jsonl", "r.jsonl")

    assert (ran.exit_code, "r.yaml, line 2: rules is “7”" in ran.output) == (2, True)
    assert not Path("r.jsonl").exists()


def test_metadata_reaches_the_result(callqa: Run, call: Path, tmp_path: Path):
    (tmp_path / "metadata.csv").write_text(
        "文件名,工号,队列\ncall.wav,1027,投诉\n", encoding="utf-8"
    )

    callqa("score", call, "--jsonl", "r.jsonl")

    meta = json.loads(Path("r.jsonl").read_text(encoding="utf-8"))["call"]
    assert (meta["agent_id"], meta["queue"], meta["call_id"]) == ("1027", "投诉", "call")


def test_models_and_help_name_what_there_is(callqa: Run):
    assert "base" in callqa("models").output
    shown = callqa("--help").output
    assert all(command in shown for command in ("score", "show", "doctor", "models"))


def test_a_fresh_copy_is_read_after_it_has_settled(callqa: Run, tmp_path: Path):
    path = tmp_path / "fresh.wav"
    shutil.copy(TWO_SIDES, path)
    begun = time.monotonic()

    ran = callqa("score", path)

    assert ran.exit_code == 0
    assert time.monotonic() - begun >= 1.0


@pytest.mark.long
@pytest.mark.slow
def test_the_lexicons_are_checked_tested_tried_and_counted(callqa: Run, call: Path, tmp_path: Path):
    callqa("score", call, "--db", "c.db")

    assert callqa("lexicon", "check").exit_code == 0
    tested = callqa("lexicon", "test")
    assert (tested.exit_code, "0 otherwise than they should be" in tested.output) == (0, True)
    tried = callqa("lexicon", "try", "我们绝不会让您找领导去，这个不归我管")
    assert "hit  as written  forbidden.shirk 推诿  “不归我管”" in tried.output
    assert "source: 《客户服务工作考核管理办法》第一部分第二章(三)2（你找领导去）" in tried.output
    assert "a negation stands before it" in tried.output
    assert "It meets no rule." in callqa("lexicon", "try", "今天星期三").output
    counted = callqa("lexicon", "stats", "--db", "c.db").output
    assert any("forbidden.shirk" in line and " 3 " in line for line in counted.splitlines())


def test_a_wrong_lexicon_is_named_by_check_and_a_wrong_example_by_test(callqa: Run, tmp_path: Path):
    duty = Path(shutil.copy(LEXICON_FOLDER / "forbidden-duty.yaml", tmp_path))
    folder = tmp_path
    text = duty.read_text(encoding="utf-8")
    duty.write_text(
        text.replace("    positive:\n", "    positive:\n      - 今天星期三\n", 1), encoding="utf-8"
    )
    tested = callqa("lexicon", "test", "--lexicons", folder)
    duty.write_text(text.replace("severity: high", "severity: 高", 1), encoding="utf-8")
    checked = callqa("lexicon", "check", "--lexicons", folder)

    assert (tested.exit_code, checked.exit_code) == (1, 1)
    assert "should hit, but does not: “今天星期三”" in tested.output
    assert "forbidden-duty.yaml, line " in checked.output
    assert "is “高”; expected one of low, medium, high" in checked.output
