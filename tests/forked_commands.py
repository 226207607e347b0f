"""Runs commands one after the other, each in a process of its own that is forked after the imports,
which take longer than most commands.

python -m tests.forked_commands < '[["folder", "import", "texts", "chat.json"]]'

Each entry: the folder to run in, then the arguments. Ends with 1 at the first command that fails."""

from __future__ import annotations

import json
import os
import sys

import pipeline.commands.report
import pipeline.commands.texts  # noqa: F401 - loaded before the forks
from pipeline.commands.main import main


def run(folder: str, arguments: list[str]) -> int:
    """The exit code of one command."""
    process = os.fork()
    if not process:
        os.chdir(folder)
        main(arguments)  # ends the process
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


if __name__ == "__main__":
    for folder, *arguments in json.load(sys.stdin):
        if code := run(folder, arguments):
            sys.exit(f"{arguments} ended with {code}")
