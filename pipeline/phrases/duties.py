"""Which duties the agent did not do: what was owed, whether anything met it, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

from pipeline.lexicon import AT_EACH
from pipeline.phrases.misheard import may_be
from pipeline.phrases.sighting import quotes_of
from pipeline.types import Finding, Span, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.lexicon import Duty, Rule
    from pipeline.phrases.acoustic import Ear
    from pipeline.phrases.address import Pronoun
    from pipeline.phrases.logic import Evaluation
    from pipeline.phrases.misheard import Edge
    from pipeline.phrases.readings import Readings
    from pipeline.phrases.sighting import Occurrence
    from pipeline.phrases.text import Turn
    from pipeline.types import CallFacts, FormOfAddress

CLEAR_SPEECH = 0.775
"""Mean confidence of the agent's speech from which one may say that something was not said.

One call has up to 0.05 more or less from machine to machine (``bench.quality.kernels``), and with it
all its duties change together: at 0.7 five points of one call in 16 did. The 16 calls have none
between 0.73 and 0.83, so the limit is in the middle there."""

ENOUGH_CHARS = 10
"""An agent who says less cannot be charged with leaving phrases out (our choice)."""

SURE_NEED = 0.9
"""Confidence from which the place that calls for a duty is sure; below it a lack is for a
person."""

SOUND_ALIKES = {"您好": ("你好",), "再见": ("再会", "拜拜")}
"""What a slot is easily misheard as; where it stands, a lack is for a person to decide."""


EDGES: Mapping[str, Edge] = {"first": "begin", "last": "end"}
"""Where in its sentence a courtesy of the call's beginning or end stands."""


@dataclass(frozen=True, slots=True)
class DutyState:
    """``due``: whether the duty applies to this call; ``missing``: the findings of its lack."""

    due: bool
    missing: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class DutyCheck:
    """One call whose duties are checked. ``own``: the agent's turns; ``pronouns``, ``address``: how
    he addresses the customer; ``ear``: what a second ear heard, ``None`` without one."""

    facts: CallFacts
    own: tuple[Turn, ...]
    evaluation: Evaluation
    readings: Readings | None
    pronouns: Sequence[Pronoun]
    address: FormOfAddress
    roles_sure: bool
    ear: Ear | None

    def check(self, rule: Rule) -> DutyState:
        """The state of a rule's duty in this call."""
        duty = rule.duty
        assert duty is not None
        if not self.own or not self.evaluation.applies(rule):
            return DutyState(due=False)
        if duty.share is not None:
            return self._share(rule, duty)
        if duty.within in AT_EACH:
            return self._at_each(rule, duty, self.evaluation.marked(rule))
        place = self._place(duty)
        if self._met(duty, _numbers(place)):
            return DutyState(due=True)
        sure = not self._near(duty, place) and not self._alike(rule, place)
        said = self._misheard(rule, duty, place) if sure else ""
        found = self._finding(rule, None, sure=sure and not said, said=said)
        if said:
            found = replace(found, match="acoustic")
        return DutyState(due=True, missing=(found,))

    def _share(self, rule: Rule, duty: Duty) -> DutyState:
        share = duty.share
        assert share is not None
        rate, counted = self.address.nin_rate, self.address.nin + self.address.ni
        if rate is None or counted < share.of:
            return DutyState(due=False)
        if rate >= share.least:
            return DutyState(due=True)
        said = f"称呼客户 {counted} 次，用“您” {self.address.nin} 次（{rate:.0%}）"
        sure = rate < share.sure_below and not self.address.unsure
        first = next(p for p in self.pronouns if p.said == "你")
        hit = self.evaluation.place_of(first.turn, first.at, first.at + 1)
        return DutyState(due=True, missing=(self._finding(rule, hit, sure=sure, said=said),))

    def _at_each(self, rule: Rule, duty: Duty, needs: Sequence[Occurrence]) -> DutyState:
        """The duty at each place that calls for it; of several places without it the surest."""
        missing = [
            self._finding(rule, need, sure=need.confidence >= SURE_NEED)
            for need in needs
            if not self._met_at(duty, need)
        ]
        missing.sort(key=lambda found: (found.verdict != "confirmed", -found.confidence))
        kept = missing if rule.per == "hit" else missing[:1]
        return DutyState(due=bool(needs), missing=tuple(kept))

    def _met_at(self, duty: Duty, need: Occurrence) -> bool:
        if duty.within == "turn":
            turn = next(t for t in self.own if t.first <= need.first <= _last(t))
            return self._met(duty, _numbers([turn]))
        numbers = sorted(_numbers(self.own))
        if duty.within == "after":
            chosen = [n for n in numbers if n > need.last][: duty.turns]
            chosen += [need.last] if need.last in numbers else []
        else:
            chosen = [n for n in numbers if n <= need.first][-duty.turns :]
        return self._met(duty, set(chosen))

    def _met(self, duty: Duty, numbers: Collection[int]) -> bool:
        return any(
            hit.first in numbers and not (duty.by_words and hit.match == "meaning")
            for slot in duty.any_of
            for hit in self.evaluation.hits(self.evaluation.rules[slot])
            if slot in self.evaluation.rules
        )

    def _said(self, slots: Sequence[str], numbers: Collection[int]) -> bool:
        known = [self.evaluation.rules[slot] for slot in slots if slot in self.evaluation.rules]
        return any(hit.first in numbers for rule in known for hit in self.evaluation.hits(rule))

    def _place(self, duty: Duty) -> Sequence[Turn]:
        if duty.within == "first":
            return self.own[: duty.turns]
        return self.own[-duty.turns :] if duty.within == "last" else self.own

    def _near(self, duty: Duty, place: Sequence[Turn]) -> bool:
        """Whether something like it stands there, or it stands somewhere else in the call."""
        inside = _numbers(place)
        if self._met(duty, _numbers(self.own)) or self._said(duty.near, inside):
            return True
        if self.readings is None:
            return False
        for slot in (*duty.any_of, *duty.near):
            rule = self.evaluation.rules.get(slot)
            label = f"{rule.role}.{rule.meaning}" if rule is not None and rule.meaning else ""
            if label and self.readings.most(label, inside) >= self.readings.classifier.near[label]:
                return True
        return False

    def _misheard(self, rule: Rule, duty: Duty, place: Sequence[Turn]) -> str:
        """What a person should listen to: a sentence at whose edge the ear hears the courtesy, and the
        text has other words; empty if there is none."""
        if self.ear is None or rule.phrase not in SOUND_ALIKES or duty.within not in EDGES:
            return ""
        spoken = (one for turn in place for one in turn.utterances)
        found = may_be(rule.phrase, spoken, self.ear, EDGES[duty.within])
        return f"“{found.text}”里可能有“{rule.phrase}”，请听录音" if found else ""

    def _alike(self, rule: Rule, place: Sequence[Turn]) -> bool:
        """Whether something stands there that the slot is often written as; a 你 that was compared
        with the recording and lost clearly is none."""
        surely_ni = {
            (id(p.turn), p.at) for p in self.pronouns if p.difference is not None and p.said == "你"
        }
        for turn in place:
            for alike in SOUND_ALIKES.get(rule.phrase, ()):
                at = turn.text.plain.find(alike)
                if at >= 0 and (id(turn), at) not in surely_ni:
                    return True
        return False

    def _finding(
        self, rule: Rule, hit: Occurrence | None, *, sure: bool, said: str = ""
    ) -> Finding:
        """The lack of a duty: at a place, or in the call as a whole."""
        clear = fmean(u.confidence for turn in self.own for u in turn.utterances)
        sure = (
            sure
            and self.roles_sure
            and not rule.review_only
            and sum(len(turn.text.plain) for turn in self.own) >= ENOUGH_CHARS
            and clear >= CLEAR_SPEECH
            and not (rule.duty and rule.duty.doubt and self.evaluation.doubts(rule))
        )
        verdict: Verdict = "confirmed" if sure else "review"
        span = hit.span if hit else Span(self.facts.begins_s, self.facts.duration_s)
        return Finding(
            rule=rule.id,
            kind="missing",
            phrase=rule.phrase,
            role=rule.role,
            start_s=span.start_s,
            end_s=span.end_s,
            quote=hit.quote if hit else "",
            match="exact",
            confidence=clear if sure else clear / 2,
            verdict=verdict,
            evidence="；".join(filter(None, (said, rule.duty.note if rule.duty else ""))),
            quotes=quotes_of(hit, self.facts.utterances) if hit else (),
        )


def _numbers(turns: Sequence[Turn]) -> set[int]:
    """The numbers of the utterances of some turns."""
    return {turn.first + i for turn in turns for i in range(len(turn.utterances))}


def _last(turn: Turn) -> int:
    return turn.first + len(turn.utterances) - 1


def states_of(check: DutyCheck, rules: Mapping[str, Rule]) -> dict[str, DutyState]:
    """The state of each duty among some rules, by its id."""
    return {rule.id: check.check(rule) for rule in rules.values() if rule.duty is not None}
