"""What a prompt's text uses of what it is given, told by its syntax tree. Names that the text makes itself, those of its loops and of constants
at its top, are none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from rowsmith.core.fences import Path

Sources = tuple[Path, ...]
"""Where a value may come from: paths below the names that a text is given."""
_ASKING = ("defined", "undefined")
_VERDICTS = (nodes.Compare, nodes.Not, nodes.Test)


@dataclass(slots=True)
class Uses:
    """`variables`: all names. `needed`: those used without asking whether they are there (`is defined`, `default`). `paths`: names with their fields,
    None for what is not known beforehand. `shown`: paths of what is printed, `sources` the same by printed expression (its id). `printed`: names
    that are printed as they are. `opened`: names that are looked into: looped over, filtered, with a field or place."""

    variables: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    paths: set[Path] = field(default_factory=set)
    shown: set[Path] = field(default_factory=set)
    sources: dict[int, Sources] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)


def uses(tree: nodes.Template, constants: Iterable[str]) -> Uses:
    """What a tree uses; `constants` are set at its top."""
    reading = _Reading(Uses())
    reading.statements(tree.body[len(list(constants)) :], dict.fromkeys(constants, ()))
    return reading.found


class _Reading:
    """Goes through a tree; `local` are the names that the text has made where it stands, with where their values come from."""

    def __init__(self, found: Uses) -> None:
        self.found = found
        self.asked: frozenset[str] = frozenset()
        """Names of which the text has asked, where it stands, whether they are there."""

    def statements(self, body: Iterable[nodes.Node], local: Mapping[str, Sources]) -> None:
        for node in body:
            if isinstance(node, nodes.Output):
                for one in node.nodes:
                    self._printed(one, local)
            elif isinstance(node, nodes.For):
                self._loop(node, local)
            elif isinstance(node, nodes.If):
                self.value(node.test, local)
                with self._asking(_asked(node.test)):
                    self.statements([*node.body, *node.elif_, *node.else_], local)
            else:
                self._within(node, local)

    def _printed(self, node: nodes.Node, local: Mapping[str, Sources]) -> None:
        sources = self.value(node, local)
        self.found.sources[id(node)] = sources
        self.found.shown.update(sources)
        if isinstance(node, nodes.Name) and node.name not in local:
            self.found.printed.add(node.name)

    def _loop(self, node: nodes.For, local: Mapping[str, Sources]) -> None:
        self._open(node.iter, local)
        entry = _inside(self.value(node.iter, local))
        inner = {**local, **{one.name: entry for one in node.target.find_all(nodes.Name)}}
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = entry
        if node.test is not None:
            self.value(node.test, inner)
        self.statements(node.body, {**inner, "loop": ()})
        self.statements(node.else_, local)

    def value(self, node: nodes.Node, local: Mapping[str, Sources]) -> Sources:
        """Where the value of an expression may come from; notes the names in it."""
        match node:
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                return self._path(node, local)
            case nodes.Filter(node=inner, name=name) if inner is not None:
                self._open(inner, local)
                with self._asking(_roots(inner) if name in ("default", "d") else ()):
                    found = self.value(inner, local)
                return _inside(found) + _inside(self._within_all([*node.args, *node.kwargs], local))
            case nodes.Test(node=inner, name=name):
                with self._asking(_roots(inner) if name in _ASKING else ()):
                    self._within(node, local)
                return ()
            case nodes.CondExpr(test=test, expr1=one, expr2=other):
                self.value(test, local)
                with self._asking(_asked(test)):
                    return self.value(one, local) + (self.value(other, local) if other is not None else ())
            case nodes.And(left=one, right=other) | nodes.Or(left=one, right=other):
                found = self.value(one, local)
                with self._asking(_asked(one)):
                    return found + self.value(other, local)
        found = self._within(node, local)
        return () if isinstance(node, _VERDICTS) else _inside(found)

    def _within_all(self, several: Iterable[nodes.Node], local: Mapping[str, Sources]) -> Sources:
        return tuple(path for node in several for path in self.value(node, local))

    def _within(self, node: nodes.Node, local: Mapping[str, Sources]) -> Sources:
        return self._within_all(node.iter_child_nodes(), local)

    def _path(self, node: Any, local: Mapping[str, Sources]) -> Sources:
        fields: list[str | None] = []
        while isinstance(node, nodes.Getattr | nodes.Getitem):
            arg = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
            fields.append(arg if isinstance(arg, str) else None)
            if isinstance(node, nodes.Getitem):
                self.value(node.arg, local)
            if isinstance(node.node, nodes.Name):
                self._open(node.node, local)
            node = node.node
        if not isinstance(node, nodes.Name):
            return _inside(self.value(node, local))
        below = tuple(reversed(fields))
        if node.name in local:
            return tuple((*path, *below) for path in local[node.name])
        self.found.variables.add(node.name)
        if node.name not in self.asked:
            self.found.needed.add(node.name)
        self.found.paths.add((node.name, *below))
        return ((node.name, *below),)

    def _open(self, node: nodes.Node, local: Mapping[str, Sources]) -> None:
        if isinstance(node, nodes.Name) and node.name not in local:
            self.found.opened.add(node.name)

    @contextmanager
    def _asking(self, names: Iterable[str]) -> Iterator[None]:
        before, self.asked = self.asked, self.asked | frozenset(names)
        yield
        self.asked = before


def _asked(test: nodes.Node) -> set[str]:
    """The names of which a condition asks whether they are there."""
    every = [test, *test.find_all(nodes.Test)]
    return {name for one in every if isinstance(one, nodes.Test) and one.name in _ASKING for name in _roots(one.node)}


def _roots(node: nodes.Node) -> tuple[str, ...]:
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return (node.name,) if isinstance(node, nodes.Name) else ()


def _inside(paths: Sources) -> Sources:
    return tuple(dict.fromkeys((*path, None) for path in paths))
