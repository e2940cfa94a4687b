"""Writes open-4.jsonl from parts-open-4.txt, byte for byte the same each time: a fourth open part; make5.py writes the held part of the same composition.
Written from the definition by an author who had not seen the check.

A heading is `## kind` or `## kind {settings}`, a line `question || answer`, `question || answer || good answer of a pair`, `text> text` or `label> text || label`.
`de> ` before a line names its language, without it English; `\\n` is a line break.
"""
# Cases stand in tables, one a line.
# ruff: noqa: E501, RUF005

import itertools
import json
import random
import re
from pathlib import Path

HERE = Path(__file__).parent
# The kinds whose lines hold what is told of them in full, with their problems.
WRITTEN = {
    "refusal": ("refusal",), "boilerplate": ("boilerplate",), "refusal+boilerplate": ("refusal", "boilerplate"), "placeholder": ("placeholder",), "placeholder-question": ("placeholder",),
    "truncated-sentence": ("truncated",), "truncated-word": ("truncated",), "truncated-code": ("truncated",), "truncated-json": ("truncated",), "scaffold-start": ("scaffolding",),
    "scaffold-end": ("scaffolding",), "scaffold-whole": ("scaffolding",), "json-bad": ("json",), "language": ("language",), "schema-answer": ("schema",), "short": ("length",),
    "short-border": ("length",), "prompt-start": ("prompt-copy",), "prompt-end": ("prompt-copy",), "prompt-whole": ("prompt-copy",),
}  # fmt: skip
# Kinds of which the answer may have any length.
UNMEASURED = ("like-short", "like-code", "like-json", "like-schema", "json-bad", "schema-answer", "truncated-json", "truncated-code")
# Kinds that never stand as the last turn of a chat, and kinds that always stand last.
NOT_LAST, LAST = ("short", "short-border", "like-short"), ("json-bad", "like-json", "language", "like-language", "schema-answer", "like-schema")
COLUMNS = (("input", "answer"), ("question", "response"), ("prompt", "completion"))
SOURCES = ("good", "text", "chats", "system", "user-extra", "assistant-extra", "system-late", "guide", "guide-question", "clean-preference", "clean-label", "like-tool-call", "like-choices")


def read(name):
    """The lines of each heading: language, form (pair, text or label) and parts."""
    groups, at = {}, None
    for line in (HERE / name).read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            at = groups.setdefault(line[3:], [])
        elif line.strip():
            mark, line = re.match(r"(?:([a-z]+)> )?(.*)", line).groups()
            parts = tuple(part.replace("\\n", "\n") for part in line.split(" || ")) if line[0] != "{" else (line,)
            at.append(("en", mark, parts) if mark in ("text", "label") else (mark or "en", "pair", parts))
    return groups


def turn(role, content):
    return {"role": role, "content": content}


def short(text):
    """Fewer than 12 words, of a script that parts words by white space."""
    return len(text.split()) < 12 and not any("\u3040" <= sign <= "\u9fff" for sign in text)


def misread(text):
    """UTF-8 read as Windows-1252, and as Latin-1 where that has no sign for the octet."""
    return "".join(bytes([octet]).decode("cp1252" if octet not in b"\x81\x8d\x8f\x90\x9d" else "latin-1") for octet in text.encode())


def exactly(sentences, count):
    """The sentences in their order, without as few of them as leave that many words."""
    sizes = [len(sentence.split()) for sentence in sentences]
    for left_out in range(len(sentences)):
        for gone in itertools.combinations(range(len(sentences)), left_out):
            if sum(sizes) - sum(sizes[i] for i in gone) == count:
                return " ".join(sentence for i, sentence in enumerate(sentences) if i not in gone)
    raise ValueError(count)


class Part:
    def __init__(self, parts, out, seed):
        self.out, self.rng = out, random.Random(seed)
        self.groups = read(parts)
        self.of = {name: self.groups.pop(name) for name in SOURCES}
        self.rows, self.n, self.around = [], 0, 0

    def add(self, kind, data, problems=(), where=None, asked=None):
        self.rows.append({"data": data, "truth": {"flag": bool(problems), "problems": list(problems), "where": where if problems else None, "asked": asked or {}}, "kind": kind})

    def system(self, language):
        fitting = [parts[0] for of, _, parts in self.of["system"] if of == (language if language in ("de", "fr") else "en")]
        return turn("system", fitting[self.n % len(fitting)])

    def talk(self, language, *but):
        """A good question and its answer to stand beside others, or none where the language has no more."""
        good = [parts for of, _, parts in self.of["good"] if of == language and parts[0] not in but]
        self.around += 1
        if not good:
            return []
        q, a = good[self.around % len(good)]
        return [turn("user", q), turn("assistant", a)]

    def shape(self, kind, language, q, a):
        """The pair in one of the shapes in turn, and where the answer lies."""
        more = language in ("en", "de", "fr", "es")
        chats = ["chat", "system"] * (kind not in NOT_LAST) + ["after"] * (more and kind not in NOT_LAST) + ["middle", "first"] * (more and kind not in LAST)
        shapes = [shape for pair in itertools.zip_longest(COLUMNS, chats) for shape in pair if shape]
        self.n += 1
        shape = shapes[self.n % len(shapes)]
        if shape in COLUMNS:
            return {shape[0]: q, shape[1]: a}, shape[1], shape[0]
        before = [self.system(language)] if shape == "system" else self.talk(language, q) if shape in ("after", "middle") else []
        after = self.talk(language, q, *[of["content"] for of in before]) if shape in ("middle", "first") else []
        return {"messages": before + [turn("user", q), turn("assistant", a)] + after}, f"messages.{len(before) + 1}", f"messages.{len(before)}"

    def written(self):
        for heading, lines in self.groups.items():
            kind, _, settings = heading.partition(" ")
            asked, swap = json.loads(settings) if settings else {}, 0
            for language, form, parts in lines:
                problems = list(WRITTEN.get(kind, ()))
                assert problems or kind.startswith("like-"), kind
                if form == "text":
                    self.add(kind, {"text": parts[0]}, problems, "text")
                    continue
                q, a = parts[:2]
                if short(a) and kind not in UNMEASURED and "length" not in problems:
                    assert problems, (kind, a)
                    problems.append("length")
                if len(parts) == 3:
                    swap += 1
                    chosen, rejected = (a, parts[2]) if swap % 3 == 0 else (parts[2], a)
                    self.add(kind, {"input": q, "chosen": chosen, "rejected": rejected}, problems, "rejected" if swap % 3 else "chosen", asked)
                else:
                    data, answer, question = self.shape(kind, language, q, a)
                    self.add(kind, data, problems, question if kind == "placeholder-question" else answer, asked)

    def clean(self):
        for i, (language, _, (q, a)) in enumerate(self.of["good"]):
            self.add("clean", self.shape("clean", language, q, a)[0], asked={"language": language} if i % 4 == 1 else None)
        for _, _, (text,) in self.of["text"]:
            self.add("clean", {"text": text})
        for _, _, (text, label) in self.of["clean-label"]:
            self.add("clean-label", {"text": text, "label": label})
        for _, _, (q, chosen, rejected) in self.of["clean-preference"]:
            self.add("clean-preference", {"input": q, "chosen": chosen, "rejected": rejected})
        for _, _, (q, choices, answer) in self.of["like-choices"]:
            self.add("like-choices", {"input": q, "choices": json.loads(choices), "answer": answer})
        for _, _, (line,) in self.of["like-tool-call"]:
            self.add("like-tool-call", json.loads(line))

    def encoding(self):
        """Misread octets, lost signs and control characters: in answers, a question, a text, a text with a label and a pair."""
        of = {}
        for language, _, (q, a) in self.of["good"]:
            if not a.isascii():
                of.setdefault(language, []).append((q, a))
        for i, language in enumerate(("de", "fr", "es", "en", "pt", "nl")):
            q, a = of[language][-1]
            word = next(word for word in a.split() if not word.isascii())
            self.spoilt("encoding-mojibake", language, q, a.replace(word, misread(word), 1) if i % 2 else misread(a))
        q, a = next((q, a) for pairs in of.values() for q, a in pairs if not q.isascii())
        self.add("encoding-mojibake", {"input": misread(q), "answer": a}, ["encoding"], "input")
        text, label = next(parts for _, _, parts in self.of["clean-label"] if not parts[0].isascii())
        self.add("encoding-mojibake", {"text": misread(text), "label": label}, ["encoding"], "text")
        for language in ("fr", "de", "it", "ja"):
            q, a = of[language][0]
            at = [i for i, sign in enumerate(a) if ord(sign) > 127][-1 if language == "de" else 0]
            self.spoilt("encoding-replacement", language, q, a[:at] + "\ufffd" + a[at + 1 :])
        for mark, (language, _, (q, a)) in zip(("\x00", "\x1b[1m", "\x07"), self.of["good"], strict=False):
            at = self.rng.randrange(5, 60)
            self.spoilt("encoding-control", language, q, a[:at] + mark + a[at:])
        text = self.of["text"][0][2][0]
        self.add("encoding-control", {"text": text[:31] + "\x7f" + text[31:]}, ["encoding"], "text")
        q, chosen, rejected = self.of["clean-preference"][0][2]
        self.add("encoding-control", {"input": q, "chosen": chosen, "rejected": rejected[:20] + "\x08" + rejected[20:]}, ["encoding"], "rejected")

    def spoilt(self, kind, language, q, bad):
        data, where, _ = self.shape(kind, language, q, bad)
        self.add(kind, data, ["encoding"], where)

    def chat(self, i, system=False):
        language, _, contents = self.of["chats"][i % len(self.of["chats"])]
        return ([self.system(language)] if system else []) + [turn(("user", "assistant")[j % 2], content) for j, content in enumerate(contents)]

    def chats(self):
        for i in range(len(self.of["chats"])):
            self.add("clean-chat", {"messages": self.chat(i, i % 3 == 2)})
        for i, at in enumerate((1, 2, 1, 2)):  # a turn is missing
            chat = self.chat(i, i == 3)
            gone = at + (i == 3)
            self.add("roles", {"messages": chat[:gone] + chat[gone + 1 :]}, ["roles"], f"messages.{gone}")
        for i, role in enumerate(("user", "assistant", "user", "assistant")):  # one more turn of the same side
            at, extra = (1, 2, 3, 4)[i], self.of[f"{role}-extra"][i // 2][2][0]
            chat = self.chat(i + 1)
            self.add("roles", {"messages": chat[:at] + [turn(role, extra)] + chat[at:]}, ["roles"], f"messages.{at}")
        for i, blank in enumerate(("", None, " \n ", "\t", "\u00a0", "")):
            chat, at = self.chat(i + 2, i % 3 == 1), (1, 2, 3, 2, 2, 0)[i]
            chat[at]["content"] = blank
            self.add("empty-turn", {"messages": chat}, ["empty"], f"messages.{at}")
        for i, (names, blank) in enumerate(((COLUMNS[0], ""), (COLUMNS[1], None), (COLUMNS[2], " \n"))):
            q = self.of["good"][i + 3][2][0]
            self.add("empty-column", {names[0]: q, names[1]: blank}, ["empty"], names[1])
        self.add("empty-column", {"input": "  ", "answer": self.of["good"][7][2][1]}, ["empty"], "input")
        q, chosen, _ = self.of["clean-preference"][1][2]
        self.add("empty-column", {"input": q, "chosen": chosen, "rejected": ""}, ["empty"], "rejected")
        self.add("empty-column", {"text": self.of["clean-label"][1][2][0], "label": None}, ["empty"], "label")
        for i, at in enumerate((1, 2, 3, 4)):
            chat, late = self.chat(i + 1, i % 2 == 1), turn("system", self.of["system-late"][i % 2][2][0])
            place = at if i % 2 == 0 else at + 1
            self.add("system-late", {"messages": chat[:place] + [late] + chat[place:]}, ["system"], f"messages.{place}")

    def others(self):
        asked = {"schema": "schemas/row.json", "of": "row"}
        good = [parts for _, _, parts in self.of["good"]]
        for (q, a), extra in zip(good[8:], ({}, {"level": "3"}, {"level": 7}, {"level": 2, "source": "forum"}, {"level": 1, "tags": [4]}), strict=False):
            self.add("schema-row", {"input": q, "answer": a, **extra}, ["schema"], "row", asked)
        for (q, a), extra in zip(good[3:], ({"level": 1}, {"level": 5, "tags": ["daily", "home"]}, {"level": 3, "tags": []}), strict=False):
            self.add("like-schema", {"input": q, "answer": a, **extra}, asked=asked)
        guide, q = [parts[0] for _, _, parts in self.of["guide"]], self.of["guide-question"][0][2][0]
        for count in (449, 450):
            self.add("like-border", self.shape("like-border", "en", q, exactly(guide, count))[0])
        data, where, _ = self.shape("long-border", "en", q, exactly(guide, 451))
        self.add("long-border", data, ["length"], where)
        self.add("long", {"input": q, "chosen": exactly(guide, 430), "rejected": " ".join(guide)}, ["length"], "rejected")
        data, where, _ = self.shape("long", "en", q, "\n".join(f"{i}. {sentence}" for i, sentence in enumerate(guide, 1)))
        self.add("long", data, ["length"], where)

    def main(self):
        self.written()
        self.clean()
        self.encoding()
        self.chats()
        self.others()
        self.rng.shuffle(self.rows)
        with open(HERE / self.out, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)


if __name__ == "__main__":
    Part("parts-open-4.txt", "open-4.jsonl", 4).main()
