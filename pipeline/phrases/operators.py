"""What each operator of the rule language finds in words: phrases, patterns, similar sentences,
entities, and the hits of other conditions and rules.

Every function gives ``Occurrence``s in order of time; ``pipeline.phrases.evaluators`` says which of
them look at the scope by themselves. Operators on the course of a call are in
``pipeline.phrases.signals``."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import regex

from pipeline.errors import LexiconError
from pipeline.lexicon import find_all, is_found
from pipeline.phrases.condition_view import SAME_MOMENT_S, ConditionView
from pipeline.phrases.sighting import Occurrence
from pipeline.phrases.signals import at
from pipeline.phrases.text import Turn, covered_words, fold, span_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.lexicon import (
        Entity,
        EntityKind,
        Meant,
        Pattern,
        Repeated,
        RuleHits,
        Similar,
        Unanswered,
        WordList,
    )
    from pipeline.types import Seconds

PATTERN_LIMIT_S: Seconds = 0.2
"""A regular expression that takes longer on one turn never ends (our choice)."""

_DIGIT = "[零一二三四五六七八九]"
_NUMERAL = "[零一二两三四五六七八九十百千万亿点]"
_ENTITIES: dict[EntityKind, str] = {
    "number": f"{_DIGIT}{{4,}}|{_NUMERAL}{{3,}}",
    "phone": f"一[三四五六七八九]{_DIGIT}{{9}}|零{_DIGIT}{{2,3}}{_DIGIT}{{7,8}}|四零零{_DIGIT}{{7}}",
    "money": f"{_NUMERAL}+(?:块钱?|元|角|毛钱?|万元)",
    "date": (
        f"(?:{_NUMERAL}+年)?{_NUMERAL}+月(?:{_NUMERAL}+[号日])?|{_NUMERAL}+[号日](?!线|楼|店|码)|(?:星期|礼拜|周)[一二三四五六日天]"
        "|[今明后昨前]天|大后天|下个?(?:星期|礼拜|周|月)|月底|月初"
    ),
}
"""On text with digits as ideographs: 13812345678 and 幺三八… are one and the same."""


def of_words(words: WordList, view: ConditionView) -> list[Occurrence]:
    """For ``all`` and ``at_least`` the different phrases must lie in one unit; such a hit runs from
    the first to the last of them."""
    sightings, scoped = view.inside(view.said), view.turns
    if words.how == "any":
        return sightings
    if words.how == "none":
        return [_over(scoped, "（都没有说）")] if scoped and not sightings else []
    least = len({phrase.say for phrase in words.phrases}) if words.how == "all" else words.least
    groups: dict[object, list[Occurrence]] = {}
    for found in sightings:
        groups.setdefault(_unit_of(found, scoped, view.condition.scope.unit), []).append(found)
    return [
        _joined(group)
        for group in groups.values()
        if len({found.phrase for found in group}) >= least
    ]


def _unit_of(found: Occurrence, turns: Sequence[Turn], unit: str) -> object:
    if unit == "scope":
        return "scope"
    if unit == "utterance":
        return found.first
    return next(
        (
            turn.first
            for turn in turns
            if turn.first <= found.first < turn.first + len(turn.utterances)
        ),
        None,
    )


def _joined(group: Sequence[Occurrence]) -> Occurrence:
    first, last = group[0], group[-1]
    return Occurrence(
        first=first.first,
        last=last.last,
        span=type(first.span)(first.span.start_s, max(found.span.end_s for found in group)),
        quote="……".join(dict.fromkeys(found.quote for found in group)),
        phrase="、".join(dict.fromkeys(found.phrase for found in group)),
        match=first.match,
        confidence=min(found.confidence for found in group),
        sentences=tuple(sentence for found in group for sentence in found.spoken),
    )


def _over(turns: Sequence[Turn], quote: str) -> Occurrence:
    first, last = turns[0], turns[-1]
    span = type(first.utterances[0].span)(first.utterances[0].start_s, last.utterances[-1].end_s)
    return Occurrence(
        first.first, last.first + len(last.utterances) - 1, span, quote, "", "exact", _clear(turns),
        sentences=(),
    )  # fmt: skip


def _clear(turns: Sequence[Turn]) -> float:
    heard = [utterance.confidence for turn in turns for utterance in turn.utterances]
    return sum(heard) / len(heard)


def of_pattern(pattern: Pattern, view: ConditionView) -> Iterator[Occurrence]:
    """Raises ``LexiconError`` with the rule's place for an expression that does not end in time."""
    for turn in view.turns:
        try:
            for match in find_all(pattern.regex, turn.text.plain, PATTERN_LIMIT_S):
                unless = pattern.unless and is_matched(pattern.unless, turn.text.plain, view)
                if not unless and match.end() > match.start():
                    yield stretch(turn, match.start(), match.end(), pattern.regex)
        except TimeoutError as error:
            raise _endless(pattern.regex, view) from error


def is_matched(expression: str, plain: str, view: ConditionView) -> bool:
    """Whether an expression matches somewhere in a text. Raises ``LexiconError`` as its callers."""
    try:
        return is_found(expression, plain, PATTERN_LIMIT_S)
    except TimeoutError as error:
        raise _endless(expression, view) from error


def _endless(expression: str, view: ConditionView) -> LexiconError:
    return LexiconError(
        f"{view.condition.at}：正则表达式“{expression}”超过 {PATTERN_LIMIT_S} 秒还没有算完，"
        "请去掉套在一起的 + 和 *，或改用 any"
    )


def _plain(written: str) -> str:
    """A written sentence without its signs, as expressions see texts."""
    return "".join(character for character in fold(written) if character.isalnum())


def of_entity(entity: Entity, view: ConditionView) -> Iterator[Occurrence]:
    for turn in view.turns:
        for match in regex.finditer(_ENTITIES[entity.kind], turn.text.plain):
            yield stretch(turn, match.start(), match.end(), entity.kind)


def of_meaning(meant: Meant, view: ConditionView) -> Iterator[Occurrence]:
    """The sentences of the scope's side, or of both, that mean it. Nothing without a classifier.

    Raises ``LexiconError`` with the rule's place for an expression that does not end in time."""
    if view.readings is None:
        return
    role = view.condition.scope.role
    for side in ("agent", "customer"):
        label = f"{side}.{meant.label}"
        if role in (None, side) and label in view.readings.classifier.labels:
            for hit in view.readings.hits(label):
                if not meant.unless or not is_matched(meant.unless, _plain(hit.quote), view):
                    yield hit


def clauses(turn: Turn) -> list[tuple[int, int]]:
    """The turn's utterances as ranges of its characters; those of signs alone are left out.

    An utterance's first word may have no character of its own, as in “不退”, where it is “."""
    starts = [bisect.bisect_left(turn.text.owners, begin) for begin in turn.begins]
    return [(a, b) for a, b in itertools.pairwise([*starts, len(turn.text.plain)]) if b > a]


def of_similar(similar: Similar, view: ConditionView) -> Iterator[Occurrence]:
    """Cosine of character pairs and single characters, with scikit-learn's hashing."""
    spoken = [(turn, low, high) for turn in view.turns for low, high in clauses(turn)]
    if not spoken:
        return
    wanted = _vectors(tuple("".join(c for c in fold(s) if c.isalnum()) for s in similar.sentences))
    have = _vectorizer().transform([turn.text.plain[low:high] for turn, low, high in spoken])
    scores = (have @ wanted.T).toarray()
    for (turn, low, high), row in zip(spoken, scores, strict=True):
        best = int(row.argmax())
        if row[best] >= similar.score:
            found = stretch(turn, low, high, similar.sentences[best])
            evidence = f"与“{similar.sentences[best]}”相似度 {row[best]:.2f}"
            yield Occurrence(
                found.first,
                found.last,
                found.span,
                found.quote,
                found.phrase,
                "meaning",
                float(row[best]),
                evidence,
            )


@cache
def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - takes a second

    return HashingVectorizer(
        analyzer="char", ngram_range=(1, 2), n_features=2**16, alternate_sign=False
    )


@cache
def _vectors(sentences: tuple[str, ...]) -> Any:
    return _vectorizer().transform(sentences)


def of_repetition(repeated: Repeated, view: ConditionView) -> Iterator[Occurrence]:
    """One hit for each text that one side says so often, at its last time."""
    counts: Counter[tuple[str, str]] = Counter()
    for turn in view.turns:
        for low, high in clauses(turn):
            said = turn.text.plain[low:high]
            if len(said) >= repeated.least_chars:
                counts[turn.role, said] += 1
                if counts[turn.role, said] == repeated.times:
                    yield stretch(turn, low, high, f"同一句话说了 {repeated.times} 遍")


def of_rule(hits: RuleHits, view: ConditionView) -> tuple[Occurrence, ...]:
    return view.hits_of_rule(hits.rule)


def of_unanswered(unanswered: Unanswered, view: ConditionView) -> list[Occurrence]:
    """Hits of ``of`` after which the answering side has ``within`` utterances without a hit of
    ``by``. The first of those belongs to the hit: it was said instead."""
    side = view.numbers(view.roles[unanswered.by])
    answers = view.hits_of(unanswered.by)
    open_hits: list[Occurrence] = []
    for hit in view.hits_of(unanswered.of):
        chances = [number for number in side if number > hit.last][: unanswered.within]
        latest = chances[-1] if chances else hit.last
        answered = any(
            hit.last <= answer.first <= latest
            and answer.span.start_s >= hit.span.end_s - SAME_MOMENT_S
            for answer in answers
        )
        if not answered:
            instead = [at(view.facts, number, "") for number in chances[:1]]
            open_hits.append(replace(hit, sentences=(*hit.spoken, *instead)))
    return open_hits


def stretch(turn: Turn, low: int, high: int, phrase: str) -> Occurrence:
    """Characters ``low``..``high`` of a turn as a hit."""
    words = covered_words(turn.text, low, high, turn.words)
    quote = "".join(word.text for word in words).strip("，。？！、 ,.?!")
    clear = sum(word.confidence for word in words) / len(words)
    return Occurrence(
        turn.number_at(low), turn.number_at(high - 1), span_of(words), quote, phrase, "exact", clear
    )
