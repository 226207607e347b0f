"""A line of JSON for each event of a nightly run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.privacy import mask_text

_DIGEST = re.compile(r"[0-9a-f]{12,}")


Log = Callable[[str, Mapping[str, object]], None]
"""Takes the name of an event and what belongs to it."""


def open_log(
    path: str, *, now: Callable[[], str], warn: Callable[[str], None] = lambda _: None
) -> Log:
    """A log that appends one JSON object a line to ``path``; with "" nothing is written. Numbers of
    persons in names of files are masked. A log that
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
        masked = {key: _mask(value) for key, value in detail.items()}
        line = json.dumps({"at": now(), "event": event, **masked}, ensure_ascii=False)
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


def _mask(value: object) -> object:
    """A value of an event with its texts masked, but for digests."""
    if isinstance(value, str):
        return value if _DIGEST.fullmatch(value) else mask_text(value, said=False)
    if isinstance(value, (list, tuple)):
        return [_mask(one) for one in value]
    if isinstance(value, dict):
        return {key: _mask(one) for key, one in value.items()}
    return value
