"""Measurements made once for each channel: series on disk, spectrum, pitch, crosstalk, level, sound
events."""

from pipeline.sound.crosstalk import Crosstalk, measure_crosstalk, remove_crosstalk
from pipeline.sound.events import find_sound_events
from pipeline.sound.level import measure_levels
from pipeline.sound.pitch import Acoustics, measure_acoustics
from pipeline.sound.series import DiskSeries, blocks
from pipeline.sound.spectrum import BIN_HZ, BINS, HOP_S, Spectrum, measure_spectrum

__all__ = [
    "BINS",
    "BIN_HZ",
    "HOP_S",
    "Acoustics",
    "Crosstalk",
    "DiskSeries",
    "Spectrum",
    "blocks",
    "find_sound_events",
    "measure_acoustics",
    "measure_crosstalk",
    "measure_levels",
    "measure_spectrum",
    "remove_crosstalk",
]
