"""账号: the accounts and their roles."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, HTTPException, Query, Request, UploadFile
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import PeopleError, SettingsError
from pipeline.imports import read_agents
from pipeline.jobs import add_agent_accounts
from pipeline.people import (
    LONGEST,
    LONGEST_NAME,
    ROLE_NAMES,
    SHORTEST,
    User,
    UserRole,
    hash_password,
)
from pipeline.report import Column, Grid
from pipeline.review.call_access import REASON_LETTERS
from pipeline.review.context import site_of, visitor_of
from pipeline.review.export import TableForm, send_table
from pipeline.review.render import render

router = APIRouter()
NameField = Annotated[str, Form(max_length=LONGEST_NAME)]
AgentField = Annotated[str, Form(max_length=100)]
PasswordField = Annotated[str, Form(max_length=LONGEST)]


@router.get("/users")
def show_users(request: Request) -> HTMLResponse:
    """All accounts, those that are disabled last."""
    return render(
        request, "users.html.j2", users=_users(request), least=SHORTEST, most=LONGEST, secured=site_of(request).store.factors.having()
    )  # fmt: skip


def _users(request: Request) -> list[User]:
    return sorted(site_of(request).store.users.all(), key=lambda user: (not user.active, user.name))


@router.get("/users/export")
def export_users(
    request: Request, form: Annotated[TableForm, Query(alias="format")] = "xlsx"
) -> Response:
    """All accounts as a table, without their passwords; the ledger has it."""
    columns = (
        Column("name", "用户名", width=20), Column("role", "角色"), Column("agent_id", "工号"), Column("active", "启用", "flag"),
        Column("must_change", "须改初始密码", "flag"), Column("made_at", "建立时间（UTC）", "time", width=26),
        Column("entered_at", "上次登录（UTC）", "time", width=26),
    )  # fmt: skip
    rows = [
        {column.key: getattr(user, column.key) for column in columns}
        | {"role": ROLE_NAMES[user.role]}
        for user in _users(request)
    ]
    return send_table(request, Grid("账号", columns, rows, title="账号"), form=form, asked={})


MOST_BYTES = 2_000_000
MOST_AT_ONCE = 500
"""Accounts that one request makes: hashing a password takes a tenth of a second on purpose."""


@router.post("/users")
def add_user(
    request: Request,
    name: NameField,
    role: Annotated[UserRole, Form()],
    agent: AgentField = "",
    password: PasswordField = "",
) -> RedirectResponse:
    """A new account; without a password it enters by the organisation's log-in only."""
    site = site_of(request)
    if "/" in name:
        raise PeopleError("用户名不能含“/”")  # the name is part of an address here
    if not password and not site.settings.review.oidc_issuer:
        raise PeopleError("请设置初始密码")
    site.store.users.add(
        name.strip(), role, password_hash=_hashed(request, password, name) or "",
        agent_id=agent.strip() or None, must_change=bool(password), actor=visitor_of(request).user.name, at=site.now,
    )  # fmt: skip
    return RedirectResponse("/users", 303)


@router.post("/users/import")
def import_users(
    request: Request, table: Annotated[UploadFile, File(description="工号, 姓名, 班组")]
) -> HTMLResponse:
    """An account for each agent of a table who has none yet; the page shows the first passwords
    this once."""
    site = site_of(request)
    data = table.file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise HTTPException(413)
    suffix = ".xlsx" if (table.filename or "").lower().endswith(".xlsx") else ".csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"agents{suffix}"
        path.write_bytes(data)
        try:
            agents = read_agents(path)
        except SettingsError as error:
            raise PeopleError(str(error).replace(str(path), table.filename or "")) from error
    if len(agents) > MOST_AT_ONCE:
        raise PeopleError(f"一次最多 {MOST_AT_ONCE} 位；更多请用 callqa user import")
    made = add_agent_accounts(site.store, agents, actor=visitor_of(request).user.name, at=site.now)
    return render(request, "users_made.html.j2", made=made)


@router.post("/users/{name}")
def change_user(
    request: Request,
    name: Annotated[str, InPath(max_length=LONGEST_NAME)],
    role: Annotated[UserRole, Form()],
    active: Annotated[Literal["yes", "no"], Form()],
    agent: AgentField = "",
    password: PasswordField = "",
) -> RedirectResponse:
    """Change role, agent, password (where one is given) and whether the account is active. Its
    sessions end."""
    site = site_of(request)
    if site.store.users.find(name) is None:
        raise HTTPException(404)
    site.store.users.change(
        name, role=role, agent_id=agent.strip(), password_hash=_hashed(request, password, name),
        active=active == "yes", must_change=True if password and name != visitor_of(request).user.name else None, actor=visitor_of(request).user.name, at=site.now,
    )  # fmt: skip
    return RedirectResponse("/users", 303)


@router.post("/users/{name}/second-factor")
def reset_second_factor(
    request: Request,
    name: Annotated[str, InPath(max_length=LONGEST_NAME)],
    reason: Annotated[str, Form(max_length=500)],
) -> RedirectResponse:
    """Take the second factor of an account away whose owner has lost it; the reason is in the
    ledger, and the account's log-ins end."""
    site, admin = site_of(request), visitor_of(request).user
    if site.store.users.find(name) is None:
        raise HTTPException(404)
    if sum(map(str.isalpha, reason)) < REASON_LETTERS:
        raise PeopleError("请写明重置两步验证的理由")
    site.store.factors.remove(name, reason=reason.strip(), actor=admin.name, at=site.now)
    return RedirectResponse("/users", 303)


def _hashed(request: Request, password: str, name: str) -> str | None:
    """The hash of a given password, ``None`` without one."""
    words = site_of(request).settings.review.password_words
    return hash_password(password, name=name, words=words) if password else None
