"""The context that the pages of one site share: the store, the rules, the clock."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request

from pipeline.errors import LexiconError, StoreError
from pipeline.jobs import Hooks, JudgingBasis, load_basis, load_names
from pipeline.lexicon import (
    Overlay,
    Regulations,
    Rule,
    Scorecard,
    choose_lexicons,
    load_regulations,
    overlay_file,
    overlay_of,
)
from pipeline.live import Wall
from pipeline.people import Session, TokenScope, User
from pipeline.report import Names
from pipeline.review.audio import Sounds
from pipeline.review.cache import FigureCache
from pipeline.review.claims import Claims
from pipeline.review.oidc import Provider
from pipeline.review.sessions import Limits
from pipeline.review.waiting import Waiting
from pipeline.settings import Settings
from pipeline.sound import encrypt_series
from pipeline.store import Store

if TYPE_CHECKING:
    from pipeline.jobs import Corrector


_log = logging.getLogger(__name__)


class _ThreadStore:
    """The store of one thread, closed with it: threads of the server end when they have no work."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __del__(self) -> None:
        with suppress(StoreError):  # another thread collects it where the server breaks off
            self.store.close()


@dataclass
class ReviewContext:
    """``clock``: seconds since 1970. Each thread has its own connection to the database."""

    db: Path
    settings: Settings = field(default_factory=Settings)
    clock: Callable[[], float] = time.time
    unmasked: dict[tuple[str, str], float] = field(default_factory=dict)
    """The moment until which personal data of a call is shown, by session and SHA-256."""
    half_way: Waiting = field(default_factory=Waiting)
    """Log-ins whose password was right, until their code."""
    enrolling: Waiting = field(default_factory=Waiting)
    """Second factors that no code has proved yet, by session; their secret as ``kept``."""
    claims: Claims = field(init=False)
    """Who works on which call right now."""
    cache: FigureCache = field(init=False)
    sounds: Sounds = field(init=False)
    wall: Wall = field(init=False)
    watchers: int = 0
    """Open streams of changes on the wall."""
    stream_s: float = 60.0
    """Such a stream ends after so long, and the browser comes again: so the gate looks at each
    visitor anew (our choice)."""
    _local: threading.local = field(default_factory=threading.local)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _corrector: Corrector | None = None
    overlay_fault: str = ""
    """What is wrong with the overlay file since it was last changed; the rules before it count."""
    _overlay_stamp: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self._overlay_stamp = self._stamp()
        self.claims = Claims(self.clock)
        self.wall = Wall(self.clock)
        self.cache = FigureCache(self.clock)
        encrypt_series(self.settings.site.is_encrypted)
        folder = self.settings.review.audio_cache or f"{self.db}.audio"
        self.sounds = Sounds(Path(folder), self.clock, ingest=self.settings.ingest)

    def check(self) -> None:
        """Check the settings before the first visitor. Raises ``SettingsError``."""
        assert self.hooks
        assert self.oidc or not self.settings.review.oidc_issuer

    @property
    def store(self) -> Store:
        """This thread's store. Raises ``StoreError``."""
        if not hasattr(self._local, "own"):
            self._local.own = _ThreadStore(Store.open(self.db, create=False))
        own: _ThreadStore = self._local.own
        return own.store

    def close(self) -> None:
        """Close this thread's store; those of other threads are closed when their threads end."""
        if hasattr(self._local, "own"):
            self._local.own.store.close()
            del self._local.own

    @property
    def corrector(self) -> Corrector:
        """Loaded at the first use, in a second or two."""
        with self._lock:
            if self._corrector is None:
                from pipeline.jobs import Corrector  # noqa: PLC0415 - a second to load, and few pages need it

                self._corrector = Corrector.load(self.store, self.basis)
            return self._corrector

    def warm_up(self) -> None:
        """Load everything that takes seconds, so that nobody's first decision waits for it. Raises
        ``LexiconError``, ``StoreError``."""
        assert self.corrector
        assert self.rules
        assert self.names
        assert self.overlay

    def refresh(self) -> None:
        """Read rules and sheets anew where the overlay file has changed, by a page or by hand. A
        broken one is named on the pages of rules, and the rules before it count on."""
        stamp = self._stamp()
        if stamp == self._overlay_stamp:
            return
        with self._lock:
            if stamp == self._overlay_stamp:
                return
            self._overlay_stamp = stamp
            try:
                basis, names = load_basis(self.settings, self.store), self._load_names()
            except LexiconError as error:
                self.overlay_fault = str(error)
                _log.error("%s", error)
                return
            self.overlay_fault = ""
            for name in ("rules", "sheets", "overlay"):
                self.__dict__.pop(name, None)
            self.__dict__.update(basis=basis, names=names)
            self._corrector = None

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = overlay_file(self.settings.site).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _load_names(self) -> Names:
        return load_names(
            choose_lexicons(self.settings.site.lexicons),
            answer_s=self.settings.limits.answer_s,
            overlay=overlay_of(self.settings.site),
        )

    @cached_property
    def hooks(self) -> Hooks:
        """The webhooks of the settings. Raises ``SettingsError`` where their secret cannot be
        read."""
        return Hooks.of(self.settings.review)

    @cached_property
    def oidc(self) -> Provider | None:
        """The service that logs in; ``None`` without. Raises ``SettingsError``."""
        return Provider.of(self.settings.review) if self.settings.review.oidc_issuer else None

    @cached_property
    def names(self) -> Names:
        return self._load_names()

    @cached_property
    def overlay(self) -> Overlay:
        """The site's own additions to rules and sheets. Raises ``LexiconError``."""
        return overlay_of(self.settings.site)

    @cached_property
    def regulations(self) -> Regulations:
        """The documents that rules and sheets cite. Raises ``LexiconError``."""
        return load_regulations(choose_lexicons(self.settings.site.lexicons))

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The lexicon's rules by id."""
        return {rule.id: rule for rule in self.basis.lexicon.rules}

    @cached_property
    def sheets(self) -> tuple[Scorecard, ...]:
        """The scoring sheets that are there now."""
        return self.basis.sheets.sheets

    @cached_property
    def basis(self) -> JudgingBasis:
        """What calls are judged by here. Raises ``LexiconError``, ``StoreError``."""
        return load_basis(self.settings, self.store)

    @property
    def limits(self) -> Limits:
        review = self.settings.review
        return Limits(review.session_idle_min * 60.0, review.session_hours * 3600.0)

    @property
    def now(self) -> str:
        """This moment, UTC, ISO 8601."""
        return datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends a request: with a session, or with an API token, which has none but may have a
    ``scope``."""

    user: User
    session: Session | None = None
    scope: TokenScope = ""

    @property
    def csrf(self) -> str:
        return self.session.csrf if self.session else ""


def site_of(request: Request) -> ReviewContext:
    site: ReviewContext = request.app.state.site
    return site


def visitor_of(request: Request) -> Visitor:
    """Who sends the request; only for routes that are not open."""
    visitor: Visitor = request.state.visitor
    return visitor
