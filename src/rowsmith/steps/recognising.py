"""What the steps for personal data share: kinds to look for, values to leave, kinds of your own; and how a value is shown without telling it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import Any, Literal

from pydantic import BaseModel, Field

from rowsmith.core.patterns import Pattern
from rowsmith.core.pii import KINDS, Found, disjoint, find
from rowsmith.core.row import Json
from rowsmith.core.said import Part, parts
from rowsmith.core.step import Column

Kind = Literal[
    "key", "email", "iban", "crypto", "codice_fiscale", "nir", "card", "dni", "nino", "ssn", "steuer_id", "pesel", "aadhaar", "cpf", "bsn", "mac",
    "ip", "dob", "passport", "phone",
]  # fmt: skip


class Recognising(BaseModel):
    """The settings of a step that recognises personal data."""

    kinds: list[Kind] = Field(list(KINDS), description="Kinds that are looked for. Default: all.")  # type: ignore[arg-type]
    own: dict[str, str] = Field(
        default_factory=dict, description="Kinds of yours: a name and a regular expression; they go before the others. {employee: 'E-\\d{6}'}"
    )
    skip: list[str] = Field([], description="Values that are left alone, such as your own addresses; * stands for anything: ['*@example.com'].")
    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are read. Default: all.")
    names: str = Field("", description="A spaCy model that finds names and places too, through Presidio (the extra `pii`); empty for none.")

    def found(self, data: dict[str, Json]) -> Iterator[tuple[Part, Found]]:
        """Each value in the texts of a row, with the text that holds it."""
        for part in parts(data, self.columns_):
            for one in self.found_in(part.text, part.path):
                yield part, one

    def found_in(self, text: str, path: str = "") -> list[Found]:
        """The same for one text; `path` is where it stands, whose last name is a word beside its numbers."""
        found = find(text, kinds=self.kinds, named=_name(path), own=self._own)
        if self.names:
            from rowsmith.steps.presidio import names_in

            found = disjoint([*found, *names_in(text, self.names)])
        return [one for one in found if not self._left(text[one.start : one.end])] if self.skip else found

    def problems(self) -> list[str]:
        """Own kinds that are no kinds, and names that nothing here can find."""
        said = [f"The kind {name!r} of `own` is one that is known; give yours another name." for name in self.own if name in KINDS]
        for name, pattern in self.own.items():
            try:
                Pattern(pattern)
            except ValueError as error:
                said.append(f"The regular expression of the kind {name!r} cannot be read: {error}.")
        if self.names:
            from rowsmith.steps.presidio import missing

            said += missing(self.names)
        return said

    def _left(self, value: str) -> bool:
        return any(pattern.match(value) for pattern in _skipped(tuple(self.skip)))

    @cached_property
    def _own(self) -> list[tuple[str, Pattern]]:
        return [(name, Pattern(pattern)) for name, pattern in self.own.items()]


def masked(kind: str, value: str) -> str:
    """A value of which nothing but a hint is left, for people who look at findings: `a…@e…`, `…1111`.

    >>> masked("card", "4111 1111 1111 1111")
    '…1111'
    """
    if kind == "email":
        name, _, domain = value.partition("@")
        return f"{name[:1]}…@{domain[:1]}…" if domain else f"{name[:1]}…"
    if kind in ("card", "iban", "phone"):
        return f"…{''.join(char for char in value if char.isalnum())[-4:]}" if kind != "phone" else f"…{value[-2:]}"
    return f"{value[:4]}…" if kind == "key" else f"{value[:1]}…"


@lru_cache(maxsize=64)
def _skipped(values: tuple[str, ...]) -> list[re.Pattern[str]]:
    return [re.compile(translate(value), re.IGNORECASE) for value in values]


def _name(path: str) -> str:
    """The column or key in which a text stands; a message's own keys say nothing of it."""
    names = [name for name in path.split(".") if not name.isdigit()]
    return names[-1] if names and names[-1] not in ("content", "text", "value") else ""


def counted(kinds: Collection[str]) -> dict[str, Any]:
    """How many of each kind, the most frequent first."""
    counts = {kind: sum(one == kind for one in kinds) for kind in dict.fromkeys(kinds)}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
