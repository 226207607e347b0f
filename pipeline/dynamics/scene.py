"""The input of all conversation measures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.lexicon import TalkWords

if TYPE_CHECKING:
    from pipeline.types import Role, Seconds, SoundEvent, Span, Utterance


@dataclass(frozen=True, slots=True)
class Scene:
    """One call: ``utterances`` by time, ``stretches`` of speech with their role (also those without
    words), ``sounds`` that are not speech, and ``roles_sure``.

    ``deaf_to_overlap`` says in Chinese why simultaneous speech cannot be detected here (a mix,
    strong crosstalk). It is empty if it can. ``begins_s``, ``duration_s``: where the call, or one
    agent's part of it, begins and ends in its recording.
    """

    utterances: tuple[Utterance, ...]
    stretches: tuple[tuple[Role, Span], ...]
    duration_s: Seconds
    words: TalkWords = field(default_factory=TalkWords)
    sounds: tuple[SoundEvent, ...] = ()
    deaf_to_overlap: str = ""
    roles_sure: bool = True
    begins_s: Seconds = 0.0

    @property
    def speech(self) -> tuple[Span, ...]:
        return tuple(span for _, span in self.stretches)

    def is_back_channel(self, utterance: Utterance) -> bool:
        """Whether the utterance only shows attention: it has no words but 嗯, 好的, 对对 and the
        like."""
        words = spoken(utterance)
        one_of = "|".join(map(re.escape, sorted(self.words.back_channels, key=len, reverse=True)))
        return not words or bool(one_of and re.fullmatch(f"(?:{one_of})+", words))

    def by_role(self, role: Role) -> tuple[Utterance, ...]:
        return tuple(utterance for utterance in self.utterances if utterance.role == role)


def spoken(utterance: Utterance) -> str:
    """The text without punctuation."""
    return "".join(c for c in utterance.text if c.isalnum())
