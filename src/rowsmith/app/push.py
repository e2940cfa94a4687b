"""Pushing: a dataset goes to a place elsewhere, which is named by its kind and its name there, as `hf:owner/name`.

A further kind of place is one more module with `OPTIONS`, the names of the options that mean something there, and
`push(datasets, spoken, place, heard, **options)`, which returns something with `dump()` and `told()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from rowsmith.core.errors import Invalid, choose

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

PLACES = {"hf": "rowsmith.app.push_hub"}
"""Kind of place -> its module."""


class Done(Protocol):
    """What came of a push."""

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        ...

    def told(self) -> list[str]:
        """In words, a line each."""
        ...


def push(datasets: Datasets, spoken: str, place: str, options: Mapping[str, Any], heard: Callable[[str], None]) -> Done:
    """Send the version that `spoken` means to a place; `heard` hears how far it is. Options that are None are left to their defaults.

    Raises:
        NotFound: no such dataset. Invalid: the place is of no kind that is known, or an option means nothing there; and what its module raises.
    """
    kind, colon, _ = place.partition(":")
    if kind not in PLACES or not colon:
        kinds = [f"{name}:" for name in PLACES]
        raise Invalid(f"{place!r} is no place to push to.", f"{choose(f'{kind}:', kinds)} Write it like hf:owner/name.")
    module = import_module(PLACES[kind])
    given = {name: value for name, value in options.items() if value is not None and value is not False}
    if strange := [name for name in given if name not in module.OPTIONS]:
        raise Invalid(f"--{strange[0].replace('_', '-')} means nothing for {kind}:.", "Leave it out.")
    done: Done = module.push(datasets, spoken, place, heard, **given)
    return done
