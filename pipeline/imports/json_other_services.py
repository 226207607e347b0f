"""JSON of speech services and contact centres elsewhere: AssemblyAI, Deepgram, Amazon,
Azure, Google, Genesys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipeline.imports.json_entries import (
    Entries,
    entry_of,
    number_of,
    objects_in,
    seconds_of,
    timed_entry,
    with_speaker,
    word_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIDES = {"internal": "agent", "external": "customer"}
_LENGTH = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


def azure(value: Mapping[str, Any]) -> Entries | None:
    """Azure: recognizedPhrases with the best of several texts, in parts of 100 ns or as PT1.5S."""
    phrases = objects_in(value.get("recognizedPhrases"))
    several = len({str(one.get("channel")) for one in phrases}) > 1
    found: Entries = []
    for one in phrases:
        best = objects_in(one.get("nBest"))[:1]
        text = next((str(said.get("display") or said.get("lexical") or "") for said in best), "")
        start, length = (_ticks(one, name) for name in ("offset", "duration"))
        end = None if start is None or length is None else start + length
        name = one.get("channel") if several else one.get("speaker", one.get("channel"))
        found.append(timed_entry(text, start, end, 1, name))
    return found or None


def _ticks(one: Mapping[str, Any], name: str) -> float | None:
    ticks = one.get(f"{name}InTicks")
    if isinstance(ticks, int | float):
        return float(ticks) / 1e7
    match = _LENGTH.fullmatch(str(one.get(name, "")))
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return 3600.0 * int(hours or 0) + 60 * int(minutes or 0) + float(seconds or 0)


def google(value: Mapping[str, Any]) -> Entries | None:
    """Google: results with alternatives; the channel names the speaker. Results of one channel name
    nobody."""
    results = [
        one for one in objects_in(value.get("results")) if objects_in(one.get("alternatives"))
    ]
    found: Entries = []
    for one in results:
        best = objects_in(one["alternatives"])[0]
        words = objects_in(best.get("words"))
        start = (
            seconds_of(words[0].get("startTime", words[0].get("startOffset"))) if words else None
        )
        end = seconds_of(one.get("resultEndTime", one.get("resultEndOffset")))
        end = seconds_of(words[-1].get("endTime", words[-1].get("endOffset"))) if words else end
        if str(best.get("transcript", "")).strip():
            found.append(timed_entry(best["transcript"], start, end, 1, one.get("channelTag")))
    timed = all("start_s" in one and "end_s" in one for one in found)
    return (found if timed else [_without_times(one) for one in found]) or None


def _without_times(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: member for key, member in one.items() if key not in ("start_s", "end_s")}


def deepgram_paragraphs(value: Mapping[str, Any]) -> Entries | None:
    """Deepgram: channels whose best text has paragraphs of a speaker with sentences; seconds."""
    results = value.get("results")
    channels = objects_in(results.get("channels")) if isinstance(results, dict) else []
    found: Entries = []
    for at, channel in enumerate(channels):
        best = (objects_in(channel.get("alternatives")) or [{}])[0].get("paragraphs")
        for part in objects_in(best.get("paragraphs")) if isinstance(best, dict) else []:
            name = at if len(channels) > 1 else part.get("speaker")
            found += [
                timed_entry(one.get("text", ""), one.get("start"), one.get("end"), 1, name)
                for one in objects_in(part.get("sentences"))
            ]
    return found or None


def paragraphs_of_sentences(value: Mapping[str, Any]) -> Entries | None:
    """Paragraphs of a speaker with sentences, in seconds."""
    parts = objects_in(value.get("paragraphs"))
    if not parts or not all(objects_in(one.get("sentences")) for one in parts):
        return None
    found: Entries = []
    for part in parts:
        said = "".join(str(one.get("text", "")) for one in objects_in(part.get("sentences")))
        name = next((part[key] for key in ("speaker", "role", "name") if key in part), None)
        found.append(timed_entry(said, part.get("start"), part.get("end"), 1, name))
    return found


def amazon_connect(value: Mapping[str, Any]) -> Entries | None:
    """Amazon Connect and Transcribe: Transcript in milliseconds, the role beside it or among the
    Participants."""
    said = objects_in(value.get("Transcript"))
    if not said or not all("Content" in one for one in said):
        return None
    people = {
        str(one.get("ParticipantId")): one.get("ParticipantRole")
        for one in objects_in(value.get("Participants"))
    }
    return [
        timed_entry(
            one["Content"],
            one.get("BeginOffsetMillis"),
            one.get("EndOffsetMillis"),
            1000,
            one.get("ParticipantRole") or people.get(str(one.get("ParticipantId"))),
        )
        for one in said
    ]


def genesys(value: Mapping[str, Any]) -> Entries | None:
    """Genesys Cloud: phrases of an internal or external participant; milliseconds since 1970."""
    found: Entries = []
    for part in objects_in(value.get("transcripts")):
        for one in objects_in(part.get("phrases")):
            start, length = one.get("startTimeMs"), one.get("duration")
            name = one.get("participantPurpose")
            lasted = seconds_of(length.get("milliseconds")) if isinstance(length, dict) else None
            at = float(start) / 1000 if isinstance(start, int | float) else None
            end = at + lasted / 1000 if at is not None and lasted is not None else None
            found.append(timed_entry(one.get("text", ""), at, end, 1, _SIDES.get(str(name), name)))
    first = min((one["start_s"] for one in found if "start_s" in one), default=0.0)
    for one in found:
        for key in {"start_s", "end_s"} & one.keys():
            one[key] = round(one[key] - first, 3)
    return found or None


def assembly_ai(value: Mapping[str, Any]) -> Entries | None:
    """AssemblyAI: utterances in milliseconds, with the marks of a finished order beside them."""
    marks = {
        "audio_url",
        "acoustic_model",
        "language_model",
        "speech_model",
        "audio_duration",
        "language_code",
    }
    if not marks & value.keys():
        return None
    found = objects_in(value.get("utterances")) or objects_in(value.get("sentences"))
    entries: Entries = []
    for one in found:
        entry = entry_of(one, ("text",), ("start", "end"), ("speaker", "channel"))
        words = [
            word_of(word, ("text",), ("start", "end")) for word in objects_in(one.get("words"))
        ]
        more = {"confidence": one["confidence"]} if "confidence" in one else {}
        entries.append({**entry, **({"words": words} if words else {}), **more})
    return entries or None


def transcripts_in_seconds(value: Mapping[str, Any]) -> Entries | None:
    """Deepgram and Amazon Transcribe: utterances or audio_segments with a transcript."""
    found = objects_in(value.get("utterances")) or objects_in(value.get("audio_segments"))
    if not found or not all("transcript" in one for one in found):
        return None
    return [
        with_speaker(
            {
                "text": one["transcript"],
                "start_s": number_of(one.get("start", one.get("start_time"))),
                "end_s": number_of(one.get("end", one.get("end_time"))),
            },
            one,
            ("speaker", "speaker_label"),
        )
        for one in found
    ]
