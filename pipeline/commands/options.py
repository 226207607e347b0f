"""Options that several commands have."""

from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import click

from pipeline.errors import SettingsError
from pipeline.lexicon import choose_lexicons
from pipeline.settings import Settings, load_settings
from pipeline.types import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.store import Store

OK, SOME_FAILED = 0, 1

SiteValue: TypeAlias = Literal["db", "lexicons", "model", "base_url"]

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_DAY = click.DateTime(["%Y-%m-%d"])


def of_site(
    *wanted: SiteValue,
    as_settings: bool = False,
    db_help: str = "The results; else [site] db, else callqa.db.",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options for values of the site, and ``--settings``. Each value comes from its option,
    else from ``[site]`` of the settings file, else it is the default; ``base_url`` has no option. The command takes the wanted
    values by their names, or (``as_settings``) ``settings`` with the values in its ``site``."""
    options = {
        "settings": click.option(
            "--settings",
            "settings_file",
            type=click.Path(path_type=Path),
            help="Another file than ./callqa.toml.",
        ),
        "model": click.option(
            "--model",
            help="A name that faster-whisper knows, or a local folder; else [site] model, else base.",
        ),
        "lexicons": click.option(
            "--lexicons",
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder with the rules; else [site] lexicons, else those of callqa.",
        ),
        "db": click.option("--db", type=click.Path(dir_okay=False, path_type=Path), help=db_help),
    }

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_site(settings_file: Path | None, **given: Any) -> Any:
            chosen = {name: given.pop(name) for name in wanted if name in options}
            settings = _with_options(load_settings(settings_file), **chosen)
            if as_settings:
                return command(settings=settings, **given)
            values: dict[str, Any] = {
                "db": settings.site.database,
                "lexicons": choose_lexicons(settings.site.lexicons),
                "model": settings.site.model,
                "base_url": settings.review.base_url,
            }
            return command(**{name: values[name] for name in wanted}, **given)

        for name, option in options.items():
            if name in (*wanted, "settings"):
                with_site = option(with_site)
        return with_site

    return decorate


def _with_options(settings: Settings, **options: Path | str | None) -> Settings:
    """The settings with the options that were given in their ``site``."""
    given = {name: str(value) for name, value in options.items() if value is not None}
    return replace(settings, site=replace(settings.site, **given))


def scoped(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose calls; the command takes them as ``scope``."""

    @wraps(command)
    def with_scope(**given: Any) -> Any:
        scope = _scope(
            *(given.pop(name) for name in ("since", "until", "month", "agent", "team", "queue"))
        )
        return command(scope=scope, **given)

    for option in (
        click.option("--queue", help="Calls of this queue only."),
        click.option("--team", help="Calls of this team only (see callqa import agents)."),
        click.option("--agent", help="Calls of this agent only."),
        click.option("--month", help="Calls of this month, such as 2026-11."),
        click.option("--until", type=_DAY, help="Calls to this day, included."),
        click.option("--since", type=_DAY, help="Calls from this day on."),
    ):
        with_scope = option(with_scope)
    return with_scope


def _scope(
    since: datetime | None,
    until: datetime | None,
    month: str | None,
    agent: str | None,
    team: str | None,
    queue: str | None,
) -> Scope:
    if month is None:
        return Scope(since and since.date(), until and until.date(), agent, team, queue)
    if since or until:
        raise SettingsError("--month and --since or --until were given; give one or the other")
    return month_scope(month, agent=agent, team=team, queue=queue)


def month_scope(month: str, **which: str | None) -> Scope:
    """The scope of a month. Raises ``SettingsError`` where it is none."""
    try:
        return Scope.of_month(month, **which)
    except ValueError as error:
        raise SettingsError(f"{month!r} is no month; expected one such as 2026-11") from error


def now() -> str:
    """This moment, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def today() -> date:
    return datetime.now().date()


def actor() -> str:
    """Who runs the command, for the ledger."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user on this machine
        return "unknown"


def note_unmasked(store: Store, what: str, reason: str | None, detail: dict[str, object]) -> None:
    """Keep in the ledger that personal data was shown, and why. Raises ``SettingsError`` for an
    empty reason."""
    if reason is None:
        return
    if not reason.strip():
        raise SettingsError(
            "--unmasked needs a reason, such as 'appeal 2026-17'; it is kept in the ledger"
        )
    store.ledger.record("unmasked", what, {"reason": reason, **detail}, actor=actor(), at=now())
