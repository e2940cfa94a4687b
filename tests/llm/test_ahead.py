"""A slow rate limit: rows wait for their turn, not for an hour, and the run does not pause for it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from buying import query, wish
from running import Bench, ask, texts

from rowsmith.core.calls import Limits
from rowsmith.engine.terms import Stopping
from rowsmith.llm.ahead import Ahead, most_ahead


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        (Limits(rpm=3), 1), (Limits(rpm=36), 3), (Limits(tpm=250), 2), (Limits(tpm=5), 1), (Limits(rpm=600, tpm=1200), 10), (Limits(rpd=2), 2),
        (None, 1),
    ],
)
def test_a_few_seconds_worth(limits: Limits | None, most: int) -> None:
    assert most_ahead(wish(1, tokens=10, limits=limits)) == most


def test_no_more_than_that_and_in_order() -> None:
    async def story() -> list[int]:
        ahead, claim, entered = Ahead(), wish(1, limits=Limits(rpm=24)), list[int]()

        async def one(number: int) -> None:
            await ahead.enter(claim)
            entered.append(number)

        tasks = [asyncio.create_task(one(number)) for number in range(6)]
        await asyncio.sleep(0)
        assert entered == [0, 1]
        tasks[2].cancel()  # before its turn
        ahead.leave()
        await asyncio.sleep(0)
        tasks[3].cancel()  # when it has just been given its turn, or after
        for _ in range(4):
            await asyncio.sleep(0)
        ahead.leave()
        ahead.leave()
        await asyncio.gather(*tasks, return_exceptions=True)
        return entered

    assert sorted(asyncio.run(story()))[-2:] == [4, 5]


def test_a_run_with_few_requests_a_minute_goes_on_and_leaves_no_hour_taken(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        stopping = Stopping()
        recipe = bench.recipe(texts(*(f"t{n}" for n in range(80))), ask(), models={"writer": bench.model(rpm=3)})
        waiting = threading.Thread(target=lambda: (bench.server.wait_for(1), stopping.stop()))
        waiting.start()
        done = bench.runs.start(recipe, stopping=stopping)
        waiting.join()
        assert (done.state, done.kept) == ("stopped", 1), done.reason
        ((taken,),) = query(bench.lab.db, "SELECT tat - at FROM rate, (SELECT max(at) AS at FROM spend) AS s WHERE kind = 'rpm'")
        assert taken <= 41  # the one sent, and the one ahead of its time
