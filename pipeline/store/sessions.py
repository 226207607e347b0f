"""Log-ins, and the browsers they came from. The ledger has each log-in and log-out."""

from __future__ import annotations

from dataclasses import replace

from pipeline.errors import PeopleError
from pipeline.people import Session
from pipeline.store.accounts import USER, USER_COLUMNS, iso_of, needed_user, user_of
from pipeline.store.file import StorePart

MOST_DEVICES = 20
"""Browsers of an account that are known; the oldest are forgotten (our choice)."""

KNOWN_S = 90 * 86400.0
"""And those that have not logged in for so long (our choice)."""


class SessionStore(StorePart):
    """Stores log-ins."""

    def begin(
        self, user: str, *, digest: str, csrf: str, now: float, address: str = "", browser: str = ""
    ) -> Session:
        """Store a log-in. ``now``: seconds since 1970; ``browser``: as ``browser_of`` names it.
        Raises ``PeopleError`` if the account is not active."""
        with self._writing():
            who = needed_user(self._db, user)
            if not who.active:
                raise PeopleError(f"用户 {who.name} 已停用")
            self._db.execute(
                "INSERT INTO sessions (digest, user, csrf, begun_at, seen_at, address, browser)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [digest, who.name, csrf, now, now, address or None, browser or None],
            )
            self._db.execute(
                "UPDATE users SET entered_at = ? WHERE name = ?", [iso_of(now), who.name]
            )
            self._note(
                "logged in",
                f"user {who.name}",
                {"address": address},
                actor=who.name,
                at=iso_of(now),
            )
        entered = replace(who, entered_at=iso_of(now))
        return Session(entered, csrf, now, now, digest, address or None, browser or None)

    def find(self, digest: str) -> Session | None:
        """A log-in of an active account, of any age; ``None`` if there is none. Raises
        ``StoreError``."""
        wanted = f"""SELECT {USER}, csrf, begun_at, seen_at, digest, address, browser
            FROM sessions JOIN users ON users.name = sessions.user
            WHERE digest = ? AND active"""
        with self._reading():
            row = self._db.execute(wanted, [digest]).fetchone()
        return Session(user_of(row[:USER_COLUMNS]), *row[USER_COLUMNS:]) if row else None

    def of_user(self, user: str) -> tuple[Session, ...]:
        """The log-ins of an account, the last used first, also those that are too old. Raises
        ``StoreError``."""
        wanted = f"""SELECT {USER}, csrf, begun_at, seen_at, digest, address, browser
            FROM sessions JOIN users ON users.name = sessions.user
            WHERE users.name = ? ORDER BY seen_at DESC"""
        with self._reading():
            return tuple(
                Session(user_of(row[:USER_COLUMNS]), *row[USER_COLUMNS:])
                for row in self._db.execute(wanted, [user]).fetchall()
            )

    def touch(self, digest: str, now: float) -> None:
        """Store the time of a log-in's last use. Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                "UPDATE sessions SET seen_at = max(seen_at, ?) WHERE digest = ?", [now, digest]
            )

    def end(self, digest: str, *, now: float) -> None:
        """Log out. A second call has no effect. Raises ``StoreError``."""
        with self._writing():
            row = self._db.execute(
                "DELETE FROM sessions WHERE digest = ? RETURNING user", [digest]
            ).fetchone()
            if row:
                self._note("logged out", f"user {row[0]}", {}, actor=row[0], at=iso_of(now))

    def end_others(self, digest: str, *, now: float) -> int:
        """Log an account out everywhere but in this log-in. Returns the number of log-ins that
        ended. Raises ``StoreError``."""
        others = """DELETE FROM sessions WHERE digest <> ?1
            AND user = (SELECT user FROM sessions WHERE digest = ?1) RETURNING user"""
        with self._writing():
            ended = self._db.execute(others, [digest]).fetchall()
            if ended:
                name = ended[0][0]
                self._note(
                    "logged out", f"user {name}", {"count": len(ended)}, actor=name, at=iso_of(now)
                )
        return len(ended)

    def know_device(self, user: str, *, digest: str, now: float) -> None:
        """A browser has logged in with an account: wrong passwords of others do not hold it up.
        Raises ``StoreError``."""
        old = """DELETE FROM devices WHERE user = ?1 AND (made_at < ?2 OR digest NOT IN
            (SELECT digest FROM devices WHERE user = ?1 ORDER BY made_at DESC LIMIT ?3))"""
        with self._writing():
            self._db.execute(
                "INSERT INTO devices (digest, user, made_at) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET made_at = excluded.made_at",
                [digest, user, now],
            )
            self._db.execute(old, [user, now - KNOWN_S, MOST_DEVICES])

    def forget(self, *, seen_before: float, begun_before: float) -> int:
        """Delete log-ins last used, or begun, before these times. Returns their number. Raises
        ``StoreError``."""
        with self._writing():
            old = "DELETE FROM sessions WHERE seen_at < ? OR begun_at < ?"
            return self._db.execute(old, [seen_before, begun_before]).rowcount
