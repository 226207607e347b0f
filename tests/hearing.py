"""Workers that hear nothing and do what a recording's name says: what tests of batches break."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from pipeline.jobs import HeardCall, JudgingBasis


MODEL = SimpleNamespace(name="none", sha256="0" * 64, encoder_sha256="0" * 64)


def hear(path: Path, *, basis: JudgingBasis) -> HeardCall:
    """A result with the name and the digest of the file."""
    from pipeline.call import CheckedCall, provenance_of  # noqa: PLC0415 - slow to load
    from pipeline.jobs import HeardCall  # noqa: PLC0415
    from tests.builders import a_result  # noqa: PLC0415

    act(path)
    engine = provenance_of(MODEL, basis.lexicon, basis.settings, basis.sheets.choose(None, None))
    made = a_result(call=CallMeta(path.stem), engine=engine)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    recording = replace(made.recording, path=str(path), sha256=sha256)
    return HeardCall(CheckedCall(replace(made, recording=recording), ()))


def act(path: Path) -> None:
    """Die, take long or fail, as the name says."""
    if "kill" in path.name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "crash" in path.name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "swell" in path.name:
        bytearray(16 * 2**30)
    if "slow" in path.name:
        time.sleep(1.0)
    if "hang" in path.name:
        time.sleep(100.0)
    if "bad" in path.name:
        raise UnreadableError(f"{path}: no audio in it")


@dataclass(frozen=True)
class ActingPlan:
    """In the place of ``HearingPlan``. ``names_only``: only the path comes back, so that a worker
    begins at once; ``trace``: a folder in which each that is done leaves a file."""

    model: object = None
    basis: JudgingBasis | None = None
    history: object = None
    sound: str = "none"
    names_only: bool = False
    trace: Path | None = None

    def load(self) -> Callable[[Path], object]:
        if self.names_only:
            return self._name
        from pipeline.jobs.hear import work_of  # noqa: PLC0415

        assert self.basis is not None
        return work_of(partial(hear, basis=self.basis))  # type: ignore[return-value]

    def _name(self, path: Path) -> str:
        act(path)
        if self.trace:
            (self.trace / path.name).touch()
        return path.name
