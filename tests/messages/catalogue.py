"""Write the catalogue of messages anew: texts of the program that it lacks are added, those that are
gone are taken out, and the form that is read at run time is made.

    python -m tests.messages.catalogue

A text without Chinese is listed, and the command ends with 1. Fill in its ``msgstr`` in the file, and
run the command again."""

from __future__ import annotations

import ast
import errno
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from pipeline.commands.language import EXAMPLE, paragraphs_of, use_language
from pipeline.commands.main import main
from pipeline.messages import DOMAIN, FOLDER
from tests.messages.extract import TOP, Source

FILE = FOLDER / "zh_CN" / "LC_MESSAGES" / f"{DOMAIN}.po"
SAME = re.compile(
    r"""callqa\ \w+(\ \w+)? | api\ \w+ | import\ texts | log-in\ failed | --engine\ dask
    | \[\w+\]\ \w+(\ =\ ("\w+"|\{0\}))?          # a setting
    | first\ 或\ last\ 其中一个 | of\ its\ call | calls\ \{0\}
    | \{0\}:\ \[recogniser\]\ (proxy|url) | the\ object
    | The\ \{0\},\ such\ as\ \{1\}\{2\}\. | ;\ left\ out:\ the\ last\ whole\ one  # whole in the help
    | .*（callqa\ [a-z ]+）：                        # Chinese already
    """,
    re.VERBOSE,
)
"""Texts that are the same in both languages: names of commands and settings, keys of the store."""
OF_DEVELOPERS = {
    "(dynamic)", "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Boolean option {decl!r} cannot use the same flag for true/false.", "Choice({choices})",
    "Could not determine name for option with declarations {decls!r}",
    "Invalid start character for option ({option})", "Name '{name}' defined twice",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead?"
    " Did you mean to pass '--{name}'?", "Unknown color {colour!r}",
    "Unknown standard stream '{name}'", "Windows error: {error}", "{editor}: Editing failed",
    "{editor}: Editing failed: {e}", "d", "Confirm the action without prompting.",
    "Do you want to continue?", "Press any key to continue...", "file", "path", "directory",
}  # fmt: skip
"""Texts of click that callqa's users never meet; its three kinds of path also name values."""
FAULTS_OF_SYSTEM = (
    errno.EACCES, errno.EBUSY, errno.ECONNREFUSED, errno.ECONNRESET, errno.EDQUOT, errno.EEXIST,
    errno.EFBIG, errno.EHOSTUNREACH, errno.EINVAL, errno.EIO, errno.EISDIR, errno.ELOOP,
    errno.EMFILE, errno.ENAMETOOLONG, errno.ENETUNREACH, errno.ENODEV, errno.ENOENT, errno.ENOSPC,
    errno.ENOTCONN, errno.ENOTDIR, errno.EPERM, errno.EROFS, errno.ESTALE, errno.ETIMEDOUT,
)  # fmt: skip
FAULTS_OF_LIBRARIES = (
    "invalid data found when processing input", "end of file",  # PyAV, of what is no recording
    "attempt to write a readonly database", "database disk image is malformed",
    "database is locked", "database or disk is full", "disk I/O error", "file is not a database",
    "unable to open database file",  # SQLite
    "block sequence entries are not allowed in this context", "could not find expected ':'",
    "did not find expected ',' or ']'", "did not find expected ',' or '}'",
    "did not find expected '-' indicator", "did not find expected key",
    "did not find expected node content", "found a tab character that violates indentation",
    "found character that cannot start any token", "found duplicate anchor",
    "found undefined alias", "found unexpected end of stream", "found unknown escape character",
    "mapping values are not allowed in this context", "second occurrence",
    "did not find expected comment or line break", "but found another document",  # libyaml
    "bad character range {0} at position {1}", "bad escape (end of pattern) at position {0}",
    "bad escape {0} at position {1}", "look-behind requires fixed-width pattern",
    "missing ), unterminated subpattern at position {0}", "multiple repeat at position {0}",
    "nothing to repeat at position {0}", "unbalanced parenthesis at position {0}",
    "unterminated character set at position {0}",  # re
    "Expecting ',' delimiter", "Expecting ':' delimiter", "Expecting value", "Extra data",
    "Expecting property name enclosed in double quotes", "Unterminated string starting at",  # json
    "Cannot declare {0} twice", "Cannot overwrite a value", "Duplicate inline table key {0}",
    "Expected '=' after a key in a key/value pair", "Illegal character {0}", "Invalid value",
    "Expected ']' at the end of a table declaration", "Found invalid character {0}",
    "Expected newline or end of document after a statement", "Invalid statement",
    "Invalid initial character for a key part", "Unclosed array", "Unterminated string",
    "Unescaped '\\' in a string", "at line {0}, column {1}", "at end of document",
)  # fmt: skip
"""The commonest faults of files by PyAV, SQLite, libyaml, re, json and tomllib, in this order."""

HEADER = "# What callqa says, in Chinese. CONTRIBUTING.md says how a text is added."
NOISE = re.compile(rb'"(POT-|PO-|Generated|Project|Report|Last|Language-Team)|#, python-')
"""Lines of the form that would change without a text, or say nothing."""

MessageId: TypeAlias = str | tuple[str, str]


def texts() -> dict[MessageId, set[str]]:
    """Every text that needs Chinese, and the files that it comes from."""
    use_language("en")  # else the help would be in the language of the command before
    found: dict[MessageId, set[str]] = defaultdict(set)
    for text, files in Source(sorted((TOP / "pipeline").rglob("*.py"))).texts().items():
        if not SAME.fullmatch(text):
            found[text] |= files
    for text in _texts_of_help(main):
        found[text].add("help")
    for message in _texts_of_click():
        found[message].add("click")
    for number in FAULTS_OF_SYSTEM:
        found[os.strerror(number)].add("system")
    for text in FAULTS_OF_LIBRARIES:
        found[text].add("libraries")
    return found


def _texts_of_help(command: click.Command) -> Iterator[str]:
    """Help of a command, its options and all commands below it; examples stay as they are."""
    yield from (one for one in paragraphs_of(command) if not one.startswith(EXAMPLE))
    for option in command.params:
        if isinstance(option, click.Option):
            yield from filter(None, [option.help])
            yield from [option.show_default] if isinstance(option.show_default, str) else []
    if isinstance(command, click.Group):
        yield command.subcommand_metavar
        context = click.Context(command)
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            assert below is not None
            yield from _texts_of_help(below)
    yield from filter(None, [command.options_metavar])
    yield EXAMPLE


def _texts_of_click() -> Iterator[MessageId]:
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        if path.stem in ("shell_completion", "_winconsole"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            said = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            if node.func.id == "_" and said and said[0] not in OF_DEVELOPERS:
                yield said[0]
            elif node.func.id == "ngettext":
                yield said[0], said[1]


def read_catalogue() -> Catalog:
    """The catalogue as it is, empty before there is one."""
    if not FILE.exists():
        return Catalog(locale="zh_CN", domain=DOMAIN)
    with FILE.open("rb") as file:
        return read_po(file, locale="zh_CN", domain=DOMAIN)


def lacking(catalogue: Catalog, wanted: dict[MessageId, set[str]]) -> list[MessageId]:
    """The texts without Chinese."""

    def has(one: MessageId) -> bool:
        message = catalogue.get(one if isinstance(one, str) else one[0])
        return message is not None and bool(message.string) and all(message.string)

    return [one for one in wanted if not has(one)]


def renewed(catalogue: Catalog, wanted: dict[MessageId, set[str]]) -> Catalog:
    """The catalogue with these texts and no others, each with what it had."""
    made = Catalog(locale="zh_CN", header_comment=HEADER, fuzzy=False)
    for one in sorted(wanted, key=str):
        before = catalogue.get(one if isinstance(one, str) else one[0])
        made.add(
            one,
            before.string if before else None,
            locations=[(file, 1) for file in sorted(wanted[one])],
        )
    return made


def as_po(catalogue: Catalog) -> bytes:
    """The form that people write."""
    made = BytesIO()
    write_po(made, catalogue, width=100, include_lineno=False, sort_output=True)
    lines = made.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not NOISE.match(line))


def as_mo(catalogue: Catalog) -> bytes:
    """The form that is read at run time."""
    made = BytesIO()
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # any
    write_mo(made, catalogue)
    return made.getvalue()


def places(message: Message) -> tuple[set[str], set[str]]:
    """The numbered places of a text, and those of its Chinese."""
    found = re.compile(r"\{\d+\}")
    return set(found.findall(str(message.id))), set(found.findall(str(message.string)))


def write_all() -> int:
    wanted = texts()
    made = renewed(read_catalogue(), wanted)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(as_po(made))
    with FILE.open("rb") as file:  # so that the two are of one text
        FILE.with_suffix(".mo").write_bytes(as_mo(read_po(file, locale="zh_CN")))
    missing = lacking(made, wanted)
    for one in missing:
        print(f"{FILE.relative_to(TOP)}: no Chinese for {one!r}")
    print(f"{len(wanted)} texts, {len(missing)} without Chinese")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(write_all())
