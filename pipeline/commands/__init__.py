"""Groups of commands; ``cli.py`` hangs them under ``callqa``."""
