"""Every command has a help with an example, and stands in the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline.commands.main import COMMANDS, main

TOP = Path(__file__).parents[2]
PAGES = "\n".join(
    page.read_text(encoding="utf-8")
    for page in (TOP / "README.md", *sorted((TOP / "docs").glob("*.md")))
)


def commands_below(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, each with the words that call it."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            assert below is not None
            yield from commands_below(below, f"{name} {word}")


EVERY = dict(commands_below(main, "callqa"))


def first_sentence(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())


def test_there_are_commands_and_subcommands():
    words = {name.count(" ") for name in EVERY}

    assert (len(EVERY) > 30, words) == (True, {0, 1, 2})
    assert {name.split()[1] for name in EVERY if " " in name} == set(COMMANDS)


@pytest.mark.parametrize("name", EVERY)
def test_its_help_ends_with_an_example_that_calls_it(name: str):
    example = (EVERY[name].help or "").rpartition("Example: ")[2]

    assert example.startswith(name)


@pytest.mark.parametrize("name", [name for name in EVERY if " " in name])
def test_it_stands_in_the_readme_or_in_docs(name: str):
    assert name in PAGES


@pytest.mark.parametrize("name", COMMANDS)
def test_its_line_in_the_whole_help_is_the_first_sentence_of_its_own(name: str):
    assert COMMANDS[name][1] == first_sentence(EVERY[f"callqa {name}"])


@pytest.mark.parametrize("name", EVERY)
def test_its_help_can_be_shown(name: str):
    shown = CliRunner().invoke(main, [*name.split()[1:], "--help"])

    assert shown.exit_code == 0
    assert (
        f"Usage: {'main' if name == 'callqa' else name.replace('callqa', 'main')}" in shown.output
    )
