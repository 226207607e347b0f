"""Files that other systems wrote: tables, transcripts, chats, call records."""
