"""Sessions of Claude Code: JSON Lines, an entry for each message or part of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from rowsmith.connectors.documents import conversation as talk
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document

_KNOWN = re.compile(rb'"(?:sessionId|leafUuid)"\s*:\s*"')
_TEXTS = ("text",)
_BLOCKS = ("text", "thinking", "redacted_thinking", "tool_use", "tool_result")
_NO_MODEL = "<synthetic>"
_TITLES = {"summary": "summary", "custom-title": "customTitle", "ai-title": "aiTitle"}


def is_it(head: bytes) -> bool:
    """Whether the first lines are entries of a session."""
    start = head[:8192].lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and b'"type"' in start and _KNOWN.search(start) is not None


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The conversation, with title, model and started_at as columns. Of prompts that were taken back and put anew the last stays; what agents said
    among themselves is left out of a session that has a conversation of its own. What the program itself put in has the role `developer`."""
    text, notes = decoded(file.read(), given)
    entries, broken = talk.json_lines(text)
    every = [one for one in entries if one.get("type") in ("user", "assistant") and isinstance(one.get("message"), dict)]
    said = [one for one in every if not one.get("isApiErrorMessage") and talk.text_of(one["message"], "model") != _NO_MODEL]
    main = [one for one in said if not one.get("isSidechain")] or said
    kept = _current(main)
    messages = _messages(kept)
    talk.require(messages)
    pictures = sum(len(talk.left_out(one["message"].get("content"), _BLOCKS)) for one in kept)
    left_out = {
        "answers that the program wrote in place of a model": len(every) - len(said), "entries of agents that it called": len(said) - len(main),
        "entries of prompts that were taken back": len(main) - len(kept), "pictures and other parts that are no text": pictures,
    }  # fmt: skip
    told = [f"{count:,} {what} are left out." for what, count in left_out.items() if count]
    title = next((talk.text_of(one, _TITLES[one["type"]]) for one in reversed(entries) if one.get("type") in _TITLES), "")
    model = next((name for one in kept if (name := talk.text_of(one["message"], "model"))), "")
    yield talk.conversation("claude_code", messages, {"title": title, "model": model}, notes=[*notes, *talk.broken_lines(broken), *told])


def _current(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries without those of prompts that were put anew: of several prompts with one parent the last one stays."""
    last = {str(one.get("parentUuid")): one for one in entries if _is_prompt(one)}
    gone: set[str] = set()
    kept = []
    for one in entries:
        parent = str(one.get("parentUuid") or "")
        replaced = parent and _is_prompt(one) and last[parent] is not one
        if replaced or parent in gone:
            gone.add(str(one.get("uuid")))
        else:
            kept.append(one)
    return kept


def _is_prompt(entry: dict[str, Any]) -> bool:
    content = entry["message"].get("content")
    answered = any(talk.one_of(part, "type") == "tool_result" for part in talk.listed(content))
    return entry.get("type") == "user" and not answered and not entry.get("isMeta") and not entry.get("isCompactSummary")


def _messages(entries: list[dict[str, Any]]) -> list[talk.Message]:
    """The messages; an answer whose parts come in several entries, results of tools between them, is one."""
    found: list[talk.Message] = []
    answers: dict[str, talk.Message] = {}
    for entry in entries:
        inner, key = entry["message"], talk.text_of(entry["message"], "id")
        if entry["type"] == "user":
            found += _asked(entry, inner)
        elif (part := _answered(entry, inner)) and key in answers:
            _add(answers[key], part)
        elif part:
            found.append(part)
            answers |= {key: part} if key else {}
    return found


def _asked(entry: dict[str, Any], inner: dict[str, Any]) -> Iterator[talk.Message]:
    sent, content = entry.get("timestamp"), inner.get("content")
    for part in talk.listed(content):
        if talk.one_of(part, "type") == "tool_result":
            yield talk.message("tool", talk.joined(part.get("content"), _TEXTS), tool_call_id=str(part.get("tool_use_id", "")), sent_at=sent)
    words = talk.joined(content, _TEXTS)
    if words.strip():
        yield talk.message("developer" if entry.get("isMeta") or entry.get("isCompactSummary") else "user", words, sent_at=sent)


def _answered(entry: dict[str, Any], inner: dict[str, Any]) -> talk.Message | None:
    content = inner.get("content")
    calls = [
        talk.tool_call(str(part.get("id", "")), str(part.get("name", "")), part.get("input", {}))
        for part in talk.listed(content)
        if talk.one_of(part, "type") == "tool_use"
    ]
    thinking = "\n\n".join(talk.text_of(part, "thinking") for part in talk.listed(content) if talk.text_of(part, "thinking"))
    found = talk.message("assistant", talk.joined(content, _TEXTS), tool_calls=calls, thinking=thinking, sent_at=entry.get("timestamp"))
    return found if found["content"].strip() or calls or thinking else None


def _add(to: talk.Message, part: talk.Message) -> None:
    for name in ("content", "thinking"):
        if more := part.get(name):
            to[name] = "\n\n".join(filter(None, (to.get(name), more)))
    if calls := part.get("tool_calls"):
        to["tool_calls"] = [*to.get("tool_calls", ()), *calls]
