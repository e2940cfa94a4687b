"""Lets the best rows through, by quality and diversity together."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse_value
from rowsmith.core.ids import share
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Step
from rowsmith.steps.covering import REFERENCES, Chosen, by_sketch, by_vector, cover, ranks
from rowsmith.steps.diverse import sketches
from rowsmith.steps.farapart import by_score, of_meanings, of_wordings
from rowsmith.steps.shingles import compared
from rowsmith.steps.vector_columns import raw

MOST = 200_000
"""Rows among which is chosen, at most: of more a random part, by their ids."""
_BLOCK = 1024


class Best(Step):
    """Lets `n` rows through, or a share of them, that are good by `score` and together stand for all: each adds most to the mean of the score, as a
    rank among the rows, and to what the chosen ones cover (facility location; see steps.covering). The others are dropped (`not_best`), and rows for
    which `score` gives no number (`no_value`).

    What rows cover is told by their wording, or with `vector` by their meaning. `diversity` says how much coverage counts against the score: 0 takes
    the highest scores, 1 the widest choice whatever the scores. Rows that go on have `scores.<into>` {rank, covered}: in which order they were
    chosen, and which share of what all rows cover the chosen ones cover up to there. That is the curve of what is lost by taking fewer. The same
    rows give the same choice in whatever order they come; rows of earlier waves count towards `n` and cover what they cover.

    With `alike`, the choice is that of DEITA (arXiv 2312.15685): the highest scores first, each row that is less alike than that to all taken before.
    It may be fewer than `n`, and the score is {rank} alone.
    """

    chooses = True

    n: Annotated[int, Field(ge=1)] | None = Field(None, description="How many rows; all, when there are fewer.")
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(None, description="Instead of n: which share of the rows, above 0 and up to 1.")
    score: str = Field("", description="Expression of a row's quality, such as scores.judge.overall. Default: all are equal.")
    diversity: Annotated[float, Field(ge=0, le=1)] = Field(0.5, description="How much coverage counts against the score, from 0 to 1.")
    vector: str = Field("", description="Column with vectors (transform.embed), for coverage of meaning. Default: coverage of wording.")
    alike: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="Instead of coverage: rows are taken by score, each less alike than this to all taken; 0.9 for meanings."
    )
    into: str = Field("best", min_length=1, description="Name of the score.")
    seed: int = Field(42, description="Another seed, other rows of reference.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself with its rank, or dropped."""
        ids, values, places = list[str](), array("d"), array("i")
        looked_at = MOST / max(len(new), MOST)
        for row in new:
            value = self._value(row)
            taken = value is not None and share(row.id, "best") < looked_at
            places.append(len(ids) if taken else -1 if value is None else -2)
            if taken and value is not None:
                ids.append(row.id)
                values.append(value)
        done = self._choice(new, kept, places, ids, values)
        for row, place in zip(new, places, strict=True):
            if place == -1:
                yield Dropped(row.id, "no_value", f"{self.score} gives it none")
            elif place in done:
                yield row.with_scores({self.into: done[place]})
            else:
                yield Dropped(row.id, "not_best")

    def check(self) -> list[str]:
        """Exactly one size, an expression that gives a number, and numpy for vectors."""
        problems = [] if (self.n is None) != (self.share is None) else ["Give n or share, one of them."]
        try:
            kind = parse_value(self.score).kind if self.score else "number"
            problems += [] if kind in ("number", "any") else [f"score: {self.score!r} gives {kind}, not a number."]
        except Invalid as error:
            problems.append(f"score: {error}")
        if self.vector and not find_spec("numpy"):
            problems.append("Vectors are compared by numpy, which is not installed. Install it: pip install 'rowsmith[embeddings]'.")
        return problems

    def _choice(self, new: Rows, kept: Rows, places: Sequence[int], ids: list[str], values: Sequence[float]) -> dict[int, dict[str, Any]]:
        size = max(0, (self.n or 0) - len(kept)) if self.share is None else round(self.share * len(new))
        reference = set(sorted(range(len(ids)), key=lambda place: (share(ids[place], f"reference {self.seed}"), ids[place]))[:REFERENCES])
        if not ids or not size:
            return {}

        def rows() -> Iterator[Row]:
            return (row for row, place in zip(new, places, strict=True) if place >= 0)

        if self.alike is not None:
            far = self._far_apart(rows, kept, by_score(values, ids), size, self.alike)
            return {place: {"rank": rank} for rank, place in enumerate(far, len(kept) + 1)}
        alike, settled = self._meanings(rows, kept, reference) if self.vector else self._wordings(rows, kept, reference)
        chosen: list[Chosen] = cover(alike, ranks(values), ids, settled, size, self.diversity)
        return {one.place: {"rank": rank, "covered": round(one.covered, 4)} for rank, one in enumerate(chosen, len(kept) + 1)}

    def _far_apart(self, rows: Callable[[], Iterator[Row]], kept: Rows, order: Sequence[int], size: int, alike: float) -> Iterator[int]:
        if not self.vector:
            points, settled = (list(sketches(compared(row.data) for row in some)) for some in (rows(), kept))
            return of_wordings(points, order, settled, size, alike)
        import numpy

        blocks = list(self._blocks(rows()))
        known = list(self._blocks(iter(kept))) or [blocks[0][:0]]
        return of_meanings(numpy.concatenate(blocks), order, numpy.concatenate(known), min(size, len(order)), alike)

    def _wordings(self, rows: Callable[[], Iterator[Row]], kept: Rows, reference: set[int]) -> tuple[list[bytes], list[bytes]]:
        points = list(sketches(compared(row.data) for row in rows()))
        references = [points[place] for place in sorted(reference)]
        return list(by_sketch(points, references)), list(by_sketch(list(sketches(compared(row.data) for row in kept)), references))

    def _meanings(self, rows: Callable[[], Iterator[Row]], kept: Rows, reference: set[int]) -> tuple[list[bytes], list[bytes]]:
        import numpy

        drawn = (row for place, row in enumerate(rows()) if place in reference)
        references = numpy.concatenate(list(self._blocks(drawn)))
        return list(by_vector(self._blocks(rows()), references)), list(by_vector(self._blocks(iter(kept)), references))

    def _blocks(self, rows: Iterator[Row]) -> Iterator[Any]:
        """The vectors of the rows, a block at a time, each of length 1."""
        import numpy

        waiting: list[bytes] = []
        for row in rows:
            if not isinstance(row.data.get(self.vector), list):
                what = f"Row {row.id} has no vector in the column {self.vector!r}."
                raise Invalid(what, 'Put {kind: transform.embed, column: ""} before this step, and name an embedder in models.')
            waiting.append(raw(row.data[self.vector], self.vector))
            if len(waiting) == _BLOCK:
                yield _unit(numpy, waiting)
                waiting = []
        if waiting:
            yield _unit(numpy, waiting)

    def _value(self, row: Row) -> float | None:
        value = parse_value(self.score).value(row.scope) if self.score else 0
        return float(value) if type(value) in (int, float) else None


def _unit(numpy: Any, raw_vectors: list[bytes]) -> Any:
    found = numpy.frombuffer(b"".join(raw_vectors), "<f4").reshape(len(raw_vectors), -1)
    norms = numpy.linalg.norm(found, axis=1, keepdims=True)
    norms[norms == 0] = 1
    return found / norms
