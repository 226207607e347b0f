"""callqa's commands. A known error is one line on stderr and an exit code."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
from gettext import gettext
from typing import TYPE_CHECKING, Any

import click

from pipeline import __version__
from pipeline.commands.language import (
    LANGUAGES,
    OPTION,
    choose_language,
    click_words,
    in_language,
    told,
    tr,
    use_language,
)
from pipeline.commands.sigterm import ended_by_sigterm
from pipeline.errors import CallqaError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WRONG_USE = 2

INTERRUPTED = 130
"""As a shell gives it for a process that Ctrl+C ended."""

OBJECTS_A_COLLECTION = 10_000
"""New objects after which Python looks for circles among them. After 700, its own choice, this
takes 0.45 s of the month of 10,000 calls, and frees no more (our choice, docs/performance.md)."""

COMMANDS: Mapping[str, tuple[str, str]] = {
    "score": (
        "score:score",
        "Transcribe, check and score recordings: files, or folders with all below them.",
    ),
    "show": ("show:show", "Show one call's score, with the reason for each point."),
    "search": (
        "search:search",
        "Find calls in which TEXT was said, the last first: any characters, one or more; punctuation does not count.",
    ),
    "report": (
        "report:report",
        "Write reports from the database: a day, week, month, quarter or year of the site, an agent's month, 四个一样, exports.",
    ),
    "promises": (
        "promises:promises",
        "What agents promised to customers, by when, and what became of it.",
    ),
    "sample": (
        "sample:sample",
        "Draw calls for people to listen to (抽查): so many of each agent, by queue, hour and score; recorded in the ledger.",
    ),
    "import": (
        "imports:import_",
        "Take in what is known elsewhere: metadata and satisfaction, agents, events of the month, finished transcripts and chats.",
    ),
    "rescore": (
        "rescore:rescore",
        "Score stored calls again by the present sheets and lexicon, without hearing them again.",
    ),
    "runs": (
        "rescore:runs",
        "List the times that calls were scored, the last first: what callqa diff compares.",
    ),
    "diff": ("rescore:diff", "Show which calls' scores changed from OLD to NEW, and why."),
    "simulate": (
        "rescore:simulate",
        "Show how stored calls would be scored by SHEET, before it is put in force. Nothing is saved.",
    ),
    "lexicon": (
        "lexicon:lexicon",
        "Look after the lexicons: check, test, try a sentence, see how rules do.",
    ),
    "tone": (
        "tone:tone",
        "Tone of voice (语气): baselines of agents, reviewers' labels, training, report.",
    ),
    "ear": (
        "ear:ear",
        "The second ear, which finds phrases by sound: train its head for a speech model, measure it.",
    ),
    "verify": (
        "ledger:verify",
        "Check that nothing was altered or left out: the file, the ledger's chain and heads, and each row as it was saved.",
    ),
    "ledger": (
        "ledger:ledger",
        "The ledger's key, its signed heads, and proofs for people who have no database.",
    ),
    "backup": (
        "ledger:backup",
        "Copy the database to the file or into the folder TO, whole, also while a night writes.",
    ),
    "restore": (
        "ledger:restore_",
        "Put the backup FROM in the place of the database, after it was checked.",
    ),
    "db": (
        "db:db",
        "The database's key: make one, encrypt the database, change its key, see what is plain.",
    ),
    "erase": (
        "erase:erase",
        "Erase a customer: words, numbers, names of files, comments, sound, index.",
    ),
    "serve": ("serve:serve", "Serve the review pages on this machine, until Ctrl+C."),
    "user": (
        "user:user",
        "Accounts of the review pages: add, list, change and disable them, and give tokens to programs.",
    ),
    "nightly": (
        "nightly:nightly",
        "Score what is new in the folders of [nightly] in callqa.toml, write reports, draw samples, send one summary.",
    ),
    "watch": (
        "nightly:watch",
        "Score recordings as they arrive in the folders of [nightly], until it is told to stop (Ctrl-C, SIGTERM).",
    ),
    "live": (
        "live:live",
        "Judge conversations while they go on, until Ctrl+C: alarms, waits as they run, a score at the end.",
    ),
    "status": (
        "nightly:status",
        "Show what waits to be scored, how fast it goes, when it will be done, and what the last runs did.",
    ),
    "quarantine": (
        "quarantine:quarantine",
        "Recordings that could not be scored: list them, try them again, or leave them alone for good.",
    ),
    "doctor": (
        "show:doctor",
        "Check this machine with the site's model, lexicons and database; say what to do about each failure.",
    ),
    "models": (
        "show:models",
        "List the speech models that come with callqa, and where they are kept.",
    ),
}
"""Where each command is below ``pipeline.commands``, and its line in ``callqa --help``. A command
is loaded when it is called, since models and statistics take seconds to load that a search does not
need; a test holds the lines."""


class Callqa(click.Group):
    """Loads commands as they are needed, speaks the language of the user, and turns known errors
    into one line and exit code 2."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **named: Any) -> Any:
        gc.set_threshold(OBJECTS_A_COLLECTION)
        words = sys.argv[1:] if args is None else list(args)
        use_language(choose_language(words, os.environ))
        return click.Group.main(in_language(self), words, *others, **named)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(
            importlib.import_module(f"pipeline.commands.{module}"), name
        )
        return in_language(command)  # type: ignore[no-any-return]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, tr(help_line)) for name, (_, help_line) in COMMANDS.items()])

    def make_context(self, *args: Any, **named: Any) -> click.Context:
        try:
            return super().make_context(*args, **named)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise _in_own_words(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with ended_by_sigterm():
                return super().invoke(ctx)
        except CallqaError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"callqa: {told(tr(str(error)))}", err=True)
            ctx.exit(WRONG_USE)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise _in_own_words(error) from error
        except KeyboardInterrupt:
            click.echo(f"callqa: {tr('interrupted')}", err=True)
            ctx.exit(INTERRUPTED)


def _in_own_words(error: click.UsageError) -> click.UsageError:
    return click.UsageError(click_words(error.format_message()), error.ctx)


@click.group(cls=Callqa, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="callqa", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    OPTION,
    type=click.Choice(LANGUAGES),
    expose_value=False,
    help="Language (语言) of help and messages; else English where LANG is, else Chinese.",
)
def main(debug: bool) -> None:
    """Check the quality of recorded service calls, offline.

    Example: callqa score recordings/ --db callqa.db --report out/
    """
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    for loud in ("faster_whisper", "PIL", "jieba"):
        logging.getLogger(loud).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
