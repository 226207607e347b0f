"""Anchors at addresses: a head is sent by PUT or POST, and read back by GET.

An address that ends in ``/`` is a folder of a web server (WebDAV, an object store behind a gateway):
each head is PUT there as a file of its own, and the list that the server gives of the folder names
them. Any other address is a service of the site's own: a head is POSTed to it, and GET gives all of
them, as a JSON list or as lines. Nothing is sent to another host: no redirect is followed, and no
proxy of the environment is used.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from pipeline.errors import CallqaError
from pipeline.store import TreeHead, head_of
from pipeline.types import Seconds, load_extra

if TYPE_CHECKING:
    from pipeline.settings import LedgerSettings

TRIES = 3
PAUSES_S: tuple[Seconds, ...] = (1.0, 4.0)
"""Waits between the tries (our choice)."""

TIMEOUT_S: tuple[Seconds, Seconds] = (5.0, 10.0)
"""To connect, and between two pieces of an answer (our choice)."""

WHOLE_S: Seconds = 60.0
"""All requests to one anchor together take no longer: the night and ``callqa verify`` go on (our
choice)."""

MOST_BYTES = 5_000_000
"""Of one answer: ten years of heads are 2 MB."""

THERE = (409, 412)
"""What servers answer where a file of that name is there already: heads are never written again."""

NAMES = re.compile(r"callqa-head-\d{10,19}-[0-9a-f]{8}\.json")


class AnchorError(CallqaError):
    """An anchor cannot be written or read; it says nothing of the ledger."""


def read_token(ledger: LedgerSettings) -> str:
    """What is sent as a bearer token, empty for nothing. Raises ``AnchorError``."""
    file = ledger.anchor_token_file
    if not file:
        return ""
    try:
        token = Path(file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AnchorError(f"anchor_token_file = {file!r}: cannot be read") from error
    if not token or not token.isprintable():
        raise AnchorError(f"anchor_token_file = {file!r}: is empty, or more than one line")
    return token


def write_address(address: str, name: str, content: str, *, token: str = "") -> None:
    """Send a head to an address, with tries and pauses. A head that is there stays. Raises
    ``AnchorError``."""
    with _Asked(address, token) as asked:
        if address.endswith("/"):
            asked.send("PUT", address + name, content, headers={"If-None-Match": "*"})
        else:
            asked.send("POST", address, content)


def read_address(address: str, *, token: str = "") -> list[TreeHead]:
    """All heads at an address. Raises ``AnchorError`` where it cannot be reached, or where what it
    gives are no heads."""
    with _Asked(address, token) as asked:
        listed = asked.send("GET", address)
        if not address.endswith("/"):
            return [_head(one, address) for one in _objects(listed, address)]
        names = sorted(set(NAMES.findall(listed)))
        return [_head(asked.send("GET", address + name), address + name) for name in names]


class _Asked:
    """The requests to one anchor by one connection, within ``WHOLE_S``."""

    def __init__(self, address: str, token: str) -> None:
        self._host = urlsplit(address).netloc
        self._headers = {"User-Agent": "callqa"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        self._until = time.monotonic() + WHOLE_S
        self._requests = load_extra("requests", extra="server", use="[ledger] anchors")
        self._session = self._requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def send(
        self, method: str, address: str, content: str = "", *, headers: dict[str, str] | None = None
    ) -> str:
        """The text of the answer; tried again where the server is away or says 5xx or 429."""
        said = ""
        for number in range(1, TRIES + 1):
            status, text = self._try(method, address, content, headers or {})
            if 200 <= status < 300 or (method != "GET" and status in THERE):
                return text
            said = f"status {status}" if status else text
            over = time.monotonic() + 1.0 > self._until
            if over or number == TRIES or (status < 500 and status not in (0, 408, 429)):
                break
            time.sleep(min(PAUSES_S[number - 1], max(0.0, self._until - time.monotonic())))
        raise AnchorError(f"{self._host}: does not answer as an anchor ({said})")

    def _try(
        self, method: str, address: str, content: str, headers: dict[str, str]
    ) -> tuple[int, str]:
        """Status and text of an answer; 0 and the reason where there is none."""
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            return 0, f"no answer within {WHOLE_S:g} s"
        try:
            with self._session.request(
                method, address, data=content.encode() or None, stream=True, allow_redirects=False,
                timeout=tuple(min(one, left_s) for one in TIMEOUT_S),
                headers={**self._headers, "Content-Type": "application/json", **headers},
            ) as answer:  # fmt: skip
                return answer.status_code, self._read(answer)
        except (self._requests.RequestException, OSError, ValueError) as error:
            return 0, type(error).__name__  # its text may hold more than the host

    def _read(self, answer: Any) -> str:
        body = bytearray()
        for piece in answer.iter_content(65_536):
            body += piece
            if len(body) > MOST_BYTES:
                raise ValueError("the answer is too long")
            if time.monotonic() > self._until:
                raise ValueError("the answer takes too long")
        return body.decode("utf-8")


def _objects(text: str, address: str) -> list[object]:
    """The values of a JSON list, or of lines with one each."""
    try:
        if text.lstrip().startswith("["):
            found: list[object] = json.loads(text)
            return found
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise AnchorError(f"{urlsplit(address).netloc}: gives no heads") from error


def _head(given: object, address: str) -> TreeHead:
    try:
        return head_of(json.loads(given) if isinstance(given, str) else given)
    except (ValueError, RecursionError) as error:
        raise AnchorError(f"{urlsplit(address).netloc}: gives what is no head") from error
