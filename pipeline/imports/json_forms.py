"""JSON of speech services and recognisers, turned into callqa's own form."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.imports.json_vendors import unpacked, vendor_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TENCENT = re.compile(
    r"\[(?:(\d+):)?(\d+):(\d+(?:\.\d+)?),\s*(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)(?:,\s*(\d+))?\]\s*(.*)"
)
_RANDOM = re.compile(r"rand_key_")
"""FunASR's key of sound that was given without a name."""
Entries = list[dict[str, Any]]


def own_form(value: Any) -> Any:
    """The value with its sentences under ``utterances`` in seconds, if it is in the form of a
    service that docs/imports.md lists; else the value itself. Values inside it are not looked at.

    >>> own_form({"Sentences": [{"BeginTime": 340, "EndTime": 1000, "Text": "您好", "ChannelId": 0}]})
    {'medium': 'voice', 'utterances': [{'text': '您好', 'speaker': '0', 'start_s': 0.34, 'end_s': 1.0}]}
    """
    if isinstance(value, list) and value and all(_is_funasr(one) for one in value):
        return _funasr_list(value) or value
    if not isinstance(value, dict):
        return value
    value = unpacked(value)
    found = next((found for form in _FORMS if (found := form(value))), None) or vendor_entries(
        value
    )
    if found is None:
        return value
    used = {key for key in value if key.casefold() in _TOP}
    return {
        "medium": "voice",
        **{key: member for key, member in value.items() if key not in used},
        "utterances": found,
    }


def _nls(value: Mapping[str, Any]) -> Entries | None:
    """Alibaba Cloud, recorded files: Sentences with BeginTime and EndTime in milliseconds."""
    return _sentences(
        value.get("Sentences"), ("Text",), ("BeginTime", "EndTime"), ("SpeakerId", "ChannelId")
    )


def _paraformer(value: Mapping[str, Any]) -> Entries | None:
    """Alibaba Cloud Model Studio: transcripts of channels with sentences in milliseconds."""
    channels = _objects(value.get("transcripts"))
    found: Entries = []
    for channel in channels:
        own = (
            _sentences(
                channel.get("sentences"), ("text",), ("begin_time", "end_time"), ("speaker_id",)
            )
            or []
        )
        several = len(channels) > 1 and "channel_id" in channel
        found += [{**one, "speaker": str(channel["channel_id"])} if several else one for one in own]
    return found or None


def _tingwu(value: Mapping[str, Any]) -> Entries | None:
    """Alibaba Cloud Tingwu: paragraphs of words."""
    found: Entries = []
    for paragraph in _objects(value.get("Paragraphs")):
        words = [
            _word(word, ("Text",), ("Start", "End")) for word in _objects(paragraph.get("Words"))
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
            found.append(_with_speaker(entry, paragraph, ("SpeakerId",)))
    return found or None


def _tencent(value: Mapping[str, Any]) -> Entries | None:
    """Tencent Cloud: ResultDetail in milliseconds, the words from the start of the sentence; or
    the text of Result alone."""
    details = _objects(value.get("ResultDetail"))
    found: Entries = []
    for one in details:
        entry = _entry(one, ("FinalSentence",), ("StartMs", "EndMs"), ("SpeakerId",))
        begin = one.get("StartMs", 0)
        words = [
            _word(word, ("Word",), ("OffsetStartMs", "OffsetEndMs"), begin)
            for word in _objects(one.get("Words"))
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


def _is_funasr(value: Any) -> bool:
    return isinstance(value, dict) and (
        "sentence_info" in value or ("key" in value and "timestamp" in value)
    )


def _funasr(value: Mapping[str, Any]) -> Entries | None:
    """FunASR: sentence_info in milliseconds, the times of its characters in pairs."""
    if not _is_funasr(value):
        return None
    sentences = _objects(value.get("sentence_info"))
    if not sentences:
        pairs: Any = value.get("timestamp")
        if not _are_pairs(pairs) or not isinstance(value.get("text"), str):
            return None
        sentences = [{"text": value["text"], "start": pairs[0][0], "end": pairs[-1][1]}]
    return [
        _entry(one, ("text", "sentence"), ("start", "end"), ("spk", "spk_id")) for one in sentences
    ]


def _funasr_list(members: Entries) -> Any:
    """FunASR's list of results, one for each recording that was given, with the recording's name
    as key. Results of one key, or without keys, are pieces of one recording if each begins where
    the one before has ended. ``None`` if nothing was said."""
    keys = [str(one.get("key") or "") for one in members]
    parts = [_funasr(one) or [] for one in members]
    joined = [entry for part in parts for entry in part]
    if len(members) == 1 or not joined or (len(set(keys)) == 1 and _go_on(parts)):
        return {"utterances": joined} if joined else None
    return [
        {"utterances": part, **({"call_id": key} if key and not _RANDOM.match(key) else {})}
        for key, part in zip(keys, parts, strict=True)
    ]


def _go_on(parts: list[Entries]) -> bool:
    said = [part for part in parts if part]
    return all(
        isinstance(end := before[-1].get("end_s"), float)
        and isinstance(start := after[0].get("start_s"), float)
        and end <= start
        for before, after in pairwise(said)
    )


def _are_pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, list) and len(one) == 2 for one in (value[0], value[-1]))
    )


def _assembly(value: Mapping[str, Any]) -> Entries | None:
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
    found = _objects(value.get("utterances")) or _objects(value.get("sentences"))
    entries: Entries = []
    for one in found:
        entry = _entry(one, ("text",), ("start", "end"), ("speaker", "channel"))
        words = [_word(word, ("text",), ("start", "end")) for word in _objects(one.get("words"))]
        more = {"confidence": one["confidence"]} if "confidence" in one else {}
        entries.append({**entry, **({"words": words} if words else {}), **more})
    return entries or None


def _volcano(value: Mapping[str, Any]) -> Entries | None:
    """Volcano Engine: utterances with start_time and end_time in milliseconds."""
    found = _objects(value.get("utterances"))
    if not found or not all(
        "start_time" in one and str(one["start_time"]).isdigit() for one in found
    ):
        return None
    entries: Entries = []
    for one in found:
        more = one.get("additions")
        entry = _entry(one, ("text",), ("start_time", "end_time"), ("speaker",))
        given = more if isinstance(more, dict) else {}
        entries.append(_with_speaker(entry, given, ("speaker", "channel_id")))
    return entries


def _whisper_cpp(value: Mapping[str, Any]) -> Entries | None:
    """whisper.cpp: transcription with offsets in milliseconds."""
    found = [
        one for one in _objects(value.get("transcription")) if isinstance(one.get("offsets"), dict)
    ]
    return [
        {**_entry({**one["offsets"], **one}, ("text",), ("from", "to"), ("speaker",))}
        for one in found
    ] or None


def _seconds_form(value: Mapping[str, Any]) -> Entries | None:
    """Deepgram and Amazon Transcribe: utterances or audio_segments with a transcript."""
    found = _objects(value.get("utterances")) or _objects(value.get("audio_segments"))
    if not found or not all("transcript" in one for one in found):
        return None
    return [
        _with_speaker(
            {
                "text": one["transcript"],
                "start_s": _number(one.get("start", one.get("start_time"))),
                "end_s": _number(one.get("end", one.get("end_time"))),
            },
            one,
            ("speaker", "speaker_label"),
        )
        for one in found
    ]


_FORMS: tuple[Callable[[Mapping[str, Any]], Entries | None], ...] = (
    _nls,
    _paraformer,
    _tingwu,
    _tencent,
    _funasr,
    _assembly,
    _volcano,
    _whisper_cpp,
    _seconds_form,
)
_TOP = (
    "sentences",
    "transcripts",
    "paragraphs",
    "resultdetail",
    "sentence_info",
    "timestamp",
    "utterances",
    "words",
    "text",
    "audio_segments",
    "transcription",
    "result",
    "lattice",
    "detailed_result",
    "segments",
    "recognizedphrases",
    "combinedrecognizedphrases",
    "results",
    "transcript",
    "participants",
)


def _sentences(
    found: Any, texts: tuple[str, ...], times: tuple[str, str], speakers: tuple[str, ...]
) -> Entries | None:
    entries: Entries = []
    for one in _objects(found):
        entry = _entry(one, texts, times, speakers)
        words = [
            _word(word, ("text", "Text", "Word"), times) for word in _objects(one.get("words"))
        ]
        entries.append({**entry, **({"words": words} if words else {})})
    return entries or None


def _entry(
    one: Mapping[str, Any],
    texts: tuple[str, ...],
    times: tuple[str, str],
    speakers: tuple[str, ...],
) -> dict[str, Any]:
    text = next((one[key] for key in texts if key in one), None)
    entry = {"text": text, **_speaker(one, speakers)}
    for name, key in zip(("start_s", "end_s"), times, strict=True):
        if key in one:
            entry[name] = _thousandth(one[key])
    return entry


def _word(
    word: Mapping[str, Any], texts: tuple[str, ...], times: tuple[str, str], since: Any = 0
) -> dict[str, Any]:
    text = next((word[key] for key in texts if key in word), "")
    mark = word.get("punctuation")
    entry: dict[str, Any] = {"text": f"{text}{mark if isinstance(mark, str) else ''}"}
    for name, key in zip(("start_s", "end_s"), times, strict=True):
        at, begin = word.get(key), _number(since)
        if isinstance(_number(at), float):
            entry[name] = (_number(at) + (begin if isinstance(begin, float) else 0.0)) / 1000
    if "confidence" in word:
        entry["confidence"] = word["confidence"]
    return entry


def _speaker(one: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    found = next((one[key] for key in keys if one.get(key) not in (None, "")), None)
    return {} if found is None else {"speaker": str(found)}


def _with_speaker(
    entry: dict[str, Any], one: Mapping[str, Any], keys: tuple[str, ...]
) -> dict[str, Any]:
    return {**entry, **_speaker(one, keys)}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: Any) -> Any:
    """A number as float, text of a number too; anything else as it is, for the reader to refuse."""
    try:
        return value if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return value


def _thousandth(value: Any) -> Any:
    number = _number(value)
    return number / 1000 if isinstance(number, float) else value
