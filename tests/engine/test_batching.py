"""Runs in batches: what is bought where, what comes back, and what a run is that stops in between."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from running import Plain, ask, conserved, texts
from shops import HALF, TEN, Make, Shop

from rowsmith import Lab
from rowsmith.app.key_sources import KeySources
from rowsmith.app.proof import verify
from rowsmith.app.results import Result
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.models import Model
from rowsmith.engine.batch_fetch import Keyless
from rowsmith.engine.terms import Progress, Stopping
from rowsmith.llm.form import Form, Server
from rowsmith.llm.providers import built_in
from rowsmith.registry import plugins
from rowsmith.testing import Request

# -- what is bought where ---------------------------------------------------------------------------------------------------------------


def test_two_questions_for_each_row_at_half_the_price(shop: Make) -> None:
    one = shop()
    done = one.buy(TEN, ask(), ask("Again: {{ answer }}", name="second"))
    assert (done.state, done.kept, done.calls, one.live()) == ("finished", 10, 20, 0)
    assert done.cost_usd == pytest.approx(one.server.calls.cost())
    assert [(b.state, b.reason, b.requests, b.answered, b.returned, b.done) for b in done.batches] == [("fetched", "completed", 10, 10, 0, 10)] * 2
    assert sum(b.cost_usd or 0 for b in done.batches) == pytest.approx(done.cost_usd)
    one.sound()
    live = shop()
    assert live.buy(TEN, ask(), ask("Again: {{ answer }}", name="second"), batch=False).cost_usd == pytest.approx(2 * done.cost_usd)
    assert live.rows(done) != []
    again = one.buy(TEN, ask(), ask("Again: {{ answer }}", name="second"), new=True)
    assert (again.calls, again.calls_reused, len(one.server.batches())) == (0, 20, 2)


def test_rows_beyond_a_set_step_and_of_two_branches(shop: Make) -> None:
    one = shop()
    steps = [
        {"kind": "read.rows", "rows": [{"text": text, "kind": text[0]} for text in ("a1", "b", "a2", "c")]},
        ask(forward=["kind"]), {"kind": "filter.duplicates", "columns": ["kind"]},
        ask("Left {{ answer }}", name="left"), ask("Right {{ answer }}", name="right", **{"from": "filter.duplicates"}),
        {"kind": "transform.columns", "keep": ["answer"], "from": ["left", "right"]},
    ]  # fmt: skip
    done = one.buy(*steps)
    assert (done.state, done.kept, done.dropped, one.live()) == ("finished", 6, {"duplicate": 1}, 0)
    one.sound()
    assert sorted(one.said(done, "answer")) == sorted(one.said(one.buy(*steps, batch=False, new=True), "answer"))


def test_a_target_with_a_critic(shop: Make) -> None:
    def reply(request: Request) -> Any:
        score = 9 if sum(request.text.encode()) % 3 else 2
        return {"accuracy": {"reason": "r", "score": score}} if "accuracy" in str(request.schema) else None

    one = shop(reply)
    steps = [
        texts(*(f"text {n}" for n in range(40))), ask(name="write"),
        {"kind": "score.judge", "columns": ["answer"], "criteria": {"accuracy": "Is it right?"}},
        {"kind": "filter.where", "where": "scores.judge.overall >= 5", "retry_from": "write", "retry_times": 1},
        {"kind": "filter.near_duplicates", "columns": ["answer"]},
    ]  # fmt: skip
    done = one.buy(*steps, target=12)
    assert (done.state, done.kept, one.live()) == ("finished", 12, 0)
    assert verify(one.lab).problems == []


def test_answers_that_do_not_parse_are_asked_again_live_or_in_a_batch(shop: Make) -> None:
    def reply(request: Request) -> Any:
        return "no json" if "text 3" in request.text else None

    one = shop(reply)
    done = one.buy()
    assert (done.state, done.kept, done.refused_draws, one.in_batches(), one.live()) == ("finished", 10, {"malformed": 1}, 10, 1)
    one.sound()
    two = shop(reply)
    done = two.buy(batch=False, batch_only=True)
    assert (done.state, done.kept, two.in_batches(), two.live()) == ("finished", 10, 11, 0)
    two.sound()


def test_the_size_of_a_batch(shop: Make) -> None:
    one = shop()
    done = one.buy(writer={"batch_size": 4})
    assert [batch.requests for batch in done.batches] == [4, 4, 2]
    one.sound()


def test_a_model_without_batches_is_asked_live(shop: Make) -> None:
    one = shop(batches=False)
    done = one.buy()
    assert (done.state, done.kept, one.live(), [(b.state, b.reason) for b in done.batches]) == ("finished", 10, 10, [("rejected", "no_batches")])
    one.sound()
    two = shop(batches=False)
    done = two.buy(batch_only=True)
    assert (done.state, done.reason[:5], two.bought.total()) == ("paused", "batch", 0)
    assert "no batch API" in done.reason
    done = two.buy()
    assert (done.state, two.live()) == ("finished", 10)
    two.sound()


# -- what comes back --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["missing", "expired", "duplicate", "unknown", "garbage"])
def test_results_that_go_wrong(shop: Make, wrong: str) -> None:
    one = shop(batch_lines={wrong: 0.7})
    done = one.buy()
    lost = wrong in ("missing", "expired")
    assert (done.state, done.kept, done.maybe_billed) == ("finished", 10, one.live() if wrong == "missing" else 0)
    assert (one.live() > 0) == lost
    (batch,) = done.batches
    assert (batch.answered, batch.returned) == (10 - one.live(), one.live())
    assert ("belong to no question of it" in batch.detail) == (wrong in ("unknown", "garbage"))
    one.sound()


def test_what_a_batch_sends_back_goes_into_the_next_one(shop: Make) -> None:
    one = shop(batch_ends=["expired"])
    done = one.buy(batch_only=True)
    assert (done.state, done.kept, one.live()) == ("finished", 10, 0)
    first, second = done.batches
    assert (first.reason, first.returned, second.requests, second.reason) == ("expired", second.requests, 10 - first.answered, "completed")
    one.sound()


def test_what_no_batch_answers_fails_in_the_end(shop: Make) -> None:
    one = shop(batch_lines={"expired": 0.3})
    done = one.buy(batch_only=True, writer={"retries": 1})
    assert (done.state, one.live()) == ("shortfall", 0)
    assert set(done.failed) == {"expired"}
    assert [b.requests for b in done.batches] == [10, done.failed["expired"], done.failed["expired"]][: len(done.batches)]
    one.sound()


def test_questions_that_the_server_refuses(shop: Make) -> None:
    rules = [{"contains": "text 4", "fault": "400"}, {"contains": "text 5", "fault": "500", "times": 1}]
    one = shop(rules=rules)
    done = one.buy(batch_only=True)
    assert (done.failed, done.kept, one.live()) == ({"http_400": 1}, 9, 0)
    assert "not valid" in one.runs.troubles(done.run)[0]["detail"]
    one.sound()
    two = shop(rules=rules)
    done = two.buy()
    assert (done.failed, done.kept, two.live()) == ({"http_400": 1}, 9, 1)
    two.sound()


def test_a_batch_that_is_refused(shop: Make) -> None:
    one = shop(batch_ends=["failed:model_not_found"])
    done = one.buy()
    assert (done.kept, one.live(), [(b.state, b.reason) for b in done.batches]) == (10, 10, [("rejected", "model_not_found")])
    one.sound()
    two = shop(batch_ends=["failed:invalid_json_line:3"])
    done = two.buy()
    assert (done.kept, two.live(), [b.requests for b in done.batches]) == (10, 1, [10, 9])
    two.sound()
    three = shop(batch_creations=["400", "413", "ok"])
    done = three.buy()
    assert (done.kept, three.live(), [(b.state, b.reason) for b in done.batches]) == (10, 10, [("rejected", "http_400")])
    three.sound()


def test_a_server_that_takes_only_so_many_tokens(shop: Make) -> None:
    one = shop(batch_tokens=500)
    done = one.buy()
    assert (done.state, done.kept, one.live()) == ("finished", 10, 0)
    assert (done.batches[0].state, done.batches[0].reason) == ("rejected", "token_limit_exceeded")
    assert {b.requests for b in done.batches[1:]} <= {1, 2, 5}
    one.sound()


# -- trouble on the way -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fate", ["lost", "late", "500", "429", "503"])
def test_a_creation_that_goes_wrong_is_made_once(shop: Make, fate: str) -> None:
    one = shop(batch_creations=[fate])
    done = one.buy()
    assert (done.state, done.kept, one.live(), len(one.server.batches()), len(done.batches)) == ("finished", 10, 0, 1, 1)
    one.sound()


def test_no_credit_pauses_the_run_and_loses_nothing(shop: Make) -> None:
    one = shop(batch_creations=["quota"], batch_ends=["failed:billing_hard_limit_reached"])
    for _ in range(2):
        done = one.buy()
        assert (done.state, done.reason.partition(":")[0], one.bought.total()) == ("paused", "quota", 0)
    done = one.buy()
    assert (done.state, done.kept, one.live(), len(done.batches)) == ("finished", 10, 0, 1)
    one.sound()


def test_a_key_that_is_refused_pauses_the_run(shop: Make) -> None:
    one = shop(api_key="right-key-of-ours")
    one.environ["OPENAI_API_KEY"] = "wrong-key-of-ours"
    done = one.buy()
    assert (done.state, done.reason.partition(":")[0]) == ("paused", "key")
    one.environ["OPENAI_API_KEY"] = "right-key-of-ours"
    assert (one.buy().state, one.live()) == ("finished", 0)
    one.sound()


# -- caps -------------------------------------------------------------------------------------------------------------------------------


def test_under_a_cap_that_has_room_for_a_few_at_once(shop: Make) -> None:
    one = shop()
    cost = one.buy(batch=False).cost_usd
    assert cost is not None
    two = shop()
    reserve = 0.5 * (1024 * 10 + 400) / 1e6
    done = two.buy(budget_usd=cost / 2 + 3 * reserve)
    assert (done.state, done.kept, two.live()) == ("finished", 10, 0)
    assert len(done.batches) > 2
    assert two.server.calls.cost() == pytest.approx(cost / 2)
    two.sound()


def test_a_cap_that_is_reached(shop: Make) -> None:
    one = shop(tokens_out=1000)
    done = one.buy(budget_usd=0.012)
    assert (done.state, done.reason.partition(":")[0], one.live()) == ("paused", "budget", 0)
    assert one.server.calls.cost() <= 0.012
    assert verify(one.lab).problems == []
    done = one.buy(budget_usd=1.0)
    assert (done.state, done.kept, one.live()) == ("finished", 10, 0)
    one.sound()


# -- ending in between ------------------------------------------------------------------------------------------------------------------


def stopped_when(shop: Shop, act: Callable[[Stopping], None], **options: Any) -> Result:
    """A run that is told to end as soon as a batch is at the server."""
    stopping, told = Stopping(), threading.Event()

    def seen(progress: Progress) -> None:
        if not told.is_set() and shop.server.batches() and "polling" in progress.note:
            told.set()
            act(stopping)

    return shop.buy(stopping=stopping, on_progress=seen, **options)


def test_stopping_leaves_batches_where_they_are(shop: Make) -> None:
    one = shop(batch_s=1.0)
    done = stopped_when(one, lambda stopping: stopping.stop())
    assert (done.state, done.pending, "b1" in done.reason, "rowsmith cancel r1" in done.reason) == ("stopped", 10, True, True)
    assert done.batches[0].state == "submitted"
    assert verify(one.lab).problems == []
    done = one.buy()
    assert (done.state, done.kept, one.live(), len(one.server.batches()), done.maybe_billed) == ("finished", 10, 0, 1, 0)
    one.sound()


def test_not_waiting(shop: Make) -> None:
    one = shop(batch_s=0.6)
    steps = (TEN, ask(), ask("Again: {{ answer }}", name="second"))
    states = []
    for _ in range(40):
        done = one.buy(*steps, wait=False)
        conserved(done)
        states.append(done.state)
        if done.state == "finished":
            break
        assert done.reason.startswith("batch: Batches go on at their servers: b")
        time.sleep(0.1)
    assert states[-1] == "finished"
    assert states.count("paused") >= 2
    assert (done.kept, one.live(), len(one.server.batches())) == (10, 0, 2)
    one.sound()


def test_cancelling_ends_the_batches_at_the_server(shop: Make) -> None:
    one = shop(batch_s=3.0, batch_cancel_s=0.1)
    done = stopped_when(one, lambda stopping: (time.sleep(0.8), stopping.cancel())[1])
    assert (done.state, done.cancelled) == ("cancelled", 10)
    (batch,) = done.batches
    assert (batch.state, batch.reason, batch.answered + batch.returned) == ("fetched", "cancelled", 10)
    assert 0 < batch.answered < 10
    assert done.calls == batch.answered
    done = one.runs.resume("r1")
    conserved(done)
    assert (done.state, done.kept, one.live()) == ("finished", 10, 10 - batch.answered)
    one.sound()


def test_cancelling_a_run_that_nobody_carries_out(shop: Make) -> None:
    one = shop(batch_s=5.0)
    assert one.buy(wait=False).state == "paused"
    with pytest.raises(Conflict, match="at its server"):
        one.lab.projects.delete("default")
    record = one.runs.cancel("r1", wait_s=10)
    done = one.runs.result("r1")
    assert (record.state, done.batches[0].state, done.batches[0].reason) == ("cancelled", "fetched", "cancelled")
    assert done.calls == done.batches[0].answered == one.bought.total()
    assert verify(one.lab).problems == []
    with pytest.raises(Conflict, match="cancelled already"):
        one.runs.cancel("r1")
    one.lab.projects.delete("default")


def test_going_on_live(shop: Make) -> None:
    one = shop(batch_s=0.5)
    steps = (TEN, ask(), ask("Again: {{ answer }}", name="second"))
    one.buy(*steps, wait=False)
    done = one.runs.resume("r1", batch=False)
    conserved(done)
    assert (done.state, done.kept, one.in_batches(), one.live()) == ("finished", 10, 10, 10)
    one.sound()


def test_a_run_offline_leaves_batches_alone(shop: Make) -> None:
    one = shop(batch_s=0.5)
    assert one.buy(wait=False).state == "paused"
    place = one.server.batches()[0]["id"]
    one.server.change(batches=False)  # whoever looks is told that there is nothing
    done = one.buy(offline=True)
    assert (done.state, done.failed, done.batches[0].state, done.batches[0].remote) == ("shortfall", {"not_recorded": 10}, "submitted", place)
    one.server.change(batches=True)
    done = one.buy()
    assert (done.state, done.kept, one.live(), len(one.server.batches())) == ("finished", 10, 0, 1)
    one.sound()


def test_another_run_waits_for_the_batch_and_brings_it_home(shop: Make) -> None:
    one = shop(batch_s=0.5)
    assert one.buy(wait=False).state == "paused"
    done = one.buy(batch=False, new=True)
    assert (done.run, done.state, done.kept, done.calls, done.calls_reused, one.bought.total()) == ("r2", "finished", 10, 0, 10, 10)
    first = one.runs.result("r1")
    assert (first.calls, first.batches[0].state, first.cost_usd) == (10, "fetched", pytest.approx(one.server.calls.cost()))
    assert (one.buy().state, one.bought.total()) == ("finished", 10)
    one.sound()


def test_two_processes_of_one_home(shop: Make) -> None:
    """Two runs that ask the same at the same time, one in batches and one live, in two Labs."""
    one = shop(batch_s=0.4)
    with Lab(one.folder / "home") as other:
        one.lab.projects.create("second")
        recipe = one.recipe(TEN, ask(), models={"writer": one.model(**HALF)})
        results: list[Result] = []
        threads = [
            threading.Thread(target=lambda runs=runs, how=how: results.append(runs.start(recipe, new=True, **how)))
            for runs, how in ((one.runs, {"batch": True}), (other.project().runs, {"batch": True}), (other.project("second").runs, {}))
        ]
        for thread in threads:
            thread.start()
            time.sleep(0.2)
        for thread in threads:
            thread.join()
    assert [result.state for result in results] == ["finished"] * 3
    assert sum(result.calls for result in results) == 10
    one.sound()


# -- what is said and refused -----------------------------------------------------------------------------------------------------------


def test_the_progress_tells_what_is_waited_for(shop: Make) -> None:
    notes: list[str] = []
    shop(batch_s=0.5).buy(on_progress=lambda progress: notes.append(progress.note), writer={"batch_size": 5})
    assert any(note.startswith("2 batches: ") and " of 10 done, polling in 0 s" in note for note in notes), notes


@pytest.mark.parametrize(
    ("options", "said"),
    [({"deadline_s": 5.0}, "nothing is to be moved"), ({"deadline_s": 5.0, "batch_only": True}, "nothing is to be moved"),
     ({"deadline_s": -1.0, "batch": True}, "deadline is -1"), ({"batch": True, "writer": {"model": "other/m"}}, "other")],
)  # fmt: skip
def test_what_makes_no_sense(shop: Make, options: Plain, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        shop().buy(**{"batch": False, **options})


def test_a_provider_without_a_batch_api_is_asked_live_and_that_is_said(shop: Make) -> None:
    one = shop()
    with pytest.raises(Invalid, match="The provider of writer has no batch API"):
        one.buy(batch_only=True, writer={"model": "vllm/m"})
    assert one.bought.total() == 0
    done = one.buy(writer={"model": "vllm/m"})
    assert (done.state, one.live(), done.batches, done.asked_live) == ("finished", 10, (), ("writer",))
    done = one.buy(TEN, ask(), ask("Again: {{ answer }}", name="second", model="judge"), writer={"model": "vllm/m"})
    assert (done.state, one.live(), one.in_batches(), done.asked_live) == ("finished", 10, 10, ("writer",))
    assert one.buy().asked_live == ()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_in_batches_through_litellm(shop: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = shop(api_key="azure-key-of-length", batch_s=0.5)
    monkeypatch.setenv("ROWSMITH_CACHE", str(one.folder / "cache"))
    one.environ["AZURE_API_KEY"] = "azure-key-of-length"
    place = {"base_url": one.server.url.removesuffix("/v1"), "api_key_env": "AZURE_API_KEY"}
    writer = {"model": "litellm/azure/m", **place, "extra": {"api_version": "2024-10-21"}}
    assert one.buy(writer=writer, wait=False).state == "paused"
    done = one.buy(writer=writer)
    assert (done.state, done.kept, one.in_batches(), one.live(), len(one.server.batches())) == ("finished", 10, 10, 0, 1)
    assert done.cost_usd == pytest.approx(one.server.calls.cost())
    one.sound()
    assert one.buy(writer=writer, wait=False, fresh=True).state == "paused"
    one.runs.cancel("r2", wait_s=30)
    assert one.runs.result("r2").batches[0].reason in ("cancelled", "completed")
    assert verify(one.lab).problems == []


def test_nothing_that_a_batch_brings_holds_the_key(shop: Make) -> None:
    key = "sk-canary/0123456789abcdef"
    one = shop(lambda request: {"answer": f"{key} {request.text}"}, api_key=key)
    one.environ["OPENAI_API_KEY"] = key
    done = one.buy(writer={"batch_size": 4})
    assert (done.state, one.in_batches()) == ("finished", 10)
    assert all(said.startswith("[key] ") for said in one.said(done, "answer"))
    one.lab.close()
    written = [path for path in (one.folder / "home").rglob("*") if path.is_file()]
    assert len(written) > 1
    assert [path.name for path in written if b"0123456789abcdef" in path.read_bytes()] == []


@pytest.mark.parametrize("size", [1, 7, 30, 1000])
def test_the_key_is_found_across_parts(size: int) -> None:
    key = "sk-canary/0123456789abcdef"
    form = Form(Model(model="openai/m"), None, built_in("openai"), Server("p"), KeySources({"OPENAI_API_KEY": key}, "default", None))
    said, file = b"".join(b'{"n": %d, "key": "%b"}\n' % (n, key.encode().replace(b"/", rb"\/" if n % 2 else b"/")) for n in range(20)), io.BytesIO()
    kept = Keyless(form, file)
    for at in range(0, len(said), size):
        kept.add(said[at : at + size])
    kept.end()
    assert file.getvalue() == b"".join(b'{"n": %d, "key": "[key]"}\n' % n for n in range(20)) + b"\n"


ASKS_THREE = """import asyncio
from typing import ClassVar
from rowsmith.core.step import Step
class Own(Step):
    kind: ClassVar[str] = "own.step"
    grouped: bool = False
    async def rows(self, row, ctx):
        async def asked(what):
            return (await ctx.ask([{"role": "user", "content": f"{what} {row.data['text']}"}], model="writer")).text
        if self.grouped:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(asked(what)) for what in ("One", "Two", "Three")]
            said = [task.result() for task in tasks]
        else:
            said = await asyncio.gather(*(asked(what) for what in ("One", "Two", "Three")))
        return [row.with_data({"said": said})]
"""


@pytest.mark.parametrize("grouped", [False, True])
def test_a_step_that_asks_several_questions_at_once(shop: Make, monkeypatch: pytest.MonkeyPatch, grouped: bool) -> None:
    one = shop()
    monkeypatch.setenv("ROWSMITH_CONFIG", str(one.folder / "config"))
    file = one.folder / "plugins" / "own.py"
    file.parent.mkdir()
    file.write_text(ASKS_THREE, encoding="utf-8")
    plugins.trust(file)
    done = one.buy(TEN, {"kind": "own.step", "grouped": grouped})
    assert (done.state, done.kept, done.calls, one.live()) == ("finished", 10, 30, 0)
    assert all(len(said) == 3 for said in one.said(done, "said"))
    one.sound()
