"""The key that a model is asked with: what is looked for, where it may be sent, and what is said when there is none."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING

import orjson

from rowsmith.core.errors import RowsmithError
from rowsmith.core.models import Model
from rowsmith.core.ports import Found, Keys, Paused
from rowsmith.llm.origin import origin_of

if TYPE_CHECKING:
    from rowsmith.llm.providers import Provider

SHORTEST = 8
"""Characters from which on a text counts as a key that nobody may see."""
LONGEST = 8192
_REFERENCE = re.compile(r"\$|%\w+%|@|os\.environ|(?:env|file):", re.IGNORECASE)


def key_of(provider: Provider, model: Model, keys: Keys) -> Found | None:
    """The model's key; None where none is needed and none is there, or the model is to be asked without one (`api_key_env: ""`).

    Raises:
        Invalid: the model's address is none.
        Paused: there is none and one is needed, it belongs to another address or to Rowsmith itself, or it holds what no key holds.
    """
    if not (name := name_of(provider, model)):
        return None
    if name.startswith("ROWSMITH_"):
        raise Paused("key", f"{name} is a setting of Rowsmith's own, and no key of {model.model}.", "Name another variable with api_key_env.")
    address = origin_of(provider.url(model))
    found = keys.find(name, address, own=address == own_address(provider, model))
    if found is None:
        if model.api_key_env or provider.needs_key(model):
            what = f"There is no key for {model.model}: the environment variable {name} is not set, and no key of that name is kept for {address}."
            raise Paused("key", what, how_to_give(provider, model))
        return None
    if wrong := unusable(found.key.get_secret_value()):
        raise Paused("key", f"There is no key for {model.model}: {found.where} holds {wrong}.", found.renew)
    return found


def name_of(provider: Provider, model: Model) -> str:
    """The environment variable that holds the model's key, which is also what the key is called elsewhere; empty: it is asked without."""
    return provider.key_name(model) if model.api_key_env is None else model.api_key_env


def own_address(provider: Provider, model: Model) -> str:
    """Where the provider itself answers; empty for one without an address of its own."""
    try:
        return origin_of(provider.url(model.model_copy(update={"base_url": None})))
    except RowsmithError:
        return ""


def how_to_give(provider: Provider, model: Model) -> str:
    """What the user does to give the model a key."""
    if not (name := name_of(provider, model)):
        return "Name the environment variable of its key with api_key_env."
    address = origin_of(provider.url(model))
    return f"Set {name}, or enter the key once: `{add_command(name, address, own=address == own_address(provider, model))}`"


def add_command(name: str, address: str, *, own: bool = False) -> str:
    """The command that enters a key. A recipe chose both words: they are quoted, so that they stay words in a shell."""
    return f"rowsmith keys add {quote(name)}" + ("" if own else f" --url {quote(address)}")


def unusable(key: str) -> str:
    """Why a text is no key, as in "it holds ..."; empty when it may be one. A key is sent as it stands: nothing in it is looked up."""
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        return "spaces or characters that no key has"
    if len(key) > LONGEST:
        return "more characters than a key has"
    return "a reference to a key, not the key itself" if _REFERENCE.match(key) else ""


def written(key: str) -> tuple[bytes, ...]:
    """How a server may repeat the key: as it stands, as JSON text, and as JSON within JSON text; most keys look the same in each. None of a
    stand-in such as `none`, which is too short to be a key."""
    if len(key) < SHORTEST:
        return ()
    forms = {key.encode()}
    for _ in range(2):
        inner = {orjson.dumps(form.decode())[1:-1] for form in forms}
        forms |= inner | {form.replace(b"/", rb"\/") for form in inner}
    return tuple(sorted(forms, key=len, reverse=True))
