"""Makes the files of the corpus with real writers: Chromium, LibreOffice, pandoc and Python's own.

    python tests/corpus/make.py [NAME ...]

They are committed, since not every machine that runs the tests has the writers. Each has a truth beside it, FILE.truth.json: the language, the
sentences in order, headings with their levels, tables as rows, and what stands on every page without being part of the text.
"""

from __future__ import annotations

import html
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from texts import Block, Text

FILES = Path(__file__).parent / "files"
MAKERS: dict[str, Callable[[Path], None]] = {}
"""By the name of the file that each makes."""


def made(name: str, text: Text, *, boilerplate: Iterable[str] = (), **more: object) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    """Registers the maker of a file that says this text, and its truth; `more` goes into the truth as it is."""

    def taken(maker: Callable[[Path], None]) -> Callable[[Path], None]:
        def both(path: Path) -> None:
            maker(path)
            truth = {**truth_of(text), "boilerplate": list(boilerplate), **more}
            path.with_name(f"{path.name}.truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

        MAKERS[name] = both
        return both

    return taken


def truth_of(text: Text) -> dict[str, object]:
    """What whoever reads the text has to find."""
    return {
        "language": text.language,
        "title": text.title,
        "author": text.author,
        "sentences": [said for block in text.blocks if block.kind in ("paragraph", "list") for said in block.said],
        "headings": [[block.level, block.said[0]] for block in text.blocks if block.kind == "heading"],
        "tables": [block.rows for block in text.blocks if block.kind == "table"],
    }


def ran(*command: str | Path, cwd: Path | None = None) -> None:
    """Runs a writer to its end."""
    subprocess.run([str(part) for part in command], check=True, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def html_of(text: Text, style: str = "", before: str = "", after: str = "", hyphens: Callable[[str], str] = lambda said: said) -> str:
    """The text as a page of HTML."""
    body = "\n".join(_html_block(block, text.space, hyphens) for block in text.blocks)
    direction = ' dir="rtl"' if text.language == "ar" else ""
    return f"""<!doctype html><html lang="{text.language}"{direction}><head><meta charset="utf-8"><title>{html.escape(text.title)}</title>
<meta name="author" content="{html.escape(text.author)}"><style>{style}</style></head><body>{before}<main>{body}</main>{after}</body></html>"""


def _html_block(block: Block, space: str, hyphens: Callable[[str], str]) -> str:
    said = [hyphens(html.escape(one)) for one in block.said]
    if block.kind == "heading":
        return f"<h{block.level}>{said[0]}</h{block.level}>"
    if block.kind == "paragraph":
        return f"<p>{space.join(said)}</p>"
    if block.kind == "list":
        return f"<ul>{''.join(f'<li>{one}</li>' for one in said)}</ul>"
    header, *rows = block.rows
    cells = ["".join(f"<th>{html.escape(cell)}</th>" for cell in header), *("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)]
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def markdown_of(text: Text) -> str:
    """The text as Markdown with a YAML head, as pandoc reads it."""
    parts = [f"---\ntitle: {text.title}\nauthor: {text.author}\nlang: {text.language}\n---"]
    for block in text.blocks:
        if block.kind == "heading":
            parts.append(f"{'#' * block.level} {block.said[0]}")
        elif block.kind == "paragraph":
            parts.append(text.space.join(block.said))
        elif block.kind == "list":
            parts.append("\n".join(f"- {one}" for one in block.said))
        else:
            lines = [f"| {' | '.join(row)} |" for row in block.rows]
            parts.append("\n".join([lines[0], f"|{'---|' * len(block.rows[0])}", *lines[1:]]))
    return "\n\n".join(parts) + "\n"


def printed(page: str, path: Path) -> None:
    """A page of HTML printed to PDF by Chromium."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "page.html"
        source.write_text(page, encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={name}/profile", "--no-pdf-header-footer"]
        ran("chromium", *flags, f"--print-to-pdf={path}", source.as_uri())


def by_pandoc(text: Text, path: Path, *more: str) -> None:
    """The text as whatever pandoc makes of the path's suffix."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "text.md"
        source.write_text(markdown_of(text), encoding="utf-8")
        ran("pandoc", "-s", *more, source, "-o", path)


def by_libreoffice(text: Text, path: Path) -> None:
    """The text as LibreOffice writes it: from a DOCX that pandoc has made."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / f"{path.name.partition('.')[0]}.docx"
        by_pandoc(text, source)
        target = {"html": "html:HTML (StarWriter)"}.get(path.suffix[1:], path.suffix[1:])
        ran("soffice", f"-env:UserInstallation=file://{name}/profile", "--headless", "--convert-to", target, "--outdir", Path(name) / "out", source)
        (found,) = (Path(name) / "out").glob(f"*{path.suffix}")
        path.write_bytes(found.read_bytes())


def main() -> None:
    FILES.mkdir(exist_ok=True)
    for name, maker in MAKERS.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            maker(FILES / name)
            size = (FILES / name).stat().st_size
            sys.stdout.write(f"{size:8,} {name}\n")


if __name__ == "__main__":
    import make

    for module in sorted(Path(__file__).parent.glob("make_*.py")):
        import_module(module.stem)  # registers its makers
    make.main()
