"""Reading an answer in XML elements. No XML parser is at work: nothing is fetched or expanded, and what is no element of the form is text.

Taken: words before and after, fences, attributes, comments, CDATA, the five named entities and numbers for characters, `&` and `<` that are
not written as entities, tags in any case, another element around the fields or none, elements that are no field, list items of any name or
directly in repeated elements.
Refused: a text without its closing tag (it may be cut off), a list without its end, words between elements, a field given twice with
different content. Time grows with the length of the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from rowsmith.llm.tolerant import Unreadable, load, plain
from rowsmith.llm.xml_form import ITEM, Shape, XmlForm

_TAG = re.compile(r"<(?:(!\[CDATA\[)|(!--)|(/?)([^\W\d][\w.:-]*)(?:\s[^<>]*?)?(/?)>)")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CDATA, _COMMENT = "![CDATA[", "!--"
MOST = 50_000
"""Most tags of an answer."""
_CUT = re.compile(r"[`~\s]*(?:<[^<>]*)?")
"""What may follow the last element of an answer that was cut off: nothing, the end of a fence, or a part of a tag."""
_LISTED = re.compile(r"[,;|\n]")


class Tag(NamedTuple):
    """A tag, a comment or a CDATA section: from where to where, its name in small letters, and whether it opens, closes, or both."""

    start: int
    end: int
    name: str
    opens: bool = False
    closes: bool = False


class Element(NamedTuple):
    """A value that elements come to. `bare`: nothing stood around its fields. `missing`: its end was not there, so that it is whole only if
    the model came to its own end."""

    value: Any
    bare: bool
    missing: bool


class Wrong(Exception):
    """What looked like an answer is none."""


def values(text: str, form: XmlForm) -> tuple[list[Element], str]:
    """The values that the elements of a text come to, and why the first place that looked like an answer is none, empty if there is none.
    Fields are looked for by themselves where no element that holds them all is there."""
    tags = list(islice(_tags(text), MOST + 1))
    if len(tags) > MOST:
        return [], f"it holds more than {MOST:,} tags"
    found, problem = _all(_Reading(text, tags), {form.root}, form.shape, bare=False)
    if form.shape.kind != "object" or any(one.value != {} for one in found):
        return found, problem
    fields, other = _all(_Reading(text, tags), {tag.casefold() for tag in form.shape.fields}, form.shape, bare=True)
    return fields or found, problem or other


def _all(reading: _Reading, starts: set[str], shape: Shape, *, bare: bool) -> tuple[list[Element], str]:
    """Every answer that begins with one of these tags: that of the element around it or, with `bare`, of its first field."""
    found: list[Element] = []
    problem = ""
    while (tag := reading.look()) is not None:
        before = reading.at
        if not tag.opens or tag.name not in starts:
            reading.at += 1
            continue
        reading.missing = False
        try:
            value = reading.bare_fields(shape) if bare else reading.element(shape)
            found.append(Element(value, bare, reading.missing))
        except Wrong as error:
            problem = problem or str(error)
            reading.at = max(reading.at, before + 1)
    return found, problem


def _tags(text: str) -> Iterator[Tag]:
    """Every tag in the text; what stands in comments and CDATA is none."""
    at = 0
    endless: set[str] = set()
    while (found := _TAG.search(text, at)) is not None:
        at = found.end()
        if (section := found[1] or found[2]) is None:
            yield Tag(found.start(), at, found[4].casefold(), opens=not found[3], closes=bool(found[3] or found[5]))
        elif section not in endless:
            close = "]]>" if section == _CDATA else "-->"
            end = text.find(close, at)
            if end < 0:
                endless.add(section)
            else:
                at = end + 3
                yield Tag(found.start(), at, section)


class _Reading:
    """Goes through the tags once; `at` is the next one. `missing`: the text ended before an element around others was closed."""

    def __init__(self, text: str, tags: list[Tag]) -> None:
        self.text, self.tags, self.at, self.missing = text, tags, 0, False

    def look(self) -> Tag | None:
        return self.tags[self.at] if self.at < len(self.tags) else None

    def element(self, shape: Shape) -> Any:
        """The value of the element whose opening tag is the next one."""
        first = self.tags[self.at]
        self.at += 1
        if first.closes:
            return {"object": {}, "list": []}.get(shape.kind, "") if shape.kind == "text" or not shape.nullable else None
        if shape.kind not in ("object", "list"):
            return self.content(first, shape)
        if shape.nullable and (last := self.look()) is not None and _ends(last, first.name) and self.text[first.end : last.start].strip() == "null":
            self.at += 1
            return None
        return self.fields(first.name, shape) if shape.kind == "object" else self.items(first, shape)

    def content(self, first: Tag, shape: Shape) -> Any:
        """The value of an element that holds no others: everything up to its closing tag."""
        parts: list[str] = []
        at = first.end
        while (tag := self.look()) is not None:
            self.at += 1
            if tag.name == _CDATA:
                parts += [self.text[at : tag.start], self.text[tag.start + 9 : tag.end - 3]]
                at = tag.end
            elif _ends(tag, first.name):
                return _leaf([*parts, self.text[at : tag.start]], shape)
            elif tag.name == first.name:
                raise Wrong(f"<{tag.name}> stands within <{tag.name}>")
        raise Wrong(f"<{first.name}> has no closing tag, so the answer may be cut off")

    def fields(self, end: str, shape: Shape) -> dict[str, Any]:
        """The fields up to the closing tag `end`. Elements that are no field are stepped over."""
        known = {tag.casefold(): field for tag, field in shape.fields.items()}
        out: dict[str, Any] = {}
        while (tag := self.next(end)) is not None:
            if tag.name in known:
                self.take(tag, *known[tag.name], out)
            else:
                self.skip(tag)
        return out

    def bare_fields(self, shape: Shape) -> dict[str, Any]:
        """Fields without an element around them: as many as follow each other."""
        known = {tag.casefold(): field for tag, field in shape.fields.items()}
        out: dict[str, Any] = {}
        while (tag := self.look()) is not None and tag.opens and tag.name in known:
            self.take(tag, *known[tag.name], out)
            following = self.look()
            rest = self.text[self.tags[self.at - 1].end : following.start if following else len(self.text)].strip()
            self.missing = following is None and _CUT.fullmatch(rest) is not None
            if rest:
                break
        return out

    def take(self, tag: Tag, name: str, shape: Shape, out: dict[str, Any]) -> None:
        """Read one field. A list's may be there more than once, each with its part."""
        value = self.element(shape)
        if name not in out:
            out[name] = value
        elif isinstance(value, list) and isinstance(out[name], list) and shape.kind == "list":
            out[name] += value
        elif out[name] != value:
            raise Wrong(f"<{tag.name}> is there twice, with different content")

    def items(self, first: Tag, shape: Shape) -> list[Any]:
        """The items of a list, up to its closing tag."""
        assert shape.item is not None
        tag = self.look()
        if tag is not None and tag.opens and tag.name != ITEM and tag.name in {name.casefold() for name in shape.item.fields}:
            return [self.fields(first.name, shape.item)]  # one item without its element
        if tag is not None and _ends(tag, first.name):
            self.at += 1
            return self.bare_items(self.text[first.end : tag.start].strip(), shape.item)
        out = []
        while self.next(first.name, whole=True) is not None:
            out.append(self.element(shape.item))
        return out

    def bare_items(self, said: str, item: Shape) -> list[Any]:
        """A list's content without elements: nothing, a list in JSON, or one item where it can be no more."""
        if not said:
            return []
        if said.startswith("[") and isinstance(listed := _loaded(_unescaped(said)), list):
            return listed
        if item.kind == "text" and _LISTED.search(said):
            raise Wrong("a list stands there without an <item> for each")
        return [_leaf([said], item)]

    def next(self, end: str, *, whole: bool = False) -> Tag | None:
        """The next tag that opens, with nothing but space and comments before it; None after the closing tag `end`, and at the end of the
        text, unless it has to be `whole`."""
        while True:
            tag = self.look()
            between = self.text[self.tags[self.at - 1].end : tag.start if tag else len(self.text)].strip()
            if tag is None and not between.strip("`~"):
                if whole:
                    raise Wrong("it ends within a list")
                self.missing = True
                return None
            if between or tag is None or tag.name == _CDATA:
                raise Wrong("there are words between the elements")
            if tag.opens:
                return tag
            self.at += 1
            if _ends(tag, end):
                return None
            if tag.name != _COMMENT:
                raise Wrong(f"</{tag.name}> closes what is not open")

    def skip(self, first: Tag) -> None:
        """Step over an element that is no field, with all that it holds."""
        self.at += 1
        deep = 0 if first.closes else 1
        while deep and (tag := self.look()) is not None:
            self.at += 1
            if tag.name == first.name and tag.opens != tag.closes:
                deep += 1 if tag.opens else -1
        if deep:
            raise Wrong(f"<{first.name}> has no closing tag, so the answer may be cut off")


def _ends(tag: Tag, name: str) -> bool:
    return tag.name == name and tag.closes and not tag.opens


def _leaf(parts: list[str], shape: Shape) -> Any:
    """The value of a content; every second part is CDATA. Space at either end is layout, unless it stands in CDATA or as an entity."""
    if len(parts) == 1:
        said = parts[0].strip()
        if shape.nullable and (said == "null" or (not said and shape.kind != "text")):
            return None
        said = _unescaped(said)
    else:
        parts = [parts[0].lstrip(), *parts[1:-1], parts[-1].rstrip()]
        said = "".join(part if place % 2 else _unescaped(part) for place, part in enumerate(parts))
    return plain(said) if shape.kind == "text" else _loaded(said)


def _loaded(said: str) -> Any:
    """A number, true, false, null or other JSON; what is none stays a text, for the schema to complain of."""
    try:
        return load(said)
    except Unreadable:
        return plain(said)


def _unescaped(said: str) -> str:
    return _ENTITY.sub(_character, said) if "&" in said else said


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    number = int(found[2]) if found[2] else int(found[3], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
