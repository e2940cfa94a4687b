"""Writes open-2.jsonl from open-2.txt: `python3 make2.py` in this folder, the same bytes each time."""

import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUPPORTED = {"quoted", "paraphrase", "combined", "rewritten"}


def row(n, source, question, answer):
    chat = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    match n % 6:
        case 0:
            return {"text": source, "input": question, "answer": answer}
        case 1:
            return {"context": source, "messages": chat}
        case 2:
            return {"context": source, "question": question, "response": answer}
        case 3:
            return {"context": source, "input": question, "answer": answer}
        case 4:
            return {"text": source, "messages": chat}
        case _:
            return {"context": source, "messages": [{"role": "system", "content": "Answer from the source only."}, *chat]}


def main():
    source, question, lines = "", "", []
    for line in (HERE / "open-2.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("S "):
            source = line[2:]
            continue
        if line.startswith("? "):
            question = line[2:]
            continue
        kind, marked = line.split(": ", 1)
        unsupported = re.findall(r"\{(.*?)\}", marked)
        supported = kind in SUPPORTED
        if len(unsupported) != (0 if supported else 1):
            raise ValueError(line)
        answer = marked.replace("{", "").replace("}", "") if unsupported else marked
        # A step beside the eight answers of a source, so that each kind comes in each shape.
        n = len(lines) + len(lines) // 8 * 3
        truth = {"flag": not supported, "supported": supported, "unsupported": unsupported}
        lines.append({"data": row(n, source, question, answer), "truth": truth, "kind": kind})
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (HERE / "open-2.jsonl").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
