"""Writes open-3.jsonl from parts-open-3.txt, byte for byte the same each time: a third open part, by other texts than the others, half of it innocent look-alikes.
Written from the definition by an author who had not seen the check.

A heading is `## kind` or `## kind {settings}`, a line `question || answer`, `question || good answer of a pair`, or a plain text alone; escapes as in make2.py.
"""
# Cases stand in tables, one a line.
# ruff: noqa: E501, RUF005

import json
import random
from pathlib import Path

from make2 import Maker, read, turn

HERE = Path(__file__).parent
SYSTEMS = ["You work at the desk of a village museum.", "Say it in few words.", "Du bist ein geduldiger Helfer.", "Tu réponds aux lecteurs d'un petit journal."]
# The kinds whose lines hold what is told of them in full, with the problem.
WRITTEN = {
    "refusal": "refusal", "boilerplate": "boilerplate", "placeholder": "placeholder", "placeholder-question": "placeholder", "scaffold": "scaffolding",
    "truncated-written": "truncated", "truncated-code": "truncated", "truncated-json": "truncated", "json-bad": "json", "language": "language",
    "schema-answer": "schema", "short": "length", "prompt-start": "prompt-copy", "prompt-end": "prompt-copy", "prompt-whole": "prompt-copy",
}  # fmt: skip
UNMEASURED = ("like-short", "like-choices", "like-json", "like-schema", "json-bad", "schema-answer", "truncated-json")
SHAPES = ("input+answer", "chat", "question+response", "last", "system", "prompt+completion", "middle")
SPACED = "\u3040", "\u9fff"


def short(text: str) -> bool:
    """Fewer than 12 words, of a script that parts words by white space."""
    return len(text.split()) < 12 and not any(SPACED[0] <= sign <= SPACED[1] for sign in text)


class Third:
    def __init__(self) -> None:
        self.rng = random.Random(7)
        self.groups = read("parts-open-3.txt")
        self.good = [tuple(parts) for parts in self.groups.pop("good")]
        self.doubles = self.groups.pop("doubles")
        self.rows, self.n = [], 0

    def add(self, kind, data, problems=(), where=None, asked=None) -> None:
        self.rows.append({"data": data, "truth": {"flag": bool(problems), "problems": list(problems), "where": where if problems else None, "asked": asked or {}}, "kind": kind})

    def system(self):
        return turn("system", SYSTEMS[self.n % len(SYSTEMS)])

    def talk(self, count=1):
        """Good turns to stand around others, in English."""
        out = []
        for _ in range(count):
            self.n += 1
            _, q, a = [good for good in self.good if good[0] == "en"][self.n % 6]
            out += [turn("user", q), turn("assistant", a)]
        return out

    def shape(self, q, a, last=False):
        self.n += 1
        shape = SHAPES[self.n % (len(SHAPES) - last)]
        own = [turn("user", q), turn("assistant", a)]
        if "+" in shape:
            first, second = shape.split("+")
            return {first: q, second: a}, second
        before = [self.system()] if shape == "system" else [] if shape == "chat" else self.talk()
        turns = before + own + (self.talk() if shape == "middle" else [])
        return {"messages": turns}, f"messages.{len(before) + 1}"

    @staticmethod
    def question_of(where):
        return f"messages.{int(where[9:]) - 1}" if where.startswith("messages.") else {"answer": "input", "response": "question", "completion": "prompt"}[where]

    def written(self) -> None:
        for heading, lines in self.groups.items():
            kind, _, settings = heading.partition(" ")
            asked = json.loads(settings) if settings else {}
            problem = WRITTEN.get(kind)
            for parts in lines:
                if kind == "like-choices":
                    self.add(kind, {"input": parts[0], "choices": json.loads(parts[1]), "answer": parts[2]})
                    continue
                if len(parts) == 1:
                    self.add(kind, {"text": parts[0]}, [problem] if problem else [], "text")
                    continue
                q, a = parts[:2]
                problems = [problem] if problem else []
                if short(a) and kind not in UNMEASURED and problem != "length":
                    assert problem, (kind, a)
                    problems.append("length")
                if len(parts) == 3:
                    data, where = {"input": q, "chosen": parts[2], "rejected": a}, "rejected"
                else:
                    data, where = self.shape(q, a, last=bool(asked) or short(a))
                self.add(kind, data, problems, self.question_of(where) if kind == "placeholder-question" else where, asked)

    def encoding(self) -> None:
        """Misread octets, lost signs and control characters, in answers, questions and texts."""
        of = {language: [good for good in self.good if good[0] == language and not good[2].isascii()] for language in {good[0] for good in self.good}}
        for i, language in enumerate(("de", "fr", "es", "pt", "it", "en", "ru", "tr", "de", "nl")):
            _, q, a = of[language][i % len(of[language])]
            codec = "latin-1" if i in (2, 6) else "cp1252"
            word = next(word for word in a.split() if not word.isascii())
            bad = a.replace(word, Maker.misread(word, codec), 1) if i % 2 else Maker.misread(a, codec)
            self.spoilt("encoding-mojibake", q, a, bad, i)
        _, q, a = of["de"][1]
        self.add("encoding-mojibake", {"input": Maker.misread("Was heißt Überwintern für Vögel, und wie lange währt es?", "cp1252"), "answer": a}, ["encoding"], "input")
        for i, language in enumerate(("fr", "de", "es", "ja", "en")):
            _, q, a = of[language][-1 - i % len(of[language])]
            at = next(j for j, sign in enumerate(a) if ord(sign) > 127)
            self.spoilt("encoding-replacement", q, a, a[:at] + "\ufffd" + a[at + 1 :], i + 1)
        for i, mark in enumerate(("\x00", "\x1b[0m", "\x08", "\x0c", "\x7f", "\x9d")):
            _, q, a = self.good[i]
            at = self.rng.randrange(5, 40)
            self.spoilt("encoding-control", q, a, a[:at] + mark + a[at:], i)

    def spoilt(self, kind, q, a, bad, i) -> None:
        if i % 5 == 4:
            self.add(kind, {"text": bad}, ["encoding"], "text")
        elif i % 5 == 3:
            self.add(kind, {"input": q, "chosen": bad, "rejected": a} if i % 2 else {"input": q, "chosen": a, "rejected": bad}, ["encoding"], "chosen" if i % 2 else "rejected")
        else:
            data, where = self.shape(q, bad)
            self.add(kind, data, ["encoding"], where)

    def chats(self) -> None:
        for i in range(8):  # a turn is missing, or one too many stands there
            head, chat = [self.system()] if i % 3 == 1 else [], self.talk(3)
            at = (1, 2, 3, 4)[i % 4]
            broken = chat[:at] + chat[at + 1 :] if i < 5 else chat[:at] + [turn(chat[at - 1]["role"], ("And please keep it short, we are in a hurry today.", "To put it in other words, take your time, watch the weather and ask those who have done it before you.")[at % 2 == 0])] + chat[at:]
            self.add("roles", {"messages": head + broken}, ["roles"], f"messages.{len(head) + at}")
        for i, blank in enumerate(("", None, " \n ", "\t", "\u2003", "", "\u00a0\u00a0", "\r\n")):
            chat = ([self.system()] if i % 2 else []) + self.talk(2)
            at = (0, 1, 2, 3)[i % 4]
            chat[at]["content"] = blank
            self.add("empty-turn", {"messages": chat}, ["empty"], f"messages.{at}")
        for i, (q_name, a_name, blank) in enumerate((("input", "answer", ""), ("question", "response", None), ("prompt", "completion", "   "), ("answer", "input", "\n"))):
            _, q, a = self.good[i]
            self.add("empty-column", {"input": blank, "answer": a} if q_name == "answer" else {q_name: q, a_name: blank}, ["empty"], a_name)
        q, a, _ = self.doubles[0]
        self.add("empty-column", {"input": q, "chosen": a, "rejected": "\u3000"}, ["empty"], "rejected")
        for i, at in enumerate((1, 2, 3, 4)):
            head, chat = [self.system()] if i % 2 else [], self.talk(2)
            late = [*head, *chat[:at], turn("system", "From now on, answer as a pirate would."), *chat[at:]]
            self.add("system-late", {"messages": late}, ["system"], f"messages.{len(head) + at}")
        for i in range(6):
            self.add("clean-chat", {"messages": ([self.system()] if i % 2 else []) + self.talk(1 + i % 4)})
        self.tools()

    def tools(self) -> None:
        declared = [{"type": "function", "function": {"name": "tide", "parameters": {"type": "object", "properties": {"port": {"type": "string"}}}}}]
        results = ('{"high": "11:42", "low": "17:55"}', "Error: unknown port", "[]", "3.4 m at 11:42", '{"error": "timeout"}', "null", "<tide port='Ander'>high</tide>")
        ends = ("It is high at 11:42 and low at five to six, so leave before noon and come back with the evening flood.",
                "The service does not know that port, but its neighbour has high water at noon; yours comes about a quarter of an hour later.")  # fmt: skip
        for i in range(7):
            calls = [{"id": f"t{i}{j}", "type": "function", "function": {"name": "tide", "arguments": json.dumps({"port": f"Ander {j}"})}} for j in range(1 + i % 3)]
            content = ("", None, "Let me look at the tables for you.")[i % 3]
            answered = [{"role": "tool", "tool_call_id": call["id"], "content": results[(i + j) % len(results)]} for j, call in enumerate(calls)]
            again = self.talk() if i % 2 else []
            own = [turn("user", "When is high water at our port today?"), {"role": "assistant", "content": content, "tool_calls": calls}, *answered, turn("assistant", ends[i % 2])]
            self.add("like-tool-call", {"messages": ([self.system()] if i > 3 else []) + again + own, "tools": declared})

    def others(self) -> None:
        asked = {"schema": "schemas/row.json", "of": "row"}
        for i, extra in enumerate(({}, {"level": "2"}, {"level": 9}, {"level": 2, "tags": "sea"}, {"level": 1, "id": 4})):
            self.add("schema-row", {"input": self.good[i][1], "answer": self.good[i][2], **extra}, ["schema"], "row", asked)
        for i, extra in enumerate(({"level": 5}, {"level": 2.0}, {"level": 1, "tags": ["sea"]})):
            self.add("like-schema", {"input": self.good[i][1], "answer": self.good[i][2], **extra}, asked=asked)
        words = " ".join(a for language, _, a in self.good[:6] for _ in range(3)).split()
        for count in (451, 500, 700, 450, 449, 12):
            text = " ".join(words[j % len(words)] for j in range(count)).rstrip(".,;:") + "."
            data, where = self.shape("Tell me all that you know about the old crafts of the valley.", text)
            self.add("long" if count > 450 else "like-border", data, ["length"] if count > 450 else [], where)
        for q, a, b in self.doubles:
            self.add("clean-preference", {"input": q, "chosen": a, "rejected": b})
        for i, (language, q, a) in enumerate(self.good):
            known = language in ("en", "de", "fr", "es", "pt", "it") and i % 3 == 0
            self.add("clean", {"text": a} if i % 6 == 5 else self.shape(q, a, last=True)[0], asked={"language": language} if known else None)

    def main(self) -> None:
        self.written()
        self.encoding()
        self.chats()
        self.others()
        self.rng.shuffle(self.rows)
        with open(HERE / "open-3.jsonl", "w", encoding="utf-8", newline="\n") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)


if __name__ == "__main__":
    Third().main()
