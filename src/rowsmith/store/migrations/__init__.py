"""The history of the schema, one file per step in `versions/`. `HEAD` names the newest, so that opening a home needs no Alembic."""

from __future__ import annotations

HEAD = "0160"
