"""YAML as plain data, with the line of every value, and limits against files that are made to do harm.

Only text, numbers, true, false, null, lists and mappings, by the core schema of YAML 1.2: `no`, `on`, 12:30 and 2024-01-01 are text.
Merge keys (`<<: *defaults`) are taken; keys given beside them win.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from rowsmith.core.errors import Invalid, Problem

MAX_BYTES = 1024 * 1024
MAX_ALIASES = 200
MAX_DEPTH = 50
MAX_NODES = 100_000
Path = tuple[str | int, ...]
"""Where a value stands: keys and 0-based positions from the top."""
TAG = "tag:yaml.org,2002:"
PLAIN = {TAG + name for name in ("str", "null", "bool", "int", "float", "timestamp", "value")}
WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
ODD = re.compile("[\t\ufeff\x85\u2028\u2029]")
"""What libyaml takes in another way: tabs where no value may be, marks of byte order, and rare ends of lines."""
FIXES = {
    "mapping values are not allowed": "Put text that contains ': ' in quotes, and check the indentation.",
    "cannot start any token": "Indent with spaces, and put text that begins with a special sign in quotes.",
    "expected a single document": "Keep one recipe in one file, without a line of '---' in the middle.",
    "did not find expected": "Check the indentation and the quotes, here and on the line before.",
    "expected <block end>": "Check the indentation: the keys of one mapping stand below each other.",
    "undefined alias": "Define it with &name before it is used with *name, or put text that begins with * in quotes.",
}


@dataclass(slots=True)
class Lines:
    """The 1-based line of each value of a file, by path."""

    file: str = ""
    at: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of the value, or of the nearest one around it; 0 when nothing is known."""
        while path not in self.at and path:
            path = path[:-1]
        return self.at.get(path, 0)

    def problem(self, path: Path, what: str, fix: str = "") -> Problem:
        """A problem that stands at the path."""
        return Problem(what, fix, self.file, self.line(path))


def parse(text: str, file: str = "") -> tuple[Any, Lines, list[Problem]]:
    """The data of a YAML text, its lines, and what is wrong with single values (duplicate keys, tags), all of it.

    Raises:
        Invalid: the text is not YAML, or is beyond a limit; its one problem says where.
    """
    if (quick := _quickly(text, file)) is not None:
        return quick
    reader = _Reader(Lines(file, {(): 1}))
    try:
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise _Limit(f"The file is larger than {MAX_BYTES:,} bytes.", None)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        data = reader.value(node, ()) if node is not None else None
    except yaml.YAMLError as error:
        raise Invalid("The YAML cannot be used.", "", [_syntax(error, text, file)]) from None
    except _Limit as error:
        problem = Problem(str(error), "Recipes are small: move data into files of their own.", file, _line(error.node))
        raise Invalid("The YAML cannot be used.", "", [problem]) from None
    return data, reader.lines, reader.problems


def _quickly(text: str, file: str) -> tuple[Any, Lines, list[Problem]] | None:
    """The same, in a sixth of the time, by libyaml; None where that is not there, or where it might say something else or has something to say."""
    if _Quick is None or len(text) > MAX_BYTES or ODD.search(text):
        return None
    reader = _Reader(Lines(file, {(): 1}))
    try:
        node = _Quick(text).get_single_node()
        return (None if node is None else reader.value(node, ())), reader.lines, reader.problems
    except (yaml.YAMLError, ValueError, _Limit):
        return None  # the careful way says what is wrong, and where


def scalar(text: str) -> Any:
    """The value of a plain scalar, as YAML 1.2 reads it."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text) and len(text) < 40:
        return int(text)
    if BASED.fullmatch(text) and len(text) < 40:
        return int(text, 0)
    if FLOAT.fullmatch(text) and not text.lstrip("-+").isdigit():
        return float(text)
    return text


class _Limit(Exception):
    def __init__(self, what: str, node: yaml.Node | None) -> None:
        super().__init__(what)
        self.node = node


class _Composed(Composer):
    """Stops at the limits while it composes, before anything is built."""

    depth = aliases = nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.aliases += self.check_event(yaml.AliasEvent)  # type: ignore[attr-defined]
        self.nodes += 1
        self.depth += 1
        if self.aliases > MAX_ALIASES:
            raise _Limit(f"The file uses more than {MAX_ALIASES} aliases.", parent)
        if self.nodes > MAX_NODES:
            raise _Limit(f"The file holds more than {MAX_NODES:,} values.", parent)
        if self.depth > MAX_DEPTH:
            raise _Limit(f"The file is nested deeper than {MAX_DEPTH} levels.", parent)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Loader(_Composed, yaml.SafeLoader):
    """In Python, which says best what is wrong."""


_Quick: Any = None
if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class _Libyaml(_Composed, CParser, Resolver):
        """By libyaml, which knows more of `?` among brackets: that is left to the other."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)
            self.flow = 0

        def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
            event = self.peek_event()
            within = bool(getattr(event, "flow_style", False))
            if self.flow and isinstance(event, yaml.ScalarEvent) and not event.style and "?" in event.value:
                raise _Limit("a question mark among brackets", parent)
            self.flow += within
            node = super().compose_node(parent, index)
            self.flow -= within
            return node

    _Quick = _Libyaml


class _Reader:
    """Walks the composed nodes; what aliases repeat counts each time."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self.count = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.count += 1
        self.lines.at.setdefault(path, _line(node))
        if self.count > MAX_NODES:
            raise _Limit(f"The file holds more than {MAX_NODES:,} values, counting what its aliases repeat.", node)
        if len(path) > MAX_DEPTH:
            raise _Limit(f"The file is nested deeper than {MAX_DEPTH} levels, or an alias holds itself.", node)
        if isinstance(node, yaml.MappingNode) and node.tag == TAG + "map":
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == TAG + "seq":
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag in PLAIN:
            return self.scalar(node)
        tag = node.tag.replace(TAG, "!!")
        self.wrong(node, f"The tag {tag!r} is not allowed.", "Write plain text, numbers, true, false, null, lists and mappings.")
        return None

    def scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        if node.style:  # quoted, or a block
            return text
        if ENDLESS.fullmatch(text):
            self.wrong(node, f"{text} is not a number that can be used.", "Give a finite number, or put it in quotes.")
            return None
        return scalar(text)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        out: dict[str, Any] = {}
        own: dict[str, int] = {}
        for key, item in node.value:
            if key.tag == TAG + "merge":
                continue
            name = self.key(key)
            if name is None:
                continue
            if name in own:
                self.wrong(key, f"The key {name!r} stands here a second time; line {own[name]} has it too.", "Keep one of them.")
                continue
            own[name] = _line(key)
            self.lines.at.setdefault((*path, name), _line(key))
            out[name] = self.value(item, (*path, name))
        for key, item in node.value:
            if key.tag == TAG + "merge":
                for name, value in self.merged(item, path):
                    out.setdefault(name, value)
        return out

    def key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag in PLAIN:
            return str(node.value)
        self.wrong(node, "A key must be text.", "Put text that begins with '{' or '[' in quotes, such as \"{{ text }}\".")
        return None

    def merged(self, node: yaml.Node, path: Path) -> Iterator[tuple[str, Any]]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for one in nodes:
            if not isinstance(one, yaml.MappingNode):
                self.wrong(one, "'<<' takes a mapping, or a list of mappings.", "Write <<: *name, where &name stands at a mapping.")
                continue
            yield from self.value(one, path).items()

    def wrong(self, node: yaml.Node, what: str, fix: str) -> None:
        self.problems.append(Problem(what, fix, self.lines.file, _line(node)))


def _line(node: yaml.Node | None) -> int:
    return node.start_mark.line + 1 if node is not None else 0


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        what = f"The file holds a character that YAML does not allow: U+{error.character:04X}."
        return Problem(what, "Remove it, or write it as an escape in double quotes.", file, text.count("\n", 0, error.position) + 1)
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(f"The YAML cannot be read: {error}.", "", file)
    said = ", ".join(filter(None, (error.context, error.problem)))
    # A quote that is never closed is noticed at the end of the file; where it begins is what helps.
    mark = error.context_mark if "quoted scalar" in said else error.problem_mark
    fix = next((fix for sign, fix in FIXES.items() if sign in said), "Check the indentation and the quotes.")
    return Problem(f"The YAML cannot be read: {said}.", fix, file, mark.line + 1 if mark else 0)
