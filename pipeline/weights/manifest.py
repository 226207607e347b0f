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

MANIFEST = shipped_folder("models") / "manifest.toml"


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
