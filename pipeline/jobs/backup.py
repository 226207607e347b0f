"""Backups of the site's database, and a database put back from one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.store import (
    Backup,
    KeySource,
    Store,
    check_copy,
    copy_for,
    database_key,
    hold_alone,
    is_plain,
    read_database_key,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.store import DatabaseKey, TreeHead

BACKED_UP, RESTORED = "backed up", "restored"
NO_KEY = KeySource()
SIDES = ("-wal", "-shm", "-journal")
"""Files that SQLite has beside a database."""


def back_up(store: Store, target: Path, *, actor: str, at: str) -> Backup:
    """Copy the database whole to ``target``, or into the folder of this name, and note it in the
    ledger. Raises ``StoreError``."""
    if target.is_dir():
        stamp = datetime.fromisoformat(at).astimezone().strftime("%Y%m%dT%H%M%S")
        target = target / f"{store.path.stem}-{stamp}{store.path.suffix}"
    made = store.back_up(target)
    detail = {
        "path": str(made.path),
        "bytes": made.size,
        "entries": made.entries,
        "head": made.head,
    }
    store.ledger.record(BACKED_UP, "backup", detail, actor=actor, at=at)
    return made


def back_up_nightly(store: Store, folder: str, keep: int, *, at: str) -> Backup:
    """Copy the database into a folder and delete the oldest copies beyond ``keep``. Raises
    ``StoreError``, ``OSError``."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    made = back_up(store, into, actor="callqa", at=at)
    kept = sorted(into.glob(f"{store.path.stem}-[0-9]*T[0-9]*{store.path.suffix}"))
    for old in kept[:-keep]:
        old.unlink()
    return made


def restore(
    source: Path,
    db: Path,
    *,
    anchors: Sequence[TreeHead],
    replace: bool,
    actor: str,
    at: str,
    source_key: KeySource = NO_KEY,
) -> Path | None:
    """Put a backup in the place of the database and return where the one of before lies now.

    The database gets this process's key, whatever the backup was written with: none, the same, or
    ``source_key``.

    The ledger gets an entry with the heads that the backup does not know: what was written after it
    is lost. Raises ``StoreError`` where the backup is not whole, or there is a database and others
    have it open, or it is not to be replaced; then nothing changes."""
    old = _key_of(source, source_key)
    found = check_copy(source, old)
    if db.exists() and not replace:
        raise StoreError(f"{db}: there is a database; --replace puts the backup in its place")
    fresh = db.with_name(f"{db.name}.restoring")
    fresh.unlink(missing_ok=True)
    copy_for(source, fresh, old=old, new=database_key())
    lost: list[Any] = [[head.size, head.root] for head in anchors if head.size > found.size]
    with Store.open(fresh, create=False) as store:
        detail = {"head": found.head, "entries": found.size, "lost": lost}
        store.ledger.record(RESTORED, "backup", detail, actor=actor, at=at)
        store.fold_log()
    if not db.exists():
        fresh.replace(db)
        return None
    stamp = datetime.fromisoformat(at).astimezone().strftime("%Y%m%dT%H%M%S")
    aside = db.with_name(f"{db.name}.before-{stamp}")
    try:
        with hold_alone(db, database_key()):
            for side in ("", *SIDES):
                own = Path(f"{db}{side}")
                if own.exists():
                    own.replace(f"{aside}{side}")
            fresh.replace(db)
    finally:
        fresh.unlink(missing_ok=True)
    return aside


def _key_of(source: Path, other: KeySource) -> DatabaseKey | None:
    """What a backup opens with. Raises ``SettingsError``, ``StoreError``."""
    try:
        if is_plain(source):
            return None
    except OSError as error:
        raise StoreError(f"{source}: cannot be read ({error.strerror})") from error
    return read_database_key(other) if other else database_key()
