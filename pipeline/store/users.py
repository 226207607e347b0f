"""Accounts, log-ins and tokens. The ledger has each log-in and each change of an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.errors import PeopleError
from pipeline.people import Session, Token, TokenScope, User, UserRole, check_name
from pipeline.store.file import StorePart, utc

if TYPE_CHECKING:
    from collections.abc import Sequence

USER = """users.name, users.role, users.agent_id, users.active, users.made_at, users.password,
    users.must_change, users.entered_at"""
USER_COLUMNS = 8
TOKEN = "tokens.id, tokens.user, tokens.label, tokens.made_at, tokens.expires_at, tokens.revoked_at, tokens.scope"

MOST_DEVICES = 20
"""Browsers of an account that are known; the oldest are forgotten (our choice)."""

KNOWN_S = 90 * 86400.0
"""And those that have not logged in for so long (our choice)."""


class UserStore(StorePart):
    """Stores accounts. Permissions are decided elsewhere."""

    def add(
        self,
        name: str,
        role: UserRole,
        *,
        password_hash: str = "",
        agent_id: str | None = None,
        must_change: bool = False,
        actor: str,
        at: str,
    ) -> User:
        """Add an account; ``must_change``: its password is a first one. Raises ``PeopleError`` if
        the name is taken or not allowed, ``StoreError``."""
        user = User(check_name(name), role, agent_id, True, utc(at), password_hash, must_change)
        _check(user)
        with self._writing():
            if self._user(user.name):
                raise PeopleError(
                    f"已有用户 {user.name}；请换一个名字，或用 callqa user change 修改"
                )
            self._db.execute(
                """INSERT INTO users (name, role, agent_id, active, made_at, password, must_change)
                VALUES (?, ?, ?, ?, ?, ?, ?)""",
                [user.name, role, agent_id, 1, user.made_at, password_hash, must_change],
            )
            self._note(
                "user added",
                f"user {user.name}",
                {"role": role, "agent": agent_id},
                actor=actor,
                at=user.made_at,
            )
        return user

    def change(  # noqa: PLR0913 - by keyword: the columns of the row
        self,
        name: str,
        *,
        role: UserRole | None = None,
        agent_id: str | None = None,
        password_hash: str | None = None,
        active: bool | None = None,
        must_change: bool | None = None,
        actor: str,
        at: str,
    ) -> User:
        """Change the values that are not ``None`` and return the account in its new state. An empty
        ``agent_id`` removes the agent; a new password need not be changed unless ``must_change``
        says so.

        All log-ins of the account end, with a new password or a disabled account its tokens too.
        Raises ``PeopleError`` if there is no such account, or if no active administrator would be
        left.
        """
        if password_hash is not None and must_change is None:
            must_change = False
        asked = {
            "role": role, "agent_id": agent_id, "password": password_hash, "active": active,
            "must_change": must_change,
        }  # fmt: skip
        with self._writing():
            before = self._needed(name)
            values: dict[str, Any] = {
                key: value for key, value in asked.items() if value is not None
            }
            if "agent_id" in values:
                values["agent_id"] = values["agent_id"] or None
            after = _user(
                [values.get(key, getattr(before, key)) for key in User.__dataclass_fields__]
            )
            if after == before:
                return before
            _check(after)
            self._require_admin(before, after)
            sets = ", ".join(f"{key} = ?" for key in values)
            self._db.execute(
                f"UPDATE users SET {sets} WHERE name = ?", [*values.values(), before.name]
            )
            for table in ("sessions", "devices"):
                self._db.execute(f"DELETE FROM {table} WHERE user = ?", [before.name])
            self._note(
                "user changed",
                f"user {before.name}",
                _changes(before, after),
                actor=actor,
                at=utc(at),
            )
            if after.password != before.password or not after.active:
                self._revoke_all(before.name, actor=actor, at=utc(at))
        return after

    def renew_hash(self, name: str, *, before: str, after: str, at: str) -> bool:
        """Store another hash of the same password; log-ins go on. Whether ``before`` was still the
        hash of the account: a password that was changed meanwhile stays. Raises ``StoreError``."""
        with self._writing():
            renewed = self._db.execute(
                "UPDATE users SET password = ? WHERE name = ? AND password = ?",
                [after, name, before],
            ).rowcount
            if renewed:
                self._note("hash renewed", f"user {name}", {}, actor="callqa", at=utc(at))
        return renewed > 0

    def all(self) -> tuple[User, ...]:
        """All accounts, by name. Raises ``StoreError``."""
        with self._reading():
            return tuple(
                _user(row)
                for row in self._db.execute(f"SELECT {USER} FROM users ORDER BY name").fetchall()
            )

    def find(self, name: str) -> User | None:
        """An account, also a disabled one; ``None`` if there is none. Raises ``StoreError``."""
        with self._reading():
            return self._user(name)

    def begin_session(
        self, user: str, *, digest: str, csrf: str, now: float, address: str = "", browser: str = ""
    ) -> Session:
        """Store a log-in. ``now``: seconds since 1970; ``browser``: as ``browser_of`` names it.
        Raises ``PeopleError`` if the account is not active."""
        with self._writing():
            who = self._needed(user)
            if not who.active:
                raise PeopleError(f"用户 {who.name} 已停用")
            self._db.execute(
                "INSERT INTO sessions (digest, user, csrf, begun_at, seen_at, address, browser)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [digest, who.name, csrf, now, now, address or None, browser or None],
            )
            self._db.execute(
                "UPDATE users SET entered_at = ? WHERE name = ?", [_iso(now), who.name]
            )
            self._note(
                "logged in", f"user {who.name}", {"address": address}, actor=who.name, at=_iso(now)
            )
        entered = replace(who, entered_at=_iso(now))
        return Session(entered, csrf, now, now, digest, address or None, browser or None)

    def session(self, digest: str) -> Session | None:
        """A log-in of an active account, of any age; ``None`` if there is none. Raises
        ``StoreError``."""
        wanted = f"""SELECT {USER}, csrf, begun_at, seen_at, digest, address, browser
            FROM sessions JOIN users ON users.name = sessions.user
            WHERE digest = ? AND active"""
        with self._reading():
            row = self._db.execute(wanted, [digest]).fetchone()
        return Session(_user(row[:USER_COLUMNS]), *row[USER_COLUMNS:]) if row else None

    def sessions_of(self, user: str) -> tuple[Session, ...]:
        """The log-ins of an account, the last used first, also those that are too old. Raises
        ``StoreError``."""
        wanted = f"""SELECT {USER}, csrf, begun_at, seen_at, digest, address, browser
            FROM sessions JOIN users ON users.name = sessions.user
            WHERE users.name = ? ORDER BY seen_at DESC"""
        with self._reading():
            return tuple(
                Session(_user(row[:USER_COLUMNS]), *row[USER_COLUMNS:])
                for row in self._db.execute(wanted, [user]).fetchall()
            )

    def touch_session(self, digest: str, now: float) -> None:
        """Store the time of a log-in's last use. Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                "UPDATE sessions SET seen_at = max(seen_at, ?) WHERE digest = ?", [now, digest]
            )

    def end_session(self, digest: str, *, now: float) -> None:
        """Log out. A second call has no effect. Raises ``StoreError``."""
        with self._writing():
            row = self._db.execute(
                "DELETE FROM sessions WHERE digest = ? RETURNING user", [digest]
            ).fetchone()
            if row:
                self._note("logged out", f"user {row[0]}", {}, actor=row[0], at=_iso(now))

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
                    "logged out", f"user {name}", {"count": len(ended)}, actor=name, at=_iso(now)
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

    def forget_sessions(self, *, seen_before: float, begun_before: float) -> int:
        """Delete log-ins last used, or begun, before these times. Returns their number. Raises
        ``StoreError``."""
        with self._writing():
            old = "DELETE FROM sessions WHERE seen_at < ? OR begun_at < ?"
            return self._db.execute(old, [seen_before, begun_before]).rowcount

    def add_token(
        self,
        user: str,
        *,
        digest: str,
        label: str,
        expires_at: str | None = None,
        scope: TokenScope = "",
        actor: str,
        at: str,
    ) -> Token:
        """Add a token, given by its ``digest`` (see ``digest_of``). Times are ISO 8601 with a time
        zone; ``scope`` as in ``Token``.

        Raises ``PeopleError`` if the account is not active.
        """
        made_at, until = utc(at), expires_at and utc(expires_at)
        with self._writing():
            who = self._needed(user)
            if not who.active:
                raise PeopleError(f"用户 {who.name} 已停用")
            token_id = self._db.execute(
                "INSERT INTO tokens (digest, user, label, made_at, expires_at, scope) VALUES (?, ?, ?, ?, ?, ?)",
                [digest, who.name, label, made_at, until, scope],
            ).lastrowid
            assert token_id is not None
            detail: dict[str, Any] = {"token": token_id, "label": label, "expires": until}
            detail |= {"scope": scope} if scope else {}
            self._note("token added", f"user {who.name}", detail, actor=actor, at=made_at)
        return Token(token_id, who.name, label, made_at, until, scope=scope)

    def token(self, digest: str, *, now: str) -> Token | None:
        """The token with this digest, if it is valid at ``now`` (ISO 8601 with a time zone).

        ``None`` if it is unknown, revoked or too old, or if its account is not active. Raises
        ``StoreError``.
        """
        wanted = f"SELECT {TOKEN} FROM tokens JOIN users ON users.name = tokens.user WHERE tokens.digest = ? AND active"
        with self._reading():
            row = self._db.execute(wanted, [digest]).fetchone()
        token = Token(*row) if row else None
        return token if token and token.is_valid(utc(now)) else None

    def tokens(self, user: str | None = None) -> tuple[Token, ...]:
        """All tokens, of one account or of all, also revoked ones. Raises ``StoreError``."""
        wanted = f"SELECT {TOKEN} FROM tokens WHERE ?1 IS NULL OR user = ?1 ORDER BY id"
        with self._reading():
            return tuple(Token(*row) for row in self._db.execute(wanted, [user]).fetchall())

    def _revoke_all(self, name: str, *, actor: str, at: str) -> None:
        """Revoke the tokens of an account: whoever learnt its password may have made one."""
        wanted = "SELECT id FROM tokens WHERE user = ? AND revoked_at IS NULL ORDER BY id"
        for (token_id,) in self._db.execute(wanted, [name]).fetchall():
            self._db.execute("UPDATE tokens SET revoked_at = ? WHERE id = ?", [at, token_id])
            self._note("token revoked", f"user {name}", {"token": token_id}, actor=actor, at=at)

    def revoke_token(self, token_id: int, *, actor: str, at: str) -> None:
        """Revoke a token. A second call has no effect. Raises ``PeopleError`` if there is none."""
        with self._writing():
            row = self._db.execute(
                "SELECT user, revoked_at FROM tokens WHERE id = ?", [token_id]
            ).fetchone()
            if row is None:
                raise PeopleError(f"没有令牌 {token_id}")
            if row[1] is None:
                self._db.execute(
                    "UPDATE tokens SET revoked_at = ? WHERE id = ?", [utc(at), token_id]
                )
                self._note(
                    "token revoked", f"user {row[0]}", {"token": token_id}, actor=actor, at=utc(at)
                )

    def _require_admin(self, before: User, after: User) -> None:
        if _rules(before) and not _rules(after):
            others = "SELECT count(*) FROM users WHERE role = 'admin' AND active AND name <> ?"
            if not self._db.execute(others, [before.name]).fetchone()[0]:
                raise PeopleError(f"{before.name} 是最后一个可用的管理员，不能停用或改为其他角色")

    def _needed(self, name: str) -> User:
        user = self._user(name)
        if user is None:
            raise PeopleError(f"没有用户 {name}")
        return user

    def _user(self, name: str) -> User | None:
        row = self._db.execute(f"SELECT {USER} FROM users WHERE name = ?", [name]).fetchone()
        return _user(row) if row else None


def _check(user: User) -> None:
    if user.role == "agent" and not user.agent_id:
        raise PeopleError(f"角色 agent 的用户 {user.name} 要有工号（--agent），否则看不到任何通话")


def _rules(user: User) -> bool:
    return user.role == "admin" and user.active


def _user(row: Sequence[Any]) -> User:
    name, role, agent_id, active, made_at, password, must_change, entered_at = row
    return User(
        name, role, agent_id, bool(active), made_at, password, bool(must_change), entered_at
    )


def _changes(before: User, after: User) -> dict[str, list[Any]]:
    """The changes with their values before and after. A new password appears without a value."""
    changed: dict[str, list[Any]] = {}
    for key in ("role", "agent_id", "active", "password"):
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            changed[key] = ["…", "…"] if key == "password" else [old, new]
    return changed


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
