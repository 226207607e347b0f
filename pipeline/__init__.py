"""callqa: quality checks of recorded service calls, from the recording to an explained score."""

__version__ = "0.1.0"
