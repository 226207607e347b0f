"""The command that listens to conversations in progress."""

from __future__ import annotations

import math
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.call import names_of
from pipeline.commands.language import say, tr
from pipeline.commands.nightly_lock import live_lock
from pipeline.commands.options import SOME_FAILED, now, of_site
from pipeline.errors import SettingsError, StoreError
from pipeline.ingest import find_recordings
from pipeline.jobs import HearingPlan, Hooks, load_basis, load_names
from pipeline.lexicon import choose_lexicons, overlay_of
from pipeline.live import (
    AHEAD_S,
    CallHouse,
    Calls,
    CallScorer,
    ChatFolder,
    Endings,
    Player,
    Servers,
    Teller,
    Watch,
    load_live_checker,
    of_calls,
    replay_servers,
    servers_of,
    sound_folder,
)
from pipeline.nightly import check_addresses, send_summary
from pipeline.people import digest_of_secret
from pipeline.store import Store
from pipeline.telephony import AnnouncedCall
from pipeline.types import Baselines
from pipeline.workers import count_cores, keep_little

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from pipeline.jobs import JudgingBasis
    from pipeline.settings import Settings
    from pipeline.types import StreamAnnounced


@click.command("live")
@of_site("db", "lexicons", as_settings=True)
@click.option(
    "--chats",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Also read the chats that grow in this folder (JSON, JSONL, CSV, TXT).",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Play the recordings of a folder into it as calls in progress, then end.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    show_default=True,
    help="How fast --replay plays.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1, 50),
    default=2,
    show_default=True,
    help="How many recordings --replay plays at once.",
)
def live(
    settings: Settings, chats: Path | None, replay: Path | None, speed: float, at_once: int
) -> None:
    """Judge conversations while they go on, until Ctrl+C: alarms, waits as they run, a score at the
    end.

    Chats come from programs that hand them over to callqa serve, and from a folder. Telephone calls
    come over the protocols that [live] of callqa.toml turns on. Alarms are on the page /live; what
    ends is scored like an imported chat or a recording. See docs/live.md.

    Example: callqa live --chats /srv/chats --db callqa.db
    """
    if chats is not None and not chats.is_dir():
        raise SettingsError(f"--chats {chats}: no such folder; give one that exists")
    files = _to_replay(replay, settings, speed) if replay is not None else ()
    check_addresses(settings.live.notify)
    keep_little()  # it runs for months, and each call's threads would leave a heap of their own
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with live_lock(settings.site.database), Store.open(settings.site.database) as store:
        watch = _watch(settings, store, chats, replays=bool(files), at_once=at_once)
        say("callqa live listens; Ctrl+C ends it", err=True)
        played: list[Future[int]] = []
        try:
            if files:
                watch.run(stop, until=_play(settings, watch, files, speed, at_once, played))
            else:
                watch.run(stop)
        finally:
            watch.outbox.close()
    if any(one.done() and one.result() for one in played):
        sys.exit(SOME_FAILED)


def _to_replay(replay: Path, settings: Settings, speed: float) -> Sequence[Path]:
    """The recordings of a folder. Raises ``SettingsError``."""
    if math.isnan(speed):
        raise SettingsError("--speed nan: expected a number from 0.1 to 100")
    if not replay.exists():
        raise SettingsError(f"--replay {replay}: no such folder; give one that exists")
    faults: list[OSError] = []
    files = find_recordings([replay], settings.ingest, on_error=faults.append)
    if not files and faults:
        reason = faults[0].strerror
        raise SettingsError(f"--replay {replay}: cannot be read ({reason}); check its permissions")
    if not files:
        raise SettingsError(f"--replay {replay}: no recordings there; give a folder with some")
    return files


def _play(
    settings: Settings, watch: Watch, files: Sequence[Path], speed: float, at_once: int,
    played: list[Future[int]],
) -> Callable[[], bool]:  # fmt: skip
    """Play recordings; tells when all of them are played and scored. ``played``: takes how many could
    not be played."""
    house = watch.house
    assert house is not None
    servers = house.servers
    assert servers is not None
    calls = _Announced(settings.site.database)
    player = Player(servers.servers, servers.token, speed, calls.announce, _warn, settings)

    def is_over() -> bool:
        """Begins to play at the first look, when the servers are there."""
        if not played:
            played.append(servers.run(player.play_all(files, at_once=at_once)))
        return played[0].done() and house.is_idle

    return is_over


def _watch(
    settings: Settings, store: Store, chats: Path | None, *, replays: bool, at_once: int
) -> Watch:
    basis = load_basis(settings, store)
    folder = choose_lexicons(settings.site.lexicons)
    added = overlay_of(settings.site)
    names = load_names(folder, answer_s=settings.limits.answer_s, overlay=added).rules
    teller = Teller(
        send_summary, settings.live.notify, Hooks.of(settings.review), settings.review.base_url
    )
    house = None
    if replays or settings.live.takes_calls:
        house = _house(settings, store, basis, replays=replays, at_once=at_once)
    return Watch(
        store,
        settings,
        basis,
        teller,
        time.time,
        now,
        names=lambda rule: names.get(rule, rule),
        warn=_warn,
        folder=ChatFolder(chats, names_of(settings)) if chats else None,
        house=house,
    )


def _house(
    settings: Settings, store: Store, basis: JudgingBasis, *, replays: bool, at_once: int
) -> CallHouse:
    """What telephone calls need: the model, the servers that are on, and those for a replay. Raises
    ``ModelError``, ``SettingsError``."""
    from pipeline.transcribe import identify  # noqa: PLC0415 - seconds to load; chats need none

    chosen = settings.live
    folder = sound_folder(settings)
    most = max(chosen.calls, at_once if replays else 0)
    ahead_s = math.inf if replays else AHEAD_S
    calls = Calls(folder, most, time.monotonic, warn=_warn, ahead_s=ahead_s)
    known = _Announced(settings.site.database)
    served = {}
    token = secrets.token_urlsafe()
    if replays:
        served = replay_servers(calls.take, token, at_once, lookup=known.find, clock=time.time)
    else:
        served = servers_of(
            chosen, calls.take, lookup=known.find, knows=known.is_feed, clock=time.time
        )
    checker = load_live_checker(basis, threads=count_cores()) if chosen.hear else None
    plan = HearingPlan(identify(settings), of_calls(basis), Baselines())
    endings = Endings(store, settings, CallScorer(plan, settings.score), now, _warn)
    return CallHouse(store, calls, endings, checker, basis, Servers(served, token))


def _warn(reason: str) -> None:
    click.echo(f"callqa: {tr(reason)}", err=True)


class _Announced:
    """What the pages' program wrote of calls to come; read by the servers' thread."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def find(self, stream: str) -> AnnouncedCall | None:
        """What was announced of a stream; ``None`` where nothing was, or the database is busy."""
        try:
            with Store.open(self._database) as store:
                found = store.live_calls.announced(stream)
        except StoreError:
            return None
        if found is None:
            return None
        said, sides = found
        both = tuple(side for side in ("agent", "customer") if side in sides)
        return AnnouncedCall(
            said.call, said.side, both if len(both) == 2 else None,
            said.agent_id, said.customer_id, said.queue,
        )  # fmt: skip

    def is_feed(self, token: str) -> bool:
        """Whether a token may bring calls: its scope is ``feed``."""
        try:
            with Store.open(self._database) as store:
                found = store.tokens.find(digest_of_secret(token), now=now())
                user = store.users.find(found.user) if found else None
        except StoreError:
            return False
        return found is not None and found.scope == "feed" and user is not None and user.active

    def announce(self, stream: str, said: StreamAnnounced) -> None:
        """Raises ``StoreError``."""
        with Store.open(self._database) as store:
            store.live_calls.announce(stream, said, at=time.time())
