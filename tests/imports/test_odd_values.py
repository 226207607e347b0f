"""JSON with a value of a wrong kind anywhere is read or refused; it never stops an import."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import UnreadableError
from pipeline.imports.read_texts import read_text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD = [None, [], {}, [[1]], {"a": 1}, -1, 1e308, float("nan"), True, "", "x", "²", [None]]
SAMPLES: dict[str, Any] = {
    "Azure": {"recognizedPhrases": [{"channel": 0, "offset": "PT1S", "duration": "PT1S", "nBest": [{"display": "您好"}]}]},
    "Google": {"results": [{"alternatives": [{"transcript": "您好", "words": [{"startTime": "1s", "endTime": "2s"}]}], "channelTag": 1}]},
    "iFlytek": {"lattice": [{"json_1best": {"st": {"bg": "1", "ed": "2", "rl": "1", "rt": [{"ws": [{"cw": [{"w": "您好"}]}]}]}}}]},
    "Baidu": {"detailed_result": [{"res": ["您好"], "begin_time": 1, "end_time": 2, "speaker": "1"}]},
    "Huawei": {"segments": [{"start_time": 1, "end_time": 2, "result": {"text": "您好", "analysis_info": {"role": "AGENT"}}}]},
    "Deepgram": {"results": {"channels": [{"alternatives": [{"paragraphs": {"paragraphs": [{"speaker": 0, "sentences": [{"text": "您好", "start": 1, "end": 2}]}]}}]}]}},
    "Amazon": {"Participants": [{"ParticipantId": "1", "ParticipantRole": "AGENT"}], "Transcript": [{"ParticipantId": "1", "Content": "您好", "BeginOffsetMillis": 1, "EndOffsetMillis": 2}]},
    "Genesys": {"transcripts": [{"phrases": [{"text": "您好", "startTimeMs": 1, "duration": {"milliseconds": 2}, "participantPurpose": "internal"}]}]},
    "Chatwoot": {"payload": [{"content": "您好", "message_type": 1, "sender": {"id": 1, "name": "王芳", "type": "user"}, "created_at": 1793583005}]},
    "Zendesk": {"ticket": {"id": 1, "requester_id": 1, "assignee_id": 2}, "comments": [{"author_id": 2, "body": "您好", "public": True, "created_at": "2026-11-02T09:30:00Z"}]},
    "企业微信": [{"msgid": "1", "from": "wang", "tolist": ["wm1"], "msgtype": "text", "text": {"content": "您好"}, "msgtime": 1793583005000}],
    "微信客服": {"msg_list": [
        {"msgid": "1", "open_kfid": "k", "external_userid": "u", "send_time": 1793583005, "origin": 5, "servicer_userid": "a", "msgtype": "text", "text": {"content": "您好"}},
        {"msgid": "2", "send_time": 1793583006, "origin": 4, "msgtype": "event", "event": {"event_type": "enter_session", "open_kfid": "k", "external_userid": "u"}},
    ]},
}  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # fmt: skip
    for key, member in members:
        yield from places(member, (*at, key))


@pytest.mark.parametrize("form", SAMPLES)
def test_a_value_of_a_wrong_kind_is_read_or_refused(form: str) -> None:
    (one,) = read_text_bytes(Path("a.json"), json.dumps(SAMPLES[form]).encode()).conversations
    assert one.utterances[0].text == "您好"
    for *above, last in places(SAMPLES[form]):
        for odd in ODD:
            value = copy.deepcopy(SAMPLES[form])
            inner = value
            for key in above:
                inner = inner[key]
            inner[last] = odd
            with suppress(UnreadableError):
                read_text_bytes(Path("a.json"), json.dumps(value).encode())
