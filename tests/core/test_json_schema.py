"""Whether a mapping is a JSON Schema: the same answer each time, and that of the validator."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, SchemaError

from rowsmith.core.json_schema import schema_error

SCHEMAS: list[Any] = [
    {}, {"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "strng"}, {"properties": []}, {"required": "a"},
    {"minimum": 2**70}, {"enum": [{1, 2}]}, {"items": [{"type": "string"}]}, {"dependentRequired": 1},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("draft", [Draft7Validator, Draft202012Validator])
def test_it_says_what_the_validator_says_however_often_it_is_asked(schema: Any, draft: Any) -> None:
    wanted = None
    try:
        draft.check_schema(schema)
    except SchemaError as error:
        wanted = error
    for _ in range(2):
        found = schema_error(schema, draft)
        assert (found is None) == (wanted is None)
        if found is not None and wanted is not None:
            assert (found.message, found.json_path) == (wanted.message, wanted.json_path)


def test_a_schema_that_has_changed_is_looked_at_again_and_drafts_differ() -> None:
    schema: dict[str, Any] = {"type": "object"}
    assert schema_error(schema, Draft202012Validator) is None
    schema["type"] = "objct"
    assert schema_error(schema, Draft202012Validator) is not None
    tuples = {"items": [{"type": "string"}]}
    assert schema_error(tuples, Draft7Validator) is None
    assert schema_error(tuples, Draft202012Validator) is not None
