"""Messages, descriptions and metadata as real equipment sends them, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.telephony.sdp import Answer, Media, SdpError, read_sdp, write_answer
from pipeline.telephony.sip import SipError, body_parts, parameter, read_message, split_list, uri
from pipeline.telephony.siprec_metadata import MetadataError, read_metadata
from pipeline.telephony.siprec_roles import Roles, assign
from tests.telephony.siprec_client import metadata, sdp, stream

HEAD = (
    "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP sbc_1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    "To: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n"
)


def message(text: str):
    return read_message(text.encode())


def test_short_names_folded_lines_and_names_of_hosts_with_underscores_are_read():
    found = message(
        "INVITE sip:srs@host_1 SIP/2.0\r\nv: SIP/2.0/UDP host_1\r\n ;branch=z9hG4bK7 , SIP/2.0/TCP b\r\n"
        'f: "a;tag=no" <sip:a_b@c;x=y>;TAG=yes\r\nt : <sip:d@e>\r\ni: 1@x\r\nCSeq: 0007  INVITE\r\n'
        "c: application/sdp\r\nk: timer,100rel\r\nl: 3\r\n\r\nabcdef"
    )
    assert (found.method, found.cseq, found.branch) == ("INVITE", (7, "INVITE"), "z9hG4bK7")
    assert (parameter(found.first("from"), "tag"), uri(found.first("from"))) == (
        "yes",
        "sip:a_b@c;x=y",
    )
    assert (found.tokens("supported"), found.body) == (("timer", "100rel"), b"abc")
    assert found.status is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("BYE sip:a@b SIP/2.0\r\n", "does not end"),
        ("GET / HTTP/1.1\r\n\r\n", "first line"),
        ("SIP/2.0 999 What\r\n\r\n", "first line"),
        ("BYE sip:a@b SIP/2.0\r\nFrom: <sip:a@b>\r\n\r\n", "via"),
        (HEAD + "nonsense\r\n\r\n", "has no name"),
        (HEAD + "Content-Length: 9\r\n\r\nabc", "shorter"),
        (HEAD + "Content-Length: -1\r\n\r\n", "shorter"),
        (HEAD + "X: y\r\n" * 300 + "\r\n", "too many"),
        (HEAD + f"X: {'y' * 5000}\r\n\r\n", "too long"),
        (HEAD + f"X: {'y' * 20_000}\r\n\r\n", "too large"),
    ],
)
def test_what_is_no_message_is_refused(text: str, fault: str):
    with pytest.raises(SipError, match=fault):
        message(text)


def test_a_damaged_cseq_is_refused():
    with pytest.raises(SipError, match="CSeq"):
        _ = message(HEAD.replace("1 BYE", "many BYE") + "\r\n").cseq


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='<>";,=\\@: tagsip\t', max_size=300))
def test_any_header_value_is_read_in_bounded_steps(value: str):
    assert isinstance(parameter(value * 10, "tag") + uri(value * 10), str)
    assert split_list(value * 10)


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/mixed;boundary=cut",
        'Multipart/Mixed; charset=utf-8; boundary="cut"',
        "multipart/mixed;boundary=----=_Part_1",
    ],
)
def test_the_parts_of_a_body_are_found(kind: str):
    mark = "----=_Part_1" if "Part" in kind else "cut"
    body = (
        f"preamble\r\n--{mark}\r\nContent-Type: application/sdp; charset=utf-8\r\n\r\nv=0\r\n\r\n--{mark}\r\n"
        f"Content-ID: <1>\r\ncontent-type: APPLICATION/rs-metadata+xml\r\n\r\n<a/>\r\n--{mark}\n\nplain\r\n"
        f"--{mark}--\r\nepilogue"
    )
    found = message(HEAD + f"Content-Type: {kind}\r\n\r\n" + body)
    assert body_parts(found) == [
        ("application/sdp", b"v=0\r\n"),
        ("application/rs-metadata+xml", b"<a/>"),
        ("text/plain", b"plain"),
    ]


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/mixed;boundary=other"])
def test_a_body_without_its_parts_is_refused(kind: str):
    with pytest.raises(SipError, match="multipart"):
        body_parts(message(HEAD + f"Content-Type: {kind}\r\n\r\n--cut\r\n\r\nabc"))


def test_an_offer_is_read_line_by_line():
    text = sdp(
        "m=audio 4000/2 RTP/AVP 96 97 98 99 18 0 13 101 3 x",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:97 L16/44100/2",  # two channels
        "a=rtpmap:98 L16/16000",
        "a=rtpmap:99 AMR-WB/16000",
        "a=rtpmap:101 telephone-event/8000",
        "a=label:agent",
        "m=audio 4002 RTP/SAVP 8",
        "c=IN IP6 2001:db8::1",
        "m=video 4004 RTP/AVP 34",
        "m=audio 4006 RTP/AVP 8",
        "c=IN IP4 0.0.0.0",
        "m=audio 4008 RTP/AVP 8",
        "c=IN IP4 sbc.example",
    ).replace("t=0 0", "t=0 0\r\na=sendonly")
    media = read_sdp(text)
    assert [(one.chosen, one.direction, one.address) for one in media] == [
        (96, "sendonly", "127.0.0.1"),
        (None, "sendonly", "2001:db8::1"),
        (None, "sendonly", "127.0.0.1"),
        (8, "inactive", None),
        (8, "sendonly", None),
    ]
    assert {number: kind.codec for number, kind in media[0].types.items()} == {
        96: "opus", 98: "l16be", 18: "g729", 0: "pcmu", 13: "noise", 101: "event",
    }  # fmt: skip
    assert (media[0].port, media[0].label) == (4000, "agent")


def test_the_answer_takes_one_codec_and_refuses_lines_in_their_places():
    media = read_sdp(sdp("m=video 1 RTP/AVP 34", *stream("1", "13 8 0"), *stream("2", "9")))
    lines = write_answer(media, [None, 4000, 4002], Answer("2001:db8::2", 5, 2)).split("\r\n")
    assert lines[1] == "o=callqa 5 2 IN IP6 2001:db8::2"
    assert lines[5:] == [
        "m=video 0 RTP/AVP 34",
        "m=audio 4000 RTP/AVP 8 13",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:13 CN/8000",
        "a=recvonly",
        "m=audio 4002 RTP/AVP 9",
        "a=rtpmap:9 G722/8000",
        "a=recvonly",
        "",
    ]


@pytest.mark.parametrize(
    "text", ["", "hello", "v=0\r\ns=-\r\n", "v=0\r\nm=audio many RTP/AVP 8\r\n"]
)
def test_what_is_no_offer_is_refused(text: str):
    with pytest.raises(SdpError):
        read_sdp(text)


def test_metadata_of_the_drafts_before_the_rfc_is_read():
    old = (
        '<recording xmlns="urn:ietf:params:xml:ns:recording"><dataMode>Complete</dataMode>'
        '<session id="s1"/><participant id="p1"><aor>sip:1%31@x</aor><name> Li </name><send>m1</send>'
        '</participant><stream id="m1"><label>7</label></stream></recording>'
    )
    found = read_metadata(old.encode())
    assert (found.session, found.senders) == ("s1", {"7": ("p1",)})
    assert (found.participants[0].user, found.participants[0].name) == ("11", "Li")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<recording>",
        b"<other/>",
        b'<?xml version="1.0" encoding="klingon"?><recording/>',
        b'<!DOCTYPE r [<!ENTITY a "a">]><recording>&a;</recording>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE r><recording/>'.encode("utf-16"),
        b"<recording>" + b" " * 100_000 + b"</recording>",
    ],
)
def test_metadata_that_is_none_too_large_or_has_a_document_type_is_refused(data: bytes):
    with pytest.raises(MetadataError):
        read_metadata(data)


def test_a_partial_document_adds_to_what_is_known():
    first = read_metadata(metadata().encode())
    later = read_metadata(metadata([("sip:9@x", "")], [()], mode="partial", session="").encode())
    both = first.updated(later)
    assert [one.user for one in both.participants] == ["9", "8012"]
    assert (both.session, both.senders) == ("session-1", first.senders)
    assert first.updated(first) is first


CALLER, AGENT, OTHER = (
    ("sip:13800138000@x", ""),
    ("sip:8012@pbx.example;user=phone", ""),
    ("tel:8013", ""),
)
BY_NUMBER = r"(?:sip|tel):(8\d{3})(?:@.*)?"


@pytest.mark.parametrize(
    ("people", "sends", "roles", "sides", "agent"),
    [
        ([CALLER, AGENT], [("1",), ("2",)], Roles(BY_NUMBER), ("customer", "agent"), "8012"),
        ([AGENT, CALLER], [("1",), ("2",)], Roles(BY_NUMBER), ("agent", "customer"), "8012"),
        ([CALLER, AGENT], [("2",), ("1",)], Roles(agent_is="second"), ("agent", "customer"), "8012"),
        ([CALLER, AGENT], [("1",), ("2",)], Roles(), ("mix", "mix"), None),
        # Two colleagues, and nobody says who serves whom.
        ([AGENT, OTHER], [("1",), ("2",)], Roles(BY_NUMBER), ("mix", "mix"), None),
        ([AGENT, OTHER], [("1",), ("2",)], Roles(BY_NUMBER, "first"), ("agent", "customer"), "8012"),
        # Nobody is an agent by the pattern.
        ([CALLER, CALLER], [("1",), ("2",)], Roles(BY_NUMBER), ("mix", "mix"), None),
        # One stream of both, and a third one of both beside their own.
        ([CALLER, AGENT], [("1",), ("1",)], Roles(BY_NUMBER), ("mix", "mix"), "8012"),
        ([CALLER, AGENT], [("1", "3"), ("2", "3")], Roles(BY_NUMBER), ("customer", "agent", None), "8012"),
        ([CALLER, AGENT], [("1", "3"), ("2", "3")], Roles(), ("mix", "mix", None), None),
        # A colleague who listens in.
        ([CALLER, AGENT, OTHER], [("1",), ("2",), ("3",)], Roles(BY_NUMBER), ("customer", "agent", "agent"), "8012"),
        # Streams that nobody is said to send.
        ([CALLER, AGENT], [(), ()], Roles(BY_NUMBER), ("mix", "mix"), "8012"),
        ([CALLER, AGENT], [(), ()], Roles(BY_NUMBER, "second"), ("customer", "agent"), "8012"),
    ],
)  # fmt: skip
def test_whose_a_stream_is(people, sends, roles: Roles, sides, agent: str | None):
    found = assign(
        [str(number + 1) for number in range(len(sides))],
        read_metadata(metadata(people, sends).encode()),
        roles,
    )
    assert (found.sides, found.people.agent_id) == (sides, agent)


def test_sides_without_metadata_go_by_the_order_of_the_streams_where_a_site_says_so():
    assert assign([None, None], None, Roles(agent_is="first")).sides == ("agent", "customer")
    assert assign([None, None], None, Roles(BY_NUMBER)).all_sides == ("mix",)
    assert assign([None], None, Roles(agent_is="first")).sides == ("mix",)


def test_the_queue_is_that_of_the_extensions_or_of_the_group():
    more = '<group group_id="refunds"/><extensiondata><x:skill xmlns:x="urn:x"> 退款 </x:skill></extensiondata>'
    found = read_metadata(metadata(more=more).encode())
    queues = [
        assign(["1", "2"], found, Roles(queue=one)).people.queue
        for one in ("skill", "group", "queue")
    ]
    assert queues == ["退款", "refunds", None]


def test_a_line_without_sound_is_not_taken():
    assert Media("audio", 4000, "RTP/AVP", ("3",)).chosen is None
