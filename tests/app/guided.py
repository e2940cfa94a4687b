"""A scripted person and a scripted mind for guided talks."""

from __future__ import annotations

from typing import Any

from refiners import Model, role

from rowsmith.testing import Request

NEEDED = {
    "role_persona": "A patient support agent", "task_goal": "Answer complaints about bills", "use_case": "To compare two prompts",
    "input_format": "The customer's message", "output_format": "A short reply",
}  # fmt: skip
SUBJECTS = ("bill", "router", "contract", "move", "roaming", "refund", "address", "password", "discount", "outage", "number", "tablet", "invoice")
VERBS = ("lost", "double", "late", "wrong", "missing", "broken", "strange", "unclear", "unpaid", "blocked", "stolen")


class Mind:
    """Answers what the guide asks a model, by the schema of the question; what it is to say can be changed. `written` counts rows."""

    def __init__(self) -> None:
        self.written = 0
        self.refiner = Model()
        self.turn: dict[str, Any] = {"kind": "unclear", "items": []}
        self.analysis: list[dict[str, str]] = []
        self.suggestion: list[dict[str, str]] = []
        self.attributes: dict[str, list[str]] = {"tone": ["polite", "angry"], "length": ["short", "long"]}
        self.edge_cases = ["two questions in one", "no order number"]

    def __call__(self, request: Request) -> Any:
        if role(request) != "write":
            return self.refiner(request)
        fields = (request.schema or {}).get("properties", {})
        if "attributes" in fields:
            given = [{"name": name, "values": values} for name, values in self.attributes.items()]
            return {"attributes": given, "edge_cases": self.edge_cases}
        if "kind" in fields:
            return self.turn
        if "input" in fields:
            return self.writing(request)
        if "items" in fields:
            asked = fields["items"]["items"]["properties"]
            return {"items": self.analysis if "quote" in asked else self.suggestion}
        return None

    def writing(self, request: Request) -> Any:
        """A row; where the prompt says so, with a greeting that is friendly."""
        made = self.pair()
        return {**made, "answer": f"{'Hi!' if 'be friendly' in request.text else 'Dear customer.'} {made['answer']}"}

    def pair(self) -> dict[str, str]:
        """A row that is unlike all others."""
        number = self.written
        self.written += 1
        subject, verb = SUBJECTS[number % len(SUBJECTS)], VERBS[number % len(VERBS)]
        said = f"Case {number}: my {subject} of May {number * 31} is {verb}, see {number * number}"
        return {"input": said, "answer": f"Sorry about the {subject}."}


def said(item: str, quote: str, value: str = "", how: str = "stated") -> dict[str, str]:
    """What a mind takes down of a reply."""
    return {"item": item, "value": value or quote, "quote": quote, "how": how}


def shown(item: str, quote: str, value: str = "what it says") -> dict[str, str]:
    """What a mind reads in a prompt."""
    return {"item": item, "value": value, "quote": quote}
