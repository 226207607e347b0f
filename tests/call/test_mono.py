"""Recordings of one channel: who called, and a machine's speech, count in the search for roles.

Speech is the example call's; words come from a fake recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

import numpy as np
import pytest

from pipeline.call.listen import DiarizedTranscript, ListeningModels, listen
from pipeline.ingest import choose_channels
from pipeline.lexicon import load_lexicon
from pipeline.sound import Acoustics
from pipeline.speakers import Cues, SpectralVoice
from pipeline.speakers.voices import FloatArray
from pipeline.types import Span
from tests.fakes import FakeRecogniser
from tests.sounds import speech

TALK = load_lexicon().talk


class Watched(SpectralVoice):
    """Remembers which stretches were compared."""

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "compared", [])

    def embed(self, acoustics: Acoustics, spans: Sequence[Span]) -> FloatArray:
        self.compared.extend(spans)  # type: ignore[attr-defined]
        return super().embed(acoustics, spans)


def heard(
    *said: str, outbound: bool = False, voices: SpectralVoice | None = None
) -> DiarizedTranscript:
    """Both voices of the example call in one channel, the agent's first; the words that nobody else
    says are 嗯."""
    mix = np.repeat(speech(0) + speech(1), 2).astype(np.float32)
    ears = ListeningModels(
        FakeRecogniser({0: (*said, *["嗯"] * (9 - len(said)))}),
        voices or SpectralVoice(),
        Cues(),
        TALK.announcements,
        "auto",
        outbound,
    )
    return listen(choose_channels([mix]), ears, lambda _: nullcontext())


@pytest.mark.parametrize(("outbound", "first"), [(False, "agent"), (True, "customer")])
def test_who_speaks_first_is_called(outbound: bool, first: str):
    utterances = heard(outbound=outbound).roles.utterances

    assert utterances[0].role == first
    assert {u.role for u in utterances} == {"agent", "customer"}


def test_the_speech_of_a_machine_has_no_role_and_is_none_of_the_two_voices():
    voices = Watched()
    call = heard("业务咨询请按1。", voices=voices)
    machine, *people = call.roles.utterances

    assert [sound.kind for sound in call.sounds if sound.kind == "announcement"] == ["announcement"]
    assert machine.role == "unknown"
    assert people[0].role == "agent"
    assert not any(span.overlap_s(machine.span) > 0 for span in voices.compared)  # type: ignore[attr-defined]
