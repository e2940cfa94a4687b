"""E-mail addresses, also those that are spelled out against robots."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.core.pii.seen import Place, Seen

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"@((?:{_LABEL}\.){{1,8}}(?:[^\W\d_]{{2,24}}|xn--[a-z0-9-]{{2,59}}))(?![^\W_])", re.IGNORECASE)
_LOCAL = re.compile(r"[\w.!#$%&'*+^`~-]{1,65}")
_OUTER = "'.`*!#&^~-"
_AT = re.compile(r"[ \t]?[\[({<]\s?(?:at|@|ät|arroba|arobase)\s?[\])}>][ \t]?", re.IGNORECASE)
_SPELLED_LOCAL = re.compile(r"[\w.+%-]{1,64}")
_SPELLED = re.compile(
    rf"{_LABEL}(?:(?:\.|[ \t]?[\[({{<]\s?(?:dot|punkt|point|punto|ponto)\s?[\])}}>][ \t]?){_LABEL}){{1,6}}(?![^\W_])", re.IGNORECASE
)
_SAID = re.compile(
    r"(?<![\w.])[a-z0-9][\w.+-]{0,40} at [a-z0-9-]{2,40}(?: dot [a-z0-9-]{2,40}){0,3} dot [a-z]{2,6}\b",
    re.IGNORECASE,
)
_NO_DOMAIN = re.compile(r"\d+(?:\.\d+)?x\.|.*\.(?:png|jpe?g|gif|svg|webp|service|socket|timer|target|mount)$", re.IGNORECASE)


def emails(seen: Seen) -> Iterator[Place]:
    """name@domain.tld of any alphabet, name (at) domain [dot] tld, and "name at domain dot com".

    Not `user@host`, `git@host:path`, `name@2x.png`."""
    text = seen.text
    if "@" in text:
        for one in _DOMAIN.finditer(text):
            if (place := _address(text, one)) is not None:
                yield place
    for at in _AT.finditer(text) if any(sign in text for sign in "[({<") else ():
        name = _back(_SPELLED_LOCAL, text, at.start()).lstrip("_.+%-")
        after = _SPELLED.match(text, at.end())
        if name and after:
            yield at.start() - len(name), after.end()
    if " dot " in text or " DOT " in text:
        yield from (one.span() for one in _SAID.finditer(text))


def _address(text: str, one: re.Match[str]) -> Place | None:
    name = _back(_LOCAL, text, one.start()).lstrip(_OUTER)
    start, end = one.start() - len(name), _end(one)
    if not name or len(name) > 64 or name.endswith(".") or _NO_DOMAIN.match(one[1]) or (text[start - 1 : start] in ("@", "/") and start):
        return None
    follows = text[end : end + 2]
    of_a_repository = name in ("git", "hg", "svn") and (follows[:1] == "/" or (follows[:1] == ":" and follows[1:2].isalpha()))
    return None if of_a_repository else (start, end)


def _back(characters: re.Pattern[str], text: str, end: int) -> str:
    """The run of these characters that ends at a place, read backwards, so that each is looked at once."""
    found = characters.match(text[max(0, end - 65) : end][::-1])
    return found[0][::-1] if found else ""


def _end(one: re.Match[str]) -> int:
    """Where the domain ends: a sentence that begins without a space before it is none of it."""
    head, _, last = one[1].rpartition(".")
    glued = last.istitle() and "." in head and head.rpartition(".")[2].islower() and len(head.rpartition(".")[2]) in (2, 3)
    return one.end(1) - (len(last) + 1 if glued else 0)
