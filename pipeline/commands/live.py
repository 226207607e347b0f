"""The command that listens to conversations in progress."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.call import names_of
from pipeline.commands.language import say, tr
from pipeline.commands.nightly_lock import live_lock
from pipeline.commands.options import now, of_site
from pipeline.errors import SettingsError
from pipeline.jobs import Hooks, load_basis, load_names
from pipeline.lexicon import choose_lexicons, overlay_of
from pipeline.live import ChatFolder, Teller, Watch
from pipeline.nightly import check_addresses, send_summary
from pipeline.store import Store

if TYPE_CHECKING:
    from pipeline.settings import Settings


@click.command("live")
@of_site("db", "lexicons", as_settings=True)
@click.option(
    "--chats",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Also read the chats that grow in this folder (JSON, JSONL, CSV, TXT).",
)
def live(settings: Settings, chats: Path | None) -> None:
    """Judge conversations while they are written, until Ctrl+C: alarms, waits as they run, a score
    at the end.

    They come from programs that hand them over to callqa serve, and from a folder. Alarms are on the
    page /live; what ends is scored like an imported chat. See docs/live.md.

    Example: callqa live --chats /srv/chats --db callqa.db
    """
    if chats is not None and not chats.is_dir():
        raise SettingsError(f"--chats {chats}: no such folder; give one that exists")
    check_addresses(settings.live.notify)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with live_lock(settings.site.database), Store.open(settings.site.database) as store:
        watch = _watch(settings, store, chats)
        say("callqa live listens; Ctrl+C ends it", err=True)
        try:
            watch.run(stop)
        finally:
            watch.teller.close()


def _watch(settings: Settings, store: Store, chats: Path | None) -> Watch:
    basis = load_basis(settings, store)
    folder = choose_lexicons(settings.site.lexicons)
    added = overlay_of(settings.site)
    names = load_names(folder, answer_s=settings.limits.answer_s, overlay=added).rules
    teller = Teller(
        send_summary, settings.live.notify, Hooks.of(settings.review), settings.review.base_url
    )
    return Watch(
        store,
        settings,
        basis,
        teller,
        time.time,
        now,
        names=lambda rule: names.get(rule, rule),
        warn=lambda reason: click.echo(f"callqa: {tr(reason)}", err=True),
        folder=ChatFolder(chats, names_of(settings)) if chats else None,
    )
