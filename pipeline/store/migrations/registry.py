"""Where the migrations register."""

from __future__ import annotations

from sqlite_utils import Migrations

migrations = Migrations("callqa")
