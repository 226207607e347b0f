"""A change tried on the site's rules, and the overlay file written: whole or not at all, and never
over what somebody wrote by hand meanwhile."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError, ProposalError
from pipeline.jobs.basis import JudgingBasis, load_basis
from pipeline.lexicon import edit_overlay, has_whole_rules, overlay_file, parse_overlay
from pipeline.phrases import PhraseBook, load_meaning, run_examples
from pipeline.store import GONE
from pipeline.types import SheetPoints, WordingChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.lexicon import Rule
    from pipeline.settings import Settings
    from pipeline.types import RuleChange


@dataclass(frozen=True, slots=True)
class OverlayText:
    """The overlay file as it is. ``sha256``: empty where there is no file."""

    file: Path
    text: str
    sha256: str


def read_overlay_text(settings: Settings) -> OverlayText:
    """Raises ``LexiconError``, also where a file of that name holds whole rules."""
    file = overlay_file(settings.site)
    try:
        content = file.read_bytes() if file.exists() else None
        text = content.decode("utf-8-sig") if content is not None else ""
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(
            f"{file}：无法读取（{error}），请检查文件、权限和编码（UTF-8）"
        ) from error
    if has_whole_rules(file):
        raise LexiconError(
            f"{file}：这个文件写的是整条规则，网页不能往里写；请把它改成别的文件名，如 own.yaml"
        )
    return OverlayText(file, text, _digest(content))


def with_changes(
    before: OverlayText, changes: Sequence[RuleChange], settings: Settings, *, note: str = ""
) -> tuple[str, JudgingBasis]:
    """The overlay's text with the changes, and what calls would be judged by then: read whole as any
    command reads it, and with the examples of the changed rules as they should be.

    Raises ``LexiconError`` with what is wrong, also where a wording was erased with a person's data."""
    if any(isinstance(one, WordingChange) and GONE in one.wording for one in changes):
        raise LexiconError("这条建议里的文字已随客户资料删除，不能再试算、采纳或撤销")
    text = edit_overlay(before.text, before.file, changes, note=note)
    basis = load_basis(settings, overlay=parse_overlay(text, before.file))
    for rule_id in dict.fromkeys(
        change.rule for change in changes if not isinstance(change, SheetPoints)
    ):
        _check_examples(rule_id, basis.lexicon.rules)
    return text, basis


def _check_examples(rule_id: str, rules: Sequence[Rule]) -> None:
    """Raises ``LexiconError`` where an example of a rule, or of one that looks at it, is judged
    otherwise than it says."""
    own = {rule.id for rule in rules if rule.id == rule_id or rule_id in _looks_at(rule)}
    needed = set(own)
    while more := {one for rule in rules if rule.id in needed for one in _looks_at(rule)} - needed:
        needed |= more
    book = PhraseBook.of([rule for rule in rules if rule.id in needed], load_meaning())
    chosen = [rule for rule in rules if rule.id in own]
    for failed in run_examples(chosen, book):
        wanted = "应当查到，改后却查不到了" if failed.should_hit else "不应查到，改后却查到了"
        raise LexiconError(
            f"这样改与规则“{failed.rule.name}”的例句矛盾：“{failed.example}”{wanted}。请换一种更窄的说法"
        )


def _looks_at(rule: Rule) -> set[str]:
    named: Iterable[str] = (other for c in rule.conditions for other in c.operator.rules)
    return {*named, *rule.slots}


def digest_of_text(text: str) -> str:
    """SHA-256 of the file that a text makes."""
    return _digest(text.encode("utf-8"))


def write_overlay(before: OverlayText, text: str) -> None:
    """Write the overlay file in one step. Raises ``ProposalError`` where the
    file is another one than ``before`` by now, or cannot be written; then it stays as it is.

    Only an editor that saves in the same thousandth of a second is not noticed."""
    file = before.file.resolve()
    draft = file.with_name(f".{file.name}.{os.getpid()}.new")
    content = text.encode("utf-8")
    try:
        with draft.open("wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        if file.exists():
            draft.chmod(file.stat().st_mode & 0o777)
        now = _digest(file.read_bytes() if file.exists() else None)
        if now != before.sha256:
            raise ProposalError(f"{file} 刚才被人改过，没有写入；请刷新页面，重新试算后再采纳")
        draft.replace(file)
        _sync(file.parent)
    except OSError as error:
        raise ProposalError(
            f"{file}：写不进去（{error.strerror}），请让运行 callqa serve 的账号能写这个文件夹"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """So that the new name outlives a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()
