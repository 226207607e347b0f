"""Samples: calls drawn for review."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.store.file import StorePart, utc
from pipeline.store.review_state import refresh_standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class SampleStore(StorePart):
    """Stores samples, each with its seed and reasons."""

    def keep(
        self,
        drawn: Sequence[tuple[str, int, str, str, float | None]],
        *,
        seed: int,
        plan: Mapping[str, Any],
        actor: str,
        at: str,
    ) -> int:
        """Store a draw, for each call ``(sha256, result_id, why, reason, probability)``, and return
        its id. Raises ``StoreError``."""
        row = {"seed": seed, "plan": json.dumps(plan, ensure_ascii=False), "drawn_at": utc(at)}
        with self._writing():
            sample_id = self._db.table("samples").insert(row).last_pk
            assert isinstance(sample_id, int)
            names = ("sha256", "result_id", "why", "reason", "probability")
            lines = [
                {"sample_id": sample_id, **dict(zip(names, call, strict=True))} for call in drawn
            ]
            self._db.table("sampled_calls").insert_all(lines)
            for call in drawn:
                refresh_standing(self._db, call[0])
            detail = {"seed": seed, "plan": dict(plan), "calls": [call[0] for call in drawn]}
            self._note("sampled", f"sample {sample_id}", detail, actor=actor, at=at)
        return sample_id

    def random_draws(self) -> frozenset[str]:
        """SHA-256 of the recordings that were ever drawn purely at random. Raises
        ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT sha256 FROM sampled_calls WHERE why = 'random'"
            ).fetchall()
        return frozenset(row[0] for row in found)

    def random_calls(self, number: int) -> dict[str, float] | None:
        """SHA-256 → probability of the calls of a sample that were drawn purely at random;
        ``None`` where there is no such sample. Raises ``StoreError``."""
        with self._reading():
            known = self._db.execute("SELECT 1 FROM samples WHERE id = ?", [number]).fetchone()
            found = self._db.execute(
                "SELECT sha256, probability FROM sampled_calls WHERE sample_id = ? AND why = 'random'",
                [number],
            ).fetchall()
        return dict(found) if known else None
