"""What stands in a draft for the parts that could not be read, so that the rest can still be checked. Their problems are told already."""

from __future__ import annotations

from rowsmith.core.models import Model
from rowsmith.core.step import Step


class Hole(Step):
    """Stands for a step; its name is known where it could be read."""

    @property
    def shape(self) -> str:
        """Not known."""
        return "unknown"


UNREAD = Model(model="unread/unread")
"""Stands for a model."""
