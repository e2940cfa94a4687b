"""Under what the rows of a source may be used: said once at the source, carried by every row that comes of it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from rowsmith.core.step import Step


class Licensed(Step):
    """A source whose rows carry its licence and terms in their origin."""

    licence: str | None = Field(
        None, description="Licence of what is read, as its SPDX identifier, for example CC-BY-4.0; `own` for one's own work. Every row carries it.",
        min_length=1,
    )  # fmt: skip
    terms: str | None = Field(
        None, description="Further terms under which it was had, for example those of a site. Every row carries them.", min_length=1
    )  # fmt: skip

    def licensed(self, place: dict[str, Any]) -> dict[str, Any]:
        """The place in the source, with its licence and terms where they are known."""
        said = {"licence": self.licence, "terms": self.terms}
        return {**place, **{name: value for name, value in said.items() if value is not None}}
