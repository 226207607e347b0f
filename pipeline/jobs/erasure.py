"""A person's data erased from the whole site: first the files, then the database, then the bytes."""

from __future__ import annotations

import json
import os
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.jobs.erased_overlay import erase_in_overlay, find_in_overlay
from pipeline.types import Url, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.settings import Settings
    from pipeline.store import Erasure, Named, NamedTalk, Store

LEAST_SOUGHT = 6
"""A shorter text is not looked for in files: it may be a part of anything (our choice)."""


@dataclass(frozen=True, slots=True)
class PersonalFiles:
    """Files of the site that tell of a person.

    ``whole``: they go: recordings, copies of their sound, pages and tables that can be written again.
    ``lines``: tables beside recordings and logs, which lose the lines that name the person.
    ``elsewhere``: recordings in object stores and texts with other conversations in them, which
    callqa leaves to people. ``old_backups``: they hold the person still. ``overlay``: the site's own
    additions to the rules, which lose wordings."""

    whole: tuple[Path, ...] = ()
    lines: tuple[Path, ...] = ()
    elsewhere: tuple[str, ...] = ()
    old_backups: tuple[Path, ...] = ()
    overlay: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonFound:
    """All that is erased of a customer: calls with the other parts of their recordings,
    conversations in progress or just ended, and files."""

    calls: tuple[str, ...]
    named: Named
    talks: tuple[NamedTalk, ...]
    files: PersonalFiles


def find_person(
    store: Store, settings: Settings, customer: str, *, recordings: bool = True
) -> PersonFound:
    """What ``erase_person`` would erase. Raises ``StoreError``."""
    calls = store.conversations.parts_within(store.erasure.calls_of(customer))
    named = store.erasure.named(calls, customer)
    talks = store.erasure.talks_of(calls, named)
    files = find_files(settings, calls, named, recordings=recordings)
    chats = [
        f"{one.name}（callqa live --chats 的文件夹）"
        for one in talks
        if one.source == "folder" and not any(path.endswith(f"/{one.name}") for path in named.texts)
    ]
    files = replace(files, elsewhere=(*files.elsewhere, *chats))
    sounds = sounds_of(settings, talks) if recordings else []
    tables = tables_beside(settings, talks)
    lines = [one for one in tables if _holds(one, _pattern([*named.swept, *calls]))]
    files = replace(
        files,
        whole=tuple(dict.fromkeys((*files.whole, *sounds))),
        lines=tuple(dict.fromkeys((*files.lines, *lines))),
    )
    own, theirs = find_in_overlay(settings, named, store.erasure.examples_of(calls))
    files = replace(
        files,
        overlay=(own,) if own else (),
        elsewhere=(*files.elsewhere, *([str(theirs)] if theirs else [])),
    )
    return PersonFound(tuple(calls), named, tuple(talks), files)


def sounds_of(settings: Settings, talks: Sequence[NamedTalk]) -> list[Path]:
    """The sound of telephone calls that go on or were never scored: whole, still growing, or with a
    part missing."""
    endings = ("", ".growing", ".incomplete")
    paths = _paths_of(settings, talks)
    files = [path.with_name(f"{path.name}{one}") for path in paths for one in endings]
    return [file for file in files if file.is_file()]


def tables_beside(settings: Settings, talks: Sequence[NamedTalk]) -> list[Path]:
    """The tables in which telephone calls are named that were never scored."""
    folders = {path.parent for path in _paths_of(settings, talks)}
    tables = [folder / settings.ingest.metadata_file for folder in sorted(folders)]
    return [file for file in tables if file.is_file()]


def _paths_of(settings: Settings, talks: Sequence[NamedTalk]) -> list[Path]:
    folder = Path(settings.live.recordings or f"{settings.site.database}.calls")
    return [folder / one.file for one in talks if one.file]


def find_files(
    settings: Settings, calls: Sequence[str], named: Named, *, recordings: bool = True
) -> PersonalFiles:
    """The files of a site that hold or name the calls or their customer. ``recordings``: also the
    recordings themselves."""
    sought = _pattern([*named.swept, *calls])
    own = [source_of(path) for path in named.paths]
    local = [path for path in own if isinstance(path, Path)]
    sounds = [path for path in local if path.is_file()] if recordings else []
    folder = Path(settings.review.audio_cache or f"{settings.site.database}.audio")
    copies = [file for sha256 in calls for file in sorted(folder.glob(f"{sha256}-*"))]
    reports = settings.nightly.reports.folder
    written = [settings.nightly.out, *([reports] if reports else [])]
    pages = [file for root in dict.fromkeys(written) for file in _holding(Path(root), sought)]
    tables = {path.parent / settings.ingest.metadata_file for path in local}
    logs = {Path(name) for name in (settings.nightly.log,) if name}
    lines = [file for file in sorted({*tables, *logs}) if _holds(file, sought)]
    texts = [path for path in named.texts if Path(path).is_file()]
    remote = [str(path) for path in own if isinstance(path, Url)]
    return PersonalFiles(
        tuple(dict.fromkeys((*sounds, *copies, *pages))),
        tuple(lines),
        (*texts, *(remote if recordings else ())),
        tuple(_backups(settings)),
    )


def erase_files(found: PersonalFiles, calls: Sequence[str], named: Named) -> None:
    """Delete what goes whole, and take lines out of tables and logs. Raises ``SettingsError`` for a
    file that cannot be changed; then nothing of the database is erased yet."""
    sought = _pattern([*named.swept, *calls])
    for file in (*found.whole, *found.lines):
        try:
            if file in found.lines:
                _take_lines(file, sought)
            else:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise SettingsError(
                f"{file}: cannot be erased ({error.strerror}); give callqa the right to change it, and "
                "run the same again"
            ) from error


def erase_person(
    store: Store,
    settings: Settings,
    customer: str,
    *,
    reason: str,
    actor: str,
    at: str,
    recordings: bool = True,
) -> tuple[Erasure, PersonalFiles]:
    """Erase all calls and chats of a customer. Killed in the middle, the same again goes on: files go before
    the rows that name them. Raises ``StoreError``, ``SettingsError``,
    ``ProposalError`` for an overlay that cannot be written."""
    if customer in reason:
        raise SettingsError("the reason names the customer; it stays in the ledger for ever")
    found = find_person(store, settings, customer, recordings=recordings)
    erase_files(found.files, found.calls, found.named)
    examples = store.erasure.examples_of(found.calls)
    erase_in_overlay(store, settings, found.named, examples, actor=actor, at=at)
    done = store.erasure.erase(found.calls, "all", found.named, reason=reason, actor=actor, at=at)
    store.erasure.clean(actor=actor, at=at)
    return done, found.files


def _pattern(texts: Iterable[str]) -> re.Pattern[bytes]:
    """Any of the texts as bytes: UTF-8, GB18030, and the escapes of JSON."""
    forms: set[bytes] = set()
    for text in texts:
        if len(text) >= LEAST_SOUGHT:
            forms |= {
                text.encode("utf-8", "surrogateescape"),
                text.encode("gb18030", "ignore"),
                json.dumps(text)[1:-1].encode(),
            }
    joined = b"|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True) if form)
    return re.compile(joined or rb"(?!)")


def _holding(folder: Path, sought: re.Pattern[bytes]) -> list[Path]:
    if not folder.is_dir():
        return []
    return [file for file in sorted(folder.rglob("*")) if _holds(file, sought)]


def _holds(file: Path, sought: re.Pattern[bytes]) -> bool:
    """Whether a file has one of the texts in its name, its content, or in the parts of a
    workbook."""
    if not file.is_file():
        return False
    if sought.search(os.fsencode(file.name)):
        return True
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as parts:
                return any(sought.search(parts.read(name)) for name in parts.namelist())
        return bool(sought.search(file.read_bytes()))
    except (OSError, zipfile.BadZipFile):
        return False


def _take_lines(file: Path, sought: re.Pattern[bytes]) -> None:
    left = [line for line in file.read_bytes().splitlines(keepends=True) if not sought.search(line)]
    fresh = file.with_name(f"{file.name}.part")
    mode = file.stat().st_mode & 0o777
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as written:
        written.write(b"".join(left))
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(file)


def _backups(settings: Settings) -> list[Path]:
    if not settings.backup.folder:
        return []
    db = settings.site.database
    return sorted(Path(settings.backup.folder).glob(f"{db.stem}-[0-9]*T[0-9]*{db.suffix}"))
