"""Answers that open with a stock phrase: that a machine speaks, that the question is good, or that an answer follows.

The phrases are data: content/form.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.core.flags import Flag
from rowsmith.steps.form_phrases import begins, has, pattern, shares, unquoted
from rowsmith.steps.form_refusals import refuses
from rowsmith.steps.form_turns import Turn

_FIRST = re.compile(r"[^\W\d_][^.!?:\n]{8,120}?[ \u00a0\u202f]?[!.:](?=\s)")
_SHORT_HEAD = 90
_LEAST_BEHIND = 30


def openings(turn: Turn) -> Iterator[Flag]:
    """`boilerplate`: an answer that opens with a stock phrase."""
    if turn.role not in ("answer", "rejected"):
        return
    text = unquoted(turn.text, quotes=False)
    start = len(text) - len(text.lstrip(" \n\t*_#>"))
    if found := begins(("boilerplate", "begins"), text, start):
        if text[found.end() :].lstrip()[:1] not in ("{", "[") and not _greets_in_a_letter(turn, text, start):
            yield turn.flag("boilerplate", start, found.end())
    elif (announced := _announces(turn, text, start)) and refuses(text, start, announced) is None:
        yield turn.flag("boilerplate", start, announced)


def _greets_in_a_letter(turn: Turn, text: str, start: int) -> bool:
    """Whether a greeting begins the letter or message that was asked for: nothing behind it says that an answer follows."""
    greeting = pattern("boilerplate", "greeting").match(text, start)
    if greeting is None or not pattern("truncated", "written").search(turn.question):
        return False
    return pattern("boilerplate", "follows").match(text, greeting.end()) is None


def _announces(turn: Turn, text: str, start: int) -> int:
    """Where a first sentence ends that only says, in whatever words, that an answer follows; 0 if it says more."""
    head = _FIRST.match(text, start)
    if head is None or head.end() - start > _SHORT_HEAD or len(text) - head.end() < _LEAST_BEHIND:
        return 0
    said = head[0]
    told = all(has(said, "boilerplate", name) for name in ("answer", "place"))
    return head.end() if told and not has(turn.question, "boilerplate", "answer") and not shares(turn.question, said) else 0
