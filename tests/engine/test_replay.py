"""A run carried out again offline: each question gets the answer that it got, and no other."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from buying import Buyer, place, wish
from running import Bench, ask, texts

from rowsmith.app.proof import verify
from rowsmith.store import calls
from rowsmith.store.database import Database


def test_rows_that_were_written_and_judged_several_times(tmp_path: Path) -> None:
    number = itertools.count()

    def reply(request: object) -> str | None:
        return json.dumps({"answer": f"{next(number):02}"}) if request.text.startswith("Say") else None  # type: ignore[attr-defined]

    with Bench(tmp_path, reply) as bench:
        judge = {"kind": "score.judge", "columns": ["answer"], "model": "judge"}
        critic = {"kind": "filter.where", "where": "answer > '05'", "retry_from": "write", "retry_times": 2}
        done = bench.run(texts(*"abcdefgh"), ask(name="write"), judge, critic)
        assert done.calls > 16
        assert verify(bench.lab).problems == []


def test_a_place_that_was_asked_two_questions(database: Database) -> None:
    buyer = Buyer(database)
    buyer.ledger.resumed = True
    bases = [buyer.buy(wish(1, question), question.encode()).claim.base for question in ("one", "two")]
    found = [calls.used(database, buyer.run.n, place(1), 1, 0, 0, base) for base in (*bases, b"")]
    assert [one.raw if one else None for one in found] == [b"one", b"two", b"two"]
