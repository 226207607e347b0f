"""One training from lists of speech to a file of weights with its figures and its card."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.ear import load_head
from pipeline.eartrain.card import write_figures
from pipeline.eartrain.fit import Plan, fit_head
from pipeline.eartrain.labels import label_frames
from pipeline.eartrain.measure import measure_head
from pipeline.eartrain.network import Shape
from pipeline.eartrain.speech import Utterance, digest_of_speech, read_speech
from pipeline.eartrain.spelling import make_units
from pipeline.eartrain.states import Corpus, encode_quiet, encode_speech, load_corpus, save_corpus
from pipeline.eartrain.telephone import TOLD
from pipeline.errors import ModelError, SettingsError
from pipeline.types import ensure_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.eartrain.network import Arrays
    from pipeline.eartrain.spelling import Units
    from pipeline.eartrain.states import Encode, Heard

KIND = "syllables-ctc-1"
"""What ``pipeline.ear`` reads."""

PACKAGES = ("numpy", "scipy", "pypinyin", "jax", "optax", "soundfile", "ctranslate2")

MEASURED_MIN = 12.0
"""Minutes that are measured of each kind of sound; more cost time and tell little more."""


@dataclass(frozen=True, slots=True)
class Training:
    """What a head is trained from and how. ``aside``: speakers that are measured on and not learnt
    from. ``variants``: how often each utterance is heard, the first time clean, then by telephone.
    ``states``: a folder for encoded speech, which another training of the same lists takes."""

    lists: tuple[Path, ...]
    out: Path
    aside: tuple[str, ...] = ()
    variants: int = 4
    shape: Shape = field(default_factory=Shape)
    plan: Plan = field(default_factory=Plan)
    states: Path | None = None


@dataclass(frozen=True, slots=True)
class WhisperModel:
    """The model whose states are learnt from: its name, the hash of its weights, its encoder."""

    name: str
    sha256: str
    encode: Encode


def train_head(
    training: Training,
    whisper: WhisperModel,
    phrases: Sequence[str],
    report: Callable[[str], None] = lambda _: None,
) -> Path:
    """Train a head and write it to ``training.out``, with its figures (JSON) and its card.

    ``phrases`` are searched where the head is measured. Raises ``SettingsError`` for a list that
    cannot be read, ``ExtraError`` where the extra ``ear`` is not installed, and ``ModelError``
    where the folder cannot be written.
    """
    ensure_extra("ear", use="callqa ear train")
    read = [read_speech([path]) for path in training.lists]
    _check_aside(training, read)
    corpora = [_encoded(own, training, n, whisper, report) for n, own in enumerate(read)]
    corpus, units = join_corpora(corpora), make_units()
    report("labels")
    labels = label_frames(corpus, units)
    arrays = fit_head(
        corpus, labels, units,
        shape=training.shape, plan=training.plan, without=training.aside, report=report,
    )  # fmt: skip
    data = [_describe(path, own, training) for path, own in zip(training.lists, read, strict=True)]
    meta = _meta(training, whisper, units, data)
    path = _write(arrays, meta, training.out)
    report("measure")
    figures = _figures(path, meta, training) | {
        "measured": _measure(path, corpus, training, whisper, phrases)
    }
    write_figures(training.out, figures)
    return path


def _check_aside(training: Training, read: Sequence[Sequence[Utterance]]) -> None:
    """Raises ``SettingsError`` for a speaker that nobody is, and where nobody is left to learn
    from."""
    speakers = {utterance.speaker for own in read for utterance in own}
    unknown = [speaker for speaker in training.aside if speaker not in speakers]
    names = ", ".join(map(str, training.lists))
    if unknown:
        raise SettingsError(f"{names}: has no speaker {', '.join(unknown)} to leave aside")
    if speakers <= set(training.aside):
        raise SettingsError(f"{names}: all speakers are left aside; leave some to learn from")


def join_corpora(corpora: Sequence[Corpus]) -> Corpus:
    """One corpus of several, in their order."""
    heard: list[Heard] = []
    base = 0
    for corpus in corpora:
        heard += [replace(one, begin=one.begin + base) for one in corpus.heard]
        base += len(corpus.states)
    return Corpus(np.concatenate([corpus.states for corpus in corpora]), tuple(heard))


def _encoded(
    utterances: Sequence[Utterance],
    training: Training,
    number: int,
    whisper: WhisperModel,
    report: Callable[[str], None],
) -> Corpus:
    """The states of one list, encoded unless they are in the folder of an earlier training."""
    seed = training.plan.seed + number
    key = f"{digest_of_speech(utterances)} {whisper.sha256} {training.variants} {seed}"
    folder = training.states
    file = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.npy" if folder else None
    if file and file.with_suffix(".json").exists():
        return load_corpus(file)
    report(f"encode {len(utterances)} utterances of {training.lists[number]}")
    corpus = encode_speech(utterances, whisper.encode, variants=training.variants, seed=seed)
    if file:
        save_corpus(corpus, file)
    return corpus


def _meta(
    training: Training, whisper: WhisperModel, units: Units, data: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """What stands in the file of weights beside them."""
    return {
        "kind": KIND,
        "whisper": Path(whisper.name).name,
        "whisper_sha256": whisper.sha256,
        "units": units.syllables,
        "blocks": len(training.shape.dilations),
        "dilations": training.shape.dilations,
        "seed": training.plan.seed,
        "versions": _versions(),
        "data": data,
    }


def _describe(path: Path, utterances: Sequence[Utterance], training: Training) -> dict[str, Any]:
    learnt = [u for u in utterances if u.speaker not in training.aside]
    return {
        "list": path.name,
        "sha256": digest_of_speech(utterances),
        "utterances": len(learnt),
        "speakers": len({u.speaker for u in learnt}),
        "licences": sorted({u.licence for u in learnt if u.licence}),
    }


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def _write(arrays: Arrays, meta: dict[str, Any], folder: Path) -> Path:
    path = folder / f"{meta['whisper']}.npz"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path, allow_pickle=False, meta=np.array(json.dumps(meta, ensure_ascii=False)), **arrays
        )
    except OSError as error:
        raise ModelError(
            f"{path}: the weights cannot be written: {error.strerror or error}"
        ) from error
    return path


def _figures(path: Path, meta: dict[str, Any], training: Training) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as arrays:
        weights = sum(int(arrays[name].size) for name in arrays.files if name != "meta")
    return {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
        "weights": weights,
        "width": training.shape.width,
        "taps": training.shape.taps,
        **{key: meta[key] for key in ("whisper", "whisper_sha256", "blocks", "dilations", "seed")},
        "syllables": len(meta["units"]) - 1,
        "variants": training.variants,
        "lines": TOLD,
        "frame_steps": training.plan.frame_steps,
        "ctc_steps": training.plan.ctc_steps,
        "aside": list(training.aside),
        **{key: meta[key] for key in ("data", "versions")},
    }


def _measure(
    path: Path, corpus: Corpus, training: Training, whisper: WhisperModel, phrases: Sequence[str]
) -> dict[str, Any]:
    """The figures of each kind of sound of the speakers that were left aside, and without speech."""
    head, seed = load_head(path), training.plan.seed
    aside = [heard for heard in corpus.heard if heard.speaker in training.aside and heard.text]
    measured = {}
    for kind in ("clean", "telephone"):
        own = _first_minutes([heard for heard in aside if heard.kind == kind])
        if own:
            measured[kind] = asdict(measure_head(head, corpus, own, phrases, seed))
    quiet = encode_quiet(whisper.encode, seed=seed + 1000)
    measured["quiet"] = asdict(measure_head(head, quiet, quiet.heard, phrases, seed))
    return measured


def _first_minutes(heard: Sequence[Heard]) -> list[Heard]:
    ends = np.cumsum([one.length for one in heard])
    return [one for one, end in zip(heard, ends, strict=True) if end <= MEASURED_MIN * 3000]
