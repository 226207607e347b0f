"""The layers one after the other: by characters, by sound, and both against the recording."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pipeline.phrases.acoustic import (
    Ear,
    Listener,
    check_alikes,
    check_spelt,
    find_phrase,
)
from pipeline.phrases.address import NIN_FROM
from pipeline.phrases.heard import (
    Replaced,
    compare,
    evidence_of_lost,
    find_heard,
    heard_confidence,
    may_say,
    sounds_heard,
)
from pipeline.phrases.matching import (
    Hit,
    PhraseMatcher,
    longest,
    why_harmless,
    why_harmless_as_said,
)
from pipeline.phrases.sighting import Sighting, clarity
from pipeline.types import HEARD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.phrases.text import Turn

CLEAR = 0.6
"""Mean word confidence from which an exact hit of a forbidden phrase, or of a slot that is always
expected, needs no check against the recording: on the tuning calls 122 of 123 exact hits are
right."""

LEAST_CONFIDENCE = 0.35
"""Sound-alikes less likely than this are not even shown to a person."""

POLITE = 0.6
"""Confidence of a forbidden phrase said with 您 for its 你: for a person to judge (our choice). The
recogniser's 您 is to be believed: see ``address``."""

ANY = 0.5
"""Without a recording there is no telling how sure a character is: every one may be another."""

UNHEARD = 0.3
"""Confidence of a sound-alike where there is no recording to check it against (our choice)."""

UNHEARD_DISTANCE = 0.05
UNHEARD_SYLLABLES = 4
"""Without a recording only longer phrases of nearly the same sound are taken up, syllable for
syllable."""

TIMED_FROM = -1.0
"""Score a syllable from which the ear's time of a phrase is used (our choice)."""


def sight(
    turn: Turn,
    matcher: PhraseMatcher,
    listener: Listener | None,
    *,
    by_sound: bool = True,
    check_all: bool = False,
    ear: Ear | None = None,
) -> tuple[Sighting, ...]:
    """All phrases said in a turn, by place; of those that lie within each other the longest.

    ``listener`` ``None``: there is only text, as in an imported transcript. ``by_sound`` false:
    only what is spelt counts, as in what was typed. ``check_all``: every forbidden phrase is put to
    the recording, since another model wrote the words. ``ear`` ``None``: the recogniser has
    none."""
    written = tuple(matcher.spell(turn.text))
    spelt = longest(
        [
            hit
            for hit in written
            if why_harmless(hit, turn.text) is None and may_say(hit.entry, turn)
        ]
    )
    heard = by_sound and (turn.role != "customer" or matcher.hears_all)
    alike = sounding_alike(turn, matcher, spelt, listener, ear) if heard else []
    found = [_spelt(hit, turn, listener, ear, check_all=check_all) for hit in spelt]
    found += list(_alike(alike, turn, listener, ear))
    if ear is not None and listener is not None:
        lost = [_heard(one, listener) for one in find_heard(turn, matcher, ear, written)]
        found += [sighting for sighting in lost if sighting.confidence >= LEAST_CONFIDENCE]
        found = [_timed(sighting, ear) for sighting in found]
    kept = _best(found)
    return tuple(sorted(kept, key=lambda sighting: (sighting.hit.start, sighting.hit.end)))


def sounding_alike(
    turn: Turn,
    matcher: PhraseMatcher,
    spelt: Sequence[Hit],
    listener: Listener | None,
    ear: Ear | None,
) -> list[Hit]:
    """What sounds like a phrase and is to be put to the recording: may be said by this side, is not
    harmless where it stands, and no phrase of the same kind is ``spelt`` there."""
    confidences = [turn.words[owner].confidence if listener else ANY for owner in turn.text.owners]
    suspects = sounds_heard(turn, ear) if ear is not None and listener is not None else ()
    return [
        hit
        for hit in matcher.sound(turn.text, confidences, heard=suspects)
        if may_say(hit.entry, turn)
        and why_harmless(hit, turn.text) is None
        and why_harmless_as_said(hit, turn.text) is None
        and not _is_covered(hit, spelt)
    ]


def _is_covered(hit: Hit, spelt: Sequence[Hit]) -> bool:
    """Whether an exact hit of the same kind already stands where a sound-alike would."""
    return any(
        other.start < hit.end and hit.start < other.end and other.entry.forbids == hit.entry.forbids
        for other in spelt
    )


def _spelt(
    hit: Hit, turn: Turn, listener: Listener | None, ear: Ear | None, *, check_all: bool
) -> Sighting:
    clear = clarity(hit, turn)
    matters = hit.entry.forbids or hit.entry.due
    foreign = check_all and hit.entry.forbids
    if matters and (clear < CLEAR or foreign) and listener is not None:
        checked = check_spelt(turn, hit, listener, ear, foreign=foreign)
        if checked is not None:
            why = "由外部识别写出" if foreign else "字音不够清楚"
            said = f"{why}（{clear:.2f}），与录音比对 {checked.difference:+.1f}"
            most = POLITE if _is_polite(hit, turn) else 1.0
            return Sighting(hit, turn, "acoustic", min(most, checked.confidence), said)
        if foreign:
            said = "由外部识别写出，这段话太长，没有与录音比对"
            return Sighting(hit, turn, "exact", POLITE, said)
    if _is_polite(hit, turn):
        return Sighting(hit, turn, "exact", POLITE, "短语里的“你”说的是“您”，可能并无恶意")
    return Sighting(hit, turn, "exact", _exact_confidence(clear))


def _is_polite(hit: Hit, turn: Turn) -> bool:
    """Whether 您 is said where a forbidden phrase has 你: 您不懂的可以问我 is no 你不懂的."""
    said = turn.text.plain[hit.start : hit.end]
    return hit.entry.forbids and "您" in said and "您" not in hit.phrase.say


def _exact_confidence(clear: float) -> float:
    """On the tuning calls clear exact hits are right 99 times in 100; below that it is a guess."""
    return 0.99 if clear >= CLEAR else 0.5 + 0.49 * clear / CLEAR


def _alike(
    hits: Sequence[Hit], turn: Turn, listener: Listener | None, ear: Ear | None
) -> Iterator[Sighting]:
    if listener is None:
        for hit in hits:
            as_long = hit.end - hit.start == len(hit.phrase.say) >= UNHEARD_SYLLABLES
            if as_long and hit.distance <= UNHEARD_DISTANCE:
                yield Sighting(hit, turn, "pinyin", UNHEARD, _by_ear(hit, turn))
        return
    for checked in check_alikes(turn, hits, listener, ear):
        if checked.confidence >= LEAST_CONFIDENCE:
            evidence = f"{_by_ear(checked.hit, turn)}，与录音比对 {checked.difference:+.1f}"
            if checked.gain is not None:
                evidence += f"，听音 {checked.gain:+.1f}"
            elif checked.score is not None:
                evidence += f"，音节相同，听音 {checked.score:.2f}"
            polite = _is_polite(checked.hit, turn)
            confidence = min(POLITE if polite else 1.0, checked.confidence)
            same, near = checked.same_sound and not polite, not (checked.is_refused or polite)
            alike: Literal["", "same", "near"] = "same" if same else "near" if near else ""
            yield Sighting(checked.hit, turn, "acoustic", confidence, evidence, alike=alike)


def _heard(lost: Replaced, listener: Listener) -> Sighting:
    """A phrase that only the second ear heard, as Whisper judges it."""
    compared = compare(lost, listener)
    lost = compared.lost
    most = heard_confidence(*evidence_of_lost(compared))
    if compared.politer is not None and compared.politer >= NIN_FROM:
        most = min(most, POLITE)
    evidence = (
        f"{HEARD}{lost.entry.phrase.say}”，转写“{lost.written}”"
        f"（听音 {lost.score:.2f}，比转写 {lost.gain:+.1f}，与录音比对 {compared.difference:+.1f}）"
    )
    return Sighting(lost.hit, lost.turn, "acoustic", most, evidence, span=lost.span)


def _timed(sighting: Sighting, ear: Ear) -> Sighting:
    """A forbidden phrase at the time at which the ear heard it: the recogniser's times take in the
    silence before."""
    if sighting.span is not None or not sighting.hit.entry.forbids:
        return sighting
    phrase = find_phrase(sighting.turn, sighting.hit, ear)
    if phrase is None or phrase.score < TIMED_FROM:
        return sighting
    return replace(sighting, span=phrase.span)


def _by_ear(hit: Hit, turn: Turn) -> str:
    return f"转写为“{turn.text.plain[hit.start : hit.end]}”，读音相差 {hit.distance:.2f}"


def _best(found: Sequence[Sighting]) -> list[Sighting]:
    """Of forbidden phrases at one place only the surest; others are kept as they are."""
    kept: list[Sighting] = []
    for sighting in sorted(found, key=lambda s: (-s.confidence, s.hit.start - s.hit.end)):
        hit = sighting.hit
        clash = hit.entry.forbids and sighting.match != "exact" and any(
            k.hit.entry.forbids and k.hit.start < hit.end and hit.start < k.hit.end for k in kept
        )  # fmt: skip
        if not clash:
            kept.append(sighting)
    return kept
