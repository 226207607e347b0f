"""The tone of voice. The voices are synthetic: these tests check the computation and not human
hearing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.sound.pitch import measure_acoustics
from pipeline.study.shares import wilson_interval
from pipeline.tone import (
    FEATURES,
    Voice,
    find_tone,
    judge_voice,
    load_tone_model,
    measure_windows,
    save_tone_model,
)
from pipeline.tone.agreement import calibration, krippendorff_alpha
from pipeline.tone.features import RawWindow
from pipeline.tone.model import ToneModel
from pipeline.tone.train import Sample, is_blind, train_tone
from pipeline.types import RoleTone, Samples, Span, Tone, TonePart, ToneStretch, ToneWindow, Track
from pipeline.types.baselines import VoiceBaseline
from tests.builders import a_finding, an_utterance
from tests.sounds import speech

USUAL = dict(zip(FEATURES, (10.0, 8.0, 0.0, 5.0, -12.0, 17.0, 4.5, 0.05), strict=True))
RAISED = {"pitch_st": 14.0, "level_db": 5.0, "tilt_db": -6.0, "rate_cps": 5.7}


def windows(*raised: bool, every_s: float = 5.0) -> tuple[RawWindow, ...]:
    """Windows of 4 s of speech; the raised ones are 4 semitones higher, 5 dB louder, brighter and
    faster."""
    return tuple(
        RawWindow(
            at * every_s,
            at * every_s + 4.5,
            4.0,
            tuple((USUAL | (RAISED if high else {})).values()),
        )
        for at, high in enumerate(raised)
    )


def baseline(calls: int = 20) -> VoiceBaseline:
    return VoiceBaseline(calls, USUAL, dict.fromkeys(FEATURES, 0.5))


CALM_THEN_RAISED = windows(*[False] * 6, True, True, True)


def test_an_agent_as_usual_is_even_and_calm():
    tone = judge_voice(Voice(windows(*[False] * 8), 25.0, baseline=baseline()))

    assert (tone.label, tone.calm, tone.arousal, tone.stretches, tone.baseline_calls) == (
        "平稳",
        1.0,
        0.0,
        (),
        20,
    )


def test_a_raised_stretch_is_found_where_it_is_with_its_evidence():
    tone = judge_voice(Voice(CALM_THEN_RAISED, 25.0, baseline=baseline()))

    (stretch,) = tone.stretches
    assert (stretch.start_s, stretch.end_s, stretch.label) == (30.0, 44.5, "高于平时")
    assert "音高高 4.0 个半音" in stretch.evidence
    assert "与本人 20 通录音相比" in stretch.evidence
    assert tone.calm == pytest.approx(6 / 9)


def test_one_raised_window_says_nothing():
    tone = judge_voice(Voice(windows(*[False] * 6, True, False, False), 25.0, baseline=baseline()))

    assert tone.stretches == ()


def test_arousal_is_the_sum_of_z_scores_over_its_own_spread():
    # Scales: sqrt((10 prior² + 20 * 0.25) / 30); pitch 0.806, level 1.225, tilt 1.5, rate 0.535 ->
    # z 4.97, (own median 5 - 5 = 0 for the level), 4.0, 2.24; weights 1, 1, 1, 1, and 0.5 twice for
    # two z-scores of 0: sum 11.21 over sqrt(4.5 + 0.2 * (25 - 4.5)) = 2.93.
    tone = judge_voice(Voice(windows(*[True] * 5), 25.0, baseline=baseline()))

    assert tone.arousal == pytest.approx(11.21 / 2.93, abs=0.02)
    assert tone.label == "高于平时"
    assert {part.name: round(part.z, 1) for part in tone.parts}["pitch_st"] == 5.0


def test_a_monotonous_voice_is_flat_against_its_own_usual():
    flat = tuple(
        replace(w, values=(10.0, 2.0, 0.0, 3.0, -12.0, 17.0, 4.5, 0.05))
        for w in windows(*[False] * 6)
    )

    assert judge_voice(Voice(flat, 25.0, baseline=baseline())).label == "比平时平淡"


def test_with_a_young_baseline_the_call_is_not_judged_but_its_stretches_are_heard():
    tone = judge_voice(Voice(CALM_THEN_RAISED, 25.0, baseline=baseline(calls=4)))

    assert (tone.label, tone.calm, tone.confidence) == (None, None, 0.0)
    assert tone.abstained == ("本人的录音样本还少（4 通，至少 5 通），只与本次通话比较",)
    assert [s.start_s for s in tone.stretches] == [30.0]
    assert "与本次通话的其他部分相比" in tone.stretches[0].evidence


@pytest.mark.parametrize(
    ("voice", "reason"),
    [
        (
            Voice(windows(True), 25.0, baseline=baseline()),
            "说话太少（清楚的部分 4 秒，至少 15 秒）",
        ),
        (Voice(CALM_THEN_RAISED, 8.0, baseline=baseline()), "信噪比太低（8 分贝，至少 12 分贝）"),
        (Voice((), None, ("角色不确定",)), "角色不确定"),
        (Voice((), None, ("两个声道串音太强",)), "两个声道串音太强"),
    ],
)
def test_it_says_why_it_does_not_judge(voice: Voice, reason: str):
    tone = judge_voice(voice)

    assert reason in tone.abstained
    assert (tone.label, tone.calm, tone.confidence, tone.stretches) == (None, None, 0.0, ())


def tone_of(*stretches: ToneStretch, customer: tuple[ToneStretch, ...] = ()) -> Tone:
    measured = (ToneWindow(0.0, 5.0),)
    return Tone(
        RoleTone(stretches=stretches, windows=measured),
        RoleTone(stretches=customer, windows=measured),
    )


STRETCH = ToneStretch(10.0, 20.0, "高于平时", 0.5, 2.4, "音高高 4.0 个半音（与本人 20 通录音相比）")


def test_a_stretch_goes_to_a_supervisor_only_where_words_or_talk_over_agree():
    near, far = (
        a_finding(start_s=22.0, end_s=23.0, quote="不归我管"),
        a_finding(start_s=40.0, end_s=41.0),
    )

    assert find_tone(tone_of(STRETCH), [], [], upset=[]) == ()
    assert find_tone(tone_of(STRETCH), [far], [], upset=[]) == ()
    (finding,) = find_tone(tone_of(STRETCH), [near], [], upset=[])

    assert (finding.rule, finding.verdict, finding.start_s) == ("tone.raised", "review", 10.0)
    assert "音高高 4.0 个半音" in finding.evidence
    assert "“不归我管”" in finding.evidence


def test_an_agent_who_stays_even_with_an_upset_customer_is_put_up_for_praise():
    upset = [
        an_utterance("我要投诉，太过分了", "customer", 5.0),
        an_utterance("你们怎么回事", "customer", 15.0),
    ]

    (finding,) = find_tone(tone_of(), [], upset, upset=["投诉", "怎么回事"])

    assert (finding.rule, finding.verdict) == ("tone.kept_calm", "review")
    assert "建议表扬" in finding.phrase


@pytest.mark.parametrize(
    "spoils", ["rude word", "own raised voice", "voice not measured", "one word without the voice"]
)
def test_praise_needs_a_clean_call_and_a_voice_that_was_heard(spoils: str):
    upset = [an_utterance("我要投诉", "customer", 5.0), an_utterance("怎么回事", "customer", 15.0)]
    tone = tone_of(STRETCH) if spoils == "own raised voice" else tone_of()
    tone = Tone() if spoils == "voice not measured" else tone
    said = [a_finding(start_s=60.0, end_s=61.0)] if spoils == "rude word" else []

    found = find_tone(
        tone, said, upset[: 1 if spoils.startswith("one") else 2], upset=["投诉", "怎么回事"]
    )

    assert found == ()


def real_voice() -> Samples:
    return np.repeat(speech(0), 2)


SAID = (an_utterance("话" * 20, "agent", 0.9, 6.0), an_utterance("话" * 20, "agent", 7.0, 14.0))


def measured(samples: Samples) -> np.ndarray:
    track = Track(0, samples, tuple(u.span for u in SAID))
    return np.array([w.values for w in measure_windows(SAID, measure_acoustics(track))], float)


@pytest.mark.parametrize(("gain", "offset"), [(0.1, 0.0), (1.5, 0.0), (1.0, 0.1)])
def test_gain_and_offset_leave_every_measure_as_it_was(gain: float, offset: float):
    plain = measured(real_voice())

    changed = measured(real_voice() * np.float32(gain) + np.float32(offset))

    assert plain.shape[0] >= 2
    # 0.1 semitone, 0.3 dB, 0.02 of pauses: what the edges of voicing move
    assert np.abs(changed - plain).max(axis=0) == pytest.approx(np.zeros(len(FEATURES)), abs=0.3)


def test_a_recording_at_sixteen_kilohertz_measures_as_at_eight():
    once = speech(0)
    spectrum = np.fft.rfft(once)
    sixteen = np.fft.irfft(np.pad(spectrum, (0, len(once) - len(once) // 2)), 2 * len(once)) * 2

    # np.repeat holds each sample twice: the same up to 3.4 kHz but for a roll-off of 2 dB at its
    # end
    assert np.abs(measured(sixteen.astype(np.float32)) - measured(real_voice())).max() < 1.0


def test_what_the_other_side_says_over_it_is_left_out():
    track = measure_acoustics(Track(0, real_voice(), tuple(u.span for u in SAID)))

    whole = measure_windows(SAID, track)
    alone = measure_windows(SAID, track, others=[Span(0.0, 6.5)])

    assert min(window.start_s for window in alone) >= 7.0
    assert len(alone) < len(whole)


def test_krippendorffs_published_example():
    # Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", C: four observers, twelve
    # units, missing judgements; nominal alpha 0.743.
    table = [
        "1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *",
    ]  # fmt: skip
    units = [[row.split()[at] for row in table if row.split()[at] != "*"] for at in range(12)]

    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=0.001)


def test_agreement_of_nothing_is_unknown():
    assert krippendorff_alpha([["a"], []]) is None
    assert krippendorff_alpha([["a", "a"], ["a", "a"]]) is None
    assert wilson_interval(0, 0) is None


def test_calibration_puts_like_probabilities_together():
    table = calibration([0.1, 0.15, 0.9, 1.0], [False, True, True, True], bins=2)

    assert [(b.count, b.observed) for b in table] == [(2, 0.5), (2, 1.0)]
    assert table[0].predicted == pytest.approx(0.125)


def samples(agents: int, each: int, *, effect: float, seed: int = 3) -> list[Sample]:
    """Windows of several agents; a raised one lies ``effect`` higher in pitch and rate."""
    rng = np.random.default_rng(seed)
    made = []
    for agent in range(agents):
        for at in range(each):
            raised = at % 3 == 0
            z = rng.normal(size=len(FEATURES)) + effect * raised * np.isin(
                FEATURES, ("pitch_st", "rate_cps")
            )
            parts = tuple(TonePart(n, 0.0, 0.0, float(v)) for n, v in zip(FEATURES, z, strict=True))
            made.append(
                Sample(ToneWindow(0.0, 4.0, parts, float(z.mean())), raised, f"agent-{agent}")
            )
    return made


def test_training_learns_reviewers_judgement_and_is_measured_on_held_out_agents():
    training = train_tone(samples(20, 30, effect=2.0), None)

    strongest = {FEATURES[at] for at in np.argsort(training.model.weights)[-2:]}
    assert strongest == {"pitch_st", "rate_cps"}
    assert training.is_better
    assert (training.model.blind_auc or 0) > 0.85
    assert training.model.agents + sum(is_blind(f"agent-{n}") for n in range(20)) == 20
    assert 0.02 < training.model.blind_brier < 0.2


@pytest.mark.long
def test_a_model_that_falls_on_the_blind_set_is_not_promoted():
    good = train_tone(samples(20, 30, effect=2.0), None).model

    worse = train_tone(_scrambled(samples(20, 30, effect=2.0)), good)

    assert not worse.is_better


def _scrambled(given: list[Sample]) -> list[Sample]:
    """Random labels for the agents that are trained on, true ones for the held-out agents."""
    rng = np.random.default_rng(1)
    return [
        s if is_blind(s.agent_id) else replace(s, raised=bool(rng.random() < 0.33)) for s in given
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (samples(10, 19, effect=1.0), "190 labelled windows; at least 200"),
        (samples(3, 100, effect=1.0), "agents; at least 5"),
        ([replace(s, raised=False) for s in samples(20, 30, effect=1.0)], "all of one kind"),
    ],
)
def test_too_few_labels_are_refused_with_what_is_missing(given: list[Sample], message: str):
    with pytest.raises(ModelError, match=message):
        train_tone(given, None)


@pytest.mark.long
def test_a_model_comes_back_from_its_file(tmp_path: Path):
    model = train_tone(samples(20, 30, effect=2.0), None).model

    save_tone_model(model, tmp_path / "tone.json")

    assert load_tone_model(tmp_path / "tone.json") == model


@pytest.mark.parametrize("text", ["", "[]", '{"format": "callqa-tone-model", "version": 99}'])
def test_a_model_of_another_version_is_refused_with_advice(tmp_path: Path, text: str):
    (tmp_path / "tone.json").write_text(text)

    with pytest.raises(ModelError, match="run `callqa tone train` again"):
        load_tone_model(tmp_path / "tone.json")


def test_with_a_trained_model_calm_is_one_minus_the_mean_probability():
    certain = ToneModel((0.0,) * len(FEATURES), 0.0, 1.0, -np.log(3), 200, 8, 50, 0.1, 0.9)

    tone = judge_voice(Voice(windows(*[False] * 6), 25.0, baseline=baseline()), model=certain)

    assert tone.calm == pytest.approx(0.75)  # 1 / (1 + 3) each
