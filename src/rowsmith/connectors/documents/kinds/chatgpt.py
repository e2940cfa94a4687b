"""The export of ChatGPT: conversations.json, alone or in the zip that it comes in; a document for each conversation.

A conversation is a tree, since questions can be put anew and answers asked for again; what is read is the branch that was open last.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO, Any

import orjson

from rowsmith.connectors.containers.json_array import elements
from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.containers.text import Joined
from rowsmith.connectors.containers.unpack import members
from rowsmith.connectors.documents import conversation as talk
from rowsmith.connectors.documents.given import Given, Said
from rowsmith.core.documents import Document
from rowsmith.core.lines import json_value
from rowsmith.core.records import Fault

MEMBERS = ("conversations*.json",)
_EXPORTED = re.compile(r"conversations(?:-\d+)?\.json")
_HEAD = 1024
_KNOWN = re.compile(rb'"mapping"\s*:\s*\{')
_CITED = re.compile("\ue200[^\ue201]*\ue201|[\ue200-\ue206]|【\\d+†[^】]*】")
"""Where an answer refers to what was found on the web or in a file: marks that mean nothing outside."""
_ROLES = ("system", "user", "assistant", "tool")


def is_it(head: bytes) -> bool:
    """Whether it begins with a conversation, or a list of them."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith((b"[", b"{")) and _KNOWN.search(start[:16384]) is not None


def read(file: IO[bytes], given: Given) -> Iterator[Said]:
    """The conversations, whose members are their numbers from 1 on; title, model and started_at are columns."""
    number = 0
    for number, raw in enumerate(_conversations(file, given), 1):
        said = _one(raw, str(number))
        if said is not None:
            yield said
    if not number:
        raise Refused("There is no conversation in it.", "Give the export as it came.", "no_text")


def _conversations(file: IO[bytes], given: Given) -> Iterator[bytes]:
    """The JSON of each, one at a time, whatever the size of all of them."""
    head = file.read(_HEAD)
    file.seek(0)
    if not head.startswith(b"PK"):
        yield from _listed(file, given.limits.object_bytes)
        return
    for name, stream, _ in members(file, given.size, given.limits):
        if _EXPORTED.fullmatch(name):
            yield from _listed(stream, given.limits.object_bytes)


def _listed(stream: IO[bytes], most: int) -> Iterator[bytes]:
    """The elements of a list; one conversation alone is one."""
    head = stream.read(_HEAD)
    source = io.BufferedReader(Joined(head, stream))
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        yield source.read(most)
        return
    try:
        yield from (raw for _, raw in elements(source, most))
    except ValueError as error:
        raise Refused(f"The list of conversations breaks off: {error}", "Give the export as it came.") from None


def _one(raw: bytes, member: str) -> Document | Fault | None:
    """The document of a conversation; None where nobody said anything in it, as in one that was opened and left."""
    try:
        told = json_value(raw, "utf-8")
    except ValueError as error:
        return Fault(member, 0, "broken_record", f"The conversation is not JSON: {error}")
    mapping = talk.one_of(told, "mapping")
    if not isinstance(mapping, dict):
        return Fault(member, 0, "broken_record", "It is no conversation: it has no mapping.")
    nodes, aside = _branch(told, mapping)
    messages, pictures = _messages(nodes)
    if not messages:
        return None
    notes = [f"{aside:,} messages of other branches are left out."] if aside else []
    notes += [f"{pictures:,} pictures and other parts that are no text are left out."] if pictures else []
    models = [name for node in nodes if (name := talk.text_of(talk.one_of(node["message"], "metadata"), "model_slug"))]
    columns = {"title": talk.text_of(told, "title"), "model": models[-1] if models else talk.text_of(told, "default_model_slug")}
    if begun := talk.at(told.get("create_time")):
        columns["started_at"] = begun
    return talk.conversation("chatgpt", messages, columns, member, notes)


def _branch(told: dict[str, Any], mapping: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """The nodes with messages from the first to the one that was open last, and how many others there are."""
    key = told.get("current_node")
    if not isinstance(key, str) or key not in mapping:
        key = next((name for name, node in reversed(mapping.items()) if not talk.listed(talk.one_of(node, "children"))), None)
    found: list[dict[str, Any]] = []
    seen: set[Any] = set()
    while isinstance(key, str) and key in mapping and key not in seen:
        seen.add(key)
        node = mapping[key]
        if isinstance(talk.one_of(node, "message"), dict):
            found.append(node)
        key = talk.one_of(node, "parent")
    spoken = sum(_is_spoken(node) for name, node in mapping.items() if name not in seen)
    return found[::-1], spoken


def _is_spoken(node: Any) -> bool:
    message = talk.one_of(node, "message")
    return isinstance(message, dict) and bool(_words(message)[0].strip()) and not _hidden(message)


def _hidden(message: dict[str, Any]) -> bool:
    return bool(talk.one_of(message.get("metadata"), "is_visually_hidden_from_conversation")) or message.get("weight") == 0


def _messages(nodes: list[dict[str, Any]]) -> tuple[list[talk.Message], int]:
    """The messages, and how many of their parts are no text."""
    found: list[talk.Message] = []
    called, pictures = "", 0
    for node in nodes:
        inner = node["message"]
        words, thinking, others = _words(inner)
        role, sent = talk.text_of(inner.get("author"), "role"), talk.at(inner.get("create_time"))
        pictures += others
        if _hidden(inner) or role not in _ROLES or not (words.strip() or thinking):
            continue
        to = talk.text_of(inner, "recipient")
        if role == "tool":
            found.append(talk.message("tool", words, tool_call_id=called, name=talk.text_of(inner.get("author"), "name"), sent_at=sent))
        elif role == "assistant" and to not in ("", "all"):
            called = str(inner.get("id") or node.get("id") or len(found))
            _saying(found, "", thinking, sent)["tool_calls"] = [talk.tool_call(called, to, _arguments(words))]
        elif role == "assistant":
            _saying(found, words, thinking, sent)
        else:
            found.append(talk.message(role, words, sent_at=sent))
    return found, pictures


def _saying(found: list[talk.Message], words: str, thinking: str, sent: str) -> talk.Message:
    """The assistant's message that says it: the last one where that has only thought so far, else another one."""
    last = found[-1] if found else {}
    if last.get("role") == "assistant" and not last["content"] and "tool_calls" not in last:
        last["content"] = words
    else:
        last = talk.message("assistant", words, sent_at=sent)
        found.append(last)
    if thinking:
        last["thinking"] = "\n\n".join(filter(None, (last.get("thinking"), thinking)))
    return last


def _words(message: dict[str, Any]) -> tuple[str, str, int]:
    """What a message says, what was thought, and how many parts of it are no text."""
    content = message.get("content")
    kind = talk.text_of(content, "content_type")
    if kind == "thoughts":
        thoughts = [talk.text_of(one, "content") for one in talk.listed(talk.one_of(content, "thoughts"))]
        return "", "\n\n".join(filter(None, thoughts)), 0
    if kind == "user_editable_context":
        return "\n\n".join(filter(None, (talk.text_of(content, "user_profile"), talk.text_of(content, "user_instructions")))), "", 0
    if kind == "reasoning_recap":
        return "", "", 0
    parts = talk.listed(talk.one_of(content, "parts"))
    texts = [one if isinstance(one, str) else talk.text_of(one, "text") for one in parts]
    words = "\n\n".join(text for text in texts if text.strip()) or talk.text_of(content, "text") or talk.text_of(content, "result")
    return _CITED.sub("", words), "", sum(isinstance(one, dict) and not talk.text_of(one, "text") for one in parts)


def _arguments(words: str) -> Any:
    """What a tool was given: JSON where it is that, else the words as its input."""
    try:
        found = orjson.loads(words)
    except orjson.JSONDecodeError:
        return {"input": words}
    return found if isinstance(found, dict) else {"input": words}
