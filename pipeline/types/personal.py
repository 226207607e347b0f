"""The kinds of personal data, and which of them are hidden."""

from __future__ import annotations

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

BY_FORM: Kinds = frozenset({"phone", "identity", "bank_card"})
"""Numbers that their own form tells; all others need words that name them, or ask for them."""
