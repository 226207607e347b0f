"""账号: the accounts and their roles."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.errors import PeopleError
from pipeline.people import LONGEST, LONGEST_NAME, SHORTEST, UserRole, hash_password
from pipeline.review.context import site_of, visitor_of
from pipeline.review.render import render

router = APIRouter()
NameField = Annotated[str, Form(max_length=LONGEST_NAME)]
AgentField = Annotated[str, Form(max_length=100)]
PasswordField = Annotated[str, Form(max_length=LONGEST)]


@router.get("/users")
def show_users(request: Request) -> HTMLResponse:
    """All accounts, those that are disabled last."""
    users = sorted(
        site_of(request).store.users.all(), key=lambda user: (not user.active, user.name)
    )
    return render(request, "users.html.j2", users=users, least=SHORTEST, most=LONGEST)


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
        name.strip(), role, password_hash=hash_password(password, name=name) if password else "",
        agent_id=agent.strip() or None, actor=visitor_of(request).user.name, at=site.now,
    )  # fmt: skip
    return RedirectResponse("/users", 303)


@router.post("/users/{name}")
def change_user(
    request: Request,
    name: Annotated[str, Path(max_length=LONGEST_NAME)],
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
        name, role=role, agent_id=agent.strip(), password_hash=hash_password(password, name=name) if password else None,
        active=active == "yes", actor=visitor_of(request).user.name, at=site.now,
    )  # fmt: skip
    return RedirectResponse("/users", 303)
