"""Offers that come later in a recording session: streams, holds, codecs, people."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from pipeline.telephony import CallSound, SiprecServer
from tests.telephony.siprec_client import (
    AGENTS,
    Client,
    Heard,
    level,
    metadata,
    packet,
    run,
    sdp,
    send,
    stream,
)


def test_hold_another_codec_and_other_people_come_by_new_offers():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call()).ports
        send(ports[1], packet(1, level(1)))
        held = sdp(*stream("1", "8", "inactive"), *stream("2", "8", "inactive"))
        reply = await src.ask(src.invite(held, None))
        assert (reply.ports, reply.body.count("a=inactive")) == (ports, 2)
        src.write(src.request("ACK", cseq=2))
        other = sdp(*stream("1", "0"), *stream("2", "96", "rtpmap:96 L16/16000", "sendonly"))
        people = metadata([("sip:13800138000@x", ""), ("sip:8033@x", "")])
        reply = await src.ask(src.invite(other, people))
        assert "a=rtpmap:96 L16/16000" in reply.body
        assert reply.ports == ports
        src.write(src.request("ACK", cseq=3))
        send(ports[1], packet(2, b"\x01\x00" * 320, kind=96, stamp=9))
        await heard.until(lambda one: len(one.sound("agent")) == 480)
        moved = metadata([("sip:13800138000@x", ""), ("sip:8044@x", "")], mode="partial")
        update = src.request("UPDATE", "Content-Type: application/rs-metadata+xml", body=moved)
        reply = await src.ask(update)
        assert (reply.status, reply.body) == (200, "")
        await src.ask(src.request("BYE"))

    heard = run(play, roles=AGENTS)
    assert [(one.agent_id, one.customer_id) for one in heard.announced()] == [
        ("8033", None),
        ("8044", None),
    ]
    rates = [one.rate for one in heard.events if isinstance(one, CallSound)]
    assert rates == [8000, 16000]
    assert heard.sound("agent")[160:].tolist() == [256] * 320


def test_a_stream_that_comes_later_and_one_that_ends():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call(sdp(*stream("1"), *stream("2")))).ports
        third = sdp(*stream("1"), *stream("2", port=0), *stream("3"))
        people = metadata(
            [("sip:1@x", ""), ("sip:8012@x", ""), ("sip:8013@x", "")], [("1",), ("2",), ("3",)]
        )
        reply = await src.ask(src.invite(third, people))
        assert (reply.ports[0], reply.ports[1]) == (ports[0], 0)
        src.write(src.request("ACK", cseq=2))
        send(reply.ports[2], packet(1, level(3)))
        await heard.until(lambda one: len(one.sound("agent")) == 160)

    assert [one.reason for one in run(play, roles=AGENTS).ended()] == ["callqa is stopping"]


CUSTOMER, CLERK, BOSS = ("sip:13800138000@x", ""), ("sip:8012@x", ""), ("sip:8013@x", "")
RS_METADATA = "Content-Type: application/rs-metadata+xml"


def heard_later(
    first: tuple[str, str | None], later: tuple[str, str | None], **options: Any
) -> Heard:
    """A call that begins with one offer and metadata and goes on with others; then its last stream
    sends a packet of level 3."""

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        await src.call(*first)
        reply = await src.ask(src.invite(*later))
        src.write(src.request("ACK", cseq=2))
        send(reply.ports[-1], packet(1, level(3)))
        await asyncio.sleep(0.5)
        await src.ask(src.request("BYE"))

    return run(play, **options)


def test_a_side_whose_stream_comes_later_is_heard():
    """A client that records from the ringing on has only the caller's stream at first."""
    both = [CUSTOMER, CLERK]
    heard = heard_later(
        (sdp(*stream("1")), metadata(both, [("1",), ()])),
        (sdp(*stream("1"), *stream("2")), metadata(both, [("1",), ("2",)])),
        roles=AGENTS,
    )
    assert heard.began()[0].sides == ("agent", "customer")
    assert len(heard.sound("agent")) == 160


def test_a_stream_that_comes_later_to_a_call_of_one_mixed_side_is_heard_in_it():
    heard = heard_later(
        (sdp(*stream("1")), None),
        (sdp(*stream("1"), *stream("2")), metadata([CUSTOMER, CLERK], [("1",), ("2",)])),
        roles=AGENTS,
    )
    assert heard.began()[0].sides == ("mix",)
    assert len(heard.sound("mix")) == 160


def test_a_stream_that_nobody_names_yet_is_no_agents_until_it_is_named():
    """It is heard all the same; partial metadata name it by its number alone (RFC 7865, 6.1.1)."""
    unnamed = '<stream stream_id="stream-3" session_id="session-1"><label>3</label></stream>'
    boss = (
        '<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>partial</datamode>'
        '<participant participant_id="p9"><nameID aor="sip:8013@x"/></participant>'
        '<participantstreamassoc participant_id="p9"><send>stream-3</send></participantstreamassoc>'
        "</recording>"
    )

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        await src.call()
        people = metadata([CUSTOMER, CLERK], [("1",), ("2",)], more=unnamed)
        three = sdp(*stream("1"), *stream("2"), *stream("3"))
        port = (await src.ask(src.invite(three, people))).ports[2]
        src.write(src.request("ACK", cseq=2))
        send(port, packet(1, level(3)))
        await heard.until(lambda one: len(one.sound("customer")) == 160)
        await src.ask(src.request("UPDATE", RS_METADATA, body=boss))
        send(port, packet(2, level(3)))
        await heard.until(lambda one: len(one.sound("agent")) == 160)

    run(play, roles=AGENTS)


def test_an_offer_for_which_there_is_no_port_changes_nothing():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        first = free.getsockname()[1] & ~1

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call()).ports
        more = sdp(*stream("1", port=0), *stream("2"), *stream("3"), *stream("4"))
        assert (await src.ask(src.invite(more, None))).status == 503
        src.write(src.request("ACK", cseq=2))
        send(ports[0], packet(1, level(1)))
        await heard.until(lambda one: len(one.sound("customer")) == 160)
        again = await src.ask(src.invite(sdp(*stream("1"), *stream("2"), *stream("3")), None))
        assert again.ports[:2] == ports

    run(play, roles=AGENTS, ports=(first, first + 5))


@pytest.mark.parametrize("line", ["", "c=IN IP4 sbc.example\r\n", "c=IN IP4 0.0.0.0\r\n"])
def test_rtp_of_an_offer_without_an_address_is_taken_from_the_client_alone(line: str):
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call(sdp().replace("c=IN IP4 127.0.0.1\r\n", line))).ports
        send(ports[0], packet(1, level(5)), packet(2, level(5)), source="127.0.0.9")
        await asyncio.sleep(0.3)
        assert not len(heard.sound("customer"))
        send(ports[0], packet(1, level(1)))
        await heard.until(lambda one: len(one.sound("customer")) == 160)

    run(play, roles=AGENTS)


def test_a_hold_without_an_address_lets_nobody_else_speak():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        offer = sdp().replace("c=IN IP4 127.0.0.1", "c=IN IP4 127.0.0.2")
        ports = (await src.call(offer)).ports
        held = sdp().replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0")
        assert (await src.ask(src.invite(held, None))).status == 200
        src.write(src.request("ACK", cseq=2))
        send(ports[0], packet(1, level(5)), packet(2, level(5)), source="127.0.0.9")
        send(ports[1], packet(1, level(1)), source="127.0.0.2")
        await heard.until(lambda one: len(one.sound("agent")) == 160)
        assert not len(heard.sound("customer"))

    run(play, roles=AGENTS)


def test_streams_change_sides_where_the_metadata_say_so():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call()).ports
        swapped = metadata(sends=[("2",), ("1",)])
        kind = "Content-Type: application/rs-metadata+xml"
        assert (await src.ask(src.request("UPDATE", kind, body=swapped))).status == 200
        send(ports[0], packet(1, level(1)))
        await heard.until(lambda one: len(one.sound("agent")) == 160)

    assert not len(run(play, roles=AGENTS).sound("customer"))
