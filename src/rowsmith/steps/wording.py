"""Words of a text that may be changed by rule: drawn by the row's id, and never within code, addresses, placeholders or figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rowsmith.core.ids import share
from rowsmith.core.spans import Span

FIXED = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<body>.*?)^(?P=fence)|`(?P<code>[^`\n]+)`|(?P<url>https?://[^\s<>()\[\]\"']+[^\s<>()\[\]\"'.,;:!?])"
    r"|(?P<hole>\{\{[^{}]*\}\}|(?<!\{)\{[A-Za-z_]\w*\}(?!\}))",
    re.MULTILINE | re.DOTALL,
)  # fmt: skip
"""What stays as it stands: fenced code, code in backticks, addresses, placeholders."""
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_ASIDE = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_BEGIN = re.compile(r"(?:^|[.!?:\n]\s*[\"“„«(]?)\s*$")


class Draw:
    """Numbers in [0, 1) for places of a row's text: the same row, the same numbers."""

    def __init__(self, row: str, salt: str) -> None:
        self._row, self._salt = row, salt

    def __call__(self, place: object) -> float:
        """The number of a place."""
        return share(self._row, f"{self._salt} {place}")

    def one(self, place: object, among: Sequence[str]) -> str:
        """One of several."""
        return among[int(self(place) * len(among))]


def loose(text: str) -> Iterator[re.Match[str]]:
    """The words that stand in nothing that has to stay."""
    held: list[Span] = sorted(found.span() for pattern in (FIXED, _ASIDE) for found in pattern.finditer(text))
    at = 0
    for word in _WORD.finditer(text):
        while at < len(held) and held[at][1] <= word.start():
            at += 1
        if at == len(held) or held[at][0] >= word.end():
            yield word


def plain(text: str, word: re.Match[str]) -> bool:
    """Whether a word is no name and no figure: letters alone, small ones but where a sentence begins."""
    said = word[0]
    if not said.replace("-", "").replace("'", "").replace("’", "").isalpha() or not said[1:].islower():
        return False
    return said[0].islower() or _BEGIN.search(text[max(0, word.start() - 20) : word.start()]) is not None


def changed(text: str, words: Sequence[re.Match[str]], draw: Draw, rate: float, anew: Callable[[str, int], str]) -> str:
    """The text with a share of these words anew, at least one of them; `anew` is given the word and its number."""
    drawn = {number: draw(number) for number in range(len(words))}
    chosen = {number for number, value in drawn.items() if value < rate} or set(sorted(drawn, key=lambda number: drawn[number])[:1])
    said, at = [], 0
    for number in sorted(chosen):
        said += [text[at : words[number].start()], anew(words[number][0], number)]
        at = words[number].end()
    return "".join([*said, text[at:]])
