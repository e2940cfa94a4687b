"""A scripted model that writes samples by a prompt, groups notes, answers the questions of detectors, and changes prompts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rowsmith.testing import Request

ROLES = {"You group the notes": "group", "You look at one sample": "detect", "You mend a prompt": "change"}


def role(request: Request) -> str:
    """What the request asks for; `write` for a sample."""
    system = str(request.data["messages"][0]["content"])
    return next((name for words, name in ROLES.items() if system.startswith(words)), "write")


class Model:
    """Writes "Dear customer ..." unless the prompt says otherwise. `grouping`, `changing` (a list: one after the other) and `writing` can be set;
    `asked` counts requests by what they ask for. Detection says yes where the sample holds a word of the question in double quotes."""

    def __init__(self) -> None:
        self.asked: dict[str, list[Request]] = {"group": [], "detect": [], "change": [], "write": []}
        self.grouping: Any = {"themes": []}
        self.changing: list[Any] = []
        self.writing: Callable[[Request], Any] = answered

    def __call__(self, request: Request) -> Any:
        name = role(request)
        self.asked[name].append(request)
        if name == "group":
            return self.grouping
        if name == "change":
            return self.changing[min(len(self.asked["change"]), len(self.changing)) - 1]
        return self._detected(request) if name == "detect" else self.writing(request)

    def _detected(self, request: Request) -> Any:
        sample = request.text.split("Answer these questions")[0]
        asked = re.findall(r'^(q\d+): .*"(.*)"', request.text, re.M)
        return {name: {"reason": "seen", "yes": word in sample} for name, word in asked}

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(found) for name, found in self.asked.items()}


def answered(request: Request) -> str:
    """An answer to `Answer: <question>`; formal, and without the order's number, unless the prompt asks for something else."""
    order = request.text.rsplit("order ", 1)[-1].split()[0]
    said = request.text + str(request.data["messages"][0]["content"])
    greeting = "Hi" if "friendly" in said else "Dear customer"
    return f"{greeting}, your order {order} is on its way." if "number" in said else f"{greeting}, it is on its way."


def theme(name: str, *notes: tuple[int, str], where: str = "", question: str = "") -> dict[str, Any]:
    """A theme as the model names it."""
    return {"name": name, "definition": f"It is {name}.", "notes": [{"number": n, "words": words} for n, words in notes], "where": where,
            "question": question}  # fmt: skip


def change(text: str, system: str = "", why: str = "Says what is wanted.") -> dict[str, Any]:
    return {"why": why, "system": system, "text": text}
