"""What is measured once in a channel: series on disk, spectrum, pitch, crosstalk, level, sound events."""

from pipeline.sound.crosstalk import Leak, measure_leak, silence_leak
from pipeline.sound.events import find_sounds
from pipeline.sound.level import measure_levels
from pipeline.sound.pitch import Acoustics, measure_acoustics
from pipeline.sound.series import Stored, blocks
from pipeline.sound.spectrum import BIN_HZ, BINS, HOP_S, Spectrum, measure_spectrum

__all__ = [
    "BINS",
    "BIN_HZ",
    "HOP_S",
    "Acoustics",
    "Leak",
    "Spectrum",
    "Stored",
    "blocks",
    "find_sounds",
    "measure_acoustics",
    "measure_leak",
    "measure_levels",
    "measure_spectrum",
    "silence_leak",
]
