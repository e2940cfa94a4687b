"""Holds what was read of the corpus to what its texts say: sentences in order, headings, tables."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

FILES = Path(__file__).parents[1] / "corpus" / "files"
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]"


def truth_of(path: Path) -> dict[str, Any]:
    """What a file of the corpus says (corpus/make.py)."""
    told: dict[str, Any] = json.loads(path.with_name(f"{path.name}.truth.json").read_text(encoding="utf-8"))
    return told


def plain(text: str) -> str:
    """A text without what a writer may choose: the shapes of quotes and dashes, spaces, and where lines end."""
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", ""))
    for odd, usual in (("\u2018\u2019\u02bc", "'"), ("\u201c\u201d\u201e", '"'), ("\u2010\u2011\u2013\u2014", "-")):
        text = re.sub(f"[{odd}]", usual, text)
    text = re.sub(r"\s+", " ", text)
    return re.sub(rf"(?<={_WIDE}) | (?={_WIDE})", "", text).strip()


def without_running(text: str, truth: dict[str, Any]) -> str:
    """The text without the lines that stand on every page."""
    patterns = [re.compile(pattern) for pattern in truth.get("running", ())]
    return "\n".join(line for line in text.split("\n") if not any(pattern.fullmatch(line.strip()) for pattern in patterns))


def share_in_order(text: str, truth: dict[str, Any]) -> float:
    """The share of the sentences that stand in the text in their order."""
    whole, at, found = plain(without_running(text, truth)), 0, 0
    for sentence in map(plain, truth["sentences"]):
        if (place := whole.find(sentence, at)) >= 0:
            at, found = place + len(sentence), found + 1
    return found / len(truth["sentences"])


def headings_of(text: str) -> list[tuple[int, str]]:
    """The headings of Markdown, with their levels."""
    return [(len(hit[1]), plain(hit[2])) for hit in re.finditer(r"(?m)^(#{1,6}) +(.+)$", text)]


def tables_of(text: str) -> list[list[list[str]]]:
    """The tables of Markdown as rows of cells, the header first."""
    found: list[list[list[str]]] = []
    inside = False
    for line in text.split("\n"):
        row = line.strip()
        if not (row.startswith("|") and row.endswith("|")):
            inside = False
            continue
        cells = [plain(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", row[1:-1])]
        if not inside:
            found.append([])
        inside = True
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            found[-1].append(cells)
    return found


def missed(text: str, truth: dict[str, Any]) -> dict[str, Any]:
    """What a text in Markdown has not kept; empty where it has kept enough (0.98 of the sentences, every heading, every table)."""
    wrong: dict[str, Any] = {}
    if (share := share_in_order(text, truth)) < 0.98:
        wrong["sentences"] = share
    wanted = [(level, plain(heading)) for level, heading in truth["headings"]]
    found = [one for one in headings_of(text) if one[1] in {heading for _, heading in wanted}]
    # Writers may set the title of a document as a heading before its own first one.
    found = found[len(found) - len(wanted) :] if len(found) > len(wanted) else found
    shift = found[0][0] - wanted[0][0] if found and wanted else 0
    if [(level - shift, heading) for level, heading in found] != wanted:
        wrong["headings"] = found
    tables = [[[plain(cell) for cell in row] for row in table] for table in truth["tables"]]
    if tables_of(text) != tables:
        wrong["tables"] = tables_of(text)
    return wrong
