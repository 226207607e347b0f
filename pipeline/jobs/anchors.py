"""Anchors: heads of the ledger in folders and at addresses that the site names, best on other
machines."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.jobs.anchor_address import AnchorError, read_address, read_token, write_address
from pipeline.settings import is_address
from pipeline.store import TreeHead, head_of

if TYPE_CHECKING:
    from pipeline.settings import LedgerSettings

PATTERN = "callqa-head-*.json"


def write_anchors(head: TreeHead, ledger: LedgerSettings) -> list[str]:
    """Put a head into each anchor: into a folder as a file of its own that is never written again,
    to an address as ``write_address`` does. Returns what went wrong, which ends nothing."""
    content = json.dumps(asdict(head)) + "\n"
    problems: list[str] = []
    for anchor in ledger.anchors:
        try:
            if is_address(anchor):
                write_address(anchor, name_of(head), content, token=read_token(ledger))
            else:
                _write_file(Path(anchor) / name_of(head), content)
        except AnchorError as error:
            problems.append(f"[ledger] anchors: {error}")
    return problems


def read_anchors(ledger: LedgerSettings) -> tuple[tuple[TreeHead, ...], list[str]]:
    """The heads in all anchors, and what cannot be read: an anchor that is gone proves nothing."""
    heads: list[TreeHead] = []
    problems: list[str] = []
    for anchor in ledger.anchors:
        try:
            if is_address(anchor):
                heads += read_address(anchor, token=read_token(ledger))
                continue
        except AnchorError as error:
            problems.append(f"[ledger] anchors: {error}")
            continue
        if not Path(anchor).is_dir():
            problems.append(f"[ledger] anchors: {anchor}: there is no such folder")
        for file in sorted(Path(anchor).glob(PATTERN)):
            try:
                heads.append(head_of(json.loads(file.read_text(encoding="utf-8"))))
            except (OSError, ValueError):
                problems.append(f"[ledger] anchors: {file}: cannot be read as a head")
    return tuple(heads), problems


def name_of(head: TreeHead) -> str:
    """The name of a head's file: no other head has it."""
    return f"callqa-head-{head.size:010d}-{head.root[:8]}.json"


def _write_file(file: Path, content: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
    except FileExistsError:
        return
    except OSError as error:
        raise AnchorError(f"{file}: cannot be written ({error.strerror})") from error
