"""Proposals and their forms in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.jobs import PARTS
from pipeline.lexicon import FIGURES, KINDS, SIGNAL_NAMES, Adjustment, Item, Rule, takes_words
from pipeline.people import Proposal
from pipeline.review.call_view import FindingView
from pipeline.review.context import ReviewContext
from pipeline.types import Finding, RuleChange, RulePoints, Utterance, WordingChange

STOPS = "，。？！；：、,.?!;: "


def put_changes_in_words(proposal: Proposal, site: ReviewContext) -> list[str]:
    """The changes of a proposal, a line each: 规则“推诿”：加例外“…”."""
    return [_in_words(change, site) for change in proposal.changes]


def tell_change(change: RuleChange, site: ReviewContext) -> str:
    """A change in a sentence: 把“…”加为规则“推诿”的例外."""
    if not isinstance(change, WordingChange):
        return f"把{_in_words(change, site).replace('：', '的', 1)}"
    name, part = _rule(change.rule, site), PARTS[change.part]
    if change.remove:
        return f"从规则“{name}”的{part}中去掉“{change.wording}”"
    return f"把“{change.wording}”加为规则“{name}”的{part}"


def _in_words(change: RuleChange, site: ReviewContext) -> str:
    if isinstance(change, WordingChange):
        return f"规则“{_rule(change.rule, site)}”：加{PARTS[change.part]}“{change.wording}”"
    points = "按原文件" if change.points is None else f"{change.points:g} 分"
    before = "" if change.before is None else f"（原 {change.before:g} 分）"
    if isinstance(change, RulePoints):
        return f"规则“{_rule(change.rule, site)}”：每处扣分改为 {points}{before}"
    sheet = next((sheet for sheet in site.sheets if sheet.id == change.sheet), None)
    items: list[Item | Adjustment] = []
    if sheet:
        items = [*sheet.elements, *sheet.beside, *sheet.extras]
    names = {item.id: item.name for item in items}
    return (
        f"{sheet.name if sheet else change.sheet}“{names.get(change.element, change.element)}”："
        f"{name_deduction(change.which, site)} 改为 {points}{before}"
    )


def name_deduction(which: Sequence[tuple[str, str]], site: ReviewContext) -> str:
    """What a deduction is for: the name of its rule or of its figure with the limit."""
    keys = dict(which)
    if "rule" in keys:
        return _rule(keys["rule"], site)
    if "figure" in keys:
        limits = [
            f"{word} {keys[key]}"
            for key, word in (("above", "高于"), ("below", "低于"))
            if key in keys
        ]
        return " ".join([FIGURES.get(keys["figure"], keys["figure"]), *limits])
    kind = keys.get("kind", "")
    name = SIGNAL_NAMES.get(kind) or KINDS.get(kind, kind)
    side = {"agent": "（客服）", "customer": "（客户）"}.get(keys.get("role", ""), "")
    least = f" {keys['least_s']} 秒以上" if "least_s" in keys else ""
    return f"{name}{least}{side}"


def _rule(rule_id: str, site: ReviewContext) -> str:
    if rule_id.endswith("*"):
        return {"forbidden.*": "所有禁语"}.get(rule_id, rule_id)
    return site.names.rules.get(rule_id, rule_id)


def sentence_around(finding: Finding, utterances: Sequence[Utterance]) -> str:
    """The utterance that a finding lies in; its quote where there is none."""
    for one in utterances:
        if (
            finding.role in (one.role, "unknown")
            and one.start_s - 0.05 <= finding.start_s < one.end_s
        ):
            return one.text
    return finding.quote


def wording_around(finding: Finding, utterances: Sequence[Utterance]) -> str:
    """A wording for an exception: the clause that a finding lies in, with the phrase in the place of
    what was misheard."""
    text = sentence_around(finding, utterances)
    at = text.find(finding.quote) if finding.quote else -1
    if at < 0:
        return finding.phrase
    start = max(text.rfind(stop, 0, at) for stop in STOPS) + 1
    ends = [end for stop in STOPS if (end := text.find(stop, at + len(finding.quote))) >= 0]
    clause = text[start : min(ends, default=len(text))]
    return clause.replace(finding.quote, finding.phrase) if finding.match == "pinyin" else clause


def wordings_offered(
    views: Sequence[FindingView], utterances: Sequence[Utterance], rules: Mapping[str, Rule]
) -> dict[int, str]:
    """For each finding, by its number in the list, whose rule takes words: what an exception could
    be."""
    return {
        number: wording_around(one.finding, utterances)
        for number, one in enumerate(views)
        if (rule := rules.get(one.finding.rule)) is not None
        and takes_words(rule)
        and one.finding.kind != "missing"
        and one.state != "added"
    }
