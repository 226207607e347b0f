"""What finds phrases and cues in one pass finds the same as looking for each of them by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lexicon import Phrase, Rule
from pipeline.phrases.cancel import find_doubt, is_excepted
from pipeline.phrases.matching import PhraseMatcher
from pipeline.phrases.text import as_spoken
from pipeline.speakers.evidence import REPEATED, CueFinder
from pipeline.topics.book import WordSet
from pipeline.topics.folding import fold

LETTERS = "不归我管您"
"""So few that phrases lie within, across and beside each other."""

WORDINGS = st.lists(st.text(LETTERS, min_size=1, max_size=4), min_size=1, max_size=8, unique=True)
TEXTS = st.text(LETTERS + "，", max_size=24)


def matcher_of(kind: Literal["required", "forbidden"], wordings: Sequence[str]) -> PhraseMatcher:
    said = tuple(Phrase(wording) for wording in wordings)
    return PhraseMatcher([Rule("a.rule", "a", kind, "D", "high", "agent", said)])


def places(text: str, wording: str) -> list[tuple[int, int]]:
    """Where a wording stands, tried at each character."""
    return [
        (at, at + len(wording))
        for at in range(len(text))
        if text[at : at + len(wording)] == wording
    ]


@settings(deadline=None)  # the first text loads the readings of characters
@given(TEXTS, WORDINGS)
def test_each_phrase_is_spelt_wherever_it_stands(text: str, wordings: Sequence[str]) -> None:
    """Phrases of a required rule, as they are written."""
    matcher = matcher_of("required", wordings)
    spoken = as_spoken(text)

    found = sorted((hit.start, hit.end, hit.phrase.say) for hit in matcher.spell(spoken))

    assert found == sorted(
        (*place, wording) for wording in wordings for place in places(spoken.plain, wording)
    )
    assert matcher.may_spell(spoken.plain) == bool(found)


@settings(deadline=None)
@given(TEXTS, WORDINGS)
def test_forbidden_phrases_take_both_forms_of_you(text: str, wordings: Sequence[str]) -> None:
    matcher = matcher_of("forbidden", wordings)
    spoken = as_spoken(text)
    folded = spoken.plain.replace("您", "你")

    found = sorted((hit.start, hit.end, hit.phrase.say) for hit in matcher.spell(spoken))

    assert found == sorted(
        (*place, wording)
        for wording in wordings
        for place in places(folded, wording.replace("您", "你"))
    )


@given(TEXTS, WORDINGS, st.data())
def test_an_exception_covers_a_hit_wherever_it_stands(
    text: str, wordings: Sequence[str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    assert is_excepted(text, start, end, tuple(wordings)) == any(
        begin <= start and stop >= end
        for wording in wordings
        for begin, stop in places(text, wording)
    )


@given(TEXTS, WORDINGS)
def test_a_doubt_is_any_of_its_wordings(text: str, wordings: Sequence[str]) -> None:
    found = find_doubt(text, tuple(wordings))

    assert (found is None) == (not any(wording in text for wording in wordings))
    assert found is None or found in wordings


def weighed(cues: Mapping[str, float], text: str) -> float:
    """The plain definition: each cue in turn, the longest first, which then hides what it covers."""
    total = 0.0
    for cue in sorted(cues, key=len, reverse=True):
        count = text.count(cue)
        text = text.replace(cue, "\n")
        total += sum(cues[cue] * REPEATED**time for time in range(count))
    return total


@given(
    TEXTS, st.dictionaries(st.text(LETTERS, min_size=1, max_size=4), st.integers(-4, 4), max_size=8)
)
def test_cues_weigh_what_each_by_itself_does(text: str, cues: Mapping[str, int]) -> None:
    assert abs(CueFinder(dict(cues)).weigh(text) - weighed(cues, text)) < 1e-9


@given(
    TEXTS,
    st.lists(
        st.tuples(st.text(LETTERS, min_size=1, max_size=4), st.sampled_from("abc")),
        min_size=1,
        max_size=8,
    ),
)
def test_words_of_topics_are_found_for_each_topic(
    text: str, said: Sequence[tuple[str, str]]
) -> None:
    folded = fold(text)

    found = sorted(WordSet.of(said).find(folded))

    assert found == sorted(
        {
            (*place, fold(phrase), key)
            for phrase, key in said
            for place in places(folded, fold(phrase))
        }
    )
