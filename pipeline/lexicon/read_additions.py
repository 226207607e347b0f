"""Read the overlay file, whole or not at all; each message says file and line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import LexiconError
from pipeline.lexicon.overlay import OVERLAY_FILE, Overlay, RuleAddition, SheetAddition
from pipeline.lexicon.read_phrases import all_wordings, read_phrases
from pipeline.lexicon.reader import Field, parse_yaml, read_yaml

if TYPE_CHECKING:
    from pipeline.settings import SiteSettings

VERSION = "1"
WHICH = ("kind", "rule", "figure", "role", "severity", "least_s", "above", "below")
"""Keys of a deduction that tell it from others."""

_RULE = ("rule", "phrases", "exceptions", "positive", "negative", "points", "alarm")
_SHEET = ("sheet", "element", "points")


def overlay_file(site: SiteSettings) -> Path:
    """Where a site's overlay is: ``site.yaml`` in its own folder of rules; with the rules that come
    with callqa beside the database, since an update replaces their folder.

    >>> from pipeline.settings import SiteSettings
    >>> str(overlay_file(SiteSettings(lexicons="rules"))), str(overlay_file(SiteSettings(db="a/callqa.db")))
    ('rules/site.yaml', 'a/callqa.db.site.yaml')
    """
    if site.lexicons:
        return Path(site.lexicons) / OVERLAY_FILE
    return site.database.with_name(f"{site.database.name}.{OVERLAY_FILE}")


def overlay_of(site: SiteSettings) -> Overlay:
    """The overlay of a site, without additions where there is none. Raises ``LexiconError``."""
    return read_overlay(overlay_file(site))


def read_overlay(file: Path) -> Overlay:
    """The additions in a file; none where it does not exist, or holds whole rules: that is an
    ordinary file of rules of this name. Raises ``LexiconError`` in Chinese."""
    if not file.exists():
        return Overlay(file)
    return _overlay(read_yaml(file), file)


def parse_overlay(text: str, file: Path) -> Overlay:
    """As ``read_overlay``, of a text that is not in the file yet."""
    return _overlay(parse_yaml(text, file), file)


def has_whole_rules(file: Path) -> bool:
    """Whether a file of the overlay's name holds whole rules, as any other file of rules does.
    Raises ``LexiconError``."""
    return file.exists() and _whole_rules(read_yaml(file))


def _whole_rules(top: Field) -> bool:
    if not top.is_mapping() or not top.node.value:
        return False
    rules = dict(top.entries()).get("rules")
    return bool(
        rules
        and rules.is_list()
        and rules.items()
        and all(item.is_mapping() and "id" in dict(item.entries()) for item in rules.items())
    )


def _overlay(top: Field, file: Path) -> Overlay:
    if _whole_rules(top):
        return Overlay(file)
    entries = top.mapping(needed=("version",), known=("version", "rules", "sheets"))
    entries["version"].choice(VERSION)
    rules = entries["rules"].items() if "rules" in entries else []
    sheets = entries["sheets"].items() if "sheets" in entries else []
    return Overlay(
        file, tuple(_addition(item) for item in rules), tuple(_points(item) for item in sheets)
    )


def _addition(field: Field) -> RuleAddition:
    if field.is_mapping() and field.node.value and "id" in dict(field.entries()):
        raise LexiconError(
            f"{field.place}：这个文件只写对已有规则的补充（rule: 规则编号）；整条规则（id）请写在另一个文件里"
        )
    entries = field.mapping(needed=("rule",), known=_RULE)
    found: dict[str, Any] = {}
    if "phrases" in entries:
        found["phrases"] = read_phrases(entries["phrases"])
    if "exceptions" in entries:
        found["exceptions"] = all_wordings(entries["exceptions"])
    for part in ("positive", "negative"):
        if part in entries:
            found[part] = entries[part].texts()
    if "points" in entries:
        found["points"] = entries["points"].number(least=0, most=100)
    if "alarm" in entries:
        found["alarm"] = entries["alarm"].choice("wall", "notify", "none")
    return RuleAddition(entries["rule"].text(), at=field.place, **found)


def _points(field: Field) -> SheetAddition:
    entries = field.mapping(needed=_SHEET, known=(*_SHEET, *WHICH))
    which = tuple((key, entries[key].text()) for key in WHICH if key in entries)
    if not {"rule", "figure", "kind"} & entries.keys():
        raise LexiconError(
            f"{field.place}：要写 rule（规则）、figure（指标）或 kind（类别），说明改的是哪一项扣分"
        )
    return SheetAddition(
        entries["sheet"].text(),
        entries["element"].text(),
        which,
        entries["points"].number(least=0, most=100),
        at=field.place,
    )
