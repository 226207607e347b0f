"""What is measured once in a channel: series on disk, spectrum, pitch, crosstalk, level, sound events."""
