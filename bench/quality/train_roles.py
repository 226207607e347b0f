"""Train the model of who says a sentence, agent or customer, and write its card.

    pip install 'callqa[train]'
    python -m bench.quality.train_roles [--held 4]

Reads models/meaning/sentences.tsv; writes models/roles/model.npz and README.md. Takes a minute on
one core. The figures of the card are of a model that has not seen the held-out hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click
import numpy as np

from bench.quality.meaning.data import DATA, Sentence, read_sentences, sha256
from bench.quality.meaning.ngram_fit import Floats, fit_ngrams
from pipeline.phrases.meaning import bare
from pipeline.phrases.ngrams import NgramModel
from pipeline.phrases.sayers import MODEL

AGENT = "agent"
KEPT = 30_000
"""N-grams that are written: the model of all has the same figures to 0.01 on the held-out hand."""

CARD = """# Who says a sentence

**What for.** It helps to tell which of two speakers is the agent: its log odds are high for what
agents say (请您提供一下单号) and low for what customers say (我的快递怎么还没到). It judges nobody,
and no single sentence: a customer may speak as politely as an agent. docs/roles.md says how it
counts, and `pipeline/phrases/sayers.py` reads it.

**What it is.** A logistic regression (scikit-learn, C = 10, classes balanced) over TF-IDF of 1 to 4
characters and of 2 and 3 syllables without tones, in which a recogniser's wrong characters sound
like the right ones. {kept} n-grams, weights of eight bits, {size} kB. Each sentence with 您 is learnt
with 你 as well, as the recogniser often writes it.

**Data.** `models/meaning/sentences.tsv` ([its card](../meaning/README.md)): {agents} sentences of
agents, polite and rude, and {customers} of customers, made up for this project. SHA-256 of the data:
`{data}`.

**Training.** `python -m bench.quality.train_roles`. It writes this page too.

**Measured** on hand {held} of the writers, whom the model for this table has not seen.

| sentences of | number | above 0 |
|---|---|---|
| agents | {held_agents} | {above_agents:.1%} |
| customers | {held_customers} | {above_customers:.1%} |
"""


@click.command()
@click.option("--held", default=4, help="The hand whose sentences measure it.")
def main(held: int) -> None:
    """Write the model and its card, and print the card."""
    sentences = read_sentences(DATA)
    arrays = fit_ngrams(_marked(sentences), [AGENT]).export("who", kept=KEPT)
    MODEL.parent.mkdir(exist_ok=True)
    np.savez_compressed(MODEL, allow_pickle=False, **arrays)
    seen = fit_ngrams(_marked([s for s in sentences if s.hand != held]), [AGENT])
    model = NgramModel.of(seen.export("who", kept=KEPT), "who")
    agents, customers = (_scores(model, sentences, held, who) for who in ("agent", "customer"))
    card = CARD.format(
        kept=len(arrays["who.grams"]), size=MODEL.stat().st_size // 1000, held=held, data=sha256(DATA),
        agents=sum(s.who == "agent" for s in sentences),
        customers=sum(s.who == "customer" for s in sentences),
        held_agents=len(agents), held_customers=len(customers),
        above_agents=float((agents > 0).mean()), above_customers=float((customers > 0).mean()),
    )  # fmt: skip
    MODEL.with_name("README.md").write_text(card, encoding="utf-8")
    print(card)


def _marked(sentences: Sequence[Sentence]) -> list[Sentence]:
    """With the speaker as the only label, and each 您 as 你 too."""
    marked = [replace(s, labels=frozenset({AGENT} if s.who == "agent" else ())) for s in sentences]
    return marked + [replace(s, form=s.form.replace("您", "你")) for s in marked if "您" in s.form]


def _scores(model: NgramModel, sentences: Sequence[Sentence], hand: int, who: str) -> Floats:
    own = [bare(s.form) for s in sentences if s.hand == hand and s.who == who]
    return np.asarray(model.logits(own)[:, 0], np.float64)


if __name__ == "__main__":
    main()
