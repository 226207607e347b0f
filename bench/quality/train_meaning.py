"""Train the meaning model, choose its levels, and write its card.

    pip install 'callqa[train]'
    python -m bench.quality.train_meaning --held 4 --layers 6 --epochs 8
    python -m bench.quality.train_meaning --begin models/meaning/model.npz --new 8 --epochs 3
    python -m bench.quality.train_meaning --card-only models/meaning/model.npz

Reads models/meaning/sentences.tsv; writes model.npz and README.md beside it. The transformer takes
about half an hour (1 core), the n-grams two minutes. The card alone needs no torch.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from bench.quality.meaning.card import write_card
from bench.quality.meaning.data import DATA, FIRST_WRITTEN, SIDES, Sentence, read_sentences, sha256
from bench.quality.meaning.e5 import find_e5, read_e5
from bench.quality.meaning.levels import Levels, choose_levels, read_held, unseen_scores
from bench.quality.meaning.ngram_fit import fit_ngrams, labels_of
from bench.quality.meaning.words import Words, choose_words
from pipeline.phrases.meaning import MODEL
from pipeline.phrases.network import SentenceNetwork

SEED = 0

LOOKS = 3
"""So often a round comes a hand that a model which goes on has not seen: in three rounds it is as
often as the others came at first (our choice)."""

Arrays = dict[str, npt.NDArray[Any]]


@click.command()
@click.option("--held", default=4, help="The hand that is held out, to choose the levels by.")
@click.option("--layers", default=6, help="Layers of the transformer.")
@click.option("--epochs", default=8.0, help="Rounds through the sentences.")
@click.option("--every", default=1, help="Take each Nth sentence only, to try the code.")
@click.option("--begin", type=click.Path(exists=True, path_type=Path), metavar="MODEL",
    help="Go on from the transformer of this model, with its words; with --epochs 0, keep it.",
)  # fmt: skip
@click.option("--new", multiple=True, type=int,
    help=f"With --begin: a hand that it has not seen; its sentences come {LOOKS} times a round.",
)  # fmt: skip
@click.option("--out", default=MODEL, type=click.Path(path_type=Path), help="The file to write.")
@click.option("--scores", type=click.Path(path_type=Path),
    help="Keep the n-grams' scores of the held-out hand in this file, for later cards.",
)  # fmt: skip
@click.option("--card-only", type=click.Path(exists=True, path_type=Path), metavar="MODEL",
    help="Write the card of this model, and train none.",
)  # fmt: skip
def main(  # noqa: PLR0913 - click gives each option as an argument
    held: int, layers: int, epochs: float, every: int, begin: Path | None, new: tuple[int, ...],
    out: Path, scores: Path | None, card_only: Path | None,
) -> None:  # fmt: skip
    """Write the model and its card, and print the card."""
    sentences = read_sentences(DATA)[::every]
    if card_only is not None:
        print(write_card(card_only, sentences, unseen_scores(sentences, held, scores), held))
        return
    if begin is None:
        arrays = train_network(sentences, held=held, layers=layers, epochs=epochs)
    else:
        arrays = train_on(sentences, begin, new, held=held, layers=layers, epochs=epochs)
    for who in SIDES:
        side = [s for s in sentences if s.who == who]
        arrays |= fit_ngrams(side, labels_of(side)).export(who)
    unseen = unseen_scores(sentences, held, scores)
    words = tuple(map(str, arrays["words"]))
    network = SentenceNetwork.of(words, arrays["scores"], arrays_of(arrays))
    order = order_of(sentences)
    levels: Levels = {}
    for side_held in read_held(sentences, network, order, unseen, held):
        levels |= choose_levels(side_held)
    for at, name in enumerate(("near", "show", "sure")):
        arrays[name] = np.array([levels[label][at] for label in order], np.float32)
    arrays |= {"labels": np.array(order), "data_sha256": np.array(sha256(DATA))}
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, allow_pickle=False, **arrays)
    print(write_card(out, sentences, unseen, held))


def order_of(sentences: Sequence[Sentence]) -> list[str]:
    """All labels as the file names them: ``agent.apology`` …, those of the agent first."""
    return [
        f"{who}.{label}"
        for who in SIDES
        for label in labels_of([s for s in sentences if s.who == who])
    ]


def network_of(arrays: Arrays) -> Arrays:
    """The network with its words, of all arrays of a file."""
    others = ("labels", "near", "show", "sure", "data_sha256")
    return {
        name: array
        for name, array in arrays.items()
        if name not in others and not name.startswith(SIDES)
    }


def arrays_of(arrays: Arrays) -> Arrays:
    """The network's own among all arrays."""
    return {
        name: array
        for name, array in arrays.items()
        if name not in ("words", "scores") and not name.startswith(SIDES)
    }


def train_network(
    sentences: Sequence[Sentence], *, held: int, layers: int, epochs: float
) -> Arrays:
    """The transformer's arrays. It learns from all hands but the held-out one and the oldest, whose
    labels are not complete. Exits with a message where torch or the weights are not installed."""
    deep, deep_fit = torch_parts()
    e5 = read_e5(find_e5())
    seen = [s for s in sentences if s.hand not in (held, FIRST_WRITTEN)]
    words, order = choose_words(e5, [s.form for s in seen]), order_of(sentences)
    model = deep.DeepModel(e5, words, len(order), layers)
    deep_fit.train_deep(model, seen, words, order, epochs=epochs, seed=SEED)
    arrays: Arrays = deep.export_deep(model, words, order, order)
    return arrays


def train_on(
    sentences: Sequence[Sentence], begin: Path, new: Sequence[int], *, held: int, layers: int,
    epochs: float,
) -> Arrays:  # fmt: skip
    """As ``train_network``, from the transformer of ``begin`` on, whose labels must be the same.
    Sentences of the hands ``new`` come LOOKS times a round. No epochs: its arrays as they are."""
    with np.load(begin, allow_pickle=False) as entries:
        begun = {name: entries[name] for name in entries.files}
    order = order_of(sentences)
    if list(map(str, begun["labels"])) != order:
        sys.exit(f"{begin}: its labels are not those of the sentences; train without --begin")
    if epochs == 0:
        return network_of(begun)
    deep, deep_fit = torch_parts()
    e5 = read_e5(find_e5())
    pieces = tuple(map(str, begun["words"]))
    words = Words(pieces, begun["scores"], np.zeros(len(pieces), np.int64))
    seen = [s for s in sentences if s.hand not in (held, FIRST_WRITTEN)]
    seen += [s for s in seen if s.hand in new] * (LOOKS - 1)
    model = deep.DeepModel(e5, words, len(order), layers)
    deep_fit.train_deep(model, seen, words, order, epochs=epochs, seed=SEED, begun=begun)
    arrays: Arrays = deep.export_deep(model, words, order, order)
    return arrays


def torch_parts() -> tuple[Any, Any]:
    """The modules ``deep`` and ``deep_fit``, with torch seeded. Exits with a message where it is
    not installed."""
    try:
        torch = import_module("torch")
    except ImportError:
        sys.exit("training needs torch; pip install 'callqa[train]'")
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums in threads differ from run to run
    deep, deep_fit = (import_module(f"bench.quality.meaning.{m}") for m in ("deep", "deep_fit"))
    return deep, deep_fit


if __name__ == "__main__":
    main()
