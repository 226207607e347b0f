"""WebSocket streams: each dialect's messages become the same events, and no client harms another."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import math
import time
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import State
from websockets.uri import parse_uri

from pipeline.errors import SettingsError
from pipeline.telephony import (
    LOOPBACK,
    Announced,
    CallBegan,
    CallEnded,
    CallSound,
    Mishaps,
    RefusedCallError,
    Replay,
    SoundDecoder,
    WebSocketOptions,
    WebSocketServer,
    play,
)
from pipeline.telephony.dialect_words import DialectError, snake_case
from pipeline.telephony.dialects import Payload, read_first
from pipeline.telephony.options import ServerOptions
from pipeline.telephony.roster import Roster
from pipeline.telephony.stream import TracksInProgress
from tests.telephony.calls import RATE, TOKEN, Heard, run, speech, websocket

START = {"call": "C-1", "agent_id": "8012", "queue": "退款", "codec": "l16", "rate": 8000}
BOTH = {**START, "tracks": ["agent", "customer"]}
END = json.dumps({"event": "end"})


def opened(server, *, token: str | None = TOKEN, path: str = "/", **options):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    host, port = server.address
    options = {"additional_headers": headers, "compression": None, "proxy": None, **options}
    return connect(f"ws://{host}:{port}{path}", **options)


async def say(server, *messages: object, **options) -> int:
    """Sends the messages and waits until the server closes; its code. Dictionaries go as JSON."""
    async with opened(server, **options) as connection:
        try:
            for message in messages:
                whole = message if isinstance(message, str | bytes) else json.dumps(message)
                await connection.send(whole)
            while True:
                await asyncio.wait_for(connection.recv(), 20)
        except ConnectionClosed:
            return connection.close_code


def events_of(*messages: object, expected: int = 1000, **options) -> Heard:
    heard = Heard()

    async def scenario():
        async with websocket(heard, **options) as server:
            code = await say(server, *messages)
            assert code == expected
            if heard.of(CallBegan):
                await heard.until_ended()

    run(scenario)
    return heard


def both(agent: np.ndarray, customer: np.ndarray, width: int = 160) -> list[bytes]:
    table = np.stack([agent, customer], axis=1).astype("<i2")
    return [table[start : start + width].tobytes() for start in range(0, len(table), width)]


# the plain dialect


def test_two_interleaved_tracks_become_two_sides():
    agent, customer = speech(0.5, seed=1), speech(0.5, seed=2)
    heard = events_of(BOTH, *both(agent, customer), END)

    began = heard.of(CallBegan)[0]
    assert (began.stream.protocol, began.stream.name) == ("websocket", "C-1")
    assert (began.sides, began.agent_id, began.queue) == (("agent", "customer"), "8012", "退款")
    assert heard.sound("agent").tolist() == agent.tolist()
    assert heard.sound("customer").tolist() == customer.tolist()
    assert heard.events[-1] == CallEnded(began.stream, "")


@pytest.mark.parametrize("codec", ["pcma", "pcmu"])
def test_a_law_and_mu_law_are_decoded_side_by_side(codec: str):
    agent, customer = bytes(range(256)) * 10, bytes(reversed(range(256))) * 10
    mixed = np.stack([np.frombuffer(one, np.uint8) for one in (agent, customer)], axis=1).tobytes()
    heard = events_of({**BOTH, "codec": codec}, mixed, END)

    assert heard.sound("agent").tolist() == SoundDecoder(codec).decode(agent).tolist()
    assert heard.sound("customer").tolist() == SoundDecoder(codec).decode(customer).tolist()


def test_g722_comes_in_one_track():
    heard = events_of({**START, "codec": "g722", "rate": 16000, "tracks": ["mix"]}, bytes(160), END)
    assert {piece.rate for piece in heard.of(CallSound)} == {16000}


def test_two_connections_with_a_side_each_are_one_call():
    heard, agent, customer = Heard(), speech(0.3, seed=1), speech(0.3, seed=2)
    sides = ["agent", "customer"]

    async def scenario():
        async with websocket(heard, rejoin_s=5.0) as server:
            for side, samples in zip(sides, (agent, customer), strict=True):
                sound = samples.astype("<i2").tobytes()
                await say(server, {**START, "tracks": [side], "sides": sides}, sound, END)
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent").tolist() == agent.tolist()
    assert heard.sound("customer")[-len(customer) :].tolist() == customer.tolist()


def test_what_becomes_known_later_is_told():
    heard = events_of({"call": "C-1"}, {"event": "known", "agent_id": "8012"}, END)
    assert [event.agent_id for event in heard.of(Announced)] == ["8012"]


def test_what_the_sender_left_out_is_a_gap_that_was_lost():
    samples = speech(0.2)
    sound = samples.astype("<i2").tobytes()
    start = {**START, "tracks": ["customer"]}
    heard = events_of(start, sound, {"event": "lost", "seconds": 1.5}, sound, END)

    first, second = heard.of(CallSound)
    assert (first.start_s, first.lost_s) == (0.0, 0.0)
    assert (second.start_s, second.lost_s) == (pytest.approx(0.2 + 1.5), 1.5)


# other dialects


def media(number: int, at_ms: int, payload: bytes, track: str = "inbound") -> dict:
    inner = {"track": track, "chunk": "1", "timestamp": str(at_ms)}
    inner["payload"] = base64.b64encode(payload).decode()
    return {"event": "media", "sequenceNumber": str(number), "media": inner, "streamSid": "MZ1"}


def twilio_start(**changes) -> dict:
    """As the vendor's page shows it."""
    start = {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound", "outbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"agent_id": "8012"},
        **changes,
    }
    return {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ1"}


CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
STOP = {"event": "stop", "sequenceNumber": "9", "stop": {"callSid": "CA1"}}


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


# who may connect


@pytest.mark.parametrize(
    ("header", "status"),
    [("Bearer wrong", 401), ("Basic d3Jvbmc=", 401), ("Basic %%", 401), ("Digest x", 401)],
)
def test_a_wrong_token_is_refused_before_there_is_a_connection(header: str, status: int, caplog):
    async def scenario():
        async with websocket(Heard()) as server:
            with pytest.raises(InvalidStatus) as refusal:
                await say(server, BOTH, additional_headers={"Authorization": header})
            assert refusal.value.response.status_code == status

    run(scenario)
    assert "its token is not known" in caplog.text
    assert "wrong" not in caplog.text


def test_a_token_may_come_in_the_first_message_where_headers_cannot_be_sent():
    heard = Heard()

    async def scenario():
        async with websocket(heard) as server:
            parameters = {"token": TOKEN}
            start = twilio_start(customParameters=parameters)
            assert await say(server, CONNECTED, start, STOP, token=None) == 1000
            assert await say(server, {**BOTH, "token": "wrong"}, token=None) == 1008
            assert await say(server, BOTH, token=None) == 1008
            assert await say(server, bytes(160), token=None) == 1003

    run(scenario)
    assert heard.told() == ["CA1 began", "CA1 ended"]


def test_an_address_of_the_list_needs_no_token_but_a_browser_there_does():
    heard = Heard()

    async def scenario():
        async with websocket(heard, tokens=(), allow=LOOPBACK) as server:
            assert await say(server, BOTH, END, token=None) == 1000
            assert await say(server, BOTH, token=None, origin="https://example.com") == 1008

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]


def test_tokens_of_the_database_are_asked_for():
    heard = Heard()

    async def scenario():
        async with websocket(heard, tokens=(), knows=lambda token: token == "feed") as server:
            assert await say(server, BOTH, END, token="feed") == 1000
            with pytest.raises(InvalidStatus):
                await say(server, BOTH, END)

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]


def test_a_server_that_nobody_may_use_does_not_start():
    async def scenario():
        with pytest.raises(SettingsError, match="a token or a network is needed"):
            await WebSocketServer(WebSocketOptions(port=0), Heard()).start()
        async with websocket(Heard()) as server:
            host, port = server.address
            options = WebSocketOptions(host=host, port=port, tokens=(TOKEN,))
            with pytest.raises(SettingsError, match=f"127.0.0.1:{port}.*choose a free address"):
                await WebSocketServer(options, Heard()).start()

    run(scenario)


# what goes wrong

NAMES = """event call tracks sides codec rate start media payload track mediaFormat customParameters
sequenceNumber timestamp seconds content-type channel_variables format agent_id inbound side"""
FIELDS = st.sampled_from(NAMES.split())
WRONG = {
    "no JSON": ("你好", "is not JSON"),
    "no object": ("[1]", "not a JSON object"),
    "depth": ("[" * 100_000, "is not JSON"),
    "no dialect": ({"hello": 1}, "of no dialect"),
    "no call": ({"call": ""}, "does not say the call's number"),
    "a long name": ({"call": "x" * 300}, "longer than 200"),
    "a codec": ({**BOTH, "codec": "amr"}, "codec is not known"),
    "a rate": ({**BOTH, "rate": 10**9}, "rate is not from"),
    "a track": ({**BOTH, "tracks": ["boss"]}, "none of agent"),
    "a track twice": ({**BOTH, "tracks": ["agent", "agent"]}, "one twice"),
    "twilio tracks that are none": (twilio_start(tracks=5), "other than inbound"),
    "three tracks": ({**BOTH, "tracks": ["agent", "customer", "mix"]}, "not one or two"),
    "two tracks of g722": ({**BOTH, "codec": "g722"}, "sample by sample"),
    "sides": ({**BOTH, "sides": ["mix"]}, "all of its tracks"),
    "twilio tracks": (twilio_start(tracks=["sideways"]), "other than inbound"),
    "twilio parameters": (twilio_start(customParameters=[1]), "not a JSON object"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_first_message_that_is_wrong_is_refused_without_being_logged(name: str, caplog):
    message, said = WRONG[name]
    with caplog.at_level(logging.WARNING):
        heard = events_of(message, expected=1003)
    assert heard.events == []
    assert said in caplog.text
    assert "你好" not in caplog.text


BITS = st.sampled_from([None, True, -1, 2.5, 10**30, "", "x", "agent", "both_tracks", "pcma", "20"])
ANY = BITS | st.lists(BITS, max_size=3) | st.dictionaries(FIELDS, BITS, max_size=3)
EVENTS = ["connected", "start", "media", "stop", "end", "lost", "known", "MEDIA_START"]


@settings(max_examples=60, deadline=None)
@given(
    first=st.dictionaries(FIELDS, ANY, max_size=6),
    event=st.sampled_from([*EVENTS, "websocket:connected", None]),
    later=st.lists(st.dictionaries(FIELDS, ANY, max_size=3) | st.binary(max_size=9), max_size=4),
)
def test_whatever_json_comes_is_read_or_refused(first: dict, event: str | None, later: list):
    with contextlib.suppress(DialectError):
        dialect, _ = read_first(json.dumps({"call": "C", **first, "event": event}), {"side": "mix"})
        for said in later:
            with contextlib.suppress(DialectError):
                dialect.read(said if isinstance(said, bytes) else json.dumps(said))


LATER_WRONG = {
    "half a sample of two tracks": (bytes(321), "a whole sample"),
    "an unknown event": ({"event": "dance"}, "plain dialect does not have"),
    "a loss that is no number": ({"event": "lost", "seconds": "many"}, "seconds is none"),
    "no JSON": ("?", "is not JSON"),
}


@pytest.mark.parametrize("name", LATER_WRONG)
def test_a_later_message_that_is_wrong_ends_its_call_with_what_was_heard(name: str):
    message, said = LATER_WRONG[name]
    agent = speech(0.1)
    heard = events_of(BOTH, *both(agent, agent), message, expected=1003)
    assert said in heard.told()[-1]
    assert heard.sound("agent").tolist() == agent.tolist()


def test_a_message_that_is_too_long_ends_its_call():
    heard = events_of(BOTH, bytes(300_000), expected=1009)
    assert heard.told() == ["C-1 began", "C-1 connection lost"]


def test_sound_before_the_start_of_a_call_is_refused():
    events_of(CONNECTED, media(2, 0, bytes(160)), expected=1003)
    events_of(CONNECTED, bytes(160), expected=1003)
    events_of(twilio_start(), twilio_start(), expected=1003)


def test_a_client_that_says_nothing_is_closed(caplog):
    assert events_of(expected=1008, hello_s=0.1).events == []
    assert events_of(CONNECTED, expected=1008, hello_s=0.1).events == []
    heard = events_of(BOTH, *both(speech(0.1), speech(0.1)), expected=1008, idle_s=0.1)
    assert heard.told() == ["C-1 began", "C-1 it has sent nothing for too long"]


def test_a_call_is_no_longer_than_may_be():
    sound = both(speech(5.0), speech(5.0))
    heard = events_of(BOTH, *sound, expected=1003, longest_s=2.0)
    assert heard.told()[-1] == "C-1 it is longer than may be"
    assert len(heard.sound("agent")) / RATE < 2.1


def test_a_flood_is_read_no_faster_than_real_time():
    heard = Heard()

    async def scenario():
        async with (
            websocket(heard, ahead_s=0.5, ticks=time.monotonic) as server,
            opened(server) as connection,
        ):
            await connection.send(json.dumps(BOTH))
            flood = asyncio.ensure_future(send_all(connection))
            await asyncio.sleep(0.6)
            assert not flood.done()
            flood.cancel()
            connection.transport.abort()

    async def send_all(connection) -> None:
        second = np.zeros((RATE, 2), "<i2").tobytes()
        for _ in range(600):
            await connection.send(second)

    run(scenario)
    assert len(heard.sound("agent")) / RATE < 5


@pytest.mark.parametrize("how", ["stays", "ends", "closes", "breaks"])
def test_a_sender_far_ahead_is_heard_to_its_end(how: str, monkeypatch):
    """Its answers to pings wait behind its sound, and a ping to one that is gone would break it."""
    monkeypatch.setattr("pipeline.telephony.websocket_connection.PING_S", 0.1)
    monkeypatch.setattr("pipeline.telephony.websocket.PING_S", 0.1)
    heard, samples = Heard(), speech(3.0)

    async def scenario():
        async with websocket(heard, ahead_s=0.5, ticks=time.monotonic) as server:
            connection = await opened(server)
            await connection.send(json.dumps({**START, "tracks": ["mix"]}))
            for start in range(0, len(samples), 160):
                await connection.send(samples[start : start + 160].astype("<i2").tobytes())
            if how == "ends":
                await connection.send(END)
            if how == "closes":
                await connection.close()
            if how == "breaks":
                connection.transport.close()
            await heard.until(lambda: len(heard.sound("mix")) == len(samples))
            await connection.close()
            await heard.until_ended()

    run(scenario)
    assert heard.sound("mix").tolist() == samples.tolist()
    assert heard.told()[-1] == ("C-1 ended" if how != "breaks" else "C-1 connection lost")


NOTHING: dict[str, object] = {
    "empty": b"",
    "a sample": b"\0\0",
    "empty text": "",
    "nothing new": '{"event": "known"}',
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_flood_of_messages_with_next_to_nothing_in_them_is_read_no_faster_than_they_come(
    name: str,
):
    heard = Heard()

    async def scenario():
        async with websocket(heard, ahead_s=0.2, ticks=time.monotonic) as server:
            path = "/?call=A-1&side=mix"
            first: object = json.dumps({**START, "tracks": ["mix"]})
            if name == "empty text":
                first = "MEDIA_START format:slin connection_id:1"
            async with opened(server, path=path) as connection:
                await connection.send(first)
                flood = asyncio.ensure_future(send_all(connection))
                await asyncio.sleep(1.0)
                flood.cancel()
                assert len(heard.sound("mix")) < 1000
                connection.transport.abort()

    async def send_all(connection) -> None:
        for _ in range(5_000):
            await connection.send(NOTHING[name])
        await connection.send(speech(1.0).astype("<i2").tobytes())

    run(scenario)


@pytest.mark.parametrize("name", ["empty", "nothing new"])
def test_messages_without_sound_are_no_life_of_an_idle_call(name: str):
    heard = Heard()

    async def scenario():
        async with (
            websocket(heard, idle_s=0.3, ticks=time.monotonic) as server,
            opened(server) as connection,
        ):
            await connection.send(json.dumps({**START, "tracks": ["mix"]}))
            await connection.send(bytes(320))
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await connection.send(NOTHING[name])
                    await asyncio.sleep(0.01)
            assert connection.close_code == 1008
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 it has sent nothing for too long"]


def test_a_sender_that_answers_no_ping_any_more_is_gone(monkeypatch):
    monkeypatch.setattr("pipeline.telephony.websocket_connection.PING_S", 0.05)
    heard = Heard()
    opening = bytes_of([json.dumps(BOTH), bytes(320)])[:-6]  # without its close

    async def scenario():
        async with websocket(heard, ticks=time.monotonic) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(opening)
            await heard.until_ended()
            writer.close()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 connection lost"]


@pytest.mark.parametrize("named", [True, False])
def test_a_flood_of_pings_ends_its_own_connection(named: bool, caplog):
    """The library answers each at once, whatever is read."""
    heard = Heard()

    async def scenario():
        async with websocket(heard, ticks=time.monotonic) as server:
            connection = await opened(server, token=TOKEN if named else None)
            if named:
                await connection.send(json.dumps(BOTH))
            with contextlib.suppress(ConnectionClosed):
                for number in range(50_000):
                    await connection.ping(str(number))
                await asyncio.sleep(1)
            assert connection.close_code is not None
            if named:
                await heard.until_ended()
            assert await say(server, {**BOTH, "call": "C-2"}, END) == 1000

    run(scenario)
    assert heard.told()[-2:] == ["C-2 began", "C-2 ended"]
    assert "it floods" in caplog.text


def test_a_second_call_of_a_name_is_refused_and_the_first_goes_on(caplog):
    heard, agent = Heard(), speech(0.2)

    async def scenario():
        async with websocket(heard) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            await heard.until(lambda: bool(heard.events))
            assert await say(server, BOTH, bytes(320)) == 1013
            assert await say(server, {**BOTH, "tracks": ["mix"]}) == 1013
            for part in [*both(agent, agent), END]:
                await connection.send(part)
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent").tolist() == agent.tolist()
    assert "C-1" not in caplog.text


def test_a_sender_that_comes_back_takes_the_place_of_a_connection_that_is_gone():
    heard, now, samples = Heard(), [100.0], speech(0.2)

    async def scenario():
        async with (
            websocket(heard, ticks=lambda: now[0], rejoin_s=5.0) as server,
            opened(server) as gone,
        ):
            for part in (json.dumps(BOTH), *both(samples, samples)):
                await gone.send(part)
            await heard.until(lambda: len(heard.sound("customer")) == len(samples))
            now[0] += 3.0
            assert await say(server, BOTH, *both(samples, samples), END) == 1000
            with pytest.raises(ConnectionClosed):
                await gone.recv()
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent")[-len(samples) :].tolist() == samples.tolist()


def test_times_and_losses_that_cannot_be_are_not_believed():
    """A sender's clock that jumps by an hour, and numbers that begin anew far ahead."""
    first, hour = bytes(range(160)), 3_600_000
    heard = events_of(
        twilio_start(), media(2, 0, first), media(3, hour, first), media(4, hour + 20, first), STOP,
        ahead_s=30.0,
    )  # fmt: skip
    assert heard.sound("customer").tolist() == SoundDecoder("pcmu").decode(first * 3).tolist()

    messages = [media(number, 0, first) for number in (2, 3, 900_000, 900_001)]
    for message in messages:
        del message["media"]["timestamp"]
    heard = events_of(twilio_start(tracks=["inbound"]), *messages, STOP, ahead_s=30.0)
    assert heard.sound("customer").tolist() == SoundDecoder("pcmu").decode(first * 4).tolist()
    assert heard.lost("customer") == 0.0


def test_more_is_not_lost_than_time_has_passed():
    heard = Heard()

    async def scenario():
        async with websocket(heard, ahead_s=30.0) as server, opened(server) as connection:
            await connection.send(json.dumps({**START, "tracks": ["customer"]}))
            await connection.send(bytes(320))
            await connection.send('{"event": "lost", "seconds": 3600}')
            await connection.send(bytes(320))
            await heard.until(lambda: len(heard.of(CallSound)) == 2)
            connection.transport.abort()

    run(scenario)
    assert heard.of(CallSound)[1].start_s < 91
    assert heard.lost("customer") < 91


def test_a_token_that_is_no_text_is_only_a_wrong_one(caplog):
    async def scenario():
        async with websocket(Heard()) as server:
            assert await say(server, '{"call": "C-1", "token": "\\ud800"}', token=None) == 1008

    run(scenario)
    assert "Traceback" not in caplog.text


def test_long_names_of_fields_are_not_kept():
    name = "startOf" * 30_000
    assert snake_case(name) is name


def test_a_long_refusal_of_the_sink_reaches_the_sender_as_far_as_it_fits():
    def sink(event):
        raise RefusedCallError("现在没有地方放更多的通话" * 20)

    async def scenario():
        async with websocket(sink) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1013
            assert connection.close_reason.startswith("现在没有地方放更多的通话")

    run(scenario)


def test_more_calls_than_may_be_are_refused():
    heard = Heard()

    async def scenario():
        async with websocket(heard, most=1) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            await heard.until(lambda: bool(heard.events))
            assert await say(server, {**BOTH, "call": "C-2"}) == 1013

    run(scenario)
    assert heard.told()[0] == "C-1 began"
    assert len(heard.of(CallBegan)) == 1


def test_more_connections_than_may_be_are_refused(caplog):
    heard = Heard()

    async def scenario():
        async with websocket(heard, most=1) as server:
            silent = [await asyncio.open_connection(*server.address) for _ in range(66)]
            await heard.until(lambda: server.opened == 66)
            with pytest.raises(InvalidStatus) as refusal:
                await opened(server)
            assert refusal.value.response.status_code == 503
            silent += [await asyncio.open_connection(*server.address) for _ in range(100)]
            await heard.until(lambda: server.opened <= 66 + 64)
            for _, writer in silent:
                writer.close()
            await heard.until(lambda: server.opened == 0)
            assert await say(server, BOTH, END) == 1000

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert "too many connections" in caplog.text


def test_stopping_waits_for_no_sender_that_is_far_ahead():
    heard = Heard()

    async def scenario():
        async with (
            websocket(heard, ahead_s=0.5, ticks=time.monotonic) as server,
            opened(server) as connection,
        ):
            await connection.send(json.dumps(BOTH))
            await connection.send(bytes(4 * 8 * RATE))
            await heard.until(lambda: bool(heard.of(CallSound)))
            async with asyncio.timeout(3):
                await server.close()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 callqa is stopping"]


def test_stopping_ends_each_call_and_closes_each_connection():
    heard = Heard()

    async def scenario():
        async with websocket(heard) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            await heard.until(lambda: bool(heard.events))
            await server.close()
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1001

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 callqa is stopping"]


def bytes_of(messages: list[str | bytes]) -> bytes:
    """A whole connection as a client sends it: its opening, the messages, its close."""
    client = ClientProtocol(parse_uri("ws://callqa.example.com/"))
    request = client.connect()
    request.headers["Authorization"] = f"Bearer {TOKEN}"
    client.send_request(request)
    client.state = State.OPEN
    for message in messages:
        if isinstance(message, bytes):
            client.send_binary(message)
        else:
            client.send_text(message.encode())
    client.send_close(1000)
    return b"".join(client.data_to_send())


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 4500), max_size=8))
def test_wherever_the_bytes_are_cut_the_same_call_is_heard(cuts: list[int]):
    heard, agent, customer = Heard(), speech(0.1, seed=1), speech(0.1, seed=2)
    whole = bytes_of([json.dumps(BOTH), *both(agent, customer), END])
    opening, _, sent = whole.partition(b"\r\n\r\n")
    borders = sorted({0, *(cut for cut in cuts if cut < len(sent)), len(sent)})

    async def scenario():
        async with websocket(heard) as server:
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(opening + b"\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            for start, end in pairwise(borders):
                writer.write(sent[start:end])
                await writer.drain()
                await asyncio.sleep(0.002)
            await heard.until_ended()
            writer.close()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent").tolist() == agent.tolist()
    assert heard.sound("customer").tolist() == customer.tolist()


def a_replay(server, protocol: str = "twilio", **mishaps) -> Replay:
    return Replay(
        address=server.address,
        protocol=protocol,
        name="C-1",
        codec="pcmu",
        speed=math.inf,
        token=TOKEN,
        mishaps=Mishaps(**mishaps),
    )


def test_a_bad_line_costs_only_what_was_lost():
    """Each lost frame is silence of its length; what came twice or late is in its place."""
    heard, sides = Heard(), {"agent": speech(4.0, seed=1), "customer": speech(4.0, seed=2)}

    async def scenario():
        async with websocket(heard) as server:
            replay = a_replay(server, lose=0.05, double=0.1, swap=0.3, seed=5)
            await play(sides, RATE, replay)
            await heard.until_ended()

    run(scenario)
    for side, samples in sides.items():
        arrived = heard.sound(side)
        lost = [
            np.abs(piece).max() == 0
            for piece in np.pad(arrived, (0, len(samples) - len(arrived))).reshape(-1, 160)
        ]
        assert 2 <= sum(lost) <= 25
        assert heard.lost(side) == pytest.approx(sum(lost) * 0.02, abs=0.1)
        same = np.repeat(~np.array(lost), 160)[: len(arrived)]
        sent = samples[: len(arrived)]
        assert np.corrcoef(arrived[same], sent[same])[0, 1] > 0.99


@pytest.mark.parametrize("protocol", ["plain", "twilio"])
def test_a_connection_that_breaks_keeps_what_was_heard(protocol: str):
    heard, sides = Heard(), {"agent": speech(2.0, seed=1), "customer": speech(2.0, seed=2)}

    async def scenario():
        async with websocket(heard) as server:
            await play(sides, RATE, a_replay(server, protocol, break_at_s=1.0))
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 connection lost"]
    assert 0 < len(heard.sound("agent")) <= RATE


def test_a_sender_that_is_far_ahead_keeps_no_other_connection_waiting() -> None:
    heard: list[object] = []
    options = ServerOptions(port=0)
    roster = Roster("websocket", options, heard.append, clock=lambda: 0.0, ticks=lambda: 0.0)

    def connection(side: str) -> TracksInProgress:
        tracks = TracksInProgress(roster, lambda: 0.0, lambda: None)
        start = {"call": "C", "codec": "pcma", "tracks": [side], "sides": ["agent", "customer"]}
        _, said = read_first(json.dumps(start), {})
        for one in said:
            tracks.take(one, 0.0, lambda _: None)
        return tracks

    agent, customer = connection("agent"), connection("customer")
    for _ in range(50):
        agent.take(Payload(b"\xd5" * 8000), 0.02, lambda _: None)
    customer.take(Payload(b"\xd5" * 160), 0.02, lambda _: None)
    assert agent.longest_s == pytest.approx(49.0, abs=0.1)
    assert customer.longest_s == pytest.approx(0.02, abs=0.05)
