"""Source code as its definitions, with exact character spans: which grammar reads it, what is a function or a class in it, and what it is called."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import accumulate
from typing import Any

from rowsmith.core.errors import Unavailable
from rowsmith.core.languages_of_code import language_of
from rowsmith.steps.packing import Span, trimmed
from rowsmith.steps.prose import listed

GRAMMARS = {
    "bash": ("bash", "language"), "c": ("c", "language"), "c_sharp": ("c_sharp", "language"), "cpp": ("cpp", "language"), "go": ("go", "language"),
    "java": ("java", "language"), "javascript": ("javascript", "language"), "php": ("php", "language_php"), "python": ("python", "language"),
    "ruby": ("ruby", "language"), "rust": ("rust", "language"), "tsx": ("typescript", "language_tsx"),
    "typescript": ("typescript", "language_typescript"),
}  # fmt: skip
"""Languages, each with the package (tree_sitter_...) and the function in it that give its grammar."""
_DEFINITIONS = listed(
    "function_definition class_definition function_declaration generator_function_declaration class_declaration abstract_class_declaration "
    "method_definition interface_declaration type_alias_declaration enum_declaration internal_module module method_declaration "
    "constructor_declaration record_declaration annotation_type_declaration type_declaration function_item struct_item enum_item union_item "
    "trait_item impl_item mod_item macro_definition struct_specifier union_specifier enum_specifier class_specifier namespace_definition "
    "type_definition struct_declaration property_declaration namespace_declaration local_function_statement trait_declaration method "
    "singleton_method class lexical_declaration"
)
_LOOKED_THROUGH = listed(
    "block class_body declaration_list field_declaration_list body_statement statement_block enum_body interface_body enum_body_declarations "
    "decorated_definition export_statement template_declaration ambient_declaration linkage_specification expression_statement "
    "preproc_if preproc_ifdef preproc_else preproc_elif file_scoped_namespace_declaration"
)
"""What holds definitions and is none itself."""
_WRAPPERS = listed("decorated_definition export_statement template_declaration ambient_declaration")
"""What goes along with the one definition in it."""
_FUNCTIONS = listed("arrow_function function_expression function class class_expression generator_function")
_NAMES = listed("identifier field_identifier type_identifier qualified_identifier destructor_name operator_name constant word name")
_DEEPEST = 60
MISSING = "Code is read with tree-sitter and its grammars, which are not installed."
INSTALL = "Install them with: pip install 'rowsmith[repositories]'"


@dataclass(slots=True, frozen=True)
class Piece:
    """text[start:end] with its symbol ("Class.method"; empty outside of definitions). `blocks` gives the spans at which it can be cut where it has
    to: those of its parts, of which those are cut again that do not fit (by the function that it is given)."""

    start: int
    end: int
    symbol: str
    blocks: Callable[[Callable[[Span], bool]], Iterator[Span]]


def grammar_of(name: str) -> str:
    """The language of a file of this name; empty where none of the grammars reads it."""
    found = language_of(name)
    return found if found in GRAMMARS else ""


def pieces(text: str, language: str, fits: Callable[[Span], bool]) -> list[Piece]:
    """The definitions of the code and what lies between them, in order; together all of its visible characters. One that does not fit is taken
    apart where there are definitions in it.

    Raises:
        Unavailable: the grammar is not installed.
    """
    code = _Code(text)
    return list(code.pieces(_parser(language).parse(code.bytes).root_node, (0, len(text)), "", fits))


@lru_cache(maxsize=len(GRAMMARS))
def _parser(language: str) -> Any:
    package, function = GRAMMARS[language]
    try:
        from tree_sitter import Language, Parser

        return Parser(Language(getattr(import_module(f"tree_sitter_{package}"), function)()))
    except ImportError:
        raise Unavailable(MISSING, INSTALL) from None


class _Code:
    """A text and its nodes' places in it, in characters."""

    def __init__(self, text: str) -> None:
        self.text, self.bytes = text, text.encode()
        self._plain = len(self.bytes) == len(text)
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

    def pieces(self, node: Any, region: Span, symbol: str, fits: Callable[[Span], bool], depth: int = 0) -> Iterator[Piece]:
        """The definitions within a node, which stands in the region, and what lies between, before and behind them there."""
        at, end = region
        found = list(_definitions(node))
        for number, inner in enumerate(found):
            begin = max(at, self._with_comments(inner))
            over = self._with_line(inner, found[number + 1] if number + 1 < len(found) else None, end)
            yield from self._between(at, begin, symbol, node)
            name, itself = ".".join(filter(None, (symbol, _name(inner)))), _within(inner)
            if fits((begin, over)) or depth >= _DEEPEST or next(_definitions(itself), None) is None:
                yield Piece(begin, over, name, self._blocks_of(inner, begin, over))
            else:
                yield from self.pieces(itself, (begin, over), name, fits, depth + 1)
            at = over
        yield from self._between(at, end, symbol, node)

    def _between(self, start: int, end: int, symbol: str, node: Any) -> Iterator[Piece]:
        begin, end = trimmed(self.text, start, end)
        if begin < end:
            yield Piece(begin, end, symbol, self._blocks_of(node, begin, end))

    def _blocks_of(self, node: Any, start: int, end: int) -> Callable[[Callable[[Span], bool]], Iterator[Span]]:
        return lambda fits: self._blocks(node, start, end, fits, 0)

    def _blocks(self, node: Any, start: int, end: int, fits: Callable[[Span], bool], depth: int) -> Iterator[Span]:
        """The parts of a node within [start, end), from where each begins to where the next one does."""
        if fits((start, end)) or not node.children or depth >= _DEEPEST:
            yield start, end
            return
        inside = [(self.place(child.start_byte), child) for child in node.children if child.end_byte > child.start_byte]
        inside = [(max(start, at), child) for at, child in inside if at < end and self.place(child.end_byte) > start]
        begins = [start, *(at for at, _ in inside[1:]), end]
        if not inside:
            yield start, end
        for number, (_, child) in enumerate(inside):
            begin, over = trimmed(self.text, begins[number], begins[number + 1])
            if begin < over:
                yield from self._blocks(child, begin, over, fits, depth + 1)

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
