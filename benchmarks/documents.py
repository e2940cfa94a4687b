"""Documents read beside the libraries that do the same work bare, in one run: pages or files a second.

    python benchmarks/documents.py [--copies 60] [--rounds 3] [--quick] [--json PATH]

The files of tests/corpus, several times over, beside a long report made here: PDF text beside pypdfium2 (`layout: plain`), structured PDF beside
pdf-oxide's `to_markdown`, web pages beside trafilatura. Ours read through the fenced child, one file after the other, with everything that a row
needs; the others are called in a process of their own with the files in memory. Each is done so many times in turns, and the best round counts. A
rate of 1 is as fast as the other; CPU is that of all processes. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

CORPUS = Path(__file__).parents[1] / "tests" / "corpus" / "files"
_FILES = "import sys; from pathlib import Path; files = [path.read_bytes() for path in sorted(Path('.').glob({glob!r}))]; "
BARE = {
    "PDF text": (
        "pypdfium2", "import pypdfium2\nfor data in files:\n    pdf = pypdfium2.PdfDocument(data)\n"
        "    for page in pdf: page.get_textpage().get_text_range()",
    ),
    "PDF structure": (
        "pdf-oxide", "import pdf_oxide\nfor data in files:\n    pdf = pdf_oxide.PdfDocument.from_bytes(data)\n"
        "    for page in range(pdf.page_count()): pdf.to_markdown(page, include_images=False)",
    ),
    "web pages": ("trafilatura", "import trafilatura\nfor data in files: trafilatura.extract(data.decode(), output_format='markdown')"),
}  # fmt: skip
ASKED = {"PDF text": "layout='plain'", "PDF structure": "layout='markdown'", "web pages": "readable=True"}
OURS = (
    "from pathlib import Path; from rowsmith.connectors.documents import read_documents\n"
    "for _ in read_documents(((path, path.name) for path in sorted(Path('.').glob({glob!r}))), {asked}): pass"
)
GLOBS = {"PDF text": "*.pdf", "PDF structure": "*.pdf", "web pages": "*.html"}


def made(folder: Path, copies: int) -> None:
    """The corpus, `copies` times, and a report of some two hundred pages made by reportlab."""
    for number in range(copies):
        for path in sorted(CORPUS.iterdir()):
            utf8 = path.suffix == ".html" and not path.name.startswith("legacy")
            if (path.suffix == ".pdf" and "scanned" not in path.name) or utf8:
                (folder / f"{number}-{path.name}").write_bytes(path.read_bytes())
    report(folder / "report.pdf", 5 * copies)


def report(path: Path, pages: int) -> None:
    """Prose with headings and tables, the same every time."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    chance, styles = random.Random(1), getSampleStyleSheet()
    words = [one + other for one in ("ri", "sto", "gar", "mea", "qui") for other in ("ver", "ne", "den", "sure", "ckly")]
    story = []
    for page in range(pages):
        story.append(Paragraph(f"Part {page + 1}", styles["Heading1"]))
        story += [Paragraph(" ".join(chance.choices(words, k=110)).capitalize() + ".", styles["BodyText"]) for _ in range(5)]
        story.append(Table([[chance.choice(words) for _ in range(4)] for _ in range(6)]))
    SimpleDocTemplate(str(path), invariant=True).build(story)


def measured(code: str, folder: Path) -> dict[str, float]:
    """Seconds of wall and CPU of a Python process with its children."""
    def used() -> float:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime

    before, start = used(), time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, stderr=subprocess.DEVNULL)
    return {"wall": round(time.perf_counter() - start, 3), "cpu": round(used() - before, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="4 copies")
    parser.add_argument("--json", default="", metavar="PATH")
    given = parser.parse_args()
    copies = 4 if given.quick else given.copies
    found: dict[str, dict[str, dict[str, float]]] = {}
    with TemporaryDirectory(prefix="rowsmith-documents-") as name:
        folder = Path(name)
        made(folder, copies)
        for work, (who, bare) in BARE.items():
            glob = GLOBS[work]
            codes = {"rowsmith": OURS.format(glob=glob, asked=ASKED[work]), who: _FILES.format(glob=glob) + "\n" + bare}
            turns = [{tool: measured(code, folder) for tool, code in codes.items()} for _ in range(given.rounds)]
            found[work] = {tool: {what: min(turn[tool][what] for turn in turns) for what in ("wall", "cpu")} for tool in codes}
    print(f"{'':16}{'':12}{'wall s':>8}{'CPU s':>8}{'rate':>8}{'CPU rate':>10}")
    for work, tools in found.items():
        other = tools[BARE[work][0]]
        for tool, told in tools.items():
            print(f"{work:16}{tool:12}{told['wall']:8.2f}{told['cpu']:8.2f}{other['wall'] / told['wall']:8.2f}{other['cpu'] / told['cpu']:10.2f}")
    line = {"copies": copies, "work": found}
    if given.json:
        Path(given.json).write_text(json.dumps(line))
    print(json.dumps(line))


if __name__ == "__main__":
    main()
