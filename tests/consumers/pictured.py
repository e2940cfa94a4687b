"""Rows that show images, and the files that they refer to, written for a consumer to read: rows that a format refuses are among them."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any

from media_files import png
from written import row

from rowsmith.core.errors import NotFound
from rowsmith.formats import LossReport, built_in
from rowsmith.steps.export import Source, write_export
from rowsmith.steps.export_folder import Arrangement, write_folder

Data = dict[str, Any]
FILES = {blake2b(body, digest_size=32).hexdigest(): body for body in (png(40, 30, 200), png(30, 40, 100), png(64, 64, 10))}
WIDE, HIGH, SQUARE = ({"file": name, "media_type": "image/png"} for name in FILES)
GONE = {"file": "ab" * 32, "media_type": "image/png"}
SIZES = [[[40, 30, 200]], [[40, 30, 200], [30, 40, 100]], [[30, 40, 100], [64, 64, 10]]]
"""Of the images of TALKS: width, height and the shade of the first pixel."""


def user(*content: Any) -> Data:
    return {"role": "user", "content": [{"type": "text", "text": part} if isinstance(part, str) else {"type": "image", **part} for part in content]}


def says(text: str) -> Data:
    return {"role": "assistant", "content": text}


TALKS: list[Data] = [
    {"input": "What is it?", "answer": "Wide. ☂", "image": WIDE}, {"input": "Which are these?", "answer": "Wide and high.", "images": [WIDE, HIGH]},
    {"messages": [
        {"role": "system", "content": "Be brief."}, user("Look: ", HIGH, " what?"), says("High."), user(SQUARE, "And this?"), says("A square."),
    ]},
]  # fmt: skip
"""One image, two in one turn, and one in each of two turns, within a text and before it."""
PAIRS: list[Data] = [
    {"input": "What is it?", "chosen": "Wide.", "rejected": "Who knows?", "image": WIDE},
    {"input": [user("Which are ", WIDE, " and ", HIGH, "?")], "chosen": "Wide and high.", "rejected": "Neither."},
]
LABELLED = [{**talk, "label": n % 2 == 0} for n, talk in enumerate(TALKS)]
WRONG: dict[str, Data] = {
    "no_file": {"input": "What is it?", "answer": "Gone.", "image": GONE},
    "image_place": {"messages": [user("Draw it."), {"role": "assistant", "content": [{"type": "image", **WIDE}]}]},
    "images": {"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "image"}]}, says("One is missing.")], "image": WIDE},
}
"""Rows of which nothing goes out, by the reason."""


def find(folder: Path) -> Any:
    """Where the files lie, by their hashes."""
    folder.mkdir(exist_ok=True)
    for name, body in FILES.items():
        (folder / name).write_bytes(body)

    def found(name: str) -> Path:
        if name not in FILES:
            raise NotFound(name, "")
        return folder / name

    return found


def folder(path: Path, format: str, data: list[Data]) -> LossReport:
    """A folder of the format, in which every second row is of the split test."""
    rows = [row(n, {**one, "split": "test" if n % 2 else "train"}) for n, one in enumerate([*data, *WRONG.values()])]
    report, _ = write_folder(path, [Source(rows, "seen")], built_in(format), Arrangement(), find=find(path.parent / "home"), provenance="none")
    return report


def file(path: Path, format: str, data: list[Data]) -> LossReport:
    """A file of the format."""
    rows = [row(n, one) for n, one in enumerate([*data, *WRONG.values()])]
    return write_export(path, rows, built_in(format), find=find(path.parent / "home"), provenance="none")
