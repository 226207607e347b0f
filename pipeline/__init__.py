"""callqa: quality checks of recorded service calls, from the recording to an explained score.

What other programs import is in ``__all__``, and docs/python.md shows it; everything else may
change. Names are loaded when they are first used, so that ``import pipeline`` takes no time.

    import pipeline as callqa

    engine = callqa.load_engine()
    result = engine.score("call.wav")
    text = callqa.to_json(result)
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.call import Engine, check_text, check_texts, from_json, load_engine, to_json
    from pipeline.errors import (
        CallqaError,
        ExtraError,
        LexiconError,
        ModelError,
        NoRoomError,
        RecordingError,
        ServerAwayError,
        SettingsError,
        SpeechServerError,
        UnfinishedError,
        UnreachableError,
        UnreadableError,
    )
    from pipeline.imports import Turn
    from pipeline.settings import Settings, load_settings
    from pipeline.types import (
        CallMeta,
        CallResult,
        CustomerOutcome,
        Dynamics,
        Finding,
        FormOfAddress,
        Pace,
        Provenance,
        Reason,
        Recording,
        RolePace,
        RoleTone,
        Score,
        ScoreItem,
        SoundEvent,
        Span,
        Tone,
        Utterance,
        Word,
    )

__version__ = "0.1.0"

# onnxruntime 1.32 looks up its vendor's host and leaves a file in the temp folder unless this
# is set before it is loaded; other processes of a run inherit it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "CallMeta",
    "CallResult",
    "CallqaError",
    "CustomerOutcome",
    "Dynamics",
    "Engine",
    "ExtraError",
    "Finding",
    "FormOfAddress",
    "LexiconError",
    "ModelError",
    "NoRoomError",
    "Pace",
    "Provenance",
    "Reason",
    "Recording",
    "RecordingError",
    "RolePace",
    "RoleTone",
    "Score",
    "ScoreItem",
    "ServerAwayError",
    "Settings",
    "SettingsError",
    "SoundEvent",
    "Span",
    "SpeechServerError",
    "Tone",
    "Turn",
    "UnfinishedError",
    "UnreachableError",
    "UnreadableError",
    "Utterance",
    "Word",
    "__version__",
    "check_text",
    "check_texts",
    "from_json",
    "load_engine",
    "load_settings",
    "to_json",
]

_ROOMS = {
    "call": ("Engine", "check_text", "check_texts", "from_json", "load_engine", "to_json"),
    "imports": ("Turn",),
    "settings": ("Settings", "load_settings"),
}
"""Where names are; errors are in ``errors``, and all others in ``types``."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = next((room for room, names in _ROOMS.items() if name in names), "types")
    value = getattr(
        import_module(f"{__name__}.{'errors' if name.endswith('Error') else room}"), name
    )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
