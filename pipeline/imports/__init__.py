"""Files that other systems wrote: tables, transcripts, chats, call records."""

from pipeline.imports.call_tables import read_agents, read_calls
from pipeline.imports.read_texts import Conversation, read_conversations

__all__ = ["Conversation", "read_agents", "read_calls", "read_conversations"]
