"""Variants of rows: one for each combination of attributes, or drawn by weight. No model is asked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ids import child_id
from rowsmith.core.ports import Context
from rowsmith.core.row import New, Row
from rowsmith.core.step import COLUMN, DATASET, Step, VariedValues
from rowsmith.steps.attributes import attribute_problems, read_attributes
from rowsmith.steps.elsewhere import references, values_of
from rowsmith.steps.paths import known
from rowsmith.steps.variation import Attributes, NoValue, Values, combination

MOST_COMPARED = 100_000
"""Combinations of a row of which different ones are drawn."""


class Variants(Step):
    """Makes variants of each row: its columns, and one more for each attribute, such as persona, tone or language. No model is asked.

        values:
          tone: {formal: 3, plain: 1}
          product: [phone, laptop]
          problem: {by: product, values: {phone: [battery, screen], laptop: {fan: 2, keyboard: 1}}}

    An attribute is a list; values with weights; `{range: [from, to, step]}`; `{languages: [de, pt-BR]}`, which makes a column with the names of the
    languages, too; `{names: MAPPING}`, the names in it; `{file: personas.txt}` or `{dataset: personas, column: persona}`; or it depends on another
    one, or on a column: `{by: OTHER, values: {...}, else: ...}`, to any depth. Beside attributes, `file: table.yaml` (or .csv) brings all those of a
    table, `prompt: NAME` what a prompt declares to be expanded.

    all: every combination, each once. draw: `count` rows, each value by its weight, whatever the others are. distinct: `count` different
    combinations, the likelier the greater their weights. even: `count` rows that meet the weights as nearly as can be.

    What is drawn the row's id decides, so that a run that is resumed, repeated, or longer draws the same; and a value that is added to an attribute
    changes no more rows than it has to. Combinations of `all` and `distinct` keep their ids, whatever else there is.

    Origin: `variant`, the values, which everything carries that is made of the row. A row that has a column of an attribute's name fails
    (`column_taken`), so does one in whose column stands what an attribute has no values for (`no_value`), and one of more than `cap`
    combinations (`too_many`).
    """

    makes: ClassVar[bool] = True

    values: VariedValues = Field(min_length=1, description="Attributes and the values that each may have; see above.")
    how: Literal["all", "draw", "distinct", "even"] = Field(
        "all", description="Every combination; or drawn by weight; or drawn, and no combination twice; or drawn as evenly as the weights are."
    )
    count_: Annotated[int, Field(ge=1, le=1_000_000)] = Field(1, alias="count", description="Variants that are drawn of each row; not for how: all.")
    override: list[dict[str, JsonValue]] = Field(
        [], description="Attributes in place of those of the same name in `values`, for example with fewer values; of several mappings the last one "
        "counts. An empty list or mapping leaves an attribute as it is."
    )  # fmt: skip
    percent: bool = Field(False, description="Whether weights are in percent: those of each attribute that has some must sum to 100.")
    cap: Annotated[int, Field(ge=1, le=1_000_000)] = Field(1000, description="how: all: most combinations of one row. A row of more fails.")
    seed: int = Field(42, description="Another seed, other draws; not for how: all.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New]:
        """Its variants."""
        attributes = self._attributes(ctx)
        if taken := [name for name in attributes.columns if name in row.data]:
            raise RowFailed("column_taken", f"The row has a column {taken[0]!r} already; an attribute does not replace it.")
        try:
            for key, values in self._made(attributes, row, ctx.step):
                yield New({**row.data, **values}, {"variant": {**row.origin.get("variant", {}), **values}}, key=key)
        except NoValue as error:
            raise RowFailed("no_value", str(error)) from None

    def _made(self, attributes: Attributes, row: Row, title: str) -> Iterator[tuple[str | None, Values]]:
        """Each variant, and what its id is made of (None: its number)."""
        salt = f"variant {self.seed}"
        if self.how == "draw":
            yield from ((None, attributes.drawn(row.data, child_id(row.id, title, at), salt)) for at in range(self.count_))
        elif self.how == "even":
            yield from ((None, values) for values in attributes.even(row.data, self.count_, row.id, salt))
        else:
            self._few(attributes.count(row.data))
            all_ = (values for values, _ in attributes.all(row.data))
            chosen = all_ if self.how == "all" else attributes.distinct(row.data, self.count_, row.id, salt)
            yield from ((combination(values), values) for values in chosen)

    def _few(self, count: int) -> None:
        most = self.cap if self.how == "all" else MOST_COMPARED
        if count > most:
            raise RowFailed("too_many", self._too_many(count))

    def _too_many(self, count: int) -> str:
        if self.how == "all":
            return f"A row has {count:,} combinations, above the cap of {self.cap:,}. Raise cap, or draw some of them: how: distinct, and a count."
        return f"A row has {count:,} combinations, too many to compare ({MOST_COMPARED:,}). Use how: draw; among so many, hardly one comes twice."

    def _attributes(self, ctx: Context) -> Attributes:
        if not references(self.values):
            return self._known
        lent, found = self._read.get(0, (None, None))
        if lent is not ctx or found is None:
            found = read_attributes(self.values, lambda said: values_of(said, ctx), override=self.override, percent=self.percent)
            self._read[0] = ctx, found
        return found

    @cached_property
    def _read(self) -> dict[int, tuple[Context, Attributes]]:
        """The attributes with what the run at hand has pinned."""
        return {}

    @cached_property
    def _known(self) -> Attributes:
        """The attributes, as far as they stand in the recipe."""
        return read_attributes(self.values, override=self.override, percent=self.percent)

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before and the attributes'.

        Raises:
            Invalid: an attribute has the name of a column that is there.
        """
        made = frozenset(self._known.columns)
        if before is None:
            return None
        if taken := sorted(made & before):
            raise Invalid(f"{self.title} has an attribute {taken[0]!r}, and there is a column of that name.", "Choose another name for it.")
        return before | made

    def marked(self, mark: Any) -> dict[str, Any]:
        """The columns on which attributes depend must be there; and the datasets that values come from."""
        if mark is DATASET:
            return {f"values: {name}": name for name in references(self.values, "dataset")}
        if mark is not COLUMN or self.check():
            return super().marked(mark)
        return {"values": self._known.outside} if self._known.outside else {}

    def input_files(self) -> dict[str, list[str]]:
        """The files that values come from."""
        return {"values": found} if (found := references(self.values, "file")) else {}

    def check(self) -> list[str]:
        """Attributes that cannot be read, settings that would change nothing, and more combinations than there may be."""
        if wrong := attribute_problems(self.values, self.override, percent=self.percent):
            return wrong
        attributes = self._known
        problems = [f"There is no file {pattern!r}. Check the path." for pattern in references(self.values, "file") if known(pattern) == []]
        idle = [name for name in (("count", "seed") if self.how == "all" else ("cap",)) if name.rstrip("_") in self._given]
        problems += [f"{name} is given, and means nothing with how: {self.how}. Leave it out." for name in idle]
        if self.how == "all" and attributes.weighted:
            problems.append(f"{attributes.weighted[0]!r} has weights, and every combination is made. Draw by them: how: draw, or leave them out.")
        if self.how in ("all", "distinct") and not attributes.outside and not references(self.values):
            count = attributes.count({})
            most = self.cap if self.how == "all" else MOST_COMPARED
            if count > most:
                problems.append(self._too_many(count))
            elif self.how == "distinct" and self.count_ > count:
                problems.append(f"count is {self.count_:,}, and a row has {count:,} different combinations. Lower it, or choose how: draw.")
        return problems

    @property
    def _given(self) -> set[str]:
        return {name.rstrip("_") for name in self.model_fields_set}
