"""What commands set for their process, which a test shares with those after it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def restored() -> Iterator[None]:
    """The block begins with the umask of most machines. After it umask, environment, time zone and
    what ends a process are as before, the program speaks English, and no key is in use. Loads
    nothing for it."""
    mask, environment = os.umask(0o022), _environment()
    endings = {number: signal.getsignal(number) for number in ENDINGS}
    try:
        yield
    finally:
        os.umask(mask)
        for name in _environment().keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)
        time.tzset()
        for number, handler in endings.items():
            signal.signal(number, handler)
        if language := sys.modules.get("pipeline.commands.language"):
            language.use_language("en")
        if store := sys.modules.get("pipeline.store"):
            store.use_database_key(store.KeySource())
            store.use_key(None)
        if sound := sys.modules.get("pipeline.sound"):
            sound.encrypt_series(False)


def _environment() -> dict[str, str]:
    """Without what pytest itself changes from phase to phase."""
    return {name: text for name, text in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
