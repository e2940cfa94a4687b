"""Questions and answers without a model: every answer is a piece of the text, character for character."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import ClassVar, Literal, get_args

from pydantic import Field, PositiveInt

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.block_rules import BLOCK_RULES
from rowsmith.steps.passage import Found, Passage
from rowsmith.steps.prose import dangles, word_count
from rowsmith.steps.prose_rules import PROSE_RULES
from rowsmith.steps.request import blank, pick, text_of
from rowsmith.steps.spans import place

Rule = Literal["definition", "option", "howto", "reason", "condition", "date", "number", "list", "key_value", "table", "heading", "cloze"]
RULES: tuple[Rule, ...] = get_args(Rule)
"""Best first: where two rules answer with the same words, and where `max_per_row` is reached, the earlier one wins."""
_FIND = {**PROSE_RULES, **BLOCK_RULES}
_LONGEST_QUESTION = 300


class ExtractiveQa(Step):
    """Makes question-answer pairs from English prose and Markdown without a model; each answer is copied from the text.

    Rules find definitions, options, instructions, reasons, conditions, dates, numbers, lists, "key: value" lines, table cells and sections; a
    sentence with a gap (`cloze`) is the last resort, taken only where nothing else is found. Sentences that point outside themselves ("this",
    "above") are passed over, so that every question stands alone. The same text gives the same pairs. Texts in other languages give few or none.

    Makes rows with `input` and `answer`. Origin: `answer` {rule, span}, the span [start, end) in characters of the source document; where an earlier
    step has changed the text, {rule, row_span}, in characters of the row's text. A text without a pair is dropped (`no_question`; `empty_text`).
    """

    makes: ClassVar[bool] = True

    column: Column = Field("text", description="Column that holds the text.")
    rules: list[Rule] = Field(list(RULES), description="Rules to use.", min_length=1)
    max_per_row: PositiveInt = Field(10, description="Most pairs made from one text.")
    min_answer_words: PositiveInt = Field(1, description="Fewest words of an answer.")
    max_answer_words: PositiveInt = Field(80, description="Most words of an answer.")
    context: bool = Field(False, description="Whether each pair carries its text in a column `context`.")
    forward: list[Column] = Field(default_factory=list, description="Columns of the text's row that each pair carries too.")

    def check(self) -> list[str]:
        """Bounds that leave nothing, and columns that would be overwritten."""
        own = {"input", "answer", *(["context"] if self.context else [])}
        problems = [f"Column {name!r} cannot be carried over: the pairs have one of that name." for name in self.forward if name in own]
        if self.min_answer_words > self.max_answer_words:
            problems.append(f"`min_answer_words` is {self.min_answer_words}, above `max_answer_words`, {self.max_answer_words}; no answer has both.")
        return problems

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        """`input` and `answer`, and what is carried over."""
        return frozenset({"input", "answer", *self.forward, *(["context"] if self.context else [])})

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The pairs in the order of their answers."""
        text = text_of(row, self.column)
        carried = pick(row, self.forward) | ({"context": text} if self.context else {})
        if blank(text):
            yield Drop("empty_text", f"Column {self.column!r} is blank.")
            return
        chosen = self._chosen(_passage(row, text))
        if not chosen:
            yield Drop("no_question", "No rule found a question in the text.")
        for found in sorted(chosen, key=lambda found: (found.start, found.end)):
            where = place(row, self.column, text, found.start, found.end) or {"row_span": [found.start, found.end]}
            yield New({**carried, "input": found.question, "answer": text[found.start : found.end]}, {"answer": {"rule": found.rule, **where}})

    def _chosen(self, passage: Passage) -> list[Found]:
        """The best ones, no two with the same question or with answers that overlap."""
        chosen: list[Found] = []
        for rule in RULES:
            if rule in self.rules and (rule != "cloze" or not chosen):
                self._add(chosen, _FIND[rule](passage), passage.text)
        return chosen

    def _add(self, chosen: list[Found], found: Iterable[Found], text: str) -> None:
        for one in found:
            if len(chosen) >= self.max_per_row:
                return
            apart = all(one.question != other.question and (one.end <= other.start or other.end <= one.start) for other in chosen)
            if apart and self._fit(one, text[one.start : one.end]):
                chosen.append(one)

    def _fit(self, found: Found, answer: str) -> bool:
        question = found.question
        if not question or len(question) > _LONGEST_QUESTION or (found.rule != "cloze" and dangles(question)):
            return False
        return self.min_answer_words <= word_count(answer) <= self.max_answer_words and word_count(question) > 2


def _passage(row: Row, text: str) -> Passage:
    chunk, source = row.origin.get("chunk"), row.origin.get("source")
    above = chunk.get("heading") if isinstance(chunk, dict) else None
    name = source.get("file") or source.get("name") if isinstance(source, dict) else None
    return Passage(text, above or (), PurePosixPath(name).name if name else "")
