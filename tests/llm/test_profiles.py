"""Profiles: data that changes what is sent, read with clear errors. A field without a case here fails the first test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from asking import QA, ask, http, keys_in, outcomes, outcomes_of, question
from memory_ledger import MemoryLedger
from provided import KEY, provided

from rowsmith import content
from rowsmith.core.errors import Invalid, NotFound, RowFailed
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.engine.offline import AnyKey
from rowsmith.llm.form import Form, Server
from rowsmith.llm.keys import key_of
from rowsmith.llm.profile import Profile, read_profile
from rowsmith.llm.providers import built_in
from rowsmith.llm.providers.openai import OpenAI
from rowsmith.testing import Reply

ASKED = [{"role": "user", "content": "Hello"}]
PART = {"type": "image", "file": "0" * 64, "media_type": "image/png"}


def a_provider(environ: dict[str, str] | None = None, **fields: Any) -> OpenAI:
    return OpenAI(Profile(**{"name": "acme", "key_env": "ACME_KEY", "base_url": "http://acme.test/v1", **fields}), environ or {})


def sent(provider: OpenAI, schema: Any = None, messages: Any = None, **settings: Any) -> dict[str, Any]:
    model = Model(**{"model": "acme/m", **settings})
    return dict(Form(model, schema, provider, Server("http://acme.test"), AnyKey()).write(messages or ASKED))


def refused(provider: OpenAI, **settings: Any) -> list[str]:
    return list(provider.refuses(Model(**{"model": "acme/m", **settings})))


def url(provider: OpenAI, **settings: Any) -> str:
    return provider.url(Model(**{"model": "acme/m", **settings}))


# -- what each field does -----------------------------------------------------------------------------------------------------------------


def about() -> None:
    text = content.profile("groq")
    made = read_profile(text, "groq", "groq.yaml")
    assert made.name == "groq"
    assert made.title in refusal_of(OpenAI(made), frequency_penalty=1).what
    assert made.sources
    assert made.checked is not None
    with pytest.raises(Invalid, match="speaks"):
        read_profile("key_env: K\nspeaks: smoke-signals\n", "acme", "acme.yaml")
    with pytest.raises(Invalid, match="its name is 'other', and its file's is 'acme'"):
        read_profile("key_env: K\nname: other\n", "acme", "acme.yaml")


def refusal_of(provider: OpenAI, **settings: Any) -> Invalid:
    return next(iter(provider.refuses(Model(model="acme/m", **settings)).values()))


def base_url() -> None:
    assert url(a_provider()) == "http://acme.test/v1/chat/completions"
    assert url(a_provider(), base_url="http://proxy/v1") == "http://proxy/v1/chat/completions"
    with pytest.raises(Invalid, match="no address") as caught:
        url(a_provider(base_url=None, base_url_env="ACME_HOST"))
    assert "base_url, or set the environment variable ACME_HOST" in caught.value.fix
    assert a_provider(base_url=None).profile(Model(model="acme/m")) == "acme"


def base_url_env() -> None:
    assert url(a_provider({"ACME_HOST": "10.0.0.5:99"}, base_url_env="ACME_HOST")) == "http://10.0.0.5:99/v1/chat/completions"


def default_only() -> None:
    narrow = {"settings": {}, "most": {}, "answers": ["schema"], "tokens": ["max_completion_tokens"], "takes": {}}
    at_home, elsewhere = a_provider(default_only=True, **narrow), a_provider(**narrow)
    assert refused(at_home, seed=1) == ["seed"]
    assert refused(at_home, seed=1, base_url="http://other/v1") == []
    assert refused(elsewhere, seed=1, base_url="http://other/v1") == ["seed"]
    assert sent(at_home, base_url="http://other/v1")["max_tokens"] == 1024
    assert at_home.needs_key(Model(model="acme/m"))
    assert not at_home.needs_key(Model(model="acme/m", base_url="http://other/v1"))
    with pytest.raises(Invalid, match="default_only needs a base_url"):
        read_profile("key_env: K\ndefault_only: true\n", "acme", "acme.yaml")


def path() -> None:
    assert url(a_provider(path="/api/chat")) == "http://acme.test/v1/api/chat"


def raw() -> None:
    assert url(a_provider(base_url="http://acme.test/v1", raw="/raw"), template="chatml") == "http://acme.test/v1/raw"
    assert "template" in a_provider(base_url="http://acme.test/v1").refuses(Model(model="acme/m", template="chatml"))


def versioned() -> None:
    provider = a_provider(
        {"V": "2"}, base_url="http://acme.test", path="/new/chat", versioned={"query": "version", "env": "V", "path": "/old/{model}/chat"}
    )
    assert url(provider, model="acme/a b") == "http://acme.test/old/a%20b/chat?version=2"
    assert url(provider, base_url="http://h?version=1") == "http://h/old/m/chat?version=1"
    assert url(OpenAI(provider.server, {})) == "http://acme.test/new/chat"
    assert url(OpenAI(provider.server, {}), base_url="http://h/new") == "http://h/new/chat"


def keys() -> None:
    provider = a_provider(key_env="ACME_KEY")
    with pytest.raises(Paused, match="ACME_KEY"):
        key_of(provider, Model(model="acme/m"), keys_in({}))
    assert key_of(a_provider(needs_key=False), Model(model="acme/m"), keys_in({})) is None
    assert provider.headers(Model(model="acme/m"), "k")["Authorization"] == "Bearer k"
    assert a_provider(key_header="api-key", key_prefix="").headers(Model(model="acme/m"), "k")["api-key"] == "k"


def tokens() -> None:
    provider = a_provider(tokens=["max_completion_tokens"])
    assert sent(provider, max_tokens=7)["max_completion_tokens"] == 7
    assert refused(provider, token_field="max_tokens") == ["token_field"]
    assert refused(a_provider(), token_field="max_tokens") == []


def settings() -> None:
    provider = a_provider(settings={"seed": "random_seed"})
    assert sent(provider, seed=5)["random_seed"] == 5
    assert refused(provider, top_p=0.5) == ["top_p"]
    with pytest.raises(Invalid, match="random_seed"):
        sent(provider, extra={"random_seed": 5})


def most() -> None:
    provider = a_provider(most={"temperature": 1.5, "stop": 2})
    assert refused(provider, temperature=1.6, stop=["a", "b", "c"]) == ["temperature", "stop"]
    assert refused(provider, temperature=1.5, stop=["a", "b"]) == []


def effort() -> None:
    provider = a_provider(effort={"low": {"think": {"much": False}}})
    assert sent(provider, reasoning_effort="low")["think"] == {"much": False}
    assert refused(provider, reasoning_effort="high") == ["reasoning_effort"]
    assert refused(a_provider(effort={}), reasoning_effort="low") == ["reasoning_effort"]
    with pytest.raises(Invalid, match="think"):
        sent(provider, reasoning_effort="low", extra={"think": 1})


def thinking_ignores() -> None:
    provider = a_provider(thinking_ignores=["temperature"])
    assert refused(provider, temperature=0.5) == ["temperature"]
    assert refused(provider, temperature=0.5, reasoning_effort="none") == []


def answers() -> None:
    provider = a_provider(answers=["object"])
    assert sent(provider, QA)["response_format"] == {"type": "json_object"}
    assert refused(provider, answers="schema") == ["answers"]
    assert "response_format" not in sent(a_provider(answers=[]), QA)


def models() -> None:
    provider = a_provider(answers=["tools"], models=[{"match": "big-*", "answers": ["schema"]}, {"match": "*", "answers": ["object"]}])
    assert "json_schema" in sent(provider, QA, model="acme/big-one")["response_format"]
    assert sent(provider, QA, model="acme/small")["response_format"] == {"type": "json_object"}


def tool_choice() -> None:
    assert sent(a_provider(), QA, answers="tools")["tool_choice"] == {"type": "function", "function": {"name": "Pair"}}
    assert sent(a_provider(tool_choice="required"), QA, answers="tools")["tool_choice"] == "required"


def tools_while_thinking() -> None:
    provider = a_provider(answers=["tools", "object"], tools_while_thinking=False)
    assert "response_format" in sent(provider, QA)
    assert "tools" in sent(provider, QA, reasoning_effort="none")
    assert "reasoning_effort to none" in refusal_of(provider, answers="tools").fix


def adds() -> None:
    provider = a_provider(adds={"schema": {"provider": {"strict": True}}})
    assert sent(provider, QA)["provider"] == {"strict": True}
    assert sent(provider, QA, extra={"provider": {"only": ["a"]}})["provider"] == {"strict": True, "only": ["a"]}
    assert "provider" not in sent(provider)
    assert "provider" not in sent(provider, QA, answers="tools")


def takes() -> None:
    messages = [{"role": "user", "content": [PART, {**PART, "type": "audio", "media_type": "audio/wav"}]}]
    provider = a_provider(takes={"image": ["image/png"], "audio": ["audio/wav"], "image_tokens": 7, "audio_form": "text"})
    image, audio = sent(provider, messages=messages)["messages"][0]["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert isinstance(audio["input_audio"], str)
    assert provider.image_tokens(Model(model="acme/m")) == 7


def batch() -> None:
    model = Model(model="acme/m")
    assert a_provider().batch(model) is None
    for api in ("openai", "mistral"):
        made = a_provider(batch=api).batch(model)
        assert type(made).__name__.lower() == f"{api}batches"
    assert a_provider(default_only=True).batch(Model(model="acme/m", base_url="http://other/v1")) is not None


def errors() -> None:
    provider = a_provider(errors={"filter": [418, "odd_code", "some words"]})
    shown = [(418, b""), (400, b'{"code": "odd_code"}'), (400, b"has some words")]
    assert [provider.trouble(status, {}, body) for status, body in shown] == ["filter"] * 3
    assert provider.trouble(400, {}, b"other") == "refused"


DOES: dict[str, Callable[[], None]] = {
    **dict.fromkeys(("name", "title", "sources", "checked", "speaks"), about),
    **dict.fromkeys(("key_env", "needs_key", "key_header", "key_prefix"), keys),
    "base_url": base_url, "base_url_env": base_url_env, "default_only": default_only, "path": path, "raw": raw, "versioned": versioned,
    "tokens": tokens,
    "settings": settings, "most": most, "effort": effort, "thinking_ignores": thinking_ignores, "answers": answers, "models": models,
    "tool_choice": tool_choice, "tools_while_thinking": tools_while_thinking, "adds": adds, "batch": batch, "takes": takes, "errors": errors,
}  # fmt: skip


def test_every_field_has_a_case() -> None:
    assert set(DOES) == set(Profile.model_fields)


@pytest.mark.parametrize("field", DOES)
def test_a_field_changes_what_happens(field: str) -> None:
    DOES[field]()


# -- those that ship --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", content.profiles())
def test_a_profile_that_ships_says_where_its_facts_are_from(name: str) -> None:
    made = read_profile(content.profile(name), name, name)
    assert made.title
    assert made.sources
    assert made.checked is not None
    assert made.base_url or made.base_url_env
    assert made.key_env.endswith(("_API_KEY", "_API_TOKEN"))
    assert content.profile(name).startswith("# ")


@pytest.mark.parametrize(
    ("model", "at"),
    [
        ("openai/gpt-4o-mini", "https://api.openai.com/v1/chat/completions"),
        ("ollama/llama3.2", "http://127.0.0.1:11434/v1/chat/completions"),
        ("vllm/Qwen/Qwen3-8B", "http://127.0.0.1:8000/v1/chat/completions"),
        ("llamacpp/any", "http://127.0.0.1:8080/v1/chat/completions"),
        ("lmstudio/qwen3", "http://127.0.0.1:1234/v1/chat/completions"),
        ("openrouter/meta-llama/llama-3.3-70b-instruct", "https://openrouter.ai/api/v1/chat/completions"),
        ("mistral/mistral-small-latest", "https://api.mistral.ai/v1/chat/completions"),
        ("groq/llama-3.3-70b-versatile", "https://api.groq.com/openai/v1/chat/completions"),
        ("deepseek/deepseek-flash", "https://api.deepseek.com/chat/completions"),
        ("together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "https://api.together.ai/v1/chat/completions"),
        ("gemini/gemini-3.5-flash", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"),
    ],
)
def test_each_is_asked_where_it_is(model: str, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    asked = Model(model=model)
    assert built_in(asked.provider).url(asked) == at
    assert sorted({item.partition("/")[0] for item in [model, *content.profiles()]}) == content.profiles()


@pytest.mark.parametrize(
    ("host", "at"),
    [
        ("", "http://127.0.0.1:11434/v1"),
        ("10.1.2.3", "http://10.1.2.3:11434/v1"),
        ("box:8080", "http://box:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:99", "http://127.0.0.1:99/v1"),
        ("[::]:99", "http://[::1]:99/v1"),
        ("::1", "http://[::1]:11434/v1"),
        ("https://box.example.org", "https://box.example.org/v1"),
        ("http://box:1/proxy/v1/", "http://box:1/proxy/v1"),
    ],
)
def test_ollamas_address_is_read_as_ollama_reads_it(host: str, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    ollama, model = built_in("ollama"), Model(model="ollama/llama3.2")
    assert ollama.url(model) == f"{at}/chat/completions"
    assert ollama.profile(model) == "http://127.0.0.1:11434"  # what is stored is found again elsewhere
    assert ollama.url(Model(model="ollama/x", base_url="http://mine/v1")) == "http://mine/v1/chat/completions"


@pytest.mark.parametrize(
    ("endpoint", "version", "at"),
    [
        ("https://r.openai.azure.com/", "", "https://r.openai.azure.com/openai/v1/chat/completions"),
        ("https://r.openai.azure.com/openai/v1/", "", "https://r.openai.azure.com/openai/v1/chat/completions"),
        ("https://r.openai.azure.com", "2024-10-21", "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21"),
        ("https://r.services.ai.azure.com/openai", "preview", "https://r.services.ai.azure.com/openai/deployments/mine/chat/completions?api-version=preview"),
    ],
)
def test_azure_takes_both_of_its_addresses(endpoint: str, version: str, at: str) -> None:
    environ = {"AZURE_OPENAI_ENDPOINT": endpoint, "OPENAI_API_VERSION": version}
    azure = OpenAI(read_profile(content.profile("azure"), "azure", "azure"), environ)
    assert azure.url(Model(model="azure/mine")) == at
    assert azure.headers(Model(model="azure/mine"), "k")["api-key"] == "k"
    with pytest.raises(Invalid, match="Azure OpenAI has no address"):
        OpenAI(azure.server, {}).url(Model(model="azure/mine"))


def test_azure_by_deployment_is_asked_for_real() -> None:
    with provided("azure") as at:
        model = at.model(base_url=f"{at.server.root}?api-version=2024-10-21")
        assert ask(MemoryLedger(), question(model), **at.gate())
        (request,) = at.seen
        assert (request.path, request.query) == ("/openai/deployments/a-model/chat/completions", "api-version=2024-10-21")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("key_env: [", "is not YAML"),
        ("- a", "is not a mapping"),
        ("title: Acme", "key_env: Field required"),
        ("key_env: K\nsettings: {top_k: top_k}", "settings.top_k"),
        ("key_env: K\nanswers: [grammar]", "answers.0"),
        ("key_env: K\nbase_url: acme.test", "is not an http or https address"),
        ("key_env: K\nbase_url: 'http://u:p@acme.test'", "holds a user name"),
        ("key_env: K\nerrors: {broken: [400]}", "errors.broken"),
        ("key_env: K\ntokens: []\nneedskey: no", "needskey: Extra inputs"),
    ],
)
def test_what_is_no_profile_is_told(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=r"acme\.yaml") as caught:
        read_profile(text, "acme", "acme.yaml")
    assert words in str(caught.value)
    assert caught.value.fix


def test_an_unknown_provider_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean 'mistral'") as caught:
        built_in("mistrall")
    assert all(name in caught.value.fix for name in ("anthropic", "groq", "openai/NAME"))


# -- what only one has --------------------------------------------------------------------------------------------------------------------


def test_what_groq_cannot_read_of_an_answer_is_read_here() -> None:
    wrote = '{"input": "a", "answer": "b",}'
    error = {"message": "Failed to generate JSON.", "type": "invalid_request_error", "code": "json_validate_failed", "failed_generation": wrote}
    ledger, groq = MemoryLedger(), built_in("groq")
    replies = [http(orjson.dumps({"error": error}), 400)]
    answer = outcomes_of(replies, ledger, model="groq/m", find=lambda name: groq, environ={groq.key_env: KEY})[0]
    assert getattr(answer, "value", answer) == {"input": "a", "answer": "b"}
    assert ledger.outcomes() == ["settled"]
    assert ledger.spends[0].tokens is None  # its usage is not told: it counts at its reservation


def test_openrouters_errors_within_a_200_are_what_they_say() -> None:
    with provided("openrouter", fault_sequence=["error_body"]) as at:
        ledger = MemoryLedger()
        assert ask(ledger, question(at.model()), **at.gate())
        assert len(at.server.calls) == 2
    assert ledger.outcomes() == ["maybe_billed", "settled"]
    assert len(ledger.answers) == 1


def test_a_server_that_breaks_an_answer_off_gives_none() -> None:
    with provided("deepseek", Reply("Half of an ans", "insufficient_system_resource")) as at:
        ledger = MemoryLedger()
        failed = outcomes(ledger, [question(at.model(retries=1), schema=None)], **at.gate())[0]
        assert len(at.server.calls) == 2
    assert isinstance(failed, RowFailed)
    assert failed.reason == "garbled"
    assert ledger.answers == {}
