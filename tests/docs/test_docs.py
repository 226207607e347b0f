"""Everything that the docs name is there: commands, options, files, links, rooms, settings."""

from __future__ import annotations

import re
import shlex
import textwrap
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pytest

from pipeline.commands.main import main
from pipeline.settings import LiveSettings, load_settings, parse_settings
from tests.docs.pages import PAGES, TOP, Page, read_page, width_of

WIDEST = 100
OTHERS = frozenset({"--memory-limit", "--help", "--version"})
"""Options that pages name by themselves and that belong to other programs, or to every command."""
CALL = re.compile(
    r"(?:^|[\s(])(?:\.venv/bin/callqa|callqa|python cli\.py)((?: [^\n#|;；]*)?)(?=$|[#|;；])"
)
BENCH = re.compile(r"python -m bench\.([a-z_.]+)([^#|]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
PLACE = re.compile(
    r"(?<![\w/.-])((?:pipeline|bench|tests|lexicons|models|deploy|docs|examples)/[\w./*-]*[\w*/])"
)


@pytest.fixture(params=PAGES, ids=lambda path: str(path.relative_to(TOP)))
def page(request: pytest.FixtureRequest) -> Page:
    return read_page(request.param)


def test_every_command_and_option_is_there(page: Page):
    wrong = [
        f"{line}: {complaint}"
        for line in page.code
        for call in CALL.findall(line)
        if (complaint := complaint_of(call))
    ]

    assert wrong == []


def test_every_option_that_stands_alone_belongs_to_a_command(page: Page):
    named = {line.split()[0] for line in page.code if OPTION.match(line)}

    assert named - options_of(main) - OTHERS == set()


def test_every_measurement_and_its_options_are_there(page: Page):
    wrong = []
    for line in page.code:
        for module, rest in BENCH.findall(line):
            file = TOP / "bench" / f"{module.rstrip('.').replace('.', '/')}.py"
            source = file.read_text(encoding="utf-8") if file.exists() else ""
            missing = [option for option in OPTION.findall(rest) if f'"{option}"' not in source]
            wrong += [line] if not source or set(missing) - OTHERS else []

    assert wrong == []


def test_every_link_leads_to_a_file(page: Page):
    links = LINK.findall(page.path.read_text(encoding="utf-8"))
    wrong = [
        link
        for link in links
        if not link.startswith(("http:", "https:")) and not (page.path.parent / link).exists()
    ]

    assert wrong == []


def test_every_path_is_there(page: Page):
    wrong = [
        path
        for path in PLACE.findall(page.path.read_text(encoding="utf-8"))
        if not any(list(base.glob(path.rstrip("/"))) for base in (TOP, page.path.parent))
    ]

    assert wrong == []


def test_lines_of_prose_fit_a_screen(page: Page):
    wide = [(number, width_of(line)) for number, line in page.prose if width_of(line) > WIDEST]

    assert wide == []


def test_every_page_is_reached_from_the_readme():
    seen: set[Path] = set()
    ahead = [TOP / "README.md"]
    while ahead:
        path = ahead.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        links = LINK.findall(path.read_text(encoding="utf-8"))
        ahead += [(path.parent / link).resolve() for link in links if not link.startswith("http")]

    assert set(PAGES) - seen == set()


def test_the_picture_of_the_house_says_of_each_room_what_its_first_line_says():
    text = (TOP / "docs" / "design.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `pipeline/(\w+)/` \| (.*?) \|", text, re.MULTILINE))
    rooms = {
        path.parent.name: re.split(r'"""|\n', path.read_text(encoding="utf-8"))[1]
        for path in (TOP / "pipeline").glob("*/__init__.py")
    }

    assert told == {room: line.replace("``", "`") for room, line in rooms.items()}


def test_every_measurement_is_described():
    text = (TOP / "bench" / "README.md").read_text(encoding="utf-8")
    scripts = {
        str(path.relative_to(TOP).with_suffix("")).replace("/", ".")
        for path in (TOP / "bench").glob("*/*.py")
        if path.stem != "__init__"
    }

    assert {
        s for s in scripts if s not in text and f"{s.replace('.', '/')}.py" not in text
    } == set()


@pytest.mark.parametrize("name", ["settings", "nightly"])
def test_the_settings_shown_are_read(name: str, tmp_path: Path):
    text = (TOP / "docs" / f"{name}.md").read_text(encoding="utf-8")
    block = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0]
    (tmp_path / "callqa.toml").write_text(block, encoding="utf-8")

    load_settings(tmp_path / "callqa.toml")


def test_the_settings_of_calls_in_progress_are_shown_as_shipped():
    text = (TOP / "docs" / "settings.md").read_text(encoding="utf-8")
    block = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0]

    assert parse_settings(tomllib.loads(block), where="settings.md").live == LiveSettings()


@pytest.mark.parametrize("name", ["telephony", "siprec", "live"])
def test_the_settings_shown_of_servers_for_calls_are_read(name: str):
    text = (TOP / "docs" / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^    \[live[^\n]*\n(?:    [^\n]*\n|\n(?=    \[))*", text, re.MULTILINE)
    shown = tomllib.loads(textwrap.dedent("".join(blocks)))
    shown["live"].setdefault("recordings", "/srv/calls")

    tables = {key: value for key, value in shown["live"].items() if isinstance(value, dict)}
    parse_settings(shown, where=name)
    for table, keys in tables.items():
        known = {one.name for one in fields(getattr(LiveSettings(), table))}
        assert set(keys) == known, f"{name}.md leaves out keys of [live.{table}]"


@pytest.mark.parametrize(
    "call", [" scor a.wav", " score a.wav --dbb x.db", " report moon", " user add a --rol qa"]
)
def test_a_command_that_is_not_there_is_noticed(call: str):
    assert complaint_of(call) is not None


def complaint_of(call: str) -> str | None:
    """Why ``callqa`` would refuse these words, by its commands and options alone.

    >>> complaint_of(" score calls/ --db callqa.db") is None
    True
    >>> complaint_of(" user fly")
    'callqa user has no command fly'
    """
    words = words_of(call)
    command: click.Command = main
    path = ["callqa"]
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        word = words.pop(0)
        below = command.get_command(click.Context(command), word)
        if below is None:
            return None if word.isupper() else f"{' '.join(path)} has no command {word}"
        command, path = below, [*path, word]
    known = {option for parameter in command.params for option in parameter.opts}
    wrong = [word for word in words if OPTION.fullmatch(word) and word not in known | OTHERS]
    return f"{' '.join(path)} has no option {wrong[0]}" if wrong else None


def words_of(call: str) -> list[str]:
    """The words of a command line; a mark of punctuation behind the last one is no part of it."""
    try:
        return shlex.split(call.rstrip(" ;,.:"))
    except ValueError:
        return call.split()


def options_of(command: click.Command) -> set[str]:
    """The options of a command and of all below it."""
    own = {option for parameter in command.params for option in parameter.opts}
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            own |= options_of(below)
    return own
