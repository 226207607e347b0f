"""Train the head of the second ear for a Whisper model, and measure how well it finds phrases."""

from pipeline.eartrain.card import read_figures, render_card, write_figures
from pipeline.eartrain.fit import Plan
from pipeline.eartrain.measure import Measured, measure_head
from pipeline.eartrain.network import Shape
from pipeline.eartrain.speech import read_speech
from pipeline.eartrain.states import encode_quiet, encode_speech
from pipeline.eartrain.training import Training, WhisperModel, train_head

__all__ = [
    "Measured",
    "Plan",
    "Shape",
    "Training",
    "WhisperModel",
    "encode_quiet",
    "encode_speech",
    "measure_head",
    "read_figures",
    "read_speech",
    "render_card",
    "train_head",
    "write_figures",
]
