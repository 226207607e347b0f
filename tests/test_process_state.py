"""A test hands its process to the next as it found it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.language import tr
from pipeline.commands.main import main
from pipeline.store import KeySource, chosen_source
from pipeline.store.signing import active_key
from tests.process_state import restored

SETTINGS = """[site]
db = "callqa.db"
key_file = "site.key"
timezone = "Asia/Kathmandu"
group = "read"
[ledger]
key_file = "ledger.pem"
"""


def state() -> dict[str, object]:
    """All that the commands of a site set for their process."""
    mask = os.umask(0o022)
    os.umask(mask)
    ledger = active_key()
    return {
        "umask": mask,
        "zone": (os.environ.get("TZ"), time.localtime().tm_gmtoff),
        "language": (tr("encrypted"), os.environ.get("LANGUAGE")),
        "keys": (chosen_source(), ledger and ledger.public),
    }


def test_what_the_commands_of_a_site_set_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for words in ("db key site.key", "ledger key ledger.pem"):
        assert CliRunner().invoke(main, words.split()).exit_code == 0
    Path("callqa.toml").write_text(SETTINGS, encoding="utf-8")
    before = state()
    with restored():
        assert CliRunner().invoke(main, ["--lang", "zh", "verify"]).exit_code != 0
        within = state()

    assert [name for name in before if within[name] == before[name]] == []
    assert state() == before
    assert before["keys"] == (KeySource(), None)


def test_variables_and_signals_are_taken_back():
    before = signal.getsignal(signal.SIGTERM)
    with restored():
        os.environ["CALLQA_KEY_FILE"] = "a.key"
        del os.environ["LANG"]
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    assert ("CALLQA_KEY_FILE" in os.environ, "LANG" in os.environ) == (False, True)
    assert signal.getsignal(signal.SIGTERM) == before
