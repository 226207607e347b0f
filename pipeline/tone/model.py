"""A model of reviewers' judgement of tone: L2 logistic regression with Platt scaling, stored as
plain JSON.

``callqa tone train`` (``pipeline.tone.train``) trains it. Reading it here does not need
scikit-learn.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import ModelError
from pipeline.tone.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.types import TonePart

FORMAT = "callqa-tone-model"
VERSION = 1


@dataclass(frozen=True, slots=True)
class ToneModel:
    """A trained model.

    ``weights`` of the z-scores are in the order of ``FEATURES``; a missing z-score counts as 0.
    ``platt_slope`` and ``platt_offset`` turn the sum into a probability (Platt 1999). The other
    fields describe the training: number of labels, number of agents, and the figures on held-out
    agents.
    """

    weights: tuple[float, ...]
    bias: float
    platt_slope: float
    platt_offset: float
    labels: int
    agents: int
    blind_labels: int
    blind_brier: float
    blind_auc: float | None

    def probability(self, parts: Sequence[TonePart]) -> float:
        """The probability that a reviewer would call a window with these parts raised, 0..1."""
        z = {part.name: part.z for part in parts}
        summed = self.bias + sum(
            w * z.get(name, 0.0) for name, w in zip(FEATURES, self.weights, strict=True)
        )
        return 1 / (
            1 + math.exp(-max(-50.0, min(50.0, self.platt_slope * summed + self.platt_offset)))
        )


def save_tone_model(model: ToneModel, path: Path) -> None:
    """Write the model as JSON. Raises ``ModelError``."""
    text = json.dumps(
        {"format": FORMAT, "version": VERSION, "features": FEATURES, **asdict(model)}, indent=1
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"{path}: cannot be written ({error.strerror}); choose another file"
        ) from error


def load_tone_model(path: Path) -> ToneModel:
    """Load the model in a file. Raises ``ModelError`` if there is none, or if another version wrote
    it."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(
            f"{path}: cannot be read as a tone model: {error}; run `callqa tone train` again"
        ) from error
    version = (
        (raw.get("format"), raw.get("version"), tuple(raw.get("features", ())))
        if isinstance(raw, dict)
        else None
    )
    if version != (FORMAT, VERSION, FEATURES):
        raise ModelError(
            f"{path}: no tone model of this version of callqa; run `callqa tone train` again"
        )
    known = {name: raw[name] for name in ToneModel.__dataclass_fields__ if name in raw}
    try:
        return ToneModel(**known | {"weights": tuple(float(weight) for weight in raw["weights"])})
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path}: the tone model is damaged ({error}); run `callqa tone train` again"
        ) from error
