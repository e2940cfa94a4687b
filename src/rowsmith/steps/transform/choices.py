"""Puts a right answer and wrong ones in a mixed order: the choices of a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.content import choices as referring
from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.listing import plain
from rowsmith.steps.request import pick


class Choices(Step):
    """Makes `choices` of the right answer and the wrong ones, mixed by the row's id, and `answer` the index of the right one, from 0, as the format
    `mcq` writes it.

    A row is dropped where a wrong answer is blank, or says the same as the right one or as another wrong one, in whatever case and punctuation
    (`choices_alike`); where there are not `wrong` of them (`choices_missing`); and where one refers to the others, such as "all of the above"
    (`choices_refer`). With `longest`, a row whose right answer has more than so many times the characters of the longest wrong one is dropped
    (`longest_is_right`), since that gives it away.
    """

    right: Column = Field("answer", min_length=1, description="Column with the right answer.")
    others: Column = Field("distractors", min_length=1, description="Column with the list of wrong answers; it goes.")
    wrong: Annotated[int, Field(ge=1, le=25)] = Field(3, description="How many wrong answers there are to be.")
    longest: Annotated[float, Field(ge=1)] | None = Field(None, description="How many times as long as the longest wrong one the right one may be.")
    seed: int = Field(42, description="Another seed, another order.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its choices."""
        found = pick(row, [self.right, self.others])
        right, others = str(found[self.right]).strip(), found[self.others]
        others = [str(one).strip() for one in others] if isinstance(others, list) else []
        if len(others) != self.wrong:
            yield Drop("choices_missing", f"There are {len(others)} wrong answers, not {self.wrong}.")
        elif wrong := self._wrong(right, others):
            yield wrong
        else:
            choices = sorted([right, *others], key=lambda choice: share(row.id, f"choices {self.seed} {choice}"))
            data = {name: value for name, value in row.data.items() if name not in (self.right, self.others)}
            yield row.with_data({**data, "choices": choices, "answer": choices.index(right)})

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """`choices` and `answer` in the place of what they are made of."""
        return None if before is None else before - {self.right, self.others} | {"choices", "answer"}

    def _wrong(self, right: str, others: list[str]) -> Drop | None:
        said = [plain(choice) for choice in (right, *others)]
        if len(set(said)) < len(said) or not all(said):
            return Drop("choices_alike", f"Two choices say the same, or one says nothing: {' / '.join([right, *others])}")
        if refers := next((choice for choice in (right, *others) if any(word in choice.casefold() for word in referring()["refers"])), ""):
            return Drop("choices_refer", f"{refers!r} refers to the other choices, whose order changes.")
        most = max(map(len, others))
        if self.longest is not None and len(right) > self.longest * most:
            return Drop("longest_is_right", f"The right answer has {len(right)} characters, the longest wrong one {most}.")
        return None

