"""Whole recording sessions over real sockets: SIP, metadata, and RTP of both sides."""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import SettingsError
from pipeline.telephony import (
    CallSound,
    RefusedCallError,
    SiprecOptions,
    SiprecRoles,
    SiprecServer,
    SoundDecoder,
    is_allowed,
    networks,
)
from pipeline.telephony.sdp import read_sdp
from tests.telephony.siprec_client import (
    Client,
    Heard,
    client,
    metadata,
    packet,
    recorder,
    sdp,
    stream,
    stream_client,
)

AGENTS = SiprecRoles(agents=r"sip:(8\d{3})@.*")
QUICK = {"t1_s": 0.02, "session_least_s": 1}


def run(test: Callable[[Heard, SiprecServer, Client], Awaitable[None]], **options: Any) -> Heard:
    """Play a test against a server with options, with one client over UDP; what was heard."""
    heard = Heard()

    async def play() -> None:
        async with (
            asyncio.timeout(30),
            recorder(heard, **options) as server,
            client(server) as src,
        ):
            await test(heard, server, src)

    asyncio.run(play())
    return heard


def send(port: int, *packets: bytes, source: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((source, 0))
        for one in packets:
            out.sendto(one, ("127.0.0.1", port))


def level(number: int) -> bytes:
    return bytes([0x80 | number]) * 160


def test_a_call_with_two_sides_from_its_invite_to_its_bye():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        reply = await src.call()
        assert reply.header("Contact").endswith(";+sip.srs")
        assert reply.body.count("a=recvonly") == 2
        assert len(set(reply.ports)) == 2
        customer, agent = reply.ports
        send(customer, *(packet(65_530 + at, level(1), stamp=160 * at) for at in range(12)))
        send(agent, *(packet(at, level(2), stamp=160 * at) for at in (0, 2, 1, 1, 3, 4)))
        await heard.until(lambda one: len(one.sound("customer")) == 1920)
        assert (await src.ask(src.request("BYE"))).status == 200

    heard = run(play, roles=AGENTS)
    began = heard.began()[0]
    assert (began.stream.protocol, began.stream.name) == ("siprec", "session-1")
    assert (began.sides, began.agent_id, began.customer_id) == (
        ("agent", "customer"),
        "8012",
        "13800138000",
    )
    decoder = SoundDecoder("pcma")
    assert np.array_equal(heard.sound("customer"), np.tile(decoder.decode(level(1)), 12))
    assert np.array_equal(heard.sound("agent"), np.tile(decoder.decode(level(2)), 5))
    assert [one.reason for one in heard.ended()] == [""]


def test_a_call_over_tcp_with_half_a_message_and_two_at_once():
    async def play(heard: Heard, server: SiprecServer, _: Client) -> None:
        async with stream_client(server) as src:
            whole = src.invite(sdp(), metadata())
            src.write(b"\r\n\r\n" + whole[:700])
            await asyncio.sleep(0.05)
            options = src.request("OPTIONS", known=False, cseq=70)
            src.write(whole[700:] + options)
            reply, other = await src.answer(), await src.answer()
            assert (reply.status, other.header("CSeq")) == (200, "70 OPTIONS")
            assert "transport=tcp" in reply.header("Contact")
            src.to_tag = reply.header("To").partition(";tag=")[2]
            src.write(src.request("ACK"))
            assert (await src.ask(src.request("BYE"))).status == 200

    assert [one.reason for one in run(play).ended()] == [""]


def test_the_same_invite_twice_is_one_call_and_gets_the_same_answer():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        invite = src.invite(sdp(), metadata())
        first, second = await src.ask(invite), await src.ask(invite)
        assert first.lines == second.lines
        assert first.body == second.body

    assert len(run(play).began()) == 1


def test_a_client_whose_branches_are_all_the_same_is_understood():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        via = f"SIP/2.0/UDP 127.0.0.1:{src.port};branch=1;rport"
        for method, status in (("OPTIONS", 200), ("MESSAGE", 405), ("OPTIONS", 200)):
            reply = await src.ask(src.request(method, via=via))
            assert (reply.status, reply.header("CSeq")) == (status, f"{src.cseq} {method}")

    run(play)


def test_an_answer_is_repeated_until_it_is_acknowledged_and_the_call_ends_if_it_never_is():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        replies = [await src.ask(src.invite(sdp(), metadata()))]
        replies += [await src.answer() for _ in range(3)]
        assert [one.status for one in replies] == [200] * 4
        assert len({one.header("To") for one in replies}) == 1
        bye = await src.asked("BYE")
        assert b"To: <sip:src@127.0.0.1>;tag=src-tag" in bye

    assert [one.reason for one in run(play, **QUICK).ended()] == ["its acknowledgement never came"]


def test_a_refusal_is_repeated_until_its_ack():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        invite = src.invite(sdp(*stream("1", "3", "rtpmap:3 GSM/8000")), metadata())
        assert (await src.ask(invite)).status == 488
        assert (await src.answer()).status == 488
        branch = "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-1;rport"
        src.write(src.request("ACK", via=branch.replace(":9;", f":{src.port};"), cseq=1))
        await asyncio.sleep(0.1)
        while not src.seen.empty():
            src.seen.get_nowait()
        await asyncio.sleep(0.2)
        assert src.seen.empty()

    assert run(play, **QUICK).events == []


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


def test_nobody_says_who_the_agent_is_so_both_are_heard_as_one():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        for port in (await src.call()).ports:
            send(port, *(packet(at, level(0x55)) for at in range(5)))
        await heard.until(lambda one: len(one.sound("mix")) > 700)
        await src.ask(src.request("BYE"))

    heard = run(play)
    assert (heard.began()[0].sides, heard.began()[0].agent_id) == (("mix",), None)


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


def test_a_session_that_is_not_refreshed_ends():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        reply = await src.call("", "", "Supported: timer", "Session-Expires: 1;refresher=uac")
        assert reply.header("Session-Expires") == "1;refresher=uac"
        assert "timer" in reply.header("Require")
        await asyncio.sleep(0.4)
        refresh = src.request("UPDATE", "Supported: timer", "Session-Expires: 1;refresher=uac")
        assert (await src.ask(refresh)).status == 200
        assert not heard.ended()
        await src.asked("BYE")

    heard = run(play, **{**QUICK, "t1_s": 0.5})
    assert [one.reason for one in heard.ended()] == ["its session was not refreshed"]


def test_a_client_that_wants_it_is_asked_whether_it_is_still_there():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        reply = await src.call("", "", "Supported: timer", "Session-Expires: 1;refresher=uas")
        assert reply.header("Session-Expires") == "1;refresher=uas"
        for _ in range(3):
            assert b"Session-Expires: 1;refresher=uac" in await src.asked("UPDATE")
        assert not heard.ended()

    assert [one.reason for one in run(play, **{**QUICK, "t1_s": 0.5}).ended()] == [
        "callqa is stopping"
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"idle_s": 0.2}, "nothing came for 0.2 s"),
        ({"longest_s": 0.2}, "it was longer than 0.2 s"),
    ],
)
def test_a_call_that_never_ends_is_ended(options: dict[str, float], reason: str):
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call()).ports
        send(ports[0], packet(1, level(1)))
        await src.asked("BYE")

    heard = run(play, **options)
    assert [one.reason for one in heard.ended()] == [reason]
    assert len(heard.sound("mix")) == 160


def test_a_call_on_hold_may_be_silent():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        await src.call()
        await src.ask(src.invite(sdp(*stream("1", "8", "inactive")), None))
        src.write(src.request("ACK", cseq=2))
        await asyncio.sleep(0.5)
        assert not heard.ended()

    run(play, idle_s=0.2)


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


def test_metadata_that_cannot_be_read_costs_only_its_names():
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa">]><recording><session session_id="&a;"/></recording>'

    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        assert (await src.call(sdp(), bomb)).status == 200

    assert run(play).began()[0].stream.name == "call-1@src.example"


def test_a_sink_that_fails_costs_its_own_call():
    class Failing(Heard):
        def __call__(self, event: Any) -> None:
            if isinstance(event, CallSound) and event.stream.name == "session-1":
                raise OSError("the disk is full")
            super().__call__(event)

    heard = Failing()

    async def play() -> None:
        async with recorder(heard) as server, client(server) as src, client(server) as other:
            ports = (await src.call()).ports
            other.call_id = "call-2@src.example"
            await other.call(sdp(), metadata(session="session-2"))
            send(ports[0], packet(1, level(1)))
            await src.asked("BYE")
            assert (await other.ask(other.request("BYE"))).status == 200

    asyncio.run(play())
    assert [one.reason for one in heard.ended()] == ["its sound could not be taken", ""]


def test_what_was_heard_is_told_when_the_server_stops():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        ports = (await src.call()).ports
        send(ports[0], packet(1, level(1)))
        await asyncio.sleep(0.02)
        await server.close()
        assert (await src.asked("BYE")).startswith(b"BYE sip:src@127.0.0.1")

    heard = run(play, roles=AGENTS)
    assert len(heard.sound("customer")) == 160
    assert [one.reason for one in heard.ended()] == ["callqa is stopping"]


def test_an_address_that_is_taken_and_ports_that_are_none_are_named():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        host, port = server.address
        with pytest.raises(SettingsError, match=str(port)):
            await SiprecServer(SiprecOptions(host=host, port=port), heard).start()

    run(play)
    with pytest.raises(SettingsError, match="500 to 100"):
        SiprecServer(SiprecOptions(ports=(500, 100)), Heard())
    with pytest.raises(SettingsError, match="regular expression"):
        SiprecRoles(agents="sip:(8")


@pytest.mark.skipif(
    shutil.which("sipp") is None, reason="sipp (of Debian's sip-tester) is not on this machine"
)
@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_sipp_as_a_recording_client(transport: str, tmp_path: Path):
    """A client that others wrote: siprec_sipp.xml, with a second of sound."""
    (tmp_path / "sound.alaw").write_bytes(bytes(range(80, 240)) * 50)
    scenario = Path(__file__).with_name("siprec_sipp.xml")

    async def play(heard: Heard, server: SiprecServer, _: Client) -> None:
        options = ["-t", transport, "-m", "1", "-timeout", "20", "-nostdin", "-i", "127.0.0.1"]
        host, port = server.address
        process = await asyncio.create_subprocess_exec(
            "sipp", "-sf", str(scenario), f"{host}:{port}", *options,
            cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said[-1500:]

    heard = run(play, roles=AGENTS)
    began = heard.began()[0]
    assert (began.sides, began.agent_id, began.queue) == (("agent", "customer"), "8012", "refunds")
    assert len(heard.sound("agent")) == 8000
    assert [one.reason for one in heard.ended()] == [""]
