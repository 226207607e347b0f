"""Commands for recordings that could not be scored."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import say, tr
from pipeline.commands.options import JSON, OK, SOME_FAILED, actor, now, of_site, site_clock
from pipeline.errors import SettingsError
from pipeline.store import Store
from pipeline.types import source_of

if TYPE_CHECKING:
    from pipeline.settings import Settings


@click.group()
def quarantine() -> None:
    """Recordings that could not be scored: list them, try them again, or leave them alone for good.

    Example: callqa quarantine list
    """


@quarantine.command("list")
@of_site("db", as_settings=True)
@JSON
def quarantine_list(settings: Settings, as_json: bool) -> None:
    """List the recordings in quarantine, each with the reason.

    Example: callqa quarantine list
    """
    with Store.open(settings.site.database) as store:
        files = store.files.quarantined()
    if as_json:
        click.echo(
            json.dumps(
                [dataclasses.asdict(f) | {"path": str(f.path)} for f in files], ensure_ascii=False
            )
        )
        return
    for file in files:
        click.echo(f"{site_clock(file.at)}\t{file.path}\t{tr(file.reason)}")
    say(f"{len(files)} recordings in quarantine.", err=True)


@quarantine.command("retry")
@of_site("db", as_settings=True)
@click.argument("paths", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them.")
def quarantine_retry(settings: Settings, paths: tuple[str, ...], everything: bool) -> None:
    """Let the next run try recordings again.

    Example: callqa quarantine retry --all
    """
    _release(settings, paths, everything, drop=False)


@quarantine.command("drop")
@of_site("db", as_settings=True)
@click.argument("paths", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them.")
def quarantine_drop(settings: Settings, paths: tuple[str, ...], everything: bool) -> None:
    """Leave recordings alone for good, until they change. The files themselves stay.

    Example: callqa quarantine drop recordings/broken.wav
    """
    _release(settings, paths, everything, drop=True)


def _release(settings: Settings, paths: tuple[str, ...], everything: bool, *, drop: bool) -> None:
    with Store.open(settings.site.database) as store:
        chosen = (
            [file.path for file in store.files.quarantined()]
            if everything
            else [source_of(path) for path in paths]
        )
        if not chosen and not everything:
            raise SettingsError(
                "no recording is named; give paths as callqa quarantine list shows them, or --all"
            )
        released = store.files.release(chosen, drop=drop, actor=actor(), at=now())
    if drop:
        say(f"{released} recordings are left alone for good.")
    else:
        say(f"{released} recordings will be tried again by the next run.")
    sys.exit(OK if released == len(chosen) else SOME_FAILED)
