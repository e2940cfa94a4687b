"""Local models, asked for real: llama.cpp with random weights."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from asking import ask, gate, outcomes, question
from jsonschema import validate
from local_models import BOUNDED, hosts, local, log_of
from memory_ledger import MemoryLedger

from rowsmith.core.calls import Answer
from rowsmith.core.errors import Invalid, NotFound, RowFailed, RowsmithError
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.weights import Note
from rowsmith.llm.local.weights import WeightFiles
from rowsmith.llm.providers.local import PROVIDER
from rowsmith.testing import tiny_gguf

ENDLESS = {"ignore_eos": True}
"""Says as much as fits into the context."""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of two layers."""
    return tiny_gguf(tmp_path_factory.mktemp("weights") / "tiny.gguf")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of weights are kept in a folder of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))


def said(model: Model, text: str = "Say something.", **settings: Any) -> str:
    """What the model says in plain text, whether it was cut off or not."""
    ledger = MemoryLedger()
    outcomes(ledger, [question(model.model_copy(update={"reasks": 0, **settings}), text, schema=None)])
    ((raw, _),) = ledger.answers.values()
    return str(orjson.loads(raw)["choices"][0]["message"]["content"])


# -- answers --------------------------------------------------------------------------------------------------------------------------------


def test_answers_of_bounded_fields_are_valid_at_the_first_draw(weights: Path) -> None:
    ledger = MemoryLedger()
    answers = ask(ledger, *[question(local(weights, concurrency=4), f"Question {n}", number=n, schema=BOUNDED) for n in range(50)])
    for answer in answers:
        validate(answer.value, BOUNDED)
    assert (len(answers), len(ledger.spends), ledger.draws) == (50, 50, [])
    assert len({answer.text for answer in answers}) > 25
    assert all(answer.usage.tokens_in and answer.usage.tokens_out for answer in answers)


def test_a_local_answer_costs_nothing_and_a_cap_of_money_can_be_kept(weights: Path) -> None:
    ledger = MemoryLedger(usd=0)
    ask(ledger, question(local(weights), schema=BOUNDED))
    assert [(spend.outcome, spend.cost) for spend in ledger.spends] == [("settled", 0)]
    priced = MemoryLedger()
    ask(priced, question(local(weights, price_in=1, price_out=1), schema=BOUNDED))
    assert priced.spends[0].cost


def test_the_stored_answer_is_in_the_shape_of_openai_and_names_no_folder(weights: Path) -> None:
    ledger = MemoryLedger()
    ask(ledger, question(local(weights), schema=BOUNDED))
    ((raw, usage),) = ledger.answers.values()
    stored = orjson.loads(raw)
    assert stored["object"] == "chat.completion"
    assert stored["choices"][0]["finish_reason"] == "stop"
    assert stored["usage"]["completion_tokens"] == usage.tokens_out
    assert str(weights.parent) not in raw.decode()


def test_what_is_no_text_any_more_is_asked_again_and_never_kept(weights: Path) -> None:
    """Random weights sample bytes that are no UTF-8; a form of free text lets them through."""
    free = {"type": "object", "properties": {"input": {"type": "string", "maxLength": 12}}, "required": ["input"], "additionalProperties": False}
    ledger = MemoryLedger()
    results = outcomes(ledger, [question(local(weights, seed=n, reasks=5), f"Question {n}", number=n, schema=free) for n in range(12)])
    for result in results:
        if isinstance(result, Answer):
            validate(result.value, free)
        else:
            assert isinstance(result, RowFailed), result
    assert sum(isinstance(result, Answer) for result in results) >= 6
    assert "malformed" in ledger.reasons()
    assert set(ledger.outcomes()) == {"settled"}


@pytest.mark.parametrize("way", ["object", "json", "tools"])
def test_other_ways_of_asking_give_what_fits_or_say_why_not(weights: Path, way: str) -> None:
    ledger = MemoryLedger()
    results = outcomes(ledger, [question(local(weights, answers=way, max_tokens=60), f"Question {n}", number=n, schema=BOUNDED) for n in range(4)])
    assert all(isinstance(result, Answer | RowFailed) for result in results)
    assert set(ledger.reasons()) <= {"malformed", "schema", "cut", "empty"}
    assert ledger.reasons()


def test_pictures_are_refused_in_words(weights: Path) -> None:
    part = {"type": "image", "file": "0" * 64, "media_type": "image/png"}
    asked = replace(question(local(weights), schema=None), messages=[{"role": "user", "content": [{"type": "text", "text": "What?"}, part]}])
    (failed,) = outcomes(MemoryLedger(), [asked])
    assert isinstance(failed, RowFailed)
    assert (failed.reason, failed.what) == ("attachment", "llama.cpp takes no images.")


# -- settings -------------------------------------------------------------------------------------------------------------------------------


def test_sampling_settings_are_heeded(weights: Path) -> None:
    model = local(weights, max_tokens=24, extra=ENDLESS)
    greedy = said(model, temperature=0)
    assert said(model, seed=1) == said(model, seed=1) != said(model, seed=2)
    assert said(model, temperature=0, seed=5) == greedy != said(model, seed=1)
    assert said(model, top_p=0.001, seed=3) == greedy
    assert said(model, extra={**ENDLESS, "top_k": 1}, seed=3) == greedy
    assert len(set(said(model, temperature=0, frequency_penalty=-2.0))) < len(set(greedy))
    assert said(model, temperature=0, presence_penalty=2.0) != greedy


def test_stop_ends_an_answer(weights: Path) -> None:
    model = local(weights, max_tokens=40, temperature=0, extra=ENDLESS)
    whole = said(model)
    end = next(letter for letter in whole if letter.isascii() and letter.isprintable())
    assert said(model, stop=[end]) == whole[: whole.index(end)]


def test_an_answer_that_max_tokens_cuts_off_is_not_used(weights: Path) -> None:
    (failed,) = outcomes(MemoryLedger(), [question(local(weights, max_tokens=3), schema=BOUNDED)])
    assert isinstance(failed, RowFailed)
    assert failed.reason == "cut"


def test_reasoning_effort_reaches_the_chat_template_or_is_refused(weights: Path, tmp_path: Path) -> None:
    model = local(weights, max_tokens=8, reasks=0)
    used = []
    for effort in (None, "low"):
        ledger = MemoryLedger()
        outcomes(ledger, [question(model.model_copy(update={"reasoning_effort": effort}), schema=None)])
        used += [usage.tokens_in for _, usage in ledger.answers.values()]
    assert used[1] > used[0]
    plain = tiny_gguf(tmp_path / "plain.gguf", template="{{ messages[0].content }}")
    with pytest.raises(Invalid, match="knows no reasoning_effort"):
        ask(MemoryLedger(), question(local(plain, reasoning_effort="low")))


def test_context_threads_and_concurrency_are_what_llama_cpp_loads_with(weights: Path) -> None:
    log = log_of(local(weights, context=512, threads=2, concurrency=3))
    assert "n_slots = 3, n_ctx_slot = 512" in log
    assert "n_threads = 2" in log
    log = log_of(local(weights, concurrency=1))
    assert "n_slots = 1, n_ctx_slot = 2048" in log
    assert "n_threads = 1" in log


def test_a_question_that_is_longer_than_the_context_fails_its_row(weights: Path) -> None:
    (failed,) = outcomes(MemoryLedger(), [question(local(weights, context=256), "x" * 1000, schema=BOUNDED)])
    assert isinstance(failed, RowFailed)
    assert failed.reason == "context"
    assert failed.what.endswith("give the model a larger context")


def test_gpu_layers_without_a_gpu_are_refused_and_none_are_taken(weights: Path) -> None:
    with pytest.raises(Paused) as refused:
        ask(MemoryLedger(), question(local(weights, gpu_layers=4), schema=BOUNDED))
    assert refused.value.what == "gpu_layers is 4, and llama.cpp finds no GPU."
    ask(MemoryLedger(), question(local(weights, gpu_layers=0), schema=BOUNDED))


@pytest.mark.parametrize("name", ["threads", "gpu_layers"])
def test_another_provider_refuses_the_settings_of_a_local_model(name: str) -> None:
    with pytest.raises(Invalid, match=f"{name} is a setting of models that run on this machine"):
        ask(MemoryLedger(), question(Model(model="openai/m", base_url="http://127.0.0.1:9/v1", **{name: 1})))


@pytest.mark.parametrize(("name", "value"), [("base_url", "http://127.0.0.1:1/v1"), ("api_key_env", "KEY")])
def test_a_local_model_refuses_address_and_key(weights: Path, name: str, value: str) -> None:
    model = local(weights, **{name: value})
    assert {setting: wrong.what for setting, wrong in PROVIDER.refuses(model).items()} == {
        name: f"A local model is asked at no address and with no key, and {name} is given."
    }
    with pytest.raises(Invalid, match=f"{name} is given"):
        ask(MemoryLedger(), question(model), environ={"KEY": "k" * 20})


@pytest.mark.parametrize("name", ["n_predict", "grammar", "json_schema", "stream", "n"])
def test_extra_takes_nothing_that_has_a_setting(weights: Path, name: str) -> None:
    with pytest.raises(Invalid, match=name):
        ask(MemoryLedger(), question(local(weights, extra={name: 1})))


# -- what is there --------------------------------------------------------------------------------------------------------------------------


def checked(model: Model, base: Path = Path()) -> None:
    """As `rowsmith check` looks at it."""
    PROVIDER.check(model, WeightFiles(base, base))


def test_what_cannot_be_loaded_is_told_before_anything_is(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "words.gguf").write_text("These are words.")
    (tmp_path / "short.gguf").write_bytes(weights.read_bytes()[:2000])
    (tmp_path / "folder").mkdir()
    told: dict[str, tuple[type[RowsmithError], str]] = {
        "nowhere.gguf": (NotFound, "There is no file"),
        "words.gguf": (Invalid, "is no GGUF file"),
        "folder": (Invalid, "is a folder"),
        "short.gguf": (Invalid, "is damaged, or was not downloaded to its end"),
        "hf:nonsense": (Invalid, "is no file of the hub"),
    }
    for name, (kind, words) in told.items():
        with pytest.raises(kind, match=words):
            checked(Model(model=f"local/{name}"), tmp_path)
    with pytest.raises(Invalid, match="was trained to hold 2,048 tokens, and context is 4,096"):
        checked(local(weights, context=4096))
    checked(local(weights, context=2048))


def test_weights_that_break_off_in_the_middle_are_told_by_llama_cpp(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "half.gguf").write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    with pytest.raises(Paused) as paused:
        ask(MemoryLedger(), question(local(tmp_path / "half.gguf")))
    assert paused.value.what.startswith("half.gguf cannot be loaded.")
    assert "corrupted or incomplete" in paused.value.what


def test_too_little_memory_is_told_before_loading(tmp_path: Path) -> None:
    large = tiny_gguf(tmp_path / "large.gguf", context=1 << 30)
    with pytest.raises(Paused) as paused:
        ask(MemoryLedger(), question(local(large, context=1 << 30, concurrency=8)))
    assert "needs about 4,398 GB of memory with 8 calls in flight of 1,073,741,824 tokens each" in paused.value.what
    assert paused.value.fix == "Lower concurrency or context, or take smaller weights."


class FolderHub:
    """A hub that is a folder (core.ports.Hub)."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder, cache
        self.fetched: list[str] = []

    def here(self, name: str) -> Path | None:
        return at if (at := self._place(name)).is_file() else None

    def fetch(self, name: str, note: Note) -> Path:
        self.fetched.append(name)
        at = self._place(name)
        if not at.is_file():
            note(f"downloading {at.name}: 40 %")
            at.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.folder / at.name, at)
            note("")
        return at

    def _place(self, name: str) -> Path:
        file, _, revision = name.removeprefix("hf:").partition("@")
        return self.cache / revision / file


def test_a_file_of_the_hub_is_downloaded_at_first_use(weights: Path, tmp_path: Path) -> None:
    hub = FolderHub(weights.parent, tmp_path / "hub")
    files = WeightFiles(tmp_path, tmp_path / "cache", lambda: hub)
    model = Model(model="local/hf:acme/tiny-GGUF/tiny.gguf@v1", concurrency=1)
    ledger, notes = MemoryLedger(), list[str]()
    FolderHub(weights.parent, tmp_path / "other").fetch("hf:acme/tiny-GGUF/tiny.gguf@v1", notes.append)
    assert notes == ["downloading tiny.gguf: 40 %", ""]

    async def run() -> None:
        async with gate(ledger, weights=files) as made:
            watching = asyncio.create_task(watch(made, notes))
            await made.ask(question(model, schema=BOUNDED))
            watching.cancel()

    checked(model)
    asyncio.run(run())
    assert set(hub.fetched) == {"hf:acme/tiny-GGUF/tiny.gguf@v1"}
    assert files.here("hf:acme/tiny-GGUF/tiny.gguf@v1") == tmp_path / "hub/v1/acme/tiny-GGUF/tiny.gguf"
    assert "loading tiny.gguf" in notes
    again = MemoryLedger(answers=ledger.answers)
    ask(again, question(local(weights, concurrency=1, max_tokens=1024), schema=BOUNDED))
    assert (again.reused, again.spends) == (1, [])


async def watch(made: Any, notes: list[str]) -> None:
    while True:
        notes.append(made.note)
        await asyncio.sleep(0.001)


def test_without_a_hub_its_files_cannot_be_had() -> None:
    with pytest.raises(Paused) as paused:
        ask(MemoryLedger(), question(Model(model="local/hf:acme/tiny/tiny.gguf")))
    assert (paused.value.reason, paused.value.what) == ("unavailable", "Files of the hub cannot be had here.")


# -- identity -------------------------------------------------------------------------------------------------------------------------------


def test_answers_belong_to_the_weights_not_to_their_place(weights: Path, tmp_path: Path) -> None:
    shutil.copy(weights, tmp_path / "moved.gguf")
    ledger = MemoryLedger()
    first = ask(ledger, question(local(weights), schema=BOUNDED))[0]
    again = ask(ledger, question(local(tmp_path / "moved.gguf", context=1024, threads=2), schema=BOUNDED))[0]
    assert (again.value, len(ledger.spends), ledger.reused) == (first.value, 1, 1)
    other = tiny_gguf(tmp_path / "other.gguf", seed=1)
    ask(ledger, question(local(other), schema=BOUNDED))
    assert (len(ledger.spends), len({claim.profile for claim in ledger.claims})) == (2, 2)
    assert all(claim.profile.startswith("local:") and len(claim.profile) == 70 for claim in ledger.claims)


def test_a_stored_answer_needs_no_model(weights: Path) -> None:
    ledger = MemoryLedger()
    ask(ledger, question(local(weights), schema=BOUNDED))

    async def run() -> int:
        async with gate(ledger) as made:
            await made.ask(question(local(weights), schema=BOUNDED))
            return len(list(hosts()))

    assert asyncio.run(run()) == 0


def test_roles_of_the_same_weights_share_one_loaded_model(weights: Path) -> None:
    async def run(*models: Model) -> int:
        async with gate(MemoryLedger()) as made:
            await asyncio.gather(*(made.ask(question(model, f"Question {n}", number=n, schema=BOUNDED)) for n, model in enumerate(models)))
            return len(list(hosts()))

    before = set(threading.enumerate())
    assert asyncio.run(run(local(weights), local(weights, temperature=0.2), local(weights, max_tokens=150))) == 1
    assert asyncio.run(run(local(weights), local(weights, context=512))) == 2
    assert list(hosts()) == []
    assert set(threading.enumerate()) - before == set()


# -- deadlines and ends ---------------------------------------------------------------------------------------------------------------------


def slow(path: Path, **settings: Any) -> Model:
    """A model that says a lot."""
    return local(path, **{"max_tokens": 1900, "extra": ENDLESS, "retries": 0, "reasks": 0, **settings})


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that take a while: some hundred tokens a second."""
    return tiny_gguf(tmp_path_factory.mktemp("wide") / "wide.gguf", width=512, layers=8)


def test_the_deadlines_of_an_answer(wide: Path) -> None:
    async def run() -> list[Any]:
        async with gate(MemoryLedger()) as made:
            asked = [
                question(slow(wide, total_s=0.3), schema=None),
                question(slow(wide, first_byte_s=0.02), "x" * 1500, number=1, schema=None),
            ]
            late = await asyncio.gather(*(made.ask(item) for item in asked), return_exceptions=True)
            begun = time.monotonic()
            good = await made.ask(question(local(wide), number=2, schema=BOUNDED))
            return [*late, good, time.monotonic() - begun]

    total, first, good, seconds = asyncio.run(run())
    assert (total.reason, total.what) == ("timeout", "no whole answer within total_s = 0.3 s")
    assert (first.reason, first.what) == ("timeout", "no headers within first_byte_s = 0.02 s")
    validate(good.value, BOUNDED)
    assert seconds < 20


def test_silence_in_the_middle_of_an_answer(wide: Path) -> None:
    async def run() -> Any:
        async with gate(MemoryLedger()) as made:
            asking = asyncio.create_task(made.ask(question(slow(wide, idle_s=0.5), schema=None)))
            while not (found := list(hosts())) or made.note or not made.status() or not next(iter(made.status().values())).in_flight:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
            found[0].suspend()
            try:
                return (await asyncio.gather(asking, return_exceptions=True))[0]
            finally:
                found[0].resume()

    failed = asyncio.run(run())
    assert (failed.reason, failed.what) == ("timeout", "no further byte within idle_s = 0.5 s")


def test_a_model_that_dies_is_loaded_again_and_what_was_asked_is_asked_again(wide: Path) -> None:
    ledger = MemoryLedger()

    async def run() -> Any:
        async with gate(ledger) as made:
            model = slow(wide, retries=3, max_tokens=150)
            asking = asyncio.create_task(made.ask(question(model, schema=None)))
            while not (found := list(hosts())) or made.note or not made.status() or not next(iter(made.status().values())).in_flight:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            found[0].kill()
            result = (await asyncio.gather(asking, return_exceptions=True))[0]
            return result, found[0].pid, [host.pid for host in hosts()]

    result, before, after = asyncio.run(run())
    assert isinstance(result, RowFailed), result
    assert result.reason == "cut"
    assert set(ledger.outcomes()[:-1]) == {"maybe_billed"}
    assert ledger.outcomes()[-1] == "settled"
    assert after and before not in after


def test_a_question_that_is_cut_off_frees_its_place_and_nothing_is_left(wide: Path) -> None:
    async def run() -> None:
        async with gate(MemoryLedger()) as made:
            asking = [asyncio.create_task(made.ask(question(slow(wide), f"Question {n}", number=n, schema=None))) for n in range(4)]
            while made.note or not made.status() or not next(iter(made.status().values())).in_flight:
                await asyncio.sleep(0.01)
            for task in asking:
                task.cancel()
            await asyncio.wait(asking)
            answer = await made.ask(question(local(wide), number=9, schema=BOUNDED))
            validate(answer.value, BOUNDED)

    begun = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - begun < 30
    assert list(hosts()) == []


def test_only_its_gate_can_ask_it(weights: Path) -> None:
    def status(port: int, path: str) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=b'{"messages":[]}' if "chat" in path else None)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                assert reply.headers["Access-Control-Allow-Origin"] == "null"
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code

    async def run() -> dict[str, int]:
        async with gate(MemoryLedger()) as made:
            await made.ask(question(local(weights), schema=BOUNDED))
            (host,) = hosts()
            (port,) = {connection.laddr.port for connection in host.net_connections("inet") if connection.status == "LISTEN"}
            assert all(connection.laddr.ip == "127.0.0.1" for connection in host.net_connections("inet"))
            paths = ("/v1/chat/completions", "/slots", "/metrics", "/props", "/v1/models", "/")
            return {path: await asyncio.to_thread(status, port, path) for path in paths}

    found = asyncio.run(run())
    assert {path: code for path, code in found.items() if code == 200 and path not in ("/v1/models", "/")} == {}
    assert found["/v1/chat/completions"] == 401
