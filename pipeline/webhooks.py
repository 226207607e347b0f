"""Other systems are told what happens: a POST of JSON, signed, from the background. Nothing waits for it, and nothing
that goes wrong with it ends anything. See docs/api.md."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from pipeline.appeals import Appeal
from pipeline.errors import SettingsError
from pipeline.settings import ReviewSettings
from pipeline.types import Seconds

SIGNATURE = "X-Callqa-Signature"
EVENT = "X-Callqa-Event"
DELIVERY = "X-Callqa-Delivery"

TRIES = 3
TIMEOUT_S: Seconds = 5.0
PAUSES_S: tuple[Seconds, ...] = (1.0, 5.0)
"""Waits between the tries (our choice): a receiver that starts anew is back within seconds."""

MOST_WAITING = 1000
"""Messages that wait; while a receiver is away for long, further ones are dropped and logged."""

LEAST_SECRET = 16
"""Characters of a secret (our choice)."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Hooks:
    """Sends messages to ``addresses``, one after the other, from a thread of its own that begins with the first."""

    addresses: Sequence[str]
    secret: bytes = field(repr=False)
    timeout_s: Seconds = TIMEOUT_S
    pauses_s: tuple[Seconds, ...] = PAUSES_S
    now: Callable[[], float] = time.time
    _waiting: queue.Queue[tuple[str, bytes]] = field(default_factory=lambda: queue.Queue(MOST_WAITING))
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, review: ReviewSettings) -> Hooks:
        """As the settings say. Raises ``SettingsError`` where the secret cannot be read."""
        return cls(review.webhooks, _secret(review.webhook_secret_file) if review.webhooks else b"")

    def tell_fatal(
        self,
        result_id: int,
        *,
        attitude: float | None,
        total: float | None,
        rules: Sequence[str],
        link: str | None = None,
    ) -> None:
        """A call has a veto. No personal data: ids, points, and the ids of rules."""
        told = {"result_id": result_id, "attitude": attitude, "total": total, "rules": sorted(set(rules))}
        self.tell("call.fatal", {**told, "link": link or f"/calls/{result_id}"})

    def tell_settled(self, appeal: Appeal, result_id: int) -> None:
        """An appeal was decided. ``result_id``: the result that counts now."""
        rule = appeal.finding.rule if appeal.finding else None
        told = {"appeal_id": appeal.id, "level": appeal.level, "outcome": appeal.outcome, "rule": rule}
        self.tell("appeal.settled", {**told, "result_id": result_id, "link": f"/appeals/{appeal.id}"})

    def tell(self, event: str, told: Mapping[str, Any]) -> None:
        """Send a message soon. Returns at once and raises nothing."""
        body = json.dumps({"event": event, "at": int(self.now()), **told}, ensure_ascii=False).encode()
        for address in self.addresses:
            try:
                self._waiting.put_nowait((address, body))
            except queue.Full:
                _log.error("webhook to %s dropped: %d wait already", _host(address), MOST_WAITING)
        if self.addresses:
            self._begin()

    def close(self, timeout_s: Seconds = 30.0) -> bool:
        """Wait until all is sent or given up, and whether it is; for commands that end."""
        until = time.monotonic() + timeout_s
        while self._waiting.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.02)
        left = self._waiting.unfinished_tasks
        if left:
            _log.error("%d webhook messages were not sent in %g s", left, timeout_s)
        return not left

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            address, body = self._waiting.get()
            try:
                self._send(address, body)
            except Exception:  # the thread must outlive whatever a receiver does
                _log.exception("webhook to %s failed", _host(address))
            finally:
                self._waiting.task_done()

    def _send(self, address: str, body: bytes) -> None:
        headers = _headers(body, self.secret)
        for number in range(1, TRIES + 1):
            said = self._try(address, body, headers)
            if not said:
                return
            _log.warning("webhook to %s, try %d of %d: %s", _host(address), number, TRIES, said)
            if number < TRIES:
                time.sleep(self.pauses_s[number - 1])
        _log.error("webhook to %s given up after %d tries", _host(address), TRIES)

    def _try(self, address: str, body: bytes, headers: Mapping[str, str]) -> str:
        """What went wrong; empty where the receiver took it."""
        try:
            with requests.post(
                address, data=body, headers=headers, timeout=self.timeout_s, allow_redirects=False, stream=True
            ) as answer:
                return "" if answer.ok and not answer.is_redirect else f"status {answer.status_code}"
        except requests.RequestException as error:  # its text may hold the address with a key
            return type(error).__name__


def sign(body: bytes, secret: bytes) -> str:
    """The signature of a message: HMAC-SHA256 of its body (RFC 2104).

    >>> sign(b"what do ya want for nothing?", b"Jefe")
    'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    """
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


def _headers(body: bytes, secret: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "callqa",
        EVENT: json.loads(body)["event"],
        DELIVERY: hashlib.sha256(body).hexdigest()[:32],
        SIGNATURE: sign(body, secret),
    }


def _secret(file: str) -> bytes:
    try:
        secret = Path(file).read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"[review] webhook_secret_file = {file!r}: cannot be read ({error.strerror})") from error
    if len(secret) < LEAST_SECRET:
        raise SettingsError(
            f"[review] webhook_secret_file = {file!r}: {len(secret)} characters; expected {LEAST_SECRET} at least, as of openssl rand -hex 32"
        )
    return secret


def _host(address: str) -> str:
    """Who is written to; the rest of the address may hold a key."""
    return urlsplit(address).hostname or "?"
