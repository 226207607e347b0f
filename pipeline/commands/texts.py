"""The command that takes in finished transcripts and chats."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from pipeline.call import check_conversation, names_of
from pipeline.commands.language import listed, say, say_note, told, told_failure, tr
from pipeline.commands.options import OK, SOME_FAILED, actor, now, of_site, open_jsonl
from pipeline.commands.progress import progress
from pipeline.errors import CallqaError
from pipeline.imports import TEXT_SUFFIXES, Conversation, read_text_file
from pipeline.jobs import JudgingBasis, ResultSaver, load_basis
from pipeline.phrases import PhraseBook, load_meaning
from pipeline.privacy import mask_result
from pipeline.report import result_to_dict
from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.settings import Settings

MOST_SHOWN = 20
"""So many names that were not understood are printed, each with one of its files."""


@dataclass(slots=True)
class _Taken:
    """What an import has taken and left out."""

    count: int = 0
    failed: list[str] = field(default_factory=list)
    strangers: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sideless: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether all was read and understood."""
        return not (self.failed or self.strangers or self.faults or self.sideless)


@click.command("texts")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@of_site("db", "lexicons", as_settings=True)
@click.option(
    "--jsonl",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write one result a line to this file, personal data masked.",
)
@click.option(
    "--strict", is_flag=True, help="Take nothing of a file with a line that cannot be read."
)
def import_texts(
    files: tuple[Path, ...], settings: Settings, jsonl: Path | None, strict: bool
) -> None:
    """Check finished transcripts and chat logs (JSON, CSV, XLSX, SRT, VTT, TXT) by the same rules;
    folders are searched. See docs/imports.md.

    A conversation that several agents led becomes one call for each agent's part. A line that
    cannot be read is listed, and the rest is taken. Exit code: 0 all read and understood, 1 some
    files or lines could not be read or some speakers' names were not understood (listed).

    Example: callqa import texts chats.csv exports/ --db callqa.db
    """
    taken = _Taken()
    paths = _files_in(files, taken)
    with ExitStack() as open_files:
        lines = open_files.enter_context(open_jsonl(jsonl)) if jsonl else None
        store = open_files.enter_context(Store.open(settings.site.database))
        basis = load_basis(settings, store)
        saver = ResultSaver.begin(store, basis, "import texts", actor=actor(), now=now)
        checker = _Checker(basis, PhraseBook.of(basis.lexicon.rules, load_meaning()), saver, lines)
        with progress(tr("scoring"), None) as shown:
            for file in paths:
                try:
                    for conversation in _conversations(file, settings, taken, strict=strict):
                        checker.take(conversation, taken)
                        shown.advance(name=file.name)
                except CallqaError as error:
                    taken.failed.append(str(error))
                    shown.advance(0, failed=1, name=file.name)
    _say(taken)
    sys.exit(OK if taken.is_whole else SOME_FAILED)


def _conversations(
    file: Path, settings: Settings, taken: _Taken, *, strict: bool
) -> tuple[Conversation, ...]:
    """The conversations of a file; its faults and notes are noted. ``strict``: none of a file with
    a fault."""
    found = read_text_file(file, names_of(settings))
    taken.faults += found.faults
    taken.notes += found.notes
    taken.silent += found.silent
    if not (found.faults and strict) and found.conversations:
        return found.conversations
    taken.failed.append(
        f"{file}: {len(found.faults)} lines or conversations cannot be read (listed); nothing of it was taken"
    )
    return ()


@dataclass(frozen=True, slots=True)
class _Checker:
    basis: JudgingBasis
    book: PhraseBook
    saver: ResultSaver
    lines: TextIO | None

    def take(self, conversation: Conversation, taken: _Taken) -> None:
        """Score and save one conversation."""
        basis = self.basis
        result = check_conversation(
            conversation, self.book, basis.lexicon, basis.sheets, basis.settings
        )
        self.saver.save(result)
        if self.lines:
            shown = result_to_dict(
                mask_result(result, kinds=basis.settings.privacy.hidden_from("commands"))
            )
            self.lines.write(json.dumps(shown, ensure_ascii=False) + "\n")
        taken.count += 1
        for name in conversation.strangers:
            taken.strangers.setdefault(name, conversation.path)
        roles = {utterance.role for utterance in result.utterances}
        if "unknown" in roles and "agent" not in roles and not conversation.strangers:
            taken.sideless.append(conversation.path)


def _files_in(paths: Iterable[Path], taken: _Taken) -> list[Path]:
    """Files as given, and those below folders, sorted, each once; other files of a folder are
    counted by their endings."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path)
            continue
        for file in _below(path, taken):
            if file.suffix.lower() in TEXT_SUFFIXES:
                found.setdefault(file)
            else:
                ending = file.suffix.lower() or tr("no suffix")
                taken.left_out[ending] = taken.left_out.get(ending, 0) + 1
    return list(found)


def _below(folder: Path, taken: _Taken) -> list[Path]:
    """The files below a folder, through links, hidden ones left out; no folder twice."""
    files: list[Path] = []
    seen: set[tuple[int, int]] = set()

    def unreadable(error: OSError) -> None:
        taken.failed.append(
            f"{error.filename}: cannot be read ({error.strerror}); check permissions"
        )

    for place, folders, names in os.walk(folder, onerror=unreadable, followlinks=True):
        here = Path(place).stat()
        if (here.st_dev, here.st_ino) in seen:
            folders.clear()
            continue
        seen.add((here.st_dev, here.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(place, name) for name in sorted(names) if not name.startswith(".")]
    return files


def _say(taken: _Taken) -> None:
    say(f"{taken.count} written conversations scored; {len(taken.failed)} files failed.")
    for note in taken.notes:
        say_note(note)
    if taken.left_out:
        say(f"files of folders that were not read: {_counted(taken.left_out)}", err=True)
    for reason in taken.failed:
        click.echo(told_failure(reason), err=True)
    _list(
        f"{len(taken.faults)} places cannot be read, the rest was imported:",
        taken.faults,
        most=None,
    )
    _list(f"in {len(taken.silent)} conversations nobody speaks; they are not scored:", taken.silent)
    _list(
        f"{len(taken.sideless)} conversations do not tell which side is the agent; they are not "
        "scored. Write the names or codes of the sides into [texts] of callqa.toml:",
        taken.sideless,
    )
    _list(
        f"{len(taken.strangers)} names of speakers are not understood; their words count as nobody's. "
        "Say in [texts] of callqa.toml who is agent, customer or system:",
        [f"{name[:60]}  ({path})" for name, path in taken.strangers.items()],
    )


def _list(heading: str, lines: Sequence[str], most: int | None = MOST_SHOWN) -> None:
    """Print a count and its lines to standard error; nothing where there are none."""
    if not lines:
        return
    say(heading, err=True)
    for line in lines[:most]:
        click.echo(f"  {tr(line)}", err=True)
    if most is not None and len(lines) > most:
        say(f"  and {len(lines) - most} others", err=True)


def _counted(left_out: Mapping[str, int]) -> str:
    return listed(told(f"{ending} {count} 个") for ending, count in sorted(left_out.items()))
