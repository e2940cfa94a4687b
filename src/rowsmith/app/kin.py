"""Whether a judge and who is judged are of one family of models: judges favour what reads like themselves (Panickssery et al., arXiv 2404.13076)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rowsmith import content

SOURCE = "judges favour their own (arXiv 2404.13076)"


def family(model: str) -> str:
    """The family of a model by its name: `gpt` of openai/o3-mini and openrouter/openai/gpt-4o, `llama` of ollama/codellama.

    Names tell what a model is called, not what it was made of: of a model that was tuned under another name nothing is known.
    """
    words = re.findall(r"[a-z]+\d*|\d+", model.rsplit("/", 1)[-1].lower())
    known = content.families()
    for word in words:
        if found := next((name for name, starts in known.items() if any(_begins(word, start) for start in starts)), None):
            return found
    return re.sub(r"\d+$", "", words[0]) if words else model.lower()


def related(judges: Iterable[str], makers: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of a judge and a model that made what it judges, of one family; both sorted."""
    made = sorted(set(makers))
    return [(judge, maker) for judge in sorted(set(judges)) for maker in made if family(judge) == family(maker)]


def told(judges: Iterable[str], makers: Iterable[str], made: str = "the rows") -> str:
    """The warning that this deserves; empty where they are not related."""
    found = related(judges, makers)
    if not found:
        return ""
    judging = " and ".join(dict.fromkeys(judge for judge, _ in found))
    others = dict.fromkeys(maker for _, maker in found)
    return f"The judge {judging} is of the family of {' and '.join(others)}, which made {made}; {SOURCE}."


def _begins(word: str, start: str) -> bool:
    """`o3` begins no other word, `llama` begins llama3."""
    return word == start if len(start) < 4 and any(map(str.isdigit, start)) else bool(re.fullmatch(rf"{start}\d*", word))
