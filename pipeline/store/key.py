"""The key of an encrypted database: from a file, or from a command that prints it.

It is 256 random bits, so SQLCipher takes it as it is: a password would cost 256,000 rounds of
PBKDF2 with each opening. It stays in the memory of the process and goes into no file, no argument
of a process, no environment, no log and no message.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.types import ensure_extra, load_extra

if TYPE_CHECKING:
    from pipeline.types import Seconds

USE = "[site] key_file"
KEY_DIGITS = 64
"""Hex digits of 256 bits."""

COMMAND_S: Seconds = 30.0
"""How long a command may take to print the key (our choice): a vault answers in a second."""

MOST_BYTES = 4096
"""A longer file or answer holds no key."""

FORBIDDEN_MODE = 0o027
"""Others may not read the file, and the group may not change it. It may read it: the credentials of
systemd look so."""


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where the key comes from: a file, or the line of a command, which runs without a shell. Both
    empty: there is none. It holds no secret, so that other processes can be told of it."""

    file: str = ""
    command: str = ""

    def __bool__(self) -> bool:
        return bool(self.file or self.command)


@dataclass(frozen=True, slots=True)
class DatabaseKey:
    """``digits``: 64 hex digits. No message and no log shows them."""

    digits: str = field(repr=False)

    @property
    def raw(self) -> str:
        """As SQLCipher takes a key that needs no rounds."""
        return f"x'{self.digits}'"

    def derive(self, purpose: str, *, salt: bytes) -> bytes:
        """32 bytes for another purpose, from which this key cannot be found: HKDF with SHA-256."""
        hashes = load_extra("cryptography.hazmat.primitives.hashes", extra="encryption", use=USE)
        kdf = load_extra("cryptography.hazmat.primitives.kdf.hkdf", extra="encryption", use=USE)
        made = kdf.HKDF(hashes.SHA256(), 32, salt=salt, info=f"callqa {purpose}".encode())
        return bytes(made.derive(bytes.fromhex(self.digits)))


_chosen = KeySource()
_loaded: DatabaseKey | None = None
_lock = threading.Lock()


def use_database_key(source: KeySource) -> None:
    """Open databases in this process with the key from ``source``. It is read when the first one is
    opened."""
    global _chosen, _loaded
    with _lock:
        if source != _chosen:
            _chosen, _loaded = source, None


def chosen_source() -> KeySource:
    """What ``use_database_key`` was given, for a process that this one starts."""
    return _chosen


def database_key() -> DatabaseKey | None:
    """The key of ``use_database_key``, ``None`` where there is none. Raises ``SettingsError``,
    and ``ExtraError`` without the packages."""
    global _loaded  # noqa: PLW0603 - see above
    with _lock:
        if _chosen and _loaded is None:
            ensure_extra("encryption", use=USE)
            _loaded = read_database_key(_chosen)
        return _loaded


def read_database_key(source: KeySource) -> DatabaseKey:
    """The key of a source. Raises ``SettingsError`` where the file cannot be read, others can read
    it, the command fails or does not end, or what it gives is no key."""
    where = f"{USE} = {source.file!r}" if source.file else "[site] key_command"
    text = _read_file(Path(source.file), where) if source.file else _run(source.command, where)
    digits = text.strip()
    if not digits:
        raise SettingsError(f"{where} gives an empty key; make one with callqa db key FILE")
    if not re.fullmatch(rb"[0-9A-Fa-f]{64}", digits):
        raise SettingsError(
            f"{where} gives no key: expected {KEY_DIGITS} hex digits and nothing else; make one with "
            "callqa db key FILE"
        )
    return DatabaseKey(digits.decode().lower())


def make_database_key(path: Path) -> None:
    """Write a new key to ``path`` (mode 0600). Raises ``SettingsError`` where there is a file
    already, or none can be written."""
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError(
            f"{path}: a key cannot be written here ({error.strerror}); give a path where there "
            "is no file yet, in a folder that exists"
        ) from error
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(f"{secrets.token_hex(KEY_DIGITS // 2)}\n")
        file.flush()
        os.fsync(file.fileno())


def _read_file(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise SettingsError(
            f"{where} cannot be read ({error.strerror}); give the account the right to read it, or "
            "make a key with callqa db key FILE. Without its key an encrypted database cannot be read"
        ) from error
    if os.name == "posix" and mode & FORBIDDEN_MODE:
        raise SettingsError(f"{where} can be read or changed by others; chmod 600 {path}")
    return content


def _run(line: str, where: str) -> bytes:
    """What a command prints. It gets a process group of its own, so that all of it ends in time."""
    by_hand = "run it by hand as the account that runs callqa"
    try:
        words = shlex.split(line)
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"{where} cannot be run ({why}); write the program with its whole path"
        ) from error
    try:
        content, _ = process.communicate(timeout=COMMAND_S)
    except BaseException as error:
        _end_group(process)
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        raise SettingsError(f"{where} gave no key within {COMMAND_S:g} s; {by_hand}") from None
    if process.returncode:
        raise SettingsError(f"{where} failed with exit code {process.returncode}; {by_hand}")
    return content[:MOST_BYTES]


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
