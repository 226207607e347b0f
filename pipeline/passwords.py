"""Passwords of accounts: argon2id, as RFC 9106 recommends it for little memory."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from pipeline.errors import PeopleError

LEAST_CHARACTERS = 10
"""Our choice; NIST SP 800-63B asks for 8 at least, and for no rules about kinds of characters."""

MOST_CHARACTERS = 200
"""A longer one would only keep the server busy."""


def hash_password(password: str, *, name: str) -> str:
    """What is kept of a password. Raises ``PeopleError`` for one that is too short, too long, or holds the ``name``
    of its account."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise PeopleError(f"密码应为 {LEAST_CHARACTERS} 至 {MOST_CHARACTERS} 个字符")
    if len(set(password)) < 4 or (len(name) > 2 and name.lower() in password.lower()):
        raise PeopleError("密码太容易猜：不要包含用户名，也不要重复同几个字符")
    return _hasher().hash(_plain(password))


def check_password(password: str, kept: str) -> bool:
    """Whether a password is the one of which ``kept`` was made; an empty ``kept`` fits none, and takes as long."""
    try:
        fits = _hasher().verify(kept or _nobodys(), _plain(password))
    except (Argon2Error, InvalidHashError):
        return False
    return fits and bool(kept)


def _plain(password: str) -> str:
    """The same password however the keyboard composes its characters."""
    return unicodedata.normalize("NFC", password)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
