"""Transcripts of speech services and contact centres, helpdesks, and subtitles, as they write them.
The samples are made by hand after the public descriptions of the forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.imports import read_text_file

A, C = "您好，请问有什么可以帮您？", "我想查一下宽带。"


def lattice(start: str, end: str, who: str, text: str) -> dict[str, str]:
    words = [{"cw": [{"w": letter, "wp": "n"}]} for letter in text]
    said = {"st": {"bg": start, "ed": end, "rl": who, "rt": [{"ws": words}]}}
    return {"json_1best": json.dumps(said, ensure_ascii=False)}


def azure(channel: int, start_s: float, text: str) -> dict[str, object]:
    ticks = {"offsetInTicks": start_s * 1e7, "durationInTicks": 2e7}
    return {"channel": channel, **ticks, "nBest": [{"confidence": 0.9, "display": text}]}


def genesys(purpose: str, start_ms: int, text: str) -> dict[str, object]:
    return {
        "text": text,
        "participantPurpose": purpose,
        "startTimeMs": start_ms,
        "duration": {"milliseconds": 2000},
    }


ONEBEST = [
    {"bg": "500", "ed": "2500", "onebest": A, "speaker": "1"},
    {"bg": "3000", "ed": "5000", "onebest": C, "speaker": "2"},
]
NUMBERED: dict[str, object] = {
    "讯飞, sentences": ONEBEST,
    "讯飞, in a text": {"ok": 0, "data": json.dumps(ONEBEST)},
    "讯飞, lattice": {
        "content": {
            "orderResult": json.dumps(
                {"lattice": [lattice("500", "2500", "1", A), lattice("3000", "5000", "2", C)]}
            )
        }
    },
    "Azure": {"recognizedPhrases": [azure(0, 0.5, A), azure(1, 3.0, C)]},
    "Deepgram": {
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": A + C,
                            "paragraphs": {
                                "paragraphs": [
                                    {"speaker": 0, "sentences": [{"text": A, "start": 0.5, "end": 2.5}]},
                                    {"speaker": 1, "sentences": [{"text": C, "start": 3.0, "end": 5.0}]},
                                ]
                            },
                        }
                    ]
                }
            ]
        }
    },
    "火山, numbers as text": {
        "utterances": [
            {"start_time": "500", "end_time": "2500", "text": A, "additions": {"speaker": "1"}},
            {"start_time": "3000", "end_time": "5000", "text": C, "additions": {"speaker": "2"}},
        ]
    },
}  # fmt: skip
SIDED: dict[str, object] = {
    "华为云": {
        "segments": [
            {"start_time": 500, "end_time": 2500, "result": {"text": A, "analysis_info": {"role": "AGENT"}}},
            {"start_time": 3000, "end_time": 5000, "result": {"text": C, "analysis_info": {"role": "USER"}}},
        ]
    },
    "Amazon Connect": {
        "Participants": [
            {"ParticipantId": "p1", "ParticipantRole": "AGENT"},
            {"ParticipantId": "p2", "ParticipantRole": "CUSTOMER"},
        ],
        "Transcript": [
            {"ParticipantId": "p1", "Content": A, "BeginOffsetMillis": 500, "EndOffsetMillis": 2500},
            {"ParticipantId": "p2", "Content": C, "BeginOffsetMillis": 3000, "EndOffsetMillis": 5000},
        ],
    },
    "Genesys": {
        "conversationId": "g1",
        "transcripts": [
            {"phrases": [genesys("internal", 1793583005500, A), genesys("external", 1793583008000, C)]}
        ],
    },
    "paragraphs": {
        "paragraphs": [
            {"speaker": "坐席", "start": 0.5, "end": 2.5, "sentences": [{"text": A}]},
            {"speaker": "客户", "start": 3.0, "end": 5.0, "sentences": [{"text": C}]},
        ]
    },
    "words only": [
        {"role": "agent", "start": "500", "end": "2500", "words": [{"word": A, "start": "500", "end": "2500"}]},
        {"role": "customer", "start": "3000", "end": "5000", "words": [{"word": C}]},
    ],
}  # fmt: skip
CHATS: dict[str, object] = {
    "Udesk": {"logs": [
        {"sender": "agent", "content": {"type": "message", "data": {"content": A}}},
        {"sender": "customer", "content": {"type": "message", "data": {"content": C}}},
    ]},
    "Freshchat": {"messages": [
        {"actor_type": "agent", "message_parts": [{"text": {"content": A}}]},
        {"actor_type": "user", "message_parts": [{"text": {"content": C}}]},
    ]},
    "环信": [
        {"timestamp": "1793583005000", "from": "客服8001", "payload": {"bodies": [{"msg": A, "type": "txt"}]}},
        {"timestamp": "1793583015000", "from": "访客7", "payload": {"bodies": [{"msg": C, "type": "txt"}]}},
    ],
    "text with JSON": [
        {"fromUser": "客服小美", "msgContent": json.dumps({"text": A})},
        {"fromUser": "客户", "msgContent": json.dumps({"text": C})},
    ],
    "Chatwoot": {"payload": [
        {"content": A, "message_type": 1, "sender": {"id": 1, "name": "小美", "type": "user"}},
        {"content": "这个不归我管", "message_type": 1, "private": True, "sender": {"id": 1, "name": "小美", "type": "user"}},
        {"content": C, "message_type": 0, "sender": {"id": 9, "name": "王先生", "type": "contact"}},
    ]},
    "one cell": {"会话编号": "c1", "聊天记录": f"客服：{A}\n客户：{C}"},
}  # fmt: skip


def read(tmp_path: Path, value: object):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    (one,) = read_text_file(path).conversations
    return one


@pytest.mark.parametrize("service", NUMBERED)
def test_numbered_speakers_keep_their_numbers_and_times(tmp_path: Path, service: str):
    one = read(tmp_path, NUMBERED[service])
    assert [(u.role, u.text, u.start_s, u.end_s) for u in one.utterances] == [
        ("unknown", A, 0.5, 2.5),
        ("unknown", C, 3.0, 5.0),
    ]
    assert one.medium == "voice"
    assert len(set(one.voices)) == 2


@pytest.mark.parametrize("service", SIDED)
def test_sides_that_a_service_names(tmp_path: Path, service: str):
    one = read(tmp_path, SIDED[service])
    first = 0.5 if service == "Genesys" else 0.0  # times since 1970 begin with the first one
    assert [(u.role, u.text, u.start_s + first) for u in one.utterances] == [
        ("agent", A, 0.5),
        ("customer", C, 3.0),
    ]
    assert one.medium == "voice"


@pytest.mark.parametrize("platform", CHATS)
def test_sides_of_a_chat(tmp_path: Path, platform: str):
    one = read(tmp_path, CHATS[platform])
    assert [(u.role, u.text) for u in one.utterances] == [("agent", A), ("customer", C)]
    assert one.meta.agent_id == {"Chatwoot": "1", "环信": "8001"}.get(platform)


def test_results_without_a_speaker_are_one_conversation(tmp_path: Path):
    value = {"results": [{"alternatives": [{"transcript": A}]}, {"alternatives": [{"transcript": C}]}]}  # fmt: skip
    one = read(tmp_path, value)
    assert [(u.role, u.text) for u in one.utterances] == [("unknown", A), ("unknown", C)]
    other = {"detailed_result": [{"res": [A], "begin_time": 500, "end_time": 2500}]}
    assert [(u.text, u.start_s) for u in read(tmp_path, other).utterances] == [(A, 0.5)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"客服\n{A}", f"客户\n{C}"),
        (f">> 客服：{A}", f">> 客户：{C}"),
        (f"客服小美: {A}", f"客户王先生: {C}"),
        (f"\u200e客服: {A}", f"\u200e客户: {C}"),
    ],
)
def test_names_in_subtitles(tmp_path: Path, first: str, second: str):
    path = tmp_path / "a.srt"
    path.write_text(
        f"1\n00:00:01,000 --> 00:00:03,000\n{first}\n\n2\n00:00:04,000 --> 00:00:06,000\n{second}\n",
        encoding="utf-8",
    )
    (one,) = read_text_file(path).conversations
    assert [(u.role, u.text) for u in one.utterances] == [("agent", A), ("customer", C)]


def test_a_heading_in_subtitles_is_no_name(tmp_path: Path):
    path = tmp_path / "a.srt"
    cues = ["客服小美：您好", "客户王：在吗", "订单号：12", "地址：北京"]
    path.write_text(
        "".join(f"00:00:0{at},000 --> 00:00:0{at},900\n{text}\n\n" for at, text in enumerate(cues)),
        encoding="utf-8",
    )
    (one,) = read_text_file(path).conversations
    assert [u.text for u in one.utterances][2:] == ["订单号：12", "地址：北京"]
