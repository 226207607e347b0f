"""From a path to samples and metadata: find recordings, decode them, name the damage."""

from pipeline.ingest.call_files import (
    DecodedCall,
    call_metadata_faults,
    decode_call,
    decode_files,
    digest_of_call,
    digest_of_files,
    digest_of_sides,
    how_call_recorded,
    read_call_metadata,
    untold_beside_call,
)
from pipeline.ingest.channels import Layout, choose_channels
from pipeline.ingest.decode import Decoded, decode_recording, digest_of_recording
from pipeline.ingest.endings import AUDIO_SUFFIXES, Endings, count_left_out
from pipeline.ingest.fetch import at_hand
from pipeline.ingest.find import (
    FileState,
    ensure_unchanged,
    find_recordings,
    read_state,
    wait_until_settled,
)
from pipeline.ingest.metadata import read_metadata
from pipeline.ingest.metadata_table import HEADINGS, MetadataTable, read_table
from pipeline.ingest.recorded_as import HowRecorded
from pipeline.ingest.remote import check_folders, list_recordings
from pipeline.ingest.sides import SideNames, files_of_call

__all__ = [
    "AUDIO_SUFFIXES",
    "HEADINGS",
    "Decoded",
    "DecodedCall",
    "Endings",
    "FileState",
    "HowRecorded",
    "Layout",
    "MetadataTable",
    "SideNames",
    "at_hand",
    "call_metadata_faults",
    "check_folders",
    "choose_channels",
    "count_left_out",
    "decode_call",
    "decode_files",
    "decode_recording",
    "digest_of_call",
    "digest_of_files",
    "digest_of_recording",
    "digest_of_sides",
    "ensure_unchanged",
    "files_of_call",
    "find_recordings",
    "how_call_recorded",
    "list_recordings",
    "read_call_metadata",
    "read_metadata",
    "read_state",
    "read_table",
    "untold_beside_call",
    "wait_until_settled",
]
