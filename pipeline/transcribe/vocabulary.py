"""Cut Whisper's vocabulary down to the tokens of Chinese calls, which makes its decoder faster.

For every token that it writes, the decoder compares all 51,865 tokens of a hundred languages. 1,378
of them are Chinese. With parts of characters, digits, punctuation and Latin letters used in speech
(APP, VIP, 5G) about a tenth is needed. The others are dropped in memory while the model is loaded;
the file does not change.
"""

from __future__ import annotations

import json
import mmap
import re
import struct
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LATIN = 2
CAPITALS = 5
"""Latin tokens of up to two letters are needed, and capitals (abbreviations) of up to five (our
choice)."""

LATIN_WORDS = ("app", "App", "wifi", "WiFi", "Fi", "email", "ail", "mail", "SIM", "bye")
"""Longer ones that are said in Chinese calls. Any other word can be spelt from shorter tokens."""

_TIME = re.compile(r"<\|\d+\.\d\d\|>")
_VERSION = 6
"""The version of CTranslate2's file format that is read here."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens that are needed, by their numbers in the whole vocabulary.

    ``places``: the number of each needed token among the needed ones. ``spelt``: for each dropped
    token the numbers of its bytes.
    """

    needed: tuple[int, ...]
    places: Mapping[int, int]
    spelt: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, tokens: Sequence[str]) -> Vocabulary:
        """Choose from all tokens, given as in ``vocabulary.json``: bytes written as letters."""
        needed = tuple(number for number, token in enumerate(tokens) if is_needed(token))
        places = {number: place for place, number in enumerate(needed)}
        numbers = {token: number for number, token in enumerate(tokens)}
        spelt = {
            number: tuple(numbers[byte] for byte in token)
            for number, token in enumerate(tokens)
            if number not in places and not token.startswith("<|")
        }
        return cls(needed, places, spelt)

    def spell(self, tokens: Sequence[int]) -> list[int]:
        """The same text in needed tokens."""
        return [part for token in tokens for part in self.spelt.get(token, (token,))]


def is_needed(token: str) -> bool:
    """Whether a token can be in the transcript of a Chinese call, or controls Whisper.

    >>> [is_needed(token) for token in ("æĤ¨", "Ġ1", "APP", "Ġis", "Ġmanifests", "ãģ®", "<|zh|>", "<|29.98|>")]
    [True, True, True, True, False, False, True, False]
    """
    if token.startswith("<|") and token.endswith("|>"):
        return not _TIME.fullmatch(token)
    raw = bytes(_BYTES.get(c, 63) for c in token)
    try:
        text = raw.decode().strip()
    except UnicodeDecodeError:
        return True  # a part of a character: Chinese characters consist of several tokens
    if len(token) == 1 or text in LATIN_WORDS:
        return True
    if text.isascii():
        letters = sum(c.isalpha() for c in text)
        return letters <= LATIN or (text.isupper() and letters <= CAPITALS)
    return all("CJK" in unicodedata.name(c, "") or not c.isalpha() for c in text)


def _byte_letters() -> dict[str, int]:
    """GPT-2's letters for bytes: printable bytes are their own letters, the others are numbered
    from 256 on."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in plain}
    others = (byte for byte in range(256) if byte not in plain)
    return letters | {chr(256 + i): byte for i, byte in enumerate(others)}


_BYTES = _byte_letters()


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The files of a model by name, and its reduced vocabulary."""

    files: dict[str, bytes]
    vocabulary: Vocabulary


def trim_model(folder: Path) -> Trimmed | None:
    """The files of a CTranslate2 Whisper model with a reduced vocabulary, to be loaded from memory.

    ``None`` if the files have another format than this module reads: then the model is used whole.
    Raises ``ValueError`` or ``OSError`` if a file is damaged or missing.
    """
    names = folder / "vocabulary.json"
    if not names.is_file():
        return None
    tokens = json.loads(names.read_text(encoding="utf-8"))
    vocabulary = Vocabulary.of(tokens)
    with (
        (folder / "model.bin").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        try:
            if struct.unpack_from("<I", data)[0] != _VERSION:
                return None
            weights = b"".join(_trimmed(data, vocabulary.needed, len(tokens)))
        except (struct.error, IndexError) as error:
            raise ValueError(f"model.bin ends too early: {error}") from error
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for key in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
        config[key] = [
            vocabulary.places[number]
            for number in config.get(key, ())
            if number in vocabulary.places
        ]
    files = {
        "model.bin": weights,
        "config.json": json.dumps(config).encode(),
        "vocabulary.json": json.dumps([tokens[number] for number in vocabulary.needed]).encode(),
        "tokenizer.json": (folder / "tokenizer.json").read_bytes(),
    }
    return Trimmed(files, vocabulary)


def _trimmed(data: mmap.mmap, needed: Sequence[int], size: int) -> Iterator[bytes]:
    """The model file in pieces. Tables with a row for each token have only the needed rows.

    Format: version, name, revision, count of variables; for each variable its name, rank,
    dimensions, type, bytes; then aliases.
    """
    at = _after_name(data, 4) + 4
    count = struct.unpack_from("<I", data, at)[0]
    at += 4
    yield data[:at]
    for _ in range(count):
        begun, at = at, _after_name(data, at)
        rank = data[at]
        dims = struct.unpack_from(f"<{rank}I", data, at + 1)
        sizes = at + 1 + 4 * rank
        length = struct.unpack_from("<I", data, sizes + 1)[0]
        at = sizes + 5 + length
        if dims[:1] != (size,):
            yield data[begun:at]
            continue
        row = length // size
        yield data[begun : sizes - 4 * rank]
        yield struct.pack(f"<{rank}I", len(needed), *dims[1:]) + data[sizes : sizes + 1]
        yield struct.pack("<I", row * len(needed))
        yield b"".join(data[sizes + 5 + row * n : sizes + 5 + row * (n + 1)] for n in needed)
    yield data[at:]


def _after_name(data: mmap.mmap, at: int) -> int:
    length: int = struct.unpack_from("<H", data, at)[0]
    return at + 2 + length


class TrimmedWhisper:
    """CTranslate2's Whisper with a reduced vocabulary. Callers use the token numbers of the whole
    one."""

    is_multilingual = True

    def __init__(self, model: Any, vocabulary: Vocabulary) -> None:
        self._model = model
        self.vocabulary = vocabulary

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(
        self, states: Any, prompts: Sequence[Sequence[int]], **options: Any
    ) -> list[SearchResult]:
        """As CTranslate2's ``generate``. Dropped tokens in ``suppress_tokens`` are ignored."""
        places = self.vocabulary.places
        options["suppress_tokens"] = [
            places[token] for token in options["suppress_tokens"] if token in places
        ]
        results = self._model.generate(
            states, [self._short(prompt) for prompt in prompts], **options
        )
        return [
            SearchResult([self._whole(ids) for ids in result.sequences_ids], result.scores)
            for result in results
        ]

    def align(
        self,
        states: Any,
        start: Sequence[int],
        texts: Sequence[Sequence[int]],
        *rest: Any,
        **options: Any,
    ) -> Any:
        """As CTranslate2's ``align``. The texts must be spelt with needed tokens."""
        return self._model.align(
            states, self._short(start), [self._short(text) for text in texts], *rest, **options
        )

    def _short(self, tokens: Sequence[int]) -> list[int]:
        return [self.vocabulary.places[token] for token in tokens]

    def _whole(self, tokens: Sequence[int]) -> list[int]:
        return [self.vocabulary.needed[token] for token in tokens]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search in one window, best first."""

    sequences_ids: list[list[int]]
    scores: list[float]
