"""Sessions of Codex (rollout files): JSON Lines, an item for each message, call, result or thought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from rowsmith.connectors.documents import conversation as talk
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document

_KNOWN = re.compile(rb'"type"\s*:\s*"(?:session_meta|response_item|turn_context)"|"record_type"\s*:\s*"state"|"instructions"\s*:.*"git"\s*:')
_TEXTS = ("input_text", "output_text", "text", "summary_text", "reasoning_text")
_PUT_IN = ("<environment_context>", "<user_instructions>", "# AGENTS.md instructions", "<INSTRUCTIONS>", "<turn_aborted>")
_ROLES = ("user", "assistant", "system", "developer")


def is_it(head: bytes) -> bool:
    """Whether the first line is one of a session."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    first = start.split(b"\n", 1)[0]
    return start.startswith(b"{") and b'"timestamp"' in first and _KNOWN.search(first) is not None


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The conversation, with model and started_at as columns. What the program itself put in has the role `developer`."""
    text, notes = decoded(file.read(), given)
    lines, broken = talk.json_lines(text)
    found: list[talk.Message] = []
    pictures = 0
    for line in lines:
        item = line.get("payload") if line.get("type") == "response_item" else line if "payload" not in line else None
        if isinstance(item, dict):
            _item(item, talk.text_of(line, "timestamp"), found)
            pictures += len(talk.left_out(item.get("content"), _TEXTS))
    talk.require(found)
    if pictures:
        notes = (*notes, f"{pictures:,} pictures and other parts that are no text are left out.")
    if any(line.get("type") == "compacted" for line in lines):
        notes = (*notes, "It was shortened on the way; the messages before that are here, too.")
    contexts = [line["payload"] for line in lines if line.get("type") == "turn_context" and isinstance(line.get("payload"), dict)]
    model = next((name for one in contexts if (name := talk.text_of(one, "model"))), "")
    yield talk.conversation("codex", found, {"model": model, **_begun(lines)}, notes=(*notes, *talk.broken_lines(broken)))


def _begun(lines: list[dict[str, Any]]) -> dict[str, Any]:
    meta = next((line["payload"] for line in lines if line.get("type") == "session_meta"), lines[0])
    return {"started_at": stamp} if (stamp := talk.text_of(meta, "timestamp")) else {}


def _item(item: dict[str, Any], sent: str, found: list[talk.Message]) -> None:
    kind = item.get("type")
    if kind == "message" and item.get("role") in _ROLES:
        _message(item, sent, found)
    elif kind == "reasoning":
        thought = "\n\n".join(filter(None, (talk.joined(item.get(part), _TEXTS) for part in ("summary", "content"))))
        if thought:
            said = _answer(found, sent)
            said["thinking"] = "\n\n".join(filter(None, (said.get("thinking"), thought)))
    elif call := _call(item):
        said = _answer(found, sent)
        said["tool_calls"] = [*said.get("tool_calls", ()), call]
    elif kind in ("function_call_output", "custom_tool_call_output"):
        found.append(talk.message("tool", _result(item.get("output")), tool_call_id=str(item.get("call_id", "")), sent_at=sent))


def _message(item: dict[str, Any], sent: str, found: list[talk.Message]) -> None:
    words, role = talk.joined(item.get("content"), _TEXTS), item["role"]
    if not words.strip():
        return
    if role == "assistant":
        said = _answer(found, sent)
        if not said["content"] and not said.get("tool_calls"):
            said["content"] = words
        else:
            found.append(talk.message(role, words, sent_at=sent))
    else:
        found.append(talk.message("developer" if words.lstrip().startswith(_PUT_IN) else role, words, sent_at=sent))


def _answer(found: list[talk.Message], sent: str) -> talk.Message:
    """The assistant's message that is being made of thoughts, words and calls: the last one, unless somebody else has spoken since."""
    if not found or found[-1]["role"] != "assistant":
        found.append(talk.message("assistant", "", sent_at=sent))
    return found[-1]


def _call(item: dict[str, Any]) -> dict[str, Any] | None:
    kind, key = item.get("type"), str(item.get("call_id") or item.get("id") or "")
    if kind == "function_call":
        return talk.tool_call(key, talk.text_of(item, "name"), item.get("arguments", "{}"))
    if kind == "custom_tool_call":
        return talk.tool_call(key, talk.text_of(item, "name"), {"input": item.get("input", "")})
    if kind == "local_shell_call":
        return talk.tool_call(key, "shell", item.get("action") or {})
    return talk.tool_call(key, "web_search", item.get("action") or {}) if kind == "web_search_call" else None


def _result(output: Any) -> str:
    """A text, a list of parts, or JSON around one of those, as older versions have it."""
    if isinstance(output, dict):
        output = output.get("content", output.get("output", ""))
    if isinstance(output, str) and output.startswith('{"output":'):
        parsed, _ = talk.json_lines(output)
        output = talk.text_of(parsed[0], "output") if parsed else output
    return talk.joined(output, _TEXTS)
