"""Files beside an encrypted database: AES-256-GCM in pieces, with a key of their own each.

A file: ``MAGIC``, 32 random bytes, then pieces of ``PIECE`` bytes with a tag of 16 each. The key
comes from the database's key, the random bytes and the file's name (HKDF). The nonce of a piece is
its number and whether it is the last one, so that no piece can be left out, moved, or taken from
another file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.store.key import USE
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.store.key import DatabaseKey

MAGIC = b"callqa1\0"
SALT_BYTES, TAG_BYTES = 32, 16
PIECE = 1 << 16


def encrypt_bytes(data: bytes, key: DatabaseKey, *, name: str) -> bytes:
    """The content of a file of this name."""
    salt = os.urandom(SALT_BYTES)
    cipher, pieces = _cipher(key, salt, name), range(0, max(1, len(data)), PIECE)
    sealed = (
        cipher.encrypt(_nonce(at, is_last=at + PIECE >= len(data)), data[at : at + PIECE], None)
        for at in pieces
    )
    return b"".join((MAGIC, salt, *sealed))


def decrypt_pieces(content: bytes, key: DatabaseKey, *, name: str) -> Iterator[bytes]:
    """What ``encrypt_bytes`` was given, in pieces. Raises ``StoreError`` for another key, another
    name, or a file that was altered or cut."""
    begin = len(MAGIC) + SALT_BYTES
    cipher = _cipher(key, content[len(MAGIC) : begin], name)
    step = PIECE + TAG_BYTES
    places = range(begin, max(len(content), begin + 1), step)
    for number, at in enumerate(places):
        nonce = _nonce(number * PIECE, is_last=at + step >= len(content))
        try:
            yield cipher.decrypt(nonce, content[at : at + step], None)
        except _invalid() as error:
            raise StoreError(f"{name}: was altered, or belongs to another key") from error


def _cipher(key: DatabaseKey, salt: bytes, name: str) -> Any:
    aead = load_extra("cryptography.hazmat.primitives.ciphers.aead", extra="encryption", use=USE)
    return aead.AESGCM(key.derive(f"file {name}", salt=salt))


def _nonce(at: int, *, is_last: bool) -> bytes:
    return (at // PIECE).to_bytes(11, "big") + bytes([is_last])


def _invalid() -> Any:
    return load_extra("cryptography.exceptions", extra="encryption", use=USE).InvalidTag
