"""A folder in which another system writes chats as they go on."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.imports import TEXT_SUFFIXES, read_text_bytes
from pipeline.live.talks import begun_at
from pipeline.types import LiveMessage

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from pipeline.imports import Conversation, NameMap

log = logging.getLogger(__name__)

LARGEST = 8_000_000
"""Bytes of a file (our choice): 2,000 messages of 4,000 bytes."""

MOST_READ = 100
"""Files read in one look; the next look has the others (our choice)."""

ENDED = re.compile(
    r"(会话|对话|聊天|本次服务)(已|已经|到此)?(结束|关闭|终止)|\"(end|ended|closed)\"\s*:\s*true",
    re.I,
)
"""The last line of a file by which its conversations have ended."""


@dataclass(frozen=True, slots=True)
class GrownChat:
    """A conversation of a file that has changed. ``name``: the file below the folder, with the
    conversation's id where it holds several; ``ended``: the file says so; ``changed_at``: the file's
    time, in seconds since 1970."""

    name: str
    conversation: Conversation
    messages: tuple[LiveMessage, ...]
    ended: bool
    changed_at: float


@dataclass(slots=True)
class ChatFolder:
    """Looks for what has changed. ``faults``: files that could not be read at their last look, with
    the reason: they may be half written."""

    path: Path
    names: NameMap
    faults: dict[str, str] = field(default_factory=dict)
    _stamps: dict[str, tuple[int, int]] = field(default_factory=dict)

    def look(self, *, now: float) -> list[GrownChat]:
        """The conversations of files that are new or have changed since the last look, in order of
        names, of ``MOST_READ`` files at most. Raises ``UnreadableError`` where the folder cannot be read."""
        found: list[GrownChat] = []
        try:
            files = sorted(one for one in self.path.rglob("*") if _is_text(one, self.path))
        except OSError as error:
            raise UnreadableError(
                f"{self.path}: cannot be read ({error.strerror}); check path and permissions"
            ) from error
        count = 0
        for file in files:
            if count >= MOST_READ:
                break
            name = file.relative_to(self.path).as_posix()
            try:
                stat = file.stat()
            except OSError:
                continue  # gone between two calls
            stamp = (stat.st_mtime_ns, stat.st_size)
            if self._stamps.get(name) != stamp:
                self._stamps[name] = stamp
                count += 1
                found += self._read(file, name, stat, now=now)
        return found

    def _read(self, file: Path, name: str, stat: os.stat_result, *, now: float) -> list[GrownChat]:
        self.faults.pop(name, None)
        try:
            size = stat.st_size
            if size > LARGEST:
                raise UnreadableError(
                    f"{file}: {size} bytes; expected at most {LARGEST}; write a file for each conversation"
                )
            data = file.read_bytes()
            read = read_text_bytes(file, data, self.names)
            said = [_messages(one, now=now) for one in read.conversations]
        except (UnreadableError, OSError) as error:
            self.faults[name] = str(error)
            return []
        except Exception as error:  # no file may stop the others
            log.debug("unforeseen failure of %s", file, exc_info=True)
            self.faults[name] = f"{file}: unforeseen {type(error).__name__}: {error}"
            return []
        last = data.rstrip().rsplit(b"\n", 1)[-1].decode(errors="replace")
        ended = ENDED.search(last[-400:]) is not None
        return [
            GrownChat(
                name + one.path.removeprefix(str(file)),
                one,
                messages,
                ended,
                min(now, stat.st_mtime),
            )
            for one, messages in zip(read.conversations, said, strict=True)
        ]


def _is_text(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return file.suffix.lower() in TEXT_SUFFIXES and not hidden and file.is_file()


def _messages(one: Conversation, *, now: float) -> tuple[LiveMessage, ...]:
    begun = begun_at(one, otherwise=now - one.duration_s)
    return tuple(
        LiveMessage(str(number), begun + said.start_s, said.role, said.text)
        for number, said in enumerate(one.utterances)
    )
