"""The folders that come with callqa."""

from __future__ import annotations

import importlib
import importlib.resources
import importlib.util
from pathlib import Path
from typing import Literal

_SIGN = {"lexicons": "required.yaml", "models": "manifest.toml"}
"""A file that distinguishes our folder from another one of the same name."""


def shipped_folder(name: Literal["lexicons", "models"]) -> Path:
    """The folder of rules or of models that comes with callqa. In a checkout it is the one at the
    top, else the one installed as data of this package.

    >>> (shipped_folder("models") / "manifest.toml").exists()
    True
    """
    checkout = Path(__file__).resolve().parents[2] / name
    if (checkout / _SIGN[name]).is_file():
        return checkout
    return Path(str(importlib.resources.files("pipeline"))) / "data" / name
