"""One long recording scored in a process of its own, with a recogniser that hears what it is told:
what tests measure.

python -m tests.long_call RECORDING [FAILS]

Prints the peak of its memory in MB, before the recording and after it, and the temporary files that
it has open and that have a name, at the moment of recognition and at the end."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.types import Track
from pipeline.workers import keep_little
from tests.fakes import FakeRecogniser

if TYPE_CHECKING:
    from pipeline.transcribe import Recognition


@dataclass
class Witness(FakeRecogniser):
    """Reads all speech, as Whisper does, and notes what temporary files there are; then fails where
    it is to."""

    fails: bool = False
    open_files: int = 0

    def recognise(self, tracks: Sequence[Track]) -> tuple[Recognition, ...]:
        from pipeline.transcribe.windows import pack_windows  # noqa: PLC0415 - only the child process needs it

        for track in tracks:
            for window in pack_windows(track):
                assert len(window.samples) <= 30 * 16_000
        self.open_files = open_temporary()
        print(json.dumps({"recognising": self.open_files}), flush=True)
        if self.fails:
            raise UnreadableError("told to fail")
        return super().recognise(tracks)

    def _text(self, channel: int, index: int) -> str:
        return "您好我想问一下这个怎么办理"


def open_temporary() -> int:
    """Files in the temporary folder that this process has open."""
    folder = os.environ["TMPDIR"]
    found = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{name}").startswith(folder)
        except OSError:  # the listing itself
            continue
    return found


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    from pipeline.call.checker import Checker  # noqa: PLC0415
    from pipeline.call.recording import check_call  # noqa: PLC0415
    from pipeline.lexicon import load_lexicon, load_scorecards  # noqa: PLC0415
    from pipeline.settings import Settings  # noqa: PLC0415

    keep_little()
    lexicon = load_lexicon()
    ears = Witness(fails=len(sys.argv) > 2)
    checker = Checker.of(
        ears, lexicon, load_scorecards(rule_ids=[rule.id for rule in lexicon.rules]), Settings()
    )
    before = peak_mb()
    said = 0
    with suppress(UnreadableError):
        said = len(check_call(Path(sys.argv[1]), checker).result.utterances)
    print(
        json.dumps(
            {"before": before, "peak": peak_mb(), "open": open_temporary(), "utterances": said}
        )
    )


if __name__ == "__main__":
    main()
