"""Where another voice goes on for the agent, and nobody says a word of it, a person decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.call.hand_over import tell_agents_apart
from pipeline.call.listen import DiarizedTranscript
from pipeline.lexicon import load_lexicon
from pipeline.sound import Acoustics, Crosstalk, measure_acoustics, measure_spectrum
from pipeline.speakers import Roles, SpectralVoice
from pipeline.types import CallMeta, SoundEvent, Span, Track, Utterance
from tests.builders import an_utterance
from tests.sounds import a_voice

MAN, WOMAN = (110.0, 700.0), (230.0, 1400.0)
SECONDS = 2.5
WORDS = load_lexicon().talk


def heard(
    *voices: tuple[float, float], said: str = "请您说一下单号", machine: int = 0
) -> DiarizedTranscript:
    """The agent's channel has a stretch of each voice, of which the first ``machine`` are a recorded
    announcement; the customer's is silent."""
    pieces = [a_voice(*one, SECONDS, seed) for seed, one in enumerate(voices)]
    samples = np.concatenate([np.append(one, np.zeros(8000, np.float32)) for one in pieces])
    samples = samples + np.random.default_rng(9).normal(0, 1e-4, len(samples)).astype(np.float32)
    starts = [at * (SECONDS + 0.5) for at in range(len(voices))]
    spans = tuple(Span(one, one + SECONDS) for one in starts)
    tracks = tuple(
        measured(Track(at, one, speech))
        for at, (one, speech) in enumerate([(samples, spans), (samples * 0, ())])
    )
    utterances = tuple(lasting(an_utterance(said, "agent", one)) for one in starts)
    sounds = tuple(SoundEvent(s.start_s, s.end_s, 0, "announcement", 0.9) for s in spans[:machine])
    return DiarizedTranscript(tracks, Roles(utterances, 1.0), sounds, Crosstalk(), ())


def measured(track: Track) -> Acoustics:
    return measure_acoustics(track, measure_spectrum(track.samples))


def lasting(one: Utterance) -> Utterance:
    return replace(one, end_s=one.start_s + SECONDS)


def told(found: DiarizedTranscript) -> Roles:
    apart, hand_over = tell_agents_apart(found, CallMeta("k", "8012"), WORDS, SpectralVoice())
    assert hand_over is None
    return apart.roles


def test_two_voices_of_the_agents_side_are_for_review():
    roles = told(heard(*[MAN] * 4, *[WOMAN] * 4))
    assert not roles.is_sure
    assert roles.note == "客服一侧约 00:12 起像换了一个人的声音，角色不能确定，由人工复核，不扣分"


@pytest.mark.parametrize("voices", [[MAN] * 8, [WOMAN] * 8])
def test_one_voice_is_left_as_it_is(voices: list[tuple[float, float]]):
    assert told(heard(*voices)) == heard(*voices).roles


def test_a_recorded_announcement_is_no_second_voice():
    assert told(heard(*[WOMAN] * 4, *[MAN] * 6, machine=4)).is_sure


@pytest.mark.parametrize(
    ("words", "to", "other"),
    [
        ("您好，工号八零一三为您服务，请问有什么可以帮您？", None, "8013"),
        ("您好，财务部，请问有什么可以帮您？", "8013", "8013"),
        ("您好，财务部，请问有什么可以帮您？", "02161234567", None),
        ("您好，财务部，请问有什么可以帮您？", None, None),
    ],
)
def test_the_note_of_a_hand_over_leads_to_the_other_agent(
    words: str, to: str | None, other: str | None
):
    before = ("您好，请讲。", "我要退款。", "退款由财务负责，我帮您转接财务。", "好的。")
    said = tuple(
        an_utterance(text, "customer" if at in (1, 3) else "agent", at * 5.0)
        for at, text in enumerate((*before, words))
    )
    talk = DiarizedTranscript((), Roles(said, 1.0), (), Crosstalk(), ())
    call = CallMeta("k", "8012", transferred_to=to)
    apart, found = tell_agents_apart(talk, call, WORDS, SpectralVoice())
    assert found is not None
    assert (found.agent, found.other) == ("first", other)
    assert (f"另一位客服（工号 {other}）" in apart.notes[-1]) == (other is not None)
