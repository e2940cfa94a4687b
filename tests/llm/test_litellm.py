"""Models that are asked through LiteLLM: its real request path, against servers on real sockets. Importing it takes seconds, so all share one."""

from __future__ import annotations

import asyncio
import base64
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from asking import keys_in, question
from bedrock import ENVIRON, Asked, Bedrock, refused, said
from memory_ledger import MemoryLedger
from provided import PNG, Files

from rowsmith.core.calls import Answer, Ask
from rowsmith.core.errors import Invalid, RowFailed, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.llm.batch import Job
from rowsmith.llm.batch.talk import Refused, Talk
from rowsmith.llm.gate import Gate
from rowsmith.llm.local.weights import WeightFiles
from rowsmith.llm.providers.litellm import PROVIDER
from rowsmith.llm.wire import Lost, NotSent
from rowsmith.testing import ModelServer, Request

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
CANARY = "sk-canary-of-the-environment"
NOVA = "litellm/bedrock/us.amazon.nova-lite-v1:0"
FILES = Files()


class Asking:
    """One gate, and so one host, for all tests of this file, on a loop of its own."""

    def __init__(self, **environ: str) -> None:
        self.ledger = MemoryLedger()
        self.keys: dict[str, str] = {}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.gate = self.run(self._made(environ))

    async def _made(self, environ: dict[str, str]) -> Gate:
        return Gate(self.ledger, keys=keys_in(self.keys), environ={**ENVIRON, **environ}, backoff_s=0.005, attachments=FILES)

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(300)

    def outcomes(self, *asks: Ask) -> list[Any]:
        async def all_of() -> list[Any]:
            return await asyncio.gather(*(self.gate.ask(ask) for ask in asks), return_exceptions=True)

        found: list[Any] = self.run(all_of())
        return found

    def __call__(self, model: Model, text: str = "Ask about Paris.", **more: Any) -> Any:
        """The answer or the error to one question."""
        return self.outcomes(question(model, text, **more))[0]

    async def talk(self, model: Model) -> Talk:
        """What is said about the model's batches."""
        parts: list[Any] = []
        self.gate.batch(lambda *given: parts.extend(given))  # type: ignore[func-returns-value]
        _, forms, wire = parts
        return Talk(wire, await forms.of(model, None), backoff_s=0.001)

    async def looked(self, model: Model, api: Any) -> Any:
        return await api.look(await self.talk(model), "any")

    def close(self) -> None:
        self.run(self.gate.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Trap:
    """A proxy for https that counts who comes: LiteLLM must want nothing from the world besides the answer."""

    def __enter__(self) -> Trap:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.came = 0
        self.thread = threading.Thread(target=self._count)
        self.thread.start()
        return self

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.came += 1
            connection.close()

    def __exit__(self, *error: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What LiteLLM knows is kept in a folder of these tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROWSMITH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    with Trap() as trap:
        yield trap


@pytest.fixture(scope="module")
def asking(trap: Trap) -> Iterator[Asking]:
    keys = {"OPENAI_API_KEY": CANARY, "DEEPSEEK_API_KEY": CANARY, "AWS_BEARER_TOKEN_BEDROCK": CANARY}
    asking = Asking(https_proxy=f"http://127.0.0.1:{trap.socket.getsockname()[1]}", no_proxy="127.0.0.1", **keys)
    yield asking
    asking.close()
    assert not [child for child in psutil.Process().children() if "rowsmith.llm.hosts.litellm" in child.cmdline()]


def nova(bedrock: Bedrock, **settings: Any) -> Model:
    return Model(**{"model": NOVA, "base_url": bedrock.url, "max_tokens": 50, "reasks": 0, "retries": 2, **settings})


# -- Amazon Nova on Bedrock -----------------------------------------------------------------------------------------------------------------


def test_a_text_its_usage_and_its_cost(asking: Asking) -> None:
    with Bedrock() as bedrock:
        answer = asking(nova(bedrock), schema=None)
    assert isinstance(answer, Answer), answer
    assert (answer.value, answer.usage.tokens_in, answer.usage.tokens_out) == ("hello", 11, 3)
    (asked,) = bedrock.asked
    assert asked.wrong == ""
    assert asked.model == "us.amazon.nova-lite-v1%3A0"
    assert asked.body == {"messages": [{"role": "user", "content": [{"text": "Ask about Paris."}]}], "inferenceConfig": {"maxTokens": 50}}
    assert asking.ledger.spends[-1].cost == 11 * 60_000 + 3 * 240_000  # USD 0.06 and 0.24 a million, by LiteLLM's table


def test_the_stored_answer_is_read_without_the_library(asking: Asking) -> None:
    assert "litellm" not in sys.modules
    raw, usage = list(asking.ledger.answers.values())[-1]
    assert orjson.loads(raw)["object"] == "chat.completion"
    assert PROVIDER.read(raw).usage == usage


@pytest.mark.parametrize(("way", "tool"), [("auto", "json_tool_call"), ("schema", "json_tool_call"), ("tools", "Pair")])
def test_structured_answers_come_by_a_tool(asking: Asking, way: str, tool: str) -> None:
    def say(asked: Asked) -> Any:
        name = asked.body["toolConfig"]["tools"][0]["toolSpec"]["name"]
        assert asked.body["toolConfig"]["toolChoice"] == {"tool": {"name": name}} == {"tool": {"name": tool}}
        return said({"toolUse": {"toolUseId": "t", "name": name, "input": {"input": "q", "answer": "a"}}}, stop="tool_use")

    with Bedrock(say) as bedrock:
        answer = asking(nova(bedrock, answers=way))
    assert isinstance(answer, Answer), answer
    assert answer.value == {"input": "q", "answer": "a"}


def test_instructions_alone_and_what_is_around_the_answer(asking: Asking) -> None:
    with Bedrock(lambda asked: said({"text": 'Here it is:\n```json\n{"input": "q", "answer": "a"}\n```'})) as bedrock:
        answer = asking(nova(bedrock, answers="json"))
    assert isinstance(answer, Answer), answer
    assert answer.value == {"input": "q", "answer": "a"}
    assert "JSON Schema" in bedrock.asked[0].body["system"][0]["text"]


def looking(model: Model, part: dict[str, Any]) -> Ask:
    return replace(question(model, schema=None), messages=[{"role": "user", "content": [{"type": "text", "text": "What is it?"}, part]}])


def test_an_image_is_sent_in_the_provider_s_form(asking: Asking) -> None:
    with Bedrock() as bedrock:
        (answer,) = asking.outcomes(looking(nova(bedrock), {"type": "image", "file": FILES.put(PNG), "media_type": "image/png"}))
    assert isinstance(answer, Answer), answer
    shown = {"image": {"format": "png", "source": {"bytes": base64.b64encode(PNG).decode()}}}
    assert bedrock.asked[0].body["messages"][0]["content"][1] == shown


def test_nothing_that_a_message_names_is_fetched(asking: Asking) -> None:
    with Bedrock() as bedrock, Bedrock() as elsewhere:
        part = {"type": "image_url", "image_url": {"url": f"{elsewhere.url}/secret.png"}}
        (failed,) = asking.outcomes(looking(nova(bedrock), part))
    assert isinstance(failed, RowFailed), failed
    assert "is not fetched" in failed.what
    assert bedrock.asked == elsewhere.asked == []


def test_every_setting_that_is_given_is_sent(asking: Asking) -> None:
    with Bedrock() as bedrock:
        asking(nova(bedrock, temperature=0.5, top_p=0.9, stop=["END"], token_field="max_completion_tokens", max_tokens=77), schema=None)
        asking(nova(bedrock, extra={"requestMetadata": {"run": "r1"}}), schema=None)
    first, second = (asked.body for asked in bedrock.asked)
    assert first["inferenceConfig"] == {"temperature": 0.5, "topP": 0.9, "stopSequences": ["END"], "maxTokens": 77}
    assert second["requestMetadata"] == {"run": "r1"}


INVALID_TOKEN = "The security token included in the request is invalid."
ERRORS: dict[str, tuple[Any, type[Exception], str, str]] = {
    "validation": (refused(400, "ValidationException", "Malformed input request."), RowFailed, "http_400", "Malformed input request"),
    "context": (refused(400, "ValidationException", "Input is too long for requested model."), RowFailed, "context", "Input is too long"),
    "access": (refused(403, "AccessDeniedException", "You don't have access to the model."), Paused, "key", "You don't have access to the model"),
    "key": (refused(403, "UnrecognizedClientException", INVALID_TOKEN), Paused, "key", INVALID_TOKEN),
    "model": (refused(404, "ResourceNotFoundException", "No such model."), Paused, "model", "No such model"),
    "filter": (said({"text": "Sorry."}, stop="content_filtered"), RowFailed, "refusal", "Sorry."),
    "guardrail": (said({"text": "No."}, stop="guardrail_intervened"), RowFailed, "refusal", "No."),
    "cut": (said({"text": "Once upon"}, stop="max_tokens", out=50), RowFailed, "cut", "max_tokens = 50"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_that_end_a_question(asking: Asking, name: str) -> None:
    reply, kind, reason, words = ERRORS[name]
    with Bedrock(lambda asked: reply) as bedrock:
        failed = asking(nova(bedrock), schema=None)
    assert isinstance(failed, kind), failed
    assert (failed.reason, len(bedrock.asked)) == (reason, 1)
    assert words in failed.what
    fixes = {"key": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", "access": "Let these credentials use bedrock/us.amazon.nova-lite-v1:0"}
    assert name not in fixes or failed.fix.startswith(fixes[name])


AGAIN: dict[str, tuple[Any, str, int]] = {
    "throttled": (refused(429, "ThrottlingException", "Too many requests.", Retry_After="0.2"), "settled", 1),
    "unavailable": (refused(503, "ServiceUnavailableException", "Try again."), "settled", 1),
    "internal": (refused(500, "InternalServerException", "Oops."), "settled", 1),
    "model error": (refused(424, "ModelErrorException", "The model failed."), "settled", 1),
    "model timeout": (refused(408, "ModelTimeoutException", "Too slow."), "maybe_billed", 2),
    "garbled": ((200, {}, {"what": "is this"}), "maybe_billed", 2),
    "no json": ((200, {}, b"<html>"), "maybe_billed", 2),
}


@pytest.mark.parametrize("name", AGAIN)
def test_errors_after_which_it_is_asked_again_by_the_gate_alone(asking: Asking, name: str) -> None:
    reply, outcome, attempts = AGAIN[name]
    replies = [said({"text": "first"}), reply, said({"text": "good"})]
    with Bedrock(lambda asked: replies[len(bedrock.asked) - 1]) as bedrock:
        assert asking(nova(bedrock), schema=None).value == "first"
        spends, begun = len(asking.ledger.spends), time.monotonic()
        answer = asking(nova(bedrock), "Another question.", number=1, schema=None)
    assert isinstance(answer, Answer), answer
    assert (answer.value, len(bedrock.asked)) == ("good", 3)
    assert [spend.outcome for spend in asking.ledger.spends[spends:]] == [outcome, "settled"][-attempts:]
    assert time.monotonic() - begun >= 0.2 or name != "throttled"


def test_a_server_that_is_not_there(asking: Asking) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    failed = asking(Model(model=NOVA, base_url=address, max_tokens=9))
    assert isinstance(failed, Paused), failed
    assert failed.reason == "unreachable"
    assert asking.ledger.spends[-1].outcome == "released"


@pytest.mark.parametrize("address", ["http://169.254.169.254/v1", "http://[fd00:ec2::254]", "http://0.0.0.0:8080"])
def test_addresses_that_nothing_is_sent_to(asking: Asking, address: str) -> None:
    failed = asking(Model(model="litellm/deepseek/deepseek-chat", base_url=address, api_key_env=""))
    assert isinstance(failed, Paused), failed
    assert (failed.reason, failed.fix) == ("address", "Correct base_url.")
    assert asking.ledger.spends[-1].outcome == "released"


def test_deadlines_cut_a_question_off_and_the_provider_hears_no_more_of_it(asking: Asking) -> None:
    going = threading.Event()

    def say(asked: Asked) -> Any:
        going.wait(20)
        return said({"text": "late"})

    with Bedrock(say) as bedrock:
        begun = time.monotonic()
        failed = asking(nova(bedrock, first_byte_s=0.5, retries=0), schema=None)
        seconds = time.monotonic() - begun
        going.set()
    assert isinstance(failed, RowFailed), failed
    assert (failed.reason, failed.what) == ("timeout", "no headers within first_byte_s = 0.5 s")
    assert seconds < 10
    assert (asking.ledger.spends[-1].outcome, len(bedrock.asked)) == ("maybe_billed", 1)


def test_many_at_once_and_no_more_than_that(asking: Asking) -> None:
    now, most, lock = 0, 0, threading.Lock()

    def say(asked: Asked) -> Any:
        nonlocal now, most
        with lock:
            now, most = now + 1, max(most, now + 1)
        time.sleep(0.05)
        with lock:
            now -= 1
        return said({"text": "x"})

    with Bedrock(say) as bedrock:
        model = nova(bedrock, concurrency=5)
        answers = asking.outcomes(*(question(model, f"Question {n}", number=n, schema=None) for n in range(30)))
    assert all(isinstance(answer, Answer) for answer in answers)
    assert 2 <= most <= 5


# -- other providers ------------------------------------------------------------------------------------------------------------------------


def test_the_key_is_sent_to_the_address_and_stored_nowhere(asking: Asking) -> None:
    seen: list[Request] = []

    def reply(request: Request) -> Any:
        seen.append(request)
        return {"input": "q", "answer": "a"}

    with ModelServer(reply, api_key="sk-canary-0123456789") as server:
        asking.keys["MISTRAL_API_KEY"] = "sk-canary-0123456789"
        answer = asking(Model(model="litellm/mistral/mistral-small-latest", base_url=server.url, seed=7, max_tokens=64))
        assert isinstance(answer, Answer), answer
        assert (seen[0].data["model"], seen[0].data["random_seed"], seen[0].data["max_tokens"]) == ("mistral-small-latest", 7, 64)
        asking.keys["OWN"] = "sk-wrong-9876543210"
        failed = asking(Model(model="litellm/mistral/mistral-small-latest", base_url=server.url, api_key_env="OWN"))
    assert isinstance(failed, Paused), failed
    assert failed.reason == "key"
    assert "sk-wrong" not in failed.what + failed.fix
    assert "canary" not in repr(asking.ledger)


def test_a_key_that_is_not_for_an_address_is_not_found_by_the_library_either(asking: Asking) -> None:
    """LiteLLM looks for keys by itself, and would send what it finds wherever a recipe says. Its environment holds none."""
    seen: list[Request] = []

    def reply(request: Request) -> Any:
        seen.append(request)
        return {"input": "q", "answer": "a"}

    with ModelServer(reply) as server:
        asking(Model(model="litellm/openai/gpt-4o-mini", base_url=server.url, api_key_env=""))
        asking(Model(model="litellm/deepseek/deepseek-chat", base_url=server.url, api_key_env=""))
    assert all(CANARY not in "".join(request.headers.values()) for request in seen)
    (host,) = [child for child in psutil.Process().children() if "rowsmith.llm.hosts.litellm" in child.cmdline()]
    assert CANARY not in "".join(host.environ().values())
    assert host.environ()["AWS_SECRET_ACCESS_KEY"]


@pytest.mark.parametrize("name", ["bedrock/x", "bedrock_converse/x", "vertex_ai/gemini", "sagemaker_chat/x"])
def test_a_cloud_s_credentials_go_to_that_cloud_alone(name: str) -> None:
    def refused_at(address: str, **more: Any) -> bool:
        return "base_url" in PROVIDER.refuses(Model(model=f"litellm/{name}", base_url=address, **more))

    own = "https://x.googleapis.com/v1" if "vertex" in name else "https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com"
    assert not refused_at(own)
    assert not refused_at("http://127.0.0.1:8080")
    for address in ("https://example.com", "https://evilamazonaws.com", "https://amazonaws.com.evil.example", "https://googleapis.com.evil.example"):
        assert refused_at(address)
    assert not refused_at("https://example.com", api_key_env="MINE")


@pytest.mark.parametrize(
    ("name", "variable"),
    [("groq/x", "GROQ_API_KEY"), ("together_ai/x", "TOGETHERAI_API_KEY"), ("fireworks_ai/x", "FIREWORKS_AI_API_KEY"), ("bedrock/x", ""),
     ("nvidia_nim/a/b", "NVIDIA_NIM_API_KEY"), ("vertex_ai/x", "")],
)  # fmt: skip
def test_the_variable_of_the_key(name: str, variable: str) -> None:
    model = Model(model=f"litellm/{name}")
    assert (PROVIDER.key_name(model), PROVIDER.needs_key(model)) == (variable, bool(variable))


def test_credentials_that_are_missing_are_told(tmp_path: Path) -> None:
    """By Amazon's own rules: environment, files, the machine's role. None of them is there."""
    without = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    alone = Asking(**without)
    try:
        with Bedrock() as bedrock:
            failed = alone(nova(bedrock))
    finally:
        alone.close()
    assert isinstance(failed, Paused), failed
    assert (failed.reason, bedrock.asked) == ("key", [])
    assert "Unable to locate credentials" in failed.what
    assert failed.fix.startswith("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")


# -- before anything is sent ----------------------------------------------------------------------------------------------------------------


def checked(**settings: Any) -> None:
    PROVIDER.check(Model(**{"model": NOVA, **settings}), WeightFiles(Path(), Path()))


def test_settings_that_the_provider_does_not_take_are_refused() -> None:
    checked(temperature=1, top_p=0.5, stop=["x"], answers="tools", token_field="max_completion_tokens")
    refusals: dict[str, Any] = {"seed": 1, "frequency_penalty": 1, "presence_penalty": 1, "reasoning_effort": "low"}
    for name, value in refusals.items():
        with pytest.raises(Invalid, match=f"takes no {name}, which the setting {name} asks for"):
            checked(**{name: value})
    with pytest.raises(Invalid, match=r"takes no response_format, which the setting answers asks for"):
        checked(model="litellm/bedrock/cohere.command-text-v14", answers="schema")


def test_names_that_litellm_does_not_know() -> None:
    with pytest.raises(Invalid, match="LiteLLM knows no provider of 'nobody/x'"):
        checked(model="litellm/nobody/x")
    for name in ("litellm/gpt-4o", "litellm/", "litellm//x", "litellm/a b/c"):
        with pytest.raises(Invalid, match="names no provider of LiteLLM's"):
            PROVIDER.url(Model(model=name))


@pytest.mark.parametrize("name", ["api_key", "api_base", "num_retries", "fallbacks", "mock_response", "stream", "drop_params", "callbacks"])
def test_extra_takes_nothing_that_is_the_gate_s_business(name: str) -> None:
    with pytest.raises(Invalid, match=name):
        PROVIDER.body(Model(model=NOVA, extra={name: 1}), None, "json")


@pytest.mark.parametrize("name", ["aws_secret_access_key", "aws_access_key_id", "azure_ad_token", "vertex_credentials", "password"])
def test_extra_holds_no_secret(name: str) -> None:
    with pytest.raises(Invalid, match="a recipe is no place for secrets"):
        PROVIDER.body(Model(model=NOVA, extra={name: "x"}), None, "json")
    assert PROVIDER.body(Model(model=NOVA, extra={"aws_region_name": "eu-west-1"}), None, "json")([])["aws_region_name"] == "eu-west-1"


def test_without_the_extra_it_is_told_how_to_install_it() -> None:
    with without("litellm"), pytest.raises(Unavailable) as missing:
        checked()
    assert missing.value.fix == "Install it with: pip install 'rowsmith[litellm]'"


@contextmanager
def without(name: str) -> Iterator[None]:
    """As if the package were not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, name, None)
        yield


def test_it_wants_nothing_else_from_the_world(asking: Asking, trap: Trap) -> None:
    """After all these questions: no price table, no telemetry, no update was asked for."""
    with Bedrock() as bedrock:
        assert isinstance(asking(nova(bedrock), schema=None), Answer)
    assert trap.came == 0


# -- batches --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [None, "v1"])
def test_a_batch_from_the_file_to_its_results(asking: Asking, tmp_path: Path, version: str | None) -> None:
    """Azure's, through LiteLLM: created once, found again by its metadata, looked at, fetched, cancelled, and not found."""
    asking.keys["AZURE_API_KEY"] = "azure-key-of-length"
    with ModelServer(batch_s=0.2, api_key="azure-key-of-length") as server:
        base = server.url.replace("/v1", "/openai/v1" if version else "")
        model = Model(model="litellm/azure/m", base_url=base, api_key_env="AZURE_API_KEY", extra={"api_version": version or "2024-10-21"})
        api = PROVIDER.batch(model)
        assert api is not None
        path = tmp_path / "requests"
        asked = {"model": "azure/m", "max_tokens": 9, "api_version": "v1"}
        bodies = [orjson.dumps({**asked, "messages": [{"role": "user", "content": f"{n}"}]}) for n in range(3)]
        path.write_bytes(b"".join(api.line(f"{n:032x}", body) for n, body in enumerate(bodies)))
        job = Job("t" * 32, model, path, 3, path.stat().st_size, time.time())

        async def story() -> None:
            talk = await asking.talk(model)
            assert await api.find(talk, job) is None
            batch = await api.create(talk, job, await api.upload(talk, job))
            again = await api.find(talk, job)
            assert again is not None
            assert (batch.state, again.state, again.id) == ("running", "running", batch.id)  # how much is done may have grown
            while (batch := await api.look(talk, batch.id)).state == "running":
                await asyncio.sleep(0.05)
            assert (batch.state, batch.done, batch.reason) == ("ended", 3, "completed")
            got = bytearray()
            for address in api.addresses(batch, model):
                await talk.fetch(address, got.extend)
            found = [api.result(line) for line in bytes(got).splitlines()]
            assert sorted(result.key for result in found) == [f"{n:032x}" for n in range(3)]
            assert {PROVIDER.read(result.raw).finish for result in found} <= {"stop", "length"}
            server.change(batch_s=60.0)
            other = await api.create(talk, job, await api.upload(talk, job))
            await api.cancel(talk, other.id)
            assert (await api.look(talk, other.id)).state in ("ending", "ended")
            with pytest.raises(Refused) as refused:
                await api.look(talk, "nothing")
            assert (refused.value.status, refused.value.passing) == (404, False)
            server.change(batch_creations=["ok", "ok", "500", "lost"])
            for wrong in (Refused, Lost):
                with pytest.raises(wrong):
                    await api.create(talk, job, await api.upload(talk, job))
            assert len(server.batches()) == 3, "nothing is sent again on the way"

        asking.run(story())
    with pytest.raises(NotSent):
        asking.run(asking.looked(model, api))


def test_who_has_batches_through_it() -> None:
    assert [PROVIDER.batch(Model(model=f"litellm/{name}")) is not None for name in ("azure/m", "bedrock/m", "vertex_ai/m", "cohere/m")] == [
        True, False, False, False,
    ]  # fmt: skip
