"""Recorded announcements: nobody says them. Wordings that only machines use reveal them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.types import SoundEvent, Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.9


def find_announcements(
    utterances: Sequence[Utterance], wordings: Sequence[str]
) -> tuple[SoundEvent, ...]:
    """A sound event for each utterance that contains one of the wordings (without punctuation).

    >>> said = Utterance("unknown", 0, 0.0, 3.0, "人工服务，请按0。", 0.9, ())
    >>> [sound.kind for sound in find_announcements([said], ["请按0"])]
    ['announcement']
    """
    return tuple(
        SoundEvent(said.start_s, said.end_s, said.channel, "announcement", CONFIDENCE)
        for said in utterances
        if any(wording in "".join(c for c in said.text if c.isalnum()) for wording in wordings)
    )
