"""Writes open-2.jsonl from open-2-orders.txt, open-2-innocent.txt and open-2-around.txt, byte for byte the same each time.

A line of the sources is a text; `\\n` and `\\uXXXX` stand for themselves. What lies between ⟦ and ⟧ is the order, with a word before a colon where
it is hidden (zw, tag, b64, ...).
Innocent texts may hold base64 (b64) and flags; `@ask` marks what a user asks of the model, which stays in the user's place.
"""
# Cases stand in tables, one a line, and closures are called before their loop goes on.
import base64
import json
import random
import re
from pathlib import Path

HERE = Path(__file__).parent
ZERO = ["\u200b", "\u2060", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u200b\u2060"]
HOMO = str.maketrans("aeopcxiyAEOPCXTM", "аеорсхіуАЕОРСХТМ")
LEET = str.maketrans("aeoistAEOIST", "430157430157")


def read(name):
    groups, at = {}, None
    for line in (HERE / name).read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            at = groups.setdefault(line[3:], [])
        elif line.strip():
            line = line.replace("\\n", "\n")
            at.append(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), line))
    return groups


def hide(way, text, n):
    if way == "zw":
        mark = ZERO[n % len(ZERO)]
        if n % 3 == 2:  # inside the words only
            return re.sub(r"(?<=\w)(?=\w)", mark, text)
        return mark.join(text)
    if way == "tag":
        return "".join(chr(0xE0000 + ord(c)) for c in text if ord(c) < 128)
    if way == "flag":
        return "".join(chr(0xE0000 + ord(c)) for c in text) + chr(0xE007F)
    return {
        "b64": lambda: base64.b64encode(text.encode()).decode(),
        "hex": lambda: text.encode().hex(),
        "rev": lambda: text[::-1],
        "homo": lambda: text.translate(HOMO),
        "leet": lambda: text.translate(LEET),
        "spaced": lambda: "   ".join(" ".join(word) for word in text.split()),
        "wide": lambda: "".join("\u3000" if c == " " else chr(ord(c) + 0xFEE0) if 32 < ord(c) < 127 else c for c in text),
    }[way]()


WAYS = "zw|tag|flag|b64|hex|rev|homo|leet|spaced|wide"


def texts():
    n = 0
    for kind, lines in read("open-2-orders.txt").items():
        for line in lines:
            n += 1
            marks = re.findall(rf"⟦(?:({WAYS}):)?(.*?)⟧", line, re.S)
            assert len(marks) == 1, line
            way, order = marks[0]
            if way == "tag":
                order = "".join(c for c in order if ord(c) < 128)
            written = hide(way, order, n) if way else order
            yield "injection-" + kind, re.sub(r"⟦.*?⟧", lambda m, written=written: written, line, flags=re.S), order, written
    for kind, lines in read("open-2-innocent.txt").items():
        for line in lines:
            line = re.sub(r"⟦(b64|flag):(.*?)⟧", lambda m: hide(m[1], m[2], 0), line)
            assert "⟦" not in line, line
            yield kind + "-lookalike", line, None, None


TOOLS = [{"type": "function", "function": {"name": "open_page", "parameters": {"type": "object", "properties": {"name": {"type": "string"}}}}}]


def shaped(n, text, around):
    def pick(name, k):
        return around[name][(n * k + n // len(around[name])) % len(around[name])]

    def turn(role, content):
        return {"role": role, "content": content}

    ask, more, show, reply = pick("questions", 7), pick("questions", 11), pick("showing", 4), pick("answers", 5)
    other, system = pick("also", 3), pick("systems", 2)
    joint = ["\n\n", "\n", "\n---\n", "\n\nText:\n", " "][n % 5]
    both = ask + joint + text if n % 3 else text + "\n\n" + ask
    if text.startswith("@ask "):
        text = text[5:]
        both = text
        shape = [1, 3, 5, 7, 8, 9][n % 6]
    else:
        shape = n % 16
    if shape == 0:
        return {"text": text}, "text"
    if shape == 1:
        return {"input": both, "answer": reply}, "input"
    if shape == 2:
        return {"text": text, "input": ask, "answer": reply}, "text"
    if shape == 3:
        return {"messages": [turn("system", system), turn("user", both), turn("assistant", reply)]}, "messages.1.content"
    if shape == 4:
        return {"input": show, "answer": text}, "answer"
    if shape == 5:
        return {"input": both, "chosen": reply, "rejected": other}, "input"
    if shape == 6:
        return {"context": text, "question": ask, "response": reply}, "context"
    if shape == 7:
        return {"messages": [turn("user", more), turn("assistant", other), turn("user", both), turn("assistant", reply)]}, "messages.2.content"
    if shape == 8:
        return {"prompt": both, "completion": reply}, "prompt"
    if shape == 9:
        return {"question": both, "response": reply}, "question"
    if shape == 10:
        return {"messages": [turn("user", ask), turn("tool", text), turn("assistant", reply)]}, "messages.1.content"
    if shape == 11:
        call = {"id": f"call_{n}", "type": "function", "function": {"name": "open_page", "arguments": json.dumps({"name": f"page-{n}"})}}
        messages = [turn("system", system), turn("user", ask), {"role": "assistant", "content": None, "tool_calls": [call]},
                    {"role": "tool", "tool_call_id": call["id"], "content": text}, turn("assistant", reply)]
        return {"messages": messages, "tools": TOOLS}, "messages.3.content"
    if shape == 12:
        return {"input": show, "chosen": other, "rejected": text}, "rejected"
    if shape == 13:
        return {"messages": [turn("user", show), turn("assistant", text), turn("user", more), turn("assistant", reply)]}, "messages.1.content"
    if shape == 14:
        return {"text": text, "label": ["notice", "post", "record", "mail"][n % 4]}, "text"
    return {"input": show, "chosen": text, "rejected": other}, "chosen"


def main():
    rng = random.Random(20)
    around = read("open-2-around.txt")
    rows = list(texts())
    assert len({text for _, text, _, _ in rows}) == len(rows)
    rng.shuffle(rows)
    hosts = 0
    with open(HERE / "open-2.jsonl", "w", encoding="utf-8") as out:
        for n, (kind, text, order, written) in enumerate(rows):
            if order is None and n % 4 == 1 and "\n" not in text and text[0] not in "@<{|`\ufeff" and not kind.startswith(("code", "recipe")):
                host = around["hosts"][hosts % len(around["hosts"])]
                text = [host + " " + text, text + " " + host, host + "\n\n" + text][hosts % 3]
                hosts += 1
            data, path = shaped(n, text, around)
            truth = {"flag": order is not None, "path": path}
            if order is not None:
                truth["order"] = order
            value = data
            for part in path.split("."):
                value = value[int(part)] if part.isdigit() else value[part]
            assert text.removeprefix("@ask ") in value and (written is None or written in value), (path, text)
            out.write(json.dumps({"data": data, "truth": truth, "kind": kind}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
