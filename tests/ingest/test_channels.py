from __future__ import annotations

import numpy as np

from pipeline.ingest import choose_channels
from tests.sounds import noise, silence, tone


def test_two_sides_are_two_tracks():
    layout = choose_channels([tone(200, 1.0), noise(1.0)])

    assert (layout.kind, [track.channel for track in layout.tracks], layout.notes) == (
        "stereo",
        [0, 1],
        (),
    )


def test_the_same_mix_on_both_channels_is_one_track_even_at_another_level():
    layout = choose_channels([noise(1.0), noise(1.0) * -0.5])

    assert (layout.kind, len(layout.tracks)) == ("mono", 1)
    assert "相同" in layout.notes[0]


def test_a_silent_channel_is_left_out_and_said():
    layout = choose_channels([silence(1.0), noise(1.0)])

    assert (layout.kind, [track.channel for track in layout.tracks]) == ("mono", [1])
    assert layout.notes == ("只有一个声道有声音",)


def test_of_four_channels_all_that_sound_are_heard():
    layout = choose_channels([tone(100, 1.0, level=0.01), noise(1.0), tone(300, 1.0), silence(1.0)])

    assert [track.channel for track in layout.tracks] == [0, 1, 2]
    assert layout.notes == ()


def test_of_five_parties_the_four_loudest_are_heard_and_said():
    layout = choose_channels(
        [noise(1.0, level=0.001), *(tone(200 + 100 * i, 1.0, level=0.1) for i in range(4))]
    )

    assert [track.channel for track in layout.tracks] == [1, 2, 3, 4]
    assert layout.notes == ("录音有5个声道，只分析了声音最大的4个",)


def test_silence_on_all_channels_is_one_silent_track():
    layout = choose_channels([silence(1.0), silence(1.0)])

    assert layout.kind == "mono"
    assert not np.any(layout.tracks[0].samples[:])
