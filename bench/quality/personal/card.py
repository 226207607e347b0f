"""The model card of the tagger of names and addresses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.quality.personal.writing import SENTENCES, TEMPLATES, sha256_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.quality.personal.writing import Talk


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a tagger has learnt from, in numbers."""

    talks: int
    harmless: int
    characters: int
    names: int
    addresses: int
    turns: int

    @classmethod
    def of(cls, talks: Sequence[Talk], turns: int) -> Learnt:
        """The numbers of these talks."""
        kinds = Counter(mark.kind for talk in talks for said in talk for mark in said.marks)
        return cls(
            len(talks),
            sum(not any(said.marks for said in talk) for talk in talks),
            sum(len(said.text) for talk in talks for said in talk),
            kinds["name"],
            kinds["address"],
            turns,
        )


def write_card(model: Path, learnt: Learnt) -> None:
    """Write README.md beside the model."""
    card = CARD.format(
        bytes=model.stat().st_size,
        sha=sha256_of(model),
        data=sha256_of(TEMPLATES, SENTENCES),
        learnt=learnt,
    )
    model.with_name("README.md").write_text(card, encoding="utf-8")


CARD = """\
# Tagger of names and addresses

`python -m bench.quality.train_personal` writes this page and the file: do not edit them by hand.

**What for.** It finds names of persons and addresses in transcripts that no rule of
`pipeline/privacy/` finds, however the sentence is worded, so that they are masked.
`pipeline/privacy/learned.py` reads it.

**What it is.** A linear-chain conditional random field (Lafferty et al. 2001) over characters, with
eight labels: begin, middle and end of a name or an address, a surname alone, none of them. 63 signs
of a character are hashed into 2^18 rows of weights: the characters around it, how often each is
part of a surname or a given name, the words of jieba's dictionary that it may begin, end or stand
in, gaps, the speaker, and if a name or an address was asked for just before. Weights are whole
numbers of eight bits. {bytes:,} bytes, numpy alone runs it.

- SHA-256 of `model.npz`: `{sha}`
- of what it learnt from, `bench/quality/personal/templates.txt` and behind it
  `models/meaning/sentences.tsv`: `{data}`

**Data.** {learnt.talks:,} made-up talks of one or a few lines, {learnt.characters:,} characters.
{learnt.names:,} names and {learnt.addresses:,} addresses stand in them, and {learnt.harmless:,}
hold neither. They are templates filled in, ordinary sentences of the meaning model into which a
name or an address is put, and the same sentences as they are or with a usual word put in that
begins like a name. Names are drawn from surnames by how common they are, from characters of given
names and from full names in jieba's dictionary; addresses from lists of provinces, cities and
districts and from made-up roads, estates and villages. No recording, no real customer and no
sentence of `tests/data` is in them. A name may be somebody's by chance.

**Training.** L-BFGS, {learnt.turns} steps, seed 11: about six minutes and 2 GB on one core. numpy and
scipy may round differently on another processor.

**How it was measured.** [docs/privacy.md](../../docs/privacy.md) has the figures, together with the
rules. Of hard wordings of a hand who saw neither, in a half that was only counted, both together
found 0.68 of names and 0.82 of addresses, and masked a word in 5 of 120 harmless sentences.

**Limits.** Its sentences were made up by one hand. A name that is a usual word (甘露) is missed
without a word that names it, and a brand or a hero of a novel may be taken for a customer. It reads
one line, and of the two lines before only if they ask. It knows whose address it is only by the
words beside it.

**Licence.** MIT, model and data, as the rest of the project. Frequencies of characters, words and
places are from the dictionary of [jieba](https://github.com/fxsjy/jieba) 0.42 (MIT, Sun Junyi).
"""
