"""``python cli.py``: callqa from a checkout. The commands are in ``pipeline/commands``."""

from pipeline.commands.main import main

if __name__ == "__main__":
    main()
