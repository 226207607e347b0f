"""Train the model of reviewers' judgement of tone.

It is L2 logistic regression on the z-scores of a window. Its strength is chosen, and Platt's
scaling fitted, in folds that never share an agent. Random folds learn the speaker, and promise 81 %
where the result is 38 %.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.tone.agreement import brier
from pipeline.tone.features import FEATURES
from pipeline.tone.model import ToneModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.linear_model import LogisticRegression

    from pipeline.types import ToneWindow

LEAST_LABELS = 200
LEAST_AGENTS = 5
FOLDS = 5
BLIND_ONE_IN = 5
"""One agent in five is held out and never trained on. The agent's id alone decides, so the choice
stays the same."""

STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Candidates for scikit-learn's C."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A judged window: whether most reviewers call it raised, and its agent."""

    window: ToneWindow
    raised: bool
    agent_id: str


@dataclass(frozen=True, slots=True)
class Training:
    """A model and the one it may replace, both measured on the held-out agents.

    ``is_better`` is the rule of promotion. The model must rank no worse than the present judgement.
    If that is a model too, it must have no greater error.
    """

    model: ToneModel
    present_auc: float | None
    present_brier: float | None

    @property
    def is_better(self) -> bool:
        auc = self.model.blind_auc
        ranks = auc is not None and (self.present_auc is None or auc >= self.present_auc)
        return ranks and (
            self.present_brier is None or self.model.blind_brier <= self.present_brier
        )


def train_tone(samples: Sequence[Sample], present: ToneModel | None) -> Training:
    """Train a model on the samples and compare it with ``present`` (``None``: the built-in
    weights).

    Raises ``ModelError``, which says how much is missing, if there are too few labels or agents, or
    if the training agents or the held-out agents have labels of one kind only.
    """
    from sklearn.calibration import CalibratedClassifierCV  # noqa: PLC0415 - two seconds to load
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    blind = [sample for sample in samples if is_blind(sample.agent_id)]
    seen = [sample for sample in samples if not is_blind(sample.agent_id)]
    _refuse_too_few(samples, seen, blind)
    rows, raised = _rows(seen), np.array([sample.raised for sample in seen])
    agents = np.array([sample.agent_id for sample in seen])
    folds = list(GroupKFold(min(FOLDS, len(set(agents)))).split(rows, raised, agents))
    if any(len(set(raised[train])) < 2 for train, _ in folds):
        raise ModelError(
            "the raised windows come from one or two agents only; label stretches of more agents"
        )
    strength = min(STRENGTHS, key=lambda c: _loss(c, rows, raised, folds))
    fitted = CalibratedClassifierCV(
        _regression(strength), method="sigmoid", cv=folds, ensemble=False
    ).fit(rows, raised)
    inner = fitted.calibrated_classifiers_[0]
    weights, bias = inner.estimator.coef_[0].tolist(), float(inner.estimator.intercept_[0])
    slope, offset = -float(inner.calibrators[0].a_), -float(inner.calibrators[0].b_)
    bare = ToneModel(
        tuple(weights), bias, slope, offset, len(seen), len(set(agents)), len(blind), 0.0, None
    )
    auc, error = _measure_on(bare, blind)
    present_auc, present_brier = _measure_on(present, blind)
    model = ToneModel(
        bare.weights,
        bias,
        slope,
        offset,
        bare.labels,
        bare.agents,
        len(blind),
        error if error is not None else 1.0,
        auc,
    )
    return Training(model, present_auc, present_brier)


def is_blind(agent_id: str) -> bool:
    """Whether an agent is held out."""
    return int(hashlib.sha256(agent_id.encode()).hexdigest(), 16) % BLIND_ONE_IN == 0


def _refuse_too_few(
    samples: Sequence[Sample], seen: Sequence[Sample], blind: Sequence[Sample]
) -> None:
    if len(samples) < LEAST_LABELS:
        raise ModelError(
            f"{len(samples)} labelled windows; at least {LEAST_LABELS} are needed to train"
        )
    agents = len({sample.agent_id for sample in seen})
    if agents < LEAST_AGENTS:
        raise ModelError(
            f"labels of {agents} agents; at least {LEAST_AGENTS} are needed besides those kept aside"
        )
    for part, name in ((seen, "for training"), (blind, "kept aside")):
        if len({sample.raised for sample in part}) < 2:
            raise ModelError(
                f"the windows {name} are all of one kind; label calm and raised stretches of more agents"
            )


def _rows(samples: Sequence[Sample]) -> FloatArray:
    """z-scores, shape (len(samples), len(FEATURES)); 0 for a missing one."""
    found = [{part.name: part.z for part in sample.window.parts} for sample in samples]
    return np.array([[z.get(name, 0.0) for name in FEATURES] for z in found])


def _regression(strength: float) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - two seconds to load

    return LogisticRegression(C=strength, class_weight="balanced", max_iter=1000)


def _loss(
    strength: float,
    rows: FloatArray,
    raised: npt.NDArray[np.bool_],
    folds: list[tuple[FloatArray, FloatArray]],
) -> float:
    from sklearn.metrics import log_loss  # noqa: PLC0415 - two seconds to load
    from sklearn.model_selection import cross_val_predict  # noqa: PLC0415

    predicted = cross_val_predict(
        _regression(strength), rows, raised, cv=folds, method="predict_proba"
    )
    return float(log_loss(raised, predicted[:, 1], labels=[False, True]))


def _measure_on(
    model: ToneModel | None, samples: Sequence[Sample]
) -> tuple[float | None, float | None]:
    """AUC and Brier score. The built-in weights give an order but no probability, so no Brier
    score."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - two seconds to load

    raised = [sample.raised for sample in samples]
    if model is None:
        return float(
            roc_auc_score(raised, [sample.window.arousal or 0.0 for sample in samples])
        ), None
    predicted = [model.probability(sample.window.parts) for sample in samples]
    return float(roc_auc_score(raised, predicted)), brier(predicted, raised)
