"""AudioSocket: from the bytes of a telephone system to events, and no client harms another."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.telephony import (
    AnnouncedCall,
    AudioSocketOptions,
    AudioSocketServer,
    CallBegan,
    CallEnded,
    CallSound,
    RefusedCallError,
    networks,
)
from pipeline.telephony.audiosocket_frames import FrameReader
from tests.telephony.audiosocket_client import (
    NUMBER,
    OTHER,
    a_call,
    events_of,
    frame,
    frames,
    hello,
    refused,
    send,
)
from tests.telephony.calls import RATE, Heard, audiosocket, run, speech


def test_a_call_that_nobody_announced_is_one_mixed_stream_named_by_its_uuid():
    samples = speech(0.5)
    heard = events_of(a_call(samples))

    began, *sound, ended = heard.events
    assert isinstance(began, CallBegan)
    assert (began.stream.protocol, began.stream.name, began.sides) == (
        "audiosocket",
        NUMBER,
        ("mix",),
    )
    assert all(isinstance(piece, CallSound) and piece.lost_s == 0 for piece in sound)
    assert heard.sound("mix").tolist() == samples.tolist()
    assert ended == CallEnded(began.stream, "")


@pytest.mark.parametrize(
    ("kind", "rate"),
    [(0x10, 8000), (0x11, 12000), (0x12, 16000), (0x15, 44100), (0x16, 48000), (0x18, 192000)],
)
def test_sound_comes_at_the_rate_of_its_kind_of_frame(kind: int, rate: int):
    samples = speech(0.2, rate=rate)
    heard = events_of(hello(), *frames(samples, kind, rate // 50), frame(0x00))

    assert {piece.rate for piece in heard.of(CallSound)} == {rate}
    assert heard.sound("mix", rate=rate).tolist() == samples.tolist()


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(0, 2000), max_size=12))
def test_wherever_the_bytes_are_cut_the_same_frames_are_read(cuts: list[int]):
    sent = a_call(speech(0.1)) + frame(0x03, b"5") + frame(0xFF, b"\x01")
    borders = sorted({min(cut, len(sent)) for cut in cuts} | {0, len(sent)})
    reader = FrameReader()
    read = [one for start, end in pairwise(borders) for one in reader.feed(sent[start:end])]

    assert read == FrameReader().feed(sent)
    assert reader.is_between_frames


def test_a_call_that_comes_byte_by_byte_is_the_same_call():
    samples = speech(0.04)
    sent = a_call(samples)
    heard = events_of(*(sent[place : place + 1] for place in range(len(sent))))

    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} ended"]
    assert heard.sound("mix").tolist() == samples.tolist()


def test_two_connections_that_were_announced_are_one_call_with_two_sides():
    known = {
        NUMBER: AnnouncedCall("C-7", "agent", agent_id="8012", queue="退款"),
        OTHER: AnnouncedCall("C-7", "customer", customer_id="K-1"),
    }
    heard, agent, customer = Heard(), speech(0.4, seed=1), speech(0.3, seed=2)

    async def scenario():
        async with audiosocket(heard, lookup=known.get, rejoin_s=1.0) as server:
            await send(server, a_call(agent))
            await heard.until(lambda: len(heard.sound("agent")) == len(agent))
            await send(server, a_call(customer, OTHER))
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-7 began", "C-7 ended"]
    assert heard.of(CallBegan)[0].sides == ("agent", "customer")
    assert heard.sound("agent").tolist() == agent.tolist()
    assert heard.sound("customer")[-len(customer) :].tolist() == customer.tolist()


def test_an_announcement_that_comes_late_is_waited_for_and_no_sound_is_lost():
    heard, samples = Heard(), speech(0.3)
    known: dict[str, AnnouncedCall] = {}

    async def scenario():
        async with audiosocket(heard, lookup=known.get, announce_s=20.0) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + b"".join(frames(samples)))
            await writer.drain()
            await asyncio.sleep(0.05)
            assert heard.events == []
            known[NUMBER] = AnnouncedCall("C-8", "customer", sides=("customer",))
            await heard.until(lambda: len(heard.sound("customer")) == len(samples))
            writer.write(frame(0x00))
            await heard.until_ended()
            writer.close()

    run(scenario)
    assert heard.told() == ["C-8 began", "C-8 ended"]
    assert heard.sound("customer").tolist() == samples.tolist()


def test_what_was_heard_before_the_announcement_is_not_lost_when_the_call_is_short():
    samples = speech(0.2)
    heard = events_of(a_call(samples), announce_s=20.0)
    assert heard.sound("mix").tolist() == samples.tolist()


def test_a_broken_connection_may_come_back_and_the_call_goes_on():
    heard, first, second = Heard(), speech(0.3, seed=1), speech(0.3, seed=2)

    async def scenario():
        async with audiosocket(heard, rejoin_s=5.0) as server:
            await send(server, hello(), *frames(first), frame(0x10, bytes(320))[:7])
            await heard.until(lambda: len(heard.sound("mix")) == len(first) and not server.open)
            await send(server, a_call(second))
            await heard.until_ended()

    run(scenario)
    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} ended"]
    arrived = heard.sound("mix")
    assert arrived[: len(first)].tolist() == first.tolist()
    assert arrived[-len(second) :].tolist() == second.tolist()


def test_a_connection_that_breaks_for_good_ends_its_call_with_what_was_heard():
    samples = speech(0.2)
    heard = events_of(hello(), *frames(samples), frame(0x10, bytes(320))[:2])
    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} connection lost"]
    assert heard.sound("mix").tolist() == samples.tolist()


def test_a_pause_without_frames_keeps_its_length():
    """On hold a channel sends nothing. The clock of the test runs a thousand times as fast."""
    heard, now = Heard(), [100.0]
    first, second = speech(0.4, seed=1), speech(0.6, seed=2)

    async def scenario():
        async with audiosocket(heard, ticks=lambda: now[0]) as server:
            _, writer = await asyncio.open_connection(*server.address)

            async def say(samples: np.ndarray, opening: bytes = b"") -> None:
                for one in frames(samples):
                    now[0] += 0.02
                    writer.write(opening + one)
                    opening = b""
                    await writer.drain()
                    await asyncio.sleep(0.005)

            await say(first, hello())
            now[0] += 45.0
            await say(second)
            writer.write(frame(0x00))
            await heard.until_ended()
            writer.close()

    run(scenario)
    arrived = heard.sound("mix")
    pause = np.flatnonzero(arrived[len(first) :])[0] / RATE
    assert pause == pytest.approx(45.0, abs=0.1)
    assert arrived[-len(second) :].tolist() == second.tolist()


def test_a_key_that_is_pressed_on_hold_is_no_sign_of_another_codec():
    heard, now = Heard(), [0.0]

    async def scenario():
        async with audiosocket(heard, ticks=lambda: now[0]) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello())
            for one in frames(speech(6.0)):
                now[0] += 0.02
                writer.write(one)
                await asyncio.sleep(0.001)
            await heard.until(lambda: len(heard.sound("mix")) == 6 * RATE)
            now[0] += 20.0
            writer.write(frame(0x03, b"5"))
            await asyncio.sleep(0.05)
            writer.write(frame(0x00))
            await heard.until_ended()
            writer.close()

    run(scenario)
    assert heard.told()[-1] == f"{NUMBER} ended"


def test_a_sender_of_another_codec_is_found_by_its_too_few_samples(caplog):
    """A-law in frames of slin: 160 bytes each 20 ms are only 10 ms of samples."""
    heard, now = Heard(), [0.0]

    async def scenario():
        async with audiosocket(heard, ticks=lambda: now[0]) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello())
            while not heard.of(CallEnded) and now[0] < 20:
                now[0] += 0.02
                writer.write(frame(0x10, bytes(160)))
                await asyncio.sleep(0.001)
            writer.close()

    run(scenario)
    assert heard.told()[-1].endswith("its codec must be slin")


def test_a_second_connection_of_the_same_side_is_refused_and_the_first_goes_on(caplog):
    heard, samples = Heard(), speech(0.2)

    async def scenario():
        async with audiosocket(heard) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + frames(samples)[0])
            await heard.until(lambda: bool(heard.of(CallSound)))
            await send(server, a_call(speech(1.0)), close=False)
            writer.write(b"".join([*frames(samples)[1:], frame(0x00)]))
            await heard.until_ended()
            writer.close()

    run(scenario)
    assert "is in progress" in caplog.text
    assert heard.sound("mix").tolist() == samples.tolist()


def test_a_telephone_system_that_comes_back_takes_the_place_of_a_connection_that_is_gone():
    """Its machine or its network went away without a word, so the old connection is still open."""
    heard, now = Heard(), [100.0]
    first, second = speech(0.4, seed=1), speech(0.4, seed=2)

    async def scenario():
        async with audiosocket(heard, ticks=lambda: now[0], rejoin_s=5.0) as server:
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + b"".join(frames(first)))
            await heard.until(lambda: len(heard.sound("mix")) == len(first))
            now[0] += 3.0
            await send(server, a_call(second))
            await heard.until_ended()
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()

    run(scenario)
    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} ended"]
    arrived = heard.sound("mix")
    assert arrived[: len(first)].tolist() == first.tolist()
    assert arrived[-len(second) :].tolist() == second.tolist()


def test_more_calls_than_may_be_are_refused_and_more_connections_are_closed(caplog):
    heard = Heard()
    numbers = [str(uuid.UUID(int=number)) for number in range(1, 101)]

    async def scenario():
        async with audiosocket(heard, most=3) as server:
            opened = [await asyncio.open_connection(*server.address) for _ in numbers]
            for (_, writer), number in zip(opened, numbers, strict=True):
                writer.write(hello(number))
            await heard.until(lambda: len(server.open) == 3)
            for _, writer in opened:
                writer.close()
            await heard.until_ended(3)
            assert (len(server.open), len(server.roster)) == (0, 0)

    run(scenario)
    assert len(heard.of(CallBegan)) == 3
    assert "too many connections are open" in caplog.text
    assert "as many as may be" in caplog.text
    assert len(caplog.messages) == 2


def test_an_address_that_is_not_allowed_is_not_heard(caplog):
    line = refused(caplog, a_call(speech(0.1)), allow=networks(["10.0.0.0/8"]))
    assert "is not allowed" in line


@pytest.mark.parametrize("fault", [RefusedCallError("the disk is full"), ZeroDivisionError()])
def test_a_call_that_the_sink_does_not_take_is_closed(fault: Exception, caplog):
    def sink(event):
        raise fault

    async def scenario():
        async with audiosocket(sink) as server:
            await send(server, a_call(speech(0.1)), close=False)
            assert (len(server.roster), len(server.open)) == (0, 0)

    run(scenario)
    assert "the disk is full" in caplog.text or "callqa cannot take it" in caplog.text


def test_a_call_began_when_its_sound_did_and_not_when_it_was_announced():
    heard, now = Heard(), [50.0]
    known: dict[str, AnnouncedCall] = {}

    async def scenario():
        async with audiosocket(
            heard,
            ticks=lambda: now[0],
            clock=lambda: 1000.0 + now[0],
            lookup=known.get,
            announce_s=9.0,
        ) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + b"".join(frames(speech(0.1))))
            await heard.until(lambda: bool(server.open))
            now[0] = 52.5
            known[NUMBER] = AnnouncedCall("C-9", "agent")
            await heard.until(lambda: len(heard.events) > 1)
            writer.close()

    run(scenario)
    assert heard.of(CallBegan)[0].at == 1050.0


def test_a_fault_of_the_sink_ends_its_call_and_no_other():
    heard = Heard()

    def sink(event):
        if isinstance(event, CallSound) and event.stream.name == NUMBER:
            raise ZeroDivisionError
        heard(event)

    async def scenario():
        async with audiosocket(sink) as server:
            await send(server, a_call(speech(0.2)), close=False)
            await send(server, a_call(speech(0.2), OTHER))
            await heard.until_ended(2)

    run(scenario)
    assert heard.told() == [
        f"{NUMBER} began",
        f"{NUMBER} callqa could not go on with it",
        f"{OTHER} began",
        f"{OTHER} ended",
    ]


def test_a_lookup_that_fails_costs_no_call(caplog):
    def lookup(number):
        raise OSError("the database is away")

    heard = events_of(a_call(speech(0.1)), lookup=lookup)
    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} ended"]
    assert "cannot be read" in caplog.text


def test_stopping_ends_each_call_and_leaves_nothing_open():
    heard, samples = Heard(), speech(0.1)

    async def scenario():
        async with audiosocket(heard) as server:
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + b"".join(frames(samples)))
            await heard.until(lambda: len(heard.sound("mix")) == len(samples))
            await server.close()
            assert await reader.read() == b""
            writer.close()
            assert len(server.roster) == 0

    run(scenario)
    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} callqa is stopping"]


def test_silence_is_answered_where_a_site_asks_for_it():
    async def scenario():
        async with audiosocket(Heard(), keep_s=0.02) as server:
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(hello())
            assert await asyncio.wait_for(reader.readexactly(323), 10) == frame(0x10, bytes(320))
            writer.close()

    run(scenario)


def test_an_address_that_is_taken_is_named():
    async def scenario():
        async with audiosocket(Heard()) as server:
            host, port = server.address
            second = AudioSocketServer(AudioSocketOptions(host=host, port=port), Heard())
            with pytest.raises(SettingsError, match=f"127.0.0.1:{port}.*choose a free address"):
                await second.start()
            await second.close()

    run(scenario)


def test_a_network_that_is_none_is_named():
    with pytest.raises(SettingsError, match=r"'10\.0\.0\.x'.*10\.0\.0\.0/8"):
        networks(["10.0.0.x"])
