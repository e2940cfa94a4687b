"""Plug-ins as files of a project, and the trust they need: a cloned folder must not run code.

A file in a `plugins` folder is read as text first; what it offers is seen in its syntax tree: classes that state a `kind`, and the
names FORMAT, PROVIDER and CONNECTOR, which go by the file's name. It is carried out only when its hash stands in `trusted.json` in
the user's configuration folder, outside every project, and what is carried out are the very bytes that were hashed.

A YAML file there is the profile of a provider. It runs nothing, but it says where keys are sent, so it needs the same trust.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.llm.providers import profiled
from rowsmith.store import configuration

MAX_BYTES = 1024 * 1024
PROFILE = ".yaml"
RECORD = "trusted.json"
OFFERS = {"FORMAT": "formats", "PROVIDER": "providers", "CONNECTOR": "connectors"}


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A plug-in file as it was read: `hash` is 64 hexadecimal digits (BLAKE2b-256 of its bytes), `offers` maps a group to names."""

    path: Path
    hash: str
    offers: Mapping[str, tuple[str, ...]]
    body: bytes = field(repr=False)

    @property
    def trust(self) -> Literal["trusted", "changed", "untrusted"]:
        """`changed`: another content of this path was trusted once."""
        known = trusted().get(str(self.path))
        return "trusted" if known == self.hash else "changed" if known else "untrusted"


def files(folders: Sequence[Path]) -> list[PluginFile]:
    """The plug-in files in the folders, in order, each once. A folder that is not there holds none.

    Raises:
        Invalid: a file is not Python, or is larger than a plug-in may be.
    """
    found = (path for folder in folders for path in sorted([*folder.glob("*.py"), *folder.glob("*.yaml")]))
    paths = [path.resolve() for path in found if not path.name.startswith("_")]
    return [read(path) for path in dict.fromkeys(paths)]


def read(path: Path) -> PluginFile:
    """Read a plug-in file without carrying it out.

    Raises:
        NotFound: it is not there.
        Invalid: as files.
    """
    try:
        with open(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound(f"The plug-in {path} cannot be opened: {error.strerror}.", "Give the path of a .py or .yaml file.") from None
    if len(body) > MAX_BYTES:
        raise Invalid(f"The plug-in {path} is larger than {MAX_BYTES:,} bytes.", "Move its data into files of their own.")
    digest = blake2b(body, digest_size=32).hexdigest()
    if path.suffix == PROFILE:
        return PluginFile(path.resolve(), digest, {"providers": (path.stem,)}, body)
    try:
        tree = ast.parse(body, str(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Invalid(f"The plug-in {path} is not Python that can be read: {error}.", "Correct it, or move it out of the plugins folder.") from None
    return PluginFile(path.resolve(), digest, _offers(tree, path), body)


def trust(path: Path) -> list[PluginFile]:
    """Record the present content of a plug-in file, or of each one in a folder, as trusted.

    Raises:
        NotFound: there is no plug-in at the path.
        Invalid: as files.
        Unavailable: the record cannot be written.
    """
    found = files([path]) if path.is_dir() else [read(path)]
    if not found:
        raise NotFound(f"No plug-in file lies in {path}.", "Give a .py or .yaml file, or the folder that holds it.")
    with configuration.changing(RECORD) as known:
        known |= {str(file.path): file.hash for file in found}
    return found


def trusted() -> dict[str, str]:
    """What has been trusted: path -> hash.

    Raises:
        Invalid: the record cannot be read.
    """
    known = configuration.record(RECORD)
    if not all(isinstance(value, str) for value in known.values()):
        raise Invalid(f"The record of trusted plug-ins, {configuration.folder() / RECORD}, is damaged.", "Delete it and trust your plug-ins again.")
    return known


def load(file: PluginFile, group: str, name: str) -> Any:
    """Carry out a trusted file, once a process, and take from it what it offers under `name`.

    Raises:
        Invalid: the file is not trusted, has changed since, or fails.
    """
    if (state := file.trust) != "trusted":
        said = "has changed since it was trusted" if state == "changed" else "is not trusted"
        would = "choose where your keys are sent" if file.path.suffix == PROFILE else "run as code on this machine"
        raise Invalid(f"The plug-in {file.path} {said}; it would {would}.", f"Read it, then: rowsmith plugins trust {file.path}")
    if file.path.suffix == PROFILE:
        return profiled(file.body, name, str(file.path))
    module = _module(file)
    wanted = [value for key, value in vars(module).items() if OFFERS.get(key) == group or (group == "steps" and _kind(value) == name)]
    if len(wanted) != 1:
        raise Invalid(f"The plug-in {file.path} offers {name!r} {len(wanted)} times once it is loaded.", "State each kind in one class.")
    return wanted[0]


def _kind(value: Any) -> Any:
    return value.__dict__.get("kind") if isinstance(value, type) else None


def _module(file: PluginFile) -> ModuleType:
    # Named by path and content: a file that is changed and trusted again in the same process is a new module.
    name = f"rowsmith_plugin_{blake2b(f'{file.path} {file.hash}'.encode(), digest_size=16).hexdigest()}"
    if (known := sys.modules.get(name)) is not None:
        return known
    module = ModuleType(name)
    module.__file__ = str(file.path)
    sys.modules[name] = module
    try:
        exec(compile(file.body, str(file.path), "exec"), module.__dict__)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt):
            raise
        said = f"{type(error).__name__}: {error}"
        raise Invalid(f"The plug-in {file.path} fails when it is loaded: {said}.", "Correct it and trust it again.") from error
    return module


def _offers(tree: ast.Module, path: Path) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            out["steps"] = (*out.get("steps", ()), *(value for name, value in _assigned(node.body) if name == "kind" and isinstance(value, str)))
    for name, _ in _assigned(tree.body):
        if name in OFFERS:
            out[OFFERS[name]] = (path.stem,)
    return out


def _assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, Any]]:
    """The names that statements give a value, each with the value where it is a constant."""
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) and node.value else []
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, value.value if isinstance(value, ast.Constant) else None
