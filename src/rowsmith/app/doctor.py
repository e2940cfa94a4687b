"""How things stand: what is installed, how the home is kept, which model servers answer, and what to do next."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

import rowsmith
from rowsmith.app.keys import Keys
from rowsmith.app.lab import DEFAULT_PROJECT, Lab
from rowsmith.app.servers import Server, find_servers
from rowsmith.core.errors import RowsmithError
from rowsmith.store import migrate

_EXTRA = re.compile(r"""^([A-Za-z0-9._-]+).*;.*extra\s*==\s*['"]([a-z-]+)['"]""")
Extras = dict[str, dict[str, str | None]]
"""By extra: its packages with their versions, None for one that is not installed."""


def doctor(home: str, lab: Lab | None, *, offline: bool = False) -> dict[str, Any]:
    """How things stand in a home, or on this machine where there is none yet (`lab` None).

    `database`, `profile`, `schema`, `files`: how everything is kept, `signing`: who signs versions (absent without a home). `problems`: what
    makes it less safe than promised. `extras`: see Extras. `servers`: model servers on this machine, and those that a key is there for, each with its
    models or why it gave none (rowsmith.app.servers.Server); `offline` asks nobody. `next`: what to do, the most urgent first.
    """
    keys = Keys(os.environ, None) if lab is None else lab.keys
    kept: dict[str, Any] = {} if lab is None else _kept(lab)
    problems = [] if lab is None else [*lab.db.problems(), *lab.keys.problems()]
    servers = [] if offline else find_servers(keys.of(DEFAULT_PROJECT))
    extras = _extras()
    return {
        "rowsmith": rowsmith.__version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "home": home,
        **kept,
        "problems": problems,
        "extras": extras,
        "servers": [server.dump() for server in servers],
        "next": [*_wrong(problems, servers), *_models(servers, extras, offline), *_home(home, lab)],
    }


def _kept(lab: Lab) -> dict[str, Any]:
    kept = {"database": lab.db.place, "profile": lab.db.profile, "schema": migrate.revision(lab.db), "files": str(lab.files.root)}
    return {**kept, "signing": _signing(lab)}


def _signing(lab: Lab) -> str:
    """Who signs versions: a fingerprint, or why nobody does."""
    try:
        return lab.signer.fingerprint if lab.signer else "off, by ROWSMITH_SIGN or because no key can be kept"
    except RowsmithError as error:
        return f"off: {error}"


def _extras() -> Extras:
    out: Extras = {}
    for line in requires("rowsmith") or []:
        if found := _EXTRA.match(line):
            out.setdefault(found[2], {})[found[1]] = _version(found[1])
    return out


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _wrong(problems: Sequence[str], servers: Sequence[Server]) -> list[str]:
    """What somebody should look at: problems, a server for which there is a key, one that is there and says something strange."""
    silent = [one for one in servers if one.models is None and (one.answered or not one.local)]
    return [
        *(["Mend what is listed under problems."] if problems else []),
        *(f"{one.provider} gives no list of its models at {one.address}: {one.trouble}" for one in silent),
    ]


def _models(servers: Sequence[Server], extras: Mapping[str, Mapping[str, str | None]], offline: bool) -> list[str]:
    usable = sorted((one for one in servers if one.models), key=lambda one: not one.local)
    if usable and usable[0].models:
        return [f"Ask a model once: `rowsmith models test {usable[0].provider}/{usable[0].models[0]}`."]
    if offline:
        return []
    install = "" if all(extras.get("local", {"": None}).values()) else ", after `pip install 'rowsmith[local]'`"
    return [
        "No model answers yet. Enter a provider's key (`rowsmith keys add OPENAI_API_KEY`), start a server such as Ollama on this machine, or "
        f"name a file of weights in a recipe (model: local/PATH.gguf{install})."
    ]


def _home(home: str, lab: Lab | None) -> list[str]:
    return [f"There is no home in {home} yet; the first `rowsmith run RECIPE` makes one."] if lab is None else []
