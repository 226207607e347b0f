"""Rows of accounts, as every part reads them that asks who somebody is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.errors import PeopleError
from pipeline.people import User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

USER = """users.name, users.role, users.agent_id, users.active, users.made_at, users.password,
    users.must_change, users.entered_at"""

USER_COLUMNS = 8


def needed_user(db: Database, name: str) -> User:
    """The account with this name. Raises ``PeopleError`` if there is none, ``sqlite3.Error``."""
    user = find_user(db, name)
    if user is None:
        raise PeopleError(f"没有用户 {name}")
    return user


def find_user(db: Database, name: str) -> User | None:
    """The account with this name, also a disabled one. Raises ``sqlite3.Error``."""
    row = db.execute(f"SELECT {USER} FROM users WHERE name = ?", [name]).fetchone()
    return user_of(row) if row else None


def user_of(row: Sequence[Any]) -> User:
    """The account of a row with the columns of ``USER``."""
    name, role, agent_id, active, made_at, password, must_change, entered_at = row
    return User(
        name, role, agent_id, bool(active), made_at, password, bool(must_change), entered_at
    )


def iso_of(seconds: float) -> str:
    """Seconds since 1970 as UTC, ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
