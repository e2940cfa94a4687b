"""A message of e-mail as a document: its text, who wrote it to whom and when, and the names of what is attached."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from io import BytesIO
from typing import Any

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.given import Given, Said, decoded
from rowsmith.connectors.documents.markup import page_of
from rowsmith.connectors.documents.writing import Writing
from rowsmith.core.documents import Document
from rowsmith.core.lines import stored_text
from rowsmith.core.records import Fault

_PEOPLE = {"From": "from", "To": "to", "Cc": "cc"}
_MOST_PARTS = 1000
_FIELD = re.compile(rb"[!-9;-~]+:")
_USUAL = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to"}
_NOT_MEANT = ("unknown_kind", "records", "no_text", "empty_file", "nested_archive")
"""Why an attachment is no document: pictures, tables, archives. The message names them."""


def is_message(head: bytes) -> bool:
    """Whether a text begins with the lines of a message's head, two of the usual ones among them."""
    top = re.split(rb"\r?\n\r?\n", head.removeprefix(b"\xef\xbb\xbf"), maxsplit=1)[0]
    lines = [line for line in re.split(rb"\r?\n", top) if line[:1] not in (b" ", b"\t", b"")]
    names = [line.partition(b":")[0].lower() for line in lines if _FIELD.match(line)]
    return len(names) == len(lines) and len(_USUAL.intersection(names)) > 1


def message(kind: str, raw: bytes, given: Given, member: str = "") -> Iterator[Said]:
    """The document of a message, and those of what is attached to it and can be read.

    Columns: subject, from, to and cc (addresses as `Name <address>`), sent_at (ISO 8601), message_id, in_reply_to, attachments (names).

    Raises:
        Refused: it has no head of a message.
    """
    parsed = email.message_from_bytes(raw, policy=email.policy.compat32)
    if not parsed.keys():
        raise Refused("It has no lines of a message's head (From:, Subject: ...).", "Give a message as your mail program saves it.")
    bodies, attached = _parts(parsed)
    out, found = Writing(), list[Said]()
    _body(bodies, out)
    for name, part in attached:
        inner = list(given.within(f"{member}/{name}" if member else name, BytesIO(_bytes(part))))
        found += [one for one in inner if not (isinstance(one, Fault) and one.reason in _NOT_MEANT)]
    unread = [name for name, _ in attached if not any(name in (one.member if isinstance(one, Document) else one.file) for one in found)]
    if unread:
        out.notes.append(f"Attached, and no document that can be read: {', '.join(unread[:10])}.")
    yield out.document(kind, {**_columns(parsed), "attachments": [name for name, _ in attached]}, member)
    yield from found


def _columns(message: Message) -> dict[str, Any]:
    said: dict[str, Any] = {"subject": words(message.get("Subject"))}
    for name, column in _PEOPLE.items():
        people = [person for header in message.get_all(name, []) for person in _people(header)]
        said[column] = "; ".join(people) if column == "from" else people
    said["sent_at"] = _sent_at(words(message.get("Date")))
    said["message_id"] = words(message.get("Message-ID"))
    said["in_reply_to"] = words(message.get("In-Reply-To"))
    return said


def words(header: Any) -> str:
    """A line of the head as text: RFC 2047 words decoded, and bytes that have no business there guessed.

    >>> words("=?utf-8?q?Gr=C3=BC=C3=9Fe?=")
    'Grüße'
    """
    if header is None:
        return ""
    try:
        parts = decode_header(header)
    except (MessageError, ValueError):
        return _tidy(str(header))
    return _tidy("".join(part if isinstance(part, str) else _letters(part, charset) for part, charset in parts))


def _letters(raw: bytes, charset: str | None) -> str:
    for name in (charset or "utf-8", "utf-8", "cp1252"):
        with suppress(LookupError, UnicodeError, ValueError):
            return raw.decode(name)
    return raw.decode("latin-1")


def _tidy(text: str) -> str:
    """On one line; foreign bytes, which come as lone surrogates, are the letters that they look like."""
    try:
        text.encode()
    except UnicodeEncodeError:
        with suppress(UnicodeEncodeError):
            text = _letters(text.encode("utf-8", "surrogateescape"), None)
    return " ".join(stored_text(text).split())


def _people(header: Any) -> list[str]:
    """Names are decoded after the addresses are told apart: there may be commas in them."""
    found = [(words(name), words(address)) for name, address in getaddresses([header if isinstance(header, str) else words(header)])]
    return [f"{name} <{address}>" if name and address else name or address for name, address in found if name or address]


def _sent_at(text: str) -> str:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        found: datetime = parsedate_to_datetime(text)
        return found.isoformat()
    return ""


def _parts(message: Message) -> tuple[list[Message], list[tuple[str, Message]]]:
    """The texts that are the message itself, and what is attached, with its names."""
    bodies: list[Message] = []
    attached: list[tuple[str, Message]] = []
    for count, part in enumerate(_leaves(message), 1):
        if count > _MOST_PARTS:
            raise Refused(f"The message has more than {_MOST_PARTS:,} parts.", "It may be made to harm: look at what it holds.", "too_large")
        name = _name(part)
        kind = part.get_content_type()
        if not name and kind in ("text/plain", "text/html") and "attachment" not in str(part.get("Content-Disposition", "")).lower():
            bodies.append(part)
        elif kind == "message/rfc822":
            attached.append((name or f"{words(_inner(part).get('Subject'))[:80] or 'message'}.eml", part))
        elif name or not kind.startswith("multipart/"):
            attached.append((name or f"part-{count}.{kind.partition('/')[2]}", part))
    return bodies, attached


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold no others, in order; a message within this one is one of them."""
    left = [message]
    while left:
        part = left.pop()
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            inner: Any = part.get_payload()
            left += reversed(inner)
        else:
            yield part


def _inner(part: Message) -> Message:
    inner: Any = part.get_payload()
    return inner[0] if isinstance(inner, list) and inner else Message()


def _name(part: Message) -> str:
    with suppress(ValueError, TypeError, LookupError, MessageError):
        return words(part.get_filename()).replace("\\", "/").rpartition("/")[2]
    return ""


def _bytes(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return _inner(part).as_bytes(policy=email.policy.compat32)
    found: Any = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _body(bodies: list[Message], out: Writing) -> None:
    """The words of a message: its plain text where it has one, else its HTML as Markdown."""
    plain = [part for part in bodies if part.get_content_type() == "text/plain"]
    texts = [text for part in plain if (text := _plain(part, out)).strip()]
    if not texts:
        for part in bodies[:]:
            if part not in plain:
                page = page_of(_decoded(part, out))
                texts.append(page.text)
                out.notes += page.notes
    for text in texts:
        out.block(text)


def _plain(part: Message, out: Writing) -> str:
    text = _decoded(part, out)
    return _flowed(text, part.get_param("delsp") == "yes") if part.get_param("format") == "flowed" else text


def _decoded(part: Message, out: Writing) -> str:
    """By the encoding that it says, or else by the one that it looks like."""
    raw, charset = _bytes(part), part.get_content_charset()
    with suppress(LookupError, UnicodeError, ValueError):
        return stored_text(raw.decode(charset or "utf-8").replace("\r\n", "\n").replace("\r", "\n"))
    text, notes = decoded(raw, Given("", len(raw)))
    out.notes += notes
    return text


def _flowed(text: str, joined: bool) -> str:
    """Lines that end with a space go on with the next one (RFC 3676)."""
    lines: list[str] = []
    open_ = False
    for line in text.split("\n"):
        line = line.removeprefix(" ")
        if open_ and not line.startswith(">"):
            lines[-1] += line
        else:
            lines.append(line)
        open_ = line.endswith(" ") and line != "-- "
        if open_ and joined:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
