"""callqa talks to nobody: no command looks up a name or connects to another machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SENT = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(")
ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, &?)"([^"]*)"')
HERE = re.compile(r"127\.|::1$")
CHAT = [{"role": "agent", "text": "您好，请讲。"}, {"role": "customer", "text": "我要退款。"}]


def is_elsewhere(line: str) -> bool:
    """Whether a line of strace sends something to another machine, or asks for its name."""
    found = ADDRESS.search(line)
    return bool(SENT.search(line) and found and not HERE.match(found[1]))


def calls_elsewhere(folder: Path, *command: str, given: str = "") -> list[str]:
    """The system calls by which a command, with all its processes, reaches beyond this machine."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = folder / "strace.log"
    trace = ["-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    env |= {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir(exist_ok=True)
    done = subprocess.run(
        [strace, *trace, "-o", str(log), *command],
        check=False, cwd=folder, env=env, input=given, capture_output=True, text=True, timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [line for line in log.read_text(encoding="utf-8").splitlines() if is_elsewhere(line)]


def callqa(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(REPOSITORY / "cli.py"), *arguments)


def test_a_program_that_does_is_noticed(tmp_path: Path):
    says = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 53))"
    home = says.replace("192.0.2.1", "127.0.0.1")

    assert len(calls_elsewhere(tmp_path, sys.executable, "-c", says)) == 1
    assert calls_elsewhere(tmp_path, sys.executable, "-c", home) == []


@pytest.mark.long
@pytest.mark.slow
def test_commands_without_sound_reach_nobody(tmp_path: Path):
    (tmp_path / "chat.json").write_text(json.dumps(CHAT), encoding="utf-8")
    commands = [
        ("import", "texts", "chat.json"),
        ("report", "export", "calls.csv"),
        ("report", "day"),
        ("rescore",),
        ("search", "退款"),
        ("verify",),
        ("lexicon", "check"),
        ("doctor",),
    ]
    given = json.dumps([(str(tmp_path), *command) for command in commands])

    run = (sys.executable, "-m", "tests.forked_commands")
    assert calls_elsewhere(tmp_path, *run, given=given) == []


@pytest.mark.long
@pytest.mark.model
def test_scoring_reaches_nobody_and_leaves_no_id_behind(tmp_path: Path):
    recording = REPOSITORY / "examples" / "calls" / "d03_shirk.wav"

    assert calls_elsewhere(tmp_path, *callqa("score", str(recording), "--db", "a.db")) == []
    assert not [path for path in (tmp_path / "tmp").rglob("*") if path.name.startswith(".ses")]
