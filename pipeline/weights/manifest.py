"""The models of the manifest: their files, in parts inside pip packages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import ModelError
from pipeline.weights.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MODEL_FILE = "model.bin"
MANIFEST = shipped_folder("models") / "manifest.toml"


@dataclass(frozen=True, slots=True)
class PartSpec:
    """A file inside a pip package; ``path`` is relative to the package."""

    package: str
    path: str


@dataclass(frozen=True, slots=True)
class AdapterSpec:
    """What changes the weights of a joined file. ``path``: from the manifest's folder. ``sha256``: of
    the adapter; ``of_sha256``: of the joined file that it changes."""

    path: Path
    sha256: str
    of_sha256: str


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One file of a model: its parts in order, and the size and hash of the file in the cache: the
    joined one, changed by the adapter if there is one."""

    name: str
    size_bytes: int
    sha256: str
    parts: tuple[PartSpec, ...]
    adapter: AdapterSpec | None = None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model of the manifest. ``packages`` are in pip's form, ``name==version``."""

    name: str
    licence: str
    source: str
    packages: tuple[str, ...]
    files: tuple[FileSpec, ...]

    @property
    def sha256(self) -> str:
        """Of ``model.bin``."""
        return next(file.sha256 for file in self.files if file.name == MODEL_FILE)


def load_manifest(path: Path | None = None) -> tuple[ModelSpec, ...]:
    """Read the models of the manifest. Raises ``ModelError`` if it cannot be read."""
    chosen = path or MANIFEST
    try:
        raw = tomllib.loads(chosen.read_text(encoding="utf-8"))
        return tuple(_spec(model, chosen.parent) for model in raw["models"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(
            f"{chosen}: the list of models cannot be read: {error}; install callqa again"
        ) from error
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"{chosen}: an entry is incomplete: {error}; install callqa again"
        ) from error


def _spec(raw: Mapping[str, Any], folder: Path) -> ModelSpec:
    return ModelSpec(
        name=raw["name"],
        licence=raw["licence"],
        source=raw["source"],
        packages=tuple(f"{package['name']}=={package['version']}" for package in raw["packages"]),
        files=tuple(_file(file, folder) for file in raw["files"]),
    )


def _file(raw: Mapping[str, Any], folder: Path) -> FileSpec:
    adapter = raw.get("adapter")
    return FileSpec(
        name=raw["name"],
        size_bytes=raw["bytes"],
        sha256=raw["sha256"],
        parts=tuple(PartSpec(**part) for part in raw["parts"]),
        adapter=adapter
        and AdapterSpec(folder / adapter["path"], adapter["sha256"], adapter["of_sha256"]),
    )
