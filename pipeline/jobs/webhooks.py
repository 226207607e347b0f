"""Other systems are told what happens: a POST of JSON, signed, from the background. Nothing waits
for it, and nothing that goes wrong with it ends anything. See docs/api.md."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import queue
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from pipeline.errors import SettingsError
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.people import Appeal
    from pipeline.settings import ReviewSettings
    from pipeline.types import CallResult, Seconds

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

_Message: TypeAlias = "tuple[bytes, Callable[[], None] | None]"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Receiver:
    """Sends messages to one address in their order, from a thread that begins with the first."""

    address: str
    secret: bytes = field(repr=False)
    timeout_s: Seconds = TIMEOUT_S
    pauses_s: tuple[Seconds, ...] = PAUSES_S
    _waiting: queue.Queue[_Message | None] = field(
        default_factory=lambda: queue.Queue(MOST_WAITING)
    )
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, body: bytes, done: Callable[[], None] | None = None) -> None:
        """Send a message soon, and call ``done`` when it was sent or given up. Returns at once and
        raises nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait((body, done))
        except queue.Full:
            _log.error("webhook to %s dropped: %d wait already", self.host, MOST_WAITING)
            if done is not None:
                done()

    def close(self, until: float) -> bool:
        """Whether all was sent or given up at a moment of ``time.monotonic``; the thread ends when
        it is."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None:
            return True
        try:
            self._waiting.put(None, timeout=max(0.01, until - time.monotonic()))
        except queue.Full:
            return False
        thread.join(max(0.0, until - time.monotonic()))
        return not thread.is_alive()

    @property
    def host(self) -> str:
        """For the log; the rest of the address may hold a key."""
        return urlsplit(self.address).hostname or "?"

    def _work(self) -> None:
        while (message := self._waiting.get()) is not None:
            body, done = message
            try:
                self._send(body)
            except Exception:  # the thread must outlive whatever a receiver does
                _log.exception("webhook to %s failed", self.host)
            if done is not None:
                done()

    def _send(self, body: bytes) -> None:
        headers = _headers(body, self.secret)
        for number in range(1, TRIES + 1):
            said = self._try(body, headers)
            if not said:
                return
            _log.warning("webhook to %s, try %d of %d: %s", self.host, number, TRIES, said)
            if number < TRIES:
                time.sleep(self.pauses_s[number - 1])
        _log.error("webhook to %s given up after %d tries", self.host, TRIES)

    def _try(self, body: bytes, headers: Mapping[str, str]) -> str:
        """What went wrong; empty where the receiver took it. A redirect is not followed: it may
        lead anywhere."""
        requests = _requests()
        try:
            with requests.post(
                self.address,
                data=body,
                headers=headers,
                timeout=self.timeout_s,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return "" if 200 <= answer.status_code < 300 else f"status {answer.status_code}"
        except requests.RequestException as error:  # its text may hold the address with a key
            return type(error).__name__


@dataclass(frozen=True, slots=True)
class Hooks:
    """Tells all receivers; one that is away keeps none of the others waiting."""

    receivers: tuple[Receiver, ...] = ()
    now: Callable[[], float] = time.time

    @classmethod
    def of(cls, review: ReviewSettings) -> Hooks:
        """As the settings say. Raises ``SettingsError`` where the secret cannot be read, and
        ``ExtraError``."""
        if review.webhooks:
            _requests()
        secret = _secret(review.webhook_secret_file) if review.webhooks else b""
        return cls(tuple(Receiver(address, secret) for address in review.webhooks))

    def tell_fatal(self, result_id: int, result: CallResult) -> None:
        """A call has a veto. No personal data: ids, points, and the ids of rules."""
        score = result.score
        rules = sorted(
            {
                result.findings[veto.finding].rule
                for veto in score.vetoes
                if veto.finding is not None
            }
        )
        told = {
            "result_id": result_id,
            "attitude": score.attitude,
            "total": score.total,
            "rules": rules,
        }
        self.tell("call.fatal", {**told, "link": f"/calls/{result_id}"})

    def tell_settled(self, appeal: Appeal, result_id: int) -> None:
        """An appeal was decided. ``result_id``: the result that counts now."""
        rule = appeal.finding.rule if appeal.finding else None
        told = {
            "appeal_id": appeal.id,
            "level": appeal.level,
            "outcome": appeal.outcome,
            "rule": rule,
        }
        self.tell(
            "appeal.settled", {**told, "result_id": result_id, "link": f"/appeals/{appeal.id}"}
        )

    def tell(self, event: str, told: Mapping[str, Any]) -> None:
        """Send a message soon. Returns at once and raises nothing."""
        body = self.body(event, told)
        for receiver in self.receivers:
            receiver.tell(body)

    def body(self, event: str, told: Mapping[str, Any]) -> bytes:
        """A message as it is sent now."""
        said = {"event": event, "at": int(self.now()), **told}
        return json.dumps(said, ensure_ascii=False).encode()

    def close(self, timeout_s: Seconds = 30.0) -> bool:
        """Wait until all is sent or given up, and whether it is; for commands that end."""
        until = time.monotonic() + timeout_s
        late = [receiver.host for receiver in self.receivers if not receiver.close(until)]
        if late:
            _log.error("webhook messages to %s were not sent in %g s", ", ".join(late), timeout_s)
        return not late


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
        raise SettingsError(
            f"[review] webhook_secret_file = {file!r}: cannot be read ({error.strerror})"
        ) from error
    if len(secret) < LEAST_SECRET:
        raise SettingsError(
            f"[review] webhook_secret_file = {file!r}: {len(secret)} characters; expected {LEAST_SECRET} at "
            "least, as of openssl rand -hex 32"
        )
    return secret


def _requests() -> Any:
    return load_extra("requests", extra="review", use="[review] webhooks")
