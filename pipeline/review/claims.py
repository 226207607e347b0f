"""Soft claims: who works on which call right now, so that two people do not judge the same one.

A claim holds nobody up. It is kept in the server's memory only: after a new start everybody's next
look at a call claims it again."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipeline.types import Seconds

RESTED_S: Seconds = 300.0
"""A claim ends five minutes after the last sign of its holder (our choice)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """``user`` works on a call since ``since``, last seen at ``seen_at``; seconds since 1970.
    ``view``: the page that holds it."""

    user: str
    view: str
    since: float
    seen_at: float


@dataclass
class Claims:
    """``clock``: seconds since 1970. Any thread may use it."""

    clock: Callable[[], float]
    _held: dict[str, Claim] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, sha256: str, user: str, *, over: bool = False) -> Claim:
        """The claim of a call after ``user`` has opened it: a new one of theirs, or where somebody
        else holds it that one; with ``over`` it becomes theirs."""
        with self._guard:
            held, now = self._of(sha256), self.clock()
            if held and held.user != user and not over:
                return held
            since = held.since if held and held.user == user else now
            claim = Claim(user, secrets.token_urlsafe(9), since, now)
            self._held[sha256] = claim
            self._forget()
            return claim

    def renew(self, sha256: str, user: str) -> Claim | None:
        """The claim of a call after a sign of life; ``None`` where nobody holds it any longer."""
        with self._guard:
            held = self._of(sha256)
            if held and held.user == user:
                self._held[sha256] = held = replace(held, seen_at=self.clock())
            return held

    def release(self, sha256: str, user: str, *, view: str | None = None) -> None:
        """End a user's claim; with ``view`` only if that page still holds it: the next page may
        have come before the last one's farewell."""
        with self._guard:
            held = self._of(sha256)
            if held and held.user == user and view in (None, held.view):
                del self._held[sha256]

    def holder(self, sha256: str, *, but: str) -> Claim | None:
        """The claim of somebody else than ``but``."""
        with self._guard:
            held = self._of(sha256)
        return held if held and held.user != but else None

    def _of(self, sha256: str) -> Claim | None:
        held = self._held.get(sha256)
        return held if held and self.clock() - held.seen_at <= RESTED_S else None

    def _forget(self) -> None:
        self._held = {sha256: one for sha256, one in self._held.items() if self._of(sha256)}
