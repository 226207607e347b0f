"""Recordings without a conversation: calls that nobody answered, or in which nobody says a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.types import NoTalk, Seconds, join_spans, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import SoundEvent, Track, Utterance

LEAST_UNHEARD_S: Seconds = 2.0
"""With so much speech that was not understood somebody may have spoken: the call is an ordinary one
(our choice)."""

NETWORK_WORDS = re.compile(
    "稍后再[拨试打]|正在通话|无法接通|已关机|已停机|是空号|不在服务区|无人接听|无人应答|不便接听|拨[打叫]的|呼叫的(?:用户|号码)"
    "|(?i:subscriber|dial|redial|powered?off|busy|sorry|voicemail)"
)
"""What the network says of a call that it cannot connect, in each of its sentences."""

NO_TALK_NOTES: dict[NoTalk, str] = {
    "empty": "未接通/无对话：录音没有内容",
    "silence": "未接通/无对话：没有人说话",
    "signals": "未接通/无对话：只有回铃、忙音或音乐",
    "announcement": "未接通/无对话：只有语音提示",
}


def find_no_talk(
    tracks: Sequence[Track],
    utterances: Sequence[Utterance],
    sounds: Sequence[SoundEvent],
    *,
    duration_s: Seconds,
) -> NoTalk | None:
    """Why there is no conversation, ``None`` if there is one.

    There is none where nothing is said but announcements and sentences of the network, and less than
    ``LEAST_UNHEARD_S`` of speech was not understood.
    """
    announced = [sound for sound in sounds if sound.kind == "announcement"]
    machine = {(sound.channel, sound.start_s) for sound in announced}
    words = [(u, "".join(c for c in u.text if c.isalnum())) for u in utterances]
    is_machine = [
        (u.channel, u.start_s) in machine or NETWORK_WORDS.search(text) for u, text in words if text
    ]
    if not all(is_machine):
        return None
    worded = [u.span for u in utterances]
    unheard = join_spans(
        [
            part
            for track in tracks
            for span in track.speech
            for part in subtract_spans(span, worded)
        ],
        0.0,
    )
    if sum(span.duration_s for span in unheard) >= LEAST_UNHEARD_S:
        return None
    if is_machine:
        return "announcement"
    if sounds:
        return "signals"
    return "silence" if duration_s > 0 else "empty"
