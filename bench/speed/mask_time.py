"""How long the search for personal data takes in the transcript of a call of three minutes: wall
milliseconds, the least of twenty turns.

    python -m bench.speed.mask_time

The aim is less than 2 ms: the page of a call masks its transcript anew each time (our choice).
"""

from __future__ import annotations

import argparse
import time

from pipeline.privacy import find_personal
from pipeline.types import Role, Utterance

TURNS = 20
SENTENCES = 60
SPACING_S = 3.0
SIDES: tuple[Role, Role] = ("agent", "customer")


def a_call() -> list[Utterance]:
    """Sixty sentences, one of them with a telephone number."""
    texts = ["您好，一共是三个问题对吧。"] * SENTENCES
    texts[20] = "我的电话是13800138000。"
    return [
        Utterance(SIDES[at % 2], at % 2, at * SPACING_S, at * SPACING_S + 2.5, text, 0.9, ())
        for at, text in enumerate(texts)
    ]


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    call = a_call()
    took_ms = []
    for _ in range(TURNS):
        start = time.perf_counter()
        found = find_personal(call)
        took_ms.append(1000 * (time.perf_counter() - start))
        assert len(found) == 1
    print(f"{min(took_ms):.2f} ms for {SENTENCES} sentences")


if __name__ == "__main__":
    main()
