"""Personal data taken out of a file where it stands, so that nothing else of the file changes: JSON and JSON Lines string by string, tables of text
cell by cell, plain text as it is. The bytes between stay as they were: spaces, order of keys, how numbers and escapes are written.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat

import orjson

from rowsmith.core.edits import apply
from rowsmith.core.pii.hiding import Hiding
from rowsmith.steps.recognising import Recognising

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]')
_COLON = re.compile(r"\s*:")


@dataclass
class Redacting:
    """Takes values out of texts and counts them. `rows` are the records that were looked at, `changed` those in which something was found."""

    finder: Recognising
    hiding: Hiding
    rows: int = 0
    changed: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def text(self, text: str, path: str = "") -> str:
        """A text with none of it left; the same object where there was none. `path` is where it stands, whose last name is a word beside numbers."""
        found = self.finder.found_in(text, path)
        if not found:
            return text
        self.counts.update(one.kind for one in found)
        return apply(text, self.hiding.edits(text, found))

    def value(self, document: str) -> str:
        """A JSON value as text, with its strings redacted; names of keys stay."""
        pieces: list[str] = []
        at = 0
        keys = _Keys()
        for token in _TOKEN.finditer(document):
            sign = token[0]
            if sign[0] != '"':
                keys.see(sign)
            elif keys.in_object and keys.awaits and _COLON.match(document, token.end()):
                keys.name(sign)
            elif (new := self._string(sign, keys.path)) is not sign:
                pieces += [document[at : token.start()], new]
                at = token.end()
        return "".join([*pieces, document[at:]]) if pieces else document

    def lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Lines of JSON, each a record. One that is no JSON is redacted as plain text, so that nothing is left in it."""
        for line in lines:
            if line.strip():
                yield self._counted(line, self.value(line) if _is_json(line) else self.text(line))
            else:
                yield line

    def table(self, lines: Iterable[str], delimiter: str) -> Iterator[str]:
        """Lines of a table of text, the first of which names its columns."""
        names: list[str] = []
        for record in _records(lines):
            if not names:
                names = [_bare(cell) for cell in _cells(record, delimiter)]
                yield record
                continue
            named = zip(_cells(record, delimiter), chain(names, repeat("")), strict=False)
            yield self._counted(record, delimiter.join(self._cell(cell, name) for cell, name in named))

    def plain(self, text: str) -> str:
        """A text as a whole."""
        return self._counted(text, self.text(text))

    def _counted(self, before: str, after: str) -> str:
        self.rows += 1
        self.changed += before != after
        return after

    def _string(self, token: str, path: str) -> str:
        text = json.loads(token, strict=False)
        made = self.text(text, path)
        return token if made is text else json.dumps(made, ensure_ascii=token.isascii())

    def _cell(self, cell: str, name: str) -> str:
        end = cell[len(cell.rstrip("\r\n")) :]
        text = _bare(cell)
        made = self.text(text, name)
        if made is text:
            return cell
        return ('"' + made.replace('"', '""') + '"' if cell.lstrip().startswith('"') or any(sign in made for sign in '",;\t\n\r') else made) + end


def _is_json(line: str) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


class _Keys:
    """Where in a JSON value the reader stands: the names of the objects around it."""

    def __init__(self) -> None:
        self._around: list[str | None] = []
        self.awaits = False

    @property
    def in_object(self) -> bool:
        """Whether the innermost thing is an object."""
        return bool(self._around) and self._around[-1] is not None

    @property
    def path(self) -> str:
        """The names, parted by dots."""
        return ".".join(name for name in self._around if name)

    def see(self, sign: str) -> None:
        """Pass a bracket, a comma or a colon."""
        if sign in "{[":
            self._around.append("" if sign == "{" else None)
        elif sign in "}]" and self._around:
            self._around.pop()
        self.awaits = sign in "{,"

    def name(self, token: str) -> None:
        """Pass the name of a key."""
        self._around[-1] = str(json.loads(token, strict=False)).replace(".", "_")


def _records(lines: Iterable[str]) -> Iterator[str]:
    """Lines put together where a line end stands within quotes."""
    held: list[str] = []
    quotes = 0
    for line in lines:
        held.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield "".join(held)
            held, quotes = [], 0
    if held:
        yield "".join(held)


def _cells(record: str, delimiter: str) -> list[str]:
    """The cells of a record as they are written; the last one has the line end."""
    if '"' not in record:
        return record.split(delimiter)
    cells, start, quoted = [], 0, False
    for at, char in enumerate(record):
        if char == '"':
            quoted = not quoted
        elif char == delimiter and not quoted:
            cells.append(record[start:at])
            start = at + 1
    return [*cells, record[start:]]


def _bare(cell: str) -> str:
    """What a cell says."""
    said = cell.rstrip("\r\n")
    inner = said.strip()
    return inner[1:-1].replace('""', '"') if len(inner) > 1 and inner[0] == inner[-1] == '"' else said
