"""A prompt found from rows by a model: what would lead from their columns to their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import ValidationError

from rowsmith import content
from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.prompts import Prompt
from rowsmith.core.variables import Variable
from rowsmith.steps.generate.columns import Columns

_TEXT = {"type": "string", "minLength": 1}
SCHEMA = {
    "type": "object",
    "properties": {"title": _TEXT, "description": _TEXT, "system": {"type": "string"}, "text": _TEXT},
    "required": ["title", "description", "system", "text"],
    "additionalProperties": False,
}  # fmt: skip


def question(rows: Sequence[Mapping[str, Any]], answer: str) -> tuple[dict[str, Any], Columns, list[str]]:
    """The row and the step that ask a model, and the columns that the prompt may use.

    Raises:
        NotFound: a row has no column `answer`. Invalid: there is no row, or no other column.
    """
    if not rows:
        raise Invalid("There are no rows to find a prompt from.", "Name a dataset that has some.")
    lacking = next((row for row in rows if answer not in row), None)
    if lacking is not None:
        raise NotFound(f"A row has no column {answer!r}.", f"Name the column that holds the answer: --answer. {choose(answer, list(lacking))}")
    inputs = [name for name in rows[0] if name != answer and all(name in row for row in rows)]
    if not inputs:
        raise Invalid(f"The rows have no column beside {answer!r}.", "A prompt leads from one or more columns to the answer.")
    said = "\n".join(orjson.dumps({name: row[name] for name in (*inputs, answer)}).decode() for row in rows)
    step = Columns(prompt=content.prompt("infer"), system=content.prompt("infer_system"), schema_=SCHEMA, fence=["rows"])
    return {"rows": said, "answer": answer, "inputs": ", ".join(inputs)}, step, inputs


def read(answer: Mapping[str, Any], inputs: Sequence[str]) -> Prompt:
    """The prompt that the model wrote, with the variables that it uses declared.

    Raises:
        Invalid: it cannot be one, uses none of the columns, or others.
    """
    try:
        found = Prompt.model_validate(dict(answer))
    except ValidationError as error:
        raise Invalid(f"The model wrote no prompt that can be used: {error.errors()[0]['msg']}.", "Ask again, or a larger model.") from None
    if strange := sorted(found.used - set(inputs)):
        raise Invalid(f"The model wrote a prompt with {', '.join(strange)}, and the rows have {', '.join(inputs)}.", "Ask again, or a larger model.")
    if not found.used:
        raise Invalid("The model wrote a prompt that uses none of the columns.", "Ask again, or a larger model.")
    return found.model_copy(update={"variables": {name: Variable() for name in sorted(found.used)}})
