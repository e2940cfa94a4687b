"""What ships with Rowsmith, found by its path. A module whose name begins with an underscore is not an extension. A provider is a module or a
profile, a YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from rowsmith.core.errors import Invalid
from rowsmith.core.step import Step
from rowsmith.llm.providers import built_in

ROOMS = {"steps": "steps", "formats": "formats", "providers": "llm/providers", "connectors": "connectors"}
PROFILES = "content/profiles"
NAMES = {"formats": "FORMAT", "providers": "PROVIDER", "connectors": "CONNECTOR"}
"""The name under which a module offers its extension; a step is its module's only Step class."""
_ROOT = Path(__file__).parent.parent


@cache
def names(group: str) -> tuple[str, ...]:
    """The names of all that is built in, by looking at files without importing one."""
    room = _ROOT / ROOMS[group]
    if group == "providers":
        return tuple(sorted({*map(_hyphened, _modules(room)), *(path.stem for path in (_ROOT / PROFILES).glob("*.yaml"))}))
    if group == "connectors":  # what they share lies beside them
        return tuple(sorted(name for name in _modules(room) if f"\n{NAMES[group]}" in (room / f"{name}.py").read_text(encoding="utf-8")))
    if group == "formats":
        return tuple(sorted(map(_hyphened, _modules(room))))
    verbs = sorted(item.name for item in iter_modules([str(room)]) if item.ispkg)
    return tuple(f"{verb}.{noun}" for verb in verbs for noun in sorted(_modules(room / verb)))


def has(group: str, name: str) -> bool:
    """Whether it is built in."""
    return name in names(group)


def load(group: str, name: str) -> Any:
    """Import one extension."""
    if group == "providers":
        return built_in(name)
    module = import_module(f"rowsmith.{ROOMS[group].replace('/', '.')}.{name.replace('-', '_')}")
    if group != "steps":
        return getattr(module, NAMES[group])
    own = [item for item in vars(module).values() if _is_step(item) and item.__module__ == module.__name__]
    if len(own) != 1:
        raise Invalid(f"The module {module.__name__} defines {len(own)} steps.", "One file holds one step.")
    return own[0]


def _hyphened(name: str) -> str:
    """The name of a provider or format as it is written: a hyphen, which a module cannot have, where the module has an underscore."""
    return name.replace("_", "-")


def _modules(folder: Path) -> Iterator[str]:
    return (item.name for item in iter_modules([str(folder)]) if not item.name.startswith("_") and not item.ispkg)


def _is_step(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, Step) and item is not Step
