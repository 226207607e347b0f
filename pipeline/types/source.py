"""The place of a recording: a file of this machine, or an address in a store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True, slots=True, order=True)
class Url:
    """The address of a recording, or of a folder of them, as fsspec writes it.

    >>> url = Url("s3://calls/2026/11/一号.wav")
    >>> url.name, url.stem, str(url.parent), url.store
    ('一号.wav', '一号', 's3://calls/2026/11', 's3://calls')
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        return self.text.rstrip("/").rpartition("/")[2]

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def parent(self) -> Url:
        return Url(self.text.rstrip("/").rpartition("/")[0])

    @property
    def store(self) -> str:
        """Scheme and host or bucket: the part that is reachable or not as a whole."""
        scheme, _, rest = self.text.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"


Source: TypeAlias = Path | Url


def readable(path: str) -> str:
    r"""A file name or path as text that every file and page can hold.

    Bytes that are not UTF-8 are read as GB18030, as Windows servers write names; if they are not
    that either, they are spelled out. Each part is read by itself: a folder may have another
    encoding than the file in it.

    >>> readable("录音/一号.wav"), readable("录音/\udcd2\udcbb\udcba\udcc5.wav"), readable("\udcff.wav")
    ('录音/一号.wav', '录音/一号.wav', '\\udcff.wav')
    """
    return "/".join(map(_readable_part, path.split("/")))


def _readable_part(part: str) -> str:
    try:
        raw = part.encode("utf-8", "surrogateescape")
        return raw.decode("utf-8" if raw == part.encode("utf-8", "ignore") else "gb18030")
    except UnicodeError:
        return part.encode("utf-8", "backslashreplace").decode("utf-8")


def source_of(text: str) -> Source:
    """The text as a URL if it is one, else as a path.

    >>> source_of("oss://calls/a.wav"), source_of("calls/a.wav").name
    (Url(text='oss://calls/a.wav'), 'a.wav')
    """
    return Url(text) if _ADDRESS.match(text) else Path(text)
