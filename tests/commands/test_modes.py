"""Nobody but the account that runs callqa may read what it writes, unless the site says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest

CHAT = [{"role": "agent", "text": "您好，请讲。"}, {"role": "customer", "text": "我要退款。"}]


MODES = {
    "": (0o600, 0o700),
    '[site]\ngroup = "read"\n': (0o640, 0o750),
    '[site]\ngroup = "write"\n': (0o660, 0o770),
}


def run_commands(commands: list[tuple[str, ...]]) -> None:
    """Run callqa as a server does that lets everybody read."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.forked_commands"],
        check=False, umask=0o022, env=env, input=json.dumps(commands), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_what_is_written_is_for_the_account_and_where_the_site_says_so_for_its_group(
    tmp_path: Path,
):
    commands: list[tuple[str, ...]] = []
    for number, settings in enumerate(MODES):
        site = tmp_path / str(number)
        site.mkdir(0o755)
        (site / "callqa.toml").write_text(settings, encoding="utf-8")
        (site / "chat.json").write_text(json.dumps(CHAT), encoding="utf-8")
        commands.append((str(site), "import", "texts", "chat.json"))
        commands.append((str(site), "report", "export", "out/calls.csv"))
    run_commands(commands)

    for number, modes in enumerate(MODES.values()):
        site = tmp_path / str(number)
        given = {site / "callqa.toml", site / "chat.json"}
        written = set(site.rglob("*")) - given
        assert {path.name for path in written} >= {"callqa.db", "out", "calls.csv"}
        files = {S_IMODE(path.stat().st_mode) for path in written if path.is_file()}
        folders = {S_IMODE(path.stat().st_mode) for path in written if path.is_dir()}
        assert (files, folders) == ({modes[0]}, {modes[1]})
