"""A TOML table read into settings: each key known, each value of its type."""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.settings.checks import check
from pipeline.settings.judging import SETTINGS_NAME
from pipeline.settings.values import Settings, SiteSettings


def load_settings(path: Path | None = None) -> Settings:
    """The settings in ``path``, or in ``callqa.toml`` of the current folder, or the defaults.

    Raises ``SettingsError`` that names the file, the key, the value and what was expected.
    """
    chosen = path or Path(SETTINGS_NAME)
    if not chosen.exists():
        if path is not None:
            raise SettingsError(
                f"{path}: no such settings file; give another with --settings, or leave it out"
            )
        return Settings()
    try:
        raw = tomllib.loads(chosen.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{chosen}: is not written in UTF-8; save it again as UTF-8 in the editor"
        ) from error
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{chosen}: cannot be read as TOML: {error}") from error
    return parse_settings(raw, where=str(chosen))


def parse_settings(raw: dict[str, Any], *, where: str) -> Settings:
    """Settings from a parsed TOML table; ``where`` opens each error message."""
    known = {section.name: type(getattr(Settings(), section.name)) for section in fields(Settings)}
    for name in raw:
        if name not in known:
            raise SettingsError(
                f"{where}: [{name}] is not a section; expected one of {', '.join(known)}"
            )
    _refuse_moved(raw.get("nightly"), where)
    made = {
        name: _section(made_of, raw.get(name, {}), f"{where}: [{name}]")
        for name, made_of in known.items()
    }
    settings = Settings(**made)
    check(settings, where)
    return settings


def _refuse_moved(nightly: object, where: str) -> None:
    """Raises ``SettingsError`` with the lines to write where ``[nightly]`` has keys of ``[site]``,
    as it had before other commands read them."""
    moved = [
        f.name for f in fields(SiteSettings) if isinstance(nightly, dict) and f.name in nightly
    ]
    if moved:
        assert isinstance(nightly, dict)
        lines = "\n".join(
            f"{key} = {json.dumps(nightly[key], ensure_ascii=False, default=str)}" for key in moved
        )
        raise SettingsError(
            f"{where}: [nightly] {', '.join(moved)} belongs under [site], which every command reads; "
            f"delete it under [nightly] and write\n[site]\n{lines}"
        )


def _section(made_of: Any, raw: object, where: str) -> Any:
    if not isinstance(raw, dict):
        raise SettingsError(f"{where} is {raw!r}; expected a table")
    known = {f.name: getattr(made_of(), f.name) for f in fields(made_of)}
    nested: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in known:
            raise SettingsError(
                f"{where} {key}: no such setting; expected one of {', '.join(known)}"
            )
        wanted = float if isinstance(known[key], float) else type(known[key])
        if is_dataclass(wanted):
            nested[key] = _section(wanted, value, f"{where.removesuffix(']')}.{key}]")
            continue
        if wanted is tuple:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise SettingsError(
                    f"{where} {key} = {value!r}; expected a list of texts in quotes"
                )
            continue
        accepted = (int, float) if wanted is float else wanted
        if isinstance(value, bool) != (wanted is bool) or not isinstance(value, accepted):
            raise SettingsError(f"{where} {key} = {value!r}; expected {_NAMES[wanted]}")
    return made_of(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        | nested
    )


_NAMES: dict[type, str] = {
    float: "a number",
    int: "a whole number",
    str: "a text in quotes",
    bool: "true or false",
}
