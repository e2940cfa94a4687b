"""The files of a tokenizer: in a folder, or `hf:OWNER/NAME[@REVISION]`, a repository of the hub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.hub import Hub
from rowsmith.core.errors import Invalid, NotFound

VOCABULARY, SETTINGS, TEMPLATE = "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"
_REPOSITORY = re.compile(r"(hf:[^/@#\s]+/[^/@#\s]+)(@[^@#\s]+)?")
MOST_BYTES = 256 << 20
LIMITS = Limits(memory_bytes=3 << 30, cpu_s=1_000_000)
"""Of the child that opens them. How long an answer may take, whoever asks watches."""


def files_of(name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Where each of them lies that there is, by name; files of the hub are downloaded once.

    Raises:
        NotFound: there is no such folder or repository, or no tokenizer.json in it. Invalid: the name is none, or a file is too large.
        Unavailable: the hub cannot be reached.
    """
    places = _of_hub(name, environ) if name.startswith("hf:") else _of_folder(Path(name).expanduser())
    for path in places.values():
        if path.stat().st_size > MOST_BYTES:
            raise Invalid(f"{path} has more than {MOST_BYTES >> 20} MB.", "Give the folder of a tokenizer.")
    return {found: str(path.absolute()) for found, path in places.items()}


def _of_folder(folder: Path) -> dict[str, Path]:
    if not (folder / VOCABULARY).is_file():
        what = f"There is no {VOCABULARY} in {folder}." if folder.is_dir() else f"There is no folder {folder}."
        raise NotFound(what, "Give the folder of a model that holds tokenizer.json, or hf:OWNER/NAME.")
    return {file: folder / file for file in (VOCABULARY, SETTINGS, TEMPLATE) if (folder / file).is_file()}


def _of_hub(name: str, environ: Mapping[str, str]) -> dict[str, Path]:
    found = _REPOSITORY.fullmatch(name)
    if found is None:
        raise Invalid(f"{name!r} names no repository of a hub.", "Write it like hf:OWNER/NAME; @REVISION may follow.")
    hub, revision = Hub(environ), found[2] or ""
    places = {VOCABULARY: hub.download(f"{found[1]}/{VOCABULARY}{revision}").path}
    for file in (SETTINGS, TEMPLATE):
        try:
            places[file] = hub.download(f"{found[1]}/{file}{revision}").path
        except NotFound:
            continue  # many have no template of its own, some no settings
    return places
