"""What is not wrong in a lexicon but surely not meant: phrases that never count, patterns that
never end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ahocorasick_rs

from pipeline.errors import LexiconError
from pipeline.lexicon.bounded import is_found
from pipeline.lexicon.overlay import OVERLAY_FILE, Overlay
from pipeline.lexicon.read_additions import read_overlay
from pipeline.lexicon.read_monthly import load_monthly
from pipeline.lexicon.read_rules import fold_you, load_lexicon
from pipeline.lexicon.read_scorecard import load_scorecards

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.lexicon.rule import Lexicon
    from pipeline.types import Seconds

MANY_PHRASES = 20_000
"""More are more than a person can look after (our choice); 50,000 take 20 s to get ready."""

STRESS_LENGTH = 40
STRESS_LIMIT_S: Seconds = 0.2
"""A pattern that takes longer on 40 characters of its own never ends on real text."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at. ``is_error``: must be mended; else it is advice. ``text`` is Chinese
    and begins with file and line. ``group``: in Chinese the rule and what is remarked on, the same
    for remarks that a reader takes in together; empty where there is one at most. ``example``: the
    phrase, within a group."""

    text: str
    is_error: bool
    group: str = ""
    example: str = ""


def check_lexicon(folder: Path, overlay_file: Path | None = None) -> tuple[Remark, ...]:
    """All remarks on the lexicon in a folder with its sheets and the site's own additions; what
    keeps it from loading comes alone. ``overlay_file``: ``None`` for the one in the folder."""
    try:
        overlay = read_overlay(overlay_file or folder / OVERLAY_FILE)
        lexicon = load_lexicon(folder, overlay)
        rule_ids = [rule.id for rule in lexicon.rules]
        load_monthly(folder, rule_ids=rule_ids)
        if (folder / "scoring").is_dir():
            load_scorecards(
                folder / "scoring", rule_ids=rule_ids, duties=lexicon.duties, overlay=overlay
            )
        before = load_lexicon(folder, Overlay())
    except LexiconError as error:
        return (Remark(str(error), is_error=True),)
    return (
        *_endless(lexicon),
        *_shadowed(lexicon),
        *_unlike_speech(lexicon),
        *_too_many(lexicon, folder),
        *_added_twice(before, overlay),
    )


def _added_twice(lexicon: Lexicon, overlay: Overlay) -> Iterator[Remark]:
    """Additions that the rules have by themselves, as after an update."""
    rules = {rule.id: rule for rule in lexicon.rules}
    for one in overlay.rules:
        rule = rules[one.rule]
        known = {*(phrase.say for phrase in rule.phrases), *rule.exceptions}
        for say in (*(phrase.say for phrase in one.phrases), *one.exceptions):
            if say in known:
                yield Remark(f"{one.at}：“{say}”规则“{one.rule}”里已有，可以删去", is_error=False)


def _endless(lexicon: Lexicon) -> Iterator[Remark]:
    for rule in lexicon.rules:
        patterns = [(c.at, pattern) for c in rule.conditions for pattern in c.operator.regexes]
        patterns += [(rule.at, rule.meant_unless)] if rule.meant_unless else []
        for place, pattern in patterns:
            if not _ends(pattern):
                yield Remark(
                    f"{place}：正则表达式“{pattern}”可能永远算不完，请去掉套在一起的 + 和 *",
                    is_error=True,
                )


def _ends(pattern: str) -> bool:
    """Whether the pattern gives up in time on repetitions of the characters that it is made of."""
    letters = [character for character in dict.fromkeys(pattern) if character.isalnum()][:12] or [
        "好"
    ]
    texts = [letter * STRESS_LENGTH + "。" for letter in letters]
    texts.append("".join(letters) * STRESS_LENGTH + "。")
    try:
        for text in texts:
            is_found(pattern, text, STRESS_LIMIT_S)
    except TimeoutError:
        return False
    return True


def _shadowed(lexicon: Lexicon) -> Iterator[Remark]:
    """Phrases of a forbidden rule that contain another of the same rule: the shorter one finds them
    anyway. In a required rule the longer one is worth its line, as the finding quotes it."""
    for rule in lexicon.rules:
        if rule.kind != "forbidden" or not rule.phrases:
            continue
        words = [fold_you(phrase.say) for phrase in rule.phrases]
        automaton = ahocorasick_rs.AhoCorasick(words)
        for own, (phrase, text) in enumerate(zip(rule.phrases, words, strict=True)):
            met = {i for i, _, _ in automaton.find_matches_as_indexes(text, overlapping=True)}
            inside = sorted(i for i in met if words[i] != text or i < own)
            shorter = [rule.phrases[i].say for i in inside if not rule.phrases[i].word]
            if shorter:
                yield Remark(
                    f"{phrase.at}：“{phrase.say}”里面已有同一条规则的“{shorter[0]}”，不写也能查到，可以删去",
                    is_error=False,
                    group=f"{rule.id} {rule.name}：里面已有更短的短语，多半不写也能查到",
                    example=f"“{phrase.say}”（已有“{shorter[0]}”）",
                )


def _unlike_speech(lexicon: Lexicon) -> Iterator[Remark]:
    for rule in lexicon.rules:
        for phrase in rule.phrases:
            if any(character.isascii() for character in phrase.say):
                yield Remark(
                    f"{phrase.at}：“{phrase.say}”含有字母或数字，只能按原样查找，不能按读音查找；数字请写成汉字",
                    is_error=False,
                    group=f"{rule.id} {rule.name}：含有字母或数字，只能按原样查找；数字请写成汉字",
                    example=f"“{phrase.say}”",
                )


def _too_many(lexicon: Lexicon, folder: Path) -> Iterator[Remark]:
    count = sum(len(rule.phrases) for rule in lexicon.rules)
    if count > MANY_PHRASES:
        yield Remark(
            f"{folder}：共有 {count} 个短语，超过 {MANY_PHRASES} 个，读取会变慢，也难以维护",
            is_error=False,
        )
