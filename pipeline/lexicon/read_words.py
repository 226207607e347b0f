"""Words of a lexicon that are no rules: role cues, inventions, words of conversation."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pipeline.lexicon.read_phrases import all_wordings, read_wordings
from pipeline.lexicon.reader import Field, read_yaml
from pipeline.lexicon.rule import TalkWords
from pipeline.weights import shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

LEXICON_FOLDER = shipped_folder("lexicons")
"""The lexicons that come with callqa."""

CUES_FILE = "cues.yaml"
INVENTED_FILE = "invented.yaml"
TALK_FILE = "conversation.yaml"
VERSION = "1"


def read_top(file: Path, key: str) -> Field:
    """The one section of a file in the present version. Raises ``LexiconError``."""
    entries = read_yaml(file).mapping(needed=("version", key), known=("version", key))
    entries["version"].choice(VERSION)
    return entries[key]


def read_cues(file: Path) -> dict[str, dict[str, float]]:
    """The weights of role cues by side, 0.1 to 10. Raises ``LexiconError``."""
    entries = read_yaml(file).mapping(
        needed=("version", "agent", "customer"), known=("version", "agent", "customer")
    )
    entries["version"].choice(VERSION)
    return {side: _weights(entries[side]) for side in ("agent", "customer")}


def read_talk(file: Path) -> TalkWords:
    """The words of ``file``; lists that came later and that it lacks are those that ship."""
    names = tuple(field.name for field in fields(TalkWords))
    needed = names[: names.index("leaving")]
    entries = read_yaml(file).mapping(needed=("version", *needed), known=("version", *names))
    entries["version"].choice(VERSION)
    own = {name: all_wordings(entries[name]) for name in names if name in entries}
    shipped = LEXICON_FOLDER / TALK_FILE
    if len(own) == len(names) or file == shipped:
        return TalkWords(**own)
    return replace(read_talk(shipped), **own)


def _weights(field: Field) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in field.items():
        entries = item.mapping(needed=("say", "weight"), known=("say", "weight"))
        for say in read_wordings(entries["say"]):
            weights[say] = entries["weight"].number(least=0.1, most=10)
    return weights
