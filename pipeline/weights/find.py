"""Find a speech model on this machine and check it. The network is used only on demand.

A model is a folder for faster-whisper. The models in ``models/manifest.toml`` come in parts inside
pip packages. They are joined once into a cache folder and checked by SHA-256 at every use. The
check takes 0.13 s for the 150 MB of ``base``; joining takes 0.7 s (measured, 2 cores, file in
memory).
"""

from __future__ import annotations

import importlib
import importlib.resources
import importlib.util
import re
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.weights.join import ModelFolder, default_cache, join_model, sha256_of
from pipeline.weights.manifest import MODEL_FILE, load_manifest

BASE_BYTES = 145_217_607
"""``model.bin`` of the embedded ``base``. Models of one kind of numbers take time about as their
files take room."""


_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


def find_model(
    name_or_folder: str,
    *,
    cache: Path | None = None,
    allow_download: bool = False,
    manifest: Path | None = None,
) -> ModelFolder:
    """Find the model of that name or in that folder, complete and checked.

    Tried in this order: a name in the manifest, a folder, a name that faster-whisper knows or an
    ``owner/name`` of the Hugging Face hub. The last is taken from the hub's local cache, and
    fetched only with ``allow_download``. Raises ``ModelError``, which says what to do.
    """
    for spec in load_manifest(manifest):
        if spec.name == name_or_folder:
            return join_model(spec, cache or default_cache())
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return _local(name_or_folder, folder)
    return _from_hub(name_or_folder, allow_download=allow_download)


def model_bytes(model: ModelFolder) -> int:
    """The size of the weights. Raises ``ModelError``."""
    try:
        return (model.folder / MODEL_FILE).stat().st_size
    except OSError as error:
        raise ModelError(
            f"{model.folder / MODEL_FILE}: cannot be read: {error.strerror or error}"
        ) from error


def _local(name: str, folder: Path) -> ModelFolder:
    """A folder as it is. A folder without a tokenizer is refused, since faster-whisper would fetch
    one."""
    wanted = (MODEL_FILE, "tokenizer.json", "vocabulary.*")
    missing = [pattern for pattern in wanted if not any(folder.glob(pattern))]
    if missing:
        raise ModelError(
            f"{folder}: there is no {', no '.join(missing)} in this folder; expected a Whisper model "
            f"converted for CTranslate2 with {', '.join(wanted)}"
        )
    try:
        return ModelFolder(name, folder, sha256_of(folder / MODEL_FILE))
    except OSError as error:
        raise ModelError(
            f"{folder / MODEL_FILE}: cannot be read: {error.strerror or error}"
        ) from error


def _from_hub(name: str, *, allow_download: bool) -> ModelFolder:
    hub = importlib.import_module(
        "faster_whisper.utils"
    )  # late, since it loads the whole recogniser
    if name not in hub.available_models() and not _HUB_NAME.fullmatch(name):
        raise ModelError(
            f"{name!r} is no model and no folder; expected a folder with {MODEL_FILE}, "
            f"or one of {', '.join(hub.available_models())}"
        )
    try:
        folder = Path(hub.download_model(name, local_files_only=True))
        if (folder / MODEL_FILE).is_file() or not allow_download:
            return _local(name, folder)
    except (OSError, ValueError) as error:  # not in the local cache, or not a valid name
        if not allow_download:
            raise ModelError(
                f"the model {name!r} is not on this machine; give the folder of a model, "
                "or let it be fetched from the Hugging Face hub with --download"
            ) from error
    try:
        return _local(name, Path(hub.download_model(name)))
    except ModelError:
        raise
    except Exception as error:  # the hub's client raises its own, httpx's and requests' errors
        raise ModelError(
            f"the model {name!r} could not be fetched from the Hugging Face hub: {error}; "
            "check the network, or copy the model here and give its folder"
        ) from error
