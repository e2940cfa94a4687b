"""Jupyter notebooks: Markdown cells as they are, code between fences, and what the code put out where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import orjson

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.connectors.documents.writing import Writing
from rowsmith.core.documents import Document

SETTINGS = {"outputs": False}
_SHOWN = ("text/markdown", "text/plain")


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document; its marks say where each cell begins (the first is 1), and the column `language` what the code is written in.

    Setting `outputs`: what the code put out follows it, as text; pictures are left out.
    """
    book = _book(decoded(file.read(), given)[0])
    language = _language(book)
    outputs = bool(given.asked.get("outputs", SETTINGS["outputs"]))
    out = Writing()
    for number, cell in enumerate(_cells(book), 1):
        out.mark("cells", number)
        text = _joined(cell.get("source", cell.get("input")))
        if cell.get("cell_type") == "code":
            out.code(text, language)
            for shown in _outputs(cell) if outputs else ():
                out.code(shown, "output")
        elif cell.get("cell_type") == "heading":  # of notebooks before version 4
            out.heading(int(cell.get("level") or 1), text)
        else:
            out.block(text)
    title = _dict(book.get("metadata")).get("title")
    yield out.document("ipynb", {"language": language, "title": title if isinstance(title, str) else None})


def _book(text: str) -> dict[str, Any]:
    try:
        book = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(f"The notebook is not JSON: {error}.", "It may be cut off: copy it again, or open it in Jupyter and save it.") from None
    if not isinstance(book, dict) or not (isinstance(book.get("cells"), list) or isinstance(book.get("worksheets"), list)):
        raise Refused("It is JSON, but no notebook: it has no cells.", "Give a notebook that Jupyter wrote.")
    return book


def _cells(book: dict[str, Any]) -> list[dict[str, Any]]:
    cells = book.get("cells")
    if not isinstance(cells, list):
        cells = [cell for sheet in book["worksheets"] for cell in _list(_dict(sheet).get("cells"))]
    return [cell for cell in cells if isinstance(cell, dict)]


def _language(book: dict[str, Any]) -> str:
    told = _dict(book.get("metadata"))
    named = _dict(told.get("language_info")).get("name") or _dict(told.get("kernelspec")).get("language")
    old = next((cell.get("language") for cell in _cells(book) if cell.get("language")), "python")
    return str(named or old).lower()


def _outputs(cell: dict[str, Any]) -> Iterator[str]:
    for one in _list(cell.get("outputs")):
        if not isinstance(one, dict):
            continue
        data = _dict(one.get("data"))
        if one.get("output_type") == "error":
            yield f"{one.get('ename', '')}: {one.get('evalue', '')}"
        else:
            yield _joined(one.get("text")) or next((_joined(data[kind]) for kind in _SHOWN if kind in data), "")


def _joined(source: Any) -> str:
    return "".join(line for line in source if isinstance(line, str)) if isinstance(source, list) else source if isinstance(source, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
