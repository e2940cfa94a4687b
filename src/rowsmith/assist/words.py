"""What a reply says by its words alone, without a model: whether it says anything, whether it confirms, and plain orders to change an item.
The words are in content/guide.yaml; they are English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from rowsmith import content
from rowsmith.assist.checklist import item_named

Kind = Literal["confirm", "pass", "suggest", "unclear", "says"]
_LINE = re.compile(r"^[ \t>*-]*([A-Za-z][A-Za-z_ ]{1,40}?)[ \t]*[:=][ \t]*(\S.*)$")
_CHANGE = re.compile(
    r"^(?:please\s+)?(?:change|set|make|update)\s+(?:the\s+)?(.{2,40}?)\s+(?:to|into|=)\s*[:=]?\s*(\S.*)$", re.IGNORECASE | re.DOTALL
)
_ADD = re.compile(r"^(?:please\s+)?add\s+(\S.*?)(?:\s+to\s+(?:the\s+)?([A-Za-z_ ]{2,40}?))?[.!]?$", re.IGNORECASE | re.DOTALL)
_REMOVE = re.compile(r"^(?:please\s+)?(?:clear|remove|forget|reopen)\s+(?:the\s+)?([A-Za-z_ ]{2,40}?)[.!]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """An order that needs no model: an item is set, added to or reopened. `item` is empty where the reply names none."""

    act: Literal["set", "add", "open"]
    item: str
    value: str = ""

    def on(self, item: str) -> Order:
        """The same for an item, where it names none."""
        return self if self.item else replace(self, item=item)


def kind(reply: str) -> Kind:
    """What sort of reply it is. `pass` are words that pass over a question, of which some (continue) confirm elsewhere."""
    flat = _flat(re.sub(r"\b(please|thanks|thank you)\b", "", reply, flags=re.IGNORECASE))
    if _is(flat, "suggest"):
        return "suggest"
    if _is(flat, "pass"):
        return "pass"
    if _is(flat, "confirm") or (all(_is(part, "confirm") for part in re.split(r"[,.;!]| and ", reply.lower()) if part.strip()) and flat):
        return "confirm"
    return "unclear" if unclear(reply) else "says"


def confirms(reply: str) -> bool:
    """Whether it says yes, or go on."""
    return kind(reply) == "confirm" or _flat(reply) in ("next", "continue")


def finishes(reply: str) -> bool:
    """Whether it wants to be done with the questions."""
    return _is(reply, "finish")


def refuses(reply: str) -> bool:
    """Whether it says no."""
    return _is(reply, "refuse")


def unclear(said: str) -> bool:
    """Whether nothing is left of it without the words of somebody who does not know."""
    flat = f" {_flat(said)} "
    for phrase in _phrases("unclear"):
        flat = flat.replace(f" {phrase} ", "  ")
    return not set(flat.split()) - set(content.guide()["filler"])


def hedged(said: str) -> bool:
    """Whether somebody is not sure of what they say."""
    flat = f" {_flat(said)} "
    return any(f" {phrase} " in flat for phrase in _phrases("hedges"))


def orders(reply: str) -> list[Order]:
    """Plain orders: lines `item: value` that all name one, `change X to Y`, `add Z (to X)`, `clear X`."""
    lines = [line for line in reply.splitlines() if line.strip()]
    named = [(item_named(found[1]), found[2].strip()) for line in lines if (found := _LINE.match(line))]
    if named and len(named) == len(lines) and all(item for item, _ in named):
        return [Order("set", item, value) for item, value in named]
    whole = reply.strip()
    if (found := _CHANGE.match(whole)) and (item := item_named(found[1])):
        return [Order("set", item, found[2].strip().rstrip("."))]
    if found := _ADD.match(whole):
        return [_added(found[1], found[2])]
    if (found := _REMOVE.match(whole)) and (item := item_named(found[1])):
        return [Order("open", item)]
    return []


def _added(what: str, to: str | None) -> Order:
    if to and (item := item_named(to)):
        return Order("add", item, what.strip())
    value = what.strip() + (f" to {to}" if to else "")
    return Order("add", "", value.rstrip("."))


def parts(text: str) -> list[str]:
    """The entries of a list in words: by lines or semicolons, else by commas.

    >>> parts("two in one; no number")
    ['two in one', 'no number']
    """
    sign = r"[;\n]" if re.search(r"[;\n]", text.strip()) else r","
    return [found for part in re.split(sign, text) if (found := part.strip(" \t.*-"))]


def dimensions(text: str) -> dict[str, list[str]]:
    """What is said as `tone: polite, angry; length: short, long`, by name; empty where it is not said so.

    >>> dimensions("tone: polite, angry")
    {'tone': ['polite', 'angry']}
    """
    found = {}
    for part in parts(text) if ";" in text or "\n" in text.strip() else [text]:
        name, colon, values = part.partition(":")
        chosen = [value.strip() for value in re.split(r",|\bor\b", values) if value.strip()]
        if colon and len(chosen) > 1 and (called := variable(name)):
            found[called] = chosen
    return found


def variable(name: str) -> str:
    """A name that can be a variable of a prompt; empty where none is left of it."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_0123456789")[:40]


@cache
def _phrases(of: str) -> Sequence[str]:
    """Longest first, so that a part of one is not taken for another."""
    return sorted(map(_flat, content.guide()[of]), key=lambda phrase: -len(phrase))


def _is(flat: str, of: str) -> bool:
    return _flat(flat) in _phrases(of)


@cache
def _flat(text: str) -> str:
    """Lower case, words parted by single spaces, apostrophes gone."""
    return " ".join(_words(text))


def _words(text: str) -> Iterator[str]:
    return iter(re.findall(r"\w+", text.lower().replace("'", "").replace("\u2019", "")))
