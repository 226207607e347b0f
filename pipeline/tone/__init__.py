"""Tone of voice (语气): the distance of a voice from the speaker's own calm, its parts, and reasons
not to judge."""

from pipeline.tone.agreement import Bin, brier, calibration, krippendorff_alpha
from pipeline.tone.features import FEATURES, measure_windows, signal_to_noise_db
from pipeline.tone.findings import find_tone, is_upset
from pipeline.tone.judge import Voice, judge_voice
from pipeline.tone.model import ToneModel, load_tone_model, save_tone_model
from pipeline.tone.train import Sample, train_tone
from pipeline.tone.usual import baseline_of

__all__ = [
    "FEATURES",
    "Bin",
    "Sample",
    "ToneModel",
    "Voice",
    "baseline_of",
    "brier",
    "calibration",
    "find_tone",
    "is_upset",
    "judge_voice",
    "krippendorff_alpha",
    "load_tone_model",
    "measure_windows",
    "save_tone_model",
    "signal_to_noise_db",
    "train_tone",
]
