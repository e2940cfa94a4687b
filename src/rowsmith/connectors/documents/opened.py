"""What is in a file, within the child: its kind is found, archives are gone through, and what a library does not bear is a fault of that file."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, Any

import orjson

from rowsmith.connectors.containers.child import contents
from rowsmith.connectors.containers.limits import CutOff, Refused
from rowsmith.connectors.containers.recognise import packing
from rowsmith.connectors.containers.said import Given as Told
from rowsmith.connectors.containers.said import Json
from rowsmith.connectors.containers.unpack import unpacked
from rowsmith.connectors.documents.archives import Member, held, in_tar, in_zip
from rowsmith.connectors.documents.given import Given, Said
from rowsmith.connectors.documents.kinds import Kind, every_kind
from rowsmith.connectors.documents.recognise import HEAD, is_tar, kind_of, suffix_of
from rowsmith.core.documents import Document
from rowsmith.core.errors import RowsmithError
from rowsmith.core.lines import stored_text
from rowsmith.core.records import Fault, Record

_TARS = dict.fromkeys((".tgz", ".tbz", ".tbz2", ".txz", ".tzst"), "archive.tar")

_DEEPEST = 3

Begun = int
"""The number of a member that is begun, so that whoever watches knows which one ended the child."""


def opened(file: IO[bytes], given: Given, kind: str = "", skip: int = 0) -> Iterator[Said | Begun]:
    """Everything that is in a file: its document or documents, those of an archive member by member, from the member with the number `skip` on.

    Raises:
        Unavailable: a library or program is missing that reads it.
    """
    yield from _guarded("", _opened(file, _within(given, _DEEPEST), kind, skip))


def _within(given: Given, deep: int) -> Given:
    """The same, with what reads files within the file, and files within these, so many times over."""
    return replace(given, within=lambda name, inner: _inner(name, inner, _within(given, deep - 1), "")) if deep else given


def _opened(file: IO[bytes], given: Given, kind: str, skip: int, packed: bool = False) -> Iterator[Said | Begun]:
    head = _head(file)
    packed_as = packing(head)
    if packed_as in ("", "zip"):
        found, note = _kind(file, head, given, kind)
        if found is None:
            each = in_tar(file, given.limits) if is_tar(head, given.name) else in_zip(file, given.size, given.limits)
            yield from _members(each, given, kind, skip)
        else:
            yield from _read(file, given, found, note)
    elif packed:
        raise _deep()
    else:
        with held(unpacked(file, packed_as, given.limits), given.scratch, given.limits.unpacked_bytes) as (inner, size):
            name = _TARS.get(suffix_of(given.name), given.name.removesuffix(f".{packed_as}"))
            yield from _opened(inner, replace(given, name=name, size=size), kind, skip, packed=True)


def _members(each: Iterator[Member], given: Given, kind: str, skip: int) -> Iterator[Said | Begun]:
    count, most = -1, given.limits.output(given.size)
    for count, (name, open_it) in enumerate(each):
        if count >= skip:
            yield count
            yield from _guarded(stored_text(name), _member(name, open_it, given, kind, most))
    if count < 0:
        raise Refused("The archive holds no file.", "Put the files into it.", "empty_file")


def _member(name: str, open_it: Callable[[], IO[bytes]], given: Given, kind: str, most: int) -> Iterator[Said]:
    with held(open_it(), given.scratch, most) as (file, size):
        yield from _one(file, replace(given, name=name, size=size), kind)


def _inner(name: str, file: IO[bytes], given: Given, kind: str) -> Iterator[Said]:
    """A file within another one: no archive, and with no file within itself."""
    size = file.seek(0, 2)
    file.seek(0)
    yield from _guarded(stored_text(name), _one(file, replace(given, name=name, size=size), kind))


def _one(file: IO[bytes], given: Given, kind: str) -> Iterator[Said]:
    head = _head(file)
    if packing(head) not in ("", "zip"):
        raise _deep()
    found, note = _kind(file, head, given, kind)
    if found is None:
        raise _deep()
    yield from _read(file, given, found, note)


def _kind(file: IO[bytes], head: bytes, given: Given, kind: str) -> tuple[Kind | None, str]:
    """The kind that is asked for, or that it is; of a zip that is no document of the kind asked for, what it is."""
    if not head.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0"):
        raise Refused("The file is empty.", "Remove it, or put something in it.", "empty_file")
    asked = every_kind().get(kind)
    if asked and (asked.zipped or not (packing(head) or is_tar(head, given.name))):
        return asked, ""
    try:
        return kind_of(file, head, given.name, given.size, given.limits)
    except Refused as refused:
        if refused.reason != "records" or not given.records:
            raise
        return _RECORDS, ""


def _read(file: IO[bytes], given: Given, kind: Kind, note: str) -> Iterator[Said]:
    """What a kind's own reader says, and of a document without words that it has none."""
    for said in kind.read(file, given):
        if isinstance(said, Document) and not said.text.strip():
            yield Fault(said.member, 0, "no_text", " ".join(said.notes) or "There is no text in it.")
        elif isinstance(said, Document):
            yield replace(said, kind=said.kind or kind.name, notes=(*((note,) if note else ()), *said.notes))
        else:
            yield said


def _records(file: IO[bytes], given: Given) -> Iterator[Said]:
    """The records of a file of such, as the containers' reader finds them."""
    with (given.scratch / "records").open("wb+") as whole:
        shutil.copyfileobj(file, whole)
        whole.flush()
        whole.seek(0)
        for said in contents(whole, given.size, given.name, Told(encoding=given.encoding), given.limits, given.scratch):
            if isinstance(said, Record | Fault):
                yield said
            elif isinstance(said, Json):
                yield Record("", said.line, orjson.loads(said.data))


_RECORDS = Kind("records", (), _records, (), (), b"", None, {})
"""What is no document, and is read all the same where its records are wanted."""


def _guarded(member: str, each: Iterator[Any]) -> Iterator[Any]:
    """The same, of this member, with its name before theirs; whatever a stranger's file makes of a reader is a fault of that file."""
    try:
        for said in each:
            if member and isinstance(said, Document):
                said = replace(said, member=f"{member}/{said.member}" if said.member else member)
            elif member and isinstance(said, Fault | Record):
                said = replace(said, file=f"{member}/{said.file}" if said.file else member)
            yield said
    except RowsmithError:
        raise
    except Refused as refused:
        yield Fault(member, 0, refused.reason, f"{refused.what} {refused.fix}")
    except CutOff as error:
        yield Fault(member, 0, "broken_file", f"It is cut off or damaged: {error}")
    except RecursionError:
        yield Fault(member, 0, "too_deep", "It is nested too deep to be read.")
    except MemoryError:
        yield Fault(member, 0, "memory", "It needs more memory than a file may take.")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        yield Fault(member, 0, "broken_file", f"It cannot be read: {_said(error)}")


def _said(error: BaseException) -> str:
    last = traceback.format_exception_only(error)[-1].strip()
    return last[:300]


def _head(file: IO[bytes]) -> bytes:
    head = file.read(HEAD)
    file.seek(0)
    return head


def _deep() -> Refused:
    return Refused("It is an archive within another file.", "Unpack it yourself, and give the files in it.", "nested_archive")
