"""A text as the rules of extractive questions see it, and what they find in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rowsmith.steps.markdown import Block, blocks, plain
from rowsmith.steps.prose import flat, stands_alone, whole
from rowsmith.steps.sentences import sentences

_DETERMINER = re.compile(r"(?:A|An|The|Each|Every|Any|All|Some|Most|Many|One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)\b")
_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_PROPER = re.compile(r"`|\b[A-Z]{2,}|(?<!^)\b[A-Z]\w")


@dataclass(slots=True, frozen=True)
class Found:
    """A question whose answer is text[start:end]."""

    rule: str
    question: str
    start: int
    end: int


class Passage:
    """A text with its blocks. `above` are the headings that it stands under in its document, `document` the document's name."""

    def __init__(self, text: str, above: Sequence[str] = (), document: str = "") -> None:
        self.text = text
        self.blocks = blocks(text)
        self.document = document
        self._above = tuple(above)

    def section(self, block: Block) -> tuple[str, ...]:
        """The titles of the headings above the block, those outside the text included."""
        own = block.path
        if not own:
            return self._above
        first = next(item for item in self.blocks if item.kind == "heading")
        if first.path[0] not in self._above or block.levels[0] < first.level:
            return own
        return self._above[: self._above.index(first.path[0])] + own

    @cached_property
    def prose(self) -> list[tuple[Block, int, int]]:
        """Every whole sentence that stands alone, in paragraphs and list items: its block and span."""
        return [
            (block, start, end)
            for block in self.blocks
            if block.kind in ("paragraph", "item")
            for start, end in sentences(self.text, self.body(block), block.end)
            if whole(self.text[start:end]) and stands_alone(flat(self.text[start:end]))
        ]

    @cached_property
    def _small(self) -> frozenset[str]:
        return frozenset(re.findall(r"(?<![\w`])[a-z][\w-]*", self.text))

    def body(self, block: Block) -> int:
        """Where the block's text begins, behind a list item's marker."""
        marker = _MARKER.match(self.text, block.start, block.end) if block.kind == "item" else None
        return marker.end() if marker else block.start

    def named(self, term: str) -> str:
        """A noun phrase from a sentence's head as a question has it: a determiner, or a word that the text also writes small, begins small."""
        term = plain(term, code=True)
        head = term.split(" ", 1)[0]
        small = head[:1].lower() + head[1:]
        if _DETERMINER.match(term) or (head[1:].islower() and small in self._small):
            return small + term[len(head) :]
        return term

    def asked(self, question: str, block: Block, about: str = "the ") -> str:
        """The question, told apart by its section when what it asks about (`about`) is only "the something"; empty where nothing tells it."""
        definite = about.lower().startswith(("the ", "`", "**")) and _PROPER.search(about.removeprefix("The ")) is None
        if not definite and not about.startswith("`"):
            return question
        if section := self.section(block):
            return f'In "{" > ".join(dict.fromkeys((section[0], section[-1])))}", {question[0].lower()}{question[1:]}'
        return question if about.startswith("`") or len(about.split()) > 2 else ""

    def spans(self, block: Block, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of the pattern at the lines of a block."""
        at = block.start
        for line in self.text[block.start : block.end].split("\n"):
            if found := pattern.match(self.text, at, at + len(line.rstrip("\r"))):
                yield found
            at += len(line) + 1
