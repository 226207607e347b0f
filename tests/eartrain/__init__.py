"""Tests of the room that trains the second ear."""
