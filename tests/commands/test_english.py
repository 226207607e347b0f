"""Under ``--lang en`` no command prints Chinese of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline.commands.main import main
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon
from pipeline.store import Store
from pipeline.types import CallMeta
from tests.builders import a_finding, a_result, a_score, an_utterance
from tests.commands.test_help import EVERY

HAN = re.compile("[\u4e00-\u9fff]+")
SAID = "这个不归我管，我明天上午十点前给您回电话。"
DATA = {"王芳", "小蜜蜂", "心情", "投诉", "不归我管", "礼貌用语", "语速过快", "工号", SAID}
"""Words that the files, the store and the sheets of this site have."""
QUOTED = re.compile("“[^”]*”|《[^》]*》[^；，\n]*|expected [^\n]*|│[^\n]*")
"""What was said, phrases of rules, regulations with their clauses, what a cell may have, and rows of
tables, whose headings count."""

COMMANDS = """
show c1
search 不归我管
report month --month 2026-11
report export exported.csv
promises read --again
promises list
promises figures
promises today --day 2026-11-05
promises note 1 void
sample --per-agent 5 --least-seconds 1
sample --rates 1
import calls calls.csv
import calls calls.csv --strict
import agents agents.csv
import events events.csv
import texts chats.csv folder
rescore --workers 1
runs
diff 1 2
simulate SHEET --workers 1
lexicon check
lexicon test
lexicon try 这个不归我管，我没说找你领导去
lexicon try 今天星期三
lexicon stats
tone baselines baselines.json
tone label labels.csv
tone report
tone train tone.json
verify
verify --ledger-only
ledger key key.pem
ledger sign
ledger proof proof.json --entry 1
verify --proof proof.json
backup copy.db
restore copy.db
restore copy.db --replace
db key db.key
db status
db encrypt
db decrypt
db rekey --to db.key
user add chen --role admin --no-password
user add chen --role admin --no-password
user add li --role agent --no-password
user import agents.csv
user list
user change chen --role supervisor
user change nobody --role qa
user token chen
user token chen --revoke 1
user token chen --revoke 9
user list
user disable chen
user reset-factor chen --reason lost
status
quarantine list
quarantine retry --all
quarantine drop in/none.wav
erase --customer C1 --dry-run
erase --customer C1 --reason asked
erase --customer nobody --reason asked
erase --finish
models
"""

WITHOUT = {
    "score", "nightly", "watch", "live", "serve", "ear train", "ear measure", "doctor",
    "report day", "report week", "report quarter", "report year", "report agent", "report same",
}  # fmt: skip
"""They hear recordings or wait, or print the name of a file, as ``report month`` does; the texts of
``doctor`` are those of the catalogue. What ``nightly`` prints is its message, which is Chinese
always."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store of two calls, and files for the commands that take some."""
    monkeypatch.chdir(tmp_path)
    files = {
        "callqa.toml": '[site]\ndb = "q.db"\n[nightly]\nfolders = ["in"]\n',
        "calls.csv": "通话编号,满意度,心情\nc1,5,x\nc9,3,x\nc2,?,x\n",
        "agents.csv": "工号,姓名,心情\n8001,王芳,x\n08001,王芳,x\n",
        "events.csv": "事项,日期,工号,心情\n表扬,2026-11-02,8001,x\n",
        "chats.csv": "会话编号,角色,消息内容,心情\nw1,客服,您好,x\nw2,小蜜蜂,您好,x\nw3,系统,hello,x\n",
        "labels.csv": "call,role,start_s,end_s,grade,reviewer\nc1,agent,1.0,3.0,calm,chen\n",
    }
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    for folder in ("in", "folder"):
        Path(folder).mkdir()
    Path("in", "notes.txt").write_text("x", encoding="utf-8")
    Path("folder", "a.pdf").write_bytes(b"x")
    with Store.open(Path("q.db")) as store:
        for number in (1, 2):
            call = a_result(
                findings=(a_finding(), replace(a_finding(start_s=2.0), verdict="review")),
                utterances=(an_utterance(SAID),), score=a_score(90.0),
                call=CallMeta(f"c{number}", "8001", f"C{number}", "2026-11-04T09:30:00", "投诉"),
            )  # fmt: skip
            recording = replace(call.recording, sha256=str(number) * 64)
            run_id = store.runs.begin("test", started_at="2026-11-18T03:00:00+00:00")
            store.results.save(
                replace(call, recording=recording),
                scored_at="2026-11-18T03:00:00+00:00",
                run_id=run_id,
            )
    return tmp_path


def own_chinese(said: str, names: list[str]) -> list[str]:
    """What is left of a command's output without quotes, names and regulations."""
    left = QUOTED.sub("", said)
    for name in names:
        left = left.replace(name, "")
    return HAN.findall(left)


@pytest.mark.long
@pytest.mark.slow
def test_no_command_prints_chinese_of_its_own(site: Path, monkeypatch: pytest.MonkeyPatch):
    lexicon = load_lexicon()
    names = sorted({*DATA, *(rule.name for rule in lexicon.rules)}, key=lambda one: -len(one))
    sheet = str(LEXICON_FOLDER / "scoring" / "default.yaml")
    printed: dict[str, list[str]] = {}
    for line in filter(None, COMMANDS.splitlines()):
        words = line.replace("SHEET", sheet).split(" ")
        shown = CliRunner().invoke(main, ["--lang", "en", *words], prog_name="callqa")
        assert shown.exception is None or isinstance(shown.exception, SystemExit), line
        if found := own_chinese(shown.output, names):
            printed[line] = found

    assert printed == {}
    walked = {
        name
        for name in EVERY
        if any(f"callqa {one} ".startswith(f"{name} ") for one in COMMANDS.splitlines())
    }
    left = {
        name.removeprefix("callqa ")
        for name, command in EVERY.items()
        if not isinstance(command, click.Group) and name not in walked
    }
    assert left == WITHOUT
