"""From samples to words with times: speech detection, windows, Whisper, guard against invented text."""

from pipeline.transcribe.recogniser import Heard, Recogniser
from pipeline.transcribe.speech import find_speech
from pipeline.transcribe.utterances import make_utterances
from pipeline.transcribe.whisper import WhisperRecogniser, load_whisper

__all__ = ["Heard", "Recogniser", "WhisperRecogniser", "find_speech", "load_whisper", "make_utterances"]
