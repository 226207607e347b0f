"""What each finding and figure takes or adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipeline.lexicon import FigureDeduction, FindingDeduction, Per, Rule
from pipeline.score.figure_words import explain_figure
from pipeline.score.words import explain_finding
from pipeline.types import Finding, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.score.figures import Figures


@dataclass(slots=True)
class Deductor:
    """Charges the findings of one call, each once. ``taken``: points by finding, below 0 for what
    it takes; ``fatal``: findings of rules that are fatal by themselves."""

    confirmed: tuple[tuple[int, Finding], ...]
    rules: Mapping[str, Rule]
    figures: Figures
    taken: dict[int, float] = field(default_factory=dict)
    fatal: list[Reason] = field(default_factory=list)

    @classmethod
    def over(
        cls, findings: Sequence[Finding], rules: Mapping[str, Rule], figures: Figures
    ) -> Deductor:
        confirmed = tuple(
            (i, finding) for i, finding in enumerate(findings) if finding.verdict == "confirmed"
        )
        return cls(confirmed, rules, figures)

    def finds(self, charges: Sequence[FindingDeduction | FigureDeduction]) -> bool:
        """Whether a finding fits one of the charges; a person may have added it."""
        return any(
            fits(charge, finding, self.rules)
            for charge in charges
            if isinstance(charge, FindingDeduction)
            for _, finding in self.confirmed
        )

    def charge(
        self,
        charges: Sequence[FindingDeduction | FigureDeduction],
        *,
        most: float,
        sign: Literal[1, -1],
    ) -> tuple[Reason, ...]:
        """The reasons for what the charges take (``sign`` -1) or add (1), together ``most`` at
        most."""
        reasons: list[Reason] = []
        for charge in charges:
            left = most - sum(abs(reason.points) for reason in reasons)
            if isinstance(charge, FigureDeduction):
                reasons += self._by_figure(charge, left, sign)
            else:
                reasons += self._by_findings(charge, left, sign)
        return tuple(reasons)

    def _by_figure(self, charge: FigureDeduction, left: float, sign: int) -> list[Reason]:
        value = self.figures.get(charge.limit.figure)
        excess = charge.limit.excess(value)
        if value is None or excess <= 0:
            return []
        points = min(left, charge.points * (excess if charge.per == "unit" else 1.0))
        return [
            Reason(
                explain_figure(charge.limit, value, charge.source),
                sign * points + 0.0,
                figure=float(value),
            )
        ]

    def _by_findings(self, charge: FindingDeduction, left: float, sign: int) -> list[Reason]:
        reasons: list[Reason] = []
        charged: set[str] = set()
        for index, finding in self.confirmed:
            if index in self.taken or not fits(charge, finding, self.rules):
                continue
            rule = self.rules.get(finding.rule)
            cost, per = _cost(charge, rule)
            once = finding.rule if charge.points is None else ""
            points = 0.0 if once in charged and per == "call" else min(left, cost)
            charged.add(once)
            left -= points
            self.taken[index] = sign * points + 0.0
            source = rule.source if rule and charge.points is None else charge.source
            reasons.append(
                Reason(explain_finding(finding, source, rule), sign * points + 0.0, finding=index)
            )
            if charge.points is None and rule is not None and rule.fatal:
                self.fatal.append(Reason(f"一票否决：{reasons[-1].text}", 0.0, finding=index))
        return reasons


def _cost(charge: FindingDeduction, rule: Rule | None) -> tuple[float, Per]:
    """What a finding takes: the sheet's figure, or where the sheet leaves it to the rule, the
    rule's."""
    if charge.points is not None:
        return charge.points, charge.per
    return (rule.points, rule.per) if rule is not None else (0.0, "hit")


def fits(charge: FindingDeduction, finding: Finding, rules: Mapping[str, Rule]) -> bool:
    """Whether a finding is confirmed and of the kind, rule, side, severity and length that a charge
    is for."""
    if finding.verdict != "confirmed" or finding.kind != charge.kind:
        return False
    rule = rules.get(finding.rule)
    named = charge.rule
    return (
        (finding.rule.startswith(named[:-1]) if named.endswith("*") else finding.rule == named)
        and charge.role in (None, finding.role)
        and charge.severity in (None, rule.severity if rule else None)
        and finding.end_s - finding.start_s >= charge.least_s
    )
