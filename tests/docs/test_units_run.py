"""The commands of the units in deploy/ under the limits that the units set: nothing can be written
but the site's folder and the temporary ones, and there is no home."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pipeline.store import Store

TOP = Path(__file__).parents[2]
PLACE = "/srv/callqa"
LIMITS = f"""set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /srv
mkdir {PLACE}
mount --bind "$1" {PLACE}
mount -t tmpfs tmpfs /var/tmp
mount -o remount,bind,ro /
mount -o remount,bind,ro /srv
shift
cd {PLACE}
exec "$@"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder that the units call /srv/callqa, with one recording."""
    folder = tmp_path / "callqa"
    (folder / "recordings").mkdir(parents=True)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "callqa").symlink_to(Path(sys.prefix) / "bin" / "callqa")
    recording = folder / "recordings" / "a.wav"
    shutil.copy(TOP / "examples" / "calls" / "d01_good_post.wav", recording)
    os.utime(recording, (1_700_000_000, 1_700_000_000))  # a new one may still grow
    settings = (TOP / "deploy" / "callqa.toml").read_text(encoding="utf-8")
    settings = settings.replace('"/recordings"', '"recordings"')
    (folder / "callqa.toml").write_text(settings, encoding="utf-8")
    return folder


def start(unit: str, site: Path, *more: str) -> subprocess.Popen[str]:
    """The command of a unit, in a mount namespace of its own."""
    text = (TOP / "deploy" / unit).read_text(encoding="utf-8")
    command = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0]
    given = dict(one.split("=", 1) for one in re.findall(r"^Environment=(.*)$", text, re.MULTILINE))
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", LIMITS, "sh", site, *shlex.split(command), *more],
        env={**kept, "HOME": "/nonexistent", "TMPDIR": "/var/tmp", "PYTHONPATH": str(TOP), **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.model
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_a_night_writes_only_below_its_folder(site: Path):
    ran = start("callqa-nightly.service", site)

    said, _ = ran.communicate(timeout=300)

    assert ran.returncode == 0, said
    with Store.open(site / "callqa.db") as store:
        assert len(store.results.effective_ids()) == 1
    assert len(list((site / "cache" / "models").glob("base-*/model.bin"))) == 1


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_the_review_pages_need_no_other_folder(site: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (site / "callqa.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"port = {port}\n")
    with Store.open(site / "callqa.db") as store:
        store.users.add(
            "王芳", "admin", password_hash="none", actor="test", at="2026-11-02T09:00:00+08:00"
        )
    serving = start("callqa-review.service", site)
    try:
        page = _page(f"http://127.0.0.1:{port}/login", serving)
    finally:
        serving.terminate()
        said, _ = serving.communicate(timeout=30)

    assert "登录" in page, said


def _page(address: str, serving: subprocess.Popen[str]) -> str:
    """The page, as soon as there is one; empty where the command has ended."""
    until = time.monotonic() + 60
    while serving.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                text: str = answer.read().decode()
                return text
        except OSError:
            time.sleep(0.2)
    return ""
