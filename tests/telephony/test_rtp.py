"""Packets of RTP become samples in order, each at the time that it was spoken."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.telephony import SoundDecoder
from pipeline.telephony.rtp import HOLD_S, JitterBuffer, NotRtpError, read_packet
from pipeline.telephony.rtp_stream import STATIC_TYPES, PayloadType, Piece, RtpStream
from pipeline.telephony.side_mixer import SideMixer
from tests.telephony.siprec_client import packet

LEVELS = [bytes([0x80 | level]) * 160 for level in range(100)]
"""Payloads of A-law, 20 ms each, all different."""


def samples(numbers: list[int] | range) -> np.ndarray:
    return SoundDecoder("pcma").decode(b"".join(LEVELS[number] for number in numbers))


def played(
    packets: list[tuple[float, bytes]], *, until: float = 10.0
) -> tuple[RtpStream, list[Piece]]:
    """A stream that gets packets at times, and its pieces, asked for every 50 ms."""
    stream = RtpStream({**STATIC_TYPES, 101: PayloadType("event", 8000, 8000)})
    pieces: list[Piece] = []
    left = sorted(packets, key=lambda one: one[0])
    for tick in range(int(until * 20) + 1):
        now = tick / 20
        while left and left[0][0] <= now:
            at, data = left.pop(0)
            stream.take(data, "10.0.0.1", at)
        pieces += stream.pieces(now)
    return stream, pieces + stream.rest()


def steady(numbers: list[int] | range, *, late: dict[int, float] | None = None, **changes):
    """Packets that come each 20 ms; those of ``late`` so many seconds later."""
    return [
        (0.02 * number + (late or {}).get(number, 0), packet(number, LEVELS[number], **changes))
        for number in numbers
    ]


def spans(pieces: list[Piece]) -> list[tuple[float, float, float]]:
    """Begin, end and loss of each stretch without a gap."""
    found: list[tuple[float, float, float]] = []
    for one in pieces:
        begin, end, lost = round(one.start_s, 3), round(one.end_s, 3), round(one.lost_s, 3)
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end, found[-1][2])
        else:
            found.append((begin, end, lost))
    return found


def test_header_extension_sources_padding_and_marker_are_read():
    sources, extension = struct.pack("!II", 7, 8), struct.pack("!HHI", 0xBEDE, 1, 5)
    body = sources + extension + b"sound" + b"\0\0\3"
    found = read_packet(packet(9, body, stamp=4000, first=0xB2, marker=True, kind=9, ssrc=3))

    assert (found.payload, found.payload_type, found.marker) == (b"sound", 9, True)
    assert (found.sequence, found.timestamp, found.ssrc) == (9, 4000, 3)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "damaged"),
        (b"\x80\x08" + bytes(9), "damaged"),
        (b"\x40\x08" + bytes(10), "damaged"),  # version 1
        (packet(1, b"", first=0x8F), "damaged"),  # 15 sources that are not there
        (packet(1, b"\xbe\xde\0\x09", first=0x90), "damaged"),  # an extension of 36 bytes
        (packet(1, b"abc\0", first=0xA0), "damaged"),  # no padding
        (packet(1, b"abc\x09", first=0xA0), "damaged"),  # more padding than bytes
        (b"\x80\xc8" + bytes(26), "rtcp"),
        (b"\x81\xcb" + bytes(26), "rtcp"),
        (b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12), "stun"),
        (b"\x16\xfe\xfd" + bytes(20), "dtls"),
    ],
)
def test_what_is_no_packet_is_named(data: bytes, kind: str):
    with pytest.raises(NotRtpError) as caught:
        read_packet(data)
    assert caught.value.kind == kind


@given(st.binary(max_size=80))
def test_any_bytes_are_a_packet_or_named(data: bytes):
    try:
        kind = "" if len(read_packet(data).payload) <= len(data) - 12 else "longer"
    except NotRtpError as error:
        kind = error.kind
    assert kind in ("", "damaged", "rtcp", "stun", "dtls")


@settings(max_examples=30, deadline=None)
@given(st.data(), st.integers(0, 65535))
def test_order_and_doubles_within_the_wait_change_no_sample(data, first: int):
    """Each packet comes up to 120 ms late, and some come twice."""
    numbers = range(30)
    delays = st.lists(st.floats(0, 0.8 * HOLD_S), min_size=30, max_size=30)
    packets = []
    for _ in range(data.draw(st.integers(1, 2))):
        packets += [
            (0.02 * number + delay, packet(first + number, LEVELS[number], stamp=160 * number))
            for number, delay in zip(numbers, data.draw(delays), strict=True)
        ]
    stream, pieces = played(packets, until=1.0)

    heard = np.concatenate([piece.samples for piece in pieces])
    assert np.array_equal(heard, samples(numbers))
    assert sum(piece.lost_s for piece in pieces) == 0
    assert stream.counts["doubled"] == len(packets) - 30
    assert pieces[-1].end_s - pieces[0].start_s == pytest.approx(0.6)


def test_a_lost_packet_is_a_gap_that_says_so():
    stream, pieces = played(steady([0, 1, 2, 5, 6]))

    assert spans(pieces) == [(0.0, 0.06, 0.0), (0.1, 0.14, 0.04)]
    assert stream.counts["lost"] == 2
    assert np.array_equal(pieces[1].samples, samples([5, 6]))


def test_what_comes_too_late_is_dropped_and_counted():
    stream, pieces = played(steady(range(40), late={3: 0.5}))

    assert stream.counts["late"] == 1
    assert sum(one.lost_s for one in pieces) == pytest.approx(0.02)
    assert sum(len(one.samples) for one in pieces) == 39 * 160


def test_silence_that_was_not_sent_is_a_gap_without_loss():
    """Numbers go on, timestamps jump over the pause (RFC 3551, section 4.1); comfort noise between."""
    talk = [(0.02 * at, packet(at, LEVELS[at])) for at in range(5)]
    noise = [(0.1, packet(5, b"\x40", stamp=5 * 160, kind=13))]
    more = [
        (3.0 + 0.02 * at, packet(6 + at, LEVELS[9], stamp=24_000 + 160 * at)) for at in range(5)
    ]
    _, pieces = played(talk + noise + more)

    assert spans(pieces) == [(0.0, 0.1, 0.0), (3.0, 3.1, 0.0)]


def test_a_key_that_is_pressed_takes_its_time():
    """Packets of an event all have the time of its begin (RFC 4733, section 2.5)."""
    talk = [(0.02 * at, packet(at, LEVELS[at])) for at in range(5)]
    event = [
        (0.1 + 0.02 * at, packet(5 + at, b"\1\n\0\xa0", stamp=800, kind=101)) for at in range(5)
    ]
    more = [(0.2, packet(10, LEVELS[9], stamp=1600))]
    _, pieces = played(talk + event + more)

    assert spans(pieces) == [(0.0, 0.1, 0.0), (0.2, 0.22, 0.0)]


def test_another_codec_is_counted_and_lost_and_the_next_is_heard():
    packets = steady(range(10))
    packets[4:6] = [(0.08, packet(4, b"x" * 33, kind=3)), (0.1, packet(5, b"x" * 33, kind=3))]
    stream, pieces = played(packets)

    assert stream.counts["codec"] == 2
    assert spans(pieces) == [(0.0, 0.08, 0.0), (0.12, 0.2, 0.04)]


def test_another_source_takes_over_without_loss():
    first = steady(range(10), ssrc=1)
    second = [
        (0.2 + 0.02 * at, packet(40_000 + at, LEVELS[at], stamp=7 + 160 * at, ssrc=2))
        for at in range(10)
    ]
    _, pieces = played(first + second)

    heard = np.concatenate([one.samples for one in pieces])
    assert np.array_equal(heard, np.concatenate([samples(range(10))] * 2))
    assert sum(one.lost_s for one in pieces) == 0
    assert pieces[-1].end_s == pytest.approx(0.4, abs=0.02)


def test_what_is_foreign_is_dropped_and_counted():
    good = steady(range(10), ssrc=1)
    strange = [(0.03, packet(77, LEVELS[50], ssrc=2)), (0.13, packet(900, LEVELS[50], ssrc=3))]
    stream, pieces = played(good + strange)
    assert np.array_equal(np.concatenate([one.samples for one in pieces]), samples(range(10)))
    assert stream.counts["foreign"] == 2


def test_packets_from_another_address_than_the_offers_are_dropped():
    stream = RtpStream(STATIC_TYPES, source="10.0.0.1")
    for at in range(20):
        stream.take(packet(at, LEVELS[at]), "10.9.9.9", 0.02 * at)

    assert stream.rest() == []
    assert (stream.counts["foreign"], stream.heard_at) == (20, None)


def test_where_any_address_may_send_the_first_one_does_until_it_is_silent():
    stream = RtpStream(STATIC_TYPES)
    for at in range(10):
        stream.take(packet(at, LEVELS[at]), "10.0.0.1", 0.02 * at)
        stream.take(packet(at, LEVELS[50], ssrc=9), "10.9.9.9", 0.02 * at)
    assert np.array_equal(stream.rest()[0].samples, samples(range(10)))
    assert stream.counts["foreign"] == 10

    for at in range(2):
        stream.take(packet(at, LEVELS[7], ssrc=9), "10.9.9.9", 6.0 + 0.02 * at)
    assert sum(len(one.samples) for one in stream.rest()) == 320


def test_comfort_noise_that_nobody_offered_is_silence_and_not_lost():
    """Its number is fixed (RFC 3389, section 5), and some send it so."""
    stream = RtpStream({8: STATIC_TYPES[8]})
    for at in (0, 1, 3, 4):
        stream.take(packet(at, LEVELS[at]), "a", 0.02 * at)
    stream.take(packet(2, b"\x40", kind=13), "a", 0.04)

    assert spans(stream.rest()) == [(0.0, 0.04, 0.0), (0.06, 0.1, 0.0)]
    assert stream.counts["codec"] == 0


def test_timestamps_that_jump_are_not_believed():
    """A day ahead, as a sender's that begins anew: the arrival counts, and there is no day of silence."""
    packets = steady(range(5))
    packets += [
        (0.1 + 0.02 * at, packet(5 + at, LEVELS[5 + at], stamp=160 * at + 700_000_000))
        for at in range(5)
    ]
    _, pieces = played(packets)

    assert pieces[-1].end_s == pytest.approx(0.2, abs=0.03)
    assert sum(len(one.samples) for one in pieces) == 1600


def test_timestamps_that_stand_still_on_hold_catch_up_with_the_other_side():
    packets = steady(range(5))
    packets += [
        (60 + 0.02 * at, packet(5 + at, LEVELS[1], stamp=800 + 160 * at)) for at in range(99)
    ]
    _, pieces = played(packets, until=63)

    assert pieces[-1].end_s == pytest.approx(60 + 99 * 0.02, abs=0.03)


def test_a_burst_after_a_stall_keeps_its_times():
    """Three seconds come at once: they were spoken one after the other."""
    packets = [(0.02 * at if at < 5 else 2.99, packet(at, LEVELS[at % 90])) for at in range(150)]
    packets += [(0.02 * at, packet(at, LEVELS[1])) for at in range(150, 300)]
    _, pieces = played(packets)

    assert spans(pieces) == [(0.0, 6.0, 0.0)]


def test_a_flood_is_bounded():
    stream = RtpStream(STATIC_TYPES)
    for at in range(20_000):
        stream.take(packet(at), "10.0.0.1", at / 20_000)
    assert stream.counts["flood"] > 18_000


def test_a_source_that_counts_from_another_number_goes_on():
    buffer = JitterBuffer()
    came = [5, 6, 7, 30_000, 30_001, 30_002]
    for at, number in enumerate(came):
        buffer.push(read_packet(packet(number)), at * 0.02)

    assert [one.packet.sequence for one in buffer.due(9.0)] == came


def test_damaged_payloads_are_lost_and_harm_no_other():
    stream = RtpStream({111: PayloadType("opus", 48000, 48000)})
    for at in range(3):
        stream.take(packet(at, b"\x55" * 200, kind=111, stamp=960 * at), "a", 0.02 * at)
    assert stream.rest() == []
    assert stream.counts["damaged"] == 3


def test_comfort_noise_at_the_end_of_g729_is_left_out():
    stream = RtpStream(STATIC_TYPES)
    stream.take(packet(0, bytes(20), kind=18), "a", 0.0)
    stream.take(packet(1, bytes(12), kind=18), "a", 0.02)
    assert sum(len(one.samples) for one in stream.rest()) == 240


def test_two_streams_of_one_side_are_summed_and_a_silent_one_holds_nothing_up():
    mixer = SideMixer()
    mixer.join("a")
    mixer.join("b")
    one = np.full(800, 1000, dtype=np.int16)
    out = mixer.add("a", Piece(0.0, one, 8000)) + mixer.add("b", Piece(0.05, 2 * one, 8000))
    out += mixer.add("a", Piece(1.0, one, 8000)) + mixer.rest()

    heard = np.zeros(8800, dtype=np.int16)
    for piece in out:
        start = round(piece.start_s * 8000)
        heard[start : start + len(piece.samples)] = piece.samples
    expected = np.zeros(8800, dtype=np.int16)
    expected[:800] += one
    expected[400:1200] += 2 * one
    expected[8000:] += one
    assert np.array_equal(heard, expected)


def test_streams_of_other_rates_are_summed_at_the_first_ones():
    mixer = SideMixer()
    mixer.join("a")
    mixer.join("b")
    out = mixer.add("a", Piece(0.0, np.full(800, 10, dtype=np.int16), 8000))
    out += mixer.add("b", Piece(0.0, np.full(1600, 5, dtype=np.int16), 16000)) + mixer.rest()
    assert {piece.rate for piece in out} == {8000}
    assert np.concatenate([piece.samples for piece in out]).tolist() == [15] * 800
