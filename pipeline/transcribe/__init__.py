"""From samples to words with times: speech detection, windows, Whisper, a guard.

The guard drops text that the recogniser invents.
"""

from pipeline.transcribe.recogniser import Recogniser, Recognition
from pipeline.transcribe.script import simplify
from pipeline.transcribe.speech_spans import (
    MIN_SPEECH_S,
    MONO_PAUSE_S,
    STEREO_PAUSE_S,
    find_speech,
    widen_speech,
)
from pipeline.transcribe.utterances import make_utterances
from pipeline.transcribe.whisper import Decoding, WhisperRecogniser, load_encoder, load_whisper

__all__ = [
    "MIN_SPEECH_S",
    "MONO_PAUSE_S",
    "STEREO_PAUSE_S",
    "Decoding",
    "Recogniser",
    "Recognition",
    "WhisperRecogniser",
    "find_speech",
    "load_encoder",
    "load_whisper",
    "make_utterances",
    "simplify",
    "widen_speech",
]
