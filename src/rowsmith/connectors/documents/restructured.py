"""A tree of docutils as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rowsmith.connectors.documents.writing import Writing

_LEFT_OUT = (
    "comment", "substitution_definition", "target", "system_message", "docinfo", "topic_contents", "pending", "raw", "meta", "decoration", "label",
    "generated",
)  # fmt: skip
_BLOCKS = ("paragraph", "rubric", "attribution", "caption", "line_block", "subtitle")
_ADMONITIONS = ("attention", "caution", "danger", "error", "hint", "important", "note", "tip", "warning")


def written(tree: Any) -> Writing:
    """The whole document, its footnotes where they stand."""
    out = Writing()
    _blocks(tree, out, 1 if _has_title(tree) else 0)
    return out


def _blocks(parent: Any, out: Writing, level: int) -> None:
    for node in parent.children:
        _block(node, out, level)


def _block(node: Any, out: Writing, level: int) -> None:
    name = node.tagname
    if name == "title":
        out.heading(level, _text(node)) if node.parent.tagname in ("section", "document") else out.block(_text(node))
    elif name == "section":
        _blocks(node, out, level + 1 if _has_title(node) else level)
    elif name in ("literal_block", "doctest_block", "math_block"):
        out.code(node.astext(), next((one for one in node.get("classes", ()) if one != "code"), "math" if name == "math_block" else ""))
    elif name in ("bullet_list", "enumerated_list"):
        _list(node, out, 0)
    elif name == "table":
        _table(node, out)
    elif name == "block_quote":
        _quoted(node, out, level)
    elif name in ("footnote", "citation"):
        out.block(f"[^{node[0].astext()}]: {_lines(node)}")
    elif name == "definition_list_item":
        out.block(" : ".join(_text(one) for one in node.children if one.tagname in ("term", "classifier")))
        _blocks(next(one for one in node.children if one.tagname == "definition"), out, level)
    elif name in ("field", "option_list_item"):
        out.block(f"{_text(node[0])}: {_lines(node[1])}")
    elif name in _ADMONITIONS:
        inner = _apart(node, level)
        out.block(f"> {name.capitalize()}: " + inner.replace("\n", "\n> "))
    elif name == "image":
        out.block(node.get("alt", ""))
    elif name in _BLOCKS or name == "term":
        out.block(_lines_of_block(node) if name == "line_block" else _text(node))
    elif name not in _LEFT_OUT and not _is_contents(node):
        out.block(node.astext()) if name == "#text" else _blocks(node, out, level)


def _has_title(section: Any) -> bool:
    return bool(section.children) and section.children[0].tagname == "title"


def _is_contents(node: Any) -> bool:
    return node.tagname == "topic" and "contents" in node.get("classes", ())


def _apart(node: Any, level: int) -> str:
    """The blocks below a node as a text of their own."""
    inner = Writing()
    _blocks(node, inner, level)
    return inner.document("").text


def _quoted(node: Any, out: Writing, level: int) -> None:
    out.block("\n".join(f"> {line}".rstrip() for line in _apart(node, level).split("\n")))


def _list(node: Any, out: Writing, depth: int) -> None:
    number = int(node.get("start", 1))
    for at, item in enumerate(node.children):
        words = [one for one in item.children if one.tagname not in ("bullet_list", "enumerated_list")]
        simple = all(one.tagname in ("paragraph", "comment", "target") for one in words)
        text = "\n".join(_text(one) for one in words if one.tagname == "paragraph") if simple else _within(words)
        out.item(depth, text, number + at if node.tagname == "enumerated_list" else None)
        for inner in item.children:
            if inner.tagname in ("bullet_list", "enumerated_list"):
                _list(inner, out, depth + 1)


def _within(blocks: list[Any]) -> str:
    inner = Writing()
    for one in blocks:
        _block(one, inner, 1)
    return inner.document("").text


def _table(node: Any, out: Writing) -> None:
    for one in node.children:
        if one.tagname == "title":
            out.block(_text(one))
    out.table(list(_rows(node)))


def _rows(node: Any) -> Iterator[list[str]]:
    """Rows; a cell that spans several columns stands in the first of them. Rows below one that spans several have its place empty."""
    held: dict[int, int] = {}
    for row in (one for one in node.findall() if one.tagname == "row"):
        cells: list[str] = []
        for entry in row.children:
            while held.get(len(cells), 0):
                held[len(cells)] -= 1
                cells.append("")
            for extra in range(int(entry.get("morecols", 0)) + 1):
                held[len(cells)] = int(entry.get("morerows", 0))
                cells.append("" if extra else _lines(entry))
        yield cells


def _lines(node: Any) -> str:
    """All paragraphs below a node on one line."""
    return " ".join(" ".join(_text(one).split()) for one in node.children if one.tagname != "label")


def _lines_of_block(node: Any) -> str:
    return "\n".join(_lines_of_block(one) if one.tagname == "line_block" else _text(one) for one in node.children)


def _text(node: Any) -> str:
    """Words with the code among them marked; line breaks of the source are spaces."""
    return " ".join("".join(_words(node)).split("\n"))


def _words(node: Any) -> Iterator[str]:
    name = node.tagname
    if name == "#text":
        yield node.astext()
    elif name in ("literal", "math"):
        yield f"`{node.astext()}`"
    elif name in ("footnote_reference", "citation_reference"):
        yield f"[^{node.astext()}]"
    elif name == "image":
        yield node.get("alt", "")
    elif name == "problematic":
        yield node.astext()
    elif name not in _LEFT_OUT:
        for one in node.children:
            yield from _words(one)
