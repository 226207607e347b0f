"""A line of JSON for each event of a nightly run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.nightly.run import Log


def open_log(
    path: str, *, now: Callable[[], str], warn: Callable[[str], None] = lambda _: None
) -> Log:
    """A log that appends one JSON object a line to ``path``; with "" nothing is written. A log that
    cannot be written ends the run before it begins: raises ``SettingsError``. Later (a full disk)
    it ends nothing; ``warn`` is told once."""
    if not path:
        return lambda _event, _detail: None
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise SettingsError(
            f"[nightly] log = {path!r}: cannot be written ({error.strerror})"
        ) from error

    faults: list[str] = []

    def write(event: str, detail: Mapping[str, object]) -> None:
        line = json.dumps({"at": now(), "event": event, **detail}, ensure_ascii=False)
        try:
            with file.open("a", encoding="utf-8", errors="backslashreplace") as lines:
                lines.write(line + "\n")
        except OSError as error:
            if not faults:
                faults.append(
                    f"{path}: the log cannot be written ({error.strerror}); the run goes on without it"
                )
                warn(faults[0])

    return write
