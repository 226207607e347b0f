"""Accounts. The ledger has each change of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.errors import PeopleError
from pipeline.people import User, UserRole, check_name
from pipeline.store.accounts import USER, find_user, needed_user, user_of
from pipeline.store.file import StorePart, utc
from pipeline.store.tokens import TokenStore


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
            if find_user(self._db, user.name):
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
            before = needed_user(self._db, name)
            values: dict[str, Any] = {key: one for key, one in asked.items() if one is not None}
            if "agent_id" in values:
                values["agent_id"] = values["agent_id"] or None
            after = replace(before, **values)
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
            changes = _changes(before, after)
            self._note("user changed", f"user {before.name}", changes, actor=actor, at=at)
            if after.password != before.password or not after.active:
                TokenStore(self._file).revoke_all(before.name, actor=actor, at=utc(at))
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
                user_of(row)
                for row in self._db.execute(f"SELECT {USER} FROM users ORDER BY name").fetchall()
            )

    def find(self, name: str) -> User | None:
        """An account, also a disabled one; ``None`` if there is none. Raises ``StoreError``."""
        with self._reading():
            return find_user(self._db, name)

    def _require_admin(self, before: User, after: User) -> None:
        if _rules(before) and not _rules(after):
            others = "SELECT count(*) FROM users WHERE role = 'admin' AND active AND name <> ?"
            if not self._db.execute(others, [before.name]).fetchone()[0]:
                raise PeopleError(f"{before.name} 是最后一个可用的管理员，不能停用或改为其他角色")


def _check(user: User) -> None:
    if user.role == "agent" and not user.agent_id:
        raise PeopleError(f"角色 agent 的用户 {user.name} 要有工号（--agent），否则看不到任何通话")


def _rules(user: User) -> bool:
    return user.role == "admin" and user.active


def _changes(before: User, after: User) -> dict[str, list[Any]]:
    """The changes with their values before and after. A new password appears without a value."""
    changed: dict[str, list[Any]] = {}
    for key in ("role", "agent_id", "active", "password"):
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            changed[key] = ["…", "…"] if key == "password" else [old, new]
    return changed
