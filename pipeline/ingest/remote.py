"""Recordings in object stores and on file servers, by fsspec: their folders checked and listed.

The protocols depend on the packages installed beside callqa (s3fs for ``s3://``, ossfs for
``oss://`` …). Keys and addresses of servers come from fsspec's own settings (``FSSPEC_S3_KEY`` …),
never from a URL.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.errors import SettingsError
from pipeline.ingest.endings import HIDDEN, Endings
from pipeline.ingest.find import DEFAULTS, FileState, ignore
from pipeline.ingest.remote_store import state_in, store_of, translated, within
from pipeline.ingest.sides import SideNames
from pipeline.types import Seconds, Url, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.settings import IngestSettings

LIST_S: Seconds = 3600.0
"""Limit for one listing. Our choice: S3 gives 1000 names a request, so this is enough for
millions."""


def check_folders(folders: Sequence[str]) -> None:
    """Raise ``SettingsError`` for a URL that holds a password or has a protocol unknown here."""
    for folder in folders:
        if isinstance(url := source_of(folder), Url):
            if urlsplit(folder).password:
                raise SettingsError(
                    f"[nightly] folders: the URL of {urlsplit(folder).hostname} holds a password, which reports would show; "
                    "put it into fsspec's settings (docs/nightly.md)"
                )
            store_of(url)


def list_recordings(
    folder: Url,
    settings: IngestSettings = DEFAULTS,
    *,
    on_left_out: Callable[[str, str], None] = ignore,
) -> tuple[tuple[Url, FileState], ...]:
    """The recordings below a URL with size and time of change, sorted. Two files of one call are
    one recording. ``on_left_out``: see ``find_recordings``; the files are told by their endings.

    Raises ``UnreachableError`` if the store does not answer or nothing is at the URL.
    """
    store, root = store_of(folder)
    with translated(folder):
        store.invalidate_cache()
        found = within(LIST_S, lambda: store.find(root, detail=True))
        if not found and not store.exists(root):
            raise FileNotFoundError
    endings, names = Endings.of(settings.raw), SideNames.of(settings.sides)
    listed: dict[str, FileState] = {}
    for key, info in sorted(found.items()):
        name = PurePosixPath(key).name
        why = HIDDEN if _is_hidden(key, root) else endings.why_not(name, bytes)
        if why is None:
            listed[key] = state_in(info)
        elif name != settings.metadata_file:
            on_left_out(name, why)
    calls = []
    for key, state in listed.items():
        place, _, name = key.rpartition("/")
        side = names.partner(name, lambda other, place=place: f"{place}/{other}" in listed)  # type: ignore[misc]
        if side is None:
            calls.append((Url(store.unstrip_protocol(key)), state))
        elif side[1]:
            other = listed[f"{place}/{side[0]}"]
            calls.append((Url(store.unstrip_protocol(key)), _joint(state, other)))
    return tuple(calls)


def _joint(one: FileState, other: FileState) -> FileState:
    return FileState(one.size + other.size, max(one.changed_ns, other.changed_ns))


def _is_hidden(key: str, root: str) -> bool:
    return any(part.startswith(".") for part in key.removeprefix(root).split("/"))
