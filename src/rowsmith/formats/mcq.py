"""Multiple choice: `{question, choices, answer}`, the answer as an index from 0."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading
from rowsmith.formats._format import Format, unused

_USED = ("input", "choices", "answer")


class Mcq(Format):
    """`input` is the question. The `answer` is the index of the right choice, or is its text, or its letter: all are written as the index.

    A text that is one of the choices is never taken for a letter. As lm-eval's `multiple_choice` reads it (lm-eval 0.4.13).
    """

    name = "mcq"
    consumer = "lm-eval"
    needs = (_USED,)
    drops = ("columns beside input, choices and answer",)
    keys = ("question", "choices", "answer")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `no_choices`, `empty_input`, `not_text`, `choices`, `answer`."""
        asked, choices = row.data.get("input"), row.data.get("choices")
        if asked is None or choices is None or row.data.get("answer") is None:
            raise RowFailed("no_choices", "It needs `input`, `choices` and `answer`.")
        if not isinstance(asked, str):
            raise RowFailed("not_text", "`input` must be text.")
        if not asked.strip():
            raise RowFailed("empty_input", "`input` is empty.")
        return {"question": asked, "choices": _checked(choices), "answer": _index(row.data["answer"], choices)}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return unused(row, _USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """Question, choices and answer, which may be a number as text; fails with `choices`, `answer` and the reasons of `_reading.text`."""
        asked, (choices, answer) = _reading.text(record, "question"), _reading.need(record, "choices", "answer")
        _checked(choices)
        if isinstance(answer, str) and answer.strip().isdecimal() and answer not in choices:
            answer = int(answer)  # a table holds numbers as text
        _index(answer, choices)
        return {"input": asked, "choices": choices, "answer": answer}


def _checked(choices: Json) -> list[str]:
    if not isinstance(choices, list) or len(choices) < 2 or not all(isinstance(choice, str) and choice.strip() for choice in choices):
        raise RowFailed("choices", "`choices` is no list of at least two texts.")
    if len(set(choices)) < len(choices):
        raise RowFailed("choices", "Two of the `choices` are the same.")
    return choices


def _index(answer: Json, choices: list[str]) -> int:
    if isinstance(answer, str) and answer in choices:
        return choices.index(answer)
    letter = isinstance(answer, str) and len(answer.strip()) == 1 and "A" <= answer.strip() <= "Z"
    found = ord(answer.strip()) - ord("A") if letter else answer
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < len(choices):
        raise RowFailed("answer", f"`answer` is neither one of the {len(choices)} choices, nor an index from 0, nor a letter from A.")
    return found


FORMAT = Mcq()
