"""Load the recogniser that the settings choose, or a Whisper model from its folder."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from faster_whisper import WhisperModel

from pipeline.errors import ModelError
from pipeline.transcribe.by_server import Identity, ServerRecogniser, identity_of
from pipeline.transcribe.decoder import Decoding
from pipeline.transcribe.processor import USUAL_TYPE, check_model, choose_processor
from pipeline.transcribe.speech_server import SpeechServer
from pipeline.transcribe.vocabulary import TrimmedWhisper, trim_model
from pipeline.transcribe.whisper import WhisperRecogniser
from pipeline.weights import find_model

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.settings import Settings
    from pipeline.transcribe.encoder import Encoder
    from pipeline.transcribe.recogniser import Recogniser
    from pipeline.types import Seconds
    from pipeline.weights import ModelFolder


def identify(settings: Settings, *, allow_download: bool = False) -> Identity:
    """Which recogniser ``load_recogniser`` loads. No server is contacted. Raises as it does."""
    chosen = settings.recogniser
    folder = _named(
        find_model(settings.site.model, allow_download=allow_download),
        *choose_processor(chosen.device, chosen.compute_type),
    )
    if chosen.kind != "openai":
        return Identity(folder.name, folder.sha256, folder.sha256)
    return identity_of(SpeechServer(chosen), chosen, folder)


def load_recogniser(
    settings: Settings,
    *,
    inventions: Collection[str] = (),
    threads: int = 0,
    least_s: Seconds = 0.0,
    allow_download: bool = False,
) -> Recogniser:
    """The model of ``[site]`` alone, or a server with that model as its witness.

    ``threads``: of the model on a CPU, 0 for what CTranslate2 chooses; ``least_s``: see ``Decoding``.
    No server is contacted. Raises ``ModelError``, ``SettingsError`` and ``ExtraError``.
    """
    chosen = settings.recogniser
    server = SpeechServer(chosen) if chosen.kind == "openai" else None
    local = load_whisper(
        find_model(settings.site.model, allow_download=allow_download),
        inventions=inventions,
        decoding=Decoding(
            batch_size=chosen.batch_size,
            threads=threads,
            device=chosen.device,
            compute_type=chosen.compute_type,
            least_s=least_s,
        ),
    )
    return ServerRecogniser(server, local, chosen, inventions) if server else local


def load_whisper(
    folder: ModelFolder, *, inventions: Collection[str] = (), decoding: Decoding | None = None
) -> WhisperRecogniser:
    """Load the Whisper model in a folder, by default on the CPU with int8 weights.

    Raises ``ModelError`` if the folder does not hold a CTranslate2 Whisper model that knows
    Chinese, and ``SettingsError`` if this machine cannot do what ``decoding`` asks for.
    """
    chosen = decoding or Decoding()
    device, compute_type = choose_processor(chosen.device, chosen.compute_type)
    try:
        trimmed = trim_model(folder.folder)
        options = {
            "device": device, "compute_type": compute_type, "cpu_threads": chosen.threads,
        }  # fmt: skip
        if trimmed:
            model = _load_trimmed(trimmed.files, folder.folder, options)
        else:
            model = WhisperModel(str(folder.folder), **options)
        check_model(model, folder.folder)
        if trimmed:
            model.model = TrimmedWhisper(model.model, trimmed.vocabulary)
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(
            f"{folder.folder}: is not a Whisper model for faster-whisper ({error}); "
            "expected model.bin, config.json, tokenizer.json and vocabulary"
        ) from error
    named = _named(folder, device, compute_type)
    return WhisperRecogniser(model, named, decoding=chosen, inventions=inventions)


FEATURES = "preprocessor_config.json"


def _load_trimmed(files: dict[str, bytes], folder: Path, options: Mapping[str, Any]) -> Any:
    """The model of these files and of the features of ``folder``. They are read from disk: what
    CTranslate2 reads from memory it keeps as long as the model, 94 MB of ``base``. Where the disk
    has no room for them, from memory."""
    try:
        with TemporaryDirectory(prefix="callqa-model-") as place:
            for name, content in files.items():
                Path(place, name).write_bytes(content)
            if (folder / FEATURES).is_file():
                shutil.copy(folder / FEATURES, place)
            return WhisperModel(place, **options)
    except OSError:
        return WhisperModel(str(folder), files=dict(files), **options)


def _named(folder: ModelFolder, device: str, compute_type: str) -> ModelFolder:
    """The folder under the name that results keep: other processors than the usual one hear
    otherwise."""
    if (device, compute_type) == ("cpu", USUAL_TYPE["cpu"]):
        return folder
    return replace(folder, name=f"{folder.name} ({device}, {compute_type})")


def load_encoder(folder: ModelFolder, *, threads: int = 0) -> Encoder:
    """The encoder of the model in a folder, with the weights that ``load_whisper`` takes.

    Raises ``ModelError`` as ``load_whisper`` does.
    """
    return load_whisper(folder, decoding=Decoding(threads=threads)).encoder
