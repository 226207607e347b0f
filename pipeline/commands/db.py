"""Commands about the database file: its key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    click.echo(
        f"{file}：已生成密钥。请另存一份到别处（密码保险箱、纸面）：丢了密钥，数据库和备份都无法读取。"
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
        click.echo(f"{settings.site.database}：已经用这个密钥加密，没有改动。")
        return
    done = _change(settings, "encrypted", old=None, new=key)
    _say(done, "已加密")
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
    _say(_change(settings, "rekeyed", old=old, new=new), "已换密钥")
    click.echo(
        "请马上把 [site] key_file（或 CALLQA_KEY_FILE、key_command）改成新密钥，旧密钥留到旧备份到期。"
    )


@db.command()
@of_site("db", as_settings=True)
def decrypt(settings: Settings) -> None:
    """Make the database plain again: from then on everybody who gets the file reads it.

    Example: callqa db decrypt
    """
    done = _change(settings, "decrypted", old=_site_key(), new=None)
    _say(done, "已改为不加密")
    click.echo("请把 [site] key_file（或 CALLQA_KEY_FILE、key_command）删掉，否则打不开。")


@db.command()
@of_site("db", as_settings=True)
def status(settings: Settings) -> None:
    """Say whether the database is encrypted and its key fits, and what of the site is plain.

    Example: callqa db status
    """
    path = settings.site.database
    plain = is_plain(path)
    if plain and not settings.site.is_encrypted:
        click.echo(f"{path}：没有加密。callqa db key 生成密钥，callqa db encrypt 加密。")
    else:
        with Store.open(path, create=False) as store:
            (version,) = store.db.execute("PRAGMA cipher_version").fetchone() or ("",)
        click.echo(f"{path}：已加密（SQLCipher {version}），密钥相符。")
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
    click.echo(f"{done.path}：{what}，{done.size} 字节，操作日志 {done.entries} 条，已逐行核对。")
    if done.faults:
        click.echo(f"注意：{len(done.faults)} 处在此之前就与日志不符，见 callqa verify。", err=True)


def _tell_plain(settings: Settings) -> None:
    found = find_plain(settings)
    for title, files in (
        ("没有加密的数据库副本", found.databases),
        ("没有加密的录音副本", found.sounds),
        ("这些文件夹里的录音和报告不加密，请放在加密的磁盘上", found.folders),
    ):
        if files:
            click.echo(f"{title} {len(files)} 个：{'，'.join(map(str, files[:5]))}", err=True)
