"""Pushing and pulling: a dataset goes to a place elsewhere, which is named by its kind and its name there, as `hf:owner/name`, and what comes of
it there is brought back.

A further kind of place is one more module with `OPTIONS`, the names of the options that mean something there, and
`push(datasets, spoken, place, heard, **options)`; `PULLED`, the options of its pull, and `pull(datasets, place, into, **options)`. Both return
something with `dump()` and `told()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from rowsmith.core.errors import Invalid

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

PLACES = {"hf": "rowsmith.app.push_hub", "argilla": "rowsmith.app.push_reviewers", "label-studio": "rowsmith.app.push_reviewers"}
"""Kind of place -> its module."""


class Done(Protocol):
    """What came of it."""

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
    module = _module(place)
    done: Done = module.push(datasets, spoken, place, heard, **_meant(place, options, module.OPTIONS))
    return done


def pull(datasets: Datasets, place: str, into: str, options: Mapping[str, Any]) -> Done:
    """Bring back what a place has: of a hub the very rows that a push wrote, of people who review what they said. Raises as `push`."""
    module = _module(place)
    done: Done = module.pull(datasets, place, into, **_meant(place, options, module.PULLED))
    return done


def _module(place: str) -> Any:
    kind, colon, _ = place.partition(":")
    if kind not in PLACES or not colon:
        kinds = ", ".join(f"{name}:" for name in PLACES)
        fix = f"Places begin with one of: {kinds}. Write it like hf:owner/name, argilla:WORKSPACE/NAME or label-studio:TITLE."
        raise Invalid(f"{place!r} is no place to push to or pull from.", fix)
    return import_module(PLACES[kind])


def _meant(place: str, options: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None and value is not False}
    if strange := [name for name in given if name not in known]:
        raise Invalid(f"--{strange[0].replace('_', '-')} means nothing for {place.partition(':')[0]}:.", "Leave it out.")
    return given
