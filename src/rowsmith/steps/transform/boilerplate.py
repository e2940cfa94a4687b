"""Removes what belongs to a page and not to its text: menus, cookie notices, share bars, invitations, legal lines, licences, repeated lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field

from rowsmith.content import boilerplate
from rowsmith.core.edits import Edit
from rowsmith.core.row import Row
from rowsmith.steps.cleaning import Cleaning
from rowsmith.steps.lined import Line, lined, without

Rule = Literal["navigation", "cookies", "sharing", "invitations", "legal", "licence", "repeated"]
Language = Literal["en", "de", "fr", "es", "ja"]
RULES: tuple[Rule, ...] = get_args(Rule)
LANGUAGES: tuple[Language, ...] = get_args(Language)

MENU = 3
"""Fewest labels that make a menu, in one line or in lines that follow each other."""
NOTICE = 700
"""Most characters of a paragraph that counts as a notice."""
BANNER = 3000
"""Most characters of a paragraph that counts as a licence."""
_REPEATED_WORDS = 12
_LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\s]{0,500}[^)\n]{0,100}\)")
_OUTER = re.compile(r"^(?:[-*+>#\s]|\d{1,3}[.)]\s|\\)+|[\s:.!*_#»›→▲↑]+$")
_PARTED = re.compile(r"\s*(?:[|·•»›→/]|>)\s*")
_BULLETS = re.compile(r"^\W+(?:\s|$)")
_KEPT = ("code", "table", "meta")


class _Words(NamedTuple):
    """What a rule knows: labels of menus, lines that are never text, and the regular expressions of paragraphs and of ends."""

    labels: frozenset[str]
    alone: frozenset[str]
    parts: re.Pattern[str] | None
    to: re.Pattern[str] | None
    from_: re.Pattern[str] | None


class Boilerplate(Cleaning):
    """Removes lines and paragraphs that belong to a page and not to its text. Every change is an edit in `origin.source.edits`.

    navigation: menus (three or more labels, or labels with links, in a line or in lines that follow each other), "Skip to content".
    cookies: consent notices and their buttons. sharing: share bars and lists of networks. invitations: newsletters, related articles,
    advertisements, comments. legal: copyright lines. licence: licence texts of software and Creative Commons, and what stands outside the
    marks of Project Gutenberg. repeated: a paragraph of a short line that stands in the document `repeats` times or more, all of them.

    A label alone stays, since it may be a heading. Code, tables and front matter are left alone. The words of the rules are data:
    content/boilerplate.yaml.
    """

    rules: list[Rule] = Field(list(RULES), min_length=1, description="What goes.")
    languages: list[Language] = Field(list(LANGUAGES), min_length=1, description="Whose words the rules know.")
    repeats: Annotated[int, Field(ge=2)] = Field(4, description="How often a line has to stand in the document for the rule `repeated`.")

    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """Whole lines."""
        lines = lined(text)
        gone = {number for rule in self.rules if rule != "repeated" for number in _found(lines, rule, tuple(self.languages))}
        gone |= set(self._repeated(lines)) if "repeated" in self.rules else set()
        return without(lines, gone)

    def _repeated(self, lines: Sequence[Line]) -> Iterator[int]:
        alone = [number for number, line in enumerate(lines) if line.kind in ("paragraph", "html") and _by_itself(lines, number)]
        short = {number: bare for number in alone if 0 < len((bare := _bare(lines[number].text)).split()) <= _REPEATED_WORDS}
        often = Counter(short.values())
        yield from (number for number, bare in short.items() if often[bare] >= self.repeats)


def _found(lines: Sequence[Line], rule: Rule, languages: tuple[Language, ...]) -> Iterator[int]:
    words = _words(rule, languages)
    longest = BANNER if rule == "licence" else NOTICE
    if words.labels:
        yield from _menus(lines, words.labels)
    for number, line in enumerate(lines):
        if words.alone and line.kind not in _KEPT and _bare(line.text) in words.alone:
            yield number
    if words.parts:
        yield from chain.from_iterable(block for block in _blocks(lines) if _says(lines, block, words.parts, longest))
    yield from _ends(lines, words)


def _menus(lines: Sequence[Line], labels: frozenset[str]) -> Iterator[int]:
    """The lines of menus: one with several labels, or several that are each a label or a short link. What a colon introduces is a list."""
    run: list[tuple[int, bool]] = []
    before = ""
    for number, line in enumerate(lines):
        if not line.text.strip():
            continue
        parts = [] if line.kind in _KEPT else _labels(line.text)
        known = sum(part in labels for part in parts)
        if len(parts) >= MENU and 2 * known >= len(parts):
            yield number
        elif parts and len(parts) < MENU and (known or _is_link(line.text)) and (run or not before.endswith((":", "："))):
            run.append((number, known > 0))
            continue
        yield from _run(run)
        run, before = [], line.text.rstrip()
    yield from _run(run)


def _run(run: Sequence[tuple[int, bool]]) -> Iterator[int]:
    """The lines of a run, from its first to its last label, where these are at least half of it."""
    known = [place for place, (_, is_label) in enumerate(run) if is_label]
    if len(known) >= MENU and 2 * len(known) >= known[-1] - known[0] + 1:
        yield from (number for number, _ in run[known[0] : known[-1] + 1])


def _labels(line: str) -> list[str]:
    """The parts of a line that are short enough to be labels; none where one is too long."""
    if len(line) > NOTICE:
        return []
    plain = _LINK.sub(r" | \1 | ", line) if line.count("](") > 1 else _LINK.sub(r"\1", line)
    parts = [bare for part in _PARTED.split(plain) if (bare := _bare(part))]
    return parts if all(len(part) <= 40 for part in parts) else []


def _is_link(line: str) -> bool:
    return len(line) <= NOTICE and _LINK.fullmatch(_OUTER.sub("", line)) is not None


def _blocks(lines: Sequence[Line]) -> Iterator[list[int]]:
    """The paragraphs, as the numbers of their lines; an item counts as one, and so do headings without a blank line between them, as comments
    in code are."""
    block: list[int] = []
    for number, line in enumerate(lines):
        if not line.text.strip() or line.kind in _KEPT:
            yield block
            block = []
        else:
            if (line.kind == "item" and _BULLETS.match(line.text)) or (block and lines[block[-1]].kind != line.kind):
                yield block
                block = []
            block.append(number)
    yield block


def _says(lines: Sequence[Line], block: Sequence[int], pattern: re.Pattern[str], longest: int) -> bool:
    if not block or lines[block[-1]].end - lines[block[0]].start > longest:
        return False
    return pattern.search(" ".join(" ".join(lines[number].text.split()).lstrip("#>*-+/ ").lower() for number in block)) is not None


def _ends(lines: Sequence[Line], words: _Words) -> Iterator[int]:
    """The lines up to the last that says where the text begins, and from the first behind it that says where it ends."""
    first = max((number for number, line in enumerate(lines) if words.to and words.to.match(line.text.strip().lower())), default=-1)
    yield from range(first + 1)
    matches = (number for number in range(first + 1, len(lines)) if words.from_ and words.from_.match(lines[number].text.strip().lower()))
    yield from range(next(matches, len(lines)), len(lines))


def _bare(text: str) -> str:
    """A line or label without its marks, in lower case."""
    if len(text) > 200:
        return text
    return " ".join(_OUTER.sub("", _LINK.sub(r"\1", text)).lower().split())


def _by_itself(lines: Sequence[Line], number: int) -> bool:
    around = [lines[other].text.strip() for other in (number - 1, number + 1) if 0 <= other < len(lines)]
    return not any(around)


@cache
def _words(rule: Rule, languages: tuple[Language, ...]) -> _Words:
    said = boilerplate()[rule]
    labels, alone, parts = ([word for code in languages for word in said.get(kind, {}).get(code, ())] for kind in ("labels", "alone", "parts"))
    return _Words(frozenset(labels), frozenset(alone), _any(parts), _any(said.get("to", ())), _any(said.get("from", ())))


def _any(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None
