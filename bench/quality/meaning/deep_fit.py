"""Trains the transformer: the head on frozen features first, then all layers with it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from bench.quality.meaning.data import SIDES, Sentence
from bench.quality.meaning.deep import DeepModel, pad, restore
from bench.quality.meaning.words import Noise, Words
from pipeline.types import Role

BATCH, CHUNK = 64, 1024
"""Sentences of a step; sentences that are sorted by length together, so that little is padded."""

MIXED, LONGEST_MIX = 0.18, 60
"""Share of the samples that are two sentences, with the labels of both; characters (our choice)."""

RATE, HEAD_RATE, DECAY = 1.5e-4, 2e-3, 0.01
WARM_UP, LEAST_RATE = 60, 0.02
BEGUN = 0.5
"""A model that has learnt before goes on at this share of the rates (our choice)."""

EVENED = 2048
"""Sentences by which its normalisation is set."""

FIRST_EPOCHS, FIRST_RATE, FIRST_BATCH = 12, 5e-3, 512

Sample = tuple[list[int], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Samples:
    """Draws noisy samples of ``sentences``. ``labels``: ``agent.shirk`` …, in the order of the
    model's outputs."""

    sentences: Sequence[Sentence]
    words: Words
    noise: Noise
    labels: Sequence[str]
    rng: random.Random

    def truth(self, sentence: Sentence) -> npt.NDArray[np.float32]:
        own = {f"{sentence.who}.{label}" for label in sentence.labels}
        return np.array([label in own for label in self.labels], np.float32)

    def plain(self, sentence: Sentence) -> Sample:
        numbers = self.words.number(sentence.form, SIDES.index(sentence.who))
        return numbers, self.truth(sentence)

    def noisy(self, sentence: Sentence) -> Sample:
        text, truth = self.noise.blur(sentence.form, self.rng), self.truth(sentence)
        if self.rng.random() < MIXED:
            other = self.rng.choice(self._by_side[sentence.who])
            if len(other.form) + len(text) < LONGEST_MIX:
                pair = [text, self.noise.blur(other.form, self.rng)]
                self.rng.shuffle(pair)
                text = self.rng.choice(("", "。", ",")).join(pair)
                truth = np.maximum(truth, self.truth(other))
        return self.words.number(text, SIDES.index(sentence.who), self.rng), truth

    @cached_property
    def _by_side(self) -> dict[Role, list[Sentence]]:
        return {who: [s for s in self.sentences if s.who == who] for who in SIDES}

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Batches without end, each sentence once in each round."""
        while True:
            order = self.rng.sample(range(len(self.sentences)), len(self.sentences))
            for start in range(0, len(order), CHUNK):
                chunk = [self.noisy(self.sentences[at]) for at in order[start : start + CHUNK]]
                yield from batches_of(chunk, BATCH, self.rng)


def batches_of(
    samples: Sequence[Sample], size: int, rng: random.Random | None = None
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Samples of like length together: numbers and truth. ``rng``: the batches are shuffled."""
    ordered = sorted(samples, key=lambda sample: len(sample[0]))
    parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    if rng:
        rng.shuffle(parts)
    for part in parts:
        yield pad([row for row, _ in part]), torch.from_numpy(np.stack([y for _, y in part]))


def fit_deep(model: DeepModel, samples: Samples, epochs: float, share: float = 1.0) -> None:
    """Train the model where it is. ``share``: of the rates."""
    steps = max(1, int(len(samples.sentences) * epochs / BATCH))
    head = list(model.head.parameters())
    body = [
        p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("head")
    ]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": share * RATE}, {"params": head, "lr": share * HEAD_RATE}],
        weight_decay=DECAY,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / WARM_UP) * max(LEAST_RATE, 1 - step / steps)
    )
    model.begin_training()
    running = 0.0
    for step, (numbers, truth) in zip(range(1, steps + 1), samples.batches(), strict=False):
        loss = loss_of(model(numbers), truth)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*body, *head], 1.0)
        optimizer.step()
        schedule.step()
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if step % 50 == 0 or step == steps:
            print(f"step {step} of {steps}: loss {running:.3f}", file=sys.stderr)
    model.eval()


def fit_head(model: DeepModel, samples: Samples) -> None:
    """Set the normalisation, and train the head, on what the untrained layers give."""
    drawn = [samples.noisy(s) for s in samples.sentences]
    drawn += [samples.plain(s) for s in samples.sentences]
    model.eval()
    with torch.no_grad():
        parts = [(model.features(ids), truth) for ids, truth in batches_of(drawn, 2 * BATCH)]
    features, truth = torch.cat([x for x, _ in parts]), torch.cat([y for _, y in parts])
    mean, variance = features.mean(0), features.var(0)
    model.norm.running_mean.copy_(mean)
    model.norm.running_var.copy_(variance)
    even = (features - mean) / variance.sqrt()
    share = truth.mean(0).clamp(1e-3, 1 - 1e-3)
    model.head.bias.data = torch.log(share / (1 - share))
    model.head.weight.data.zero_()
    optimizer = torch.optim.Adam(model.head.parameters(), lr=FIRST_RATE)
    for _ in range(FIRST_EPOCHS):
        for part in torch.randperm(len(even)).split(FIRST_BATCH):
            loss = loss_of(model.head(even[part]), truth[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross-entropy, added over the labels."""
    return (
        functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").sum(1).mean()
    )


def train_deep(
    model: DeepModel, sentences: Sequence[Sentence], words: Words, labels: Sequence[str],
    *, epochs: float, seed: int = 0, begun: Mapping[str, npt.NDArray[Any]] | None = None,
) -> None:  # fmt: skip
    """``begun``: the arrays of a model with the same words and labels; this one goes on from it."""
    rng = random.Random(seed)
    noise = Noise([s.form for s in sentences])
    samples = Samples(sentences, words, noise, labels, rng)
    if begun is None:
        fit_head(model, samples)
        fit_deep(model, samples, epochs)
        return
    restore(model, begun)
    drawn = [samples.noisy(s) for s in rng.sample(sentences, min(EVENED, len(sentences)))]
    model.eval()
    with torch.no_grad():
        features = [model.features(ids) for ids, _ in batches_of(drawn, 2 * BATCH)]
    restore(model, begun, torch.cat(features))
    fit_deep(model, samples, epochs, BEGUN)
