"""Files that other systems wrote: tables, transcripts, chats, call records."""

from pipeline.imports.call_tables import (
    CALL_HEADINGS,
    COMPLAINT_HEADINGS,
    read_agents,
    read_call_table,
)
from pipeline.imports.conversation import Medium
from pipeline.imports.event_tables import (
    EVENT_HEADINGS,
    read_complaints,
    read_events,
    unread_columns,
)
from pipeline.imports.read_texts import Conversation, read_conversations
from pipeline.imports.turns import Turn, conversation_of

__all__ = [
    "CALL_HEADINGS",
    "COMPLAINT_HEADINGS",
    "EVENT_HEADINGS",
    "Conversation",
    "Medium",
    "Turn",
    "conversation_of",
    "read_agents",
    "read_call_table",
    "read_complaints",
    "read_conversations",
    "read_events",
    "unread_columns",
]
