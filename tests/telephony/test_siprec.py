"""Whole recording sessions over real sockets: SIP, metadata, and RTP of both sides."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import SettingsError
from pipeline.telephony import CallSound, SiprecOptions, SiprecRoles, SiprecServer, SoundDecoder
from tests.telephony.siprec_client import (
    AGENTS,
    QUICK,
    Client,
    Heard,
    client,
    level,
    metadata,
    packet,
    recorder,
    run,
    sdp,
    send,
    stream,
    stream_client,
)


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


def test_nobody_says_who_the_agent_is_so_both_are_heard_as_one():
    async def play(heard: Heard, server: SiprecServer, src: Client) -> None:
        for port in (await src.call()).ports:
            send(port, *(packet(at, level(0x55)) for at in range(5)))
        await heard.until(lambda one: len(one.sound("mix")) > 700)
        await src.ask(src.request("BYE"))

    heard = run(play)
    assert (heard.began()[0].sides, heard.began()[0].agent_id) == (("mix",), None)


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
