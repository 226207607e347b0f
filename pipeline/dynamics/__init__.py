"""How two sides share the time: silence, talk-over, latency, talk ratio, hang-up."""

from pipeline.dynamics.hang_up import (
    AGENT_HUNG_UP,
    CUT_OFF,
    FAREWELLS,
    LAST_WORDS,
    judge_hang_up,
    with_record,
)
from pipeline.dynamics.late_replies import (
    REPLY_FIGURES,
    find_late_replies,
    measure_replies,
    with_figures,
)
from pipeline.dynamics.measure import measure_dynamics
from pipeline.dynamics.replies import Dialogue, Wait, find_waits, find_waits_now
from pipeline.dynamics.scene import Scene
from pipeline.dynamics.silence import find_silence
from pipeline.dynamics.talk_over import find_interruptions, find_overlaps

__all__ = [
    "AGENT_HUNG_UP",
    "CUT_OFF",
    "FAREWELLS",
    "LAST_WORDS",
    "REPLY_FIGURES",
    "Dialogue",
    "Scene",
    "Wait",
    "find_interruptions",
    "find_late_replies",
    "find_overlaps",
    "find_silence",
    "find_waits",
    "find_waits_now",
    "judge_hang_up",
    "measure_dynamics",
    "measure_replies",
    "with_figures",
    "with_record",
]
