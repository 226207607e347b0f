"""Anchors: heads of the ledger in folders that the site names, best on another machine."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.store import TreeHead, head_of

if TYPE_CHECKING:
    from collections.abc import Iterable

PATTERN = "callqa-head-*.json"


def write_anchors(head: TreeHead, folders: Iterable[str]) -> list[str]:
    """Put a head into each folder, as a file of its own that is never written again. Returns what
    went wrong, which ends nothing."""
    content = json.dumps(asdict(head)) + "\n"
    problems: list[str] = []
    for folder in folders:
        file = Path(folder) / f"callqa-head-{head.size:010d}-{head.root[:8]}.json"
        try:
            with file.open("x", encoding="utf-8") as written:
                written.write(content)
                written.flush()
                os.fsync(written.fileno())
        except FileExistsError:
            continue
        except OSError as error:
            problems.append(f"[ledger] anchors: {file}: cannot be written ({error.strerror})")
    return problems


def read_anchors(folders: Iterable[str]) -> tuple[tuple[TreeHead, ...], list[str]]:
    """The heads in all folders, and what cannot be read: a folder that is gone proves nothing."""
    heads: list[TreeHead] = []
    problems: list[str] = []
    for folder in folders:
        if not Path(folder).is_dir():
            problems.append(f"[ledger] anchors: {folder}: there is no such folder")
        for file in sorted(Path(folder).glob(PATTERN)):
            try:
                heads.append(head_of(json.loads(file.read_text(encoding="utf-8"))))
            except (OSError, ValueError):
                problems.append(f"[ledger] anchors: {file}: cannot be read as a head")
    return tuple(heads), problems
