"""Rowsmith makes datasets for language models, proves them, keeps them, and puts them to use.

    from rowsmith import Lab, Recipe

    result = Lab(".rowsmith").project("default").runs.start("recipe.yaml", sets={"input": "texts.jsonl"})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab as Lab
    from rowsmith.core.recipe import Recipe as Recipe

__version__ = "0.1.0"
__all__ = ["Lab", "Recipe", "__version__"]

_WHERE = {"Lab": "rowsmith.app.lab", "Recipe": "rowsmith.core.recipe"}


def __getattr__(name: str) -> Any:
    """Lab and Recipe are loaded when they are first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'rowsmith' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
