"""Source code as an outline: its definitions, what lies between them, and where they can be cut. For the child alone: it holds syntax trees."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import accumulate
from typing import Any

from rowsmith.core.outline import Block, Part
from rowsmith.core.spans import Span, trimmed


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DEFINITIONS = _listed(
    "function_definition class_definition function_declaration generator_function_declaration class_declaration abstract_class_declaration "
    "method_definition interface_declaration type_alias_declaration enum_declaration internal_module module method_declaration "
    "constructor_declaration record_declaration annotation_type_declaration type_declaration function_item struct_item enum_item union_item "
    "trait_item impl_item mod_item macro_definition struct_specifier union_specifier enum_specifier class_specifier namespace_definition "
    "type_definition struct_declaration property_declaration namespace_declaration local_function_statement trait_declaration method "
    "singleton_method class lexical_declaration"
)
_LOOKED_THROUGH = _listed(
    "block class_body declaration_list field_declaration_list body_statement statement_block enum_body interface_body enum_body_declarations "
    "decorated_definition export_statement template_declaration ambient_declaration linkage_specification expression_statement "
    "preproc_if preproc_ifdef preproc_else preproc_elif file_scoped_namespace_declaration"
)
"""What holds definitions and is none itself."""
_WRAPPERS = _listed("decorated_definition export_statement template_declaration ambient_declaration")
"""What goes along with the one definition in it."""
_FUNCTIONS = _listed("arrow_function function_expression function class class_expression generator_function")
_NAMES = _listed("identifier field_identifier type_identifier qualified_identifier destructor_name operator_name constant word name")
_DEEPEST = 60
_MOST_BYTES = 4
"""Of a character."""
_PACKAGES = {"php": ("php", "language_php"), "tsx": ("typescript", "language_tsx"), "typescript": ("typescript", "language_typescript")}
"""Languages whose grammar is not `language` of a package of their own name (tree_sitter_...)."""
_Nodes = list[tuple[int, int, Any]]
"""Children of a node with the characters at which they begin and end, in order."""


def outline(text: str, language: str, size: int) -> list[Part]:
    """The parts of the code in order; together all of its visible characters. What cannot have more than `size` tokens is whole.

    Raises:
        ImportError: the grammar is not installed.
    """
    code = _Code(text, size)
    return list(code.parts(_parser(language).parse(code.bytes).root_node, (0, len(text)), ""))


@cache
def _parser(language: str) -> Any:
    from tree_sitter import Language, Parser

    package, function = _PACKAGES.get(language, (language, "language"))
    return Parser(Language(getattr(import_module(f"tree_sitter_{package}"), function)()))


class _Code:
    """A text and its nodes' places in it, in characters."""

    def __init__(self, text: str, size: int) -> None:
        self.text, self.bytes = text, text.encode()
        self._plain = len(self.bytes) == len(text)
        self._surely = size if self._plain else size // _MOST_BYTES  # no token is shorter than a byte
        lines = self.bytes.split(b"\n")
        self._lines = list(accumulate((len(line) + 1 for line in lines), initial=0))
        self._starts = self._lines if self._plain else list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))

    def place(self, byte: int) -> int:
        """The character at which a byte stands."""
        if self._plain:
            return byte
        line = bisect_right(self._lines, byte) - 1
        return self._starts[line] + len(self.bytes[self._lines[line] : byte].decode(errors="ignore"))

    def span(self, node: Any) -> Span:
        """Where the node stands."""
        return trimmed(self.text, self.place(node.start_byte), self.place(node.end_byte))

    def parts(self, node: Any, region: Span, symbol: str, depth: int = 0) -> Iterator[Part]:
        """The definitions within a node, which stands in the region, and what lies between, before and behind them there."""
        at, end = region
        found, nodes = list(_definitions(node)), self._nodes(node)
        for number, inner in enumerate(found):
            begin = max(at, self._with_comments(inner))
            over = self._with_line(inner, found[number + 1] if number + 1 < len(found) else None, end)
            yield from self._between(at, begin, symbol, nodes)
            yield self._definition(inner, (begin, over), ".".join(filter(None, (symbol, _name(inner)))), depth)
            at = over
        yield from self._between(at, end, symbol, nodes)

    def _definition(self, node: Any, span: Span, name: str, depth: int) -> Part:
        itself = _within(node)
        if self._fits(*span):
            return Part(*span, name)
        if depth < _DEEPEST and next(_definitions(itself), None) is not None:
            return Part(*span, name, list(self.parts(itself, span, name, depth + 1)))
        return Part(*span, name, [], self._blocks(self._nodes(node), *span, 0))

    def _between(self, start: int, end: int, symbol: str, nodes: _Nodes) -> Iterator[Part]:
        begin, end = trimmed(self.text, start, end)
        if begin < end:
            yield Part(begin, end, symbol, [], self._blocks(nodes, begin, end, 0))

    def _fits(self, start: int, end: int) -> bool:
        return end - start <= self._surely

    def _nodes(self, node: Any) -> _Nodes:
        return [(self.place(child.start_byte), self.place(child.end_byte), child) for child in node.children if child.end_byte > child.start_byte]

    def _blocks(self, nodes: _Nodes, start: int, end: int, depth: int) -> list[Block]:
        """The nodes within [start, end), from where each begins to where the next one does."""
        if self._fits(start, end) or depth >= _DEEPEST:
            return []
        inside = nodes[bisect_right(nodes, start, key=lambda one: one[1]) : bisect_left(nodes, end, key=lambda one: one[0])]
        begins = [start, *(max(start, at) for at, _, _ in inside[1:]), end]
        found = []
        for number, (_, _, child) in enumerate(inside):
            begin, over = trimmed(self.text, begins[number], begins[number + 1])
            if begin < over:
                whole = self._fits(begin, over)
                found.append(Block(begin, over) if whole else Block(begin, over, self._blocks(self._nodes(child), begin, over, depth + 1)))
        return found

    def _with_comments(self, node: Any) -> int:
        """Where the definition begins, with the comments and attributes that stand right above it."""
        first, before = node, node.prev_sibling
        while before is not None and ("comment" in before.type or before.type == "attribute_item"):
            earlier = before.prev_sibling
            ends = before.end_point[0] - (before.end_point[1] == 0)
            if first.start_point[0] - ends > 1 or (earlier is not None and earlier.end_point[0] == before.start_point[0] and earlier.end_point[1]):
                break
            first, before = before, earlier
        return self.span(first)[0]

    def _with_line(self, node: Any, following: Any, most: int) -> int:
        """Where the definition ends, with a comment or a mark behind it on its last line if no other one begins there."""
        end = self.span(node)[1]
        line = self.text.find("\n", end)
        line = min(most, len(self.text) if line < 0 else line)
        if (following is not None and self.place(following.start_byte) < line) or line - end > 200 or "{" in self.text[end:line]:
            return end
        rest = self.text[end:line].strip()
        return trimmed(self.text, end - 1, line)[1] if rest in (";", ",", "") or rest[0] in ";#/" else end


def _definitions(node: Any) -> Iterator[Any]:
    """The definitions in a node that are in no other one, with what wraps them."""
    waiting = list(reversed(node.named_children))
    while waiting:
        child = waiting.pop()
        wraps = child.type in _WRAPPERS and next(_definitions(child), None) is not None
        if wraps or (child.type in _DEFINITIONS and _name(child)):
            yield child
        elif child.type in _LOOKED_THROUGH:
            waiting += reversed(child.named_children)


def _within(node: Any) -> Any:
    """The definition itself, without what wraps it."""
    while node.type in _WRAPPERS and (inner := next(_definitions(node), None)) is not None:
        node = inner
    return node


def _name(node: Any) -> str:
    """What a definition is called; empty for what is none after all (a variable that holds no function, a struct that is only named)."""
    node = _within(node)
    if node.type == "lexical_declaration":
        for one in node.named_children:
            value = one.child_by_field_name("value")
            if value is not None and value.type in _FUNCTIONS:
                return _said(one.child_by_field_name("name"))
        return ""
    if node.type.endswith("_specifier") and node.child_by_field_name("body") is None:
        return ""
    if node.type == "type_declaration":
        return ", ".join(_said(one.child_by_field_name("name")) for one in node.named_children if one.child_by_field_name("name"))
    name = node.child_by_field_name("name") or node.child_by_field_name("type" if node.type == "impl_item" else "declarator")
    while name is not None and name.type not in _NAMES and (inner := name.child_by_field_name("declarator") or _first_name(name)) is not None:
        name = inner
    receiver = node.child_by_field_name("receiver")
    return ".".join(filter(None, (_said(_deep_name(receiver)), _said(name))))


def _first_name(node: Any) -> Any:
    return next((child for child in node.named_children if child.type in _NAMES or child.type.endswith("declarator")), None)


def _deep_name(node: Any) -> Any:
    waiting = [node] if node is not None else []
    while waiting:
        one = waiting.pop()
        if one.type == "type_identifier":
            return one
        waiting += reversed(one.named_children)
    return None


def _said(node: Any) -> str:
    return " ".join(node.text.decode(errors="replace").split())[:200] if node is not None else ""
