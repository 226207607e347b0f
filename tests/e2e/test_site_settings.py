"""``[site]`` of callqa.toml holds for every command, and a command's own option stands above it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import soundfile
from click.testing import CliRunner, Result

from pipeline.commands.main import COMMANDS, main
from pipeline.lexicon import LEXICON_FOLDER
from pipeline.store import Store
from tests.e2e.conftest import Run
from tests.sounds import TWO_SIDES, tone

ARGUMENTS = {
    "score": ["call.wav"],
    "show": ["c1"],
    "search": ["退款"],
    "report agent": ["8001"],
    "report export": ["calls.csv"],
    "import calls": ["calls.csv"],
    "import agents": ["agents.csv"],
    "import events": ["events.csv"],
    "import texts": ["chats.csv"],
    "diff": ["1", "2"],
    "simulate": [str(LEXICON_FOLDER / "scoring" / "default.yaml")],
    "lexicon try": ["您好"],
    "tone baselines": ["baselines.json"],
    "tone label": ["labels.csv"],
    "tone train": ["tone.json"],
    "user add": ["chen", "--role", "qa", "--no-password"],
    "user change": ["chen", "--role", "qa"],
    "user disable": ["chen"],
    "user import": ["agents.csv"],
    "ledger proof": ["proof.json", "--entry", "1"],
    "backup": ["copy.db"],
    "db rekey": ["--to", "new.key"],
    "restore": ["good.db"],
    "erase": ["--customer", "k1", "--reason", "本人要求"],
    "user token": ["chen"],
    "user reset-factor": ["li", "--reason", "手机丢失"],
    "quarantine retry": ["--all"],
    "quarantine drop": ["--all"],
    "promises note": ["1", "void"],
    "ear train": ["--speech", "speech.jsonl", "--out", "ear"],
    "ear measure": ["--speech", "speech.jsonl"],
}
"""What a command needs besides the options of the site."""

RECRYPTED = {"db encrypt", "db rekey", "db decrypt"}
"""They need a key."""

LOOKS = {"show"}
"""Reads the names of rules only, and does without them."""

TONE_MODELS = {"tone train", "tone report"}
"""Their ``--model`` is a model of tone, which ``[tone] model`` names."""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Each command that does something, by its words."""
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {one}", part) for one, part in command.commands.items())
        else:
            yield name, command


def with_option(option: str) -> list[str]:
    found = [
        name
        for name, command in commands()
        if option in {parameter.name for parameter in command.params}
    ]
    others = {"model": TONE_MODELS, "lexicons": LOOKS}.get(option, set())
    return [name for name in found if name not in others]


def run(name: str, *options: str) -> Result:
    return CliRunner().invoke(main, [*name.split(), *options, *ARGUMENTS.get(name, [])])


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which every command finds what it needs, but for what ``[site]`` names."""
    monkeypatch.chdir(tmp_path)
    shutil.copy2(TWO_SIDES, "call.wav")
    Path("in").mkdir()
    shutil.copy2(TWO_SIDES, "in/call.wav")
    Path("calls.csv").write_text("通话编号,满意度\nc1,5\n", encoding="utf-8")
    Path("agents.csv").write_text("工号,姓名,班组\n8001,陈,一班\n", encoding="utf-8")
    Path("chats.csv").write_text("角色,消息内容\n客服,您好\n", encoding="utf-8")
    Path("events.csv").write_text("事项,日期,工号\n表扬,2026-11-02,8001\n", encoding="utf-8")
    Path("labels.csv").write_text("call,role,start_s,end_s,grade,reviewer\n", encoding="utf-8")
    for name, digits in (("site.key", "1f"), ("new.key", "2e")):
        Path(name).write_text(digits * 32, encoding="ascii")
        Path(name).chmod(0o600)
    soundfile.write("word.wav", tone(220, 1.0), 16000)
    spoken = {"audio": "word.wav", "text": "你好", "speaker": "a"}
    Path("speech.jsonl").write_text(json.dumps(spoken) + "\n", encoding="utf-8")
    with Store.open("good.db") as store:
        store.users.add("li", "admin", actor="test", at="2026-11-28T10:00:00+00:00")
    for name in ("site", "other"):
        Path(f"{name}.db").write_bytes(b"this is no database of callqa" * 99)
        Path(name).mkdir()
        Path(name, "rules.yaml").write_text("rules: 1\n", encoding="utf-8")
        Path(name, "monthly").mkdir()
        Path(name, "monthly", "events.yaml").write_text("kinds: 1\n", encoding="utf-8")
    return tmp_path


def write(**values: str) -> None:
    lines = "".join(f'{key} = "{value}"\n' for key, value in values.items())
    Path("callqa.toml").write_text(
        f'[site]\n{lines}[nightly]\nfolders = ["in"]\nworkers = 1\n[ingest]\nsettle_s = 0\n',
        encoding="utf-8",
    )


@pytest.mark.long
@pytest.mark.parametrize("name", with_option("db"))
def test_a_command_opens_the_sites_database_and_the_options_one_before_it(site: Path, name: str):
    write(db="site.db", **({"key_file": "site.key"} if name in RECRYPTED else {}))

    of_site, of_option = run(name), run(name, "--db", "other.db")

    assert "site.db: " in of_site.output
    assert "other.db: " in of_option.output
    assert "site.db" not in of_option.output


@pytest.mark.parametrize("name", with_option("lexicons"))
def test_a_command_judges_by_the_sites_rules_and_the_options_before_them(site: Path, name: str):
    write(db="good.db", lexicons="site")

    of_site, of_option = run(name), run(name, "--lexicons", "other")

    assert "site/" in of_site.output
    assert "other/" in of_option.output
    assert "site/" not in of_option.output


@pytest.mark.parametrize("name", with_option("model"))
def test_a_command_hears_by_the_sites_model_and_the_options_before_it(site: Path, name: str):
    write(db="good.db", model="site-model")

    of_site, of_option = run(name), run(name, "--model", "other-model")

    assert "site-model" in of_site.output
    assert "other-model" in of_option.output
    assert "site-model" not in of_option.output


def test_every_command_that_reads_the_site_can_be_given_another_settings_file():
    options = {"db", "lexicons"}
    for name, command in commands():
        names = {parameter.name for parameter in command.params}
        assert not names & options or "settings_file" in names, name


def test_calls_are_kept_only_where_a_database_is_named(callqa: Run, call: Path):
    callqa("score", call)
    assert not Path("callqa.db").exists()

    write(db="site.db")
    assert callqa("score", call).exit_code == 0

    with Store.open("site.db", create=False) as store:
        assert len(list(store.results.each())) == 1
