"""Files that other systems wrote: tables, transcripts, chats, call records."""

from pipeline.imports.call_tables import read_agents, read_call_table
from pipeline.imports.draft import Medium
from pipeline.imports.read_texts import TEXT_SUFFIXES, Conversation, read_conversations
from pipeline.imports.speaker_names import NameMap
from pipeline.imports.turns import Turn, conversation_of

__all__ = [
    "TEXT_SUFFIXES",
    "Conversation",
    "Medium",
    "NameMap",
    "Turn",
    "conversation_of",
    "read_agents",
    "read_call_table",
    "read_conversations",
]
