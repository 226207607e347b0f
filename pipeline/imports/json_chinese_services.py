"""JSON of speech services in China: Alibaba (阿里云), Tencent, Volcano Engine, iFlytek (讯飞),
Baidu, Huawei."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipeline.imports.json_entries import (
    Entries,
    entry_of,
    objects_in,
    read_inside,
    sentences_of,
    timed_entry,
    with_speaker,
    word_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TENCENT = re.compile(
    r"\[(?:(\d+):)?(\d+):(\d+(?:\.\d+)?),\s*(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)(?:,\s*(\d+))?\]\s*(.*)"
)


def iflytek(value: Mapping[str, Any]) -> Entries | None:
    """iFlytek (讯飞): a lattice of sentences whose words are JSON in a text; milliseconds."""
    found: Entries = []
    for one in objects_in(value.get("lattice")):
        best = read_inside(one.get("json_1best"))
        said = best.get("st") if isinstance(best, dict) else None
        if isinstance(said, dict):
            words = "".join(_words_of(said))
            found.append(timed_entry(words, said.get("bg"), said.get("ed"), 1000, said.get("rl")))
    return found or None


def _words_of(said: Mapping[str, Any]) -> Iterator[str]:
    for part in objects_in(said.get("rt")):
        for word in objects_in(part.get("ws")):
            best = objects_in(word.get("cw"))[:1]
            yield from (str(one.get("w", "")) for one in best)


def baidu(value: Mapping[str, Any]) -> Entries | None:
    """Baidu: detailed_result with a list of texts; milliseconds."""
    return [
        timed_entry("".join(map(str, one["res"])), one.get("begin_time"), one.get("end_time"), 1000, one.get("speaker"))
        for one in objects_in(value.get("detailed_result"))
        if isinstance(one.get("res"), list)
    ] or None  # fmt: skip


def huawei(value: Mapping[str, Any]) -> Entries | None:
    """Huawei Cloud: segments with a result, and the role in its analysis; milliseconds."""
    found: Entries = []
    for one in objects_in(value.get("segments")):
        result = one.get("result")
        if not isinstance(result, dict) or "text" not in result:
            return None
        more = result.get("analysis_info")
        who = more if isinstance(more, dict) else {}
        name = who.get("role") or who.get("diarization")
        found.append(
            timed_entry(result["text"], one.get("start_time"), one.get("end_time"), 1000, name)
        )
    return found or None


def alibaba_files(value: Mapping[str, Any]) -> Entries | None:
    """Alibaba Cloud, recorded files: Sentences with BeginTime and EndTime in milliseconds."""
    return sentences_of(
        value.get("Sentences"), ("Text",), ("BeginTime", "EndTime"), ("SpeakerId", "ChannelId")
    )


def alibaba_channels(value: Mapping[str, Any]) -> Entries | None:
    """Alibaba Cloud Model Studio: transcripts of channels with sentences in milliseconds."""
    channels = objects_in(value.get("transcripts"))
    found: Entries = []
    for channel in channels:
        own = (
            sentences_of(
                channel.get("sentences"), ("text",), ("begin_time", "end_time"), ("speaker_id",)
            )
            or []
        )
        several = len(channels) > 1 and "channel_id" in channel
        found += [{**one, "speaker": str(channel["channel_id"])} if several else one for one in own]
    return found or None


def alibaba_paragraphs(value: Mapping[str, Any]) -> Entries | None:
    """Alibaba Cloud Tingwu: paragraphs of words."""
    found: Entries = []
    for paragraph in objects_in(value.get("Paragraphs")):
        words = [
            word_of(word, ("Text",), ("Start", "End"))
            for word in objects_in(paragraph.get("Words"))
        ]
        timed = [word for word in words if "start_s" in word and "end_s" in word]
        if words and timed:
            text = "".join(word["text"] for word in words)
            entry = {
                "text": text,
                "start_s": timed[0]["start_s"],
                "end_s": timed[-1]["end_s"],
                "words": words,
            }
            found.append(with_speaker(entry, paragraph, ("SpeakerId",)))
    return found or None


def tencent(value: Mapping[str, Any]) -> Entries | None:
    """Tencent Cloud: ResultDetail in milliseconds, the words from the start of the sentence; or
    the text of Result alone."""
    details = objects_in(value.get("ResultDetail"))
    found: Entries = []
    for one in details:
        entry = entry_of(one, ("FinalSentence",), ("StartMs", "EndMs"), ("SpeakerId",))
        begin = one.get("StartMs", 0)
        words = [
            word_of(word, ("Word",), ("OffsetStartMs", "OffsetEndMs"), begin)
            for word in objects_in(one.get("Words"))
        ]
        found.append({**entry, **({"words": words} if words else {})})
    if found or not isinstance(value.get("Result"), str):
        return found or None
    return [_tencent_line(match) for match in _TENCENT.finditer(value["Result"])] or None


def _tencent_line(match: re.Match[str]) -> dict[str, Any]:
    hours, minutes, seconds, to_hours, to_minutes, to_seconds, speaker, text = match.groups()
    start = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    end = int(to_hours or 0) * 3600 + int(to_minutes) * 60 + float(to_seconds)
    entry = {"text": text.strip(), "start_s": start, "end_s": end}
    return entry if speaker is None else {**entry, "speaker": speaker}


def volcano(value: Mapping[str, Any]) -> Entries | None:
    """Volcano Engine: utterances with start_time and end_time in milliseconds."""
    found = objects_in(value.get("utterances"))
    if not found or not all(
        "start_time" in one and str(one["start_time"]).isdigit() for one in found
    ):
        return None
    entries: Entries = []
    for one in found:
        more = one.get("additions")
        entry = entry_of(one, ("text",), ("start_time", "end_time"), ("speaker",))
        given = more if isinstance(more, dict) else {}
        entries.append(with_speaker(entry, given, ("speaker", "channel_id")))
    return entries
