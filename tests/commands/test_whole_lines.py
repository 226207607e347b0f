"""No line that a command prints is half in another language: not in Chinese, and not in English."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.main import main
from pipeline.lexicon import LEXICON_FOLDER
from tests.commands.test_english import COMMANDS, site

__all__ = ["site"]

HAN = re.compile("[\u4e00-\u9fff]")
QUOTED = re.compile(
    r"“[^”]*”|'[^']*'|\"[^\"]*\"|│[^\n]*|《[^》]*》[^；，\n]*|\bout/\S+|^! |callqa: "
)
"""What the user wrote, phrases, rows of tables, regulations with their clauses, files."""
HALF_WIDTH = re.compile(
    "[\u4e00-\u9fff”）] ?[,;:.?!](?![\\w/])|[,;:?!] ?[\u4e00-\u9fff“（]|[。；，：、] (?=[\u4e00-\u9fff])"
    "|[\u4e00-\u9fff]\\(|\\)[\u4e00-\u9fff]|[a-z]\\w*, [a-z]\\w*"
)
"""ASCII signs beside Chinese, a space behind a wide sign, and a list with English commas."""
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}")
NAMES = re.compile(
    r"callqa( [a-z-]+)*|import texts|rescore|openai/whisper base \(multilingual\), converted for "
    r"CTranslate2, fp16|cores? \(.*?\)|\bavx[\w, ]*"
)
"""Names of commands and of models, which have no Chinese."""

WRONG = """
score
score none
score empty
score bad.wav zero.wav
score bad.wav --json
score bad.wav --workers 0
score bad.wav --workers x
score bad.wav --db noread.db
score bad.wav --report afile
score bad.wav --lexicons badlex
score bad.wav --model nothing
show none
show c1 --db noread.db
show c1 --unmask
search 没有这话
report day --date soon
report week --week x
report month --month 2026-13
report agent
report agent none --month 2026-11
report export x.unknown
report export afile/x.csv
promises list --status x
promises today --day soon
promises note 1 kept
promises note 1 kept --at soon
promises note x kept
sample --per-agent 0
import calls none.csv
import calls badcols.csv
import calls badcalls.csv
import calls empty.csv
import calls nul.csv
import calls noread.db
import agents badagents.csv
import events badevents.csv
import events badcols.csv
import texts badtime.csv
import texts head.csv
import texts empty
import texts t.json t2.json bad.json list.json chat.json
import texts badtime.csv --db noread.db
rescore --since x
rescore --lexicons badlex
diff 1 99
diff x 2
simulate none.yaml
simulate bad.yaml
simulate badscore.yaml
lexicon check badlex
lexicon check --lexicons badlex
tone label badlabels.csv
tone label badcols.csv
tone baselines afile/x.json
ear measure
ear train
verify --db none.db
verify --proof bad.json
ledger key afile/x
ledger proof afile/x --entry 1
ledger proof p.json --entry 9999
backup afile/x
restore none.db
restore noread.db
db key afile/x
db rekey --to none.key
db status --db noread.db
erase --customer C1
serve --port x
serve --port 99999999
serve --host 999.1.1.1
user add x
user add x --role boss
user add "a b" --role qa --no-password
user import badcols.csv
user token chen --days 9999
user token chen --scope x
quarantine retry
quarantine retry none.wav
doctor --model nothing --lexicons badlex --db noread.db
nothing
--nothing
--version
--lang fr show
"""
"""Wrong use, and files that are not what they should be."""

SETTINGS = (
    "[site", "[site]\ndb = 3", '[sites]\ndb = "x"', '[site]\ndbx = "x"', "[nightly]\nfolders = 3",
    '[nightly]\nfolders = ["none"]\nworkers = "x"', '[nightly]\nfolders = ["none"]\nworkers = -1',
    '[ingest]\nname_pattern = "(?P<x>a)"', "[review]\nport = 99999999",
    '[review]\nsecond_factor_roles = ["x"]', '[privacy]\nshown = ["x"]', "[texts]\nagent = 3",
    '[site]\ndb = "x"\ndb = "y"', "[site]\ndb = x", '[site]\ndb = "x',
)  # fmt: skip


@pytest.fixture
def faulty(site: Path) -> Path:
    """The site of the English walk, with files that are not what they should be."""
    for folder in ("empty", "badlex/phrases"):
        Path(folder).mkdir(parents=True)
    texts = {
        "empty/readme.txt": "x", "afile": "x", "bad.wav": "RIFFxxxx", "zero.wav": "",
        "noread.db": "not a database at all" * 100, "nul.csv": "a\0b", "empty.csv": "",
        "bad.json": "{", "list.json": "[1,2]", "bad.yaml": "a: [\n",
        "badscore.yaml": "id: x\nitems: []\n", "badlex/phrases/a.yaml": "rules: 3\n",
        "badcols.csv": "x,y\n1,2\n", "head.csv": "会话编号,角色,消息内容,时间\n",
        "badtime.csv": "会话编号,角色,消息内容,时间\nw1,客服,您好,soon\nw1,谁,您好,2026-11-02 09:30:00\n",
        "badcalls.csv": "通话编号,满意度,时长,呼叫方向,是否解决\nc1,9,x,y,z\n,5,,,\n",
        "badagents.csv": "工号,姓名\n,王\n8001,\n",
        "badevents.csv": "事项,日期,工号\n表扬,soon,8001\n没有,2026-11-02,8001\n表扬,2026-11-02,9999\n",
        "badlabels.csv": "call,role,start_s,end_s,grade,reviewer\nc1,agent,5,3.0,calm,chen\n",
        "t.json": json.dumps({"call": "x", "utterances": [{"role": "agent", "text": "您好"}]}),
        "t2.json": json.dumps({"call": 3, "text": 1, "words": 5}),
        "chat.json": json.dumps([{"call": "w9", "utterances": [{"role": "客服", "text": "您好"}]}]),
    }  # fmt: skip
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    return site


def said(line: str, language: str) -> list[str]:
    """The lines that a command prints on both streams."""
    words = line.replace("SHEET", str(LEXICON_FOLDER / "scoring" / "default.yaml")).split(" ")
    shown = CliRunner().invoke(main, ["--lang", language, *words], prog_name="callqa")
    assert shown.exception is None or isinstance(shown.exception, SystemExit), line
    return [one for one in shown.output.splitlines() if one.strip()]


def half_chinese(line: str) -> bool:
    """Whether a line has Chinese and something else that is no name, value or path."""
    own = NAMES.sub("Q", QUOTED.sub("Q", line.partition("示例：")[0]))
    if not HAN.search(line):
        return len(re.findall(r"\b[a-z]{2,}\b", own)) > 3
    return bool(WORDS.search(own) or HALF_WIDTH.search(own))


@pytest.mark.parametrize(
    ("line", "is_half"),
    [
        ("callqa: in 里没有录音；请指定录音文件，或有录音的文件夹. 没有读取 1 个文件", True),
        ("注意：c.csv: 没有读取这些列：心情", True),
        ("错误：'--workers' 的值不对：'x' 不是有效的数字（integer range）。", True),
        ("错误：没有 '--json' 这个选项。 是不是 '--jsonl'？", True),
        ("t.csv：缺少这一列；现有 x, y；请改成其中一个名称", True),
        ("c.csv 第 2 行：应为呼入, 呼出 or 内部", True),
        ("b.json：不是 JSON（double quotes 里的 Expecting property name enclosed）", True),
        ("there is no such database at all", True),
        ("callqa: in 里没有录音；请指定录音文件，或有录音的文件夹。没有读取 1 个文件：.txt 1 个（不是录音）。", False),
        ("callqa: noread.db：没有这个数据库；请先给一些通话评分，或换一个路径", False),
        ("t.csv：缺少这一列：key（call_id、file）；现有 x、y", False),
    ],
)  # fmt: skip
def test_a_half_line_is_known(line: str, is_half: bool):
    assert half_chinese(line) == is_half


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("lines", [COMMANDS, WRONG], ids=["right", "wrong"])
def test_no_command_prints_half_a_chinese_line(faulty: Path, lines: str):
    printed: dict[str, list[str]] = {}
    for line in filter(None, lines.splitlines()):
        if halves := [one for one in said(line, "zh") if half_chinese(one)]:
            printed[line] = halves

    assert printed == {}


def test_no_wrong_setting_is_told_in_half_a_chinese_line(faulty: Path):
    printed = {}
    for text in SETTINGS:
        Path("callqa.toml").write_text(text, encoding="utf-8")
        if halves := [one for one in said("status", "zh") if half_chinese(one)]:
            printed[text] = halves

    assert printed == {}
