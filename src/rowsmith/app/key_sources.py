"""Where a run's keys come from, in this order: the environment, the operating system's keyring, the home's store of its project or its own.

A key belongs to an address. What the user entered is bound to the one that it was entered for. An environment variable is bound to none,
and a recipe from elsewhere may name any variable and any address, so it goes only to the address of the provider itself, to this machine,
and where the user allowed it to go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from shlex import quote

from pydantic import SecretStr

from rowsmith.core.errors import RowsmithError, Unavailable
from rowsmith.core.ports import Found, Paused
from rowsmith.llm.keys import add_command
from rowsmith.llm.origin import is_loopback
from rowsmith.store import allowed, kek, os_keyring
from rowsmith.store.database import Database
from rowsmith.store.secrets import HOME, Secrets

OpenDatabase = Callable[[], Database]


class KeySources:
    """core.ports.Keys for the runs of one project. `database` opens the home, and is called only when the home has to be asked."""

    def __init__(self, environ: Mapping[str, str], project: str, database: OpenDatabase | None) -> None:
        self._environ = environ
        self._scopes = (scope_of(project), HOME)
        self._database = database

    def find(self, name: str, address: str, *, own: bool) -> Found | None:
        """See core.ports.Keys: a later source is asked when an earlier one has no key for this address."""
        set_ = self._environ.get(name, "").strip()
        if set_ and (own or is_loopback(address) or address in allowed.addresses(name)):
            return Found(SecretStr(set_), f"the environment variable {name}", f"Put a valid key into the environment variable {name} and go on.")
        again = add_command(name, address, own=own)
        try:
            elsewhere: list[str] = []
            found = self._in_keyring(name, address, again, elsewhere) or self._in_home(name, address, again, elsewhere)
        except Unavailable as error:
            raise Paused("key", error.what, f"{error.fix} Or enter the key again: `{again}`".strip()) from None
        except RowsmithError as error:
            raise Paused("key", error.what, error.fix) from None
        if found or is_loopback(address):
            return found
        if set_:
            raise _not_allowed(name, address, again)
        if elsewhere:
            raise _bound_elsewhere(name, address, elsewhere, again)
        return None

    def _in_keyring(self, name: str, address: str, again: str, elsewhere: list[str]) -> Found | None:
        bound = [entry.address for entry in os_keyring.entries(name)]
        if address in bound:
            return Found(SecretStr(os_keyring.get(name, address)), f"{name} in the keyring", f"Enter a valid key: `{again} --keyring`")
        elsewhere += bound
        return None

    def _in_home(self, name: str, address: str, again: str, elsewhere: list[str]) -> Found | None:
        if self._database is None:
            return None
        store = Secrets(self._database())
        stored = [entry.place for entry in store.list(name) if entry.place.scope in self._scopes]
        for place in sorted((place for place in stored if place.address == address), key=lambda place: self._scopes.index(place.scope)):
            if (key := store.open(place, partial(kek.ring, self._environ))) is not None:
                more = "" if place.scope == HOME else f" --project {quote(place.scope.partition(':')[2])}"
                return Found(SecretStr(key), f"{name} in the home's store", f"Enter a valid key: `{again}{more}`")
        elsewhere += [place.address for place in stored]
        return None


def scope_of(project: str | None) -> str:
    """The scope of a project's keys; of the whole home's where there is none."""
    return HOME if project is None else f"project:{project}"


def _not_allowed(name: str, address: str, again: str) -> Paused:
    what = (
        f"The environment variable {name} is not sent to {address}: that is not the provider's own address, "
        "and you have not allowed it for this variable."
    )
    return Paused("key", what, f"If it belongs there: `rowsmith keys allow {quote(name)} {quote(address)}`. {_others(again)}")


def _bound_elsewhere(name: str, address: str, elsewhere: list[str], again: str) -> Paused:
    places = " and ".join(sorted(set(elsewhere)))
    what = f"The key {name} was entered for {places}, and it is not sent to {address}."
    return Paused("key", what, _others(again))


def _others(again: str) -> str:
    return f"To enter the one that belongs there: `{again}`. For a server that takes none: `api_key_env: ''` in the recipe."
