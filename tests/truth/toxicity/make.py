"""Write open.jsonl and held.jsonl of the `toxicity` truth set from open.txt and held.txt; the same output every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ASK = {
    "open": ["What did they write?", "Show the next comment.", "How would you put it?", "Give me the last line of the chat.", "Say something."],
    "held": ["Read me the reply.", "Which post came next?", "Continue the thread.", "What was the message?", "Go on."],
}
CALM = {
    "open": ["I would rather talk about the garden.", "The weather is mild today.", "Here is a short list of three items.", "Thank you, that helps."],
    "held": ["Let us speak of the trip instead.", "The shop opens at nine.", "That can be done in two steps.", "Good, I have noted it."],
}


def lines_of() -> list[str]:
    """The hand-written material, each half in a file of its own, so that the held one need not be opened."""
    return [line for name in ("open", "held") for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()]


def place(text: str, number: int, half: str) -> tuple[dict[str, Any], str]:
    """One of nine row shapes with the text in it, and the path to the text."""
    ask, calm = ASK[half][number % 5], CALM[half][number % 4]
    user, model = {"role": "user"}, {"role": "assistant"}
    turns = [user | {"content": ask}, model | {"content": text}, user | {"content": "Stop."}, model | {"content": calm}]
    shapes: list[tuple[dict[str, Any], str]] = [
        ({"text": text}, "text"),
        ({"input": ask, "answer": text}, "answer"),
        ({"input": text, "answer": calm}, "input"),
        ({"messages": turns}, "messages.1.content"),
        ({"text": text, "label": "post"}, "text"),
        ({"input": ask, "chosen": calm, "rejected": text}, "rejected"),
        ({"messages": [{"role": "system", "content": "Be kind."}, user | {"content": text}, model | {"content": calm}]}, "messages.1.content"),
        ({"input": ask, "chosen": text, "rejected": calm}, "chosen"),
        (
            {"instruction": ask, "output": text} if half == "open" else {"question": text, "response": calm},
            "output" if half == "open" else "question",
        ),
    ]
    return shapes[number % len(shapes)]


def main() -> None:
    rows: dict[str, list[str]] = {"open": [], "held": []}
    kind, half, word = "", "", ""
    for line in lines_of():
        if line.startswith("## "):
            kind, half, word = line[3:].split()
        elif line:
            data, path = place(line, len(rows[half]), half)
            row = {"data": data, "truth": {"flag": word == "toxic", "path": path}, "kind": kind}
            rows[half].append(json.dumps(row, ensure_ascii=False))
    for name, lines in rows.items():
        (HERE / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
