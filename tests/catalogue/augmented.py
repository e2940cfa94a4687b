"""What is given to the recipes of augmentation, and a model that says it anew: texts of customers, each with a label, a name and a number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from rowsmith.testing import Request

NAMES = ("Priya", "Felix", "Naomi", "Omar", "Freya", "Lars", "Lucia", "Jonas")
CITIES = ("Bergen", "Porto", "Graz", "Lyon", "Turin", "Calgary", "Malaga", "Utrecht")
THINGS = ("kettle", "lantern", "saddle", "anchor", "hammock", "compass", "blanket", "tripod")
ANEW = {
    "bought": "purchased", "wrong": "incorrect", "customers": "clients", "often": "frequently", "very quickly": "at great speed", "parcel": "package",
}  # fmt: skip
"""Words that mean the same."""


def mail(number: int) -> dict[str, str]:
    """A customer's mail and its label."""
    name, city, thing = NAMES[number], CITIES[number], THINGS[number]
    if number % 2:
        text = (
            f"Hello, this is {name} from {city}. I bought a {thing} in your shop {number + 11} days ago, and it does not work as it should. "
            f"You often help customers very quickly, so please give me my money back, all {number + 31} euros of it, because the {thing} is "
            "plainly wrong for me."
        )
        return {"text": text, "label": "refund"}
    text = (
        f"Good morning, my name is {name} and I live in {city}. The parcel with the {thing} was sent {number + 11} days ago and has still not come "
        f"to my door. Your drivers often find the house number {number + 31} very quickly, so where is my parcel now, and who of "
        "your customers has it?"
    )
    return {"text": text, "label": "delivery"}


ROWS = [mail(number) for number in range(8)]
FILE = {"mails.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS)}
SETS = {"input": "mails.jsonl", "embedder": "openai/embed"}
QUESTIONS = [
    {"input": f"How many {thing}s are in {number + 2} boxes when each of the boxes in the old store in {CITIES[number]} holds {number + 3} of them?",
     "answer": f"{(number + 2) * (number + 3)} {thing}s"}
    for number, thing in enumerate(THINGS)
]  # fmt: skip


def shown(request: Request) -> dict[str, str]:
    """The texts that stand fenced off in a request, by their names."""
    found = re.findall(r"^--- [0-9a-f]{12} (.+?) ---\n(.*?)(?=\n--- [0-9a-f]{12} )", request.text, re.MULTILINE | re.DOTALL)
    return dict(found)


def anew(text: str) -> str:
    """The same in other words."""
    for word, other in ANEW.items():
        text = text.replace(word, other)
    return text


def label_of(text: str) -> str:
    """What a careful reader takes a mail for."""
    return "refund" if "money back" in text else "delivery"


def asked(request: Request) -> list[str]:
    """The fields that are asked for."""
    return list(request.schema["properties"]) if request.schema else []


def model(say: Callable[[str], str] = anew, label: Callable[[str], str] = label_of) -> Callable[[Request], Any]:
    """One that writes by `say` and finds labels by `label`."""

    def reply(request: Request) -> Any:
        fields = asked(request)
        texts = shown(request)
        if fields == ["reason", "label"]:
            return {"reason": "It says so.", "label": label(texts["text"])}
        return {path: say(texts[path]) for path in fields}

    return reply
