"""Read recordings: find them, decode them to samples, read their metadata, report damage."""

from pipeline.ingest.channels import Layout, choose_channels
from pipeline.ingest.decode import Decoded, decode_recording
from pipeline.ingest.find import (
    AUDIO_SUFFIXES,
    FileState,
    ensure_unchanged,
    find_recordings,
    read_state,
    wait_until_settled,
)
from pipeline.ingest.metadata import MetadataTable, read_metadata
from pipeline.ingest.remote import at_hand, check_folders, list_recordings

__all__ = [
    "AUDIO_SUFFIXES",
    "Decoded",
    "FileState",
    "Layout",
    "MetadataTable",
    "at_hand",
    "check_folders",
    "choose_channels",
    "decode_recording",
    "ensure_unchanged",
    "find_recordings",
    "list_recordings",
    "read_metadata",
    "read_state",
    "wait_until_settled",
]
