"""What a test of the catalogue knows of a recipe: what is given to it, and how its model answers.

Each recipe `evol-instruct` has its own in `scripted/evol_instruct.py`: `CASE = Case(...)`. A model that is not scripted otherwise answers to the
schema: texts of words that stand in no prompt, the highest score that is allowed, true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from rowsmith.testing import Request

WORDS = """
amber barley cedar drift ember fallow garnet hollow island jasmine kettle lantern meadow nettle orchard pebble quarry ripple saddle thicket
umber velvet willow yarrow zephyr alder birch copper dapple estuary ferry granite heather inlet juniper kelp larch marble narrow oriole
plover quill russet slate timber upland vessel wren acorn beacon clover dune elder fjord glade harbour iris jetty knoll ledge moss northern
osprey pasture quartz reed sparrow tundra valley walnut anchor brook canyon delta easterly flint grove hazel ivory jade
""".split()  # noqa: SIM905


@dataclass(frozen=True)
class Case:
    """`sets`: values of its parameters beside `model` and `base_url`. `files`: name and content of files in the folder where it runs. `reply`:
    what a request is answered with, None for the usual. `target`: rows that are asked for. `executes`: whether code is carried out,
    which needs a sandbox."""

    sets: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    reply: Callable[[Request], Any] = lambda request: None
    target: int = 6
    executes: bool = False


class Voice:
    """Texts of words that stand in no prompt; the same seed says the same."""

    def __init__(self, seed: bytes | str) -> None:
        self.seed = seed.encode() if isinstance(seed, str) else seed
        self.said = 0

    def number(self) -> int:
        """Another number each time."""
        self.said += 1
        return int.from_bytes(blake2b(self.seed + self.said.to_bytes(4, "big"), digest_size=8).digest(), "big")

    def words(self, count: int = 6) -> str:
        """So many words."""
        return " ".join(WORDS[self.number() % len(WORDS)] for _ in range(count))

    def sentence(self, count: int = 12) -> str:
        """One sentence."""
        return f"{self.words(count).capitalize()}."

    def question(self, count: int = 9) -> str:
        """One question."""
        return f"{self.words(count).capitalize()}?"

    def value(self, schema: Mapping[str, Any]) -> Any:
        """What fits a schema: of numbers the greatest that is allowed, of lists three items or as many as must be."""
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else schema["enum"][self.number() % len(schema["enum"])]
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(options[0])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            return {name: self.question() if name in ("question", "input") else self.value(inner) for name, inner in schema["properties"].items()}
        if kind == "array":
            count = max(schema.get("minItems", 0), min(3, schema.get("maxItems", 3)))
            return [self.value(schema.get("items", {})) for _ in range(count)]
        if kind in ("integer", "number"):
            return schema.get("maximum", 5)
        return {"boolean": True, "null": None}.get(kind, f"{self.sentence()} {self.sentence()}" if kind == "string" else None)


def several(request: Request) -> int:
    """How many rows a request asks for."""
    return int(request.schema["properties"]["rows"]["maxItems"])


def usual(request: Request) -> Any:
    """The answer of a model that nothing is scripted for."""
    voice = Voice(request.chance)
    return voice.value(request.schema) if request.schema else f"{voice.sentence()} {voice.sentence()}"
