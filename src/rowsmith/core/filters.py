"""The filters of prompts: functions of JSON values, and nothing else. They are ours, with the names and meanings that Jinja gives them.

`SIZED` are those that can make more than they are given, or have a size among their arguments; they run in the child alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from inspect import Signature, signature
from typing import Any

import orjson

from rowsmith.core.errors import RowFailed

MOST = 1024 * 1024
"""Most characters, or entries, that a filter may make."""
MISSING: Any = object()
"""What `default` is given in place of a value that is not there."""
_NAMES = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a mapping", type(None): "nothing"}
_TOO_MUCH = "it would make more than {most:,} {what}"


def written(value: Any) -> str:
    """A value as a prompt shows it: text as it is, nothing for null, all else as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError, RecursionError):
        raise RowFailed("template", f"The prompt shows {kind(value)}, which cannot be written.") from None


def countable(value: Any) -> bool:
    """Whether a value made of others is a number, a verdict or nothing: what says nothing in their words."""
    return value is None or isinstance(value, int | float)


def kind(value: Any) -> str:
    """What a value is, in words."""
    return _NAMES.get(type(value), "something that is no JSON value")


def apply(name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
    """What the filter makes of a value.

    Raises:
        RowFailed: `template`, when it takes no such value.
    """
    if value is MISSING and name not in ("default", "d"):
        raise RowFailed("missing_variable", "The row lacks it.")
    try:
        return FILTERS[name](value, *args, **kwargs)
    except _Refused as error:
        raise RowFailed("template", f"The filter {name!r} {error}.") from None
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        raise RowFailed("template", f"The filter {name!r} cannot take {kind(value)} like this.") from None


class _Refused(Exception):
    """Why a filter takes no such value, as the end of a sentence."""


def _is(value: Any, *types: type) -> Any:
    if type(value) not in types:
        raise _Refused(f"takes {' or '.join(dict.fromkeys(_NAMES[one] for one in types))}, and was given {kind(value)}")
    return value


def _number(value: Any) -> Any:
    return _is(value, int, float)


def _size(value: Any, most: int) -> int:
    if not 0 <= _is(value, int) <= most:
        raise _Refused(f"takes a size of 0 to {most:,}, and was given {str(value)[:20]}")
    return int(value)


def _each(values: Any, attribute: str | None) -> list[Any]:
    """The entries of a list, or what lies in each of them at a dotted attribute."""
    if attribute is None:
        return list(_is(values, list))
    return [_within(one, _is(attribute, str)) for one in _is(values, list)]


def _within(value: Any, attribute: str) -> Any:
    for name in attribute.split("."):
        if not isinstance(value, dict) or name not in value:
            raise _Refused(f"finds no {attribute!r} in an entry")
        value = value[name]
    return value


def _folded(value: Any, case_sensitive: bool) -> Any:
    return value.casefold() if isinstance(value, str) and not case_sensitive else value


def _capitalize(value: Any) -> str:
    return str(_is(value, str)).capitalize()


def _title(value: Any) -> str:
    return re.sub(r"[^-\s({\[<]+", lambda found: found[0][0].upper() + found[0][1:].lower(), _is(value, str))


def _trim(value: Any, chars: str | None = None) -> str:
    return str(_is(value, str)).strip(chars)


def _length(value: Any) -> int:
    return len(_is(value, str, list, dict))


def _first(value: Any) -> Any:
    return _is(value, list, str)[0] if value else None


def _last(value: Any) -> Any:
    return _is(value, list, str)[-1] if value else None


def _reverse(value: Any) -> Any:
    return _is(value, list, str)[::-1]


def _sort(value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: str | None = None) -> list[Any]:
    keys = [_folded(one, case_sensitive) for one in _each(value, attribute)]
    return [value[at] for at in sorted(range(len(keys)), key=keys.__getitem__, reverse=bool(reverse))]


def _unique(value: Any, case_sensitive: bool = False, attribute: str | None = None) -> list[Any]:
    keys = [orjson.dumps(_folded(one, case_sensitive), option=orjson.OPT_SORT_KEYS) for one in _each(value, attribute)]
    return [value[at] for at in dict(zip(reversed(keys), reversed(range(len(keys))), strict=True)).values()][::-1]


def _min(value: Any, case_sensitive: bool = False, attribute: str | None = None) -> Any:
    return next(iter(_sort(value, False, case_sensitive, attribute)), None)


def _max(value: Any, case_sensitive: bool = False, attribute: str | None = None) -> Any:
    return next(iter(_sort(value, True, case_sensitive, attribute)), None)


def _sum(value: Any, attribute: str | None = None, start: int = 0) -> Any:
    return sum((_number(one) for one in _each(value, attribute)), start=_number(start))


def _default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    return default_value if value is MISSING or (boolean and not value) else value


def _int(value: Any, default: int = 0) -> int:
    try:
        return int(_is(value, int, float, bool, str))
    except (ValueError, OverflowError):
        return _is(default, int)  # type: ignore[no-any-return]


def _float(value: Any, default: float = 0.0) -> float:
    try:
        return float(_is(value, int, float, bool, str))
    except (ValueError, OverflowError):
        return _is(default, int, float)  # type: ignore[no-any-return]


def _round(value: Any, precision: int = 0, method: str = "common") -> Any:
    from math import ceil, floor

    digits = _size(precision, 15)
    if method == "common":
        return round(_number(value), digits)
    if method not in ("ceil", "floor"):
        raise _Refused("rounds by 'common', 'ceil' or 'floor'")
    return (ceil if method == "ceil" else floor)(_number(value) * 10**digits) / 10**digits


def _items(value: Any) -> list[Any]:
    return [[key, one] for key, one in _is(value, dict).items()]


def _dictsort(value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> list[Any]:
    if by not in ("key", "value"):
        raise _Refused("sorts by 'key' or 'value'")
    return sorted(_items(value), key=lambda one: _folded(one[by == "value"], case_sensitive), reverse=bool(reverse))


def _wordcount(value: Any) -> int:
    return len(re.findall(r"\w+", _is(value, str)))


def _tojson(value: Any, indent: int | None = None) -> str:
    said = orjson.dumps(value).decode() if indent is None else json.dumps(value, ensure_ascii=False, indent=_size(indent, 8))
    if len(said) > 4 * MOST:  # each time it is done to a text that text grows
        raise _Refused(_TOO_MUCH.format(most=4 * MOST, what="characters"))
    return said


def _join(value: Any, d: str = "", attribute: str | None = None) -> str:
    texts = [written(one) for one in _each(value, attribute)]
    if sum(map(len, texts)) + len(_is(d, str)) * len(texts) > MOST:
        raise _Refused(_TOO_MUCH.format(most=MOST, what="characters"))
    return d.join(texts)


def _replace(value: Any, old: str, new: str, count: int | None = None) -> str:
    times = _is(value, str).count(_is(old, str)) if count is None else min(_size(count, MOST), value.count(old))
    if len(value) + times * len(_is(new, str)) > MOST:
        raise _Refused(_TOO_MUCH.format(most=MOST, what="characters"))
    return value.replace(old, new, times)  # type: ignore[no-any-return]


def _truncate(value: Any, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 5) -> str:
    most, more = _size(length, MOST), _size(leeway, MOST)
    if len(_is(end, str)) > most:
        raise _Refused(f"cannot end {most} characters with {len(end)}")
    if len(_is(value, str)) <= most + more:
        return str(value)
    cut = str(value)[: most - len(end)]
    return (cut if killwords else cut.rsplit(" ", 1)[0]) + end


def _batch(value: Any, linecount: int, fill_with: Any = None) -> list[Any]:
    size = max(1, _size(linecount, 1000))
    parts = [_is(value, list)[at : at + size] for at in range(0, len(value), size)]
    if parts and fill_with is not None:
        parts[-1] = parts[-1] + [fill_with] * (size - len(parts[-1]))
    return parts


def _slice(value: Any, slices: int, fill_with: Any = None) -> list[Any]:
    count = max(1, _size(slices, 1000))
    size, larger = divmod(len(_is(value, list)), count)
    parts, at = [], 0
    for number in range(count):
        end = at + size + (number < larger)
        filled = [fill_with] if fill_with is not None and number >= larger else []
        parts.append(value[at:end] + filled)
        at = end
    return parts


FILTERS: Mapping[str, Callable[..., Any]] = {
    "abs": lambda value: abs(_number(value)), "batch": _batch, "capitalize": _capitalize, "count": _length, "d": _default, "default": _default,
    "dictsort": _dictsort, "first": _first, "float": _float, "int": _int, "items": _items, "join": _join, "last": _last, "length": _length,
    "lower": lambda value: _is(value, str).lower(), "max": _max, "min": _min, "replace": _replace, "reverse": _reverse, "round": _round,
    "slice": _slice, "sort": _sort, "sum": _sum, "title": _title, "tojson": _tojson, "trim": _trim, "truncate": _truncate, "unique": _unique,
    "upper": lambda value: _is(value, str).upper(), "wordcount": _wordcount,
}  # fmt: skip
"""All of them, by name."""
SIZED = frozenset({"batch", "join", "replace", "slice", "truncate"})
"""Those that take a size; `tojson` does with `indent`."""
SIZES: Mapping[str, tuple[str, int]] = {
    "batch": ("linecount", 1000), "slice": ("slices", 1000), "tojson": ("indent", 8), "truncate": ("length", MOST), "round": ("precision", 15),
}  # fmt: skip
"""Of those with a size: the argument that says it, and the most that it may say."""
SIGNATURES: Mapping[str, Signature] = {name: signature(one) for name, one in FILTERS.items()}
"""What each may be given, the value first."""


def sized(name: str, arguments: int) -> bool:
    """Whether a filter that is used with so many arguments has to run in the child."""
    return name in SIZED or (name == "tojson" and arguments > 0)
