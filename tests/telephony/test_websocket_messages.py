"""Messages of a WebSocket that are wrong cost their own call at most, and are not logged."""

from __future__ import annotations

import contextlib
import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.telephony import CallSound, SoundDecoder
from pipeline.telephony.dialect_words import DialectError, snake_case
from pipeline.telephony.dialects import read_first
from tests.telephony.calls import RATE, Heard, run, speech, websocket
from tests.telephony.websocket_client import (
    BOTH,
    CONNECTED,
    START,
    STOP,
    both,
    events_of,
    media,
    opened,
    twilio_start,
)

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

BITS = st.sampled_from([None, True, -1, 2.5, 10**30, "", "x", "agent", "both_tracks", "pcma", "20"])

ANY = BITS | st.lists(BITS, max_size=3) | st.dictionaries(FIELDS, BITS, max_size=3)

EVENTS = ["connected", "start", "media", "stop", "end", "lost", "known", "MEDIA_START"]

LATER_WRONG = {
    "half a sample of two tracks": (bytes(321), "a whole sample"),
    "an unknown event": ({"event": "dance"}, "plain dialect does not have"),
    "a loss that is no number": ({"event": "lost", "seconds": "many"}, "seconds is none"),
    "no JSON": ("?", "is not JSON"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_first_message_that_is_wrong_is_refused_without_being_logged(name: str, caplog):
    message, said = WRONG[name]
    with caplog.at_level(logging.WARNING):
        heard = events_of(message, expected=1003)
    assert heard.events == []
    assert said in caplog.text
    assert "你好" not in caplog.text


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


def test_long_names_of_fields_are_not_kept():
    name = "startOf" * 30_000
    assert snake_case(name) is name
