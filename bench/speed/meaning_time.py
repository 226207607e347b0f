"""How long the search for phrases takes with the meaning model, and how long without: wall
milliseconds for each turn of the conversations in ../shared/texts.

    OPENBLAS_NUM_THREADS=1 python -m bench.speed.meaning_time [FOLDER …]

The model keeps the sentences that it has read, so each conversation counts once. The first one is
searched before and not counted, because much is loaded at first use. There is no recording.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pipeline.imports import Conversation, read_conversations
from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseBook, find_phrases, load_meaning
from pipeline.types import CallFacts

TEXTS = Path(__file__).parents[3] / "shared" / "texts"
FORMS = (".json", ".srt", ".vtt", ".txt", ".csv", ".jsonl")


def read_folders(folders: list[Path]) -> list[Conversation]:
    """All conversations of the folders, in the order of their files' names."""
    paths = [
        path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in FORMS
    ]
    return [conversation for path in paths for conversation in read_conversations(path)]


def time_search(conversations: list[Conversation], book: PhraseBook) -> list[float]:
    """Milliseconds a turn of each conversation but the first."""
    took_ms = []
    for conversation in conversations:
        said = conversation.utterances
        facts = CallFacts(said, conversation.duration_s, conversation.meta, (None,) * len(said))
        start = time.perf_counter()
        find_phrases(facts, book, roles_sure=True, by_sound=conversation.medium == "voice")
        took_ms.append(1000 * (time.perf_counter() - start) / max(1, len(said)))
    return took_ms[1:]


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]] or [TEXTS / "polite", TEXTS / "flawed"]
    conversations = read_folders(folders)
    rules = load_lexicon().rules
    turns = sum(len(c.utterances) for c in conversations)
    print(f"{len(conversations)} conversations, {turns} turns; milliseconds a turn")
    for name, book in (
        ("with the model", PhraseBook.of(rules, load_meaning())),
        ("without", PhraseBook.of(rules, None)),
    ):
        took = sorted(time_search(conversations, book))
        mean, middle = sum(took) / len(took), took[len(took) // 2]
        print(f"{name:15} mean {mean:.1f}, median {middle:.1f}, most {took[-1]:.1f}")


if __name__ == "__main__":
    main()
