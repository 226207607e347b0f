"""Signatures of the ledger's head: Ed25519 with a key that lies outside the database.

A file of the key is PEM (PKCS #8). Who only checks needs the public half, which is PEM as well.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Callable

USE = "[ledger] key_file"
PUBLIC_ENDING = ".pub"


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """``sign`` is ``None`` where only the public half is known. ``public``: 64 hex digits."""

    public: str
    sign: Callable[[bytes], bytes] | None = None


_chosen: list[Path] = []
_loaded: list[LedgerKey] = []


def use_key(path: Path | None) -> None:
    """Sign what this process writes into any ledger with the key in ``path``; ``None``: with none.
    It is read when something is written."""
    _chosen[:] = [path] if path else []
    _loaded.clear()


def active_key() -> LedgerKey | None:
    """The key of ``use_key``. Raises ``SettingsError`` where it cannot be read."""
    if _chosen and not _loaded:
        _loaded.append(read_key(_chosen[0]))
    return _loaded[0] if _loaded else None


def make_key(path: Path) -> LedgerKey:
    """Write a new key to ``path`` (mode 0600), and its public half beside it with the ending
    ``.pub``. Raises ``SettingsError`` where there is a file already, or none can be written."""
    serial, ed25519 = _serialization(), _ed25519()
    key = ed25519.Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serial.Encoding.PEM, serial.PrivateFormat.PKCS8, serial.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serial.Encoding.PEM, serial.PublicFormat.SubjectPublicKeyInfo
    )
    for file, content, mode in (
        (path, secret, 0o600),
        (Path(f"{path}{PUBLIC_ENDING}"), public, 0o644),
    ):
        try:
            opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except OSError as error:
            raise SettingsError(
                f"{file}: a key cannot be written here ({error.strerror}); give a path where there "
                "is no file yet, in a folder that exists"
            ) from error
        with os.fdopen(opened, "wb") as written:
            written.write(content)
    return read_key(path)


def read_key(path: Path) -> LedgerKey:
    """The key in a file, or its public half. Raises ``SettingsError`` where there is none, or others
    may read it."""
    try:
        content = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise SettingsError(
            f"{USE} = {str(path)!r} cannot be read ({error.strerror}); make one with callqa ledger "
            "key FILE, or give the account the right to read it"
        ) from error
    serial, ed25519 = _serialization(), _ed25519()
    secret: Any = None
    try:
        if b"PRIVATE KEY" in content:
            secret = serial.load_pem_private_key(content, password=None)
            public = secret.public_key()
        else:
            public = serial.load_pem_public_key(content)
    except (ValueError, TypeError, _refused()) as error:
        raise _no_key(path) from error
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise _no_key(path)
    if secret is not None and os.name == "posix" and mode & 0o007:
        raise SettingsError(f"{USE} = {str(path)!r} can be read by everybody; chmod o= {path}")
    return LedgerKey(public.public_bytes_raw().hex(), secret and secret.sign)


def is_signed(public: str, text: bytes, signature: str) -> bool:
    """Whether a signature, in hex digits, is of this text by the key whose public half this is."""
    try:
        key = _ed25519().Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), text)
    except (ValueError, _invalid()):
        return False
    return True


def _no_key(path: Path) -> SettingsError:
    return SettingsError(
        f"{USE} = {str(path)!r} holds no Ed25519 key in PEM; make one with callqa ledger key FILE"
    )


def _serialization() -> Any:
    return load_extra("cryptography.hazmat.primitives.serialization", extra="ledger", use=USE)


def _ed25519() -> Any:
    return load_extra("cryptography.hazmat.primitives.asymmetric.ed25519", extra="ledger", use=USE)


def _refused() -> Any:
    return load_extra("cryptography.exceptions", extra="ledger", use=USE).UnsupportedAlgorithm


def _invalid() -> Any:
    return load_extra("cryptography.exceptions", extra="ledger", use=USE).InvalidSignature
