"""The host of LiteLLM: a question in OpenAI's form goes to whatever provider LiteLLM knows, by that provider's own protocol.

    python -m rowsmith.llm.hosts.litellm

LiteLLM is used as a translator only. Its retries, fallbacks, caches, callbacks and downloads are off; what is sent again and when is the
gate's business. Nothing of its proxy is touched. Keys come with each question and are kept nowhere.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import orjson

from rowsmith.core.addresses import ANY_LOCAL, AddressRefused
from rowsmith.llm.hosts import life
from rowsmith.llm.hosts.litellm_batches import answered
from rowsmith.llm.hosts.serve import OUTCOME, Given, serve

QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR"}
"""Nothing is fetched when it is imported, no .env file of the current folder is read, and it says errors only."""
SET: dict[str, Any] = {
    "callbacks": [], "input_callback": [], "success_callback": [], "failure_callback": [], "service_callback": [], "telemetry": False,
    "drop_params": False, "modify_params": False, "suppress_debug_info": True, "turn_off_message_logging": True, "num_retries": None, "cache": None,
}  # fmt: skip
"""What of LiteLLM's own doings is off."""
PASSED_ON = ("retry-after", "retry-after-ms", "date", "x-ratelimit-remaining-requests", "x-ratelimit-remaining-tokens",
             "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens")  # fmt: skip
"""Headers of a provider's refusal that say when to come again."""
CODES = {
    "AuthenticationError": (401, "authentication_error"), "PermissionDeniedError": (403, "permission_denied"),
    "NotFoundError": (404, "model_not_found"), "ContextWindowExceededError": (400, "context_length_exceeded"),
    "ContentPolicyViolationError": (400, "content_policy_violation"), "UnsupportedParamsError": (400, "unsupported_parameter"),
    "RateLimitError": (429, "rate_limit_exceeded"), "ServiceUnavailableError": (503, "overloaded_error"),
}  # fmt: skip
"""Status and code of LiteLLM's exceptions, where the provider's own status may be another. Found by the class's name, then its parents'."""
UNREACHED = ("ConnectError", "ConnectTimeout", "ClientConnectorError", "gaierror", "ConnectionRefusedError", "EndpointConnectionError")
"""Exceptions of clients below LiteLLM that say that no connection was made."""
UNREAD = (KeyError, IndexError, TypeError, AttributeError, ValueError)
"""What LiteLLM trips over when a reply is none of its provider's."""
UNREADABLE = "Error converting to valid response"
"""What it says when it does not."""


def main() -> None:
    """Import LiteLLM, and answer; or, asked for `facts`, say what it knows of a model and end."""
    told = life.begin()
    os.environ.update(QUIET)
    try:
        litellm: Any = import_module("litellm")
    except ImportError as error:
        life.give_up(f"LiteLLM cannot be loaded: {error}.", "Install it with: pip install 'rowsmith[litellm]'")
    for name, value in SET.items():
        setattr(litellm, name, value)
    if "facts" in told:
        return life.say(facts=_facts(litellm, told["facts"]))
    return asyncio.run(serve(told["token"], Questions(litellm)))


class Questions:
    """Answers questions through LiteLLM."""

    def __init__(self, litellm: Any) -> None:
        self._litellm = litellm

    async def __call__(self, headers: Mapping[str, str], body: bytes) -> Given:
        """See serve.Ask."""
        if headers[":path"] != "/":
            return await self._batched(headers, body)
        asked = orjson.loads(body)
        if (address := next(_addresses(asked["messages"]), None)) is not None:
            return 400, {}, _error(f"A picture or sound at an address is not fetched: {address[:100]}", "invalid_request_error")
        if (refused := await _refused(headers.get("x-base", ""))) is not None:
            return 400, {OUTCOME: "address"}, _error(f"{refused.what} {refused.fix}", "address_refused")
        try:
            reply = await self._litellm.acompletion(**asked, **_sent(headers), num_retries=0, drop_params=False)
            return 200, {}, _answer(reply)
        except Exception as error:  # noqa: BLE001 - a library with a hundred providers may fail in any way; the gate is told how
            return _failed(error)

    async def _batched(self, headers: Mapping[str, str], body: bytes) -> Given:
        """What is asked about batches and their files."""
        if (refused := await _refused(headers.get("x-base", ""))) is not None:
            return 400, {OUTCOME: "address"}, _error(f"{refused.what} {refused.fix}", "address_refused")
        version = {"api_version": headers["x-version"]} if "x-version" in headers else {}
        sent = {"custom_llm_provider": headers["x-provider"], **version, **_sent(headers)}
        try:
            reply = await answered(self._litellm, headers[":method"], headers[":path"], sent, body)
        except Exception as error:  # noqa: BLE001 - as above
            return _failed(error)
        return (404, {}, _error("There is nothing.", "not_found")) if reply is None else (200, {}, reply)


def _sent(headers: Mapping[str, str]) -> dict[str, Any]:
    """Where and with which key a question goes on; the gate alone sends anything again."""
    key, base = headers.get("x-key") or None, headers.get("x-base") or None
    return {"api_key": key, "api_base": base, "timeout": float(headers["x-timeout"]), "max_retries": 0}


async def _refused(base: str) -> AddressRefused | None:
    """Why an address that the user named is not connected to: a metadata service, a reserved range. LiteLLM connects by itself, so it is
    looked at before."""
    at = urlsplit(base)
    if not at.hostname:
        return None
    port = at.port or (443 if at.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(at.hostname, port, type=socket.SOCK_STREAM)
        ANY_LOCAL.check(at.hostname, [str(address[0]) for *_, address in found], port)
    except AddressRefused as error:
        return error
    except OSError:
        return None  # a name that does not resolve is told by whoever connects
    return None


def _answer(reply: Any) -> bytes:
    """The reply in OpenAI's shape, with what LiteLLM takes it to cost."""
    said = reply.model_dump(mode="json", exclude_none=True)
    cost = (getattr(reply, "_hidden_params", None) or {}).get("response_cost")
    if isinstance(cost, int | float) and cost > 0:
        said.setdefault("usage", {})["cost"] = cost
    return orjson.dumps(said)


def _failed(error: Exception) -> Given:
    """An exception as the HTTP reply that it stands for; the outcome beside it where there was none."""
    below = list(_causes(error))
    message = str(error).partition("\n")[0].removeprefix("litellm.")
    if any(type(cause).__name__ in UNREACHED for cause in below):
        return 502, {OUTCOME: "not sent"}, _error(message, "unreachable")
    if any("Timeout" in type(cause).__name__ for cause in below):
        return 504, {OUTCOME: "timeout"}, _error(message, "timeout")
    names = [cls.__name__ for cls in type(error).__mro__]
    status, code = next((CODES[name] for name in names if name in CODES), (int(getattr(error, "status_code", None) or 500), ""))
    if "APIConnectionError" in names or UNREADABLE in message:
        garbled = UNREADABLE in message or any(isinstance(cause, UNREAD) for cause in below[1:])
        return 502, {OUTCOME: "garbled" if garbled else "connection"}, _error(message, "lost")
    if status == 424:  # Bedrock: the model itself failed
        status = 500
    heads = getattr(error, "litellm_response_headers", None) or getattr(getattr(error, "response", None), "headers", None) or {}
    return status, {name: heads[name] for name in PASSED_ON if name in heads}, _error(message, _own_code(error, message) or code)


def _own_code(error: Exception, message: str) -> str:
    """The provider's own word for the error, which says more than LiteLLM's class."""
    found = getattr(error, "code", None)
    if isinstance(found, str) and found and not found.isdigit():
        return found
    return "insufficient_quota" if "insufficient_quota" in message else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that led to it."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _error(message: str, code: str) -> bytes:
    return orjson.dumps({"error": {"message": message[:1000], "code": code}})


def _addresses(messages: Any) -> Iterator[str]:
    """What messages refer to by an address that LiteLLM would fetch."""
    for message in messages:
        for part in message.get("content") if isinstance(message.get("content"), list) else ():
            for kind in ("image_url", "file", "video_url"):
                found = part.get(kind)
                for text in found.values() if isinstance(found, dict) else (found,):
                    if isinstance(text, str) and "://" in text[:20]:
                        yield text


def _facts(litellm: Any, name: str) -> dict[str, Any]:
    """What LiteLLM knows of a model without asking anybody: its provider there, the parameters it takes; or why it knows nothing."""
    try:
        model, provider, _, _ = litellm.get_llm_provider(name)
        taken = litellm.get_supported_openai_params(model=model, custom_llm_provider=provider)
    except Exception as error:  # noqa: BLE001 - as above
        return {"unknown": str(error).partition("\n")[0].removeprefix("litellm.")}
    facts: dict[str, Any] = {"provider": provider, "parameters": sorted(taken or [])}
    with suppress(Exception):
        facts["known"] = bool(litellm.get_model_info(model=model, custom_llm_provider=provider))
    return facts


if __name__ == "__main__":
    main()
