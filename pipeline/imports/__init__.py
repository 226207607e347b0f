"""Files that other systems wrote: tables, transcripts, chats, call records."""

from pipeline.imports.call_headings import OTHER_CALL_HEADINGS, other_headings
from pipeline.imports.call_sides import (
    SIDE_HEADINGS,
    UNCLEAR,
    customer_of,
    direction_heading,
)
from pipeline.imports.call_tables import (
    AGENT_HEADINGS,
    CALL_HEADINGS,
    COMPLAINT_HEADINGS,
    CallTable,
    read_agents,
    read_call_table,
)
from pipeline.imports.conversation_headings import (
    CONVERSATION_HEADINGS,
    conversation_column,
    conversation_value,
)
from pipeline.imports.draft import Medium
from pipeline.imports.event_tables import (
    read_complaints,
    read_event_table,
    read_events,
    unread_columns,
)
from pipeline.imports.exported_times import not_yet, site_time
from pipeline.imports.identities import named_in
from pipeline.imports.lines import LINE_HEADINGS, line_values
from pipeline.imports.pbx import PBX_HEADINGS, call_rows
from pipeline.imports.ratings import Scale
from pipeline.imports.read_texts import (
    TEXT_SUFFIXES,
    Conversation,
    TextFile,
    read_conversations,
    read_text_bytes,
    read_text_file,
)
from pipeline.imports.speaker_names import NameMap
from pipeline.imports.tables import (
    Table,
    TableRow,
    is_rounded,
    iso_time,
    read_rows,
    rename,
    rounded_cells,
)
from pipeline.imports.turns import Turn, conversation_of

__all__ = [
    "AGENT_HEADINGS",
    "CALL_HEADINGS",
    "COMPLAINT_HEADINGS",
    "CONVERSATION_HEADINGS",
    "LINE_HEADINGS",
    "OTHER_CALL_HEADINGS",
    "PBX_HEADINGS",
    "SIDE_HEADINGS",
    "TEXT_SUFFIXES",
    "UNCLEAR",
    "CallTable",
    "Conversation",
    "Medium",
    "NameMap",
    "Scale",
    "Table",
    "TableRow",
    "TextFile",
    "Turn",
    "call_rows",
    "conversation_column",
    "conversation_of",
    "conversation_value",
    "customer_of",
    "direction_heading",
    "is_rounded",
    "iso_time",
    "line_values",
    "named_in",
    "not_yet",
    "other_headings",
    "read_agents",
    "read_call_table",
    "read_complaints",
    "read_conversations",
    "read_event_table",
    "read_events",
    "read_rows",
    "read_text_bytes",
    "read_text_file",
    "rename",
    "rounded_cells",
    "site_time",
    "unread_columns",
]
