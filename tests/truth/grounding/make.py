"""Write open.jsonl and held.jsonl of the `grounding` truth set from open.txt and held.txt; the same output every time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SUPPORTED = {"quoted", "paraphrase", "combined", "rewritten"}
MARK = re.compile(r"\[\[(.+?)\]\]")


def lines_of() -> list[str]:
    """The hand-written material, each half in a file of its own, so that the held one need not be opened."""
    return [line for name in ("open", "held") for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()]


def place(source: str, question: str, answer: str, number: int) -> dict[str, Any]:
    """One of six row shapes: where the source, the question and the answer stand."""
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    shapes: list[dict[str, Any]] = [
        {"text": source, "input": question, "answer": answer},
        {"context": source, "input": question, "answer": answer},
        {"context": source, "question": question, "response": answer},
        {"text": source, "messages": turns},
        {"context": source, "input": question, "answer": answer},
        {"context": source, "messages": [{"role": "system", "content": "Answer from the source only."}, *turns]},
    ]
    return shapes[number % len(shapes)]


def main() -> None:
    rows: dict[str, list[str]] = {"open": [], "held": []}
    half, source, question = "", "", ""
    for line in lines_of():
        head, rest = line.split(" ", 1)
        if head == "#":
            half = rest
        elif head == "S":
            source = rest
        elif head == "Q":
            question = rest
        else:
            wrong, answer = MARK.findall(rest), MARK.sub(r"\1", rest)
            assert (head in SUPPORTED) == (not wrong), line
            data = place(source, question, answer, len(rows[half]) * 5 // 4)
            truth = {"flag": bool(wrong), "supported": not wrong, "unsupported": wrong}
            rows[half].append(json.dumps({"data": data, "truth": truth, "kind": head}, ensure_ascii=False))
    for name, lines in rows.items():
        (HERE / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
