"""Passwords: their rules, and argon2 hashes of them (RFC 9106, its low-memory choice, argon2-cffi's
default)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from pipeline.errors import PeopleError
from pipeline.types import load_extra

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 1024
"""Characters. NIST SP 800-63B asks for 8 and wants no rules of composition; ten is our choice. The
upper end keeps visitors from having megabytes hashed."""


def hash_password(password: str, *, name: str) -> str:
    """An argon2id hash. Raises ``PeopleError`` for a password that is too short, too long, one
    character over and over, or the user's name."""
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise PeopleError(f"密码应为 {SHORTEST} 至 {LONGEST} 个字符")
    if len(set(plain)) == 1:
        raise PeopleError("密码不能只由一个字符重复而成")
    own = _plain(name).casefold()
    if own and not plain.casefold().replace(own, ""):
        raise PeopleError("密码不能是用户名")
    return _hasher().hash(plain)


def is_password(password: str, hashed: str) -> bool:
    """Whether a password fits a hash. No password fits an empty hash; that check takes as long, so
    that nobody learns which accounts exist. Raises ``PeopleError`` for a text that is no hash."""
    if len(password) > LONGEST:
        return False
    wrong = load_extra("argon2.exceptions", extra="review", use="a password")
    try:
        return _hasher().verify(hashed or _nobody(), _plain(password)) and bool(hashed)
    except wrong.InvalidHashError as error:
        raise PeopleError(
            "数据库中的密码记录已损坏，请用 callqa user change 重新设置密码"
        ) from error
    except wrong.VerificationError:
        return False


def is_outdated(hashed: str) -> bool:
    """Whether a hash has other parameters than new hashes; the next log-in should renew it."""
    return _hasher().check_needs_rehash(hashed)


def renew_hash(password: str) -> str:
    """A hash of a password that is in use, by the parameters of now; the rules for new passwords do
    not apply."""
    return _hasher().hash(_plain(password))


def _plain(text: str) -> str:
    """One spelling of a text for all keyboards (NFC, as RFC 8265 has it)."""
    return unicodedata.normalize("NFC", text)


@cache
def _hasher() -> PasswordHasher:
    argon2 = load_extra("argon2", extra="review", use="a password")
    hasher: PasswordHasher = argon2.PasswordHasher()
    return hasher


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
