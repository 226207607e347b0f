"""How two sides share the time: silence, talk-over, latency, talk ratio, hang-up."""

from pipeline.dynamics.measure import measure_dynamics
from pipeline.dynamics.scene import Scene
from pipeline.dynamics.silence import find_silence
from pipeline.dynamics.talk_over import find_interruptions, find_overlaps

__all__ = ["Scene", "find_interruptions", "find_overlaps", "find_silence", "measure_dynamics"]
