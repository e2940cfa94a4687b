"""What a recipe names outside is fetched into the home, once: a run reads the home's copies, and nothing is fetched again unless it is asked for."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from rowsmith.app.lab import Lab
from rowsmith.connectors.settings import allowed_by
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.fetching import NOT_MODIFIED, Fetched, Missed, Reach
from rowsmith.core.fetching import Fetch as Connector
from rowsmith.core.ports import Keys, Paused
from rowsmith.core.step import Step, is_content
from rowsmith.engine.inputs import PAGES
from rowsmith.store.fetches import Entry, Fetch, Fetches, Gone, Unfinished

FILES = ("http", "https")
"""The schemes of addresses of single files, which any step that reads files may name."""
HUB = re.compile(r"hf:(//)?", re.IGNORECASE)
"""How the name of a dataset or a file on a hub begins, which such a step may name, too."""
OF_HUB = ("HF_ENDPOINT", "HF_TOKEN", "HF_DATASETS_SERVER", "ROWSMITH_CACHE", "ROWSMITH_EGRESS_HOSTS", "ROWSMITH_EGRESS_PORTS")
"""What a hub is told by."""

WHEN = ("fetched_at", "status")
"""Facts of when and how a file's bytes came."""
MODULES = {"web": "connectors.web.fetching", "hub": "app.hub_downloads", "pages": "connectors.documents.pages"}
"""Where the function of a connector is, if not in the module of its name."""
HERE = "pages"
"""The connector that reaches nothing outside: it draws what the home has."""
PULLED = "pull"
"""What the files of a dataset are kept under that was pulled; no recipe asks for them."""
OWN = {
    "GITHUB_TOKEN": "https://api.github.com", "GOOGLE_CREDENTIALS": "https://storage.googleapis.com",
    **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "https://s3.amazonaws.com"),
}  # fmt: skip
"""The address for which a variable is meant, unless it is said otherwise. Those of Azure are meant for the account that the environment names."""


def connector(name: str) -> Connector:
    """The function of a connector."""
    found: Connector = import_module(f"rowsmith.{MODULES.get(name, f'connectors.{name}')}").fetch
    return found


def asked(step: Step, pattern: str, project: str = "") -> Fetch:
    """What a step asks for at an address: those settings of its connector that say what comes, and not only how it is brought.

    Raises:
        Invalid: nothing brings files from such an address.
    """
    if pattern.startswith(PAGES):
        return Fetch(project, HERE, pattern, {"file": pattern.removeprefix(PAGES), **step.drawing()})
    if step.reaches:
        how = _how(step)
        return Fetch(project, step.reaches, pattern, {name: value for name, value in step.asked().items() if name not in how})
    if (named := HUB.match(pattern)) is not None:
        return Fetch(project, "hub", pattern, {"name": f"hf:{pattern[named.end() :]}"})
    if pattern.partition("://")[0].lower() not in FILES:
        fix = "https:// and http:// are, and hf:owner/name; s3://, gs:// and az:// are read by the step read.storage, databases by read.database."
        raise Invalid(f"{pattern!r} is no address of a file.", fix)
    return Fetch(project, "web", pattern, {"urls": [pattern], "types": ["*"]})


def _how(step: Step) -> dict[str, Any]:
    """The settings of its connector that say how it is brought: how patiently, how much at once."""
    aside = {field.alias or name for name, field in type(step).model_fields.items() if not is_content(field)}
    return {name: value for name, value in step.asked().items() if name in aside}


def brought(one: Fetch, reach: Reach, to: Path, step: Step | None = None) -> Iterator[Fetched | Missed]:
    """What comes of it, file by file; as the step wants it brought, where there is one."""
    return connector(one.connector)(reach, to, **one.asked, **(_how(step) if step else {}))


def reach_of(environ: Mapping[str, str], state: Path, keys: Keys, note: Callable[[str], None], known: Mapping[str, Any] | None = None) -> Reach:
    """What a connector is lent."""

    azure = f"https://{environ.get('AZURE_STORAGE_ACCOUNT_NAME')}.blob.core.windows.net"

    def secret(name: str, address: str) -> SecretStr | None:
        try:
            found = keys.find(name, address, own=address == (azure if name.startswith("AZURE_STORAGE_") else OWN.get(name)))
        except Paused as refused:
            raise Unavailable(refused.what, refused.fix) from None
        return found.key if found else None

    return Reach(allowed_by(environ), state, secret, note, known or {}, {name: environ[name] for name in OF_HUB if name in environ})


class Fetching:
    """Fetches what recipes of a project name. `put` takes a file into the home and gives its hash; `refresh` fetches anew what is there."""

    def __init__(
        self, lab: Lab, project: str, put: Callable[[Path], str], *, refresh: bool = False, offline: bool = False,
        note: Callable[[str], None] = lambda said: None,
    ) -> None:  # fmt: skip
        self._lab, self._fetches, self._files, self._project, self._put = lab, Fetches(lab.db), lab.files, project, put
        self._refresh, self._offline, self._note = refresh, offline, note
        self._anew: set[bytes] = set()

    def __call__(self, step: Step, pattern: str) -> Fetch:
        """What the address stands for; the home has its files.

        Raises:
            Invalid, NotFound, Unavailable, AddressRefused: as the connector says; Invalid, too, where nothing came at all.
        """
        one = asked(step, pattern, self._project)
        done = self.fetched(one, step)
        if not done.entries and one.connector != HERE:
            why = "; ".join(f"{gone.name}: {gone.detail}" for gone in done.missed[:3]) or "there is nothing"
            raise Invalid(f"Nothing came of {pattern!r}: {why}", "Correct the address or the settings, and ask again with --refresh.")
        return done

    def fetched(self, one: Fetch, step: Step | None = None) -> Fetch:
        """What came of it, now or earlier."""
        known = self._fetches.get(one)
        if self._is_good(known):
            return known  # type: ignore[return-value]
        if self._offline and one.connector != HERE:
            raise Invalid(f"{one.pattern!r} was not fetched yet, and the run is offline.", "Run it once without --offline.")
        scratch = f"fetch-{self._project}-{one.key.hex()}"
        with _alone(self._files.scratch(scratch)) as folder:
            again = self._fetches.get(one)  # another process may have been quicker
            if again is not None and again != known:
                return again
            done = self._fetch(one, known, Unfinished(folder), step)
        self._files.remove_scratch(scratch)
        self._anew.add(one.key)
        return done

    def _is_good(self, known: Fetch | None) -> bool:
        fresh = known is not None and (not self._refresh or known.key in self._anew)
        return fresh and all(self._files.has(entry.hash) for entry in known.entries)  # type: ignore[union-attr]

    def _fetch(self, one: Fetch, known: Fetch | None, unfinished: Unfinished, step: Step | None) -> Fetch:
        kept = {entry.name: entry for entry in known.entries} if known else {}
        before = {name: {**entry.facts, "path": str(self._files.path(entry.hash))} for name, entry in kept.items()}
        reach = reach_of(self._lab.environ, unfinished.state, self._lab.keys.of(self._project), self._note, before)
        reach = replace(reach, file=self._files.find)
        entries = {entry.name: entry for entry in unfinished.entries()}
        missed = list(unfinished.missed())
        for came in brought(one, reach, unfinished.incoming, step):
            if isinstance(came, Missed):
                if came.reason == NOT_MODIFIED and came.name in kept:
                    entries[came.name] = kept[came.name]
                    unfinished.add(kept[came.name])
                else:
                    missed.append(Gone(came.name, came.reason, came.detail))
                    unfinished.add(missed[-1])
                continue
            entries[came.name] = _entry(came, self._put(came.path), kept.get(came.name))
            unfinished.add(entries[came.name])
            came.path.unlink(missing_ok=True)
        return self._fetches.put(replace(one, entries=list(entries.values()), missed=list(dict.fromkeys(missed))))


def _entry(came: Fetched, hash_: str, before: Entry | None) -> Entry:
    """What came. Where its bytes are those of `before`, they came when those did: rows of it stay as they are."""
    same = {name: before.facts[name] for name in WHEN if name in before.facts} if before and before.hash == hash_ else {}
    return Entry(came.name, hash_, {**came.facts, **same})


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """The folder, for one process at a time."""
    with open(folder / "lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def changes(before: Fetch | None, after: Fetch) -> dict[str, list[str]]:
    """What another fetch of the same brought: the names of files that are `added`, `changed` and `removed`."""
    old: dict[str, Any] = {entry.name: entry.hash for entry in before.entries} if before else {}
    new = {entry.name: entry.hash for entry in after.entries}
    return {
        "added": [name for name in new if name not in old],
        "changed": [name for name, hash_ in new.items() if name in old and old[name] != hash_],
        "removed": [name for name in old if name not in new],
    }
