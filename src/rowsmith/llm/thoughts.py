"""Thoughts that a model wrote before its answer, and where the answer begins.

Reasoning models put them between tags, or into channels of their own; many chat templates swallow the opening tag, so that only the
closing one is seen, and a thought that is never closed is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import NamedTuple

_NAMES = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|inner_monologue|analysis"
_TEMPLATE = (
    r"<think>|\[THINK\]|◁think▷|<seed:think>|<\|START_THINKING\|>|<\|begin_of_thought\|>",
    r"</think>|\[/THINK\]|◁/think▷|</seed:think>|<\|END_THINKING\|>|<\|end_of_thought\|>",
)
"""What chat templates write, whatever the model was asked."""
_OPEN = re.compile(rf"(?i:<(?P<name>{_NAMES})>)|{_TEMPLATE[0]}")
_CLOSE = re.compile(rf"(?i:</(?P<name>{_NAMES})>)|{_TEMPLATE[1]}")
_TEMPLATE_OPEN = re.compile(_TEMPLATE[0])
_TEMPLATE_CLOSE = re.compile(rf"^[ \t]*(?:{_TEMPLATE[1]})[ \t]*$", re.MULTILINE)
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)[^<\n]{0,200}(?:<\|constrain\|>[^<\n]{0,100})?<\|message\|>")
_CHANNEL_END = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
_BARE_CHANNEL = re.compile(r"\Aanalysis(?=[A-Z\W])")
_BARE_FINAL = "assistantfinal"
_SPACE = re.compile(r"\s*")
_DATA = ("{", "[", '"', "<", "```", "~~~")


class Spoken(NamedTuple):
    """`answer` is what is left without the thoughts. `thought`: something was left off. `open`: a thought was never closed, so that nobody
    knows where the answer begins."""

    answer: str
    thought: bool = False
    open: bool = False


def spoken(text: str, fields: Set[str] = frozenset()) -> Spoken:
    """The part of a structured answer that is no thought. `fields` are names whose tags belong to the answer itself."""
    if (said := _channels(text)) is not None:
        return said
    at, ended = _past_thoughts(_OPEN, text, fields)
    if not ended:
        return Spoken(text[at:], thought=True, open=True)
    if text.startswith(_DATA, _past_space(text, at)):
        return Spoken(text[at:], thought=at > 0)
    if (last := _last(_CLOSE, text, at, fields)) is not None:
        return Spoken(text[last.end() :], thought=True)
    tag = _next(_OPEN, text, at, fields)
    return Spoken(text[at:], thought=at > 0) if tag is None else Spoken(text[tag.end() :], thought=True, open=True)


def without_thoughts(text: str) -> Spoken:
    """A plain text without what a chat template marks as thought: at its beginning, or down to a closing tag on a line of its own. Tags
    that a prompt may have asked for (`<reasoning>`) stay."""
    if (said := _channels(text)) is not None:
        return said
    at, ended = _past_thoughts(_TEMPLATE_OPEN, text)
    if not ended:
        return Spoken("", thought=True, open=True)
    lone = None if at or _TEMPLATE_OPEN.search(text) else _TEMPLATE_CLOSE.search(text)
    at = lone.end() if lone else at
    return Spoken(text[at:].lstrip(), thought=True) if at else Spoken(text)


def _past_thoughts(tags: re.Pattern[str], text: str, fields: Set[str] = frozenset()) -> tuple[int, bool]:
    """Where the thoughts at the beginning end, and whether they do: else the place is the first one within."""
    at = 0
    while (tag := tags.match(text, _past_space(text, at))) is not None and _counts(tag, fields):
        end = _next(_CLOSE, text, tag.end(), fields)
        if end is None:
            return tag.end(), False
        at = end.end()
    return at, True


def _channels(text: str) -> Spoken | None:
    """The last message outside of the channel `analysis`; None when the text has no channels (the form of gpt-oss)."""
    start = text.lstrip()
    if _BARE_CHANNEL.match(start) and _BARE_FINAL in start:
        return Spoken(start.rpartition(_BARE_FINAL)[2], thought=True)
    if not start.startswith(("<|channel|>", "<|start|>")):
        return None
    heads = list(_CHANNEL.finditer(start))
    said = next((head for head in reversed(heads) if head[1] != "analysis"), None)
    if said is None:
        return Spoken("", thought=True, open=True)
    end = _CHANNEL_END.search(start, said.end())
    return Spoken(start[said.end() : end.start() if end else len(start)], thought=len(heads) > 1)


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _next(tags: re.Pattern[str], text: str, at: int, fields: Set[str] = frozenset()) -> re.Match[str] | None:
    return next((tag for tag in tags.finditer(text, at) if _counts(tag, fields)), None)


def _last(tags: re.Pattern[str], text: str, at: int, fields: Set[str]) -> re.Match[str] | None:
    found = None
    for tag in tags.finditer(text, at):
        found = tag if _counts(tag, fields) else found
    return found


def _counts(tag: re.Match[str], fields: Set[str]) -> bool:
    name = tag.groupdict().get("name")
    return not name or name.casefold() not in fields
