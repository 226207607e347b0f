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


def callqa(folder: Path, *arguments: str) -> None:
    """Run callqa as a server does that lets everybody read."""
    command = [sys.executable, "-m", "pipeline.commands.main", *arguments]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        command, check=False, cwd=folder, umask=0o022, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("settings", "file_mode", "folder_mode"),
    [
        ("", 0o600, 0o700),
        ('[site]\ngroup = "read"\n', 0o640, 0o750),
        ('[site]\ngroup = "write"\n', 0o660, 0o770),
    ],
)
def test_what_is_written_is_for_the_account_and_where_the_site_says_so_for_its_group(
    tmp_path: Path, settings: str, file_mode: int, folder_mode: int
):
    (tmp_path / "callqa.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "chat.json").write_text(json.dumps(CHAT), encoding="utf-8")
    before = set(tmp_path.iterdir())

    callqa(tmp_path, "import", "texts", "chat.json")
    callqa(tmp_path, "report", "export", "out/calls.csv")

    written = set(tmp_path.rglob("*")) - before
    assert {path.name for path in written} >= {"callqa.db", "out", "calls.csv"}
    assert {S_IMODE(path.stat().st_mode) for path in written if path.is_file()} == {file_mode}
    assert {S_IMODE(path.stat().st_mode) for path in written if path.is_dir()} == {folder_mode}
