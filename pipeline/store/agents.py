"""The agents of a site: their names and teams, and who of a list is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.store.file import StorePart
from pipeline.store.sheet_numbers import as_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class AgentStore(StorePart):
    """Stores agents."""

    def record(
        self, agents: Sequence[tuple[str, str | None, str | None]], *, actor: str, at: str
    ) -> int:
        """Set name and team of agents, given as ``(agent_id, name, team)``. Returns the number of
        changed agents. Raises ``StoreError``."""
        changed = 0
        with self._writing():
            for agent_id, name, team in agents:
                before = self._db.execute(
                    "SELECT name, team FROM agents WHERE agent_id = ?", [agent_id]
                ).fetchone()
                if before != (name, team):
                    row = {"agent_id": agent_id, "name": name, "team": team}
                    self._db.table("agents").upsert(row, pk="agent_id")
                    detail = {"before": before, "after": [name, team]}
                    self._note("imported", f"agent {agent_id}", detail, actor=actor, at=at)
                    changed += 1
        return changed

    def without_calls(self, agents: Iterable[str]) -> list[str]:
        """Those of the agents who have no call, in order. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT DISTINCT agent_id FROM calls").fetchall()
        return sorted(set(agents) - {row[0] for row in found})

    def unknown(self, agents: Iterable[str]) -> list[str]:
        """Those of the agents who have no call and are not listed, in order. Raises
        ``StoreError``."""
        without = self.without_calls(agents)
        with self._reading():
            listed = self._db.execute("SELECT agent_id FROM agents").fetchall()
        return sorted(set(without) - {row[0] for row in listed})

    def alike(self, agents: Iterable[str]) -> dict[str, str]:
        """Those of the agents who have no call, and who are a known one but for leading zeros and a
        decimal point, as a spreadsheet writes numbers; each with the known one. Two who are both
        listed are two agents. Raises ``StoreError``."""
        without = self.without_calls(agents)
        if not without:
            return {}
        with self._reading():
            callers = self._db.execute("SELECT DISTINCT agent_id FROM calls").fetchall()
            listed = {row[0] for row in self._db.execute("SELECT agent_id FROM agents").fetchall()}
        known = {as_number(row[0]): row[0] for row in callers if row[0]}
        found: dict[str, str] = {}
        for one in without:
            number = as_number(one)
            other = known.get(number) if number else None
            if other is None and number and one not in listed:
                other = next((name for name in listed if as_number(name) == number), None)
            if other is not None and not (one in listed and other in listed):
                found[one] = other
        return found

    def find(self, agents: Iterable[str]) -> dict[str, tuple[str | None, str | None]]:
        """Name and team of those of the agents who are listed, by id. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                """SELECT agent_id, name, team FROM agents
                WHERE agent_id IN (SELECT value FROM json_each(?))""",
                [json.dumps(list(agents))],
            )
            return {agent: (name, team) for agent, name, team in found.fetchall()}

    def teams(self) -> tuple[str, ...]:
        """The teams of all agents, by name. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT DISTINCT team FROM agents WHERE team IS NOT NULL ORDER BY team"
            )
            return tuple(row[0] for row in found.fetchall())
