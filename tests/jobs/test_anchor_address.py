"""Anchors at addresses, on a real server of this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.jobs import anchor_address, read_anchors, write_anchors
from pipeline.settings import LedgerSettings
from pipeline.store import TreeHead

HEADS = tuple(TreeHead(n, f"{n:x}" * 64, "a" * 64, "2026-11-02T09:00:00+00:00") for n in (1, 2))
FILES = tuple(f"callqa-head-{n:010d}-{f'{n:x}' * 8}.json" for n in (1, 2))


@dataclass
class Witness:
    """A server that keeps what it is sent. ``failing``: answers that come first."""

    url: str = ""
    files: dict[str, str] = field(default_factory=dict)
    posted: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    answer: str | None = None


class Handler(BaseHTTPRequestHandler):
    kept: Witness

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.kept.answer is not None:
            self.say(200, self.kept.answer)
        elif self.path == "/log":
            self.say(200, "\n".join(self.kept.posted))
        elif self.path == "/files/":
            names = "".join(f'<a href="{name}">{name}</a>' for name in sorted(self.kept.files))
            self.say(200, f"<html>{names}<a href='other.json'></a></html>")
        else:
            name = self.path.rpartition("/")[2]
            self.say(200 if name in self.kept.files else 404, self.kept.files.get(name, ""))

    def do_POST(self) -> None:
        if self.say(201, ""):
            self.kept.posted.append(self.body)

    def do_PUT(self) -> None:
        name = self.path.rpartition("/")[2]
        there = name in self.kept.files and self.headers["If-None-Match"] == "*"
        if self.say(412 if there else 201, "") and not there:
            self.kept.files[name] = self.body

    def say(self, status: int, text: str) -> bool:
        """Send the answer, or a failing one in its place; whether it was sent."""
        self.body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self.kept.asked.append((self.command, self.path, self.headers["Authorization"] or ""))
        failed = self.kept.failing.pop(0) if self.kept.failing else 0
        self.send_response(failed or status)
        if failed in (301, 307):
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        content = text.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return not failed


@pytest.fixture
def witness(monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    monkeypatch.setattr(anchor_address, "PAUSES_S", (0.01, 0.01))
    kept = Witness()
    handler = type("OwnHandler", (Handler,), {"kept": kept})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


def test_heads_come_back_from_a_folder_and_from_a_service(witness: Witness, tmp_path: Path):
    (tmp_path / "token").write_text("secret\n", encoding="utf-8")
    anchors = (f"{witness.url}/files/", f"{witness.url}/log", str(tmp_path))
    ledger = LedgerSettings(anchors=anchors, anchor_token_file=str(tmp_path / "token"))

    for head in (*HEADS, HEADS[1]):  # the last is there already
        assert write_anchors(head, ledger) == []

    found, problems = read_anchors(ledger)
    assert problems == []
    assert found == (*HEADS, *HEADS, HEADS[1], *HEADS)
    assert sorted(witness.files) == sorted(FILES)
    assert {token for _, _, token in witness.asked} == {"Bearer secret"}
    witness.answer = json.dumps([asdict(one) for one in HEADS])
    assert read_anchors(LedgerSettings(anchors=anchors[1:2])) == (HEADS, [])


@pytest.mark.parametrize("place", ["/files/", "/log"])
def test_a_server_that_is_busy_is_tried_again_and_no_redirect_is_followed(
    witness: Witness, place: str
):
    ledger = LedgerSettings(anchors=(witness.url + place,))
    witness.failing = [503, 429]
    assert write_anchors(HEADS[0], ledger) == []
    assert len(witness.asked) == 3

    for failing, tries in (([500] * 9, 3), ([403], 1), ([307], 1), ([301], 1)):
        witness.asked.clear()
        witness.failing = list(failing)
        (problem,) = write_anchors(HEADS[1], ledger)
        assert f"status {failing[0]}" in problem
        assert len(witness.asked) == tries
    witness.failing = []
    assert read_anchors(ledger) == (HEADS[:1], [])


@pytest.mark.parametrize("answer", ["<html>", "[1]", '{"size": "x"}', "[" * 100_000, "\x00"])
def test_what_is_no_head_is_said_and_no_forgery(witness: Witness, answer: str):
    witness.answer = answer
    found, problems = read_anchors(LedgerSettings(anchors=(f"{witness.url}/log",)))

    assert found == ()
    assert len(problems) == 1


def test_bounds_hold_and_a_server_that_is_away_is_said(
    witness: Witness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setattr(anchor_address, "MOST_BYTES", 10)
    witness.answer = "x" * 11
    ledger = LedgerSettings(anchors=(f"{witness.url}/log",))
    assert "ValueError" in read_anchors(ledger)[1][0]
    assert len(witness.asked) == 3
    monkeypatch.setattr(anchor_address, "WHOLE_S", 0.0)
    assert "no answer within 0 s" in read_anchors(ledger)[1][0]
    away = LedgerSettings(anchors=("http://127.0.0.1:9/log", str(tmp_path)))
    monkeypatch.setattr(anchor_address, "WHOLE_S", 60.0)
    (problem,) = write_anchors(HEADS[0], away)
    assert "127.0.0.1:9: does not answer as an anchor (ConnectionError)" in problem
    assert read_anchors(away)[0] == HEADS[:1]
    gone = LedgerSettings(anchors=away.anchors[:1], anchor_token_file=str(tmp_path / "gone"))
    assert "anchor_token_file" in write_anchors(HEADS[0], gone)[0]
