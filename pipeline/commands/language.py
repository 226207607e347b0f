"""The language of help and messages: Chinese, or English where the user asks for it."""

from __future__ import annotations

import copy
import gettext
import inspect
import os
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import click

from pipeline.commands.help_text import HelpFormatter
from pipeline.messages import DOMAIN, FOLDER, in_chinese, in_english

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
OPTION = "--lang"
EXAMPLE = "Example: "
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first of these that is set has the user's language."""

NUMBERS = {"integer": "整数", "float": "数"}
"""What click calls the types of numbers."""

QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")

_used: Language = "en"


def choose_language(words: Sequence[str], environment: Mapping[str, str]) -> Language:
    """By ``--lang`` before the command, else by the locale: English where it is English. Cron jobs
    and containers have none, or ``C``: Chinese.

    >>> choose_language(["--lang", "en", "score"], {}), choose_language([], {"LANG": "en_GB.UTF-8"})
    ('en', 'en')
    >>> choose_language(["score", "--lang", "en"], {}), choose_language([], {"LANG": "C.UTF-8"})
    ('zh', 'zh')
    """
    for at, word in enumerate(words):
        name, _, value = word.partition("=")
        if not word.startswith("-"):
            break
        if name == OPTION:
            asked = value or "".join(words[at + 1 : at + 2])
            return "en" if asked == "en" else "zh"
    locale = next((environment[name] for name in LOCALE if environment.get(name)), "")
    return "en" if locale.lower().startswith("en") else "zh"


def use_language(language: Language) -> None:
    """From now on :func:`tr` and click speak this language."""
    global _used  # noqa: PLW0603 - click's own texts have one language a process, too
    _used = language
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN if language == "zh" else "messages")
    if language == "zh":
        os.environ["LANGUAGE"] = "zh_CN"  # click's gettext looks here


def tr(text: str) -> str:
    """A text of the program in the language of the user."""
    return in_chinese(text) if _used == "zh" else text


def click_words(text: str) -> str:
    """A message of click without what click writes in English or for programmers: its full stops,
    the signs of its lists, its names of numbers.

    >>> click_words("Missing argument 'PATHS...'.")
    "Missing argument 'PATHS...'."
    """
    if _used == "en":
        return text
    pieces = QUOTED.split(text)  # what stands in quotes is the user's
    return "".join(one if at % 2 else _in_wide_signs(one) for at, one in enumerate(pieces))


def _in_wide_signs(text: str) -> str:
    text = re.sub(r"(?<!\.)\.( |$)", "。", text).replace("。 ", "。")
    text = re.sub(r"(integer|float)( range)?(?=。)", lambda kind: NUMBERS[kind[1]], text)
    return re.sub(r",(\n?\s*)(?=\w|$)", lambda gap: gap[1] if "\n" in gap[1] else "、", text)


def listed(items: Iterable[str]) -> str:
    """Values one after the other, with the signs of the language."""
    return ("、" if _used == "zh" else ", ").join(items)


def named(value: str) -> str:
    """Who spoke, or which way a call went, in the language of the user."""
    return {
        "agent": tr("agent"), "customer": tr("customer"), "unknown": tr("unknown"),
        "system": tr("system"), "inbound": tr("inbound"), "outbound": tr("outbound"),
        "internal": tr("internal"),
    }[value]  # fmt: skip


def say(text: str, *, err: bool = False) -> None:
    """Print a text of the program."""
    click.echo(tr(text), err=err)


def say_note(text: str) -> None:
    """Print a remark that nobody asked for on standard error."""
    click.echo(f"{tr('note')}{tr(': ')}{told(tr(text))}", err=True)


def list_lines(heading: str, lines: Sequence[str]) -> None:
    """Print a count and its lines to standard error; nothing where there are none."""
    if lines:
        click.echo("\n".join((tr(heading), *map(tr, lines))), err=True)


def told(chinese: str) -> str:
    """What a room below writes in Chinese for pages and messages, in the language of the user."""
    return chinese if _used == "zh" else in_english(chinese)


def told_failure(reason: str) -> str:
    """The line of a piece of work that failed."""
    return f"{tr('failed')}{tr(': ')}{told(tr(reason))}"


class HelpContext(click.Context):
    formatter_class = HelpFormatter

    def make_formatter(self) -> click.HelpFormatter:
        if _used == "zh":
            return super().make_formatter()
        return click.HelpFormatter(width=self.terminal_width, max_width=self.max_content_width)


def in_language(command: click.Command) -> Any:
    """A command and all below it with their help in the language of the user, each with its first
    paragraph as a whole line in the list of its group. The command itself stays as it is."""
    made = copy.copy(command)
    paragraphs = paragraphs_of(command)
    made.help = "\n\n".join(map(_paragraph, paragraphs))
    made.short_help = tr(paragraphs[0]) if paragraphs else None
    made.params = [_option(one) for one in command.params]
    made.context_class = HelpContext
    if command.options_metavar:
        made.options_metavar = tr(command.options_metavar)
    if isinstance(made, click.Group):
        made.subcommand_metavar = tr(made.subcommand_metavar)
        made.commands = {name: in_language(below) for name, below in made.commands.items()}
    return made


def paragraphs_of(command: click.Command) -> list[str]:
    """The paragraphs of a command's help, each in one line."""
    whole = inspect.cleandoc(command.help or "")
    return [" ".join(one.split()) for one in whole.split("\n\n") if one.strip()]


def _paragraph(text: str) -> str:
    """A paragraph in the language of the user; an example keeps its words."""
    example = text.removeprefix(EXAMPLE)
    return tr(text) if example == text else tr(EXAMPLE) + example


def _option(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option):
        return parameter
    made = copy.copy(parameter)
    made.help = tr(parameter.help) if parameter.help else parameter.help
    if isinstance(parameter.show_default, str):
        made.show_default = tr(parameter.show_default)
    return made
