"""Commands about the accounts of the review pages."""

from __future__ import annotations

import dataclasses
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from pipeline.commands.language import say, told, tr
from pipeline.commands.options import JSON, actor, now, of_site
from pipeline.errors import PeopleError
from pipeline.imports import read_agents
from pipeline.jobs import add_agent_accounts
from pipeline.people import UserRole, digest_of_secret, hash_password
from pipeline.store import Store

if TYPE_CHECKING:
    from pipeline.settings import Settings

_NAME = click.argument("name")
_ROLE = click.Choice(get_args(UserRole))
_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, one line."
)
_AGENT = click.option(
    "--agent", metavar="ID", help="Whose calls it is about: agents see their own only."
)

TOKEN_BYTES = 32
MOST_DAYS = 365
TOKEN_START = "callqa_"
"""As tokens of the page: it gives a token away where it should not be, such as in a repository."""


@click.group()
def user() -> None:
    """Accounts of the review pages: add, list, change and disable them, and give tokens to
    programs.

    Example: callqa user add chen --role supervisor
    """


@user.command("add")
@_NAME
@click.option("--role", type=_ROLE, required=True, help="What the account may do.")
@_AGENT
@_STDIN
@click.option("--no-password", is_flag=True, help="Log-in by another service only, or by a token.")
@of_site("db", as_settings=True)
def add(
    name: str,
    role: UserRole,
    agent: str | None,
    password_stdin: bool,
    no_password: bool,
    settings: Settings,
) -> None:
    """Add an account. The password is asked for twice and not shown.

    Example: callqa user add chen --role admin
    """
    words = settings.review.password_words
    with Store.open(settings.site.database) as store:
        if store.users.find(name):
            raise PeopleError(
                f"there is a user {name} already; take another name, or use callqa user change"
            )
        hashed = (
            "" if no_password else hash_password(_password(password_stdin), name=name, words=words)
        )
        made = store.users.add(
            name, role, password_hash=hashed, agent_id=agent, actor=actor(), at=now()
        )
        lacking = not any(one.role == "admin" and one.active for one in store.users.all())
    say(f"User {made.name} was added ({made.role}).")
    if lacking:
        say("There is no administrator yet; add one: callqa user add NAME --role admin", err=True)


@user.command("import")
@click.argument("agents", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@of_site("db")
def import_(agents: Path, db: Path) -> None:
    """Add an account for each agent of AGENTS, the list of agents (工号, 姓名), who has
    none yet. The user name is the 工号. Standard output has the first passwords, this once; each
    must be changed at the first log-in.

    Example: callqa user import agents.csv > first-passwords.tsv
    """
    with Store.open(db) as store:
        found = add_agent_accounts(store, read_agents(agents), actor=actor(), at=now())
    for one in found.made:
        click.echo(f"{one.user}\t{one.name or ''}\t{one.password}")
    for agent_id, why in found.refused:
        click.echo(f"{agent_id}{tr(': ')}{told(tr(why))}", err=True)
    say(
        f"accounts: {len(found.made)} made, {len(found.known)} there already, {len(found.refused)} not "
        "made. First passwords are shown this once, and must be changed at the first log-in.",
        err=True,
    )


@user.command("list")
@of_site("db")
@JSON
def list_(db: Path, as_json: bool) -> None:
    """List all accounts, each with its tokens that are in force.

    Example: callqa user list --json
    """
    with Store.open(db, create=False) as store:
        users, tokens = (
            store.users.all(),
            [token for token in store.tokens.all() if token.is_valid(now())],
        )
    if as_json:
        found = []
        for one in users:
            plain = {
                key: value for key, value in dataclasses.asdict(one).items() if key != "password"
            }
            own = [dataclasses.asdict(token) for token in tokens if token.user == one.name]
            found.append({**plain, "has_password": bool(one.password), "tokens": own})
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in users:
        state = "" if one.active else f"  {tr('disabled')}"
        entered = (
            f"{tr('last log-in')} {one.entered_at}" if one.entered_at else tr("never logged in")
        )
        click.echo(f"{one.name}\t{one.role}\t{one.agent_id or ''}  {entered}{state}")
        for token in tokens:
            if token.user == one.name:
                until = token.expires_at or tr("for ever")
                click.echo(
                    f"    {tr('token')} {token.id}  {token.label}  {tr('valid until')} {until}"
                )
    say(f"{len(users)} users.", err=True)


@user.command("change")
@_NAME
@click.option("--role", type=_ROLE, help="What the account may do from now on.")
@_AGENT
@click.option("--password", is_flag=True, help="Ask for a new password.")
@_STDIN
@click.option("--enable", is_flag=True, help="Let a disabled account in again.")
@of_site("db", as_settings=True)
def change(
    name: str,
    role: UserRole | None,
    agent: str | None,
    password: bool,
    password_stdin: bool,
    enable: bool,
    settings: Settings,
) -> None:
    """Change an account. Whoever was logged in as it is logged out. An empty --agent takes the
    agent away.

    Example: callqa user change chen --password
    """
    words = settings.review.password_words
    with Store.open(settings.site.database, create=False) as store:
        if store.users.find(name) is None:
            raise PeopleError(f"there is no user {name}")
        hashed = (
            hash_password(_password(password_stdin), name=name, words=words)
            if password or password_stdin
            else None
        )
        active = True if enable else None
        after = store.users.change(
            name,
            role=role,
            agent_id=agent,
            password_hash=hashed,
            active=active,
            actor=actor(),
            at=now(),
        )
    if after.agent_id:
        say(f"user {after.name}: {after.role}, agent number {after.agent_id}.")
    else:
        say(f"user {after.name}: {after.role}.")


@user.command("disable")
@_NAME
@of_site("db")
def disable(name: str, db: Path) -> None:
    """Let an account in no more: not by password, session or token. What it did stays.

    Example: callqa user disable chen
    """
    with Store.open(db, create=False) as store:
        store.users.change(name, active=False, actor=actor(), at=now())
    say(f"User {name} is disabled.")


@user.command("reset-factor")
@_NAME
@click.option("--reason", required=True, help="Why; it is in the ledger, and everybody is told.")
@of_site("db")
def reset_factor(name: str, reason: str, db: Path) -> None:
    """Take the second factor of an account away whose owner has lost it. Its log-ins end.

    Example: callqa user reset-factor chen --reason 手机丢失
    """
    if not reason.strip():
        raise PeopleError("say with --reason why the second factor is taken away")
    with Store.open(db, create=False) as store:
        store.factors.remove(name, reason=reason.strip(), actor=actor(), at=now())
    say(f"The second factor of user {name} is taken away.")


@user.command("token")
@_NAME
@click.option("--label", default="", help="What it is for, to know it again.")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=365,
    show_default=True,
    help="How long it is valid.",
)
@click.option(
    "--scope",
    type=click.Choice(["all", "feed"]),
    default="all",
    show_default=True,
    help="all: what the account may; feed: only hand over messages of conversations in progress.",
)
@click.option("--revoke", type=int, metavar="ID", help="Take a token of the account back instead.")
@of_site("db")
def token(name: str, label: str, days: int, scope: str, revoke: int | None, db: Path) -> None:
    """Give a program a token with an account's rights, or with a scope of its own; it is shown this
    once and kept as a digest only.

    Example: callqa user token bi --label warehouse --days 90
    """
    with Store.open(db, create=False) as store:
        if revoke is not None:
            if revoke not in {one.id for one in store.tokens.all(name)}:
                raise PeopleError(f"user {name} has no token {revoke}")
            store.tokens.revoke(revoke, actor=actor(), at=now())
            say(f"Token {revoke} is in force no more.")
            return
        secret = TOKEN_START + secrets.token_urlsafe(TOKEN_BYTES)
        until = datetime.now(UTC) + timedelta(days=days)
        made = store.tokens.add(
            name,
            digest=digest_of_secret(secret),
            label=label,
            expires_at=until.isoformat(timespec="seconds"),
            scope="feed" if scope == "feed" else "",
            actor=actor(),
            at=now(),
        )
    click.echo(secret)
    last = f"{until.astimezone():%Y-%m-%d %H:%M}"
    say(f"token {made.id}, valid until {last}; it is shown this once: save it now.", err=True)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt(
        tr("password"), hide_input=True, confirmation_prompt=tr("once more"), err=True
    )
    return asked
