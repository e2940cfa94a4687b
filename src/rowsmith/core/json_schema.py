"""Whether a mapping is a JSON Schema: found out once, since a run asks it of each output several times, and to answer takes as long as many rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from jsonschema import SchemaError
    from jsonschema.protocols import Validator


def schema_error(schema: Mapping[str, Any], draft: type[Validator]) -> SchemaError | None:
    """What is wrong with a schema by the rules of a draft; None: nothing."""
    try:
        text = orjson.dumps(schema)
    except TypeError:  # a value that is no JSON, or a number too large for it
        return _error(dict(schema), draft)
    return _known(text, draft)


@lru_cache(maxsize=256)
def _known(text: bytes, draft: type[Validator]) -> SchemaError | None:
    return _error(orjson.loads(text), draft)


def _error(schema: dict[str, Any], draft: type[Validator]) -> SchemaError | None:
    from jsonschema import SchemaError

    try:
        draft.check_schema(schema)
    except SchemaError as error:
        return error.with_traceback(None)
    return None
