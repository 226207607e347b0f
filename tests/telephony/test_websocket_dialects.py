"""Messages of each telephone system's dialect become the same events."""

from __future__ import annotations

import base64
import json
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from pipeline.telephony import CallBegan, CallSound, SoundDecoder
from tests.telephony.calls import TOKEN, Heard, run, speech, websocket
from tests.telephony.websocket_client import (
    CONNECTED,
    END,
    STOP,
    events_of,
    media,
    opened,
    twilio_start,
)


def test_media_streams_of_the_twilio_shape_are_heard_by_track():
    inbound, outbound = bytes(range(160)), bytes(range(96, 256))
    heard = events_of(
        CONNECTED,
        twilio_start(),
        media(2, 0, inbound),
        media(3, 0, outbound, "outbound"),
        {"event": "dtmf", "sequenceNumber": "4", "dtmf": {"track": "inbound_track", "digit": "1"}},
        media(5, 20, inbound),
        STOP,
    )
    began = heard.of(CallBegan)[0]
    assert (began.stream.name, began.sides) == ("CA1", ("customer", "agent"))
    assert began.agent_id == "8012"
    decode = SoundDecoder("pcmu").decode
    assert heard.sound("customer").tolist() == decode(inbound * 2).tolist()
    assert heard.sound("agent").tolist() == decode(outbound).tolist()
    assert (heard.lost("customer"), heard.told()[-1]) == (0.0, "CA1 ended")


def test_telnyx_names_and_an_outbound_call_are_understood():
    start = {
        "event": "start",
        "sequence_number": "1",
        "start": {
            "call_control_id": "v3:abc",
            "media_format": {"encoding": "PCMA", "sample_rate": 8000, "channels": 1},
            "track": "both_tracks",
            "custom_parameters": {"inbound": "agent"},
        },
    }
    said = {"event": "media", "sequence_number": "2", "media": media(2, 0, bytes(160))["media"]}
    heard = events_of(start, said, {"event": "stop"})
    assert heard.of(CallBegan)[0].stream.name == "v3:abc"
    assert {piece.side for piece in heard.of(CallSound)} == {"agent"}


def test_messages_out_of_order_twice_and_late_are_put_in_order():
    payloads = [bytes([number]) * 160 for number in range(20)]
    messages = [media(2 + number, 20 * number, data) for number, data in enumerate(payloads)]
    order = [1, 0, 0, 2, 5, 4, 3, 3, 6, 2, *range(7, 20), 19]
    heard = events_of(twilio_start(), *(messages[place] for place in order), STOP)

    expected = SoundDecoder("pcmu").decode(b"".join(payloads))
    assert heard.sound("customer").tolist() == expected.tolist()
    assert heard.lost("customer") == 0.0


def test_lost_messages_leave_a_gap_of_their_length():
    payloads = [bytes([number]) * 160 for number in range(40)]
    messages = [media(2 + number, 20 * number, data) for number, data in enumerate(payloads)]
    missing = {10, 25, 26, 27}
    kept = [message for place, message in enumerate(messages) if place not in missing]
    heard = events_of(twilio_start(), *kept, STOP)

    expected = SoundDecoder("pcmu").decode(b"".join(payloads)).reshape(-1, 160)
    expected[sorted(missing)] = 0
    assert heard.sound("customer").tolist() == expected.reshape(-1).tolist()
    assert heard.lost("customer") == pytest.approx(0.08)


def test_lost_messages_of_a_sender_without_times_leave_a_gap_too():
    """As Voximplant sends: numbers from 0, 16 bits, no times."""
    samples = speech(0.2, rate=16000).reshape(-1, 320)
    form = {"encoding": "PCM16", "sampleRate": 16000}
    start = {"event": "start", "sequenceNumber": 0, "start": {"callId": "X", "mediaFormat": form}}
    messages: list[dict] = [media(1 + place, 0, one.tobytes()) for place, one in enumerate(samples)]
    for message in messages:
        del message["media"]["timestamp"]
    heard = events_of(start, *(messages[place] for place in (0, 1, 4, 5, 6, 7, 8, 9)), STOP)

    samples[2:4] = 0
    assert heard.sound("customer", rate=16000).tolist() == samples.reshape(-1).tolist()
    assert heard.lost("customer") == pytest.approx(0.04)


def test_a_packet_of_opus_that_is_damaged_is_a_gap():
    packets = opus(speech(0.2, rate=48000))
    packets[3] = b"\x55" * 160
    heard = events_of({"call": "O-1", "codec": "opus", "tracks": ["mix"]}, *packets, END)
    assert heard.lost("mix") == pytest.approx(0.02)
    assert heard.told() == ["O-1 began", "O-1 ended"]


def opus(samples: np.ndarray) -> list[bytes]:
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "mono", "s16"
    encoder.time_base = Fraction(1, 48000)
    encoder.open()
    packets: list[bytes] = []
    for start in range(0, len(samples), 960):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 960], "s16", "mono")
        frame.sample_rate, frame.pts = 48000, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def test_a_pause_of_the_sender_is_silence_and_not_lost():
    heard = events_of(twilio_start(), media(2, 0, bytes(160)), media(3, 5000, bytes(160)), STOP)
    second = heard.of(CallSound)[1]
    assert (second.start_s, second.lost_s) == (pytest.approx(5.0), 0.0)


def test_a_damaged_payload_is_a_gap_and_fifty_in_a_row_are_the_end():
    damaged = media(3, 20, b"")
    damaged["media"]["payload"] = "%%%"
    whole = [media(2, 0, bytes(160)), damaged, media(4, 40, bytes(160))]
    heard = events_of(twilio_start(), *whole, STOP)
    assert (heard.lost("customer"), heard.told()[-1]) == (pytest.approx(0.02), "CA1 ended")

    more = [{**damaged, "sequenceNumber": str(number)} for number in range(3, 80)]
    heard = events_of(twilio_start(), *more, expected=1003)
    assert heard.told()[-1] == "CA1 what it sends cannot be decoded"


def test_vonage_sends_one_track_and_closes():
    samples, heard = speech(0.2, rate=16000), Heard()
    first = {
        "event": "websocket:connected",
        "content-type": "audio/l16;rate=16000",
        "call": "V-1",
        "side": "customer",
        "sides": "",
    }

    async def scenario():
        async with websocket(heard) as server:
            async with opened(server) as connection:
                await connection.send(json.dumps(first))
                await connection.send(samples.astype("<i2").tobytes())
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["V-1 began", "V-1 ended"]
    assert heard.sound("customer", rate=16000).tolist() == samples.tolist()


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_websocket_channel_of_asterisk_is_understood(form: str):
    heard, path = Heard(), "/?call=A-1&side=agent&agent_id=8012"
    first = (
        "MEDIA_START connection_id:media1 channel:WebSocket/x channel_id:1.2 format:ulaw ptime:20"
    )
    if form == "json":
        variables = {"CALLQA_CALL": "A-1", "CALLQA_SIDE": "agent", "CALLQA_AGENT_ID": "8012"}
        said = {"event": "MEDIA_START", "format": "ulaw", "channel_variables": variables}
        first, path = json.dumps(said), "/"
    password = base64.b64encode(f"asterisk:{TOKEN}".encode()).decode()

    async def scenario():
        async with websocket(heard) as server:
            headers = {"Authorization": f"Basic {password}"}
            async with opened(
                server, path=path, additional_headers=headers, subprotocols=["media"]
            ) as connection:
                assert connection.subprotocol == "media"
                await connection.send(first)
                await connection.send(bytes(160))
                await connection.send("MEDIA_XON")
            await heard.until_ended()

    run(scenario)
    began = heard.of(CallBegan)[0]
    assert (began.stream.name, began.sides, began.agent_id) == (
        "A-1",
        ("agent", "customer"),
        "8012",
    )
    assert [piece.side for piece in heard.of(CallSound)] == ["agent"]
