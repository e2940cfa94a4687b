"""What JSON is for the types that only MongoDB has, and what it calls them."""

from __future__ import annotations

from typing import Any

_KINDS = {
    "NoneType": "null", "str": "string", "int": "int", "Int64": "long", "float": "double", "bool": "bool", "dict": "object", "list": "array",
    "ObjectId": "objectId", "datetime": "date", "DatetimeMS": "date", "Decimal128": "decimal", "bytes": "binData", "Binary": "binData",
    "UUID": "uuid", "Regex": "regex", "Timestamp": "timestamp", "Code": "javascript", "DBRef": "dbPointer", "MinKey": "minKey", "MaxKey": "maxKey",
}  # fmt: skip


def kind_of(kind: type) -> str:
    """The name that MongoDB has for a type."""
    return _KINDS.get(kind.__name__, kind.__name__)


def plain(value: Any) -> Any:
    """A plain value for one of these types; NotImplemented: it has a text of its own.

    Long numbers are numbers, decimals exact, bytes base64, code its text; regular expressions, timestamps, references and the two ends of all keys
    are as in Extended JSON; dates that Python has none for are milliseconds since 1970.
    """
    match type(value).__name__:
        case "Int64":
            return int(value)
        case "Decimal128":
            return value.to_decimal()
        case "Binary":
            return bytes(value)
        case "Code":
            return str(value)
        case "DatetimeMS":
            return int(value)
        case "Timestamp":
            return {"$timestamp": {"t": value.time, "i": value.inc}}
        case "Regex":
            flags = "".join(letter for flag, letter in _FLAGS.items() if value.flags & flag)
            return {"$regularExpression": {"pattern": str(value.pattern), "options": flags}}
        case "DBRef":
            return dict(value.as_doc())
        case "MinKey" | "MaxKey":
            return {f"${'minKey' if type(value).__name__ == 'MinKey' else 'maxKey'}": 1}
        case _:
            return NotImplemented


_FLAGS = {2: "i", 8: "m", 16: "s", 64: "x"}
