"""Users of the review pages: accounts, roles, log-ins and tokens."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pipeline.errors import PeopleError

UserRole: TypeAlias = Literal["agent", "qa", "supervisor", "admin", "auditor"]

TokenScope: TypeAlias = Literal["", "feed"]

USER_ROLES: tuple[UserRole, ...] = ("agent", "qa", "supervisor", "admin", "auditor")

ROLE_NAMES: dict[UserRole, str] = {
    "agent": "客服", "qa": "质检员", "supervisor": "主管", "admin": "管理员", "auditor": "审计",
}  # fmt: skip

OVER_CALLS: frozenset[UserRole] = frozenset({"qa", "supervisor"})
"""Roles that decide on calls, and so on people; an administrator has none of their rights."""

LONGEST_NAME = 64
"""Characters of a name (our choice): tables show names."""


@dataclass(frozen=True, slots=True)
class User:
    """``agent_id``: the agent with the calls that the user sees. ``password``: an argon2 hash;
    empty: no log-in by password. ``must_change``: it was given by somebody else, and the user must
    set another first. ``made_at``, ``entered_at`` (the last log-in): UTC, ISO 8601."""

    name: str
    role: UserRole
    agent_id: str | None = None
    active: bool = True
    made_at: str = ""
    password: str = field(default="", repr=False)
    must_change: bool = False
    entered_at: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in. ``digest``: SHA-256 of the secret in the browser; times in seconds since 1970.
    ``address``, ``browser``: where it was made, ``None`` where that is not known."""

    user: User
    csrf: str
    begun_at: float
    seen_at: float
    digest: str
    address: str | None = None
    browser: str | None = None

    @property
    def place(self) -> str:
        """Names the log-in to its owner; nobody enters by it."""
        return self.digest[:16]


@dataclass(frozen=True, slots=True)
class Token:
    """A token by which a program enters as ``user``. Times are UTC, ISO 8601; ``expires_at``
    ``None``: never. ``scope``: empty for all that the account may, or ``feed``: only to hand over
    messages of conversations in progress, which needs no more of the account than to be active."""

    id: int
    user: str
    label: str
    made_at: str
    expires_at: str | None = None
    revoked_at: str | None = None
    scope: TokenScope = ""

    def is_valid(self, now: str) -> bool:
        """Whether the token is valid at ``now`` (UTC, ISO 8601)."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def digest_of_secret(secret: str) -> str:
    """The stored form of a session's or token's secret: SHA-256, 64 hex digits. It needs no salt:
    the secret is random, and no person chose it.

    >>> digest_of_secret("abc")[:8]
    'ba7816bf'
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Lark", "飞书"), ("Edg", "Edge"), ("OPR", "Opera"), ("QQBrowser", "QQ 浏览器"),
    ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(agent: str) -> str:
    """Browser and system in words, from a ``User-Agent``; the rest of it is not kept.

    >>> browser_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0 Safari/537.36")
    'Chrome · Windows'
    """
    named = [
        next((name for sign, name in signs if sign in agent), "") for signs in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, named)) or "其他程序"


def check_name(name: str) -> str:
    """The name of an account in its plain form (NFC). Raises ``PeopleError`` for an empty name, a
    long one, spaces or invisible characters.

    >>> check_name("王芳")
    '王芳'
    """
    plain = unicodedata.normalize("NFC", name)
    if not 0 < len(plain) <= LONGEST_NAME:
        raise PeopleError(
            f"用户名 {plain[:LONGEST_NAME]!r} 不能用：应为 1 至 {LONGEST_NAME} 个字符"
        )
    if any(unicodedata.category(c)[0] in "CZ" for c in plain):
        raise PeopleError(f"用户名 {plain!r} 不能用：不能含空格和看不见的字符")
    return plain
