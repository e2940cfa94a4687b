"""Attributes by which rows are varied: what values each may have, with which weights, and which depend on the value of another.

An attribute is written in one of these ways:

    tone: [formal, plain]                                   each as likely as another
    tone: {formal: 3, plain: 1}                             with weights
    age: {range: [20, 60, 5]}                               numbers from, to, and the step between them (1)
    language: {languages: [de, fr]}                         codes; the column `language_name` tells their names
    label: {names: {refund: wants money back, other: ""}}   the names of a mapping, whatever it says of them
    problem: {by: product, values: {phone: [battery], laptop: {fan: 2, keyboard: 1}}, else: [other]}

What stands for a value of `by` is written in any of these ways again, so that an attribute may depend on several. `by` names another attribute, or
a column of the row.

Values are drawn by weighted rendezvous hashing: every value draws a number by the row's id, and the least one, over its weight, wins (Schindelhauer
and Schomaker, "Weighted distributed hash tables", SPAA 2005). So a value that is added takes rows from the others and moves no other row, and of
one that is removed only its own rows are drawn again.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf, log

import orjson

from rowsmith.core.ids import canonical, share
from rowsmith.core.row import Json
from rowsmith.steps.turns import Turns

MOST_RACING = 1000
"""Values up to which one is drawn by rendezvous; of more, by its place among them, which takes one hash in place of one for each."""
MOST_NESTED = 8
"""Combinations of attributes up to which the next one is even within each of them."""
Values = dict[str, Json]
"""A value for each attribute."""


class NoValue(Exception):
    """The row says something in a column for which the attribute has no values."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Different values and their weights, all above 0; `weighted`: they were given. `names`: what a second column says beside each value.
    `unknown`: they stand elsewhere and have not been looked at."""

    values: Sequence[Json]
    weights: Sequence[float]
    weighted: bool = False
    names: Sequence[str] = ()
    unknown: bool = False
    keys: list[str] = field(init=False)
    sums: list[float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", [key_of(value) for value in self.values])
        object.__setattr__(self, "sums", list(accumulate(self.weights)))


@dataclass(frozen=True, slots=True, eq=False)
class Dependent:
    """The values for each value of `by`, and those for all others."""

    by: str
    cases: Mapping[str, Choices | Dependent]
    otherwise: Choices | Dependent | None = None

    def case(self, value: Json) -> Choices | Dependent:
        """The values that go with this one.

        Raises:
            NoValue: there are none.
        """
        found = self.cases.get(key_of(value), self.otherwise)
        if found is None:
            raise NoValue(f"{self.by} is {key_of(value)!r}, and nothing stands for that; it has {', '.join(map(repr, self.cases))}.")
        return found


Attribute = Choices | Dependent


def key_of(value: Json) -> str:
    """A value as the text by which it is told from others: text as it stands, all else as JSON."""
    return value if isinstance(value, str) else canonical(value).decode()


class Attributes:
    """Attributes by name, in an order in which each comes behind those that it depends on; `named` is the order in which they are written."""

    def __init__(self, attributes: Mapping[str, Attribute]) -> None:
        self.named = tuple(attributes)
        self._order = tuple((name, attributes[name]) for name in ordered({name: parents(one) for name, one in attributes.items()}))
        later = [parents(one) for _, one in self._order]
        self._needed = [sorted(set().union(*later[at:])) if later[at:] else [] for at in range(len(later) + 1)]
        self._needs = {name: sorted(parents(one)) for name, one in self._order}
        self.columns = tuple(column for name, one in attributes.items() for column in _columns(name, one))
        """The columns that they make."""

    @property
    def weighted(self) -> list[str]:
        """The attributes of which weights are given."""
        return [name for name, one in self._order if any(found.weighted for found in _choices(one))]

    @property
    def outside(self) -> list[str]:
        """The columns of the row that attributes depend on."""
        return sorted(set().union(*(parents(one) for _, one in self._order)) - set(self.named))

    def count(self, row: Mapping[str, Json]) -> int:
        """How many combinations there are for a row that says this.

        Raises:
            NoValue: as Dependent.case.
        """
        return self._count(0, dict(row), {})

    def _count(self, at: int, known: Values, counted: dict[tuple[int, str], int]) -> int:
        if at == len(self._order):
            return 1
        key = (at, orjson.dumps([known.get(name) for name in self._needed[at]]).decode())
        if key not in counted:
            name, one = self._order[at]
            values = chosen(one, known).values
            depended_on = name in self._needed[at + 1]
            counted[key] = (
                sum(self._count(at + 1, {**known, name: value}, counted) for value in values)
                if depended_on
                else len(values) * self._count(at + 1, known, counted)
            )
        return counted[key]

    def all(self, row: Mapping[str, Json]) -> Iterator[tuple[Values, float]]:
        """Every combination, with its weight: the product of what each value has of its attribute's. Raises as `count`."""
        yield from self._all(0, dict(row), {}, 1.0)

    def _all(self, at: int, known: Values, made: Values, weight: float) -> Iterator[tuple[Values, float]]:
        if at == len(self._order):
            yield self._written(made), weight
            return
        name, one = self._order[at]
        found = chosen(one, known)
        for place, value in enumerate(found.values):
            more = _said(name, found, place)
            yield from self._all(at + 1, {**known, name: value}, {**made, **more}, weight * found.weights[place] / found.sums[-1])

    def drawn(self, row: Mapping[str, Json], by: str, salt: str) -> Values:
        """One value of each, by weight; which, is decided by `by`, an id, and the salt alone. Raises as `count`."""
        return self._each(row, lambda name, found, _: _race(found, by, f"{salt} {name}"))

    def distinct(self, row: Mapping[str, Json], n: int, by: str, salt: str) -> list[Values]:
        """`n` different combinations (all, where there are fewer), the likelier the greater their weights: a weighted sample without replacement
        (Efraimidis and Spirakis, 2006). The first of them are those of a smaller `n`. Raises as `count`."""
        race = ((_arrival(share(by, f"{salt} {combination(values)}"), weight), at, values) for at, (values, weight) in enumerate(self.all(row)))
        return [values for _, _, values in heapq.nsmallest(n, race)]

    def even(self, row: Mapping[str, Json], n: int, by: str, salt: str) -> Iterator[Values]:
        """`n` draws that meet the weights as nearly as can be, whatever `n` is (steps.turns); where they begin, the id `by` decides. The values of an
        attribute take turns, for each value of those that it depends on; the first attributes do so in all their combinations as well, as long as
        those are few; one behind them comes by lot within its turns, so that it depends on no other. Raises as `count`."""
        turns: dict[str, Turns] = {}
        had: dict[str, Counter[int]] = {}
        combinations = 1

        def taken(name: str, found: Choices, made: Values) -> int:
            nonlocal combinations
            of = f"{name} {combination({other: made[other] for other in self._needs[name] if other in made})}"
            if of not in turns:
                turns[of] = Turns(found.weights, by, f"{salt} {of}")
            beside = had.setdefault(f"{name} {combination(made)}", Counter()) if combinations <= MOST_NESTED else None
            combinations *= len(found.values)
            place = turns[of].next(beside)
            if beside is not None:
                beside[place] += 1
            return place

        for _ in range(n):
            combinations = 1
            yield self._each(row, taken)

    def _each(self, row: Mapping[str, Json], choose: Callable[[str, Choices, Values], int]) -> Values:
        known, made = dict(row), Values()
        for name, one in self._order:
            found = chosen(one, known)
            said = _said(name, found, choose(name, found, made))
            known |= said
            made |= said
        return self._written(made)

    def _written(self, made: Values) -> Values:
        """In the order in which they are written. A value that has no name is called what it is."""
        return {column: made[column] if column in made else key_of(made[column.removesuffix("_name")]) for column in self.columns}


def chosen(one: Attribute, known: Mapping[str, Json]) -> Choices:
    """The values that an attribute may have beside these others.

    Raises:
        NoValue: as Dependent.case.
    """
    while isinstance(one, Dependent):
        one = one.case(known.get(one.by))
    return one


def combination(values: Values) -> str:
    """A combination of values as text: equal for equal ones."""
    return canonical(values).decode()


def parents(one: Attribute) -> set[str]:
    """What an attribute depends on."""
    if isinstance(one, Choices):
        return set()
    inner = [*one.cases.values(), *([one.otherwise] if one.otherwise else [])]
    return {one.by}.union(*map(parents, inner))


def ordered(needs: Mapping[str, set[str]]) -> list[str]:
    """The names, each behind those that it needs, else as they come. Those that wait for each other are left out."""
    done: list[str] = []
    waiting = list(needs)
    while ready := next((name for name in waiting if not (needs[name] & needs.keys()) - set(done)), None):
        waiting.remove(ready)
        done.append(ready)
    return done


def _choices(one: Attribute) -> Iterator[Choices]:
    if isinstance(one, Choices):
        yield one
        return
    for inner in [*one.cases.values(), *([one.otherwise] if one.otherwise else [])]:
        yield from _choices(inner)


def _columns(name: str, one: Attribute) -> list[str]:
    return [name, *([f"{name}_name"] if any(found.names for found in _choices(one)) else [])]


def _said(name: str, found: Choices, place: int) -> Values:
    return {name: found.values[place], **({f"{name}_name": found.names[place]} if found.names else {})}


def _race(found: Choices, by: str, salt: str) -> int:
    """The place of the value that wins."""
    if len(found.values) > MOST_RACING:
        return _at(found, share(by, salt))
    best, first = inf, 0
    for place, (key, weight) in enumerate(zip(found.keys, found.weights, strict=True)):
        drew = _arrival(share(by, f"{salt} {key}"), weight)
        if drew < best:
            best, first = drew, place
    return first


def _arrival(point: float, weight: float) -> float:
    """When one comes in who runs at the pace of its weight: exponentially distributed, so that each is first as often as its weight says."""
    return -log(max(1 - point, 2**-64)) / weight  # a point may be rounded up to 1


def _at(found: Choices, point: float) -> int:
    """The place of the value at a point of [0, 1) among the weights."""
    return min(bisect_right(found.sums, point * found.sums[-1]), len(found.sums) - 1)
