"""The kinds of personal data, and which of them are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

PersonalKind: TypeAlias = Literal[
    "phone",
    "identity",
    "bank_card",
    "name",
    "address",
    "plate",
    "email",
    "wechat",
    "qq",
    "passport",
    "birthday",
    "code",
    "password",
    "cvv",
    "last_digits",
    "agent_name",
]

Kinds: TypeAlias = frozenset[PersonalKind]

EVERY_KIND: Kinds = frozenset(get_args(PersonalKind))

CUSTOMERS: Kinds = EVERY_KIND - {"agent_name"}
"""What is hidden unless a setting says otherwise. An agent's own name is no customer's data, and
whether it was said is a required item (our choice)."""

LEAST_OF: Mapping[PersonalKind, int] = {"code": 4, "password": 4, "cvv": 3, "last_digits": 3, "qq": 5}
"""Fewest digits of what is only digits; fewer are a count or a part of something else."""
