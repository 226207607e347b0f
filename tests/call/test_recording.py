"""Pace, conversation and tone of whole recordings: what must not change them, what must, and bad
recordings.

Speech is the example call's (a synthesiser's), so tone here is a test of plumbing. Words come from
a fake recogniser."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import cache

import av
import numpy as np
import pytest

from pipeline.call.listen import DiarizedTranscript, ListeningModels, listen
from pipeline.call.measure import Guidance, Measures, measure_call
from pipeline.ingest import choose_channels
from pipeline.lexicon import load_lexicon
from pipeline.settings import LimitSettings
from pipeline.speakers import Cues, SpectralVoice
from pipeline.tone import FEATURES
from pipeline.types import SAMPLE_RATE, CallFacts, CallMeta, Recording, Samples
from pipeline.types.baselines import Baselines, VoiceBaseline
from tests.fakes import FakeRecogniser
from tests.sounds import hold_music, noise, silence, speech

LEXICON = load_lexicon()
AGENT = (
    "您好，客服中心，请讲。",
    "这个不归我管，你去营业厅问。",
    "那我也没办法，你找领导去吧。",
    "随你便，愿意哪告就上哪告。",
)
CUSTOMER = ("我要退款，你们扣错钱了。", "营业厅让我打你们电话，你们到底谁管。", "我要投诉你。")
TIMES = 2
HISTORY = Baselines(
    {
        ("7", "pcm_s16le-8000"): VoiceBaseline(
            9, dict.fromkeys(FEATURES, 0.0), dict.fromkeys(FEATURES, 1.0)
        )
    }
)


def sides(times: int = TIMES) -> list[Samples]:
    """Both sides at 16 kHz, twice over: 41 s."""
    return [np.tile(np.repeat(speech(channel), 2), times).astype(np.float32) for channel in (0, 1)]


def check(channels: list[Samples], *, swapped: bool = False) -> tuple[DiarizedTranscript, Measures]:
    says = {0: AGENT * TIMES, 1: CUSTOMER * TIMES}
    says = {1 - channel: said for channel, said in says.items()} if swapped else says
    cues = Cues(LEXICON.agent_cues, LEXICON.customer_cues)
    ears = ListeningModels(
        FakeRecogniser(says), SpectralVoice(), cues, LEXICON.talk.announcements, "auto"
    )
    heard = listen(choose_channels(channels), ears, lambda _: nullcontext())
    duration_s = len(channels[0]) / SAMPLE_RATE
    facts = CallFacts(heard.roles.utterances, duration_s, CallMeta(agent_id="7"))
    recording = Recording("a.wav", "0" * 64, duration_s, 8000, len(channels), "pcm_s16le", 0)
    return heard, measure_call(
        heard, facts, recording, (), Guidance(LimitSettings(), LEXICON.talk, HISTORY)
    )


@pytest.fixture(scope="module")
def plain() -> Measures:
    return check(sides())[1]


def through_eight_kilohertz(samples: Samples) -> Samples:
    spectrum = np.fft.rfft(samples)
    spectrum[len(spectrum) // 2 :] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s * np.float32(0.1),
        lambda s: s * np.float32(1.5),
        lambda s: s + np.float32(0.1),
        through_eight_kilohertz,
    ],
    ids=["a tenth of the gain", "half as much again", "a constant offset", "resampled"],
)
def test_pace_and_tone_do_not_depend_on_the_recorder(
    plain: Measures, change: Callable[[Samples], Samples]
):
    _, changed = check([change(samples) for samples in sides()])

    assert changed.pace.agent.chars_per_min == pytest.approx(
        plain.pace.agent.chars_per_min, rel=0.03
    )
    assert changed.dynamics.interruptions_by_agent == plain.dynamics.interruptions_by_agent
    assert len(changed.tone.agent.windows) == len(plain.tone.agent.windows)
    assert changed.tone.agent.arousal == pytest.approx(plain.tone.agent.arousal, abs=0.5)


def test_swapped_channels_give_the_same_figures(plain: Measures):
    left, right = sides()

    _, swapped = check([right, left], swapped=True)

    assert swapped.pace == plain.pace
    assert swapped.dynamics == plain.dynamics
    assert swapped.tone.agent.arousal == plain.tone.agent.arousal


def stretched(samples: Samples, tempo: float) -> Samples:
    """The same voice faster by ``tempo``: ffmpeg's atempo."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE, format="flt", layout="mono", time_base="1/16000"
    )
    faster = graph.add("atempo", str(tempo))
    sink = graph.add("abuffersink")
    source.link_to(faster)
    faster.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
    frame.sample_rate, frame.pts = SAMPLE_RATE, 0
    source.push(frame)
    source.push(None)
    pieces = []
    while True:
        try:
            pieces.append(sink.pull().to_ndarray().ravel())  # type: ignore[attr-defined]
        except (av.EOFError, av.BlockingIOError):
            return np.concatenate(pieces).astype(np.float32)


def test_speech_a_quarter_faster_has_a_pace_a_quarter_higher(plain: Measures):
    both = [stretched(samples, 1.25) for samples in sides()]

    _, faster = check([samples[: min(map(len, both))] for samples in both])

    assert faster.pace.agent.chars_per_min / plain.pace.agent.chars_per_min == pytest.approx(
        1.25, abs=0.03
    )


def test_a_leak_is_silenced_before_anything_is_heard(plain: Measures):
    left, right = sides()
    gain = np.float32(0.1)

    heard, leaked = check([left + gain * right, right + gain * left])

    assert heard.notes == ("两个声道有串音（-20 分贝），已消除",)
    assert leaked.pace.agent.chars_per_min == pytest.approx(
        plain.pace.agent.chars_per_min, rel=0.05
    )
    assert leaked.dynamics.interruptions_by_agent == plain.dynamics.interruptions_by_agent


def test_a_strong_leak_is_named_and_neither_talk_over_nor_tone_is_judged():
    left, right = sides()
    gain = np.float32(0.4)

    heard, measures = check([left + gain * right, right + gain * left])

    assert "不评抢话和语气" in heard.notes[0]
    assert measures.dynamics.talk_over_s is None
    assert "两个声道串音太强" in measures.tone.agent.abstained


def test_the_same_mix_on_both_channels_is_a_mix():
    mix = sum(sides())

    heard, measures = check([mix, mix * np.float32(0.7)])

    assert len(heard.tracks) == 1
    assert measures.dynamics.talk_over_s is None


def test_hold_music_is_nobodys_speech():
    left, right = sides()
    music = np.concatenate([silence(1.0), hold_music(20.0), silence(1.0)])
    quiet = noise(22.0, level=0.001)

    heard, measures = check([np.concatenate([left, quiet]), np.concatenate([right, music])])

    assert [sound.kind for sound in heard.sounds] == ["music"]
    assert measures.dynamics.hold_s == pytest.approx(20, abs=1.5)


def whispered(samples: Samples) -> Samples:
    """The envelope of the speech on noise: no voice in it."""
    envelope = np.convolve(np.abs(samples), np.ones(400) / 400, "same")
    return (envelope * np.random.default_rng(1).standard_normal(len(samples))).astype(np.float32)


def three_speakers() -> Samples:
    third = sides()[0][::2] * np.float32(0.8)
    return np.concatenate([sum(sides()), third])


BAD: dict[str, Callable[[], list[Samples]]] = {
    "one speaker only": lambda: [sides(1)[0], noise(21.0, level=0.001)[: len(sides(1)[0])]],
    "three speakers": lambda: [three_speakers()],
    "nothing but hold music": lambda: [hold_music(20.0)],
    "a whisper": lambda: [whispered(samples) for samples in sides(1)],
    "clipping": lambda: [np.clip(samples * 30, -1, 1) for samples in sides(1)],
    "as much noise as speech": lambda: [
        s + noise(len(s) / SAMPLE_RATE, level=float(s.std()))[: len(s)] for s in sides(1)
    ],
    "one second of speech": lambda: [sides(1)[0][SAMPLE_RATE : 2 * SAMPLE_RATE]],
    "a tenth of a second": lambda: [sides(1)[0][:1600]],
}


@cache
def measured(name: str) -> Measures:
    return check(BAD[name]())[1]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_recording_is_measured_as_far_as_it_goes_and_never_blamed(name: str):
    measures = measured(name)

    assert all(
        finding.kind in ("silence", "interruption") or finding.verdict == "review"
        for finding in measures.findings
    )
    assert all(f.rule not in ("tone.raised", "tone.kept_calm") for f in measures.findings)
    for tone in (measures.tone.agent, measures.tone.customer):
        assert tone.label is None or not tone.abstained
    missing = {unmeasured.figure for unmeasured in measures.dynamics.unmeasured}
    known = {n for n in missing if getattr(measures.dynamics, n) is not None}
    assert known == set(), "what is said to be unknown has no value"


def test_a_whole_call_of_music_has_no_agent():
    measures = measured("nothing but hold music")

    assert measures.pace.agent.chars_per_min is None
    assert measures.tone.agent.abstained
    assert measures.dynamics.talk_ratio_agent is None


def test_noise_as_loud_as_the_speech_keeps_the_tone_from_being_judged():
    measures = measured("as much noise as speech")

    assert measures.tone.agent.label is None
    assert any(
        "信噪比" in reason or "说话太少" in reason or "角色" in reason
        for reason in measures.tone.agent.abstained
    )
