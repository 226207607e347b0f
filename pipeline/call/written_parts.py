"""What is due in one agent's part of a conversation, and what is said about the parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.call.part_evidence import ends_of
from pipeline.types import CallFacts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pipeline.lexicon import Rule, TalkWords
    from pipeline.types import CallMeta, Finding, Part, Utterance

IN_DOUBT = "也可能是另一通电话，由人工复核"
LACKS_FOR_REVIEW = "；缺少的用语由人工复核，不扣分"
"""How the notes of incomplete words of an agent end: a result that is scored again tells it by them."""

HANDED_ON = "客服最后说了转接，可能另有下一段；道别等由人工复核，不扣分"
TAKEN_OVER = "第一句就说久等，可能另有上一段；问候等由人工复核，不扣分"
"""Notes of a text that may be a part. A result that is scored again tells it by them."""

CUT_SHORT = "没有听到通话的结尾；道别等由人工复核，不扣分"
RESUMED = "接着一通中断的通话；问候等由人工复核，不扣分"
"""Notes of a call of which callqa did not hear the end, or the begin."""

GONE = "客户离开了会话；道别等由人工复核，不扣分"
"""The note of a chat whose customer left before the agent could take leave."""

WAS_GONE = "客户已经离开会话，可能来不及说"

MOST_NAMED = 5
"""So many names that were not understood stand in a note (our choice)."""


def elsewhere(rules: Iterable[Rule], part: Part | None) -> frozenset[str]:
    """The ids of the duties that belong to another part: a greeting to the first, a farewell and
    what is owed once in a conversation to the last. What is owed at each place, as 请, belongs to
    every part."""
    if part is None:
        return frozenset()
    return frozenset(
        rule.id
        for rule in rules
        if (duty := rule.duty) is not None
        and (
            (duty.within == "first" and not part.is_first)
            or (duty.within in ("last", "any") and duty.share is None and not part.is_last)
        )
    )


def once_owed(rules: Iterable[Rule]) -> frozenset[str]:
    """The ids of duties that are owed once, wherever in the conversation."""
    return frozenset(
        rule.id
        for rule in rules
        if rule.duty is not None and rule.duty.within == "any" and rule.duty.share is None
    )


def lacks(findings: Iterable[Finding]) -> frozenset[str]:
    """The ids of the duties that findings miss."""
    return frozenset(finding.rule for finding in findings if finding.kind == "missing")


def facts_of_whole(
    utterances: tuple[Utterance, ...], others: tuple[Utterance, ...], meta: CallMeta
) -> CallFacts:
    """All parts as one text, to see whether another part has what is owed once."""
    joined = (*others, *utterances)
    ends = max((u.end_s for u in joined), default=0.0)
    return CallFacts(joined, ends, meta, (None,) * len(joined))


def due_here(
    findings: Iterable[Finding], part: Part | None, not_here: Collection[str]
) -> tuple[Finding, ...]:
    """The findings without the lack of a duty that belongs elsewhere or that another part has.
    Nothing of a part that is not sure is confirmed."""
    kept = [f for f in findings if not (f.kind == "missing" and f.rule in not_here)]
    if part is None or part.sure:
        return tuple(kept)
    return for_review(kept)


def for_review(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, none of which charges the agent without a person."""
    return tuple(
        replace(f, verdict="review", points=0.0) if f.verdict == "confirmed" and _charges(f) else f
        for f in findings
    )


def left_to_people(
    findings: Iterable[Finding], in_doubt: Collection[str], *, why: str = IN_DOUBT
) -> tuple[Finding, ...]:
    """The findings; the lack of a duty that may be another part's is for review."""
    return tuple(
        replace(f, verdict="review", points=0.0, evidence="；".join(filter(None, (f.evidence, why))))
        if f.kind == "missing" and f.rule in in_doubt and f.verdict == "confirmed"
        else f
        for f in findings
    )  # fmt: skip


def unless_lost(findings: Iterable[Finding], notes: Iterable[str]) -> tuple[Finding, ...]:
    """The findings. Where the notes of the call say that lines were lost, that somebody wrote
    whose name was not understood, or that words near a hand-over were given to nobody, the agent may
    have said there what is missing: that lack is for review."""
    if not any(note.endswith(LACKS_FOR_REVIEW) for note in notes):
        return tuple(findings)
    return tuple(
        found
        for finding in findings
        for found in (for_review([finding]) if finding.kind == "missing" else (finding,))
    )


def unless_in_another(
    findings: Iterable[Finding], notes: Collection[str], rules: Collection[Rule]
) -> tuple[Finding, ...]:
    """The findings. Where the notes of a text say that it may be a part of a conversation whose
    other parts are unknown, or those of a call that its end or begin was not heard, the lack of a
    duty that may be there is for review; and so is what belongs to the end where the customer had
    left."""
    places = {"last", "any"} if {HANDED_ON, CUT_SHORT} & set(notes) else set[str]()
    places |= {"first", "any"} if RESUMED in notes else set[str]()
    places |= {"first"} if TAKEN_OVER in notes else set[str]()
    at_end = _owed_in({"last", "any"}, rules) if GONE in notes else ()
    elsewhere_too = left_to_people(findings, _owed_in(places, rules))
    return left_to_people(elsewhere_too, at_end, why=WAS_GONE)


def _owed_in(places: Collection[str], rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(
        rule.id
        for rule in rules
        if (duty := rule.duty) is not None and duty.within in places and duty.share is None
    )


def notes_of_ends(utterances: Sequence[Utterance], words: TalkWords) -> tuple[str, ...]:
    """In Chinese: whether a text may be a part. The agent's last words announce a transfer and
    nobody takes leave after them, or the very first words are his and follow a wait."""
    if not utterances:
        return ()
    ends = ends_of(utterances, words)
    begins = min(utterances, key=lambda one: one.start_s).role == "agent"
    return (
        *((HANDED_ON,) if ends.handed_on else ()),
        *((TAKEN_OVER,) if ends.waited and begins else ()),
    )


def notes_of_lost(lost: Collection[str], strangers: Collection[str]) -> tuple[str, ...]:
    """In Chinese: how many lines were lost, and whose names were not understood."""
    notes = []
    if lost:
        notes.append(f"有 {len(lost)} 行没有读懂，漏掉了{LACKS_FOR_REVIEW}")
    if strangers:
        named = "”“".join(list(strangers)[:MOST_NAMED])
        notes.append(f"看不懂说话人“{named}”是哪一方{LACKS_FOR_REVIEW}")
    return tuple(notes)


def _charges(finding: Finding) -> bool:
    """Whether a finding may cost the agent points; a silence is of an unknown side."""
    return finding.role != "customer" and finding.kind != "required"


def notes_of(part: Part | None) -> tuple[str, ...]:
    """In Chinese: which part this is, and the ids of the others."""
    if part is None:
        return ()
    note = (
        f"本会话 {part.conversation} 由多位客服先后接待，这是第 {part.number} 段"
        f"（共 {len(part.parts)} 段），只评这一位；其他各段：{'、'.join(part.others)}"
    )
    if part.sure:
        return (note,)
    return (note, "分不清各段是哪位客服说的，全部由人工复核，不扣分")


def with_sources(
    findings: Iterable[Finding], utterances: tuple[Utterance, ...], places: tuple[str, ...]
) -> tuple[Finding, ...]:
    """The findings with the line or entry of the file at each quote."""
    if len(places) != len(utterances):
        return tuple(findings)
    return tuple(
        replace(
            finding,
            quotes=tuple(
                replace(quote, source=_source(quote.start_s, quote.said_by, utterances, places))
                for quote in finding.quotes
            ),
        )
        if finding.quotes
        else finding
        for finding in findings
    )


def _source(
    start_s: float, said_by: str, utterances: tuple[Utterance, ...], places: tuple[str, ...]
) -> str:
    at = [
        place
        for one, place in zip(utterances, places, strict=True)
        if one.role == said_by and one.start_s <= start_s < max(one.end_s, one.start_s + 1e-6)
    ]
    return at[-1] if at else ""
