"""Lines of AsciiDoc before they are blocks: conditions are decided, attributes taken down, the head is told from the text."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ATTRIBUTE = re.compile(r":(!?[\w][\w-]*!?):(?:\s+(.*))?$")
_CONDITION = re.compile(r"(ifdef|ifndef|ifeval|endif)::([^\[\s]*)\[(.*)\]\s*$")
_NAMED = re.compile(r"(?<!\\)\{([\w][\w-]*)\}")
_TITLE = re.compile(r"[=#]\s+(\S.*)$")
_MEANT = {
    "nbsp": "\u00a0", "sp": " ", "empty": "", "blank": "", "lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"', "plus": "+", "vbar": "|",
    "startsb": "[", "endsb": "]", "asterisk": "*", "tilde": "~", "backslash": "\\", "backtick": "`", "caret": "^", "ldquo": "“", "rdquo": "”",
    "lsquo": "‘", "rsquo": "’", "deg": "°", "zwsp": "\u200b", "two-colons": "::", "two-semicolons": ";;", "cpp": "C++", "pp": "++",
}  # fmt: skip
"""Attributes that every document has."""


def filled(text: str, attributes: Mapping[str, str]) -> str:
    """A text with the values of its attributes, {name}; those that nobody has set stay as they are."""
    return _NAMED.sub(lambda found: attributes.get(found[1].lower(), _MEANT.get(found[1].lower(), found[0])), text)


def attribute(line: str, attributes: dict[str, str]) -> bool:
    """Whether a line sets an attribute, or takes it back; it is taken down, with the values of others that it names."""
    found = _ATTRIBUTE.match(line)
    if found is None:
        return False
    name = found[1].strip("!").lower()
    if "!" in found[1]:
        attributes.pop(name, None)
    else:
        attributes[name] = filled((found[2] or "").strip(), attributes)
    return True


def conditioned(lines: list[str]) -> list[str]:
    """The lines without those whose condition does not hold: that an attribute is set (ifdef) or not (ifndef) by the document itself. What ifeval
    asks is taken to hold."""
    kept: list[str] = []
    attributes: dict[str, str] = {}
    open_: list[bool] = []
    for line in lines:
        found = _CONDITION.match(line)
        if found is None:
            if all(open_):
                attribute(line, attributes)
                kept.append(line)
        elif found[1] == "endif":
            del open_[-1:]
        elif found[3] and found[1] != "ifeval":
            if all(open_) and _holds(found, attributes):
                attribute(found[3], attributes)
                kept.append(found[3])
        else:
            open_.append(found[1] == "ifeval" or _holds(found, attributes))
    return kept


def _holds(found: re.Match[str], attributes: Mapping[str, str]) -> bool:
    every = all if "+" in found[2] else any
    return every(name.lower() in attributes for name in re.split("[,+]", found[2])) == (found[1] == "ifdef")


def head(lines: list[str], attributes: dict[str, str]) -> tuple[str, list[str]]:
    """The title of a document, empty where it has none, and the lines behind its head, whose attributes are taken down."""
    at = 0
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith("//") or attribute(lines[at], attributes)):
        at += 1
    found = _TITLE.match(lines[at]) if at < len(lines) else None
    if found is None:
        return attributes.get("doctitle", ""), lines[at:]
    at, plain = at + 1, 0
    while at < len(lines) and lines[at].strip():
        if not lines[at].startswith("//") and not attribute(lines[at], attributes):
            _byline(lines[at], plain, attributes)
            plain += 1
        at += 1
    return found[1], lines[at:]


def _byline(line: str, number: int, attributes: dict[str, str]) -> None:
    """The first line below the title names the authors, the second the version and the day."""
    if number == 0:
        attributes["author"] = "; ".join(re.sub(r"\s*<[^>]*>", "", one).strip() for one in line.split(";"))
    elif number == 1:
        version, _, rest = line.partition(",") if "," in line else ("", "", line)
        attributes["revnumber"], attributes["revdate"] = version.strip().lstrip("v"), rest.partition(":")[0].strip()
