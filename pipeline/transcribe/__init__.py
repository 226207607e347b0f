"""From samples to words with times: speech detection, windows, Whisper, servers, a guard.

The guard drops text that the recogniser invents.
"""

from pipeline.transcribe.by_server import Identity, ServerRecogniser
from pipeline.transcribe.choose import identify, load_encoder, load_recogniser, load_whisper
from pipeline.transcribe.decoder import Decoding
from pipeline.transcribe.live_speech import SpeechStream
from pipeline.transcribe.recogniser import Recogniser, Recognition, TextRecogniser, Witness
from pipeline.transcribe.script import simplify
from pipeline.transcribe.speech_server import Request, SpeechServer
from pipeline.transcribe.speech_spans import (
    MIN_SPEECH_S,
    MONO_PAUSE_S,
    STEREO_PAUSE_S,
    find_speech,
    widen_speech,
)
from pipeline.transcribe.utterances import make_utterances
from pipeline.transcribe.whisper import ALONE_S, WhisperRecogniser

__all__ = [
    "ALONE_S",
    "MIN_SPEECH_S",
    "MONO_PAUSE_S",
    "STEREO_PAUSE_S",
    "Decoding",
    "Identity",
    "Recogniser",
    "Recognition",
    "Request",
    "ServerRecogniser",
    "SpeechServer",
    "SpeechStream",
    "TextRecogniser",
    "WhisperRecogniser",
    "Witness",
    "find_speech",
    "identify",
    "load_encoder",
    "load_recogniser",
    "load_whisper",
    "make_utterances",
    "simplify",
    "widen_speech",
]
