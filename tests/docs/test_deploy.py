"""The samples in deploy/ are what systemd takes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.review.bodies import MOST_MESSAGES
from pipeline.settings import load_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
PLACE = "/srv/callqa"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine"
)
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

    ran = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.skipif(not NGINX, reason="nginx is not on this machine")
def test_nginx_finds_nothing_wrong(tmp_path: Path):
    certificate, key = a_certificate(tmp_path)
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for place, here in (
        ("/etc/ssl/callqa/fullchain.pem", certificate), ("/etc/ssl/callqa/privkey.pem", key),
        ("/var/log/nginx/callqa.log", tmp_path / "access.log"),
    ):  # fmt: skip
        assert place in site
        site = site.replace(place, str(here))
    (tmp_path / "site.conf").write_text(site, encoding="utf-8")
    whole = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{ include {tmp_path}/site.conf; }}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    assert NGINX is not None

    ran = subprocess.run(
        [NGINX, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False
    )

    said = [line for line in ran.stderr.splitlines() if "[warn]" in line or "[emerg]" in line]
    assert (ran.returncode, said) == (0, [])


def a_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that nobody signed, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=callqa.example.com",
         "-keyout", key, "-out", certificate],
        capture_output=True, check=True,
    )  # fmt: skip
    return certificate, key


def test_every_sample_calls_a_command_that_there_is():
    from pipeline.commands.main import COMMANDS  # noqa: PLC0415

    called = [
        line.split("bin/callqa ", 1)[1].split()[0]
        for file in DEPLOY.iterdir()
        for line in file.read_text(encoding="utf-8").splitlines()
        if "bin/callqa " in line
    ]
    assert len(called) == 5
    assert set(called) <= COMMANDS.keys()


def test_nginx_lets_bodies_of_messages_through_as_large_as_the_pages_take_them():
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    place = site.split("location /api/v1/conversations/ {", 1)[1].split("}", 1)[0]

    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", place)
    assert int(megabytes) * 2**20 >= MOST_MESSAGES
    assert "proxy_pass http://127.0.0.1:8484;" in place


def test_the_sample_of_settings_is_read():
    settings = load_settings(DEPLOY / "callqa.toml")

    assert (settings.site.db, settings.nightly.folders) == ("callqa.db", ("/recordings",))
