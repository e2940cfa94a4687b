"""The export of Slack: the zip as it comes, a document for each channel and direct conversation; or a day of one, channel/2024-05-01.json."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Any

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents import conversation as talk
from rowsmith.connectors.documents.given import Given, Said
from rowsmith.connectors.documents.package import Package
from rowsmith.core.documents import Document
from rowsmith.core.lines import json_value
from rowsmith.core.records import Fault

MEMBERS = ("users.json", "channels.json")
_MESSAGE = re.compile(rb'"type"\s*:\s*"message"')
_STAMP = re.compile(rb'"ts"\s*:\s*"\d{9,11}\.\d{6}"')
_DAY = re.compile(r"(?:^|/)([^/]+)/(\d{4}-\d{2}-\d{2})\.json$")
_MEANT = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_COMINGS = re.compile(
    r"(?:channel|group)_(?:join|leave|name|topic|purpose|archive|unarchive|convert.*)|bot_add|bot_remove|pinned_item|tombstone|reminder_add"
)
_LISTS = ("channels.json", "groups.json", "mpims.json", "dms.json")


def is_it(head: bytes) -> bool:
    """Whether it begins with messages of a day."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"[") and bool(_MESSAGE.search(head[:8192]) and _STAMP.search(head))


def read(file: IO[bytes], given: Given) -> Iterator[Said]:
    """The conversations, each with title and started_at as columns; replies stand below what they reply to. Everybody has the role `user` and their
    name, programs that post have the role `assistant`. That people came and went is left out."""
    packed = file.read(4).startswith(b"PK")
    file.seek(0)
    if not packed:
        day = _DAY.search(given.name.replace("\\", "/"))
        yield _conversation(_parsed(file.read()), {}, day[1] if day else "", "")
        return
    with Package(file, given) as package:
        names = _names(_parsed(package.read("users.json")))
        titles = {str(talk.one_of(one, "id")): talk.text_of(one, "name") for name in _LISTS for one in _parsed(package.read(name) or b"[]")}
        days = defaultdict(list)
        for name in sorted(package.names):
            if found := _DAY.search(name):
                days[found[1]].append(name)
        for channel, parts in days.items():
            try:
                messages = [one for part in parts for one in _parsed(package.read(part))]
                if any(_is_said(one) for one in messages):
                    yield _conversation(messages, names, titles.get(channel) or channel, channel)
            except Refused as refused:
                yield Fault(channel, 0, refused.reason, f"{refused.what} {refused.fix}")


def _parsed(raw: bytes) -> list[Any]:
    try:
        return talk.listed(json_value(raw, "utf-8"))
    except ValueError as error:
        raise Refused(f"It is not JSON: {error}", "Give the export as it came.") from None


def _names(users: list[Any]) -> dict[str, str]:
    """What people are called, by their ids."""
    found = {}
    for one in users:
        profile = talk.one_of(one, "profile")
        called = [talk.text_of(whose, name) for whose in (profile, one) for name in ("display_name", "real_name", "name")]
        found[str(talk.one_of(one, "id"))] = next(filter(None, called), "")
    return found


def _conversation(told: list[Any], names: dict[str, str], title: str, member: str) -> Document:
    said = [one for one in told if _is_said(one)]
    messages = [one for entry in sorted(said, key=_order) if (one := _message(entry, names))]
    talk.require(messages)
    notes = [f"{len(told) - len(said):,} entries that people came, went or changed the channel are left out."] if len(told) > len(said) else []
    return talk.conversation("slack", messages, {"title": title}, member, notes)


def _is_said(entry: Any) -> bool:
    return talk.one_of(entry, "type") == "message" and not _COMINGS.fullmatch(talk.text_of(entry, "subtype"))


def _order(entry: dict[str, Any]) -> tuple[float, float]:
    """Replies behind what they reply to."""
    return _seconds(entry.get("thread_ts") or entry.get("ts")), _seconds(entry.get("ts"))


def _seconds(stamp: Any) -> float:
    try:
        return float(stamp)
    except (TypeError, ValueError):
        return 0.0


def _message(entry: dict[str, Any], names: dict[str, str]) -> talk.Message | None:
    user, profile = talk.text_of(entry, "user"), entry.get("user_profile")
    known = names.get(user) or talk.text_of(profile, "display_name") or talk.text_of(profile, "real_name")
    name = known or talk.text_of(entry, "username") or talk.text_of(entry.get("bot_profile"), "name") or user
    texts = [talk.text_of(entry, "text") or " ".join(_in_blocks(entry.get("blocks")))]
    texts += [talk.text_of(one, "text") or talk.text_of(one, "fallback") for one in talk.listed(entry.get("attachments"))]
    texts += [f"[{name_}]" for one in talk.listed(entry.get("files")) if (name_ := talk.text_of(one, "name"))]
    words = "\n\n".join(_plain(text, names) for text in texts if text.strip())
    if not words:
        return None
    role = "assistant" if entry.get("bot_id") or entry.get("subtype") == "bot_message" else "user"
    return talk.message(role, words, name=name, sent_at=talk.at(entry.get("ts")))


def _in_blocks(value: Any) -> Iterator[str]:
    """The texts of the blocks that programs post, in order."""
    for one in talk.listed(value):
        text = talk.one_of(one, "text")
        if isinstance(text, str):
            yield text
        yield from _in_blocks([text] if isinstance(text, dict) else [])
        for name in ("elements", "fields"):
            yield from _in_blocks(talk.one_of(one, name))


def _plain(text: str, names: dict[str, str]) -> str:
    """The words, people and channels by their names, links by what is shown of them."""

    def shown(found: re.Match[str]) -> str:
        sign, what, label = found.groups()
        if sign == "@":
            return f"@{label or names.get(what) or what}"
        if sign == "!":
            return f"@{(label or what).partition('^')[0]}"
        return f"#{label or what}" if sign == "#" else label or what.removeprefix("mailto:")

    return html.unescape(_MEANT.sub(shown, text))
