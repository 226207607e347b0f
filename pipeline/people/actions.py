"""Review actions on a call: decisions about findings, corrections, points, and remarks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from pipeline.types import Finding, Kind, Role, Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

ActionKind: TypeAlias = Literal[
    "decide", "add", "role", "text", "override", "tone", "comment", "mark", "assign", "settle"
]

SCORING_KINDS: tuple[ActionKind, ...] = ("decide", "add", "role", "text", "override")
"""Actions that change the score."""

SAME_PLACE_S: Seconds = 0.05
"""Stretches with ends that differ by less are the same: times are stored in milliseconds."""


@dataclass(frozen=True, slots=True)
class FindingKey:
    """The key of a finding: it names the finding after a rescore too."""

    rule: str
    kind: Kind
    role: Role
    start_s: Seconds
    end_s: Seconds
    phrase: str = ""

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(
            finding.rule, finding.kind, finding.role, finding.start_s, finding.end_s, finding.phrase
        )

    def fits(self, finding: Finding | FindingKey) -> bool:
        """Whether a finding is the named one: the same rule, kind and side, at a place that both
        share. A missing phrase is missing from the whole call."""
        if (self.rule, self.kind) != (finding.rule, finding.kind):
            return False
        if self.kind == "missing":
            return True
        same_place = abs(self.start_s - finding.start_s) < SAME_PLACE_S
        shared_s = Span(self.start_s, self.end_s).overlap_s(Span(finding.start_s, finding.end_s))
        return self.role == finding.role and (same_place or shared_s > 0)

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReviewAction:
    """A stored action of a person on a call; ``at`` and ``undone_at`` are UTC, ISO 8601. ``value``
    by kind:

    ``decide``: ``decision`` (``confirmed``, ``refused`` or ``open``) and ``finding`` (a
    ``FindingKey``); ``add``: a ``FindingKey`` with ``quote``; ``role``: ``channel``, ``start_s``,
    ``end_s`` of an utterance and its ``role``; ``text``: the same and its ``text``; ``override``:
    ``item``, ``points`` and ``reason``; ``tone``: ``role``, ``start_s``, ``end_s`` and ``grade``;
    ``comment``: ``text``; ``mark``: ``mark`` (``good``, ``coaching`` or ``None``); ``assign``:
    ``to`` (a user or ``None``); ``settle``: ``settled``."""

    id: int
    sha256: str
    result_id: int
    kind: ActionKind
    value: Mapping[str, Any]
    actor: str
    at: str
    rule: str | None = None
    appeal_id: int | None = None
    undone_by: str | None = None
    undone_at: str | None = None

    @property
    def in_force(self) -> bool:
        return self.undone_at is None

    @property
    def finding(self) -> FindingKey | None:
        """The finding that was decided or added."""
        if self.kind == "decide":
            return FindingKey(**self.value["finding"])
        if self.kind == "add":
            return FindingKey(
                **{name: self.value[name] for name in FindingKey.__dataclass_fields__}
            )
        return None


@dataclass(frozen=True, slots=True)
class NewAction:
    """An action to be stored."""

    kind: ActionKind
    value: Mapping[str, Any] = field(default_factory=dict)
    rule: str | None = None
    appeal_id: int | None = None
