"""A model joined from its parts into the cache, and checked."""

from __future__ import annotations

import hashlib
import importlib
import importlib.resources
import importlib.util
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from pipeline.errors import ModelError
from pipeline.weights.adapter import adapt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

    from pipeline.weights.manifest import AdapterSpec, FileSpec, ModelSpec, PartSpec

CHUNK_BYTES = 1 << 20

HASH_DIGITS = 8
"""Of a hash, in the name of a folder."""

LOCK_TIMEOUT_S = 300.0
"""Longest time for another process to join the same model (our choice; ``base`` takes 0.7 s)."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that can be loaded. ``sha256`` is the hash of its ``model.bin``."""

    name: str
    folder: Path
    sha256: str


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


def join_model(spec: ModelSpec, cache: Path) -> ModelFolder:
    """The model in the cache. Missing or damaged files are joined from the packages."""
    folder = folder_of(spec, cache)
    try:
        if any(_find_wrong(spec, folder)):
            with _for_everybody():
                folder.mkdir(parents=True, exist_ok=True)
                with FileLock(f"{folder}.lock", timeout=LOCK_TIMEOUT_S):
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
    return ModelFolder(spec.name, folder, spec.sha256)


def folder_of(spec: ModelSpec, cache: Path) -> Path:
    """Where the joined model is, or will be. Two versions of callqa with other weights of one name
    may share a cache, and none changes what the other has loaded."""
    return cache / "models" / f"{spec.name}-{spec.sha256[:HASH_DIGITS]}"


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
            or sha256_of(path) != file.sha256
        ):
            yield file


def _join(spec: ModelSpec, file: FileSpec, folder: Path) -> None:
    """Write ``file`` beside its place, and move it there if its hash is right. The caller holds the
    lock."""
    unfinished = folder / f"{file.name}.unfinished"
    try:
        _write_parts(spec, file, unfinished)
        joined = file.adapter.of_sha256 if file.adapter else file.sha256
        if (found := sha256_of(unfinished)) != joined:
            raise ModelError(
                f"{file.name} of the model {spec.name!r} in its packages has the SHA-256 "
                f"{found}, expected {joined}; "
                f"try: pip install --force-reinstall {' '.join(spec.packages)}"
            )
        if file.adapter:
            _adapt(unfinished, file.adapter, file.sha256)
        unfinished.replace(folder / file.name)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_parts(spec: ModelSpec, file: FileSpec, target: Path) -> None:
    sources = [_find_part(spec, part) for part in file.parts]
    with target.open("wb") as joined:
        for source in sources:
            with source.open("rb") as part:
                while chunk := part.read(CHUNK_BYTES):
                    joined.write(chunk)


def _adapt(path: Path, adapter: AdapterSpec, expected: str) -> None:
    """Change the weights in a file by the adapter. Raises ``ModelError`` where the outcome is not the
    one of the manifest."""
    if not adapter.path.is_file() or sha256_of(adapter.path) != adapter.sha256:
        raise ModelError(f"{adapter.path}: the adapter is missing or damaged; install callqa again")
    content = bytearray(path.read_bytes())
    adapt(content, adapter.path)
    if (found := hashlib.sha256(content).hexdigest()) != expected:
        raise ModelError(
            f"{adapter.path}: the adapted model has the SHA-256 {found}, expected {expected}; "
            "install callqa again"
        )
    path.write_bytes(content)


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


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as hex digits. Raises ``OSError``."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
