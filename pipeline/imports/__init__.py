"""Files that other systems wrote: tables, transcripts, chats, call records."""

from pipeline.imports.call_tables import read_agents, read_call_table
from pipeline.imports.read_texts import Conversation, read_conversations

__all__ = ["Conversation", "read_agents", "read_call_table", "read_conversations"]
