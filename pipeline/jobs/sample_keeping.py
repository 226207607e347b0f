"""Keep the calls that were drawn for people to listen to."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.store import Store
    from pipeline.study import Drawn, SamplingPlan
    from pipeline.types import Scope


def keep_sample(
    store: Store,
    drawn: Sequence[Drawn],
    plan: SamplingPlan,
    *,
    seed: int,
    actor: str,
    at: str,
    scope: Scope | None = None,
) -> int:
    """Keep a draw with the plan, the seed and the ``scope`` that it was made by, and return its
    number; the ledger has it. Raises ``StoreError``."""
    calls = [
        (one.record.sha256, one.result_id, one.why, one.reason, one.probability) for one in drawn
    ]
    made_by: dict[str, object] = asdict(plan)
    if scope is not None:
        named = {name: str(value) for name, value in asdict(scope).items() if value is not None}
        made_by["scope"] = named
    return store.samples.keep(calls, seed=seed, plan=made_by, actor=actor, at=at)
