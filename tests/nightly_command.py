"""``callqa nightly`` in a process of its own, with workers that hear nothing: what fault tests
break.

python -m tests.nightly_command SECONDS_A_CALL [OPTIONS OF NIGHTLY]
"""

from __future__ import annotations

import sys

from pipeline.commands.main import main
from pipeline.jobs import JudgingBasis
from pipeline.nightly.job import UnattendedRun
from pipeline.nightly.scored import NightPlan
from pipeline.store import Store
from tests.night_process import FakePlan


def run(takes_s: float, options: list[str]) -> None:
    """Everything but the recogniser is the real command."""

    def plan(self: UnattendedRun, store: Store, basis: JudgingBasis, *, any_new: bool) -> NightPlan:
        return FakePlan(takes_s)

    UnattendedRun._plan = plan  # type: ignore[method-assign]
    main(["nightly", *options])


if __name__ == "__main__":
    run(float(sys.argv[1]), sys.argv[2:])
