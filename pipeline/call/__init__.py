"""One call from its file to its result: check a recording, listen, measure, check a text, rescore. Pure but for reading its file."""
