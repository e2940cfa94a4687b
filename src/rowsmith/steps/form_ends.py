"""Texts that break off: in a sentence or a word, within code that is not closed, within JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson

from rowsmith.core.flags import Flag
from rowsmith.steps.form_phrases import pattern, unquoted, weak_words
from rowsmith.steps.form_turns import Turn

_FENCE = re.compile(r"^[ \t]{0,3}(```|~~~)", re.MULTILINE)
_JSON = re.compile(r"\s*(?:\{\s*(?:\"|\}|$)|\[\s*(?:[\[{\"\]\d]|$))")
_VALUE = re.compile(r"\s*\"[^\"]*\"\s*$")
_OPEN = re.compile(r"[\w,;:(–—/&+=、，،؛「（-]'?$")
_SENTENCE = re.compile(r"[.!?…؟।][\"'”’»)\]]*\s|[。！？]")
_BLOCK = re.compile(r"\s*(?:[-*+•–]\s|\d{1,3}[.)]\s|[A-Za-z][.)]\s|\||#{1,6}\s|>|\$ |@|©)")
_LINK = re.compile(
    r"(?:https?://|www\.|mailto:)\S+$|\S+@\S+\.\w+$"
    r"|(?:^|\s)(?:[\w.-]+\.(?:com|org|net|example|de|fr|es|io|html?|pdf|py|txt|md)|(?:/[\w.-]+){2,}/?)$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?:^|\s)[#@]\w+$"  # a tag
    r"|[.!?…*\"'”»)]\s*(?:--?|[–—~])\s?[^\W\d_a-z][^.!?\n]{1,40}$"  # who said it
    r"|[=≈→]\s?(?:(?![^\W\d_]{4})[^!?;\n]){1,24}$"  # an equation
    r"|(?:\n(?=[^\n]{0,90}$)[^\n]*\s|:\s)[(+]?\d[\d ()/.,:-]*$"  # a number, behind a colon or on a line of its own
    r"|\n[^\n.!?:]{2,40}:\*{0,2} \S+(?: \S+){0,2}$"  # a line that gives the value of something
    r"|:\*{0,2}\s*\n\s*(?:\S+ ){0,7}\S+$"  # what a line with a colon has announced
    r"|\n\s*\n(?: {4}|\t)[^\n]*$"  # a block of code
    r"|\d ?(?:min|km|kg|cm|mm|mg|ml|°C|°F|mph|km/h|kWh?|MB|GB|Hz)$"  # a number with its unit
)
"""Ends of a text that need no full stop; `_TAIL`: as much of it as they may take."""
_TAIL = 160
_CODE = re.compile(
    r"^\s*(?:def |class |import |from \w+ import|return\b|func |fn |let |const |var |public |private |#include|<\w+|\$\w+ ?=|\w+ ?=[^=])"
    r"|^\s*(?:SELECT|INSERT)\b|[;{}]\s*$",
    re.MULTILINE,
)
_UNMARKED = re.compile(r"[\u0e00-\u0eff\u0f00-\u0fff\u1780-\u17ff\u1000-\u109f]")
"""Scripts that end no sentence with a mark."""
_SHORT = 12
"""Words below which something without a full stop is a phrase, and not a sentence that breaks off."""


def breaks(turn: Turn) -> Iterator[Flag]:
    """`truncated`: the end of an answer or a text is not where it should be."""
    if turn.role not in ("answer", "rejected", "other") or (turn.labelled and turn.role == "other"):
        return
    text = turn.text.rstrip()
    if why := _broken(text, turn):
        yield turn.flag("truncated", max(text.rfind("\n") + 1, len(text) - 40, 0), len(text), why)


def _broken(text: str, turn: Turn) -> str:
    if not text or text.endswith("__"):  # nothing, or a line to write on
        return ""
    if len(_FENCE.findall(text)) % 2:
        return "a code fence is not closed"
    if _VALUE.match(text):
        return ""
    if _JSON.match(text):
        return "JSON is not closed" if _unclosed(text) else ""
    return "ends in the middle of a sentence" if _in_mid_sentence(text, turn) else ""


def _unclosed(text: str) -> bool:
    """Whether brackets or a string of what begins as JSON are open at its end."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    else:
        return False
    depth, inside, skip = 0, False, False
    for char in text:
        if skip:
            skip = False
        elif inside:
            skip, inside = char == "\\", char != '"'
        elif char == '"':
            inside = True
        else:
            depth += (char in "{[") - (char in "}]")
    return inside or depth > 0


def _in_mid_sentence(text: str, turn: Turn) -> bool:
    line = text.rpartition("\n")[2]
    if not _OPEN.search(text) or _LINK.search(text) or "\t" in line or _UNMARKED.search(line) or turn.choices:
        return False
    if _BLOCK.match(line):
        return _item_breaks(text, line)
    prose = unquoted(text, quotes=False)
    if prose[-1:].isspace() or _CODE.search(prose):  # ends with code
        return False
    words = line.split()
    last = _bare(words[-1]) if words else ""
    if _in_lines(text) or _signed(text, turn) or (last not in weak_words() and (_WHOLE.search(text[-_TAIL:]) or _is_title(line))):
        return False
    if text[-1] in ",;(–—&、，،؛「（" or (text[-1] == "-" and len(words) > 3):
        return True
    if text[-1] == ":":
        return len(text.split()) >= _SHORT and "\n" not in text
    if _SENTENCE.search(text) or _opened(line):
        return True
    if not (begin := text.lstrip("¿¡*_ ")[:1]).isalpha() or begin.islower():
        return False
    if "\n" not in text and last not in weak_words() and pattern("refusal", "wording").search(turn.question):
        return False  # a line was asked for
    if turn.role == "other":
        return len(words) >= _SHORT and "\n" not in text and _is_prose(words)
    return len(text.split()) >= _SHORT or (last in weak_words() and len(words) > 4)


def _item_breaks(text: str, line: str) -> bool:
    """Whether the last item of a list breaks off: it alone lacks the full stop, or ends with a word that no item ends with."""
    items = [one.strip() for one in text.splitlines() if _BLOCK.match(one)]
    others = [one for one in items[:-1] if len(one.split()) > 2][-3:]
    ended = sum(one[-1] in ".!?…。؟।" for one in others)
    words = line.split()
    return line.lstrip()[0] not in "|>#$@©" and ((len(others) > 1 and ended == len(others)) or (len(words) > 4 and _bare(words[-1]) in weak_words()))


def _bare(word: str) -> str:
    return re.sub(r"[^\w]", "", word).lower()


def _opened(line: str) -> bool:
    """Whether a bracket is open at the end of a line of prose."""
    return line.count("(") > line.count(")") and len(line.split()) > 4


def _is_prose(words: list[str]) -> bool:
    """Whether words are those of a sentence, not of a headline: a third of them join the others, a sixth where a comma does too."""
    joining = sum(_bare(word.rpartition("'")[2]) in weak_words() for word in words)
    return joining * (6 if any(word[-1] in ",،;" for word in words[:-1]) else 3) >= len(words)


def _is_title(line: str) -> bool:
    """Whether a line is in capitals, begins each longer word with one, or only names things: "Rye, spelt, barley, oats"."""
    words = [word.strip("*\"'()[]") for word in line.split()]
    long = [word for word in words if len(word) > 3 and word[0].isalpha()]
    if len(long) > 2 and all(not word[0].islower() for word in long) and any(word[0].isupper() for word in long):
        return True
    return line.count(",") > 2 and not _SENTENCE.search(line) and not _is_prose(words)


def _in_lines(text: str) -> bool:
    """Whether it is written in short lines of which few end a sentence, as verses, lists and labels are."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 3 or len(lines[-1]) > 70:
        return False
    block = text.rstrip().rpartition("\n\n")[2].splitlines()
    tail = [line.strip() for line in (block if len(block) > 1 else lines)]
    ended = sum(line[-1] in ".!?…。！？:" for line in tail)
    return all(len(line) <= 70 for line in tail) and (ended * 2 < len(tail) or len(tail) >= 4)


def _signed(text: str, turn: Turn) -> bool:
    """Whether it ends as a letter does: a formula or a comma, and a name behind or below it."""
    *before, last = [line.strip() for line in text.splitlines() if line.strip()]
    if pattern("truncated", "inline").search(text):
        return True
    if pattern("truncated", "written").search(turn.question) and pattern("truncated", "closed").search(text[-_TAIL:]):
        return True
    if not before or len(last.split()) > 6:
        return False
    if before[-1].endswith(",") or last[:1] in "—–-~":
        return True
    if pattern("truncated", "letter").search(text):
        return True
    return len(last.split()) <= 4 and (last.istitle() or (last[0].isupper() and pattern("truncated", "written").search(turn.question) is not None))
