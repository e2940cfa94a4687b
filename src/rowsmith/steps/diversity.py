"""How many different things a dataset says. Every figure is taken at a fixed size, so that datasets of different length compare.

A ratio of different words falls as texts are added, and an effective number rises; so distinct-n is taken over 1,000 words, and what compares rows
with each other over 100 rows, several draws of each, of which the mean and the least and the greatest are told. A draw is chosen by a hash of the
text and the seed: the same texts give the same figures, in whatever order, columns and shape they come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from heapq import heappush, heappushpop
from typing import Any

from rowsmith.core.row import Json, Row
from rowsmith.core.said import Role, parts
from rowsmith.steps.cluster_map import laid_out
from rowsmith.steps.placed import spoken
from rowsmith.steps.repetition import GRAMS, distinct, self_bleu, wordings
from rowsmith.steps.topic_map import clustered
from rowsmith.steps.vendi import cosines, vendi

WORDS = 1000
"""Words of a draw for distinct-n."""
ROWS = 100
"""Rows of a draw for what compares rows."""
DRAWS = 5
"""Most draws."""
SAMPLE = 2000
"""Rows that are looked at, at most; all are counted."""
TEXT = 90
"""Characters of a row's beginning on the map."""
_Held = tuple[bytes, list[str], list[float] | None, tuple[Json, str]]
"""The place of a row, its words, its vector, how it is called and how it begins."""
LONGEST = 400
"""Words of a row that are looked at, at most."""
_MEANINGS = {
    "distinct_1": "share of different words in 1,000 words; higher is more diverse",
    "distinct_2": "share of different pairs of words in 1,000 words; higher is more diverse",
    "distinct_3": "share of different runs of three words in 1,000 words; higher is more diverse",
    "self_bleu": "how much a row repeats runs of words of 99 others, 0 to 1; lower is more diverse",
    "wordings": "effective number of different wordings among 100 rows (Vendi score of their words); higher is more diverse",
    "meanings": "effective number of different meanings among 100 rows (Vendi score of their embeddings); higher is more diverse",
    "spread": "mean distance (1 - cosine) of two rows' embeddings; higher is more diverse",
}


def diversity(
    rows: Iterable[Row], *, of: Role | None = None, vector: str = "", seed: int = 42, name: Callable[[Row], Json] | None = None
) -> dict[str, Json]:
    """What the rows say, measured.

    Args:
        of: the part of a row that is measured (core.said). Default: the answers, of rows without any all that they say but labels.
        vector: column with the rows' embeddings; without it, what compares meanings is left out.
        seed: of the draws.
        name: how a row is called on the map; without it, none is drawn.

    Returns: `rows`, `measured` (rows looked at), `of`; `score` in [0, 1], the mean of distinct_2, 1 - self_bleu, wordings / 100 and, with vectors,
    meanings / 100 (of a set of fewer rows by the rows that there are), `score_low` and `score_high`, what the draws leave open of it; `figures`: for
    each name `value`, `low` and `high` (least and greatest of the draws), `draws`, `at` (words or rows of a draw) and `what` it means; `topics`:
    `count`, `effective` and the `largest` as {share, rows, words}; `map`, with `name`: {rows, of, by (words, meanings), points: [{row, text, topic,
    x, y}]}, at most 1,000 rows laid out by what they say (steps.cluster_map), `topic` being the place among the `largest`; `findings`: what is wrong,
    as {what, figure, fix}; `not_measured`.
    """
    chosen = _Chosen(seed, name)
    for row in rows:
        chosen.add(row, of, vector)
    texts, vectors = chosen.sample()
    if not any(texts):
        return {"rows": chosen.rows, "measured": 0, "of": of or "text", "score": None, "figures": {}, "topics": None, "findings": [],
                "not_measured": [_EMPTY]}  # fmt: skip
    figures = _worded(texts) | (_meant(vectors) if vectors else {})
    found, clusters, points = clustered(texts, vectors, seed)
    drawn = {} if name is None else {"map": _map(chosen, "meanings" if vectors else "words", clusters, points, seed)}
    return {
        "rows": chosen.rows, "measured": len(texts), "of": of or ("answer" if chosen.answered else "text"), **_score(figures),
        "figures": figures, "topics": found, **drawn, "findings": _findings(figures, found, chosen.rows),
        "not_measured": [] if vectors else [_WITHOUT],
    }  # fmt: skip


_EMPTY = {"check": "diversity", "why": "No row has a word.", "fix": "Name the part that is measured: of=question."}
_WITHOUT = {
    "check": "diversity", "why": "No embeddings: meanings and their spread are not measured.",
    "fix": "Give an embedder (rowsmith quality --embedder provider/name), or put transform.embed before it.",
}  # fmt: skip


class _Chosen:
    """The rows with the least hashes, and how many there are. 100 bytes for each different text."""

    def __init__(self, seed: int, name: Callable[[Row], Json] | None) -> None:
        self._name = name
        self.rows = 0
        self.answered = False
        self._seed = seed.to_bytes(8, "big", signed=True)
        self._times: Counter[bytes] = Counter()
        self._held: list[_Held] = []

    def add(self, row: Row, of: Role | None, vector: str) -> None:
        self.rows += 1
        said = parts(row.data)
        answers = [part.text for part in said if part.role == "answer"] if of is None else []
        self.answered |= bool(answers)
        text = "\n".join(answers or (part.text for part in said if (part.role != "label" if of is None else part.role == of)))
        words = spoken(text)[:LONGEST]
        hashed = blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=16, key=self._seed).digest()
        self._times[hashed] += 1
        place = blake2b(hashed + self._times[hashed].to_bytes(8, "big"), digest_size=16).digest()
        given = row.data.get(vector) if vector else None
        known = (None, "") if self._name is None else (self._name(row), " ".join(text[: 4 * TEXT].split())[:TEXT])
        one = (bytes(255 - byte for byte in place), words, given if isinstance(given, list) else None, known)
        (heappush if len(self._held) < SAMPLE else heappushpop)(self._held, one)

    def sample(self) -> tuple[list[list[str]], list[list[float]]]:
        """Their words, and their vectors where all have one, in the order of their hashes."""
        held = self._in_order()
        vectors = [one[2] for one in held if one[2]]
        return [one[1] for one in held], vectors if len(vectors) == len(held) else []


    def named(self) -> list[tuple[Json, str]]:
        """How they are called, and how they begin, in the same order."""
        return [one[3] for one in self._in_order()]

    def _in_order(self) -> list[_Held]:
        return sorted(self._held, key=lambda one: one[0], reverse=True)


def _map(chosen: _Chosen, by: str, clusters: Sequence[int], points: Sequence[list[float]], seed: int) -> dict[str, Json]:
    places = zip(chosen.named(), clusters, laid_out(points, seed), strict=False)
    drawn: list[Json] = [{"row": row, "text": text, "topic": topic, "x": x, "y": y} for (row, text), topic, (x, y) in places]
    return {"rows": len(drawn), "of": chosen.rows, "by": by, "points": drawn}


def _worded(texts: Sequence[list[str]]) -> dict[str, Json]:
    draws = _of_words(texts)
    found = {f"distinct_{n}": _figure(f"distinct_{n}", [distinct(draw, n) for draw in draws], sum(map(len, draws[0]))) for n in GRAMS}
    drawn = _of_rows(texts)
    found["self_bleu"] = _figure("self_bleu", [self_bleu(draw) for draw in drawn], len(drawn[0]))
    found["wordings"] = _figure("wordings", [vendi(wordings(draw)) for draw in drawn], len(drawn[0]))
    return found


def _meant(vectors: Sequence[list[float]]) -> dict[str, Json]:
    alike = [cosines(draw) for draw in _of_rows(vectors)]
    size = len(alike[0])
    spread = [1 - (sum(map(sum, one)) - size) / (size * (size - 1)) for one in alike] if size > 1 else [0.0]
    return {"meanings": _figure("meanings", [vendi(one) for one in alike], size), "spread": _figure("spread", spread, size)}


def _of_rows(found: Sequence[Any]) -> list[Sequence[Any]]:
    """As many draws of ROWS as there are, DRAWS at most; of fewer rows one draw of all."""
    return [found[ROWS * n : ROWS * n + ROWS] for n in range(max(1, min(DRAWS, len(found) // ROWS)))]


def _of_words(texts: Sequence[list[str]]) -> list[list[list[str]]]:
    """The same of WORDS words; the last text of a draw is cut."""
    draws: list[list[list[str]]] = [[]]
    size = 0
    for words in texts:
        draws[-1].append(words[: WORDS - size])
        size += len(draws[-1][-1])
        if size == WORDS:
            if len(draws) == DRAWS:
                return draws
            draws.append([])
            size = 0
    return draws[:-1] or draws


def _figure(name: str, values: Sequence[float], at: int) -> dict[str, Json]:
    told = {"value": sum(values) / len(values), "low": min(values), "high": max(values)}
    return {**{key: round(value, 4) for key, value in told.items()}, "draws": len(values), "at": at, "what": _MEANINGS[name]}


def _score(figures: dict[str, Any]) -> dict[str, Json]:
    """The score, and what it would be with each figure as its least and as its greatest draw has it."""
    found: dict[str, Json] = {}
    for name, end, other in (("score", "value", "value"), ("score_low", "low", "high"), ("score_high", "high", "low")):
        shares: list[float] = [figures["distinct_2"][end], 1 - figures["self_bleu"][other]]
        shares += [figures[one][end] / figures[one]["at"] for one in ("wordings", "meanings") if one in figures]
        found[name] = round(sum(shares) / len(shares), 4)
    return found


_RULES: tuple[tuple[str, Callable[[dict[str, Any]], bool], str, str], ...] = (
    ("self_bleu", lambda one: one["value"] > 0.5, "Rows repeat each other's runs of words.", "rowsmith steps filter.near_duplicates"),
    ("distinct_2", lambda one: one["value"] < 0.4, "Few pairs of words come back again and again: rows are built from templates.",
     "Vary what is asked: rowsmith steps generate.variants"),
    ("wordings", lambda one: one["value"] < 0.3 * one["at"], "There are few different wordings among the rows.", "rowsmith steps filter.best"),
    ("meanings", lambda one: one["value"] < 0.1 * one["at"], "The rows mean few different things.", "rowsmith steps filter.semantic_duplicates"),
)  # fmt: skip


def _findings(figures: dict[str, Any], found: dict[str, Any], rows: int) -> list[dict[str, Json]]:
    told: list[dict[str, Json]] = [
        {"what": what, "figure": {name: figures[name]["value"]}, "fix": fix}
        for name, wrong, what, fix in _RULES
        if name in figures and wrong(figures[name])
    ]
    if rows >= ROWS and found["largest"] and found["largest"][0]["share"] > 0.4:
        share = found["largest"][0]["share"]
        what = "One topic holds more than 40 % of the rows."
        told.append({"what": what, "figure": {"largest_topic": share}, "fix": "rowsmith steps filter.balance"})
    return told
