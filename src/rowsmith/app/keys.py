"""Keys: enter them, list what may be told of them, remove them, say where they may be sent. Nothing here gives a key back.

    lab.keys.add("OPENAI_API_KEY", key)                                        for the provider's own address
    lab.keys.add("OPENAI_API_KEY", key, url="https://models.example.com/v1")   for another one
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rowsmith import registry
from rowsmith.app.key_sources import KeySources, scope_of
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.models import Model
from rowsmith.llm.address import origin_of
from rowsmith.llm.keys import add_command, own_address, unusable
from rowsmith.store import allowed, configuration, kek, os_keyring, projects
from rowsmith.store.secrets import HOME, Place, Secrets, Stored, marks

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

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


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: keys whose data keys are encrypted with the key-encrypting key `kek` now, and those that no key here opens."""

    kek: str
    changed: int
    locked: list[KeyFacts]


class Keys:
    """The keys of a home; without one (`lab` is None) those of the user's environment and keyring."""

    def __init__(self, lab: Lab | None) -> None:
        self._lab = lab
        self._environ = os.environ if lab is None else lab.environ

    # -- acts ---------------------------------------------------------------------------------------------------------------------------

    def add(self, name: str, key: str, *, url: str | None = None, project: str | None = None, keyring: bool = False) -> KeyFacts:
        """Keep a key for one address, encrypted; one that was kept for it before is replaced.

        Args:
            name: the environment variable that it stands for (OPENAI_API_KEY), or the provider whose own that is (openai).
            key: the key itself. It is sent as it stands: no reference in it is followed.
            url: the address that it is sent to; default: the provider's own.
            project: only the runs of this project use it. keyring: the operating system's keyring keeps it, not the home.

        Raises:
            Invalid: the name, the address or the key cannot be one. NotFound: no such project. Unavailable: no keyring.
        """
        name, address = self.bound(name, url)
        key = key.strip()
        if wrong := "nothing" if not key else unusable(key):
            raise Invalid(f"What was given as the key {name} holds {wrong}.", "Give the key alone.")
        if keyring and project is not None:
            raise Invalid("The keyring keeps the keys of a user, whatever the project.", "Leave out --keyring or --project.")
        if keyring:
            os_keyring.put(name, address, key)
        else:
            self._store(Place(self._scope(project), name, address), key)
        kept = _of_keyring() if keyring else self._of_home()
        return next(facts for facts in kept if (facts.name, facts.address, facts.project) == (name, address, project))

    def list(self) -> list[KeyFacts]:
        """Every key that a run could find: of the environment, the keyring and the home, by name."""
        found = [*self._of_environment(), *_of_keyring(), *self._of_home()]
        return sorted(found, key=lambda facts: (facts.name, facts.where, facts.address, facts.project or ""))

    def remove(self, name: str, *, url: str | None = None, project: str | None = None) -> list_[KeyFacts]:
        """Forget the keys of this name, in the home (or its project) and in the keyring; with `url`, only the one for that address.

        Raises:
            NotFound: there is none. Unavailable: the keyring cannot be reached; what the home kept is removed.
        """
        address = None if url is None else origin_of(url)
        name = _variable(name)
        gone = [
            facts for facts in self.list()
            if facts.name == name and facts.where != "environment" and facts.project == project and address in (None, facts.address)
        ]  # fmt: skip
        if not gone:
            raise NotFound("No such key is kept.", "See rowsmith keys list. A key in the environment is removed there.")
        if places := [Place(self._scope(project), name, facts.address) for facts in gone if facts.where == "store"]:
            self._secrets().remove(places)
        for facts in gone:
            if facts.where == "keyring":
                os_keyring.remove(name, facts.address)
        return gone

    def rotate(self) -> Rotation:
        """Encrypt every stored key anew under a new key-encrypting key, while runs go on. Former ones stay, for backups and other homes.

        The new one is made in the user's configuration folder; where ROWSMITH_KEK is set, it is the first of that.

        Raises:
            Invalid: a key-encrypting key cannot be read.
        """
        secrets = self._secrets()
        ring = kek.renewed(self._environ)
        assert ring.current is not None
        return Rotation(ring.current.id, secrets.rewrap(ring, ring.current), [facts for facts in self._of_home() if not facts.readable])

    @staticmethod
    def allow(name: str, url: str) -> str:
        """Let an environment variable be sent to an address that is not its provider's own; the address as it is recorded for this user.

        Raises:
            Invalid: the name or the address is none. Unavailable: it cannot be recorded.
        """
        name, address = _variable(name), origin_of(url)
        allowed.allow(name, address)
        return address

    @staticmethod
    def disallow(name: str, url: str) -> str:
        """Take that back.

        Raises:
            NotFound: it was not allowed.
        """
        name, address = _variable(name), origin_of(url)
        if not allowed.disallow(name, address):
            raise NotFound(f"{name} was not allowed to be sent to {address}.", "See rowsmith keys list.")
        return address

    @staticmethod
    def allowed() -> dict[str, list_[str]]:
        """The addresses that were allowed, by variable."""
        return allowed.everything()

    # -- facts --------------------------------------------------------------------------------------------------------------------------

    def of(self, project: str) -> KeySources:
        """Where the runs of a project find their keys."""
        lab = self._lab
        return KeySources(self._environ, project, None if lab is None else lambda: lab.db)

    def bound(self, name: str, url: str | None = None) -> tuple[str, str]:
        """The variable that a key is kept as, and the address that it would be sent to.

        Raises:
            Invalid: the name is none, or no provider has it and no address is given.
        """
        name = _variable(name)
        if url is not None:
            return name, origin_of(url)
        own = sorted({address for variable, address in _providers() if variable == name and address})
        if len(own) == 1:
            return name, own[0]
        what = f"{name} is taken at more than one address: {', '.join(own)}." if own else "No provider with an address of its own takes that key."
        raise Invalid(what, "Say where it is sent: --url https://...")

    def problems(self) -> list_[str]:
        """What keeps keys from being used, or safe."""
        try:
            locked = [_again(facts) for facts in self._of_home() if not facts.readable]
        except Invalid as error:
            return [f"{error.what} {error.fix}"]
        return [f"The stored key cannot be decrypted here and has to be entered again: {command}" for command in locked]

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def _secrets(self) -> Secrets:
        if self._lab is None:
            raise NotFound("There is no home.", "Name the folder of one: --home DIR. A first rowsmith run makes one.")
        return Secrets(self._lab.db)

    def _store(self, place: Place, key: str) -> None:
        secrets, folder = self._secrets(), configuration.folder().absolute()
        assert self._lab is not None
        if "://" not in self._lab.home and folder.is_relative_to(Path(self._lab.home).expanduser().absolute()):
            raise Invalid(f"The configuration folder {folder} lies within the home.", "Set ROWSMITH_CONFIG to a folder elsewhere.")
        ring = kek.ensured(self._environ)
        assert ring.current is not None
        secrets.put(place, key, ring.current, self._lab.who)

    def _scope(self, project: str | None) -> str:
        if project is not None and self._lab is not None:
            projects.get(self._lab.db, project)
        return scope_of(project)

    def _of_environment(self) -> Iterator[KeyFacts]:
        where = {*_providers(), *((name, address) for name, addresses in allowed.everything().items() for address in addresses)}
        for name, address in sorted(where):
            if (key := self._environ.get(name, "").strip()) and address:
                yield KeyFacts(name, "environment", address, None, added_at=None, added_by=None, readable=True, **marks(key, name, address))

    def _of_home(self) -> Iterator[KeyFacts]:
        if self._lab is not None and (stored := Secrets(self._lab.db).list()):
            here = kek.ring(self._environ).all
            yield from (_facts(entry, readable=entry.kek in here) for entry in stored)


def _providers() -> Iterator[tuple[str, str]]:
    """Each provider's variable and its own address (empty: it has none)."""
    for name, found in registry.providers().items():
        provider = found.load()
        if provider.key_env:
            yield provider.key_env, own_address(provider, Model(model=f"{name}/model"))


def _variable(name: str) -> str:
    """The name of a variable, or of the provider whose variable it is. What is neither is not repeated: it may be the key itself."""
    if name in (known := registry.providers()) and (variable := known[name].load().key_env):
        return str(variable)
    if not _NAME.fullmatch(name):
        raise Invalid("That is neither the name of an environment variable nor a provider.", "Write OPENAI_API_KEY, or openai.")
    return name


def _of_keyring() -> Iterator[KeyFacts]:
    for entry in os_keyring.entries():
        yield KeyFacts(entry.name, "keyring", entry.address, None, entry.ends_with, entry.fingerprint, entry.created_at, None, readable=True)


def _facts(entry: Stored, *, readable: bool) -> KeyFacts:
    place = entry.place
    project = None if place.scope == HOME else place.scope.partition(":")[2]
    return KeyFacts(
        place.name, "store", place.address, project, entry.ends_with, entry.fingerprint, entry.created_at, entry.author, readable
    )  # fmt: skip


def _again(facts: KeyFacts) -> str:
    return f"`{add_command(facts.name, facts.address)}" + (f" --project {facts.project}`" if facts.project else "`")


list_ = list
