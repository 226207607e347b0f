"""Speaking rate (语速): characters as read, over own speaking time, with a check.

The check counts syllables in the signal.
"""

from pipeline.pace.findings import find_pace
from pipeline.pace.nuclei import find_nuclei
from pipeline.pace.rate import PAUSE_S, measure_pace
from pipeline.pace.reading import spoken_length

__all__ = ["PAUSE_S", "find_nuclei", "find_pace", "measure_pace", "spoken_length"]
