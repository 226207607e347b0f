"""Options that several commands have."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeAlias

import click

from pipeline.commands.language import listed, say_note, tr
from pipeline.errors import ReportError, SettingsError
from pipeline.lexicon import choose_lexicons, overlay_file
from pipeline.settings import GroupAccess, Settings, load_settings, use_clock
from pipeline.types import PERIOD_EXAMPLES, Period, PeriodKind, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.store import Store

OK, SOME_FAILED = 0, 1

UMASKS: Mapping[GroupAccess, int] = {"none": 0o077, "read": 0o027, "write": 0o007}
"""Who may not touch what a command writes, by ``[site] group``."""

SiteValue: TypeAlias = Literal[
    "db", "lexicons", "overlay", "model", "base_url", "answer_s", "promises", "privacy"
]

KEY_VARIABLE = "CALLQA_KEY_FILE"
"""Goes before ``[site] key_file`` and ``key_command``: where systemd puts a credential is known only
when the service runs."""

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Day(click.DateTime):
    """A day such as 2026-11-20."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        with suppress(click.BadParameter):
            return super().convert(value, param, ctx)
        return self.fail(tr(f"'{value}' is no day; expected one such as 2026-11-20"), param, ctx)


DAY = Day()
PERIODS: tuple[PeriodKind, ...] = ("week", "month", "quarter", "year")


def of_site(
    *wanted: SiteValue,
    as_settings: bool = False,
    db_help: str = "The results; else [site] db, else callqa.db.",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options for values of the site, and ``--settings``. Each value comes from its option,
    else from ``[site]`` of the settings file, else it is the default; ``overlay``, ``base_url``,
    ``answer_s``, ``promises`` and ``privacy`` have no option. The command takes the wanted
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
            use_clock(settings.site)
            os.umask(UMASKS[settings.site.group])
            _use_keys(settings)
            if as_settings:
                return command(settings=settings, **given)
            values: dict[str, Any] = {
                "db": settings.site.database,
                "lexicons": choose_lexicons(settings.site.lexicons),
                "overlay": overlay_file(settings.site),
                "model": settings.site.model,
                "base_url": settings.review.base_url,
                "answer_s": settings.limits.answer_s,
                "promises": settings.promises,
                "privacy": settings.privacy,
            }
            return command(**{name: values[name] for name in wanted}, **given)

        for name, option in options.items():
            if name in (*wanted, "settings"):
                with_site = option(with_site)
        return with_site

    return decorate


def _use_keys(settings: Settings) -> None:
    """Sign what the command writes, and open its database with the site's key. A site without keys
    loads nothing for it."""
    key_file, site = settings.ledger.key_file, settings.site
    if not (key_file or site.is_encrypted or "pipeline.store" in sys.modules):
        return
    from pipeline.store import KeySource, use_database_key, use_key  # noqa: PLC0415 - commands without a database load none

    use_key(Path(key_file) if key_file else None)
    use_database_key(KeySource(site.key_file, site.key_command))


def _with_options(settings: Settings, **options: Path | str | None) -> Settings:
    """The settings with the options that were given in their ``site``."""
    given: dict[str, Any] = {
        name: str(value) for name, value in options.items() if value is not None
    }
    if key_file := os.environ.get(KEY_VARIABLE, ""):
        given |= {"key_file": key_file, "key_command": ""}
    return replace(settings, site=replace(settings.site, **given))


def scoped(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose calls; the command takes them as ``scope``."""

    @wraps(command)
    def with_scope(**given: Any) -> Any:
        dates = (given.pop("since"), given.pop("until"))
        which = {name: given.pop(name) for name in ("agent", "team", "queue")}
        keys = {kind: given.pop(kind) for kind in PERIODS}
        return command(scope=_scope(*dates, keys, which), **given)

    for option in (
        click.option("--queue", help="Calls of this queue only."),
        click.option("--team", help="Calls of this team only (see callqa import agents)."),
        click.option("--agent", help="Calls of this agent only."),
        click.option("--year", help="Calls of this year, such as 2026."),
        click.option("--quarter", help="Calls of this quarter, such as 2026-Q3."),
        click.option("--month", help="Calls of this month, such as 2026-11."),
        click.option("--week", help="Calls of this week, such as 2026-W47."),
        click.option("--until", type=DAY, help="Calls to this day, included."),
        click.option("--since", type=DAY, help="Calls from this day on."),
    ):
        with_scope = option(with_scope)
    return with_scope


def _scope(
    since: datetime | None,
    until: datetime | None,
    keys: Mapping[PeriodKind, str | None],
    which: Mapping[str, str | None],
) -> Scope:
    given = [kind for kind, key in keys.items() if key is not None]
    if not given:
        return Scope(since and since.date(), until and until.date(), **which)
    if since or until:
        raise SettingsError(
            f"--{given[0]} and --since or --until were given; give one or the other"
        )
    return read_period(keys).scope(**which)


def of_period(*kinds: PeriodKind) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options that name a period; the command takes it as ``period``. Without any it is the last
    whole one of the first kind."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_period(**given: Any) -> Any:
            keys = {kind: given.pop(kind) for kind in kinds}
            return command(period=read_period(keys), **given)

        for kind in reversed(kinds):
            left_out = "; left out: the last whole one" if kind == kinds[0] else ""
            help_line = f"The {kind}, such as {PERIOD_EXAMPLES[kind]}{left_out}."
            with_period = click.option(f"--{kind}", help=help_line)(with_period)
        return with_period

    return decorate


def read_period(keys: Mapping[PeriodKind, str | None]) -> Period:
    """The period that one of these options names; the last whole one of the first kind where none
    was given. Raises ``SettingsError`` for two of them, or for a text that names none."""
    given = {kind: key for kind, key in keys.items() if key is not None}
    if not given:
        return Period.around(next(iter(keys)), today()).previous
    if len(given) > 1:
        names = " and ".join(f"--{kind}" for kind in given)
        raise SettingsError(f"{names} were given; give one of them")
    ((kind, key),) = given.items()
    try:
        period = Period.of_key(key)
    except ValueError:
        period = None
    if period is None or period.kind != kind:
        raise SettingsError(
            f"--{kind} {key!r} is no {kind}; expected one such as {PERIOD_EXAMPLES[kind]}"
        )
    return period


def now() -> str:
    """This moment, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def site_clock(moment: str) -> str:
    """A time as people of the site read it, with its zone: ``2026-11-02 09:30:00+08:00``. A text
    that is no time with a zone stays."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return parsed.astimezone().isoformat(" ", "seconds") if parsed.tzinfo else moment


def today() -> date:
    return datetime.now().date()


def actor() -> str:
    """Who runs the command, for the ledger."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user on this machine
        return "unknown"


def open_jsonl(path: Path) -> TextIO:
    """The file of ``--jsonl``, opened before there is a line to write. Raises ``ReportError``."""
    try:
        return path.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReportError(
            f"{path}: cannot be written ({error.strerror}); choose another --jsonl file"
        ) from error


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


def tell_plain(*written: Path | None) -> None:
    """Say of files that were asked for by name that nothing encrypts them, where the database has a
    key."""
    from pipeline.store import chosen_source  # noqa: PLC0415 - commands without a database load none

    named = [str(path) for path in written if path is not None]
    if named and chosen_source():
        files = listed(named)
        say_note(f"the database is encrypted, but the files written here are plain: {files}")
