"""callqa's commands. A known error is one line on stderr and an exit code."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from typing import Any

import click

from pipeline import __version__
from pipeline.errors import CallqaError

WRONG_USE = 2

COMMANDS: Mapping[str, str] = {
    "score": "score:score",
    "show": "show:show",
    "search": "data:search",
    "report": "report:report",
    "sample": "data:sample",
    "import": "data:import_",
    "rescore": "rescore:rescore",
    "runs": "rescore:runs",
    "diff": "rescore:diff",
    "simulate": "rescore:simulate",
    "lexicon": "lexicon:lexicon",
    "tone": "tone:tone",
    "verify": "data:verify",
    "serve": "serve:serve",
    "user": "user:user",
    "nightly": "nightly:nightly",
    "watch": "nightly:watch",
    "status": "nightly:status",
    "quarantine": "nightly:quarantine",
    "doctor": "show:doctor",
    "models": "show:models",
}
"""Where each command is below ``pipeline.commands``: loaded when it is called, since models and statistics take
seconds to load that a search does not need."""


class Callqa(click.Group):
    """Loads commands as they are needed, and turns known errors into one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(f"pipeline.commands.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CallqaError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"callqa: {error}", err=True)
            ctx.exit(WRONG_USE)


@click.group(cls=Callqa, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="callqa")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """Check the quality of recorded service calls, offline.

    Example: callqa score recordings/ --db callqa.db --report out/
    """
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for loud in ("faster_whisper", "PIL", "jieba"):
        logging.getLogger(loud).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
