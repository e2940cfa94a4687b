"""Where rows go: who follows whom in a recipe, where the barriers are, whether a step can make more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rowsmith.core.recipe import Recipe
from rowsmith.core.step import Step


@dataclass(frozen=True, slots=True)
class Routes:
    """The steps by position. `next[i]` are the positions that take the rows of step i; none: its rows are kept."""

    steps: tuple[Step, ...]
    next: tuple[tuple[int, ...], ...]

    @property
    def roots(self) -> list[int]:
        """The steps that rows stream out of, in the order in which a wave visits them: sources, then set steps."""
        return [i for i, step in enumerate(self.steps) if step.shape == "source"] + [i for i, step in enumerate(self.steps) if step.shape == "set"]

    def feeding(self, position: int) -> list[int]:
        """The sources and set steps out of which the rows stream that the step takes, the nearest ones."""
        found: set[int] = set()
        for before in (i for i, after in enumerate(self.next) if position in after):
            found |= {before} if before in self.roots else {*self.feeding(before)}
        return sorted(found)

    @property
    def parts(self) -> frozenset[int]:
        """The steps whose rows are the parts that a run is spread over: they make the last rows (documents, chunks) before a model is asked, or
        before the end where none is."""
        found: set[int] = set()
        waiting = [position for position, step in enumerate(self.steps) if step.shape == "source"]
        while waiting:
            at = waiting.pop()
            if self.steps[at].shape == "asking":
                continue
            if self._makes(at) and (not self.next[at] or any(map(self._used, self.next[at]))):
                found.add(at)
            waiting += self.next[at]
        return frozenset(found)

    def leads(self, at: int, to: frozenset[int]) -> bool:
        """Whether rows of the step at `at` come to one of these steps, itself included."""
        return at in to or any(self.leads(after, to) for after in self.next[at])

    def gathers(self, at: int) -> list[Sequence[str]]:
        """The columns of each set step behind this one that takes rows together, the nearest first."""
        found: dict[int, Sequence[str]] = {}
        waiting = list(self.next[at])
        while waiting:
            position = waiting.pop(0)
            if columns := self.steps[position].gathers:
                found[position] = columns
            waiting += self.next[position]
        return list(found.values())

    def _makes(self, at: int) -> bool:
        return self.steps[at].makes or self.steps[at].shape == "source"

    def _used(self, at: int) -> bool:
        """Whether rows that come to this step are asked about, or kept, before others are made of them."""
        if self.steps[at].shape == "asking":
            return True
        return not self._makes(at) and (not self.next[at] or any(map(self._used, self.next[at])))

    @property
    def holds(self) -> frozenset[int]:
        """Where the rows of a run with a target rest that it does not need: behind set steps, and at row steps and further branches that make rows of
        what a model or a set step gave; each with a question to come, for what costs nothing need not wait. What is chosen from does not rest."""
        behind: set[int] = set()
        for position, after in enumerate(self.next):
            if position in behind or self.steps[position].shape in ("asking", "set"):
                behind |= {*after}
        branches = {at for after in self.next for at in after[1:]}
        makes = {at for at in behind if self.steps[at].makes and (self.steps[at].shape == "row" or at in branches)}
        before = {at for at in range(len(self.steps)) if any(self.leads(after, self._choosing) for after in self.next[at])}
        return frozenset(at for at, step in enumerate(self.steps) if (at in makes or step.shape == "set") and self.depth(at) and at not in before)

    @property
    def _choosing(self) -> frozenset[int]:
        return frozenset(at for at, step in enumerate(self.steps) if step.chooses)

    def depth(self, position: int) -> int:
        """How many steps that ask a model follow one another from this one on, itself included."""
        return (self.steps[position].shape == "asking") + max((self.depth(after) for after in self.next[position]), default=0)

    @property
    def can_make_more(self) -> bool:
        """Whether a step asks a model for rows, so that one more wave can ask for further ones."""
        return any(step.makes and step.shape == "asking" for step in self.steps)


def routes(recipe: Recipe) -> Routes:
    """The routes of a recipe that `engine.check` has found sound."""
    following: list[list[int]] = [[] for _ in recipe.steps]
    for position in range(len(recipe.steps)):
        for before in recipe.inputs_of(position):
            following[before].append(position)
    return Routes(tuple(recipe.steps), tuple(tuple(sorted(after)) for after in following))
