"""What runs unattended: what is new, the workers, the run itself, summary, metrics and event log."""
