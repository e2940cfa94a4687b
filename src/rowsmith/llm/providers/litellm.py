"""Every other provider, through LiteLLM: `litellm/bedrock/us.amazon.nova-lite-v1:0`, `litellm/cohere/command-r-plus` ...

LiteLLM translates, in a process of ours (`llm.hosts`): importing it takes seconds, and a call several milliseconds of processor, neither
of which the loop that carries all calls can spare.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from subprocess import PIPE, Popen
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlunsplit

import orjson

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.folders import cache_folder
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.weights import Weights
from rowsmith.llm.deadlines import Deadlines
from rowsmith.llm.hosts.host import Host
from rowsmith.llm.hosts.serve import OUTCOME
from rowsmith.llm.origin import is_loopback
from rowsmith.llm.profile import NAMES, Profile
from rowsmith.llm.providers import PLAIN, Lent, Way, Write
from rowsmith.llm.providers._address import address, origin
from rowsmith.llm.providers.openai import ANYTHING, ChatCompletions
from rowsmith.llm.record import Record
from rowsmith.llm.verdict import message_of
from rowsmith.llm.wire import Lost, NotSent, Parts

if TYPE_CHECKING:
    from yarl import URL

    from rowsmith.llm.batch import BatchApi
    from rowsmith.llm.deadlines import Attempt

Exchange = tuple[int, Mapping[str, str], bytes]

PROGRAM = "rowsmith.llm.hosts.litellm"
OWN = {
    "api_key", "api_base", "base_url", "timeout", "request_timeout", "num_retries", "max_retries", "fallbacks", "context_window_fallback_dict",
    "drop_params", "additional_drop_params", "allowed_openai_params", "mock_response", "mock_timeout", "mock_tool_calls", "model_list", "callbacks",
    "success_callback", "failure_callback", "logger_fn", "metadata", "caching", "cache", "stream", "custom_llm_provider", "client", "shared_session",
}  # fmt: skip
"""What acompletion takes besides the request: it has a setting, or is the gate's business. Not taken from `extra`."""
SECRET = re.compile(r"(^|_)(secret|password|credentials?|api_key|access_key|access_key_id|[a-z_]*token)(_|$)")
KEY_ENV = {
    "together_ai": "TOGETHERAI_API_KEY", "perplexity": "PERPLEXITYAI_API_KEY", "watsonx": "WATSONX_APIKEY", "cohere_chat": "COHERE_API_KEY",
    "azure_ai": "AZURE_AI_API_KEY", "codestral": "CODESTRAL_API_KEY", "text-completion-openai": "OPENAI_API_KEY",
}  # fmt: skip
"""Environment variables of keys that are not called PROVIDER_API_KEY."""
KEYLESS = {
    "bedrock", "bedrock_converse", "sagemaker", "sagemaker_chat", "vertex_ai", "vertex_ai_beta", "ollama", "ollama_chat", "hosted_vllm", "lm_studio",
    "llamafile", "xinference", "triton", "petals", "oobabooga", "custom", "github_copilot", "oci", "docker_model_runner",
}  # fmt: skip
"""Providers that go by something else than a key: credentials of a cloud, which LiteLLM finds by that cloud's own rules, or none at all."""
CLOUDS_OWN = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SHARED_CREDENTIALS_FILE",
              "AWS_CONTAINER_CREDENTIALS", "AWS_CONTAINER_AUTHORIZATION", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH")  # fmt: skip
"""Environment variables of clouds' credentials, by their beginnings: LiteLLM gets these and no key."""
AWS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, and AWS_REGION, and go on."
GOOGLE = "Set GOOGLE_APPLICATION_CREDENTIALS to a key file, or log in with gcloud auth application-default login, and go on."
CLOUDS: dict[str, tuple[tuple[str, ...], str]] = {
    "bedrock": ((".amazonaws.com", ".amazonaws.com.cn"), AWS), "sagemaker": ((".amazonaws.com", ".amazonaws.com.cn"), AWS),
    "vertex_ai": ((".googleapis.com",), GOOGLE), "oci": ((".oraclecloud.com",), "Set up the OCI configuration file and go on."),
}  # fmt: skip
"""Clouds, by the beginning of LiteLLM's name of the provider: the domains that their credentials may be sent to, and how they are given."""
EXAMPLE = "Write it like litellm/bedrock/us.amazon.nova-lite-v1:0."
INSTALL = "Install it with: pip install 'rowsmith[litellm]'"


class LiteLLM(ChatCompletions):
    """The provider `litellm`. The rest of a model's name is LiteLLM's own: provider/name."""

    settings: frozenset[str] = frozenset()

    def models_url(self, model: Model) -> str:
        return ""  # LiteLLM knows many providers, and lists nobody's models

    def __init__(self) -> None:
        super().__init__(Profile(name="litellm", title="LiteLLM", key_env="", needs_key=False, takes=ANYTHING))

    def url(self, model: Model) -> str:
        return urlunsplit(address(model.base_url)) if model.base_url else f"litellm://{_target(model)}"

    def profile(self, model: Model) -> str:
        return f"litellm:{_target(model)}" + (f" at {origin(address(model.base_url))}" if model.base_url else "")

    def key_name(self, model: Model) -> str:
        target = _target(model)
        return "" if target in KEYLESS else KEY_ENV.get(target, f"{re.sub('[^A-Z0-9]', '_', target.upper())}_API_KEY")

    def needs_key(self, model: Model) -> bool:
        return model.base_url is None and bool(self.key_name(model))

    def headers(self, model: Model, key: str) -> dict[str, str]:
        told = {"X-Key": key, "X-Base": self.url(model) if model.base_url else "", "X-Timeout": f"{Deadlines.of(model).total:g}"}
        return {**PLAIN, **{name: value for name, value in told.items() if value}}

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        at = address(model.base_url) if model.base_url and not model.api_key_env else None
        if at is None or (cloud := _cloud(model)) is None or is_loopback(origin(at)) or (at.hostname or "").endswith(cloud[0]):
            return super().refuses(model)
        what = f"{model.name} is asked with a cloud's credentials, and the base_url is none of that cloud's addresses."
        return {**super().refuses(model), "base_url": Invalid(what, f"Leave it out, or name one that ends in {cloud[0][0]}.")}

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        if taken := sorted(OWN & model.extra.keys()):
            raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Use the setting for it; extra is for fields that have none.")
        if secret := sorted(name for name in model.extra if SECRET.search(name)):
            raise Invalid(f"The model's extra holds {', '.join(secret)}, and a recipe is no place for secrets.", "Put it into the environment.")
        return super().body(model, schema, way)

    def batch(self, model: Model) -> BatchApi | None:
        from rowsmith.llm.batch.litellm import PROVIDERS, LiteLLMBatches

        return LiteLLMBatches() if _target(model) in PROVIDERS else None

    # -- as a carrier -------------------------------------------------------------------------------------------------------------------

    def check(self, model: Model, weights: Weights) -> None:
        """See Carrier. Settings that the provider does not take are refused, by what LiteLLM knows of it without asking anybody."""
        if find_spec("litellm") is None:
            raise Unavailable("Models called litellm/... are asked through LiteLLM, which is not installed.", INSTALL)
        facts = _facts(model.name)
        if "unknown" in facts:
            raise Invalid(f"LiteLLM knows no provider of {model.name!r}. {facts['unknown']}", EXAMPLE)
        for setting, parameter in _needed(model).items():
            if parameter not in facts["parameters"]:
                what = f"{model.name} takes no {parameter}, which the setting {setting} asks for."
                raise Invalid(what, f"Leave {setting} out, or set it otherwise. It takes: {', '.join(facts['parameters'])}.")

    def named(self, model: Model, lent: Lent) -> str:
        return self.profile(model)

    def sender(self, model: Model, lent: Lent) -> Translated:
        return Translated(model, lent)


class Translated:
    """Carries questions to one model by way of LiteLLM. All of them share one host."""

    def __init__(self, model: Model, lent: Lent) -> None:
        self._model, self._lent = model, lent
        self._answered = False

    async def post(self, attempt: Attempt, url: URL, headers: Mapping[str, str], body: bytes) -> Exchange:
        """See Sender. Neither the host's start nor LiteLLM's import counts against the deadlines."""
        return await self._told(headers, "", lambda at, sent: self._lent.wire.post(attempt, at, sent, body))

    async def send(self, attempt: Attempt, method: str, url: URL, headers: Mapping[str, str], body: bytes | Parts = b"") -> Exchange:
        """See llm.batch.talk.Way."""
        return await self._told(headers, _about(url), lambda at, sent: self._lent.wire.send(attempt, method, at, sent, body))

    async def fetch(self, attempt: Attempt, url: URL, headers: Mapping[str, str], sink: Callable[[bytes], None]) -> Exchange:
        """See llm.batch.talk.Way."""
        return await self._told(headers, _about(url), lambda at, sent: self._lent.wire.fetch(attempt, at, sent, sink))

    async def _told(self, headers: Mapping[str, str], about: str, ask: Callable[[URL, dict[str, str]], Awaitable[Exchange]]) -> Exchange:
        from yarl import URL

        host = self._lent.hosts.of("litellm", self._host)
        at = URL(await host.address() + about)
        sent = {**headers, "Authorization": f"Bearer {host.token}", "Connection": "close", "X-Provider": _target(self._model)}
        if version := self._model.extra.get("api_version"):
            sent["X-Version"] = str(version)
        status, heads, raw = await ask(at, sent)
        host.worked()
        if status == 200:
            self._answered = True
        else:
            self._check(status, heads.get(OUTCOME, ""), raw, message_of(raw, headers.get("X-Key", "")))
        return status, heads, raw

    def _host(self) -> Host:
        return Host(PROGRAM, {}, title="LiteLLM", environ=self._lent.environ, note=self._lent.note, credentials=CLOUDS_OWN)

    def _check(self, status: int, outcome: str, raw: bytes, said: str) -> None:
        """Raise what stands behind a reply that stands in for one, or what pauses the run whatever the question was."""
        if outcome == "not sent":
            raise NotSent(said)
        if outcome == "address":
            raise Paused("address", f"No model can be asked there: {said}", "Correct base_url.")
        if outcome:
            raise Lost(outcome, said)
        if b'"unsupported_parameter"' in raw[-200:]:
            what = f"{self._model.name} does not take all settings: {said}"
            raise Paused("refused", what, "Set them otherwise (answers: try tools or json), and go on.")
        if (cloud := _cloud(self._model)) and status in (401, 403) and not self._answered:
            other = f"Let these credentials use {self._model.name} (in the provider's console), or set others, and go on."
            raise Paused("key", f"{self._model.name} cannot be asked: {said}", cloud[1] if status == 401 else other)


def _about(url: URL) -> str:
    """The part of an address that asks about batches or files."""
    found = re.search(r"/(?:files|batches)(?:/[^/]+(?:/[a-z]+)?)?$", url.path)
    assert found is not None
    return found[0] + (f"?{url.query_string}" if url.query_string else "")


def _target(model: Model) -> str:
    """LiteLLM's name of the provider."""
    target, slash, name = model.name.partition("/")
    if not slash or not name or not re.fullmatch(r"[a-z0-9_.-]+", target):
        raise Invalid(f"{model.model!r} names no provider of LiteLLM's.", EXAMPLE)
    return target


def _cloud(model: Model) -> tuple[tuple[str, ...], str] | None:
    """The cloud whose credentials the model is asked with: its domains, and how they are given."""
    return next((cloud for name, cloud in CLOUDS.items() if _target(model).startswith(name)), None)


def _needed(model: Model) -> dict[str, str]:
    """The parameters that the provider has to take, by the setting that asks for them."""
    needed: dict[str, str] = {name: name for name in (*NAMES, "reasoning_effort") if getattr(model, name) is not None}
    if model.answers in (ways := {"schema": "response_format", "object": "response_format", "tools": "tools"}):
        needed["answers"] = ways[model.answers]
    return {**needed, "token_field": model.token_field or "max_tokens"}


@cache
def _facts(name: str) -> dict[str, Any]:
    """What the installed LiteLLM knows of a model: `provider` and `parameters`, or `unknown` with the reason. Kept, as it takes seconds to ask."""
    record = Record(cache_folder(os.environ) / f"litellm-{version('litellm')}.json")
    facts: dict[str, Any] | None = record.known().get(name)
    if facts is None:
        facts = _asked(name)
        record.keep(name, facts)
    return facts


def _asked(name: str) -> dict[str, Any]:
    with TemporaryFile() as log, Popen([sys.executable, "-P", "-m", PROGRAM], stdin=PIPE, stdout=PIPE, stderr=log) as asked:
        assert asked.stdin is not None and asked.stdout is not None
        asked.stdin.write(orjson.dumps({"facts": name}) + b"\n")
        asked.stdin.flush()
        line = asked.stdout.readline()
        asked.kill()
        log.seek(0)
        words = log.read().decode("utf-8", "replace").strip().splitlines()[-1:]
    said = orjson.loads(line) if line else {}
    if "facts" not in said:
        raise Unavailable(said.get("what", " ".join(["LiteLLM ended.", *words])), said.get("fix", "Install it anew, or use another provider."))
    facts: dict[str, Any] = said["facts"]
    return facts


PROVIDER = LiteLLM()
