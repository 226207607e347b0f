"""What a sentence does not mean, although the classifier says so: a wording tells it, or the sentence
is about somebody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError
from pipeline.lexicon import fold_you, is_found
from pipeline.phrases.operators import PATTERN_LIMIT_S
from pipeline.phrases.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Rule
    from pipeline.phrases.sighting import Occurrence
    from pipeline.types import Finding, Utterance

_QUOTED = re.compile('“[^”]*”|「[^」]*」|『[^』]*』|‘[^’]*’|"[^"]*"')
_ENDS = "。？！?!；;…\n"
_PAUSES = "，,、：:"
_OURS = re.compile("[你您](?!们|家)|客服|客户服务|接线|话务|坐席|座席|工号|接电话")
"""Whom a complaint is about that stays one of the service: the agent, or another of its agents."""

_ASIDE = re.compile(
    "(?:我)?(?:跟|和|告诉)你(?:讲|说)?|你(?:听听|看看|说说|知道|想想|评评|说(?!话))"
)
"""你 that only speaks to whoever listens: 我跟你说, 你听听."""

_YOUR = re.compile("你们|您们|你家|您家")
_THEY = re.compile("他|她|那个?人|对方|人家")
_CONFIRMS = re.compile("(?:对|是|嗯|没错|就是|可不)")


def is_left_out(rule: Rule, written: str) -> bool:
    """Whether a sentence that may mean what a rule is for does not count: it holds an exception, or
    the rule's ``unless`` matches in what is not quoted of it. ``written``: with its signs.

    Raises ``LexiconError`` with the rule's place for an expression that does not end in time."""
    if any(fold_you(wording) in fold_you(_plain(written)) for wording in rule.exceptions):
        return True
    if not rule.meant_unless:
        return False
    try:
        return is_found(rule.meant_unless, _plain(_own(written)), PATTERN_LIMIT_S)
    except TimeoutError as error:
        raise LexiconError(
            f"{rule.at}：正则表达式“{rule.meant_unless}”超过 {PATTERN_LIMIT_S} 秒还没有算完，"
            "请去掉套在一起的 + 和 *"
        ) from error


def is_of_others(rule: Rule, number: int, quote: str, utterances: Sequence[Utterance]) -> bool:
    """Whether ``quote`` in utterance ``number`` is about people of ``rule.of_others`` and not about
    the service's agents: 那个骑手态度太差, and 对，态度很差 after the agent's 是骑手吗.

    你 and 客服 in the sentence make it the service's; 你们 does not beside such people."""
    if not rule.of_others:
        return False
    people = re.compile("|".join(map(re.escape, rule.of_others)))
    text = utterances[number].text
    before, sentence = _around(text, quote, _ENDS)
    clause = _around(text, quote, _ENDS + _PAUSES)[1]
    if _OURS.search(_ASIDE.sub("", sentence)):
        return False
    if _YOUR.search(clause) and not people.search(clause):
        return False
    if people.search(sentence):
        return True
    if _YOUR.search(sentence):
        return False
    if people.search(before):
        return True
    asked = utterances[number - 1] if number else None
    told = asked.text if asked and asked.role != utterances[number].role else ""
    if people.search(told) and (_CONFIRMS.match(sentence) or _THEY.search(sentence)):
        return True
    return bool(_THEY.search(sentence)) and _last_named(people, utterances[:number])


def without_others(
    rule: Rule, hits: Sequence[Occurrence], utterances: Sequence[Utterance]
) -> list[Occurrence]:
    """The hits of a rule that are not about the people of its ``of_others``."""
    return [hit for hit in hits if not is_of_others(rule, hit.first, hit.quote, utterances)]


def _last_named(people: re.Pattern[str], before: Sequence[Utterance]) -> bool:
    """Whether the customer named such people later than an agent."""
    for one in reversed([u for u in before if u.role == "customer"]):
        text = _own(one.text)
        if people.search(text) or _OURS.search(_ASIDE.sub("", text)):
            return bool(people.search(text))
    return False


def _around(text: str, quote: str, signs: str) -> tuple[str, str]:
    """What stands in an utterance before the stretch between two ``signs`` that holds a quote, and
    this stretch, both without what is quoted in them."""
    at = max(text.find(quote), 0)
    low = max((text.rfind(sign, 0, at) for sign in signs), default=-1) + 1
    ends = [found for sign in signs if (found := text.find(sign, at + len(quote))) >= 0]
    return _own(text[:low]), _own(text[low : min(ends, default=len(text))])


def _own(written: str) -> str:
    """A text without what it quotes."""
    return _QUOTED.sub("", written)


def _plain(written: str) -> str:
    return "".join(character for character in fold(written) if character.isalnum())


def counts_no_more(rule: Rule, finding: Finding, utterances: Sequence[Utterance]) -> bool:
    """Whether a stored finding by meaning would not be one by its rule as it is now."""
    if is_left_out(rule, finding.quote):
        return True
    spoken = (
        n
        for n, one in enumerate(utterances)
        if one.start_s < finding.end_s and finding.start_s < one.end_s and finding.quote in one.text
    )
    return any(is_of_others(rule, n, finding.quote, utterances) for n in spoken)


def is_spelling(text: str) -> bool:
    """Whether a sentence is letters and digits more than words, as when a name is spelt.

    >>> is_spelling("LYU是L-Y-U，对吗？"), is_spelling("您的APP要更新一下")
    (True, False)
    """
    said = [character for character in text if character.isalnum()]
    return 2 * sum(character.isascii() for character in said) > len(said)
