"""What a recording server refuses, each with its status, and what it costs."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import pytest

from pipeline.telephony import RefusedCallError, SiprecServer
from tests.telephony.siprec_client import (
    Client,
    Heard,
    client,
    metadata,
    recorder,
    run,
    sdp,
    stream_client,
)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (("Require: siprec, 100rel",), 420),
        (("Session-Expires: 30",), 422),
    ],
)
def test_what_cannot_be_kept_is_refused(headers: tuple[str, ...], status: int):
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        assert (await src.ask(src.invite(sdp(), metadata(), *headers))).status == status

    assert run(play).events == []


def test_requests_that_belong_to_nothing_are_answered():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        plain = src.request("INVITE", "Content-Type: application/sdp", body=sdp())
        answers = [
            await src.ask(plain),
            await src.ask(src.request("BYE")),
            await src.ask(src.request("CANCEL", cseq=5)),
            await src.ask(src.request("OPTIONS")),
            await src.ask(src.request("MESSAGE")),
            await src.ask(src.invite("nonsense", None)),
            await src.ask(src.request("INVITE", "Require: siprec")),
            await src.ask(src.request("INVITE", "Content-Encoding: gzip", body="x")),
        ]
        assert [one.status for one in answers] == [421, 481, 481, 200, 405, 400, 488, 415]
        assert "siprec" in answers[3].header("Supported")

    assert run(play).events == []


def test_a_cancel_of_an_answered_call_changes_nothing():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        await src.call()
        assert (await src.ask(src.request("CANCEL", cseq=1, known=False))).status == 200
        assert (await src.ask(src.request("BYE"))).status == 200
        assert (await src.ask(src.request("BYE"))).status == 481

    assert [one.reason for one in run(play).ended()] == [""]


def test_an_old_request_and_one_by_another_way_are_refused():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        await src.call()
        assert (await src.ask(src.request("BYE", cseq=1))).status == 500
        again = src.invite(sdp(), metadata(), known=False)
        again = again.replace(b"CSeq: 2", b"CSeq: 1")
        assert (await src.ask(again)).status == 482

    assert len(run(play).began()) == 1


def test_full_is_said_before_a_port_is_taken():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        await src.call()
        src.call_id, src.to_tag = "call-2@src.example", ""
        assert (await src.call()).status == 486

    assert len(run(play, most=1).began()) == 1


def test_two_calls_of_one_name_are_two_calls():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        await src.call()
        src.call_id, src.to_tag = "call-2@src.example", ""
        assert (await src.call()).status == 200

    assert [one.stream.name for one in run(play).began()] == ["session-1", "session-1-2"]


def test_a_call_can_be_named_by_its_number_in_sip():
    people = metadata(session="a/b").replace(
        '<session session_id="a/b"/>',
        '<session session_id="a/b"><sipSessionID>../1@pbx</sipSessionID></session>',
    )

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        assert (await src.call(sdp(), people)).status == 200

    assert run(play, name_by="sip").began()[0].stream.name == "1@pbx"
    assert run(play).began()[0].stream.name == "a-b"


def test_ports_are_bounded_and_come_back():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        first = free.getsockname()[1] & ~1

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        reply = await src.call()
        assert all(port % 2 == 0 for port in reply.ports)
        src.call_id, tag, src.to_tag = "call-2@src.example", src.to_tag, ""
        full = await src.call()
        assert (full.status, full.header("Retry-After")) == (503, "30")
        src.call_id, src.to_tag = "call-1@src.example", tag
        await src.ask(src.request("BYE"))
        src.call_id, src.to_tag = "call-3@src.example", ""
        assert (await src.call()).status == 200

    assert len(run(play, ports=(first, first + 3)).began()) == 2


def test_a_call_that_the_sink_does_not_take_is_refused_and_costs_no_port():
    heard = Heard(refuse=RefusedCallError("enough"))

    async def play() -> None:
        async with recorder(heard) as server, client(server) as src:
            assert (await src.call()).status == 486
            heard.refuse = None
            src.call_id = "call-2@src.example"
            assert (await src.call()).status == 200

    asyncio.run(play())
    assert len(heard.began()) == 1


def test_addresses_that_are_not_allowed_get_403():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        assert (await src.ask(src.invite(sdp(), metadata()))).status == 403
        async with stream_client(server) as over_tcp:
            assert (await over_tcp.ask(over_tcp.invite(sdp(), metadata()))).status == 403
            assert await over_tcp.reader.read() == b""

    assert run(play, allow=(ipaddress.ip_network("10.0.0.0/8"),)).events == []
