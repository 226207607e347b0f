"""Turn values into plain JSON and back, by the annotations of their dataclasses."""

from __future__ import annotations

import dataclasses
import types
import typing
from functools import lru_cache
from typing import Any


def to_plain(value: Any, *, digits: int | None = None) -> Any:
    """Dataclasses as objects, tuples as lists. Floats are rounded to ``digits`` decimals, or not at
    all."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: to_plain(getattr(value, name), digits=digits) for name in _names(type(value))}
    if isinstance(value, tuple | list):
        return [to_plain(member, digits=digits) for member in value]
    if isinstance(value, float) and digits is not None:
        return round(value, digits) + 0.0
    return value


@lru_cache
def _hints(noun: type) -> dict[str, Any]:
    return typing.get_type_hints(noun)


@lru_cache
def _names(noun: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(noun))


def from_plain(wanted: Any, value: Any, where: str) -> Any:
    """Read ``value`` as an instance of the annotation ``wanted``.

    A field with a default may be missing, as in results that are older than the field. Raises
    ``ValueError`` with the path to the first value that does not fit; the path begins with
    ``where``.
    """
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        return _noun_of(wanted, value, where)
    origin, args = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{where}: {value!r} is not a list")
        return tuple(from_plain(args[0], member, f"{where}[{i}]") for i, member in enumerate(value))
    if origin in (types.UnionType, typing.Union):  # a union with a Literal has the origin Union
        return (
            None
            if value is None
            else from_plain(next(a for a in args if a is not type(None)), value, where)
        )
    if origin is typing.Literal:
        if value not in args:
            raise ValueError(f"{where}: {value!r} is not one of {', '.join(map(repr, args))}")
        return value
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted):
        raise ValueError(f"{where}: {value!r} is not {wanted.__name__}")
    return value


def _noun_of(noun: type, value: Any, where: str) -> Any:
    """A dataclass of the object ``value``."""
    if not isinstance(value, dict):
        raise ValueError(f"{where}: {value!r} is not an object")
    fields = dataclasses.fields(noun)
    for field in fields:
        bare = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if bare and field.name not in value:
            raise ValueError(f"{where}.{field.name}: is missing")
    hints = _hints(noun)
    given = [field.name for field in fields if field.name in value]
    return noun(**{name: from_plain(hints[name], value[name], f"{where}.{name}") for name in given})
