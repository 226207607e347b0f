"""Commands about the database file: its key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import listed, say, say_note, tr
from pipeline.commands.nightly_lock import nightly_lock
from pipeline.commands.options import actor, now, of_site
from pipeline.errors import SettingsError
from pipeline.jobs import change_key, find_plain
from pipeline.store import (
    KeySource,
    Store,
    database_key,
    is_plain,
    make_database_key,
    read_database_key,
)

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.store import Change, DatabaseKey, Recrypted

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def db() -> None:
    """The database's key: make one, encrypt the database, change its key, see what is plain.

    Example: callqa db status
    """


@db.command("key")
@click.argument("file", type=_FILE)
def make(file: Path) -> None:
    """Make a key for the database in FILE, 64 hex digits. Keep a second copy in another place: what
    it encrypts cannot be read without it.

    Example: callqa db key /etc/callqa/db.key
    """
    make_database_key(file)
    say(
        f"{file}: the key is made. Keep a second copy in another place (a password safe, on paper): "
        "without the key nobody can read the database or its backups."
    )


@db.command()
@of_site("db", as_settings=True)
def encrypt(settings: Settings) -> None:
    """Encrypt the database with the key of [site] key_file, CALLQA_KEY_FILE or key_command.

    Stop callqa serve, watch and live first. A new file is written, checked and put in its place.

    Example: callqa db encrypt
    """
    key = _site_key()
    if is_plain(settings.site.database) is False:
        Store.open(settings.site.database, create=False).close()
        say(f"{settings.site.database}: encrypted with this key already; nothing was changed.")
        return
    done = _change(settings, "encrypted", old=None, new=key)
    _say(done, tr("encrypted"))
    _tell_plain(settings)


@db.command()
@of_site("db", as_settings=True)
@click.option("--to", "file", type=_FILE, help="File of the new key.")
@click.option("--to-command", "command", help="Command that prints the new key.")
def rekey(settings: Settings, file: Path | None, command: str | None) -> None:
    """Encrypt the database with another key. Backups stay under the key of their time: keep it as
    long as you keep them.

    Example: callqa db rekey --to /etc/callqa/db-2027.key
    """
    old = _site_key()
    if (file is None) == (command is None):
        raise SettingsError("give --to FILE or --to-command LINE; callqa db key FILE makes a key")
    new = read_database_key(KeySource(str(file or ""), command or ""))
    if new == old:
        raise SettingsError("the new key is the old one; callqa db key FILE makes another")
    _say(_change(settings, "rekeyed", old=old, new=new), tr("has another key"))
    say(
        "Name the new key in [site] key_file (or CALLQA_KEY_FILE, key_command) at once, and keep the "
        "old one as long as you keep old backups."
    )


@db.command()
@of_site("db", as_settings=True)
def decrypt(settings: Settings) -> None:
    """Make the database plain again: from then on everybody who gets the file reads it.

    Example: callqa db decrypt
    """
    done = _change(settings, "decrypted", old=_site_key(), new=None)
    _say(done, tr("plain from now on"))
    say("Take [site] key_file (or CALLQA_KEY_FILE, key_command) away, else it cannot be opened.")


@db.command()
@of_site("db", as_settings=True)
def status(settings: Settings) -> None:
    """Say whether the database is encrypted and its key fits, and what of the site is plain.

    Example: callqa db status
    """
    path = settings.site.database
    plain = is_plain(path)
    if plain and not settings.site.is_encrypted:
        say(f"{path}: plain. callqa db key makes a key, callqa db encrypt encrypts with it.")
    else:
        with Store.open(path, create=False) as store:
            (version,) = store.db.execute("PRAGMA cipher_version").fetchone() or ("",)
        say(f"{path}: encrypted (SQLCipher {version}), and the key fits.")
    _tell_plain(settings)


def _site_key() -> DatabaseKey:
    key = database_key()
    if key is None:
        raise SettingsError(
            "there is no key; make one with callqa db key FILE, and name it in [site] key_file or "
            "CALLQA_KEY_FILE"
        )
    return key


def _change(
    settings: Settings, change: Change, *, old: DatabaseKey | None, new: DatabaseKey | None
) -> Recrypted:
    with nightly_lock(settings.site.database):
        return change_key(settings, change, old=old, new=new, actor=actor(), at=now())


def _say(done: Recrypted, what: str) -> None:
    checked = tr(f"{done.size} bytes, {done.entries} ledger entries, each row compared.")
    click.echo(f"{done.path}{tr(': ')}{what}{tr(', ')}{checked}")
    if done.faults:
        say_note(
            f"{len(done.faults)} places did not agree with the ledger before, see callqa verify."
        )


def _tell_plain(settings: Settings) -> None:
    found = find_plain(settings)
    for title, files in (
        (tr("plain copies of the database"), found.databases),
        (tr("plain copies of recordings"), found.sounds),
        (
            tr("folders whose recordings and reports are plain; keep them on an encrypted disk"),
            found.folders,
        ),
    ):
        if files:
            named = listed(map(str, files[:5]))
            click.echo(f"{title}{tr(f' ({len(files)} of them): ')}{named}", err=True)
