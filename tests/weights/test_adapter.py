"""The weights of a joined model are changed by its adapter, byte for byte as the manifest says."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.weights import find_model
from pipeline.weights.adapter import adapt, read_weights

RNG = np.random.default_rng(1)
WIDE = RNG.standard_normal((6, 4)).astype(np.float16)
CONV = RNG.standard_normal((6, 2, 3)).astype(np.float16)
BIAS = np.arange(6, dtype=np.float32)
FLOATS = {"float16": 4, "float32": 0, "int8": 1}


def model_file(*, version: int = 6, **more: np.ndarray) -> bytes:
    """A file as CTranslate2 writes it."""
    arrays: dict[str, np.ndarray] = {
        "layer/weight": WIDE,
        "layer/bias": BIAS,
        "conv/weight": CONV,
        **more,
    }
    out = struct.pack("<I", version) + text("TinySpec") + struct.pack("<II", 3, len(arrays))
    for name, array in arrays.items():
        out += text(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        out += struct.pack("<BI", FLOATS[str(array.dtype)], array.nbytes) + array.tobytes()
    return out + struct.pack("<I", 0)


def text(said: str) -> bytes:
    return struct.pack("<H", len(said) + 1) + said.encode() + b"\0"


def factors(name: str, out: int, wide: int, rank: int = 2) -> dict[str, np.ndarray]:
    return {
        f"{name}/a": RNG.standard_normal((rank, wide)).astype(np.float16),
        f"{name}/b": RNG.standard_normal((out, rank)).astype(np.float16),
    }


def adapter_file(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def test_the_product_of_the_factors_is_added_to_each_named_weight(tmp_path: Path) -> None:
    both = factors("layer", 6, 4) | factors("conv", 6, 6)
    content = bytearray(model_file())

    adapt(content, adapter_file(tmp_path / "a.npz", **both))

    weights = read_weights(content)
    for name, before in (("layer", WIDE), ("conv", CONV)):
        a, b = (both[f"{name}/{side}"].astype(np.float64) for side in "ab")
        wanted = before + (b @ a).reshape(before.shape)
        assert np.allclose(weights[f"{name}/weight"], wanted, rtol=2e-3, atol=2e-3)
    assert len(content) == len(model_file())
    assert BIAS.tobytes() in bytes(content)


def test_an_adapter_of_zeros_changes_no_byte(tmp_path: Path) -> None:
    zeros = {name: np.zeros_like(one) for name, one in factors("layer", 6, 4).items()}
    content = bytearray(model_file())

    adapt(content, adapter_file(tmp_path / "a.npz", **zeros))

    assert bytes(content) == model_file()


@pytest.mark.parametrize(
    ("content", "arrays"),
    [
        (model_file(), factors("nothing", 6, 4)),
        (model_file(), factors("layer", 6, 5)),
        (model_file(), factors("layer", 5, 4)),
        (model_file(), {"layer/a": np.zeros((2, 4), np.float16)}),
        (model_file(**{"whole/weight": BIAS[None]}), factors("whole", 1, 6)),
        (model_file(version=99), factors("layer", 6, 4)),
        (model_file()[:40], factors("layer", 6, 4)),
        (b"", factors("layer", 6, 4)),
    ],
    ids=["no such", "too wide", "too few", "half", "float32", "version", "cut", "empty"],
)
def test_an_adapter_that_does_not_fit_is_named(
    tmp_path: Path, content: bytes, arrays: dict[str, np.ndarray]
) -> None:
    path = adapter_file(tmp_path / "a.npz", **arrays)

    with pytest.raises(ModelError, match=r"a\.npz: the adapter does not fit the model"):
        adapt(bytearray(content), path)


def test_a_damaged_adapter_is_named(tmp_path: Path) -> None:
    path = adapter_file(tmp_path / "a.npz", **factors("layer", 6, 4))
    path.write_bytes(path.read_bytes()[:100])

    with pytest.raises(ModelError, match=r"a\.npz: the adapter does not fit the model"):
        adapt(bytearray(model_file()), path)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a model, its manifest and the adapter beside that."""
    package = tmp_path / "site" / "a_small_model"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "model.bin").write_bytes(model_file())
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    path = adapter_file(tmp_path / "small.npz", **factors("layer", 6, 4))
    changed = bytearray(model_file())
    adapt(changed, path)
    (tmp_path / "manifest.toml").write_text(f"""
        [[models]]
        name = "small"
        licence = "MIT"
        source = "made up"
        packages = [{{ name = "a-small-model", version = "1.0" }}]
        [[models.files]]
        name = "model.bin"
        bytes = {len(changed)}
        sha256 = "{sha256(changed)}"
        parts = [{{ package = "a-small-model", path = "model.bin" }}]
        [models.files.adapter]
        path = "small.npz"
        sha256 = "{sha256(path.read_bytes())}"
        of_sha256 = "{sha256(model_file())}"
    """)
    return tmp_path


def find(site: Path) -> Path:
    found = find_model("small", cache=site / "cache", manifest=site / "manifest.toml")
    return found.folder / "model.bin"


def test_a_joined_model_is_adapted_once(site: Path) -> None:
    path = find(site)

    assert path.read_bytes() != model_file()
    assert len(read_weights(bytearray(path.read_bytes()))) == 2
    before = path.stat().st_mtime_ns
    assert find(site).stat().st_mtime_ns == before


def test_a_model_that_was_joined_without_its_adapter_is_joined_again(site: Path) -> None:
    path = find(site)
    path.write_bytes(model_file())

    assert find(site).read_bytes() != model_file()


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_model_without_its_adapter_is_not_used(site: Path, damage: str) -> None:
    path = site / "small.npz"
    if damage == "missing":
        path.unlink()
    else:
        adapter_file(path, **factors("layer", 6, 4))

    with pytest.raises(ModelError, match=r"small\.npz: the adapter is missing or damaged"):
        find(site)
    assert list((site / "cache" / "models").glob("*/*")) == []


def test_another_outcome_than_the_manifests_is_refused(site: Path) -> None:
    manifest = site / "manifest.toml"
    text = manifest.read_text()
    wanted = text.split('sha256 = "')[1].split('"')[0]
    manifest.write_text(text.replace(wanted, "0" * 64, 1))

    with pytest.raises(
        ModelError, match=r"the adapted model has the SHA-256 [0-9a-f]{64}, expected 0"
    ):
        find(site)


def test_parts_of_another_model_are_refused_before_the_adapter(site: Path) -> None:
    (site / "site" / "a_small_model" / "model.bin").write_bytes(model_file(version=5))

    with pytest.raises(ModelError, match="in its packages has the SHA-256"):
        find(site)
