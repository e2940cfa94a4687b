"""Swaps names for others of their kind, the same ones in all that a row says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from rowsmith.content import entities
from rowsmith.core.errors import Invalid
from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import Part
from rowsmith.core.step import InputPaths
from rowsmith.steps.earlier import missing
from rowsmith.steps.rewriting import Changing
from rowsmith.steps.wording import loose

Kind = Literal["female", "male", "surname", "city", "country", "organisation"]
Form = tuple[str, tuple[str, ...], int]
"""Kind, all forms of the name, and which of them it is."""


@dataclass(frozen=True, slots=True)
class _Names:
    of: Mapping[str, Sequence[tuple[str, ...]]]
    forms: Mapping[str, Form]
    pattern: re.Pattern[str]


class SwapEntities(Changing):
    """Swaps the names that it knows for others of their kind, which the row does not have: the same one in every turn and in the answer, forms that
    go together (Norway, Norwegian) together, and no two for one. What is drawn the row's id decides.

    Names of people, cities, countries and made-up organisations ship; `names` brings your own, a YAML file of kinds and their names:
    {product: [Alto, Brio], country: [[Norway, Norwegian]]}, which are added. Names are found as they are written there. `origin.swapped` says what
    became of each, `origin.rewritten` keeps what was there. A row that names nothing of it is dropped (`unchanged`). What is true of one place may be
    false of another: let a model look at the outcome (`score.question`).

    Source: mention replacement of Dai and Adel, "An Analysis of Simple Data Augmentation for Named Entity Recognition", arXiv 2010.11683.
    """

    within: list[str] = Field([], description="Texts in which names are swapped: columns, paths or parts. Default: all but labels.")
    kinds: list[Kind] = Field(
        ["female", "male", "surname", "city", "country", "organisation"], description="Kinds that ship; [] for those of `names` alone."
    )
    names: InputPaths = Field([], description="File with names of your own, by kind.")
    seed: int = Field(42, description="Another seed, other names.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with other names."""
        names, parts = self._names(ctx), self.chosen(row)
        swapped = self._swapped(row.id, names, [part.text for part in parts])
        if not swapped:
            yield Drop("unchanged", "The row names nothing that could be swapped.")
            return
        said = {part.path: names.pattern.sub(lambda found: swapped.get(found[0], found[0]), part.text) for part in parts}
        done = self.put(row, {part.path: said[part.path] for part in parts if said[part.path] != part.text})
        yield replace(done, origin={**done.origin, "swapped": swapped})

    def meant(self, part: Part) -> bool:
        """All but labels where nothing is named."""
        return super().meant(part) if self.within else part.role != "label"

    def check(self) -> list[str]:
        """A file that is not there, and nothing that could be swapped."""
        nothing = [] if self.kinds or self.names else ["No names are given: name `kinds` that ship, or a file with `names`."]
        return super().check() + missing(self.names) + nothing

    def _swapped(self, row: str, names: _Names, texts: Sequence[str]) -> dict[str, str]:
        """What becomes of each form that the texts have."""
        found = list(dict.fromkeys(match[0] for text in texts for match in names.pattern.finditer(text)))
        there = {word[0] for text in texts for word in loose(text)} | set(found)
        taken: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        for form in found:
            kind, forms, _ = names.forms[form]
            free = [other for other in names.of[kind] if not there & set(other) and other not in taken.values()]
            if (kind, forms) not in taken and free:
                taken[kind, forms] = min(free, key=lambda other: share(row, f"entity {self.seed} {form} {other[0]}"))
        swapped = {}
        for form in found:
            kind, forms, place = names.forms[form]
            if other := taken.get((kind, forms)):
                swapped[form] = other[min(place, len(other) - 1)]
        return swapped

    def _names(self, ctx: Context) -> _Names:
        shipped: dict[str, list[Any]] = {kind: entities()[kind] for kind in self.kinds}
        if not self.names:
            return self._read.setdefault("", _read(shipped))
        key = str(ctx.scratch)
        if key not in self._read:
            self._read.clear()
            self._read[key] = _read(_added(shipped, [_own(ctx.input(path).path) for path in ctx.paths(self.names)]))
        return self._read[key]

    @cached_property
    def _read(self) -> dict[str, _Names]:
        """The names, as the run at hand has pinned them."""
        return {}


def _own(path: Any) -> dict[str, list[Any]]:
    from yaml import YAMLError, safe_load

    try:
        found = safe_load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"The names in {path.name} cannot be read: {error}.", "Write YAML: {product: [Alto, Brio]}.") from None
    if not isinstance(found, dict) or not all(isinstance(names, list) and len(names) > 1 for names in found.values()):
        raise Invalid(f"{path.name} is no mapping of kinds, each with a list of two names or more.", "Write {product: [Alto, Brio]}.")
    return found


def _added(shipped: Mapping[str, Sequence[Any]], own: Sequence[Mapping[str, Sequence[Any]]]) -> dict[str, list[Any]]:
    kinds = dict.fromkeys([*shipped, *(kind for one in own for kind in one)])
    return {kind: [*shipped.get(kind, ()), *(name for one in own for name in one.get(kind, ()))] for kind in kinds}


def _read(kinds: Mapping[str, Sequence[Any]]) -> _Names:
    of = {kind: [tuple(map(str, name)) if isinstance(name, list) else (str(name),) for name in names] for kind, names in kinds.items()}
    forms = {form: (kind, name, at) for kind, names in of.items() for name in names for at, form in enumerate(name)}
    longest = sorted(forms, key=lambda form: (-len(form), form))
    return _Names(of, forms, re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"))
