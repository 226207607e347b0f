"""What a model runs on: the CPU or a GPU, and the kind of numbers it computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ctranslate2

from pipeline.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Device

USUAL_TYPE = {"cpu": "int8", "cuda": "float16"}
"""int8 is what the embedded model is measured with; float16 is what GPUs are fast with."""

ENGLISH_END = 50256
"""The number of the end of text in models of English only (tiny.en …); others have 50257."""

ASKED_TYPES = ("default", "auto")
"""Names that leave the choice to CTranslate2."""


def choose_processor(device: Device, compute_type: str) -> tuple[str, str]:
    """The device and the compute type for a model: ``auto`` is a GPU where there is one.

    Raises ``SettingsError`` for what this machine does not have.
    """
    gpus = ctranslate2.get_cuda_device_count()
    if device == "cuda" and not gpus:
        raise SettingsError(
            '[recogniser] device = "cuda": CTranslate2 finds no GPU on this machine; expected auto or '
            "cpu, or install NVIDIA's driver with cuBLAS and cuDNN"
        )
    chosen = "cuda" if gpus and device != "cpu" else "cpu"
    known = ctranslate2.get_supported_compute_types(chosen)
    usual = USUAL_TYPE[chosen] if USUAL_TYPE[chosen] in known else "default"
    wanted = compute_type or usual
    if wanted not in known and wanted not in ASKED_TYPES:
        raise SettingsError(
            f"[recogniser] compute_type = {compute_type!r} is none of this {chosen}; "
            f"expected {', '.join(sorted(known))}, or empty for {usual}"
        )
    return chosen, wanted


def check_model(model: Any, folder: Path) -> None:
    """Raises ``ModelError`` for a model of English only, and for one whose features cannot be made."""
    if model.hf_tokenizer.token_to_id("<|endoftext|>") == ENGLISH_END:
        raise ModelError(
            f"{folder}: this Whisper model knows English only; expected a multilingual one, "
            'such as "small" instead of "small.en"'
        )
    bands = model.feature_extractor.mel_filters.shape[0]
    if bands != model.model.n_mels:
        raise ModelError(
            f"{folder / 'preprocessor_config.json'}: missing or of another model: it makes {bands} mel bands, "
            f"and model.bin takes {model.model.n_mels}; copy the file that belongs to the model"
        )
