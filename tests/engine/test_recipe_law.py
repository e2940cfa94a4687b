"""Law: a recipe that is written reads back the same, whatever its steps and settings."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from rowsmith import registry
from rowsmith.core.errors import NotFound
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.engine.recipe_file import build, dump, loads

ODD = [
    "1e5", "no", "true", "null", "~", "=", "<<", "007", "1:30", "2024-01-01", "${a}", "$${", "$$${x}", "a: b", "# c", "- x", "a\nb\n", "\n a\n\n", 
    " x ", "{{ x }}", "\u2028", "\x85b", "a\r\nb", "\ufeff", "\t", "!x", "*a", "&a", "%", "'", '"', "|", "? x", "x:", "",
]  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(ODD)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
LEAF = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | NUMBER | TEXT
BOUNDS = ("ge", "gt", "le", "min_length", "pattern")
JSON = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)


def values(kind: Any, marks: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Values of a setting's type."""
    origin, args = get_origin(kind), get_args(kind)
    bound = {name: found for name in BOUNDS for mark in marks if (found := _bound(mark, name)) is not None}
    low, size = bound.get("ge", bound.get("gt", 0)), {"min_size": bound.get("min_length", 0)}
    if origin is Annotated:
        return values(args[0], (*args[1:], *marks))
    if origin in (Union, UnionType):
        return st.one_of(*(values(arg) for arg in args))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is list:
        return st.lists(values(args[0]), max_size=3, **size)
    if origin is dict:
        return st.dictionaries(TEXT, values(args[1]), max_size=3, **size)
    if origin is tuple:
        return st.tuples(*(values(arg) for arg in args))
    if kind is str:
        return st.from_regex(bound["pattern"], fullmatch=True) if "pattern" in bound else TEXT
    if kind is int:
        return st.integers(int(low), bound.get("le", 10**6))
    if kind is float:
        return st.floats(low, bound.get("le", 1e6), exclude_min="gt" in bound)
    return {bool: st.booleans(), NoneType: st.none()}.get(kind, JSON)


def _bound(mark: Any, name: str) -> Any:
    inner = [found for more in getattr(mark, "metadata", ()) if (found := _bound(more, name)) is not None]
    return getattr(mark, name, None) if not inner else inner[0]


@st.composite
def some(draw: Any, cls: type[BaseModel], **fixed: Any) -> Any:
    """An object of a class, a few of its settings given."""
    wanted = [name for name, field in cls.model_fields.items() if field.is_required() or draw(st.integers(0, 2)) == 0]
    fields = {name: cls.model_fields[name] for name in wanted if name not in ("name", "from_")}
    given = {field.alias or name: draw(values(field.annotation, tuple(field.metadata))) for name, field in fields.items()}
    try:
        return cls.model_validate({**given, **fixed})
    except (ValidationError, NotFound):  # NotFound: a rubric of no such name
        assume(False)


@st.composite
def recipes(draw: Any) -> Recipe:
    kinds = draw(st.lists(st.sampled_from(sorted(registry.step_kinds())), max_size=3))
    sources = [kind for kind in kinds if kind.startswith("read.")]
    rest = [kind for kind in kinds if not kind.startswith("read.")]
    first = draw(some(registry.step("read.rows"), name="first"))
    steps = [draw(some(registry.step(kind), name=f"{n} é")) for n, kind in enumerate(sources + rest)]
    models = draw(st.dictionaries(TEXT, some(Model), max_size=2))
    return draw(some(Recipe, name=draw(TEXT.filter(bool)), models=models, steps=[first, *steps], parameters={}))


@given(recipes())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_recipe_that_is_written_reads_back_the_same(recipe):
    assert loads(dump(recipe)) == recipe
    assert build(recipe.dump()) == recipe
