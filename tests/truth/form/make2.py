"""Writes open-2.jsonl from parts-open-2-*.txt, byte for byte the same each time: a second open half, by other texts than the first.

A line is `question || answer` or `question || answer || another answer`; in the special ones the settings stand first. `\\n`, `\\t` and `\\\\` are escapes.
"""
# Cases stand in tables, one a line, and closures are called before their loop goes on.
# ruff: noqa: B007, B023, B905, E501, E731, RUF005
import json
import random
import re
from pathlib import Path

HERE = Path(__file__).parent
SYSTEMS = ["You are the reading desk of a small library.", "Use plain words.", "Du hilfst Menschen bei Fragen des Alltags.", "You answer questions for a village newsletter.",
           "Réponds avec simplicité.", "Keep to the point and be friendly."]


def read(name):
    groups, at = {}, None
    for line in (HERE / name).read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            at = groups.setdefault(line[3:], [])
        elif line.strip():
            line = re.sub(r"\\([\\nt])", lambda m: {"n": "\n", "t": "\t", "\\": "\\"}[m[1]], line)
            at.append(line.split(" || "))
    return groups


def turn(role, content):
    return {"role": role, "content": content}


class Maker:
    def __init__(self):
        self.rng = random.Random(4)
        pairs, self.planted, self.special = read("parts-open-2-pairs.txt"), read("parts-open-2-planted.txt"), read("parts-open-2-special.txt")
        self.filler, self.double, self.long = pairs["filler"], pairs["pairs-b"], pairs
        self.pairs = [(q, a, key[6:]) for key, lines in pairs.items() if key.startswith("pairs ") for q, a in lines]
        self.rng.shuffle(self.pairs)
        self.rows, self.n, self.fill, self.flip = [], 0, 0, 0

    def take(self, fits=lambda q, a, lang: True):
        for i, pair in enumerate(self.pairs):
            if fits(*pair):
                return self.pairs.pop(i)
        raise LookupError

    def fillers(self, count):
        out = []
        for _ in range(count):
            q, a = self.filler[self.fill * 7 % len(self.filler)]
            self.fill += 1
            out += [turn("user", q), turn("assistant", a)]
        return out

    def system(self):
        return [turn("system", SYSTEMS[self.n % len(SYSTEMS)])]

    def shape(self, q, a, b=None, single=False, last=False):
        """The data, and where the answer is."""
        self.n += 1
        if b is not None:
            self.flip += 1
            return ({"input": q, "chosen": a, "rejected": b}, "chosen") if self.flip % 2 else ({"input": q, "chosen": b, "rejected": a}, "rejected")
        own = [turn("user", q), turn("assistant", a)]
        kind = ([0, 1, 2, 3, 5] if single else [0, 1, 3, 4, 5, 2] if last else [4, 0, 6, 3, 7, 1, 5, 2])[self.n % (5 if single else 6 if last else 8)]
        if kind == 0:
            return {"input": q, "answer": a}, "answer"
        if kind == 1:
            return {"messages": own}, "messages.1"
        if kind == 2:
            return {"messages": self.system() + own}, "messages.2"
        if kind == 3:
            return {"question": q, "response": a}, "response"
        if kind == 4:
            return {"messages": self.fillers(1) + own}, "messages.3"
        if kind == 5:
            return {"prompt": q, "completion": a}, "completion"
        if kind == 6:
            return {"messages": self.system() + own + self.fillers(1)}, "messages.2"
        return {"messages": self.fillers(1) + own + self.fillers(1)}, "messages.3"

    def add(self, kind, data, problems=(), where=None, asked=None):
        self.rows.append({"data": data, "truth": {"flag": bool(problems), "problems": list(problems), "where": where if problems else None, "asked": asked or {}}, "kind": kind})

    def plant(self, kind, problem, q, a, b=None, **how):
        data, where = self.shape(q, a, b, **how)
        self.add(kind, data, [problem], where)

    def question_of(self, where):
        if where.startswith("messages."):
            return f"messages.{int(where[9:]) - 1}"
        return {"answer": "input", "response": "question", "completion": "prompt"}[where]

    # --- written out in the sources
    def written(self):
        names = {"refusal": "refusal", "boilerplate": "boilerplate", "placeholder": "placeholder", "truncated-code": "truncated", "truncated-json": "truncated",
                 "scaffold-start": "scaffolding", "scaffold-end": "scaffolding", "scaffold-whole": "scaffolding", "short": "length", "short-border": "length"}
        for kind, problem in names.items():
            for parts in self.planted[kind]:
                if len(parts) == 1:
                    self.add(kind, {"text": parts[0]}, [problem], "text")
                    continue
                q, a, b = (*parts, None)[:3]
                short = len(a.split()) < 12 and kind != "truncated-json"
                data, where = self.shape(q, a, b, single=short)
                self.add(kind, data, [problem, *["length"] * (short and problem != "length")], where)
        for q, a in self.planted["placeholder-question"]:
            data, where = self.shape(q, a)
            self.add("placeholder", data, ["placeholder"], self.question_of(where))
        for kind, problem in {"json-bad": "json", "language": "language", "schema-answer": "schema", "like-json": None, "like-language": None, "like-schema": None}.items():
            for asked, q, a in self.special[kind]:
                data, where = self.shape(q, a, single=kind.endswith("language"), last=True)
                self.add(kind, data, [problem] if problem else [], where, json.loads(asked))
        for kind in ("end", "encoding", "short", "placeholder", "story", "opening", "prompt", "scaffold"):
            for q, a in self.special["like-" + kind]:
                self.add("like-" + kind, self.shape(q, a, single=kind == "short")[0])
        for q, choices, a in self.special["like-choices"]:
            self.add("like-choices", {"input": q, "choices": json.loads(choices), "answer": a})
        for text, label in self.special["labels"]:
            self.add("clean-label", {"text": text, "label": label})

    # --- planted by this program
    def cut(self, a, inside):
        words = a.split(" ")
        good = [i for i in range(13, len(words) - 2) if (len(words[i]) >= 6 and words[i].isalpha() if inside else words[i][-1].isalpha())]
        if not good:
            return None
        i = self.rng.choice(good)
        return " ".join(words[:i] + [words[i][:len(words[i]) // 2 + 1] if inside else words[i]])

    def truncated(self):
        for kind, inside, count in (("truncated-sentence", False, 10), ("truncated-word", True, 10)):
            for i in range(count):
                state = self.rng.getstate()
                q, a, _ = self.take(lambda q, a, lang: self.cut(a, inside))
                self.rng.setstate(state)
                a = self.cut(a, inside)
                if i % 5 == 4:
                    self.add(kind, {"text": a}, ["truncated"], "text")
                else:
                    self.plant(kind, "truncated", q, a)
            done = 0
            for q, a, b in list(self.double):
                if done < 2 and self.cut(a, inside):
                    self.plant(kind, "truncated", q, self.cut(a, inside), b)
                    self.double.remove([q, a, b])
                    done += 1

    @staticmethod
    def misread(text, codec):
        out = ""
        for byte in text.encode():
            raw = bytes([byte])
            try:
                out += raw.decode(codec)
            except UnicodeDecodeError:
                out += raw.decode("latin-1")
        return out

    def garbled(self, kind, q, a, change, i):
        if i % 5 == 3:
            self.add(kind, {"text": change(a)}, ["encoding"], "text")
        elif i % 5 == 4 and change(q) != q:
            data, where = self.shape(change(q), a)
            self.add(kind, data, ["encoding"], self.question_of(where))
        else:
            self.plant(kind, "encoding", q, change(a))

    def encoding(self):
        for i in range(11):
            langs = ["de", "fr", "es", "it", "pt", "de", "ar", "fr", "he", "es", "fa"][i]
            q, a, _ = self.take(lambda q, a, lang: lang == langs and not a.isascii())
            codec = "latin-1" if i % 4 == 2 else "cp1252"
            if i == 3:
                change = lambda t: self.misread(self.misread(t, codec), codec)
            elif i in (0, 9):  # one word only
                word = next(w for w in a.split() if not w.isascii())
                change = lambda t: t.replace(word, self.misread(word, codec), 1)
            else:
                change = lambda t: self.misread(t, codec)
            self.garbled("encoding-mojibake", q, a, change, 0 if i in (0, 9) else i)
        for mark in (["’", " – ", "…"]):
            q, a, _ = self.take(lambda q, a, lang: lang == "en" and (("'" in a) if mark == "’" else (", " in a)))
            a = a.replace("'", mark) if mark == "’" else a.replace(", ", mark if mark == " – " else mark + " ", 1)
            self.garbled("encoding-mojibake", q, a, lambda t: self.misread(t, "cp1252"), 0)
        for i in range(8):
            langs = ["de", "en", "fr", "es", "en", "pt", "he", "it"][i]
            q, a, _ = self.take(lambda q, a, lang: lang == langs and (lang == "en" or not a.isascii()))
            seat = (lambda t: next((j for j, c in enumerate(t) if ord(c) > 127), 5)) if langs != "en" else (lambda t: t.index(" ", 20))
            self.garbled("encoding-replacement", q, a, lambda t: t[:seat(t)] + "\ufffd" * (1 + i % 2) + t[seat(t) + 1:], i)
        for i, mark in enumerate(["\x00", "\x07", "\x08\x08", "\x1b[1;31m", "\x0b", "\x7f", "\x93", "\x02"]):
            q, a, _ = self.take()
            at = self.rng.randrange(6, 30)
            self.garbled("encoding-control", q, a, lambda t: t[:at] + mark + t[at:], i)

    def turns(self):
        for i in range(9):
            q, a, b = self.double.pop() if i % 2 else (*self.take()[:2], None)
            if i % 2:  # two assistant turns
                self.n += 1
                head = [[], self.system(), self.fillers(1), []][i // 2]
                messages = head + [turn("user", q), turn("assistant", a), turn("assistant", b)] + (self.fillers(1) if i == 7 else [])
                where = len(head) + 2
            else:
                self.n += 1
                head = [[], self.system(), self.fillers(1), self.system() + self.fillers(1), []][i // 2]
                more = self.fillers(1)
                messages = head + [more[0], turn("user", q), turn("assistant", a)] + (self.fillers(1) if i == 8 else [])
                where = len(head) + 1
            self.add("roles", {"messages": messages}, ["roles"], f"messages.{where}")
        for i, blank in enumerate(["", " ", None, "\n\n", "\t", "\u00a0", "\u3000 ", " \r\n "]):
            q, a, _ = self.take()
            own = [turn("user", q), turn("assistant", a)]
            self.n += 1
            messages = [self.fillers(1) + own, own + self.fillers(1), own, self.system() + own, own + self.fillers(1), self.fillers(1) + own + self.fillers(1), self.system() + own, own][i]
            where = [3, 2, 1, 1, 1, 2, 0, 0][i]
            messages[where] = turn(messages[where]["role"], blank)
            self.add("empty-turn", {"messages": messages}, ["empty"], f"messages.{where}")
        for i, (columns, blank) in enumerate([(("input", "answer"), None), (("prompt", "completion"), " \n"), (("question", "response"), "\t"), (("answer", "input"), "")]):
            q, a, _ = self.take()
            data = {columns[0]: q, columns[1]: blank} if columns[0] != "answer" else {"input": blank, "answer": a}
            self.add("empty-column", data, ["empty"], columns[1])
        for i, (where, blank) in enumerate([("chosen", "  "), ("rejected", None)]):
            q, a, b = self.double.pop()
            self.add("empty-column", {"input": q, "chosen": a, "rejected": b} | {where: blank}, ["empty"], where)
        for i in range(6):
            q, a, _ = self.take()
            self.n += 1
            own, late, more = [turn("user", q), turn("assistant", a)], self.system(), self.fillers(1)
            messages = [own[:1] + late + own[1:], own + late + more, more + late + own, [turn("system", "Be brief.")] + late + own, own + more + late, more + own[:1] + late + own[1:]][i]
            self.add("system-late", {"messages": messages}, ["system"], f"messages.{messages.index(late[0])}")

    def prompts(self):
        for i in range(6):
            q, a, _ = self.take(lambda q, a, lang: len(q.split()) >= 7)
            self.plant("prompt-start", "prompt-copy", q, [f"{q} {a}", f"{q}\n{a}", f"**{q}**\n\n{a}", f"> {q}\n\n{a}", f"{q} – {a}", f"{q}\n\n{a}"][i])
        for i in range(4):
            q, a, _ = self.take(lambda q, a, lang: len(q.split()) >= 7)
            self.plant("prompt-end", "prompt-copy", q, a + ["\n\n", " ", "\n", "\n---\n"][i] + q)
        for i in range(4):
            q, a, _ = self.take(lambda q, a, lang: 7 <= len(q.split()) <= 10)
            data, where = self.shape(q, q, single=True)
            self.add("prompt-whole", data, ["prompt-copy", "length"], where)

    def others(self):
        asked = {"schema": "schemas/row.json", "of": "row"}
        for extra in [{"level": 6}, {"level": 2.5}, {"level": True}, {"level": None}, {"level": 3, "tags": ["a", 7]}, {"level": 1, "source": "fair copy"}, {"tags": []}]:
            q, a, _ = self.take()
            self.add("schema-row", {"input": q, "answer": a, **extra}, ["schema"], "row", asked)
        for extra in [{"level": 1}, {"level": 5, "tags": []}, {"level": 4, "tags": ["", "two words"]}]:
            q, a, _ = self.take()
            self.add("like-schema", {**extra, "input": q, "answer": a}, asked=asked)
        tools = [{"type": "function", "function": {"name": "catalogue", "parameters": {"type": "object", "properties": {"word": {"type": "string"}}}}}]
        for i in range(8):
            q, a, _ = self.take()
            self.n += 1
            call = lambda j: {"id": f"c{i}{j}", "type": "function", "function": {"name": "catalogue", "arguments": json.dumps({"word": q.split()[1 + j]}, ensure_ascii=False)}}
            result = lambda j: {"role": "tool", "tool_call_id": f"c{i}{j}", "content": ["{\"hits\": 3}", "no entry", "[\"shelf 4\", \"shelf 9\"]"][(i + j) % 3]}
            ask = lambda *js: {"role": "assistant", "content": ["", None][i % 2], "tool_calls": [call(j) for j in js]}
            middle = [[ask(0), result(0)], [ask(0, 1), result(0), result(1)], [ask(0), result(0), ask(1), result(1)], [ask(0, 1, 2), result(0), result(1), result(2)]][i % 4]
            messages = (self.system() if i % 3 == 0 else []) + (self.fillers(1) if i > 4 else []) + [turn("user", q), *middle, turn("assistant", a)]
            self.add("like-tool-call", {"messages": messages, "tools": tools})

    def lengths(self):
        sentences = [s for _, a, lang in self.all_pairs if lang == "en" for s in re.split(r"(?<=[.!?]) ", a)]
        def words(count):
            pool = sentences[:]
            while True:
                self.rng.shuffle(pool)
                out, left = [], count
                for s in pool:
                    k = len(s.split())
                    if k <= left and left - k != 1:
                        out.append(s)
                        left -= k
                    if not left:
                        return out
        def text(count, i):
            got = words(count)
            return " ".join(s + ("\n\n" if j % 5 == 4 and i % 2 else "") for j, s in enumerate(got)).replace("\n\n ", "\n\n").strip()
        for kind, counts in (("long", [463, 520, 610, 780]), ("long-border", [451, 451]), ("like-border", [450, 450, 449])):
            for i, (count, (q,)) in enumerate(zip(counts, self.long[kind])):
                a = text(count, i)
                assert len(a.split()) == count
                data, where = self.shape(q, a)
                self.add(kind, data, ["length"] if kind.startswith("long") else [], where)
        for q, a in self.special["border"]:
            self.add("like-border", self.shape(q, a, single=True)[0])

    def clean(self):
        for q, a, b in self.double:
            self.add("clean-preference", self.shape(q, a, b)[0])
        for i in range(12):
            self.n += 1
            self.add("clean-chat", {"messages": (self.system() if i % 2 else []) + self.fillers(2 + i % 3)})
        for i, (q, a, lang) in enumerate(self.pairs):
            if i % 6 == 5:
                self.add("clean", {"text": a})
            else:
                self.add("clean", self.shape(q, a, last=True)[0], asked={"language": lang} if i % 3 == 0 else None)

    def main(self):
        self.all_pairs = list(self.pairs)
        self.written()
        self.encoding()
        self.prompts()
        self.truncated()
        self.turns()
        self.others()
        self.lengths()
        self.clean()
        self.rng.shuffle(self.rows)
        with open(HERE / "open-2.jsonl", "w", encoding="utf-8") as out:
            for row in self.rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    Maker().main()
