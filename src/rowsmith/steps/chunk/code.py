"""Chunks of source code: its functions and classes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from pydantic import Field, NonNegativeInt, field_validator

from rowsmith.core.errors import choose
from rowsmith.core.languages_of_code import GRAMMARS, INSTALL, MISSING, grammar_of
from rowsmith.core.outline import Block, Part
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.spans import Span
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Alike, Chunking, Told
from rowsmith.steps.cohesion import alike
from rowsmith.steps.packing import divided, filled, joined

MOST_CHARACTERS = 2_000_000
"""Of a text that is parsed; a longer one (data, most often) is cut at its lines."""


class Code(Chunking):
    """Cuts source code into its functions and classes: a chunk each, with the comments above it; what lies between them is a chunk too.

    A class that is longer than `size` is cut into its methods, a function at its inner blocks. Grammars (extra `repositories`): Bash, C, C#, C++, Go,
    Java, JavaScript, PHP, Python, Ruby, Rust, TypeScript. A file of another language is cut at its empty lines and lines, without symbols.
    Chunks cover the text (only space between them is left out) and are its exact characters; the row's other columns go along, and `symbol` says what
    is defined: "Class.method", several with commas, none for what lies between.
    Origin: `source.span` [start, end) in characters of the file, `chunk` {index, of, tokens, symbol, language, lines: [first, last]}, the language
    empty where it is another one. A blank text is dropped (`empty_text`).
    """

    language: str = Field("", description="Language of the code, for example python or c_sharp. Default: by the file's name.")
    symbol: str = Field("symbol", description="Column that is given what the chunk defines; empty for none.")
    merge: Alike | None = Field(
        None, description="Neighbours whose words are at least so alike (cosine) are merged where both fit into `size`. Default: none."
    )
    min_size: NonNegativeInt = Field(0, description="Smaller definitions are joined to a neighbour where both fit into `size`.")

    @field_validator("language")
    @classmethod
    def _has_grammar(cls, name: str) -> str:
        if name and name not in GRAMMARS:
            raise ValueError(f"there is no grammar for {name!r}. {choose(name, list(GRAMMARS))}")
        return name

    def check(self) -> list[str]:
        """A symbol column that would overwrite the code; tree-sitter that is not there."""
        same = [f"`symbol` and `column` are both {self.column!r}; give one another name."] if self.symbol == self.column else []
        return [*super().check(), *same, *([f"{MISSING} {INSTALL}"] if find_spec("tree_sitter") is None else [])]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the symbol's."""
        return before if before is None or not self.symbol else before | {self.symbol}

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's code, in order.

        Raises:
            Unavailable: the grammar of its language is not installed.
            RowFailed: the code broke its reader, or reading it took too long or too much room (`broken_file`, `timeout`, `memory`, `too_large`).
        """
        of = self.measured(row, ctx)
        language = (self.language or _language(row)) if len(of.text) <= MOST_CHARACTERS else ""

        def fits(span: Span) -> bool:
            return of.fits(*span, self.size)

        found = list(_pieces(ctx.outline(of.text, language, self.size), fits)) if language else []
        cut = [span for piece in found for span in filled(of, _units((piece.start, piece.end), piece.blocks, fits), self.size)]
        if not language:
            cut = divided(of, (0, len(of.text)), self.size)
        spans = joined(of, alike(of, _closed(of, cut, self.size), self.merge, self.size), self.min_size, self.size)
        symbols = list(_symbols(spans, found))
        columns: list[Told] = [{self.symbol: name} if self.symbol else {} for name in symbols]
        lines = _Lines(of.text, row)
        told: list[Told] = [
            {"symbol": name, "language": language, "lines": lines.of(*span)} for name, span in zip(symbols, spans, strict=True)
        ]
        yield from self.chunks(row, of, spans, columns, told)


def _language(row: Row) -> str:
    """By the name of the file, or of the member of an archive, that the row comes from."""
    source: Any = row.origin.get("source")
    names = [source.get(key) for key in ("member", "path", "file", "name")] if isinstance(source, dict) else []
    return next((found for name in names if isinstance(name, str) and (found := grammar_of(name))), "")


def _pieces(parts: Iterable[Part], fits: Callable[[Span], bool]) -> Iterator[Part]:
    """The definitions and what lies between them. One that does not fit is taken apart where there are definitions in it."""
    for part in parts:
        if part.parts and not fits((part.start, part.end)):
            yield from _pieces(part.parts, fits)
        else:
            yield part


def _units(span: Span, blocks: Sequence[Block], fits: Callable[[Span], bool]) -> Iterator[Span]:
    """The span, or the blocks in it as far apart as it takes for them to fit."""
    if not blocks or fits(span):
        yield span
    else:
        for block in blocks:
            yield from _units((block.start, block.end), block.parts, fits)


def _closed(of: Measured, spans: Sequence[Span], size: int) -> list[Span]:
    """A span that says nothing, a closing brace most often, goes with the one before where that fits."""
    found: list[Span] = []
    for start, end in spans:
        said = of.text[start:end]
        bare = said == "end" or not any(char.isalnum() for char in said)
        if found and bare and of.fits(found[-1][0], end, size):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _symbols(spans: Sequence[Span], found: Sequence[Part]) -> Iterator[str]:
    """What is defined in each span, in order and once."""
    at = 0
    for start, end in spans:
        while at < len(found) and found[at].end <= start:
            at += 1
        names = []
        for piece in found[at:]:
            if piece.start >= end:
                break
            names.append(piece.symbol)
        yield ", ".join(dict.fromkeys(filter(None, names)))


class _Lines:
    """The lines of a text, counted from 1; of a chunk that was cut before from where it says that it begins."""

    def __init__(self, text: str, row: Row) -> None:
        self._starts = [0, *(place + 1 for place, char in enumerate(text) if char == "\n")]
        before = (row.origin.get("chunk") or {}).get("lines")
        self._first = before[0] if before else 1

    def of(self, start: int, end: int) -> list[int]:
        """The first line and the last."""
        return [bisect_right(self._starts, start) - 1 + self._first, bisect_right(self._starts, end - 1) - 1 + self._first]
