"""The words of AsciiDoc without their marks: what is bold, code, a link, a reference, a formula."""

from __future__ import annotations

import re
from collections.abc import Callable

Says = Callable[[re.Match[str]], str]

_MARKS: list[tuple[str, Says]] = [
    (r"image:(?!:)[^\[\s]+\[([^\],]*)[^\]]*\]", lambda m: m[1].strip('"')),
    (r"icon:[^\[\s]*\[[^\]]*\]|anchor:[\w:.-]+\[[^\]]*\]|indexterm2?:\[[^\]]*\]|\(\(\([^)]*\)\)\)|\[\[[\w:.-]+(?:,[^\]]*)?\]\]", lambda m: ""),
    (r"(?:link|mailto):(\S*?)\[([^\]]*)\]", lambda m: m[2].rstrip("^") or m[1]),
    (r"<?\b((?:https?|ftp|irc)://[^\s\[\]<>]+)\[([^\]]*)\]", lambda m: m[2].partition(",")[0].rstrip("^") or m[1]),
    (r"<<([^,>]+?)(?:,\s*([^>]+))?>>", lambda m: m[2] or m[1].lstrip("_#").replace("_", " ")),
    (r"xref:([^\[\s]+)\[([^\]]*)\]", lambda m: m[2] or m[1]),
    (r"(?:kbd|btn|menu|stem|latexmath|asciimath):[^\[\s]*\[([^\]]*)\]", lambda m: m[1]),
    (r"\(\(([^()]+)\)\)", lambda m: m[1]),
    (r"\[[\w.#%, -]*\](?=[#*_`])", lambda m: ""),
    (r"(\*\*|__|##)(?=\S)(.+?)(?<=\S)\1", lambda m: m[2]),
    (r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", lambda m: m[1]),
    (r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])", lambda m: m[1]),
    (r"(?<![\w#])#(?=\S)([^#\n]+?)(?<=\S)#(?![\w#])", lambda m: m[1]),
    (r"\^([^\s^]+)\^|(?<!~)~([^\s~]+)~", lambda m: m[1] or m[2]),
    (r'"`(.+?)`"', lambda m: f"“{m[1]}”"),
    (r"'`(.+?)`'", lambda m: f"‘{m[1]}’"),
]
_COMPILED = [(re.compile(pattern), says) for pattern, says in _MARKS]
_SIGNS = {"(C)": "©", "(R)": "®", "(TM)": "™", " -- ": " — ", "\\": ""}
_LITERAL = re.compile(
    r"(?<![\"'`\w])(?:`\+(.+?)\+`|``(.+?)``|`([^`\n]+)`)(?![\"'`\w])"
    r"|(?:\+\+\+(.+?)\+\+\+|pass:\w*(?:,\w+)*\[(.*?)\]|(?<![\w+])\+(?=[^\s+])([^+\n]*[^\s+])\+(?![\w+]))"
    r"|\\([*_#`^~+<{\[])"
)
"""What is not looked into: code, and what is passed through."""
_CODE_GROUPS = 3


def plain_words(text: str) -> str:
    """The words of a text."""
    held: list[str] = []

    def keep(found: re.Match[str]) -> str:
        held.append(f"`{found[found.lastindex]}`" if found.lastindex and found.lastindex <= _CODE_GROUPS else found[found.lastindex or 0])
        return f"\0{len(held) - 1}\0"

    text = _LITERAL.sub(keep, text.replace("\0", ""))
    for pattern, says in _COMPILED:
        text = pattern.sub(says, text)
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, meant)
    return re.sub("\0(\\d+)\0", lambda found: held[int(found[1])], text)
