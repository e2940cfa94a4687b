"""Reading attributes as a recipe writes them (steps.variation), with everything that is wrong in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

from rowsmith.content import language_name
from rowsmith.core.errors import Invalid, choose
from rowsmith.steps.variation import Attribute, Attributes, Choices, Dependent, key_of, ordered, parents

BESIDE = ("scores", "origin", "id")
"""Names that no column can have: rows have something else of that name."""
MOST_NUMBERS = 100_000
SLACK = 1e-6
"""How far from 100 the sum of weights in percent may be."""
WAYS = (
    "a list [a, b]; weights {a: 3, b: 1}; {range: [1, 10]}; {languages: [de, fr]}; {names: {a: what it is}}; {by: OTHER, values: {...}}; "
    "{file: PATH}; {dataset: NAME}"
)
ELSEWHERE = ("file", "dataset")
"""What an attribute's values are taken from that do not stand in the recipe."""
Found = Callable[[Mapping[str, Any]], Choices]
"""Gives the values that stand elsewhere."""


Said = Mapping[str, Any]
"""Attributes as a recipe writes them."""


def read_attributes(said: Said, elsewhere: Found | None = None, *, override: Sequence[Said] = (), percent: bool = False) -> Attributes:
    """The attributes that a recipe writes. Values that stand elsewhere are taken to be one that nothing is known of, unless they are given.
    `override`: attributes in place of those of the same name; `percent`: weights have to sum to 100.

    Raises:
        Invalid: with everything that is wrong with them.
    """
    found, problems = _read(said, elsewhere, override, percent)
    if problems:
        raise Invalid(" ".join(problems), "See rowsmith steps generate.variants.")
    return Attributes(found)


def attribute_problems(said: Said, override: Sequence[Said] = (), *, percent: bool = False) -> list[str]:
    """What is wrong with the attributes that a recipe writes, each by itself."""
    return _read(said, None, override, percent)[1]


def _read(said: Said, elsewhere: Found | None, override: Sequence[Said], percent: bool) -> tuple[dict[str, Attribute], list[str]]:
    reading = _Reading(elsewhere, percent)
    instead = {name: one for each in override for name, one in each.items() if one not in ([], {})}
    for name, one in instead.items():
        if name not in said:
            reading.problems.append(f"override has {name!r}, and there is no attribute of that name. {choose(name, list(said))}")
        elif is_elsewhere(one):
            reading.problems.append(f"override takes {name!r} from elsewhere. Write its values in place, or in `values`.")
        elif odd := _unnamed(said[name], one):
            near = choose(odd, list(said[name]["names"]))
            reading.problems.append(f"override gives {name!r} the value {odd!r}, which is none of its names. {near}")
    found = {name: reading.attribute(name, one) for name, one in {**said, **instead}.items()}
    return found, reading.problems or [*_names(found), *_dependences(found, instead)]


def _unnamed(said: Any, instead: Any) -> str:
    """The first value of an attribute in place of `{names: ...}` that is none of these; empty where there is none."""
    if not isinstance(said, Mapping) or not isinstance(names := said.get("names"), Mapping | list) or not isinstance(instead, Mapping | list):
        return ""
    return next((str(value) for value in instead if value not in names), "")


def as_choices(name: str, values: Sequence[Any], weights: Sequence[float]) -> Choices:
    """Values that stand elsewhere. Raises as `read_attributes`."""
    reading = _Reading(None)
    found = reading.choices(name, values, weights)
    if reading.problems:
        raise Invalid(" ".join(reading.problems), "Correct what it is taken from.")
    return found


def is_elsewhere(said: Any) -> bool:
    """Whether an attribute is a reference to a file or a dataset."""
    return isinstance(said, Mapping) and any(isinstance(said.get(way), str) for way in ELSEWHERE)


class _Reading:
    def __init__(self, elsewhere: Found | None, percent: bool = False) -> None:
        self.problems: list[str] = []
        self._elsewhere = elsewhere
        self._percent = percent

    def attribute(self, name: str, said: Any) -> Attribute:
        """One attribute, or what stands for a value of another."""
        before = len(self.problems)
        if isinstance(said, list):
            return self.choices(name, said, [1.0] * len(said))
        if not isinstance(said, Mapping):
            return self._none(name, f"is {said!r}. Write {WAYS}.")
        if is_elsewhere(said):
            return self._reference(name, said)
        for way, read in (("by", self._dependent), ("range", self._range), ("languages", self._languages), ("names", self._named)):
            if way in said and not isinstance(said[way], int | float):
                allowed = {"by": ("by", "values", "else")}.get(way, (way,))
                if odd := [key for key in said if key not in allowed]:
                    return self._none(name, f"has {odd[0]!r} beside {way!r}. {choose(str(odd[0]), allowed)}")
                found = read(name, said)
                return found if len(self.problems) == before else _NOTHING
        return self.choices(name, list(said), list(said.values()), weighted=True)

    def choices(self, name: str, values: Sequence[Any], weights: Sequence[Any], *, weighted: bool = False, names: Sequence[str] = ()) -> Choices:
        if not values:
            return self._none(name, "has no values. Give at least one.")
        wrong = [(value, weight) for value, weight in zip(values, weights, strict=True) if not _is_weight(weight)]
        if wrong:
            value, weight = wrong[0]
            known = "" if isinstance(weight, str | int | float) else f" The other ways to write an attribute: {WAYS}."
            return self._none(name, f"gives {value!r} the weight {weight!r}, and a weight is a number of at least 0: {{a: 3, b: 1}}.{known}")
        keys = [key_of(value) for value in values]
        if twice := next((key for key, times in Counter(keys).items() if times > 1), None):
            return self._none(name, f"has the value {twice!r} twice. Write it once, or give weights: {{{twice}: 2}}.")
        if any(not key.strip() or key == "null" for key in keys):
            return self._none(name, "has an empty value. Say what stands there, or leave it out.")
        live = [at for at, weight in enumerate(weights) if weight > 0]
        if not live:
            return self._none(name, "has weights of 0 alone; nothing could be drawn. Give one above 0.")
        if self._percent and weighted and abs((total := sum(weights)) - 100) > SLACK:
            return self._none(name, f"has weights that sum to {total:g}, and they are in percent. Let them sum to 100.")
        return Choices([values[at] for at in live], [float(weights[at]) for at in live], weighted, [names[at] for at in live] if names else ())

    def _dependent(self, name: str, said: Mapping[str, Any]) -> Attribute:
        by, values = said["by"], said.get("values")
        if not isinstance(by, str) or not by:
            return self._none(name, f"depends on {by!r}. Name another attribute, or a column.")
        if not isinstance(values, Mapping) or not values:
            return self._none(name, f"depends on {by!r} and does not say what stands for its values. Write values: {{A: [..], B: [..]}}.")
        cases = {key_of(value): self.attribute(f"{name}, where {by} is {key_of(value)}", inner) for value, inner in values.items()}
        rest = self.attribute(f"{name}, else", said["else"]) if "else" in said else None
        return Dependent(by, cases, rest)

    def _range(self, name: str, said: Mapping[str, Any]) -> Choices:
        bounds = said["range"]
        if not isinstance(bounds, list) or len(bounds) not in (2, 3) or not all(_is_number(one) for one in bounds):
            return self._none(name, f"has the range {bounds!r}. Write [from, to] or [from, to, step], all numbers.")
        first, last, step = (Decimal(str(one)) for one in (*bounds, 1)[:3])
        if step <= 0 or first > last:
            return self._none(name, f"has a range in which no number lies: {bounds!r}. Let it run upwards, with a step above 0.")
        if (last - first) / step >= MOST_NUMBERS:
            return self._none(name, f"has a range of more than {MOST_NUMBERS:,} numbers. Give it a larger step.")
        whole = all(isinstance(one, int) for one in bounds)
        values = [first + step * at for at in range(int((last - first) / step) + 1)]
        return self.choices(name, [int(value) if whole else float(value) for value in values], [1.0] * len(values))

    def _languages(self, name: str, said: Mapping[str, Any]) -> Choices:
        given = said["languages"]
        if not isinstance(given, list | Mapping) or not all(isinstance(code, str) for code in given):
            return self._none(name, f"has the languages {given!r}. Write codes, [de, pt-BR], or codes with weights, {{de: 3, fr: 1}}.")
        names = []
        for code in given:
            try:
                names.append(language_name(code))
            except Invalid as error:
                return self._none(name, f"has the language {code!r}. {error.what} {error.fix}")
        weights = list(given.values()) if isinstance(given, Mapping) else [1.0] * len(given)
        return self.choices(name, list(given), weights, weighted=isinstance(given, Mapping), names=names)

    def _named(self, name: str, said: Mapping[str, Any]) -> Choices:
        given = said["names"]
        if not isinstance(given, Mapping | list):
            return self._none(name, f"has the names {given!r}. Write a mapping, {{a: what it is, b: what it is}}, or a list.")
        return self.choices(name, list(given), [1.0] * len(given))

    def _reference(self, name: str, said: Mapping[str, Any]) -> Choices:
        allowed = ("file", "dataset", "column", "weight")
        if odd := [key for key in said if key not in allowed]:
            return self._none(name, f"has {odd[0]!r}. {choose(str(odd[0]), allowed)}")
        if all(way in said for way in ELSEWHERE):
            return self._none(name, "is taken from a file and from a dataset. Choose one.")
        if wrong := [key for key in said if not isinstance(said[key], str) or not said[key]]:
            return self._none(name, f"has {wrong[0]}: {said[wrong[0]]!r}. Give text.")
        if "dataset" in said and "column" not in said:
            return self._none(name, f"is taken from the dataset {said['dataset']!r}. Say which of its columns: column: NAME.")
        return self._elsewhere(said) if self._elsewhere else Choices(["?"], [1.0], "weight" in said, unknown=True)

    def _none(self, name: str, wrong: str) -> Choices:
        self.problems.append(f"The attribute {name} {wrong}" if ", " in name else f"The attribute {name!r} {wrong}")
        return _NOTHING


_NOTHING = Choices(["?"], [1.0], unknown=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_weight(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _names(found: Mapping[str, Attribute]) -> list[str]:
    made = [] if _circle(found) else list(Attributes(found).columns)
    said = [f"No attribute can be called {name!r}: use letters, digits and _, a letter first, and none of {', '.join(BESIDE)}." for name in found
            if name in BESIDE or not name.isidentifier() or name.startswith("_")]
    return said + [f"The names of {name.removesuffix('_name')!r} stand in {name!r}, which is an attribute of its own." for name in set(made)
                   if made.count(name) > 1]


def _circle(found: Mapping[str, Attribute]) -> list[str]:
    """Attributes that wait for each other."""
    needs = {name: parents(one) for name, one in found.items()}
    free = ordered(needs)
    return [name for name in found if name not in free]


def _dependences(found: Mapping[str, Attribute], narrowed: Collection[str] = ()) -> list[str]:
    """Attributes that wait for each other, and values that the one they depend on does not have; of those `narrowed` there may be more."""
    if stuck := _circle(found):
        needs = {name: parents(found[name]) & set(found) for name in stuck}
        path = [stuck[0]]
        while (following := sorted(needs[path[-1]] & set(stuck))[0]) not in path:
            path.append(following)
        loop = [*path[path.index(following) :], following]
        return [f"Attributes depend on each other in a circle: {' on '.join(loop)}. Let one of them depend on none of the others."]
    out: list[str] = []
    for name, one in found.items():
        out += _cases(name, one, found, narrowed)
    return out


def _cases(name: str, one: Attribute, found: Mapping[str, Attribute], narrowed: Collection[str]) -> list[str]:
    if isinstance(one, Choices):
        return []
    inner = [*one.cases.values(), *([one.otherwise] if one.otherwise else [])]
    out = [problem for case in inner for problem in _cases(name, case, found, narrowed)]
    if one.by in found and (there := _values(found[one.by])) is not None:
        for key in one.cases:
            if key not in there and one.by not in narrowed:
                out.append(f"The attribute {name!r} has values for {one.by} {key!r}, and {one.by} never is that. {choose(key, sorted(there))}")
        missing = [key for key in there if key not in one.cases]
        if missing and one.otherwise is None:
            add = "Add them, or what stands for all others: else: [...]."
            out.append(f"The attribute {name!r} has no values where {one.by} is {missing[0]!r}. {add}")
    return out


def _values(one: Attribute) -> list[str] | None:
    """All values that it can have; None where they are not known."""
    if isinstance(one, Choices):
        return None if one.unknown else one.keys
    found = [_values(inner) for inner in [*one.cases.values(), *([one.otherwise] if one.otherwise else [])]]
    known = [values for values in found if values is not None]
    return list(dict.fromkeys(key for values in known for key in values)) if len(known) == len(found) else None
