"""What happens now: conversations as they are written, their alarms, and their score at the end."""

from pipeline.live.accept import (
    LONGEST_TEXT,
    MOST_MESSAGES,
    FullError,
    UntimelyError,
    accept_messages,
)
from pipeline.live.calls import AHEAD_S, Calls
from pipeline.live.ear import WAIT_RULES, Heard, LiveEar
from pipeline.live.endings import Endings
from pipeline.live.folder import ChatFolder
from pipeline.live.house import CallHouse, load_live_checker
from pipeline.live.listening import hear_call, sound_folder
from pipeline.live.outcomes import compare
from pipeline.live.replaying import Player, replay_servers
from pipeline.live.scorer import CallScorer, of_calls
from pipeline.live.servers import Servers, servers_of
from pipeline.live.talks import conversations_of
from pipeline.live.tell import Teller
from pipeline.live.wall import Wall, WallTalk, show_talk
from pipeline.live.watch import LISTENER, Watch

__all__ = [
    "AHEAD_S",
    "LISTENER",
    "LONGEST_TEXT",
    "MOST_MESSAGES",
    "WAIT_RULES",
    "CallHouse",
    "CallScorer",
    "Calls",
    "ChatFolder",
    "Endings",
    "FullError",
    "Heard",
    "LiveEar",
    "Player",
    "Servers",
    "Teller",
    "UntimelyError",
    "Wall",
    "WallTalk",
    "Watch",
    "accept_messages",
    "compare",
    "conversations_of",
    "hear_call",
    "load_live_checker",
    "of_calls",
    "replay_servers",
    "servers_of",
    "show_talk",
    "sound_folder",
]
