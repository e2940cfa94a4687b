"""Files of weights, and folders of them: found by path or downloaded from the hub, and named by what is in them.

A file of gigabytes is read once to be named; its hash is kept with the file's path, size and time of change.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.weights import Hub, Note
from rowsmith.llm.record import Record

HUB = "hf:"
_HUB_NAME = re.compile(
    r"(?P<file>(?P<repo>hf:[^/@#]+/[^/@#]+)/[^@#]+\.(?:gguf|(?P<onnx>onnx)))(?P<revision>@[^@#]+)?(?P<hash>#sha256=[0-9a-fA-F]{64})?"
)
VOCABULARY = "tokenizer.json"
BESIDE = ("config.json", "tokenizer_config.json", "sentence_bert_config.json")
"""What a repository of a model in ONNX form may hold besides: how many tokens a text may have."""
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")
PIECE = 4 * 1024 * 1024
TOLD = 1 << 30
"""Bytes from which on reading a file takes long enough to be told."""


class WeightFiles:
    """The files of local models (core.weights.Weights).

    Args:
        base: folder from which relative paths are taken.
        cache: folder in which hashes are kept.
        hub: gives the hub, when a file of it is named; None: there are none to be had.
    """

    def __init__(self, base: Path, cache: Path, hub: Callable[[], Hub] | None = None) -> None:
        self._base, self._record, self._hub = base, Record(cache / "weights.json"), hub
        self._lock = threading.Lock()

    def here(self, name: str) -> Path | None:
        """See core.weights.Weights."""
        if not name.startswith(HUB):
            return self._file(name)
        names = _of_hub(name)
        if self._hub is None:
            return None
        hub = self._hub()
        paths = [hub.here(part) for part in names]
        return None if None in paths else paths[0]

    def fetched(self, name: str, note: Note) -> Path:
        """See core.weights.Weights."""
        if not name.startswith(HUB):
            return self._file(name)
        names = _of_hub(name)
        if self._hub is None:
            raise Unavailable("Files of the hub cannot be had here.", "Download the file, and give its path.")
        hub = self._hub()
        first, *others = [hub.fetch(part, note) for part in names]
        if first.suffix == ".onnx":
            for beside in _beside(name):
                with suppress(NotFound):
                    hub.fetch(beside, note)
            return first
        if any(path.parent != first.parent for path in others):
            raise Unavailable(f"The parts of {name} do not lie in one folder.", "Download them into one, and give the path of the first.")
        return first

    def hash(self, name: str, note: Note) -> str:
        """See core.weights.Weights. Weights in several files are named by all of them, a folder by its files and what they are called."""
        with self._lock:
            first = self.fetched(name, note)
            if first.is_dir():
                hashes = [f"{place}\0{self._hash(first / place, note)}" for place in _inside(first)]
            elif first.suffix == ".onnx":
                hashes = [self._hash(first, note), self._hash(vocabulary_of(first), note)]
            else:
                hashes = [self._hash(first.with_name(part), note) for part in parts(first.name)]
                if len(hashes) == 1:
                    return hashes[0]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()

    def _file(self, name: str) -> Path:
        given = self._base / Path(name).expanduser()
        if given.is_dir():
            return given
        paths = [given.with_name(part) for part in parts(given.name)]
        if missing := next((path for path in paths if not path.is_file()), None):
            fix = f"Give the path of a GGUF file, or one of the hub: local/{HUB}ORG/REPO/FILE.gguf."
            raise NotFound(f"There is no file {missing}.", fix)
        return paths[0]

    def _hash(self, path: Path, note: Note) -> str:
        state = path.stat()
        now = [state.st_size, state.st_mtime_ns]
        place = str(path.resolve())
        if (entry := self._record.known().get(place)) and entry[:2] == now:
            return str(entry[2])
        if state.st_size >= TOLD:
            note(f"reading {path.name} once, to name it")
        try:
            found = _sha256(path)
        finally:
            note("")
        self._record.keep(place, [*now, found])
        return found


def _inside(folder: Path) -> list[str]:
    """The files in a folder and its folders, hidden ones left out."""
    places = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(place.as_posix() for place in places if not any(part.startswith(".") for part in place.parts))


def vocabulary_of(graph: Path) -> Path:
    """The tokenizer's file of a model in ONNX form: beside the graph, or in the repository's folder above it.

    Raises:
        NotFound: there is none.
    """
    places = [graph.parent / VOCABULARY, graph.parent.parent / VOCABULARY]
    if found := next((path for path in places if path.is_file()), None):
        return found
    raise NotFound(f"There is no {VOCABULARY} beside {graph} or above it.", "Name a model that was exported with its tokenizer.")


def _beside(name: str) -> list[str]:
    found = _HUB_NAME.fullmatch(name)
    assert found is not None
    return [f"{found['repo']}/{file}{found['revision'] or ''}" for file in BESIDE]


def _of_hub(name: str) -> list[str]:
    """The names of all files of weights that begin with the hub's file `name`; a hash that it states is that of the first. To a graph in ONNX
    form belongs its repository's tokenizer."""
    found = _HUB_NAME.fullmatch(name)
    if found is None:
        fix = (
            f"Write it like local/{HUB}ORG/REPO/FILE.gguf or onnx/{HUB}ORG/REPO/onnx/model.onnx, with @REVISION at its end if it must be a "
            "certain one."
        )
        raise Invalid(f"{name!r} is no file of the hub.", fix)
    first, *others = parts(found["file"])
    revision = found["revision"] or ""
    if found["onnx"]:
        others = [f"{found['repo']}/{VOCABULARY}"]
    return [f"{first}{revision}{found['hash'] or ''}", *(f"{other}{revision}" for other in others)]


def parts(file: str) -> list[str]:
    """The names of all files of weights that begin with `file`: llama.cpp splits large ones into NAME-00001-of-00003.gguf and so on."""
    if not (found := _PART.search(file)):
        return [file]
    return [f"{file[: found.start()]}-{number:05}-of-{found[2]}.gguf" for number in range(1, int(found[2]) + 1)]


def _sha256(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            made.update(piece)
    return made.hexdigest()
