"""Recordings without a conversation: calls that nobody answered, or in which nobody says a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.types import NoTalk, Seconds, Span, join_spans, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import SoundEvent, Track, Utterance

LEAST_UNHEARD_S: Seconds = 2.0
"""With so much speech that was not understood somebody may have spoken: the call is an ordinary one
(our choice)."""

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

    There is none where no utterance but those of announcements has words, and less than
    ``LEAST_UNHEARD_S`` of speech was not understood.
    """
    announced = [sound for sound in sounds if sound.kind == "announcement"]
    machine = {(sound.channel, sound.start_s) for sound in announced}
    people = [u for u in utterances if (u.channel, u.start_s) not in machine]
    if any(any(map(str.isalnum, utterance.text)) for utterance in people):
        return None
    worded = [Span(sound.start_s, sound.end_s) for sound in announced]
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
    if announced:
        return "announcement"
    if sounds:
        return "signals"
    return "silence" if duration_s > 0 else "empty"
