"""``callqa score`` in a process of its own, with ``tests.hearing`` in the place of the model.

python -m tests.score_command OPTIONS OF SCORE
"""

from __future__ import annotations

import sys
from functools import partial
from types import SimpleNamespace

from pipeline.commands import score
from pipeline.commands.main import main
from tests.hearing import MODEL, ActingPlan, hear


def run(options: list[str]) -> None:
    """Everything but the hearing itself is the real command."""
    fakes = {
        "identify": lambda settings, allow_download: MODEL,
        "HearingPlan": ActingPlan,
        "load_checker": lambda basis, history, threads: SimpleNamespace(
            recogniser=MODEL, basis=basis
        ),
        "hearer_of": lambda checker, sound: partial(hear, basis=checker.basis),
    }
    for name, fake in fakes.items():
        assert hasattr(score, name)
        setattr(score, name, fake)
    main(["score", *options])


if __name__ == "__main__":
    run(sys.argv[1:])
