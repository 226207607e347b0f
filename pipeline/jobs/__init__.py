"""One thing done to the store for a command, a page or the nightly run."""
