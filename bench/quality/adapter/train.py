"""Train the adapter of Whisper ``base`` on speech by telephone.

    python -m bench.quality.adapter.train OUT --speech LIST.jsonl … [--aside SPEAKER] [--windows 5000]

Needs torch (BSD) and pypinyin beside callqa's own packages; torch is no dependency of callqa. Writes
OUT/base.npz, and while it trains OUT/state.pt, from which it goes on if it was stopped.

The encoder learns three things at once, the decoder stays as it is: that the decoder writes the text
(cross-entropy), that the head of the second ear reads its syllables (CTC; the head learns as well, and
is thrown away), and that its states by telephone are those of the clean sound. The last keeps what
``base`` has learnt from 680,000 hours. What is written is a share of the change: weights between those
before and after err less on other speech than either (Wortsman et al. 2022, arXiv:2109.01903).
"""

from __future__ import annotations

import math
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import torch

from bench.quality.adapter.losses import STATES_WEIGHT, SYLLABLES_WEIGHT, Losses
from bench.quality.adapter.whisper import Whisper
from bench.quality.adapter.windows import TrainingWindow, WindowMaker
from pipeline.eartrain.speech import read_speech

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = Path("models/ear/base.npz")

RANK = 32
AT_ONCE, TOGETHER = 2, 2
"""Windows of a batch, and batches of a step."""

RATE, WARM_UP, LAST = 1e-3, 40, 0.02
"""Step size: rises for ``WARM_UP`` steps, then falls as a cosine to a share of ``LAST``."""

HEAD_RATE = 0.3
"""The head learns slower: it has learnt before."""

SHARE = 0.5
"""Share of the change that is written."""

SAVED, TOLD = 200, 100
"""Windows between two states on disk, and between two lines."""

PREFETCHED = 12


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--speech", "lists", multiple=True, required=True, type=click.Path(path_type=Path))
@click.option("--aside", multiple=True, help="A speaker that is not learnt from.")
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder of base as it was published.",
)
@click.option("--windows", default=5000)
@click.option("--share", default=SHARE)
@click.option("--seed", default=0)
def main(
    out: Path,
    lists: tuple[Path, ...],
    aside: tuple[str, ...],
    model: Path,
    windows: int,
    share: float,
    seed: int,
) -> None:
    """Train on windows 0 to WINDOWS, and write the adapter."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    training = Training(model, windows // (AT_ONCE * TOGETHER))
    training.go_on(out / "state.pt")
    told, begun = [], time.perf_counter()
    made = draw_windows(lists, aside, seed, range(training.seen, windows))
    for batch in batches(made):
        told.append(training.learn(batch))
        if training.seen % TOLD == 0:
            means = " ".join(f"{mean:.4f}" for mean in np.mean(told, axis=0))
            click.echo(f"{training.seen} {means} {time.perf_counter() - begun:.0f} s")
            told = []
        if training.seen % SAVED == 0:
            training.save(out / "state.pt")
    training.write(out / "base.npz", share)


class Training:
    """Adapters, optimiser and how far it has come. ``seen``: windows so far."""

    def __init__(self, model: Path, steps: int) -> None:
        self.seen = 0
        whisper = Whisper(model / "model.bin")
        self._adapters = whisper.new_adapters(RANK)
        self._losses = Losses(whisper, HEAD, model / "tokenizer.json")
        own = [factor for pair in self._adapters.values() for factor in pair]
        others = list(self._losses.head.values())
        self._learnt = [*own, *others]
        groups: list[dict[str, Any]] = [
            {"params": own, "lr": RATE},
            {"params": others, "lr": RATE * HEAD_RATE},
        ]
        self._optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)

        def rate(step: int) -> float:
            fallen = 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps)))
            return min(1.0, (step + 1) / WARM_UP) * (LAST + (1 - LAST) * fallen)

        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, rate)

    def learn(self, batch: list[TrainingWindow]) -> tuple[float, float, float]:
        """One batch; every ``TOGETHER`` of them are a step. Gives its losses: of the text a token, of
        the states, of the syllables one."""
        text, states, syllables = self._losses.of(batch, self._adapters)
        whole = text + STATES_WEIGHT * states + SYLLABLES_WEIGHT * syllables
        (whole / TOGETHER).backward()
        self.seen += len(batch)
        if self.seen % (AT_ONCE * TOGETHER) == 0:
            torch.nn.utils.clip_grad_norm_(self._learnt, 1.0)
            self._optimiser.step()
            self._schedule.step()
            self._optimiser.zero_grad()
        return text.item(), states.item(), syllables.item()

    def save(self, path: Path) -> None:
        """Keep all that going on needs."""
        state = {
            "seen": self.seen,
            "learnt": [one.detach() for one in self._learnt],
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def go_on(self, path: Path) -> None:
        """Take up a training that was stopped, if there is one."""
        if not path.exists():
            return
        state = torch.load(path)
        self.seen = state["seen"]
        with torch.no_grad():
            for one, kept in zip(self._learnt, state["learnt"], strict=True):
                one.copy_(kept)
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])

    def write(self, path: Path, share: float) -> None:
        """The adapter, for ``pipeline.weights``."""
        arrays = {}
        for name, (narrow, wide) in self._adapters.items():
            arrays[f"{name}/a"] = narrow.detach().numpy().astype(np.float16)
            arrays[f"{name}/b"] = (share * wide.detach().numpy()).astype(np.float16)
        np.savez_compressed(path, **arrays)


def batches(windows: Iterator[TrainingWindow]) -> Iterator[list[TrainingWindow]]:
    """``AT_ONCE`` windows at a time."""
    batch: list[TrainingWindow] = []
    for window in windows:
        batch.append(window)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []


def draw_windows(
    lists: tuple[Path, ...], aside: tuple[str, ...], seed: int, numbers: range
) -> Iterator[TrainingWindow]:
    """The windows in order; a second process makes them ahead."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        ahead = [pool.submit(_make, lists, aside, seed, number) for number in numbers[:PREFETCHED]]
        for number in numbers:
            yield ahead.pop(0).result()
            if number + PREFETCHED in numbers:
                ahead.append(pool.submit(_make, lists, aside, seed, number + PREFETCHED))


def _make(
    lists: tuple[Path, ...], aside: tuple[str, ...], seed: int, number: int
) -> TrainingWindow:
    return _maker(lists, aside, seed).make(number)


@cache
def _maker(lists: tuple[Path, ...], aside: tuple[str, ...], seed: int) -> WindowMaker:
    spoken = [one for one in read_speech(lists) if one.speaker not in aside]
    return WindowMaker(spoken, seed=seed)


if __name__ == "__main__":
    main()
