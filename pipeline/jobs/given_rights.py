"""Who was given rights over calls, and by whom: an administrator judges nobody, and can give
himself an account that does. It is told to everybody who reads the log, and in the night's
message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.people import OVER_CALLS, ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pipeline.store import LedgerEntry, Store

Given: TypeAlias = Literal["made", "raised", "enabled", "password", "factor", "token", "agent"]
"""A new account; another role; let in again; a password, no second factor any more or a token, by
somebody else than its owner: he can enter by it; another 工号, by which nobody judges himself."""

TOLD_DAYS = 7
"""Each night tells of so many days, since one message may be overlooked (our choice)."""

SHOWN_DAYS = 90
"""And the page of the log of so many (our choice)."""

NAMED = 10
ACTIONS = ("user added", "user changed", "second factor reset", "token added", "logged in")
WORDS: Mapping[Given, str] = {
    "made": "新建了{role}账号 {user}", "raised": "把账号 {user} 由{before}改为{role}", "enabled": "重新启用了{role}账号 {user}",
    "password": "给{role}账号 {user} 设了新密码", "factor": "重置了{role}账号 {user} 的两步验证",
    "token": "给{role}账号 {user} 建了令牌“{after}”", "agent": "把{role}账号 {user} 的工号由 {before} 改为 {after}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GivenRight:
    """``role``: of the account afterwards; ``own``: the actor's own account; ``shared``: addresses
    from which both actor and account have logged in since; ``at``: UTC, ISO 8601."""

    entry: int
    at: str
    actor: str
    user: str
    what: Given
    role: str
    before: str = ""
    after: str = ""
    own: bool = False
    shared: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """In words, without its time."""
        done = WORDS[self.what].format(
            user=self.user, role=_role_name(self.role), before=self.before, after=self.after
        )
        if self.own:
            return f"{self.actor} 给自己改了权限：{done}"
        where = f"（两个账号都从 {'、'.join(self.shared)} 登录过）" if self.shared else ""
        return f"{self.actor} {done}{where}"


def find_given_rights(store: Store, *, since: date) -> tuple[GivenRight, ...]:
    """What was given since a day, the newest first, an actor's own before others'. Raises
    ``StoreError``."""
    entries = store.ledger.about_accounts(ACTIONS, since=since)
    roles: dict[str, str] = {one.name: one.role for one in store.users.all()}
    found: list[GivenRight] = []
    for entry in reversed(entries):
        if entry.action != "logged in":
            found += _read_entry(entry, roles)
    addresses = _addresses(entries)
    seen = [_with_shared(one, addresses) for one in found]
    return tuple(sorted(seen, key=lambda one: (not one.own, -one.entry)))


def _read_entry(entry: LedgerEntry, roles: dict[str, str]) -> list[GivenRight]:
    """What an entry gave. ``roles``: as they were after it, and afterwards as before it."""
    user = entry.subject.partition(" ")[2]
    role, own = roles.get(user, ""), entry.actor == user
    changed = _change(entry.detail, "role")
    if changed:
        role, roles[user] = str(changed[1]), str(changed[0])
    if entry.action == "user added":
        role = roles[user] = str(entry.detail.get("role", role))
    if role not in OVER_CALLS:
        return []
    return [
        GivenRight(entry.id, entry.at, entry.actor, user, what, role, before, after, own)
        for what, before, after in _given(entry, role, own=own)
    ]


def _given(entry: LedgerEntry, role: str, *, own: bool) -> Iterator[tuple[Given, str, str]]:
    """What an entry gave to an account with a role over calls, with values before and after."""
    changed, active, password, agent = (
        _change(entry.detail, name) for name in ("role", "active", "password", "agent_id")
    )
    if entry.action == "user added":
        yield "made", "", ""
    if entry.action == "second factor reset":
        yield "factor", "", ""
    if entry.action == "token added" and not own and not entry.detail.get("scope"):
        yield "token", "", str(entry.detail.get("label", ""))
    if changed and (changed[0] not in OVER_CALLS or role == "supervisor"):
        yield "raised", _role_name(changed[0]), ""
    if active and active[1]:
        yield "enabled", "", ""
    if password and not own:
        yield "password", "", ""
    if agent:
        yield "agent", str(agent[0] or "无"), str(agent[1] or "无")


def _role_name(role: object) -> str:
    return next((name for known, name in ROLE_NAMES.items() if known == role), str(role))


def _change(detail: Mapping[str, object], name: str) -> Sequence[object] | None:
    """A value before and after, ``None`` where it stayed."""
    found = detail.get(name)
    return found if isinstance(found, list) and len(found) == len(("before", "after")) else None


def _addresses(entries: Iterable[LedgerEntry]) -> dict[str, set[str]]:
    """From where each account has logged in."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        if entry.action == "logged in" and entry.detail.get("address"):
            user = entry.subject.partition(" ")[2]
            found.setdefault(user, set()).add(str(entry.detail["address"]))
    return found


def _with_shared(one: GivenRight, addresses: Mapping[str, set[str]]) -> GivenRight:
    shared = addresses.get(one.user, set()) & addresses.get(one.actor, set())
    if one.own or not shared:
        return one
    return replace(one, shared=tuple(sorted(shared)))


def tell_given_rights(store: Store, *, now: str) -> str:
    """What was given in the last ``TOLD_DAYS`` days, for the night's message; empty for nothing.
    ``now``: ISO 8601. Raises ``StoreError``."""
    moment = datetime.fromisoformat(now).astimezone()
    found = find_given_rights(store, since=moment.date() - timedelta(days=TOLD_DAYS))
    if not found:
        return ""
    lines = [f"近 {TOLD_DAYS} 天有 {len(found)} 次给出评判通话的权限（操作日志页上也能看到）："]
    for one in found[:NAMED]:
        at = datetime.fromisoformat(one.at).astimezone().strftime("%m-%d %H:%M")
        lines.append(f"  {at}　{one.line}")
    if len(found) > NAMED:
        lines.append(f"  还有 {len(found) - NAMED} 次，见操作日志页。")
    return "\n".join(lines)
