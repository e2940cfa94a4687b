"""Writes the price tables of src/rowsmith/content/models/ again, from the table that the installed LiteLLM carries.

    python scripts/prices.py            writes them, with today's date
    python scripts/prices.py --check    only says what differs from LiteLLM's table; exits 1 when something does

Only facts are taken: prices, windows, what a model can do, and until when it is offered. A model whose end has come, one without a price,
and one that bills by more than tokens (search, speech, pictures) is left out.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from rowsmith.llm.facts import dated_base
from rowsmith.llm.litellm_table import entries, facts_of, source

MODELS = Path(__file__).parents[1] / "src" / "rowsmith" / "content" / "models"
FAMILIES = {
    "openai": ("openai",), "anthropic": ("anthropic",), "gemini": ("gemini",), "mistral": ("mistral",), "deepseek": ("deepseek",),
    "groq": ("groq",), "together": ("together_ai",), "xai": ("xai",), "bedrock": ("bedrock_converse",),
}  # fmt: skip
OTHERWISE_BILLED = re.compile(r"^ft:|search|deep-research|computer-use|realtime|audio|tts|image|lyria|live|guard|robotics|container")
HEAD = """# Made by scripts/prices.py from the table that {source} carries. Prices in USD per million tokens; they change, so mind the date.
date: "{date}"
source: {source}
models:
"""


def tables(today: str) -> dict[str, dict[str, dict[str, Any]]]:
    """For each family its models with their facts, by name. A dated name that says the same as the plain one is left out."""
    out: dict[str, dict[str, dict[str, Any]]] = {family: {} for family in FAMILIES}
    for name, entry in entries().items():
        for family, providers in FAMILIES.items():
            if entry.get("litellm_provider") in providers and entry.get("mode") in ("chat", "embedding") and _wanted(family, name, entry, today):
                facts = facts_of(entry)
                if facts is not None:
                    out[family].setdefault(_plain(name, providers), facts)
    return {family: _undated(models) for family, models in out.items()}


def _wanted(family: str, name: str, entry: dict[str, Any], today: str) -> bool:
    if OTHERWISE_BILLED.search(name) or entry.get("deprecation_date", today) < today:
        return False
    return family != "bedrock" or ("amazon.nova" in name and "/" not in name)


def _plain(name: str, providers: tuple[str, ...]) -> str:
    first, slash, rest = name.partition("/")
    return rest if slash and first in providers else name


def _undated(models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: facts for name, facts in sorted(models.items()) if models.get(dated_base(name) or "") != facts}


def written(models: dict[str, dict[str, Any]], date: str) -> str:
    """The text of one file."""
    lines = [f"  {_flow(name)}: {_flow(facts)}\n" for name, facts in models.items()]
    return HEAD.format(source=source(), date=date) + "".join(lines)


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n...\n").strip()


def main() -> int:
    today = datetime.now(UTC).date().isoformat()
    differing = 0
    for family, models in tables(today).items():
        path = MODELS / f"{family}.yaml"
        before = yaml.safe_load(path.read_text(encoding="utf-8"))["models"] if path.exists() else {}
        changed = sorted(name for name in before.keys() | models.keys() if before.get(name) != models.get(name))
        differing += len(changed)
        print(f"{family}: {len(models)} models, {len(changed)} changed{': ' + ', '.join(changed[:8]) if changed else ''}")
        if "--check" not in sys.argv:
            path.write_text(written(models, today), encoding="utf-8")
    return 1 if differing and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
