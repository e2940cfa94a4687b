"""Who reads what we write, and what they do to it without an error. `Check` looks at records for one consumer; the rules are pure.

_rule.py            what a rule is
_check.py           the rules at work on one file
_trl.py, _trl_vision.py, _llama_factory.py, _trainers.py, _hosted.py, _evaluation.py, _tables.py    the consumers with their rules
"""

from __future__ import annotations

from collections.abc import Iterator

from rowsmith.core.errors import NotFound, choose
from rowsmith.formats._consumers import _evaluation, _hosted, _llama_factory, _tables, _trainers, _trl, _trl_vision
from rowsmith.formats._consumers._check import BROKEN, TEMPLATE, Check, Checked, Finding
from rowsmith.formats._consumers._rule import FAILING, Consumer, Rule, Setting

__all__ = ["FAILING", "Check", "Checked", "Consumer", "Finding", "Rule", "Setting", "consumer", "consumers", "rules"]
_MODULES = (_trl, _trl_vision, _trainers, _llama_factory, _hosted, _evaluation, _tables)


def consumers() -> dict[str, Consumer]:
    """All of them, by name."""
    return {one.name: one for module in _MODULES for one in module.CONSUMERS}


def consumer(name: str) -> Consumer:
    """The consumer of this name.

    Raises:
        NotFound: there is none; the fix lists those there are.
    """
    found = consumers()
    if name not in found:
        raise NotFound(f"No consumer is called {name!r}.", choose(name, list(found)))
    return found[name]


def rules() -> Iterator[tuple[Rule, list[str]]]:
    """Every rule, by code, with the names of its consumers."""
    every = {id(rule): rule for one in consumers().values() for rule in one.rules} | {id(rule): rule for rule in (BROKEN, TEMPLATE)}
    order = {"lost": 0, "stops": 1, "altered": 2, "noted": 3}
    for rule in sorted(every.values(), key=lambda one: (not one.code.startswith("L"), one.code, order[one.effect])):
        yield rule, [name for name, one in consumers().items() if rule in one.rules]
