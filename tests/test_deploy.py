"""The samples in deploy/ are what systemd takes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[1] / "deploy"
PLACE = "/srv/callqa"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")
def test_systemd_finds_nothing_wrong(tmp_path: Path):
    program = tmp_path / "callqa" / ".venv" / "bin" / "callqa"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o755)
    units = []
    for unit in sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]):
        text = unit.read_text(encoding="utf-8").replace(PLACE, str(tmp_path / "callqa"))
        units.append(tmp_path / unit.name)
        units[-1].write_text(text, encoding="utf-8")

    ran = subprocess.run(["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_every_sample_calls_a_command_that_there_is():
    from cli import COMMANDS  # noqa: PLC0415

    called = [
        line.split("bin/callqa ", 1)[1].split()[0]
        for file in DEPLOY.iterdir()
        for line in file.read_text(encoding="utf-8").splitlines()
        if "bin/callqa " in line
    ]
    assert len(called) == 3
    assert set(called) <= COMMANDS.keys()
