"""What an HTTP error means for the call, the row and the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Paused
from rowsmith.llm.retry_after import retry_after
from rowsmith.llm.tolerant import Unreadable, envelope

if TYPE_CHECKING:
    from rowsmith.llm.form import Form

SHOWN = 500
"""Most characters of a server's message that are kept."""
_NO_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance", "credit_balance_too_low"}
_GATEWAY_LOST = {408, 504, 524}
"""A gateway gave up waiting: the model behind it may have answered, and billed."""

Kind = Literal["throttled", "failing", "lost", "final"]


def kind_of(status: int, headers: Mapping[str, str]) -> Kind:
    """`throttled`: wait and send again, as often as it takes. `failing`: the server's fault, send again within limits. `lost`: the same,
    but it may have been billed. `final`: sending the same again is of no use."""
    if status == 429 or (status in (503, 529) and retry_after(headers) is not None):
        return "throttled"
    if status in _GATEWAY_LOST:
        return "lost"
    return "failing" if status >= 500 or status in (409, 425) else "final"


def message_of(raw: bytes, secret: str = "") -> str:
    """The server's own words, at most SHOWN characters, without the key should it repeat it."""
    return without(secret, re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", _words(raw)).strip())[:SHOWN]


def without(secret: str, text: str) -> str:
    """The text without the key. Stand-ins such as `none` that local servers are given are too short to be one."""
    return text.replace(secret, "[key]") if len(secret) >= 8 else text


def no_money(status: int, raw: bytes) -> bool:
    """Whether the error says that the account is empty: waiting does not help."""
    if status == 402:
        return True
    error = _error(raw)
    codes = {error.get(name) for name in ("code", "type")} if isinstance(error, dict) else set()
    return status in (403, 429) and any(isinstance(code, str) and code.lower() in _NO_MONEY for code in codes)


def pause_for(status: int, said: str, form: Form) -> Paused | None:
    """The pause that an error calls for whatever the question was; None when only this question is refused."""
    if status in (401, 403):
        fix = f"Put a valid key into the environment variable {form.key_env} and go on."
        did = "refused the key" if form.secret else "asks for a key"
        return Paused("key", f"{form.place} {did} (HTTP {status}): {said}", fix)
    if status == 404:
        what = f"{form.place} has no model {form.model.name!r}, or no chat completions at that address (HTTP 404): {said}"
        return Paused("model", what, "Correct model or base_url and go on.")
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


def row_failure(status: int, said: str) -> RowFailed:
    """The row's failure when the server refuses its question."""
    return RowFailed(f"http_{status}", said or f"The server answered HTTP {status}.")


def _error(raw: bytes) -> Any:
    try:
        said = envelope(raw[:65536])
    except Unreadable:
        return None
    return said.get("error", said) if isinstance(said, dict) else None


def _words(raw: bytes) -> str:
    error = _error(raw)
    if isinstance(error, dict):
        words = error.get("message") or error.get("detail")
        return words if isinstance(words, str) else str(words or error)
    return error if isinstance(error, str) else raw[:4096].decode("utf-8", "replace")
