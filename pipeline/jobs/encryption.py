"""The database encrypted, under another key, or plain again; and which copies are plain still."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.store import is_plain, rewrite

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.store import Change, DatabaseKey, Recrypted


@dataclass(frozen=True, slots=True)
class PlainCopies:
    """Files that hold customers' words or sound and that no key protects. ``databases``: backups and
    databases that were put aside; ``sounds``: copies of recordings for the pages; ``folders``:
    recordings and reports, which callqa leaves plain."""

    databases: tuple[Path, ...]
    sounds: tuple[Path, ...]
    folders: tuple[Path, ...]


def change_key(
    settings: Settings,
    change: Change,
    *,
    old: DatabaseKey | None,
    new: DatabaseKey | None,
    actor: str,
    at: str,
) -> Recrypted:
    """Write the site's database anew for the key ``new``; copies of sound go, since the pages make
    them again. Raises ``StoreError``."""
    done = rewrite(settings.site.database, change, old=old, new=new, actor=actor, at=at)
    for file in sound_copies(settings):
        file.unlink(missing_ok=True)
    return done


def find_plain(settings: Settings) -> PlainCopies:
    """The files of a site that are plain, the oldest names first."""
    db = settings.site.database
    folder = db.absolute().parent
    asides = sorted([*folder.glob(f"{db.name}.before-*"), *folder.glob(f"{db.name}.re*ing")])
    backups = sorted(Path(settings.backup.folder).glob(f"{db.stem}-[0-9]*T[0-9]*{db.suffix}")) if settings.backup.folder else []  # fmt: skip
    reports = [settings.nightly.out, settings.nightly.reports.folder]
    named = [*settings.nightly.folders, *reports]
    folders = [Path(name) for name in dict.fromkeys(named) if name and Path(name).is_dir()]
    sounds = [file for file in sound_copies(settings) if file.suffix in (".ogg", ".json")]
    return PlainCopies(
        tuple(file for file in (*asides, *backups) if is_plain(file)),
        tuple(sounds),
        tuple(folders),
    )


def sound_copies(settings: Settings) -> list[Path]:
    """The copies of sound that the pages have made. A folder may hold other things too."""
    folder = Path(settings.review.audio_cache or f"{settings.site.database}.audio")
    found = folder.glob("*") if folder.is_dir() else ()
    return sorted(file for file in found if re.match("[0-9a-f]{64}-", file.name))
