"""Every command reads the site's own additions with the rules, and a broken file of them stops
nothing without a word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline import load_engine
from pipeline.commands.main import main
from pipeline.jobs import load_basis
from pipeline.jobs.save import keep_versions
from pipeline.lexicon import load_lexicon
from pipeline.settings import Settings, SiteSettings
from pipeline.store import Store
from tests.builders import a_finding, a_result, a_score, an_utterance

SAID = "电视不归我管帮您转过去。"
OVERLAY = "version: 1\nrules:\n  - {rule: forbidden.shirk, exceptions: [电视不归我管帮您转]}\n"
BROKEN = "version: 1\nrules:\n  - {rule: forbidden.no_such, points: 1}\n"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A database with a call that was charged for a friendly sentence by the shipped rules."""
    path = tmp_path / "callqa.db"
    basis = load_basis(Settings())
    result = a_result(
        findings=(a_finding(start_s=4.5, end_s=5.5),),
        score=a_score(80.0),
        utterances=(an_utterance("您好，请讲。"), an_utterance(SAID, start_s=4.0)),
    )
    engine = replace(result.engine, lexicon_version=basis.lexicon.version)
    with Store.open(path) as store:
        keep_versions(store, basis.lexicon, basis.sheets)
        store.results.save(replace(result, engine=engine), scored_at="2026-11-18T03:00:00+00:00")
    return path


def overlay(db: Path, text: str) -> Path:
    file = db.with_name("callqa.db.site.yaml")
    file.write_text(text, encoding="utf-8")
    return file


def run(db: Path, *args: str, settings: str = "") -> Result:
    """A command in the site's settings."""
    file = db.with_name("callqa.toml")
    file.write_text(f'[site]\ndb = "{db}"\n{settings}', encoding="utf-8")
    return CliRunner().invoke(main, [*args, "--settings", str(file)])


@pytest.mark.long
def test_a_sentence_and_the_check_go_by_the_additions(db: Path):
    assert "hit  " in run(db, "lexicon", "try", SAID).output
    file = overlay(db, OVERLAY)

    assert "hit  " not in run(db, "lexicon", "try", SAID).output
    checked = run(db, "lexicon", "check")
    assert checked.exit_code == 0
    assert f"added here ({file}): 1 rules, points of 0 items." in checked.output


@pytest.mark.long
def test_stored_calls_are_scored_again_by_the_additions(db: Path):
    overlay(db, OVERLAY)
    ran = run(db, "rescore", "--workers", "1")

    assert ran.exit_code == 0, ran.output
    with Store.open(db) as store:
        (result,) = store.results.each()
        (found,) = (store.results.get(id_) for id_ in store.results.effective_ids())
    assert result.engine.lexicon_version != load_lexicon().version
    assert [one.rule for one in found.findings if one.rule == "forbidden.shirk"] == []


@pytest.mark.long
def test_an_engine_goes_by_the_additions_of_its_settings_only(db: Path):
    overlay(db, OVERLAY)
    site = Settings(site=SiteSettings(db=str(db)))

    assert load_engine(model=None).lexicon.version == load_lexicon().version
    assert load_engine(model=None, settings=site).lexicon.version != load_lexicon().version


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ("lexicon", "check"), ("lexicon", "test"), ("lexicon", "try", "好"), ("lexicon", "stats"), ("rescore",),
        ("score", "."), ("serve",), ("report", "day"), ("doctor",),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_by_every_command(
    db: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(db.parent)
    file = overlay(db, BROKEN)
    (db.parent / "a.wav").write_bytes(b"RIFF")
    if command == ("serve",):
        with Store.open(db) as store:
            store.users.add("admin", "admin", password_hash="", actor="test", at="2026-11-18T03:00:00+00:00")  # fmt: skip
    ran = run(db, *command)

    assert ran.exit_code != 0
    assert f"{file}, line 3: there is no rule “forbidden.no_such”" in ran.output.replace("\n", "")


def test_a_night_that_a_broken_file_stops_tells_people(db: Path):
    file = overlay(db, BROKEN)
    (db.parent / "in").mkdir()
    nightly = f'[nightly]\nfolders = ["{db.parent / "in"}"]\nmetrics = "{db.parent / "m.prom"}"\n'
    ran = run(db, "nightly", settings=nightly)

    assert ran.exit_code == 2
    assert "运行中断" in ran.output
    assert f"{file} 第 3 行" in ran.output
    assert (db.parent / "m.prom").exists()
    with Store.open(db) as store:
        (night,) = store.nights.all()
    assert f"{file} 第 3 行" in night.outcome
