"""Nouns and rules of people's work: review actions, appeals, users, queue, calibration. Pure."""
