"""Keys: enter them, list what may be told of them, remove them, say where they may be sent. Nothing here gives a key back.

    lab.keys.add("OPENAI_API_KEY", key)                                        for the provider's own address
    lab.keys.add("OPENAI_API_KEY", key, url="https://models.example.com/v1")   for another one
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rowsmith.app.key_facts import KeyFacts, of_environment, of_home, of_keyring, providers, variable
from rowsmith.app.key_sources import KeySources, scope_of
from rowsmith.app.lab import DEFAULT_PROJECT, Lab, is_url
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.llm.keys import unusable
from rowsmith.llm.origin import origin_of
from rowsmith.store import allowed, configuration, kek, os_keyring, projects
from rowsmith.store.database import Database
from rowsmith.store.secrets import Place, Secrets


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: keys whose data keys are encrypted with the key-encrypting key `kek` now, and those that no key here opens."""

    kek: str
    changed: int
    locked: list[KeyFacts]


class Keys:
    """The keys of a home, which `lab` gives when it has to be asked; where that is None, those of the environment and the keyring."""

    def __init__(self, environ: Mapping[str, str], lab: Callable[[], Lab] | None = None) -> None:
        self._environ = environ
        self._lab = lab

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
        name, address = self.bound(name, url, project)
        key = key.strip()
        if wrong := "nothing" if not key else unusable(key):
            raise Invalid(f"What was given as the key {name} holds {wrong}.", "Give the key alone.")
        if keyring and project is not None:
            raise Invalid("The keyring keeps the keys of a user, whatever the project.", "Leave out --keyring or --project.")
        if keyring:
            os_keyring.put(name, address, key)
        else:
            self._store(Place(scope_of(project), name, address), key)
        kept = of_keyring() if keyring else self._of_home()
        return next(facts for facts in kept if (facts.name, facts.address, facts.project) == (name, address, project))

    def list(self) -> list[KeyFacts]:
        """Every key that a run could find: of the environment, the keyring and the home, by name."""
        found = [*of_environment(self._environ), *of_keyring(), *self._of_home()]
        return sorted(found, key=lambda facts: (facts.name, facts.where, facts.address, facts.project or ""))

    def remove(self, name: str, *, url: str | None = None, project: str | None = None) -> list_[KeyFacts]:
        """Forget the keys of this name, in the home (or its project) and in the keyring; with `url`, only the one for that address.

        Raises:
            NotFound: there is none. Unavailable: the keyring cannot be reached; what the home kept is removed.
        """
        address = None if url is None else origin_of(url)
        if project is not None:
            self._database(project)
        name = variable(name)
        gone = [
            facts for facts in self.list()
            if facts.name == name and facts.where != "environment" and facts.project == project and address in (None, facts.address)
        ]  # fmt: skip
        if not gone:
            raise NotFound("No such key is kept.", "See rowsmith keys list. A key in the environment is removed there.")
        if places := [Place(scope_of(project), name, facts.address) for facts in gone if facts.where == "store"]:
            Secrets(self._database(project)).remove(places)
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
        secrets, ring = Secrets(self._home().db), kek.renewed(self._environ)
        changed = secrets.rewrap(ring, ring.first())
        return Rotation(ring.first().id, changed, [facts for facts in self._of_home() if not facts.readable])

    @staticmethod
    def allow(name: str, url: str) -> str:
        """Let an environment variable be sent to an address that is not its provider's own; the address as it is recorded for this user.

        Raises:
            Invalid: the name or the address is none. Unavailable: it cannot be recorded.
        """
        name, address = variable(name), origin_of(url)
        allowed.allow(name, address)
        return address

    @staticmethod
    def disallow(name: str, url: str) -> str:
        """Take that back.

        Raises:
            NotFound: it was not allowed.
        """
        name, address = variable(name), origin_of(url)
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
        return KeySources(self._environ, project, None if self._lab is None else partial(self._database, project))

    def bound(self, name: str, url: str | None = None, project: str | None = None) -> tuple[str, str]:
        """The variable that a key is kept as, and the address that it would be sent to.

        Raises:
            Invalid: the name is none, or no provider has it and no address is given. NotFound: no such project.
        """
        name = variable(name)
        if project is not None:
            self._database(project)
        if url is not None:
            return name, origin_of(url)
        own = sorted({address for taken, address in providers() if taken == name and address})
        if len(own) == 1:
            return name, own[0]
        what = f"{name} is taken at more than one address: {', '.join(own)}." if own else "No provider with an address of its own takes that key."
        raise Invalid(what, "Say where it is sent: --url https://...")

    def problems(self) -> list_[str]:
        """What keeps keys from being used, or safe."""
        try:
            locked = [facts.enter_again for facts in self._of_home() if not facts.readable]
        except Invalid as error:
            return [f"{error.what} {error.fix}"]
        return [f"The stored key cannot be decrypted here and has to be entered again: `{command}`" for command in locked]

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def _home(self) -> Lab:
        if self._lab is None:
            raise NotFound("There is no home.", "Name the folder of one: --home DIR. A first rowsmith run makes one.")
        return self._lab()

    def _database(self, project: str | None) -> Database:
        """The home's, if the project is in it."""
        db = self._home().db
        if project not in (None, DEFAULT_PROJECT):
            projects.get(db, str(project))
        return db

    def _store(self, place: Place, key: str) -> None:
        lab, folder = self._home(), configuration.folder().resolve()
        if not is_url(lab.home) and folder.is_relative_to(Path(lab.home).expanduser().resolve()):
            raise Invalid(f"The configuration folder {folder} lies within the home.", "Set ROWSMITH_CONFIG to a folder elsewhere.")
        Secrets(lab.db).put(place, key, kek.ensured(self._environ).first(), lab.who)

    def _of_home(self) -> Iterator[KeyFacts]:
        return iter(()) if self._lab is None else of_home(self._lab().db, self._environ)


list_ = list
