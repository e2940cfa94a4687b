"""What may be told of keys, wherever they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rowsmith import registry
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.keys import add_command, own_address
from rowsmith.store import allowed, kek, os_keyring
from rowsmith.store.database import Database
from rowsmith.store.secrets import HOME, Secrets, marks

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What may be told of a key. `address` is what it is sent to, `project` the one whose runs alone use it; `ends_with` its last four
    characters (none of a short key). `readable`: it can be decrypted here. Times are seconds since 1970."""

    name: str
    where: Literal["environment", "keyring", "store"]
    address: str
    project: str | None
    ends_with: str
    fingerprint: str
    added_at: float | None
    added_by: str | None
    readable: bool

    @property
    def enter_again(self) -> str:
        """The command that enters it again."""
        more = f" --project {self.project}" if self.project else " --keyring" if self.where == "keyring" else ""
        return f"{add_command(self.name, self.address)}{more}"


def of_environment(environ: Mapping[str, str]) -> Iterator[KeyFacts]:
    """The variables of providers, and those that the user allowed to go elsewhere, as far as they are set."""
    where = {*providers(), *((name, address) for name, addresses in allowed.everything().items() for address in addresses)}
    for name, address in sorted(where):
        if (key := environ.get(name, "").strip()) and address:
            yield KeyFacts(name, "environment", address, None, added_at=None, added_by=None, readable=True, **marks(key, name, address))


def of_keyring() -> Iterator[KeyFacts]:
    """What was put into the keyring."""
    for entry in os_keyring.entries():
        yield KeyFacts(entry.name, "keyring", entry.address, None, entry.ends_with, entry.fingerprint, entry.created_at, None, readable=True)


def of_home(db: Database, environ: Mapping[str, str]) -> Iterator[KeyFacts]:
    """What the home keeps."""
    secrets = Secrets(db)
    if not (stored := secrets.list()):
        return
    here = kek.ring(environ)
    for entry in stored:
        place, added = entry.place, (entry.created_at, entry.author)
        project = None if place.scope == HOME else place.scope.partition(":")[2]
        readable = secrets.opens(place, here)
        yield KeyFacts(place.name, "store", place.address, project, entry.ends_with, entry.fingerprint, *added, readable)


def providers() -> Iterator[tuple[str, str]]:
    """Each provider's variable and its own address (empty: it has none)."""
    for name, found in registry.providers().items():
        provider = found.load()
        if provider.key_env:
            yield provider.key_env, own_address(provider, Model(model=f"{name}/model"))


def variable(name: str) -> str:
    """The name of a variable, or the variable of the provider of that name.

    Raises:
        Invalid: it is neither. What was given is not repeated: it may be the key itself.
    """
    if name in (known := registry.providers()) and (own := known[name].load().key_env):
        return str(own)
    if not _NAME.fullmatch(name):
        raise Invalid("That is neither the name of an environment variable nor a provider.", "Write OPENAI_API_KEY, or openai.")
    return name
