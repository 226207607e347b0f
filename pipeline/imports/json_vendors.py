"""JSON of more speech services and contact centres, turned into callqa's own form: 讯飞, 百度, 华为云, Azure,
Google, Deepgram's paragraphs, Amazon Connect, Genesys."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Entries = list[dict[str, Any]]
_SIDES = {"internal": "agent", "external": "customer"}
_LENGTH = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_JSON_INSIDE = ("data", "orderResult", "result", "Result")
"""Keys whose value some services write as a text with JSON in it."""


def unpacked(value: Mapping[str, Any]) -> dict[str, Any]:
    """An object with the values that are JSON in a text read.

    >>> unpacked({"ok": 0, "data": '[{"onebest": "您好"}]'})
    {'ok': 0, 'data': [{'onebest': '您好'}]}
    """
    return {key: _read(one) if key in _JSON_INSIDE else one for key, one in value.items()}


def _read(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def vendor_entries(value: Mapping[str, Any]) -> Entries | None:
    """The sentences of an object in one of these forms, times in seconds; ``None`` for another."""
    return next((found for form in _FORMS if (found := form(value))), None)


def _iflytek(value: Mapping[str, Any]) -> Entries | None:
    """iFlytek (讯飞): a lattice of sentences whose words are JSON in a text; milliseconds."""
    found: Entries = []
    for one in _objects(value.get("lattice")):
        best = _read(one.get("json_1best"))
        said = best.get("st") if isinstance(best, dict) else None
        if isinstance(said, dict):
            words = "".join(_words_of(said))
            found.append(_timed(words, said.get("bg"), said.get("ed"), 1000, said.get("rl")))
    return found or None


def _words_of(said: Mapping[str, Any]) -> Iterator[str]:
    for part in _objects(said.get("rt")):
        for word in _objects(part.get("ws")):
            best = _objects(word.get("cw"))[:1]
            yield from (str(one.get("w", "")) for one in best)


def _baidu(value: Mapping[str, Any]) -> Entries | None:
    """Baidu: detailed_result with a list of texts; milliseconds."""
    return [
        _timed("".join(map(str, one["res"])), one.get("begin_time"), one.get("end_time"), 1000, one.get("speaker"))
        for one in _objects(value.get("detailed_result"))
        if isinstance(one.get("res"), list)
    ] or None  # fmt: skip


def _huawei(value: Mapping[str, Any]) -> Entries | None:
    """Huawei Cloud: segments with a result, and the role in its analysis; milliseconds."""
    found: Entries = []
    for one in _objects(value.get("segments")):
        result = one.get("result")
        if not isinstance(result, dict) or "text" not in result:
            return None
        more = result.get("analysis_info")
        who = more if isinstance(more, dict) else {}
        name = who.get("role") or who.get("diarization")
        found.append(_timed(result["text"], one.get("start_time"), one.get("end_time"), 1000, name))
    return found or None


def _azure(value: Mapping[str, Any]) -> Entries | None:
    """Azure: recognizedPhrases with the best of several texts, in parts of 100 ns or as PT1.5S."""
    phrases = _objects(value.get("recognizedPhrases"))
    several = len({one.get("channel") for one in phrases}) > 1
    found: Entries = []
    for one in phrases:
        best = _objects(one.get("nBest"))[:1]
        text = next((str(said.get("display") or said.get("lexical") or "") for said in best), "")
        start, length = (_ticks(one, name) for name in ("offset", "duration"))
        end = None if start is None or length is None else start + length
        name = one.get("channel") if several else one.get("speaker", one.get("channel"))
        found.append(_timed(text, start, end, 1, name))
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


def _google(value: Mapping[str, Any]) -> Entries | None:
    """Google: results with alternatives; the channel names the speaker. Results of one channel name
    nobody."""
    results = [one for one in _objects(value.get("results")) if _objects(one.get("alternatives"))]
    found: Entries = []
    for one in results:
        best = one["alternatives"][0]
        words = _objects(best.get("words"))
        start = _seconds(words[0].get("startTime", words[0].get("startOffset"))) if words else None
        end = _seconds(one.get("resultEndTime", one.get("resultEndOffset")))
        end = _seconds(words[-1].get("endTime", words[-1].get("endOffset"))) if words else end
        if str(best.get("transcript", "")).strip():
            found.append(_timed(best["transcript"], start, end, 1, one.get("channelTag")))
    timed = all("start_s" in one and "end_s" in one for one in found)
    return (found if timed else [_without_times(one) for one in found]) or None


def _seconds(value: Any) -> float | None:
    try:
        return float(str(value).rstrip("s"))
    except ValueError:
        return None


def _without_times(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: member for key, member in one.items() if key not in ("start_s", "end_s")}


def _paragraphs(value: Mapping[str, Any]) -> Entries | None:
    """Deepgram: channels whose best text has paragraphs of a speaker with sentences; seconds."""
    results = value.get("results")
    channels = _objects(results.get("channels")) if isinstance(results, dict) else []
    found: Entries = []
    for at, channel in enumerate(channels):
        best = (_objects(channel.get("alternatives")) or [{}])[0].get("paragraphs")
        for part in _objects(best.get("paragraphs")) if isinstance(best, dict) else []:
            name = at if len(channels) > 1 else part.get("speaker")
            found += [
                _timed(one.get("text", ""), one.get("start"), one.get("end"), 1, name)
                for one in _objects(part.get("sentences"))
            ]
    return found or None


def _sentences_in(value: Mapping[str, Any]) -> Entries | None:
    """Paragraphs of a speaker with sentences, in seconds."""
    parts = _objects(value.get("paragraphs"))
    if not parts or not all(_objects(one.get("sentences")) for one in parts):
        return None
    found: Entries = []
    for part in parts:
        said = "".join(str(one.get("text", "")) for one in _objects(part.get("sentences")))
        name = next((part[key] for key in ("speaker", "role", "name") if key in part), None)
        found.append(_timed(said, part.get("start"), part.get("end"), 1, name))
    return found


def _connect(value: Mapping[str, Any]) -> Entries | None:
    """Amazon Connect and Transcribe: Transcript in milliseconds, the role beside it or among the
    Participants."""
    said = _objects(value.get("Transcript"))
    if not said or not all("Content" in one for one in said):
        return None
    people = {
        one.get("ParticipantId"): one.get("ParticipantRole")
        for one in _objects(value.get("Participants"))
    }
    return [
        _timed(
            one["Content"],
            one.get("BeginOffsetMillis"),
            one.get("EndOffsetMillis"),
            1000,
            one.get("ParticipantRole") or people.get(one.get("ParticipantId")),
        )
        for one in said
    ]


def _genesys(value: Mapping[str, Any]) -> Entries | None:
    """Genesys Cloud: phrases of an internal or external participant; milliseconds since 1970."""
    found: Entries = []
    for part in _objects(value.get("transcripts")):
        for one in _objects(part.get("phrases")):
            start, length = one.get("startTimeMs"), one.get("duration")
            name = one.get("participantPurpose")
            lasted = length.get("milliseconds") if isinstance(length, dict) else None
            at = float(start) / 1000 if isinstance(start, int | float) else None
            end = at + float(lasted) / 1000 if at is not None and lasted is not None else None
            found.append(_timed(one.get("text", ""), at, end, 1, _SIDES.get(str(name), name)))
    first = min((one["start_s"] for one in found if "start_s" in one), default=0.0)
    for one in found:
        for key in {"start_s", "end_s"} & one.keys():
            one[key] = round(one[key] - first, 3)
    return found or None


_FORMS: tuple[Callable[[Mapping[str, Any]], Entries | None], ...] = (
    _iflytek,
    _baidu,
    _huawei,
    _azure,
    _paragraphs,
    _google,
    _sentences_in,
    _connect,
    _genesys,
)


def _timed(text: Any, start: Any, end: Any, per_s: int, name: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"text": str(text or "")}
    for key, value in (("start_s", start), ("end_s", end)):
        number = _seconds(value)
        if number is not None:
            entry[key] = number / per_s
    return entry if name in (None, "") else {**entry, "speaker": str(name)}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
