"""What an HTTP error means for the call, the row and the run.

Every provider says of an error what kind it is; `kind_of` tells by the status, and by the codes and words that the provider is known for.
What follows from each kind is the same for all of them:

    key, quota, model       the run pauses
    context, filter         the row fails, for that reason
    throttled               wait and send again, as often as it takes
    overload, failing       the server's fault, send again within limits; overload lowers what is in flight as well
    lost                    the same, but it may have been billed
    answer                  it holds what the model wrote: read as an answer
    refused                 sending the same again is of no use: the row fails
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Paused
from rowsmith.llm.keys import SHORTEST
from rowsmith.llm.retry_after import retry_after
from rowsmith.llm.tolerant import Unreadable, envelope

if TYPE_CHECKING:
    from rowsmith.llm.form import Form

SHOWN = 500
"""Most characters of a server's message that are kept."""

Kind = Literal["key", "quota", "model", "context", "filter", "throttled", "overload", "failing", "lost", "answer", "refused"]


@dataclass(slots=True, frozen=True)
class Signs:
    """What shows one kind of error: the status, a code (in the fields `code`, `type`, `status` or `reason` of the error, in lower case), or
    words of its message (in lower case; looked for where the request is refused, with 400 to 499)."""

    status: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, *shown: int | str) -> Signs:
        """Signs of statuses, codes (one word) and words of a message (several)."""
        texts = [item.lower() for item in shown if isinstance(item, str)]
        words, codes = (tuple(text for text in texts if (" " in text) is several) for several in (True, False))
        return cls(frozenset(item for item in shown if isinstance(item, int)), frozenset(codes), words)

    def shown(self, status: int, codes: set[str], said: str) -> bool:
        """Whether an error shows one of them."""
        if status in self.status or not self.codes.isdisjoint(codes):
            return True
        return 400 <= status < 500 and any(words in said for words in self.words)


COMMON: dict[Kind, Signs] = {
    "quota": Signs.of(
        402, "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance", "credit_balance_too_low",
    ),
    "context": Signs.of(
        "context_length_exceeded", "exceed_context_size_error", "maximum context length", "exceeds the available context size",
        "prompt is too long", "exceeds the context length", "input token count",
    ),
    "filter": Signs.of("content_filter", "content_policy_violation", "responsibleaipolicyviolation", "content management policy"),
    "key": Signs.of(401, 403, "invalid_api_key", "authentication_error", "api_key_invalid"),
    "model": Signs.of(404, "model_not_found"),
    "throttled": Signs.of(429),
    "overload": Signs.of(503, 529, "overloaded_error"),
    "lost": Signs.of(408, 504, 524),
    "failing": Signs.of(409, 425),
}  # fmt: skip
"""What is the same at most servers, in the order in which it counts. A gateway that gave up waiting (`lost`) may have had an answer from the
model behind it, and a bill."""


def kind_of(status: int, headers: Mapping[str, str], raw: bytes, own: Mapping[Kind, Signs] | None = None) -> Kind:
    """What kind of error a reply that is no success holds. `own` are the provider's signs, which count before the common ones. The common
    words are not looked for in a 429: there they speak of limits of a minute."""
    error = error_of(raw)
    codes, said = _codes(error), _words(error, raw).lower()
    kind = _shown(own or {}, status, codes, said) or _shown(COMMON, status, codes, said if status != 429 else "")
    if kind is None:
        return "failing" if status >= 500 else "refused"
    waits = kind == "overload" or (kind == "quota" and status == 402)
    return "throttled" if waits and retry_after(headers) is not None else kind


def _shown(signs: Mapping[Kind, Signs], status: int, codes: set[str], said: str) -> Kind | None:
    return next((kind for kind, sign in signs.items() if sign.shown(status, codes, said)), None)


def message_of(raw: bytes, secret: str = "") -> str:
    """The server's own words, at most SHOWN characters, without the key should it repeat it."""
    return without(secret, re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", _words(error_of(raw), raw)).strip())[:SHOWN]


def without(secret: str, text: str) -> str:
    """The text without the key. Stand-ins such as `none` that local servers are given are too short to be one."""
    return text.replace(secret, "[key]") if len(secret) >= SHORTEST else text


def pause_for(kind: Kind, status: int, said: str, form: Form) -> Paused | None:
    """The pause that an error calls for whatever the question was; None when only this question is refused."""
    if kind == "key":
        did = "refused the key" if form.secret else "asks for a key"
        return Paused("key", f"{form.place} {did} (HTTP {status}): {said}", form.renew)
    if kind == "model":
        what = f"{form.place} has no model {form.model.name!r}, or no {form.gives} at that address (HTTP {status}): {said}"
        raw = " A template needs a server that goes on with text as it stands (/completions), such as vLLM, llama.cpp's or LM Studio."
        return Paused("model", what, f"Correct model or base_url and go on.{raw if form.model.template is not None else ''}")
    return None


def empty_account(said: str, place: str) -> Paused:
    """The pause for an account without credit."""
    return Paused("quota", f"The account at {place} has no credit left: {said}", "Add credit, or choose another model, and go on.")


def refuses_all(said: str, form: Form) -> Paused:
    """The pause when the first questions were all refused: it is the settings, not the rows."""
    fix = (
        "Look at the settings that the message names; often it is answers (try object, tools or json), token_field, reasoning_effort, "
        "extra or base_url."
    )
    return Paused("refused", f"{form.place} refused every question to {form.model.name!r} so far: {said}", fix)


def row_failure(kind: Kind, status: int, said: str) -> RowFailed:
    """The row's failure when the server refuses its question."""
    return RowFailed(kind if kind in ("context", "filter") else f"http_{status}", said or f"The server answered HTTP {status}.")


def error_of(raw: bytes) -> Any:
    """The error in a reply's body: the object that holds its message, a text, or None where there is none."""
    try:
        said = envelope(raw[:65536])
    except Unreadable:
        return None
    if isinstance(said, list) and said:
        said = said[0]
    return said.get("error", said) if isinstance(said, dict) else None


def _codes(error: Any) -> set[str]:
    """The codes of an error and of what it holds, in lower case."""
    if not isinstance(error, dict):
        return set()
    details = error.get("details")
    parts = [error, error.get("innererror"), *(details if isinstance(details, list) else [])]
    found = (part.get(name) for part in parts if isinstance(part, dict) for name in ("code", "type", "status", "reason"))
    return {str(value).lower() for value in found if isinstance(value, str | int)}


def _words(error: Any, raw: bytes) -> str:
    if isinstance(error, dict):
        words = error.get("message") or error.get("detail")
        return words if isinstance(words, str) else str(words or error)
    return error if isinstance(error, str) else raw[:4096].decode("utf-8", "replace")
