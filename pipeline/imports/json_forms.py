"""JSON of speech services and recognisers, turned into callqa's own form: which form it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.imports.json_chinese_services import (
    alibaba_channels,
    alibaba_files,
    alibaba_paragraphs,
    baidu,
    huawei,
    iflytek,
    tencent,
    volcano,
)
from pipeline.imports.json_entries import unpacked
from pipeline.imports.json_other_services import (
    amazon_connect,
    assembly_ai,
    azure,
    deepgram_paragraphs,
    genesys,
    google,
    paragraphs_of_sentences,
    transcripts_in_seconds,
)
from pipeline.imports.json_recognisers import funasr, funasr_list, is_funasr, whisper_cpp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.imports.json_entries import Entries

_FORMS: tuple[Callable[[Mapping[str, Any]], Entries | None], ...] = (
    alibaba_files,
    alibaba_channels,
    alibaba_paragraphs,
    tencent,
    funasr,
    assembly_ai,
    volcano,
    whisper_cpp,
    transcripts_in_seconds,
    iflytek,
    baidu,
    huawei,
    azure,
    deepgram_paragraphs,
    google,
    paragraphs_of_sentences,
    amazon_connect,
    genesys,
)
"""Each gives the sentences of an object in its form, times in seconds, and ``None`` for another."""

_USED = (
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
"""The keys, case folded, that these forms have read."""


def own_form(value: Any) -> Any:
    """The value with its sentences under ``utterances`` in seconds, if it is in the form of a
    service that docs/imports.md lists; else the value itself. Values inside it are not looked at.

    >>> own_form({"Sentences": [{"BeginTime": 340, "EndTime": 1000, "Text": "您好", "ChannelId": 0}]})
    {'medium': 'voice', 'utterances': [{'text': '您好', 'speaker': '0', 'start_s': 0.34, 'end_s': 1.0}]}
    """
    if isinstance(value, list) and value and all(is_funasr(one) for one in value):
        return funasr_list(value) or value
    if not isinstance(value, dict):
        return value
    value = unpacked(value)
    found = next((found for form in _FORMS if (found := form(value))), None)
    if found is None:
        return value
    used = {key for key in value if key.casefold() in _USED}
    return {
        "medium": "voice",
        **{key: member for key, member in value.items() if key not in used},
        "utterances": found,
    }
