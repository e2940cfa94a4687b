"""Documents for the recipes that begin with some, and what models say of them: writers that keep to the text, judges that quote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from case import Voice, usual
from running import Bench

from rowsmith.app.catalogue import one as catalogued
from rowsmith.app.proof import verify
from rowsmith.app.results import Result
from rowsmith.core.row import Row
from rowsmith.testing import Request

TOWER = """# The Harlow tower

The Harlow tower stands on the market square of Brennick. It was built by Ada Merrow in the year 1887. Its walls are made of red sandstone.

## The bells

Three bells hang in the Harlow tower and weigh nine tons together. They were cast by the Sorrel foundry from copper and tin.

## The clock

The clock was mended by Tomas Quill in the spring of 1931. It has run within four seconds a month since then.
"""
FOUNDRY = """# The Sorrel foundry

The Sorrel foundry opened beside the river Ilm in 1842. It employed sixty workers who cast bells for nine counties.

## Its end

The Sorrel foundry closed after the flood of 1954. Its pattern books lie in the archive of Brennick today.

## Its masters

Every master of the foundry served for twelve years before. Greta Sorrel was the first woman among the masters there.
"""
PEOPLE = """# People of Brennick

Ada Merrow was born on a farm above the river Ilm. She drew bridges and towers until her eightieth year.

## Tomas Quill

Tomas Quill learned to mend clocks from his aunt in Brennick. He kept a diary of every clock that he opened.

## The archive

The archive of Brennick holds the diaries of Tomas Quill. Visitors may read them on two afternoons of each week.
"""
FILES = {"papers/tower.md": TOWER, "papers/foundry.md": FOUNDRY, "papers/people.md": PEOPLE}
NAMES = ("Harlow tower", "Brennick", "Ada Merrow", "Sorrel foundry", "Tomas Quill", "Ilm", "archive")
INPUT = {"input": "papers", "chunk": "50"}
_FENCED = re.compile(r"^--- ([0-9a-f]{12}) (.+?) ---\n(.*?)(?=\n--- \1 )", re.DOTALL | re.MULTILINE)
_SENTENCE = re.compile(r"[A-Z][^.#\n]{20,}\.")


def shown(request: Request) -> dict[str, str]:
    """What stands fenced off in a request, by the name above it; of several of one name the last."""
    return {name: text for _, name, text in _FENCED.findall(request.text) if name != "end"}


def passages(request: Request) -> list[str]:
    """The texts that stand fenced off, in order."""
    return [text for _, name, text in _FENCED.findall(request.text) if name not in ("question", "links", "heading", "end")]


def stated(text: str) -> list[str]:
    """The sentences of a text."""
    return _SENTENCE.findall(text) or [" ".join(text.split()[:8])]


def one_of(texts: list[str], request: Request) -> str:
    """One of them, by the request's own chance."""
    return texts[Voice(request.chance).number() % len(texts)]


def entities(text: str) -> list[str]:
    """The names that a text holds; of one that holds none of ours, its longest words."""
    named = [one for one in NAMES if one in text]
    return named or sorted(set(re.findall(r"[a-z]{9,}", text)))[:8]


def properties(request: Request) -> Mapping[str, Any]:
    """The columns that are asked for."""
    found: Mapping[str, Any] = (request.schema or {}).get("properties", {})
    return found


def several(request: Request) -> int:
    """How many rows are asked for at once; 0 where it is one."""
    return int(properties(request).get("rows", {}).get("minItems", 0))


def grounding(request: Request) -> Any:
    """The verdicts of a judge that finds each sentence in the source, and quotes it; None where no such verdicts are asked."""
    verdicts = properties(request).get("verdicts")
    if verdicts is None or "sentence" not in verdicts["items"]["properties"]:
        return None
    quote = stated(shown(request)["source"])[0]
    return {"verdicts": [{"sentence": number + 1, "quote": quote, "supported": True} for number in range(verdicts["minItems"])]}


def pair(request: Request, **more: Any) -> dict[str, Any]:
    """A question of words that stand nowhere, and a sentence of the text as its answer."""
    return {"input": Voice(request.chance).question(), "answer": one_of(stated("\n".join(passages(request))), request), **more}


@dataclass(frozen=True)
class Carried:
    """What a run came to: its result, its kept rows, what was asked, and whether the rows come out the same when they are made again."""

    result: Result
    rows: list[Row]
    asked: list[Request]
    proven: bool | None = None

    @property
    def said(self) -> list[dict[str, Any]]:
        """What the kept rows say."""
        return [row.data for row in self.rows]

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many rows were dropped, by reason."""
        return self.result.dropped


def carried(folder: Path, name: str, reply: Callable[[Request], Any], target: int | None = None, *, prove: bool = False, **sets: str) -> Carried:
    """Run a recipe of the catalogue over the documents; `reply` gives None for the usual answer."""

    def answer(request: Request) -> Any:
        said = None if request.inputs is not None else reply(request)
        return usual(request) if said is None and request.inputs is None else said

    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    known = catalogued(name).parameters
    with chdir(folder), Bench(folder, answer) as bench:
        given = {"model": "openai/large", "base_url": bench.server.url, **INPUT, **sets}
        result = bench.runs.start(name, sets={key: value for key, value in given.items() if key in known}, target=target)
        return Carried(result, bench.rows(result), bench.asked, verify(bench.lab, name).ok if prove else None)
