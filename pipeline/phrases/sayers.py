"""Who would say a sentence, agent or customer (``models/roles``, ``bench.quality.train_roles``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import ModelError
from pipeline.phrases.meaning import SHORTEST, bare, written
from pipeline.phrases.ngrams import NgramModel
from pipeline.weights import UNREADABLE, read_arrays, shipped_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

MODEL = shipped_folder("models") / "roles" / "model.npz"


@dataclass(frozen=True)
class Sayers:
    """``ngrams``: a linear model of one label, the agent."""

    ngrams: NgramModel

    def scores(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """How much likelier an agent says each sentence than a customer, float32 (sentences,): log
        odds that are not calibrated. 0 for a text of one character.

        >>> said = load_sayers().scores(["请您提供一下单号", "我的快递怎么还没到", "嗯"])
        >>> said[0] > said[2] > said[1]
        np.True_
        """
        texts = [bare(written(sentence)) for sentence in sentences]
        scores = self.ngrams.logits(texts).reshape(len(texts))
        return np.where([len(text) < SHORTEST for text in texts], np.float32(0), scores)


@lru_cache(maxsize=2)
def load_sayers(path: Path = MODEL) -> Sayers:
    """The model that ``bench/quality/train_roles.py`` wrote.

    Raises ``ModelError`` if the file is missing, damaged or incomplete.
    """
    try:
        model = NgramModel.of(read_arrays(path), "who")
        if model.bias.size != 1:
            raise ValueError(f"{model.bias.size} labels, not 1")
    except UNREADABLE as error:
        raise ModelError(
            f"{path}: not a readable model of who says a sentence ({error}); restore the file, or "
            "write it again: python -m bench.quality.train_roles"
        ) from error
    return Sayers(model)
