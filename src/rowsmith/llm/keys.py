"""The key that a model is asked with: where it is looked for, and what is said when there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.llm.providers import Carrier, Provider


def key_of(provider: Provider, model: Model, environ: Mapping[str, str]) -> str:
    """The key, without blanks around it; empty where none is there and none is needed.

    Raises:
        Paused: there is none and one is needed, or it holds characters that no key has.
    """
    name = name_of(provider, model)
    key = environ.get(name, "").strip()
    if not key:
        if model.api_key_env or provider.needs_key(model):
            raise Paused("key", f"There is no key for {model.model}: the environment variable {name} is not set.", f"Set {name} and go on.")
        return ""
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise Paused("key", f"The environment variable {name} holds spaces or characters that no key has.", f"Set {name} to the key alone.")
    return key


def name_of(provider: Provider, model: Model) -> str:
    """The environment variable that holds the model's key."""
    return model.api_key_env or (provider.key_name(model) if isinstance(provider, Carrier) else provider.key_env)
