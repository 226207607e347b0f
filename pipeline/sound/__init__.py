"""Measured once in a channel: spectrum, pitch, crosstalk, level, sound events.

Long series lie on disk.
"""

from pipeline.sound.crosstalk import Crosstalk, measure_crosstalk, remove_crosstalk
from pipeline.sound.events import find_sound_events
from pipeline.sound.fingerprint import SoundMatch, compare_prints, make_print
from pipeline.sound.level import measure_levels
from pipeline.sound.pitch import Acoustics, measure_acoustics
from pipeline.sound.series import (
    DiskSeries,
    blocks,
    encrypt_series,
    nameless_file,
    temporary_folder,
)
from pipeline.sound.spectrum import BIN_HZ, BINS, HOP_S, Spectrum, measure_spectrum

__all__ = [
    "BINS",
    "BIN_HZ",
    "HOP_S",
    "Acoustics",
    "Crosstalk",
    "DiskSeries",
    "SoundMatch",
    "Spectrum",
    "blocks",
    "compare_prints",
    "encrypt_series",
    "find_sound_events",
    "make_print",
    "measure_acoustics",
    "measure_crosstalk",
    "measure_levels",
    "measure_spectrum",
    "nameless_file",
    "remove_crosstalk",
    "temporary_folder",
]
