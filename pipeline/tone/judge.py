"""Judge the distance of a voice from the speaker's own calm, say where it is far, and refuse to
judge without a good basis.

Nothing here names an emotion. A label says "above usual" or "flat" and carries its measures. On
angry against neutral speech of unseen speakers such measures reach an AUC of 0.85 to 0.90. With one
angry stretch in a hundred, three of four alarms are then false. So a single window never decides,
and no finding is ever confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.tone.usual import (
    MATURE_CALLS,
    Usual,
    compare_with_baseline,
    usual_voice,
    weighted_means,
)
from pipeline.types import RoleTone, Seconds, TonePart, ToneStretch, ToneWindow, VoiceBaseline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.tone.features import RawWindow
    from pipeline.tone.model import ToneModel

AROUSAL: Mapping[str, float] = {
    "pitch_st": 1.0, "pitch_range_st": 0.5, "level_db": 1.0, "tilt_db": 1.0, "cpp_db": 0.5, "rate_cps": 1.0,
}  # fmt: skip
"""Weights of the z-scores. In Mandarin, rate, tilt and phonation carry more than pitch range.
Within these bounds the weights are our choice. ``callqa tone train`` replaces them by reviewers'
judgement."""

FLATNESS: Mapping[str, float] = {"pitch_range_st": -1.0, "level_spread_db": -0.5}
SHARED = 0.2
"""Correlation of two measures, used for the standard deviation of their sum (off the diagonal it
was between -0.2 and 0.4 on 334 windows)."""

LEAST_PARTS = {"arousal": 4, "flatness": 2}

LEAST_SPEECH_S: Seconds = 15.0
LEAST_WINDOWS = 4
LEAST_SNR_DB = 12.0
"""Below these values the tone is not judged (our choice)."""

WINDOW_HIGH, STRETCH_HIGH = 1.5, 2.0
"""A stretch consists of two or more windows over the first z-score, whose mean reaches the
second."""

STRETCH_GAP_S: Seconds = 15.0
CALL_HIGH = 1.5
HIGH, FLAT, EVEN = "高于平时", "比平时平淡", "平稳"

MOST_CONFIDENCE = 0.7
"""Upper bound until the judgement was compared with reviewers (``callqa tone report``)."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice of one side. ``hindrances``: in Chinese, why it should not be judged here."""

    windows: tuple[RawWindow, ...]
    snr_db: float | None
    hindrances: tuple[str, ...] = ()
    baseline: VoiceBaseline | None = None


def judge_voice(voice: Voice, *, model: ToneModel | None = None) -> RoleTone:
    """Judge the tone of one side.

    With a hindrance nothing is judged. With a young baseline only stretches are judged, against
    this call's own median, and the call as a whole is not.
    """
    speech_s = sum(window.speech_s for window in voice.windows)
    reasons = (*voice.hindrances, *_too_little(voice, speech_s))
    if reasons:
        return RoleTone(abstained=reasons)
    usual = usual_voice(voice.windows, voice.baseline)
    windows = tuple(_judged(window, usual) for window in voice.windows)
    confidence = _confidence(voice, speech_s, usual)
    stretches = _stretches(windows, usual, confidence)
    if not usual.is_mature:
        young = f"本人的录音样本还少（{voice.baseline.calls if voice.baseline else 0} 通，至少 {MATURE_CALLS} 通），只与本次通话比较"
        return RoleTone(stretches=stretches, windows=windows, abstained=(young,))
    parts = compare_with_baseline(weighted_means(voice.windows), usual)
    arousal, flatness = _score(parts, AROUSAL, "arousal"), _score(parts, FLATNESS, "flatness")
    return RoleTone(
        label=_label(arousal, flatness),
        calm=_calm(windows, voice.windows, model),
        confidence=confidence,
        stretches=stretches,
        arousal=arousal,
        flatness=flatness,
        parts=parts,
        baseline_calls=usual.calls,
        windows=windows,
    )


def describe_measure(parts: Sequence[TonePart]) -> str:
    """The evidence in Chinese: the measures that are more than one standard deviation off.

    >>> describe_measure([TonePart("pitch_st", 14.0, 10.9, 2.6), TonePart("rate_cps", 4.1, 4.0, 0.2)])
    '音高高 3.1 个半音'
    """
    described = [
        _WORDINGS[part.name][part.value > part.usual].format(abs(part.value - part.usual))
        for part in sorted(parts, key=lambda part: -abs(part.z))
        if abs(part.z) >= 1 and part.name in _WORDINGS
    ]
    return "、".join(described)


_WORDINGS = {
    "pitch_st": ("音高低 {:.1f} 个半音", "音高高 {:.1f} 个半音"),
    "pitch_range_st": ("起伏小 {:.1f} 个半音", "起伏大 {:.1f} 个半音"),
    "level_db": ("音量小 {:.1f} 分贝", "音量大 {:.1f} 分贝"),
    "level_spread_db": ("轻重变化小 {:.1f} 分贝", "轻重变化大 {:.1f} 分贝"),
    "tilt_db": ("声音闷 {:.1f} 分贝", "声音尖亮 {:.1f} 分贝"),
    "cpp_db": ("嗓音松 {:.1f} 分贝", "嗓音紧实 {:.1f} 分贝"),
    "rate_cps": ("语速慢 {:.1f} 字/秒", "语速快 {:.1f} 字/秒"),
}


def _too_little(voice: Voice, speech_s: Seconds) -> list[str]:
    reasons = []
    if speech_s < LEAST_SPEECH_S or len(voice.windows) < LEAST_WINDOWS:
        reasons.append(f"说话太少（清楚的部分 {speech_s:.0f} 秒，至少 {LEAST_SPEECH_S:.0f} 秒）")
    if voice.snr_db is not None and voice.snr_db < LEAST_SNR_DB:
        reasons.append(f"信噪比太低（{voice.snr_db:.0f} 分贝，至少 {LEAST_SNR_DB:.0f} 分贝）")
    return reasons


def _judged(window: RawWindow, usual: Usual) -> ToneWindow:
    parts = compare_with_baseline(window.values, usual)
    return ToneWindow(
        window.start_s,
        window.end_s,
        parts,
        _score(parts, AROUSAL, "arousal"),
        _score(parts, FLATNESS, "flatness"),
    )


def _score(parts: Sequence[TonePart], weights: Mapping[str, float], name: str) -> float | None:
    """The weighted sum of the z-scores divided by its own standard deviation; ``None`` with too few
    parts."""
    used = [(weights[part.name], part.z) for part in parts if part.name in weights]
    if len(used) < LEAST_PARTS[name]:
        return None
    sum_of, squares = sum(abs(weight) for weight, _ in used), sum(weight**2 for weight, _ in used)
    spread = (squares + SHARED * (sum_of**2 - squares)) ** 0.5
    return float(sum(weight * z for weight, z in used) / spread)


def _stretches(
    windows: Sequence[ToneWindow], usual: Usual, confidence: float
) -> tuple[ToneStretch, ...]:
    runs: list[list[ToneWindow]] = []
    previous: ToneWindow | None = None
    for window in windows:
        if window.arousal is not None and window.arousal >= WINDOW_HIGH:
            if (
                runs
                and previous is runs[-1][-1]
                and window.start_s - previous.end_s <= STRETCH_GAP_S
            ):
                runs[-1].append(window)
            else:
                runs.append([window])
        previous = window
    found = []
    for run in runs:
        mean = sum(window.arousal or 0.0 for window in run) / len(run)
        if len(run) >= 2 and mean >= STRETCH_HIGH:
            against = (
                f"与本人 {usual.calls} 通录音相比"
                if usual.is_mature
                else "与本次通话的其他部分相比"
            )
            evidence = f"{describe_measure(_means_of(run))}（{against}）"
            found.append(
                ToneStretch(run[0].start_s, run[-1].end_s, HIGH, confidence, mean, evidence)
            )
    return tuple(found)


def _means_of(run: Sequence[ToneWindow]) -> list[TonePart]:
    """The mean of each part over several windows."""
    by_name: dict[str, list[TonePart]] = {}
    for window in run:
        for part in window.parts:
            by_name.setdefault(part.name, []).append(part)
    return [
        TonePart(
            name,
            sum(p.value for p in parts) / len(parts),
            parts[0].usual,
            sum(p.z for p in parts) / len(parts),
        )
        for name, parts in by_name.items()
    ]


def _calm(
    windows: Sequence[ToneWindow], raw: Sequence[RawWindow], model: ToneModel | None
) -> float | None:
    """Share of the judged time with an arousal under ``STRETCH_HIGH``.

    With a trained model it is one minus the mean probability that a reviewer would call the voice
    raised.
    """
    judged = [
        (window, one.speech_s)
        for window, one in zip(windows, raw, strict=True)
        if window.arousal is not None
    ]
    whole = sum(seconds for _, seconds in judged)
    if not whole:
        return None
    if model is not None:
        return (
            1.0
            - sum(model.probability(window.parts) * seconds for window, seconds in judged) / whole
        )
    return (
        sum(seconds for window, seconds in judged if (window.arousal or 0.0) < STRETCH_HIGH) / whole
    )


def _label(arousal: float | None, flatness: float | None) -> str | None:
    if arousal is None:
        return None
    if arousal >= CALL_HIGH:
        return HIGH
    return FLAT if flatness is not None and flatness >= CALL_HIGH else EVEN


def _confidence(voice: Voice, speech_s: Seconds, usual: Usual) -> float:
    """``MOST_CONFIDENCE`` or less. It is lower with little speech, noise, or few earlier calls."""
    amount = min(1.0, speech_s / (4 * LEAST_SPEECH_S))
    clean = 1.0 if voice.snr_db is None else min(1.0, max(0.3, (voice.snr_db - LEAST_SNR_DB) / 12))
    known = usual.calls / (usual.calls + MATURE_CALLS) if usual.is_mature else 0.4
    return float(MOST_CONFIDENCE * min(amount, clean, known))
