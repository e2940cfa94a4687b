"""Removes what belongs to a page and not to its text: menus, cookie notices, share bars, invitations, legal lines, licences, repeated lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
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
TEXT = 100
"""Fewest characters of a line that counts as the text itself."""
NOTICE = 700
"""Most characters of a paragraph that counts as a notice."""
BANNER = 3000
"""Most characters of a paragraph that counts as a licence."""
LABEL = 40
"""Most characters of a label."""
LONGEST = 200
"""Most characters of a line that is compared as a whole, links included."""
_REPEATED_WORDS = 12
_EDGES = " \t\f#>*-+/"
_LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\s]{0,500}[^)\n]{0,100}\)")
_OUTER = re.compile(r"^(?:[-*+>#\s]|\d{1,3}[.)]\s|\\)+|[\s:.!*_#»›→▲↑]+$")
_PARTED = re.compile(r"[|·•»›→/>]")
_BULLETS = re.compile(r"^\W+(?:\s|$)")
_KEPT = ("code", "table", "meta")


class _Words(NamedTuple):
    """What a rule knows: labels of menus, lines that are never text, those with a list below, words of which a notice has one, and the regular
    expressions of notices and of ends."""

    labels: frozenset[str]
    alone: frozenset[str]
    lists: frozenset[str]
    near: tuple[str, ...]
    parts: re.Pattern[str] | None
    to: re.Pattern[str] | None
    from_: re.Pattern[str] | None


class _Page(NamedTuple):
    """A text as the rules see it: its lines, each without its marks where it is short enough to be a label, and its paragraphs on one line."""

    lines: list[Line]
    bare: list[str]
    paragraphs: list[tuple[list[int], str]]


class Boilerplate(Cleaning):
    """Removes lines and paragraphs that belong to a page and not to its text. Every change is an edit in `origin.source.edits`.

    navigation: menus (three or more labels, or labels with links, in a line or in lines that follow each other), "Skip to content".
    cookies: consent notices and their buttons. sharing: share bars and lists of networks. invitations: newsletters, related articles,
    advertisements, comments. legal: copyright lines. licence: licence texts of software and Creative Commons, and what stands outside the
    marks of Project Gutenberg. repeated: a paragraph of a short line that stands in the document `repeats` times or more, all of them; what
    ends with a colon or a bracket stays.

    A label alone stays, since it may be a heading. Code, tables and front matter are left alone. The words of the rules are data:
    content/boilerplate.yaml.
    """

    rules: list[Rule] = Field(list(RULES), min_length=1, description="What goes.")
    languages: list[Language] = Field(list(LANGUAGES), min_length=1, description="Whose words the rules know.")
    repeats: Annotated[int, Field(ge=2)] = Field(4, description="How often a line has to stand in the document for the rule `repeated`.")

    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """Whole lines."""
        page = _page(text)
        gone = {number for rule in self.rules if rule != "repeated" for number in _found(page, _words(rule, tuple(self.languages)), rule)}
        gone |= set(self._repeated(page)) if "repeated" in self.rules else set()
        return without(page.lines, gone)

    def _repeated(self, page: _Page) -> Iterator[int]:
        alone = [numbers[0] for numbers, _ in page.paragraphs if len(numbers) == 1 and page.lines[numbers[0]].kind == "paragraph"]
        said = {number: page.lines[number].text.strip() for number in alone}
        short = {number: line for number, line in said.items() if _is_repeatable(line)}
        often = Counter(short.values())
        yield from (number for number, line in short.items() if often[line] >= self.repeats)


def _is_repeatable(line: str) -> bool:
    """Whether a line can be a running header: words, and nothing that belongs to what stands below it."""
    return line[0].isalnum() and line[-1] not in ":：)]}>;" and len(line.split()) <= _REPEATED_WORDS


def _page(text: str) -> _Page:
    lines = lined(text)
    bare = ["" if line.kind in _KEPT else _bare(line.text) for line in lines]
    said = [(block, " ".join(lines[number].text.strip(_EDGES) for number in block).lower()) for block in _blocks(lines) if block]
    return _Page(lines, bare, said)


def _found(page: _Page, words: _Words, rule: Rule) -> Iterator[int]:
    if words.labels:
        yield from _menus(page, words.labels | words.alone)
    for number, bare in enumerate(page.bare):
        if bare in words.alone:
            yield number
            yield from _list_below(page.lines, number) if bare in words.lists else ()
    longest = BANNER if rule == "licence" else NOTICE
    for block, said in page.paragraphs:
        if words.parts and len(said) <= longest and any(word in said for word in words.near) and words.parts.search(said):
            yield from block
    yield from _ends(page.lines, words)


def _list_below(lines: Sequence[Line], number: int) -> Iterator[int]:
    """The items that stand next below a line."""
    for below in range(number + 1, len(lines)):
        if lines[below].kind == "item" or _is_link(lines[below].text):
            yield below
        elif lines[below].text.strip():
            return


def _menus(page: _Page, labels: frozenset[str]) -> Iterator[int]:
    """The lines of menus: one with several labels, or several that are each a label, a short link or, beside such, a short item. What a colon
    introduces is a list. Above and below the text itself two labels are enough."""
    run: list[tuple[int, bool]] = []
    before = ""
    long = [number for number, line in enumerate(page.lines) if len(line.text) >= TEXT and line.kind == "paragraph"]
    first, last = (long[0], long[-1]) if long else (0, len(page.lines))
    for number, line in enumerate(page.lines):
        if not line.text.strip():
            continue
        parts = [] if line.kind in _KEPT else _labels(line.text)
        known = sum(part in labels for part in parts)
        beside = line.kind == "item" and len(parts) == 1 and len(parts[0].split()) <= 3
        if len(parts) >= MENU and 2 * known >= len(parts):
            yield number
        elif parts and len(parts) < MENU and (known or beside or _is_link(line.text)) and (run or not before.endswith((":", "："))):
            run.append((number, known > 0))
            continue
        yield from _run(run, first, last)
        run, before = [], line.text.rstrip()
    yield from _run(run, first, last)


def _run(run: Sequence[tuple[int, bool]], first: int, last: int) -> Iterator[int]:
    """The lines of a run, from its first to its last label, where these are at least half of it."""
    known = [place for place, (_, is_label) in enumerate(run) if is_label]
    apart = bool(run) and (run[-1][0] < first or run[0][0] > last)
    if len(known) >= (MENU - 1 if apart else MENU) and 2 * len(known) >= known[-1] - known[0] + 1:
        yield from (number for number, _ in run[known[0] : known[-1] + 1])


def _labels(line: str) -> list[str]:
    """The parts of a line that are short enough to be labels; none where one is too long."""
    links = line.count("](")
    if len(line) > NOTICE or (len(line) > 2 * LABEL and not links and not _PARTED.search(line)):
        return []
    plain = _LINK.sub(r" | \1 | ", line) if links > 1 else _LINK.sub(r"\1", line) if links else line
    parts = [bare for part in _PARTED.split(plain) if (bare := _bare(part))]
    return parts if all(len(part) <= LABEL for part in parts) else []


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


def _ends(lines: Sequence[Line], words: _Words) -> Iterator[int]:
    """The lines up to the last that says where the text begins, and from the first behind it that says where it ends."""
    first = max((number for number, line in enumerate(lines) if words.to and words.to.match(line.text.strip().lower())), default=-1)
    yield from range(first + 1)
    matches = (number for number in range(first + 1, len(lines)) if words.from_ and words.from_.match(lines[number].text.strip().lower()))
    yield from range(next(matches, len(lines)), len(lines))


def _bare(text: str) -> str:
    """A line or label without its marks, in lower case; empty where it is too long to be one."""
    if len(text) > LONGEST:
        return ""
    plain = _LINK.sub(r"\1", text) if "](" in text else text
    return " ".join(_OUTER.sub("", plain).lower().split())


@cache
def _words(rule: Rule, languages: tuple[Language, ...]) -> _Words:
    said, kinds = boilerplate()[rule], ("labels", "alone", "lists", "near", "parts")
    found = [[word for code in languages for word in said.get(kind, {}).get(code, ())] for kind in kinds]
    labels, alone, lists = map(frozenset, found[:3])
    return _Words(labels, alone, lists, tuple(found[3]), _any(found[4]), _any(said.get("to", ())), _any(said.get("from", ())))


def _any(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None
