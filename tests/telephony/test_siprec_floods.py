"""Garbage, floods and faults of a recording client harm no other, and are in the log."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.telephony import CallSound, SiprecServer, is_allowed, networks
from pipeline.telephony.sdp import read_sdp
from tests.telephony.siprec_client import (
    QUICK,
    Client,
    Heard,
    level,
    packet,
    run,
    sdp,
    send,
    stream,
    stream_client,
)


def test_rtp_from_elsewhere_and_what_is_no_rtp_is_not_heard():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        offer = sdp(*stream("1"), *stream("2")).replace("c=IN IP4 127.0.0.1", "c=IN IP4 127.0.0.9")
        ports = (await src.call(offer)).ports
        send(ports[0], packet(1, level(1)), b"\x80\xc8" + bytes(26), b"", b"noise")
        await asyncio.sleep(0.3)
        await src.ask(src.request("BYE"))

    assert not [one for one in run(play).events if isinstance(one, CallSound)]


def test_garbage_floods_and_connections_that_say_nothing_harm_no_other(
    caplog: pytest.LogCaptureFixture,
):
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        for junk in (
            b"\0" * 9,
            b"hello\r\n\r\n",
            b"INVITE sip:a SIP/2.0\r\n\r\n",
            bytes(range(256)) * 200,
        ):
            src.write(junk)
        idle = [await asyncio.open_connection(*server.address) for _ in range(70)]
        for _, writer in idle[:5]:
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        idle[6][1].write(b"INVITE sip:a SIP/2.0\r\n" + b"X: y\r\n" * 9000)
        idle[7][1].write(b"INVITE sip:a SIP/2.0\r\nContent-Length: 9999999\r\n\r\n")
        assert (await src.call()).status == 200
        assert await idle[6][0].read() == b""
        assert await idle[7][0].read() == b""
        assert await idle[69][0].read() == b""  # over the bound
        for _, opened in idle:
            opened.close()

    heard = run(play, most=10)
    assert len(heard.began()) == 1
    assert len(caplog.records) < 12


def test_faults_of_each_recording_client_are_logged_and_counted(
    caplog: pytest.LogCaptureFixture,
):
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        for _ in range(3):
            await src.ask(src.invite("v=0\r\nm=张三 13800138000\r\n", None))
            await src.ask(src.invite(sdp(), "<recording>&张三;</recording>"))
            src.to_tag, src.call_id = "", f"call-{src.cseq}@src.example"

    run(play)
    assert [one.message for one in caplog.records] == [
        "SIP from 127.0.0.1: an m= line of the description is damaged",
        "SIP from 127.0.0.1: the metadata cannot be read (undefined entity)",
    ]


def test_refusals_are_in_the_log(caplog: pytest.LogCaptureFixture):
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        plain = src.request("INVITE", "Content-Type: application/sdp", body=sdp())
        assert (await src.ask(plain)).status == 421
        gsm = sdp(*stream("1", "3", "rtpmap:3 GSM/8000"))
        assert (await src.ask(src.invite(gsm, None))).status == 488
        await src.call()
        src.call_id, src.to_tag = "call-2@src.example", ""
        assert (await src.call()).status == 486

    run(play, most=1)
    assert [one.message.partition(": ")[2].split()[:4] for one in caplog.records] == [
        ["an", "INVITE", "is", "not"],
        ["an", "offer", "has", "no"],
        ["as", "many", "calls", "as"],
    ]


def test_packets_that_a_call_loses_are_in_the_log_at_its_end(caplog: pytest.LogCaptureFixture):
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call()).ports
        send(ports[0], *(packet(at, level(1), kind=0) for at in range(5)))
        send(ports[1], packet(1, level(1)), source="127.0.0.9")
        await asyncio.sleep(0.5)
        await src.ask(src.request("BYE"))

    run(play)
    assert [one.message for one in caplog.records] == [
        "SIP from 127.0.0.1: RTP of a call was dropped: a codec that was not agreed, from another"
        " address or source"
    ]


def test_an_address_of_ipv4_in_ipv6_is_the_same_address():
    offer = sdp(address="::ffff:10.0.0.5").replace("IP4", "IP6")
    assert {one.address for one in read_sdp(offer)} == {"10.0.0.5"}
    for network in ("10.0.0.0/8", "::ffff:10.0.0.0/104"):
        assert is_allowed("::ffff:10.0.0.5", networks([network]))
    assert not is_allowed("::ffff:11.0.0.5", networks(["10.0.0.0/8", "::1"]))


def test_a_refresh_that_fails_costs_its_own_call(monkeypatch: pytest.MonkeyPatch):
    """The clock that serves all calls goes on."""

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ask = server._sessions.ask

        def failing(dialog: Any, method: str, *given: Any) -> None:
            if method == "UPDATE":
                raise ValueError(method)
            ask(dialog, method, *given)

        monkeypatch.setattr(server._sessions, "ask", failing)
        await src.call("", "", "Supported: timer", "Session-Expires: 1;refresher=uas")
        await src.asked("BYE")
        src.call_id, src.to_tag = "call-2@src.example", ""
        ports = (await src.call()).ports
        send(ports[0], packet(1, level(1)))
        await heard.until(lambda one: len(one.sound("mix")) == 160)

    run(play, **{**QUICK, "t1_s": 0.5})


def test_line_ends_keep_no_connection_that_never_says_anything(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("pipeline.telephony.sip_server.WHOLE_S", 0.2)

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        reader, writer = await asyncio.open_connection(*server.address)
        closed = asyncio.ensure_future(reader.read())
        async with asyncio.timeout(5):
            while not closed.done():
                writer.write(b"\r\n\r\n")
                await asyncio.sleep(0.02)
        await asyncio.gather(closed, return_exceptions=True)
        writer.close()

    run(play)
    assert [one.message for one in caplog.records] == [
        "SIP from 127.0.0.1: it sent no message in time"
    ]


def test_a_flood_of_line_ends_is_closed_and_holds_nobody_up(caplog: pytest.LogCaptureFixture):
    """Keep-alive lines of RFC 5626 are four bytes each half a minute."""

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection(*server.address)
        options = src.request("OPTIONS", known=False)
        writer.write(options + b"\r\n\r\n" * 500 + options.replace(b"CSeq: 1", b"CSeq: 2"))
        for _ in range(2):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200")
        closed = asyncio.ensure_future(reader.read())
        writer.write(b"\r\n" * 2_000_000)
        slowest, last = 0.0, loop.time()
        async with asyncio.timeout(10):
            while not closed.done():
                await asyncio.sleep(0)
                slowest, last = max(slowest, loop.time() - last), loop.time()
        await asyncio.gather(closed, return_exceptions=True)
        assert slowest < 0.15
        writer.transport.abort()

    run(play)
    assert [one.message for one in caplog.records] == [
        "SIP from 127.0.0.1: it sends line ends and no message"
    ]


def test_half_a_message_over_tcp_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("pipeline.telephony.sip_server.WHOLE_S", 0.1)

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        for said in (b"", b"INVITE sip:a SIP/2.0\r\nVia: SIP"):
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(said)
            assert await reader.read() == b""
            writer.close()
        async with stream_client(server) as other:
            assert (await other.call()).status == 200
            await asyncio.sleep(0.3)  # between messages it may be silent
            assert (await other.ask(other.request("BYE"))).status == 200

    run(play)
    assert [one.message for one in caplog.records] == [
        "SIP from 127.0.0.1: it sent no message in time",
        "SIP from 127.0.0.1: a message was not whole in time",
    ]
