"""Help and messages are Chinese, and English for who asks for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pipeline.commands.help_text import columns, fold
from pipeline.commands.language import choose_language
from pipeline.commands.main import COMMANDS, main
from pipeline.store import Store
from tests.builders import a_finding, a_result, an_utterance
from tests.commands.test_help import EVERY

HAN = re.compile("[\u4e00-\u9fff]")
TOP = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch):
    """No locale is set."""
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.delenv("LANG")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], prog_name="callqa")


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        ([], {}, "zh"),
        ([], {"LANG": "C"}, "zh"),
        ([], {"LANG": "POSIX"}, "zh"),
        ([], {"LANG": "zh_CN.GBK"}, "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, "en"),
        ([], {"LANG": "en", "LC_ALL": ""}, "en"),
        (["--lang", "en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["--debug", "--lang=zh", "score"], {"LANG": "en_US.UTF-8"}, "zh"),
        (["--lang"], {"LANG": "en_US.UTF-8"}, "zh"),
    ],
)
def test_the_option_goes_before_the_locale(words, environment, language):
    assert choose_language(words, environment) == language


@pytest.mark.parametrize("name", EVERY)
def test_each_help_is_chinese_but_for_names_and_examples(name: str):
    usage, *lines = run(*name.split()[1:], "--help").output.splitlines()

    english = [line for line in lines if re.search(r"[a-z]+ [a-z]+ [a-z]+ ", line)]
    assert usage.startswith("用法：")
    assert [line for line in english if "示例" not in line] == []


@pytest.mark.parametrize("name", EVERY)
def test_each_line_of_help_fits_the_screen(name: str):
    shown = run(*name.split()[1:], "--help").output

    assert [line for line in shown.splitlines() if columns(line) > 80] == []


@pytest.mark.parametrize("words", [("--lang", "en"), ("--lang", "zh")])
@pytest.mark.parametrize(
    "name", [name for name, command in EVERY.items() if isinstance(command, click.Group)]
)
def test_the_list_of_a_group_has_each_line_whole(name: str, words: tuple[str, ...]):
    group = EVERY[name]
    assert isinstance(group, click.Group)
    shown = run(*words, *name.split()[1:], "--help").output
    joined = re.sub(r"\s", "", shown)

    for word in group.list_commands(click.Context(group)):
        own = run(*words, *name.split()[1:], word, "--help").output
        first = re.sub(r"\s", "", own.split("\n\n")[1])
        assert f"{word}{first}" in joined


def test_the_whole_help_has_a_chinese_line_for_each_command():
    shown = run("--help").output

    assert [
        word for word in COMMANDS if not re.search(rf"\n  {word} +.*{HAN.pattern}", shown)
    ] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scor"], "错误：没有 'scor' 这个命令。"),
        (["score"], "错误：缺少参数 'PATHS...'。\n"),
        (["--lang", "en", "score"], "Error: Missing argument 'PATHS...'.\n"),
        (["sample", "--per-agent", "x"], "错误：'--per-agent' 的值不对：'x' 不是整数。\n"),
        (["score", "a", "--workers", "x"], "错误：'--workers' 的值不对：'x' 不是整数。\n"),
        (["report", "day", "--date", "soon"], "'--date' 的值不对：'soon' 不是日期；应类似 2026-11-20\n"),
        (["--lang", "en", "report", "day", "--date", "soon"],
         "Error: Invalid value for '--date': 'soon' is no day; expected one such as 2026-11-20\n"),
        (["score", "--json"], "错误：没有 '--json' 这个选项。是不是 '--jsonl'？\n"),
        (["--nothing"], "错误：没有 '--nothing' 这个选项。\n"),
        (["--lang", "fr"], "错误：'--lang' 的值不对：'fr' 不是以下之一：'zh'、'en'。\n"),
        (["show", "c1", "--db", "no.db"], "callqa: no.db：没有这个数据库；请先给一些通话评分，或换一个路径"),
        (["report", "month", "--month", "soon"], "callqa: --month 'soon' 不能识别；应类似 2026-11"),
        (["--lang", "en", "show", "c1", "--db", "no.db"], "callqa: no.db: there is no such database;"),
    ],
)  # fmt: skip
def test_wrong_use_is_told_in_the_language(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    shown = run(*words)

    assert (said in shown.output, shown.exit_code) == (True, 2)


def test_the_doctor_speaks_chinese(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()

    shown = run("doctor", "--lexicons", "rules", "--model", "nothing").output.splitlines()

    assert [line for line in shown if not HAN.search(line)] == []
    assert shown[0].startswith(
        "问题 识别模型：'nothing' 不是模型，也不是文件夹；应为含 model.bin 的文件夹"
    )
    assert shown[-1] == "正常 数据库：callqa.db 可以新建"


def test_a_failed_file_is_told_in_chinese(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("x,y\n1,2\n", encoding="utf-8")

    shown = run("import", "texts", "t.csv", "--db", "q.db")

    assert (
        "失败：t.csv：缺少这一列：text（内容、消息内容、消息、文本、text、content、message）；现有 x、y；"
        "请把对应的列改成其中一个名称\n"
    ) in shown.output


def test_cron_without_a_locale_gets_chinese():
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE")
    }

    shown = subprocess.run(
        [sys.executable, "cli.py", "show", "c1", "--db", "no.db"],
        cwd=TOP, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip

    assert shown.stderr == "callqa: no.db：没有这个数据库；请先给一些通话评分，或换一个路径\n"


def test_a_command_stays_as_it_is_in_the_code():
    before = {name: command.help for name, command in EVERY.items()}

    run("--help")
    run("report", "month", "--help")

    assert {name: command.help for name, command in EVERY.items()} == before


def test_no_line_begins_with_a_mark_that_ends_words():
    lines = fold("这一天，那一天；“上午”（下午），晚上。" * 9, 20)

    assert [line for line in lines if line[0] in "，。；”）"] == []


def test_a_word_longer_than_the_line_stays_whole():
    assert fold("见 https://example.com/long 页", 10) == ["见", "https://example.com/long", "页"]


def test_tables_and_summaries_are_in_the_language_of_the_user(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rude = replace(
        a_finding(rule="missing.identity", kind="missing", phrase="身份"), verdict="review"
    )
    with Store.open(Path("q.db")) as store:
        store.results.save(
            a_result(findings=(rude,), utterances=(an_utterance("您好，请讲。"),)),
            scored_at="2026-11-18T03:00:00+00:00",
        )
    call = "a"

    english = run("--lang", "en", "show", call, "--db", "q.db").output
    chinese = run("show", call, "--db", "q.db").output
    assert re.search(r"agent number \S+ .*\nattitude [\d.]+  total [\d.]+", english)
    assert "to review  00:01  没有表明身份" in english
    assert "agent: 您好，请讲。" in english
    assert re.search(r"工号 \S+ .*\n服务态度 [\d.]+  总分 [\d.]+", chinese)
    assert "待复核  00:01  没有表明身份" in chinese
    assert "客服：您好，请讲。" in chinese
    assert (
        "1 calls, 1 places found." in run("--lang", "en", "search", "您好", "--db", "q.db").output
    )
    assert "1 通电话，1 处。" in run("search", "您好", "--db", "q.db").output


@pytest.mark.parametrize("words", [(), ("report",), ("user",)])
def test_a_group_alone_shows_its_help_and_no_error(words: tuple[str, ...]):
    said = run(*words).output

    assert said.startswith("用法：callqa")
    assert "错误：" not in said


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (("tone", "label", "a,b.csv"), "'a,b.csv'"),
        (("report", "day", "--date", "2026,11,20"), "2026,11,20"),
        (("user", "add", "x", "--role", "qa,lead"), "'qa,lead'"),
        (("show", "c1", "--db", "black and white"), "black and white"),
        (("import", "calls", "Q3, east. west.csv"), "Q3, east. west.csv"),
    ],
)
def test_what_the_user_typed_is_said_as_he_typed_it(words: tuple[str, ...], value: str):
    assert value in run(*words).output
