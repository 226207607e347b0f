"""A call from its files: one, or one for each side, brought to one length and one clock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.ingest.align import Alignment, align
from pipeline.ingest.decode import Decoded, decode_recording, digest_of_recording
from pipeline.ingest.metadata import (
    how_recorded,
    is_unlisted,
    metadata_faults,
    read_metadata,
    unread_columns_beside,
)
from pipeline.ingest.recorded_as import HowRecorded
from pipeline.ingest.sides import base_of, files_of_call
from pipeline.ingest.sound_on_disk import pad
from pipeline.settings import IngestSettings
from pipeline.types import SAMPLE_RATE, CallMeta, readable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DEFAULTS = IngestSettings()


@dataclass(frozen=True, slots=True, eq=False)
class DecodedCall:
    """A decoded call. ``agent_first``: the first channel is the agent's for sure, by the names of
    its files. ``notes`` in Chinese; ``unaligned``: why the sides' clocks are not sure, in Chinese,
    empty if they are."""

    decoded: Decoded
    agent_first: bool = False
    notes: tuple[str, ...] = ()
    unaligned: str = ""


def decode_call(path: Path, settings: IngestSettings = DEFAULTS) -> DecodedCall:
    """Decode a call: the file, or both files of its sides. Raises as ``decode_recording``."""
    found = files_of_call(path, settings.sides)
    if len(found.files) == 1:
        return DecodedCall(decode_recording(path, settings))
    decoded, alignment = _join(found.files, settings)
    return DecodedCall(decoded, found.agent_sure, alignment.notes, alignment.doubt)


def decode_files(files: Sequence[Path], settings: IngestSettings = DEFAULTS) -> Decoded:
    """The sound of a call whose files are known, as ``decode_call`` gives it. Raises as that."""
    if len(files) == 1:
        return decode_recording(files[0], settings)
    return _join(files, settings)[0]


def digest_of_call(path: Path, settings: IngestSettings = DEFAULTS) -> str:
    """SHA-256 of a call's content. Raises ``UnreachableError``."""
    return digest_of_files(files_of_call(path, settings.sides).files)


def digest_of_files(files: Sequence[Path]) -> str:
    """SHA-256 of a file, or of the digests of several, as 64 hex digits. Raises
    ``UnreachableError``."""
    digests = [digest_of_recording(file) for file in files]
    return digests[0] if len(digests) == 1 else digest_of_sides(digests)


def read_call_metadata(path: Path, settings: IngestSettings) -> CallMeta:
    """The metadata of a call, by the name of any of its files or by what they have in common.

    Raises ``SettingsError``.
    """
    names = _names_of_call(path, settings)
    if len(names) == 1:
        return read_metadata(path, settings)
    base = readable(names[0].stem)
    stems = {readable(name.stem) for name in names}
    known = [read_metadata(name, settings) for name in names]
    values = {
        key: next(
            (
                value
                for meta in known
                if (value := getattr(meta, key)) is not None
                and (key != "call_id" or value not in stems)
            ),
            None,
        )
        for key in (field.name for field in fields(CallMeta))
    }
    return CallMeta(**values | {"call_id": values["call_id"] or base})


def call_metadata_faults(path: Path, settings: IngestSettings) -> tuple[str, ...]:
    """The reasons for cells of a call's metadata that are left unknown, each with file and line.
    Raises as ``read_call_metadata``."""
    found = (metadata_faults(name, settings) for name in _names_of_call(path, settings))
    return tuple(dict.fromkeys(fault for faults in found for fault in faults))


def untold_beside_call(path: Path, settings: IngestSettings) -> str:
    """In Chinese: the columns of the table beside a call that are not read, and whether the call is
    not in it; empty where all is read, or no table is there. Raises as ``read_call_metadata``."""
    unread = unread_columns_beside(path, settings)
    if not all(is_unlisted(name, settings) for name in _names_of_call(path, settings)):
        return unread
    table = path.parent / settings.metadata_file
    missing = (
        f"{table}：同一文件夹里有录音不在这个表里，它们的工号和时间不从表里来；请核对文件名一列"
    )
    return "；".join(filter(None, (unread, missing)))


def how_call_recorded(path: Path, settings: IngestSettings) -> HowRecorded:
    """What the table beside a call says of its recording. Raises as ``read_call_metadata``."""
    found = [how_recorded(name, settings) for name in _names_of_call(path, settings)]
    return HowRecorded(
        frozenset(end for one in found for end in one.not_heard),
        next((one.agent_channel for one in found if one.agent_channel), None),
        next((one.handed_over_s for one in found if one.handed_over_s is not None), None),
    )


def _names_of_call(path: Path, settings: IngestSettings) -> list[Path]:
    """The names by which metadata may list a call: of two files, also what they have in common,
    first."""
    found = files_of_call(path, settings.sides)
    if len(found.files) == 1:
        return [path]
    return [path.with_name(base_of(path, settings.sides) + path.suffix), *found.files]


def _join(files: Sequence[Path], settings: IngestSettings) -> tuple[Decoded, Alignment]:
    """Two files as the channels of one recording, the first file's first."""
    parts = [_with_sound(file, settings) for file in files]
    whole = [part for part in parts if part is not None]
    if not whole:
        raise UnreadableError(f"{files[0]}: neither side of the call can be decoded; copy it again")
    sides = [part.channels for part in whole]
    alignment = align(sides[0][0], sides[1][0]) if len(sides) == 2 else Alignment(0, 0)
    leads = (alignment.first_lead, alignment.second_lead)
    moved = [(channel, lead) for own, lead in zip(sides, leads, strict=False) for channel in own]
    length = max(len(channel) + lead for channel, lead in moved)
    channels = tuple(pad(channel, lead, length) for channel, lead in moved)
    lost = len(parts) - len(whole)
    recording = replace(
        whole[0].recording,
        path=str(files[0]),
        sha256=digest_of_sides([digest_of_recording(file) for file in files]),
        duration_s=length / SAMPLE_RATE,
        channels=len(channels),
        decode_errors=sum(part.recording.decode_errors for part in whole) + lost,
        sides=tuple(str(file) for file in files[1:]),
    )
    return Decoded(recording, channels), alignment


def _with_sound(file: Path, settings: IngestSettings) -> Decoded | None:
    """``None`` for a side that cannot be decoded: the other one is heard. A file that cannot be
    reached ends the call, since it may be there later."""
    digest_of_recording(file)
    try:
        return decode_recording(file, settings)
    except UnreadableError:
        return None


def digest_of_sides(digests: Sequence[str]) -> str:
    """The digest of a call of several files, from theirs."""
    return hashlib.sha256("\n".join(digests).encode("ascii")).hexdigest()
