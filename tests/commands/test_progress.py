"""What long work says of itself: on a real terminal, and where there is none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.commands.progress import progress

ROOT = Path(__file__).parents[2]
SATISFACTION = "通话编号,满意度\nc1,5\nc2,1\nnobody,3\n"


class FakeClock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_without_a_terminal_there_is_a_line_now_and_then_and_one_at_the_end(
    capsys: pytest.CaptureFixture[str],
):
    clock = FakeClock()

    with progress("scoring", 6, every_s=30.0, clock=clock) as shown:
        for failed in (0, 0, 1, 0, 0):
            clock.now_s += 12.0
            shown.advance(failed=failed)

    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "scoring 3/6, failed 1, per hour 300, time left 36 sec",
        "scoring 5/6, failed 1, per hour 300, time left 12 sec",
    ]
    assert said.out == ""


def test_work_whose_size_nobody_knows_shows_what_is_done(capsys: pytest.CaptureFixture[str]):
    clock = FakeClock()

    with progress("scoring", None, clock=clock) as shown:
        clock.now_s += 36.0
        shown.advance(10)

    assert capsys.readouterr().err == "scoring 10, failed 0, per hour 1000\n"


def test_work_that_ends_in_an_error_says_how_far_it_came(capsys: pytest.CaptureFixture[str]):
    clock = FakeClock()

    def break_off() -> None:
        with progress("scoring", 9, clock=clock) as shown:
            clock.now_s += 36.0
            shown.advance()
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        break_off()
    assert capsys.readouterr().err == "scoring 1/9, failed 0, per hour 100, time left 4 min\n"


def test_nothing_to_do_says_nothing(capsys: pytest.CaptureFixture[str]):
    with progress("scoring", 0):
        pass

    assert capsys.readouterr() == ("", "")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    chats = "会话编号,发送时间,角色,消息内容,工号\n" + "".join(
        f"c{n},2026-11-02 09:0{n}:00,客服,您好，请稍等,8001\n" for n in range(3)
    )
    (tmp_path / "chats.csv").write_text(chats, encoding="utf-8")
    (tmp_path / "satisfaction.csv").write_text(SATISFACTION, encoding="utf-8")
    return tmp_path


def command(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "cli.py"), *words]


@pytest.mark.thorough
@pytest.mark.slow
def test_commands_write_plain_lines_to_stderr_where_it_is_no_terminal(site: Path):
    chats = subprocess.run(
        command("import", "texts", "chats.csv"),
        cwd=site,
        capture_output=True,
        text=True,
        check=True,
    )
    calls = subprocess.run(
        command("import", "calls", "satisfaction.csv"),
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )
    again = subprocess.run(command("rescore"), cwd=site, capture_output=True, text=True, check=True)

    assert chats.stdout == "3 written conversations scored; 0 files failed.\n"
    assert chats.stderr.startswith("scoring 3, failed 0, per hour ")
    assert calls.stdout == "2 calls changed, 0 calls are as they were.\n"
    assert calls.stderr.startswith("importing 3/3, failed 0, ")
    assert again.stderr.startswith("scoring 3/3, failed 0, ")
    assert not any("\x1b" in text for text in (chats.stderr, calls.stderr, again.stderr))


@pytest.mark.thorough
@pytest.mark.slow
def test_on_a_terminal_there_is_a_bar_and_results_stay_on_stdout(site: Path):
    subprocess.run(
        command("import", "texts", "chats.csv"), cwd=site, capture_output=True, check=True
    )

    shown, stdout = on_a_terminal(command("rescore"), site)

    assert stdout.startswith("Run 2: 3 calls scored again, ")
    assert "3/3" in shown
    assert "failed 0, per hour " in shown
    assert "\x1b[" in shown


def on_a_terminal(words: list[str], folder: Path) -> tuple[str, str]:
    """What a command writes to stderr, a terminal 120 wide, and to stdout, a pipe."""
    master, slave = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
    running = subprocess.Popen(
        words, cwd=folder, stdout=subprocess.PIPE, stderr=slave, env=environment
    )
    os.close(slave)
    pieces = []
    try:
        while piece := os.read(master, 4096):
            pieces.append(piece)
    except OSError:  # the other end is closed: what Linux says instead of an empty read
        pass
    finally:
        os.close(master)
    stdout, _ = running.communicate(timeout=60)
    return b"".join(pieces).decode(), stdout.decode()
