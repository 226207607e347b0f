from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny_whisper import make_tiny_whisper


@pytest.fixture(scope="session")
def tiny_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that understands nothing."""
    return make_tiny_whisper(tmp_path_factory.mktemp("models") / "tiny")
