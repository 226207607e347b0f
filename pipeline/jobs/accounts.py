"""Accounts for many agents at once, each with a first password that must be changed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import PeopleError
from pipeline.people import hash_password

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.store import Store

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""The characters of a first password: none that is taken for another on paper."""

LENGTH = 12
"""12 of 31 characters are 59 bits (our choice)."""


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A new account. ``password`` is in no database: it is handed to the agent, who changes it."""

    user: str
    agent_id: str
    name: str | None
    password: str


@dataclass(frozen=True, slots=True)
class NewAccounts:
    """``made``: the new accounts; ``known``: agents who had one; ``refused``: agents and the
    reasons."""

    made: tuple[FirstPassword, ...]
    known: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def add_agent_accounts(
    store: Store, agents: Sequence[tuple[str, str | None, str | None]], *, actor: str, at: str
) -> NewAccounts:
    """An account for each agent, given as ``(agent_id, name, team)``, who has none yet; its name is
    the agent's number. Raises ``StoreError``."""
    having = {one.agent_id for one in store.users.all() if one.role == "agent"}
    made: list[FirstPassword] = []
    known: list[str] = []
    refused: list[tuple[str, str]] = []
    for agent_id, name, _ in agents:
        if agent_id in having:
            known.append(agent_id)
            continue
        password = make_password()
        try:
            store.users.add(
                agent_id, "agent", password_hash=hash_password(password, name=agent_id), agent_id=agent_id,
                must_change=True, actor=actor, at=at,
            )  # fmt: skip
        except PeopleError as error:
            refused.append((agent_id, str(error)))
            continue
        having.add(agent_id)
        made.append(FirstPassword(agent_id, agent_id, name, password))
    return NewAccounts(tuple(made), tuple(known), tuple(refused))


def make_password() -> str:
    """A first password, in groups of four."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(drawn[at : at + 4] for at in range(0, LENGTH, 4))
