"""The site's own rules lose what names an erased person, and examples from his calls."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.main import main
from pipeline.errors import LexiconError
from pipeline.jobs.site_overlay import read_overlay_text, with_changes
from pipeline.people import NewProposal
from pipeline.settings import Settings, SiteSettings
from pipeline.store import GONE, Store
from pipeline.types import WordingChange
from tests.store.full_site import HER
from tests.store.personal_site import NAME, PHONE, fill_with_person, left_in

RULE = "forbidden.shirk"
EXAMPLE = "老房子漏水这个不归我管。"
TEXT = f"""version: 1
rules:
  - rule: {RULE}
    exceptions:
      - {NAME}的单子不归我管 # 陈 提出
      - 电视不归我管帮您转
    positive:
      - {EXAMPLE}
"""
ERASE = ("erase", "--customer", PHONE, "--reason", "客户要求，工单 77")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    fill_with_person(tmp_path / "callqa.db")
    (tmp_path / "callqa.toml").write_text('[site]\ndb = "callqa.db"\n', encoding="utf-8")
    change = WordingChange(RULE, "positive", EXAMPLE)
    with Store.open("callqa.db") as store:
        number = store.proposals.add(NewProposal((change,), "例句", EXAMPLE, 5), **HER).id
        store.proposals.settle(number, "accepted", word="好", **HER)
    return tmp_path


def overlay(site: Path) -> Path:
    return site / "callqa.db.site.yaml"


def test_the_overlay_loses_what_names_the_person_and_examples_of_his_calls(site: Path):
    overlay(site).write_text(TEXT, encoding="utf-8")

    tried = CliRunner().invoke(main, ["erase", "--customer", PHONE, "--dry-run"])
    assert "callqa.db.site.yaml" in tried.stderr
    assert overlay(site).read_text(encoding="utf-8") == TEXT

    done = CliRunner().invoke(main, ERASE)

    assert done.exit_code == 0, done.output
    assert overlay(site).read_text(encoding="utf-8") == (
        f"version: 1\nrules:\n  - rule: {RULE}\n    exceptions:\n      - 电视不归我管帮您转\n"
    )
    assert left_in(site, (NAME, PHONE, "老房子")) == []
    assert CliRunner().invoke(main, ["verify"]).exit_code == 0
    with Store.open("callqa.db") as store:
        kept = store.proposals.overlay_versions()[0]
    assert (kept.proposal_id, kept.text) == (None, overlay(site).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        f"version: 1\n# {NAME}来电\nrules:\n  - {{rule: {RULE}, points: 5}}\n",
        f"version: 1\nrules: [{NAME}\n",
        f"version: 1\nrules: [{{rule: {RULE}, positive: [&a {EXAMPLE}, *a]}}]\n",
    ],
)
def test_an_overlay_in_another_form_is_left_to_people_and_named(site: Path, text: str):
    overlay(site).write_text(text, encoding="utf-8")

    done = CliRunner().invoke(main, ERASE)

    assert (done.exit_code, overlay(site).read_text(encoding="utf-8")) == (1, text)
    assert "callqa.db.site.yaml" in done.stderr.split("for you to deal with")[1]
    assert left_in(site, (PHONE,)) == []


def test_an_erased_wording_is_written_into_no_rule(tmp_path: Path):
    settings = Settings(site=SiteSettings(db=str(tmp_path / "callqa.db")))
    change = WordingChange(RULE, "exceptions", f"{GONE}不归我管")

    with pytest.raises(LexiconError, match="已随客户资料删除"):
        with_changes(read_overlay_text(settings), [change], settings)


def test_a_site_without_an_overlay_gets_none(site: Path):
    assert CliRunner().invoke(main, ERASE).exit_code == 0
    assert not overlay(site).exists()
