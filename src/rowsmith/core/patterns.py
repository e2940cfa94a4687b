"""Regular expressions that people write: those of rules, kinds of personal data and JSON Schemas. None can hang.

A backtracking engine may need longer than the world lasts for `(a+)+$` and thirty letters. These patterns are searched with a limit on the time of
the processor; one that has once reached it is refused from then on, so that a hundred thousand rows do not each wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from rowsmith.core.errors import Invalid

LIMIT_S = 0.5
"""Most seconds of the processor that one search may take."""
FIX = "Write it so that each text can match in one way only: `(a+)+` is `a+`, and `.*` stands once."


class TooSlow(Invalid):
    """A pattern that takes too long. `pattern` is how it was written."""

    def __init__(self, pattern: str) -> None:
        shown = pattern if len(pattern) <= 120 else f"{pattern[:120]}..."
        super().__init__(f"The pattern {shown!r} takes longer than {LIMIT_S:g} s on one text.", FIX)
        self.pattern = pattern


class Pattern:
    """One regular expression, in the syntax of Python's re.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, text: str, *, fold: bool = False) -> None:
        import warnings

        import regex

        self.text, self._slow = text, False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a later version may read otherwise is no concern of who runs a gate
            try:
                self._regex = regex.compile(text, regex.IGNORECASE if fold else 0)
            except (regex.error, OverflowError, RecursionError) as error:
                raise ValueError(str(error)) from None

    def search(self, text: str) -> bool:
        """Whether it is found in a text.

        Raises:
            TooSlow: it takes too long to say.
        """
        return self._within(self._regex.search, text) is not None

    def fullmatch(self, text: str) -> bool:
        """Whether a text is what it says from end to end.

        Raises: as `search`.
        """
        return self._within(self._regex.fullmatch, text) is not None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it is found in a text.

        Raises: as `search`.
        """
        yield from self._within(lambda said, timeout: [found.span() for found in self._regex.finditer(said, timeout=timeout)], text)

    def _within(self, look: Any, text: str) -> Any:
        if self._slow:
            raise TooSlow(self.text)
        try:
            return look(text, timeout=LIMIT_S)
        except TimeoutError:
            self._slow = True
            raise TooSlow(self.text) from None


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """The pattern of a text, read once.

    Raises: as Pattern.
    """
    return Pattern(text)


@cache
def validator(draft: Any) -> Any:
    """A class of validators of jsonschema whose patterns are these."""
    from jsonschema import validators

    extended: Any = validators.extend
    return extended(draft, {"pattern": _pattern, "patternProperties": _named, "additionalProperties": _others})


def _pattern(_: Any, wanted: str, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not pattern(wanted).search(instance):
        yield ValidationError(f"{instance!r} does not match {wanted!r}")


def _named(known: Any, wanted: dict[str, Any], instance: Any, schema: Any) -> Iterator[Any]:
    for said, inner in wanted.items() if isinstance(instance, dict) else ():
        for name, value in instance.items():
            if pattern(said).search(name):
                yield from known.descend(value, inner, path=name, schema_path=said)


def _others(known: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not isinstance(instance, dict):
        return
    extras = unnamed(instance, schema)
    if isinstance(wanted, dict):
        for name in extras:
            yield from known.descend(instance[name], wanted, path=name)
    elif not wanted and extras:
        yield ValidationError(f"Additional properties are not allowed: {', '.join(map(repr, extras))}")


def unnamed(instance: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The keys that neither `properties` nor `patternProperties` of a schema name."""
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [name for name in instance if name not in named and not any(pattern(said).search(name) for said in patterns)]
