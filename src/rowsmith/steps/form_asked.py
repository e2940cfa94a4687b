"""What was asked of an answer's form: JSON, a schema, a language, a number of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson

from rowsmith.content import language_codes, languages
from rowsmith.core.flags import Flag
from rowsmith.core.languages import Guess, Languages
from rowsmith.core.patterns import validator
from rowsmith.core.row import Json
from rowsmith.steps.form_phrases import pattern, unquoted
from rowsmith.steps.form_turns import CHECK, Turn

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_CODE = re.compile(r"^\s*(?:```|def |class |import |func |fn |const |let |var |SELECT |<\w+>|#!/|\{|\[)|[;{}]\s*$", re.MULTILINE)
_MARKED = re.compile(r"`[^`\n]+`|``.+``", re.DOTALL)
_PROSE = re.compile(r"[^\W\d_a-z][^\n]*[\w)\"'][.!?]$")
_SIGN = re.compile(r"[=(){}\[\]<>\\|*;$@_/]|--?\w")
_FEW = 12
"""Most words of a turn that says thanks or goodbye."""
_SHORT_LINE = 6
"""Most words of a command without any sign of code."""


def json_of(text: str) -> Json:
    """The value that a text is in strict JSON.

    Raises:
        ValueError: it is none.
    """
    return orjson.loads(text)


def json_problems(turn: Turn) -> Iterator[Flag]:
    """`json`: the whole of a last answer is not strict JSON."""
    try:
        json_of(turn.text)
    except ValueError as error:
        yield turn.whole("json", str(error))


def schema_problems(turn: Turn, schema: dict[str, Json]) -> Iterator[Flag]:
    """`schema`: a last answer, parsed as JSON, breaks the schema."""
    try:
        value = json_of(turn.text)
    except ValueError:
        yield turn.whole("schema", "the answer is not JSON")
        return
    if error := broken(value, schema):
        yield turn.whole("schema", error)


def row_problems(data: dict[str, Json], schema: dict[str, Json]) -> Iterator[Flag]:
    """`schema`: the columns of the row break the schema."""
    if error := broken(data, schema):
        yield Flag(CHECK, "schema", error)


def broken(value: Json, schema: dict[str, Json]) -> str:
    """What of a value breaks the schema first; empty when nothing does."""
    error = next(_validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).iter_errors(value), None)
    return "" if error is None else f"{error.json_path}: {error.message}"[:200]


@cache
def _validator(schema: bytes) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    return validator(Draft202012Validator)(orjson.loads(schema), registry=Registry())  # an empty registry: no schema is fetched from elsewhere


@cache
def _languages() -> Languages:
    return Languages(languages())


def language_of(text: str) -> Guess:
    """The language of what is prose in a text."""
    return _languages().guess(" ".join(unquoted(text).split()))


def language_instead(text: str, asked: str) -> str:
    """The language of what is prose in a text, if it is another than the one asked for; empty if not, or if it cannot be told."""
    return _languages().instead(" ".join(unquoted(text).split()), language_codes(asked))


def language_problems(turn: Turn, asked: str) -> Iterator[Flag]:
    """`language`: a last answer is in another language than the one asked for."""
    if found := language_instead(turn.text, asked):
        yield turn.whole("language", f"{found}, not {asked}")


def length(text: str) -> int:
    """Words of a text, parted by white space; two characters of a script without spaces are one."""
    if text.isascii():
        return len(text.split())
    alone = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + (alone + 1) // 2


def length_problems(turn: Turn, shortest: int, longest: int | None) -> Iterator[Flag]:
    """`length`: an answer of fewer or more words than wanted. Short ones are fine where a short form, JSON or code was asked for."""
    words = length(turn.text)
    if longest is not None and words > longest and not _is_code(turn):
        yield turn.whole("length", f"{words} words, more than {longest}")
    elif words < shortest and not (turn.choices or turn.calls or _is_code(turn) or pattern("short").search(turn.question) or _closes(turn)):
        yield turn.whole("length", f"{words} words, fewer than {shortest}")


def _is_code(turn: Turn) -> bool:
    if not pattern("coding").search(turn.question):
        return False
    said = turn.text.strip()
    return bool(_CODE.search(said) or _MARKED.fullmatch(said)) or _is_json(said) or _is_line_of_code(turn, said)


def _is_line_of_code(turn: Turn, said: str) -> bool:
    """Whether a line is no sentence, and code was wished for: it has a sign of code, or is a command of few words in small letters."""
    if _PROSE.fullmatch(said) or not pattern("wanted").search(turn.question):
        return False
    return _SIGN.search(said) is not None or (said == said.lower() and said[-1:] not in (".", "!", "?") and len(said.split()) <= _SHORT_LINE)


def _is_json(text: str) -> bool:
    try:
        json_of(text)
    except ValueError:
        return False
    return True


def _closes(turn: Turn) -> bool:
    """Whether the turn answers thanks or a goodbye."""
    asked = turn.question
    return ".content" in turn.pieces[0].path and len(asked.split()) <= _FEW and "?" not in asked and pattern("closing").search(asked) is not None
