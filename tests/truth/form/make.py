"""Writes open.jsonl and held.jsonl: good rows and look-alikes, and defects planted in different places of different row shapes."""

from __future__ import annotations

import hashlib
import json
import random
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SYSTEMS = {
    "open": ("Answer briefly and kindly.", "The person you talk to is new to the subject.", "Use short sentences."),
    "held": ("Be exact, and stay friendly.", "You write for curious readers.", "Avoid jargon where you can."),
}
ROOM = {"json-bad", "json-good", "like-short", "like-choices", "empty-column", "truncated-code", "truncated-json"}
PROBLEM = {
    "refusal": "refusal",
    "boilerplate": "boilerplate",
    "scaffold": "scaffolding",
    "placeholder": "placeholder",
    "short": "length",
    "long": "length",
    "language": "language",
    "json": "json",
    "schema": "schema",
    "truncated": "truncated",
    "prompt": "prompt-copy",
    "roles": "roles",
    "empty": "empty",
    "system": "system",
    "encoding": "encoding",
}
SIGNS = {"n": "\n", "t": "\t", "\\": "\\"}
Row = dict[str, Any]


class Part:
    def __init__(self, line: str) -> None:
        fields = line.replace(" | | ", " |  | ").split(" | ")
        clear = [re.sub(r"\\(n|t|\\)", lambda found: SIGNS[found[1]], field).replace("¦", "|") for field in fields]
        self.kind, self.language, self.question = (field.strip(" ") for field in clear[:3])
        self.answer = clear[3]
        self.second = clear[4] if len(clear) > 4 else ""


def words(text: str) -> int:
    return len(text.split())


class Half:
    def __init__(self, name: str) -> None:
        self.name = name
        self.draw = random.Random(f"form {name}")
        lines = (HERE / f"parts-{name}.txt").read_text("utf-8").splitlines()
        self.parts = [Part(line) for line in lines if line and not line.startswith("#")]
        self.goods = self.of("good")
        self.pairs = [good for good in self.goods if good.second]
        self.rows: list[Row] = []
        self.turn = 0

    def of(self, kind: str) -> list[Part]:
        return [part for part in self.parts if part.kind == kind]

    def good(self, language: str, but: str = "") -> Part:
        fitting = [good for good in self.goods if good.language == language and good.question != but]
        return self.draw.choice(fitting or [good for good in self.goods if good.language == "en" and good.question != but])

    def next(self, shapes: tuple[str, ...]) -> str:
        self.turn += 1
        return shapes[self.turn % len(shapes)]

    def add(self, data: Row, kind: str, where: str | None, asked: Row | None = None, answer: str | None = None) -> None:
        family = kind.split("-")[0]
        problem = None if where is None else PROBLEM[family]
        problems = [problem] if problem else []
        free = bool(asked and ({"json", "schema"} & set(asked))) or kind in ROOM
        if answer is not None and not free and problem not in ("length", "empty") and words(answer) < 12:
            assert problem, (kind, answer)
            problems.append("length")
        truth = {"flag": bool(problems), "problems": problems, "where": where, "asked": asked or {}}
        self.rows.append({"data": data, "truth": truth, "kind": kind})

    def shape(self, question: str, answer: str, language: str, shape: str) -> tuple[Row, str]:
        """The row with the answer at a place that the shape names, and that place."""
        user, reply = {"role": "user", "content": question}, {"role": "assistant", "content": answer}
        if shape == "text":
            return {"text": answer}, "text"
        if shape in ("chat", "system"):
            head = [{"role": "system", "content": self.draw.choice(SYSTEMS[self.name])}] if shape == "system" else []
            turns = [*head, user, reply]
            return {"messages": turns}, f"messages.{len(turns) - 1}"
        if shape in ("middle", "last"):
            one = self.good(language, question)
            two = self.good(language, one.question)
            before = [{"role": "user", "content": one.question}, {"role": "assistant", "content": one.answer}]
            after = [{"role": "user", "content": two.question}, {"role": "assistant", "content": two.answer}] if two.question != question else []
            turns = [*before, user, reply, *(after if shape == "middle" else [])]
            return {"messages": turns}, "messages.3"
        first, second = shape.split("+")
        return {first: question, second: answer}, second

    def preferred(self, pair: Part, bad: str, place: str) -> tuple[Row, str]:
        good = pair.answer if place == "rejected" else pair.second
        chosen, rejected = (good, bad) if place == "rejected" else (bad, good)
        return {"input": pair.question, "chosen": chosen, "rejected": rejected}, place

    PLACES = ("input+answer", "chat", "middle", "rejected", "question+response", "system", "chosen", "input+answer", "last", "prompt+completion")

    def plant(self, kind: str, language: str, change: Any, times: int = 1, text: bool = False) -> None:
        """Plants a defect, made of a good answer by `change(part, answer)`, in the next places."""
        for _ in range(times):
            place = self.next(("text", *self.PLACES) if text else self.PLACES)
            if place in ("chosen", "rejected") and language == "en":
                pair = self.draw.choice(self.pairs)
                bad = change(pair, pair.second if place == "rejected" else pair.answer)
                data, where = self.preferred(pair, bad, place)
            else:
                part = self.good(language)
                bad = change(part, part.answer)
                data, where = self.shape(part.question, bad, language, "input+answer" if place in ("chosen", "rejected") else place)
            self.add(data, kind, where, answer=None if place == "text" else bad)

    def cut(self, inside: bool) -> Any:
        def change(_: Part, answer: str) -> str:
            spans = list(re.finditer(r"\w+", answer))
            stops = [span for number, span in enumerate(spans) if 13 <= number < len(spans) - 2 and answer[span.end()] == " "]
            if inside:
                span = self.draw.choice([span for span in stops if len(span[0]) > 5] or [span for span in spans[13:-1] if len(span[0]) > 4])
                return answer[: span.start() + len(span[0]) // 2 + 1]
            return answer[: self.draw.choice(stops).end()]

        return change

    def garble(self, how: str) -> Any:
        def change(_: Part, answer: str) -> str:
            marks = [place for place, sign in enumerate(answer) if ord(sign) > 127]
            if how == "control":
                place = self.draw.randrange(5, len(answer) - 5)
                return answer[:place] + self.draw.choice(("\x00", "\x08", "\x1b[0m", "\x0e", "\x7f")) + answer[place:]
            if how == "replacement":
                place = marks[len(marks) // 2] if marks else answer.index(" ", 20) - 1
                return answer[:place] + "\ufffd" + answer[place + 1 :]
            typographic = answer if marks else answer.replace(", ", " – ", 1).replace("'", "’")
            typographic = typographic if typographic != answer or marks else answer.replace(". ", "… ", 1)
            return "".join(self.torn(sign) if ord(sign) > 127 else sign for sign in typographic)

        return change

    @staticmethod
    def torn(sign: str) -> str:
        octets = sign.encode("utf-8")
        try:
            return octets.decode("cp1252")
        except UnicodeDecodeError:
            return octets.decode("latin-1")

    def prose(self, count: int | None) -> str:
        answers = [answer for good in self.goods if good.language == "en" for answer in (good.answer, good.second) if answer]
        self.draw.shuffle(answers)
        every = " ".join(answers).split()
        if count is None:
            text = ""
            while words(text) <= 460:
                text = f"{text}\n\n{answers.pop()}".strip()
            return text
        return " ".join(every[:count]).rstrip(".,;:") + "."

    def defects(self) -> None:
        for part in self.of("refusal"):
            self.plant("refusal", part.language, lambda _, __, bad=part.answer: bad, 2)
        for part in self.of("boilerplate"):
            self.plant("boilerplate", part.language, lambda _, answer, start=part.answer: f"{start} {answer}", 2)
        for kind in ("start", "end", "whole"):
            for number, part in enumerate(self.of(f"scaffold-{kind}")):

                def change(_: Part, answer: str, kind: str = kind, mark: str = part.answer) -> str:
                    return {"start": mark + answer, "end": answer + mark, "whole": mark}[kind]

                self.plant(f"scaffold-{kind}", "en", change, 1 + (number % 2 == 0))
        for language, times in (("en", 8), ("de", 2), ("fr", 1), ("es", 1)):
            self.plant("truncated-sentence", language, self.cut(False), times, text=True)
            self.plant("truncated-word", language, self.cut(True), times, text=True)
        for language, times in (("en", 3), ("de", 3), ("fr", 3), ("es", 2)):
            self.plant("encoding-mojibake", language, self.garble("mojibake"), times, text=True)
            self.plant("encoding-replacement", language, self.garble("replacement"), 2, text=True)
        self.plant("encoding-control", "en", self.garble("control"), 7, text=True)
        self.plant("prompt-whole", "en", lambda part, _: part.question, 4)
        self.plant("prompt-start", "en", lambda part, answer: f"{part.question}\n\n{answer}", 4)
        self.plant("prompt-start", "de", lambda part, answer: f"{part.question}\n{answer}", 2)
        self.plant("prompt-end", "en", lambda part, answer: f"{answer}\n\n{part.question}", 3)
        self.plant("long", "en", lambda _, __: self.prose(None), 5)
        self.plant("long-border", "en", lambda _, __: self.prose(451), 2)
        for kind in ("placeholder", "truncated-code", "truncated-json", "short", "short-border"):
            for part in self.of(kind):
                data, where = self.shape(part.question, part.answer, part.language, self.next(self.PLACES[:3] + self.PLACES[4:6]))
                if kind == "placeholder" and "{" in part.question:
                    where = f"messages.{int(where[9:]) - 1}" if "messages" in data else next(iter(data))
                self.add(data, kind, where, answer=part.answer)
        for part in self.of("placeholder")[:4]:
            self.add({"text": part.answer}, "placeholder", "text")
        for number, part in enumerate(self.pairs[:3]):
            data, where = self.preferred(part, self.of("placeholder")[number].answer, "rejected")
            self.add(data, "placeholder", where, answer=data["rejected"])

    def chats(self) -> None:
        def turns(count: int) -> list[Row]:
            goods = self.draw.sample([good for good in self.goods if good.language == "en"], count)
            return [turn for good in goods for turn in ({"role": "user", "content": good.question}, {"role": "assistant", "content": good.answer})]

        system = {"role": "system", "content": SYSTEMS[self.name][0]}
        for number in range(10):
            chat = turns(2 + number % 3)
            place = self.draw.randrange(1, len(chat) - 1)
            broken = chat[:place] + chat[place + 1 :]
            head = [system] if number % 3 == 0 else []
            self.add({"messages": head + broken}, "roles", f"messages.{len(head) + place}")
        for number in range(6):
            chat = turns(2 + number % 2)
            place = len(chat) if number == 5 else 2 if number % 2 else 1
            head = [{"role": "system", "content": SYSTEMS[self.name][1]}] if number in (2, 4) else []
            self.add({"messages": [*head, *chat[:place], system, *chat[place:]]}, "system-late", f"messages.{len(head) + place}")
        for number, empty in enumerate(("", "   ", None, "\n\n", "", "\u00a0", "", None)):
            chat = turns(2 + number % 2)
            place = (1, 2, 3, 0)[number % 4]
            chat[place]["content"] = empty
            self.add({"messages": chat}, "empty-turn", f"messages.{place}")
        for number, empty in enumerate(("", "  ", None, "\n", "", " ")):
            good = self.pairs[number]
            first = (("input", "answer"), ("question", "response"), ("input", "rejected"))[number % 3]
            data: Row = {first[0]: good.question, **({"chosen": good.answer} if first[1] == "rejected" else {}), first[1]: empty}
            self.add(data, "empty-column", first[1])
        for number in range(6):
            self.tool_call(turns(1), number)
        for number in range(12):
            self.add({"messages": ([system] if number % 2 else []) + turns(2 + number % 3)}, "clean-chat", None)

    def tool_call(self, chat: list[Row], number: int) -> None:
        calls = [
            {"id": f"call_{number}{index}", "type": "function", "function": {"name": "look_up", "arguments": json.dumps({"page": index})}}
            for index in range(1 + number % 2)
        ]
        call: Row = {"role": "assistant", "content": ("", None, "")[number % 3], "tool_calls": calls}
        results = [{"role": "tool", "tool_call_id": one["id"], "content": json.dumps({"found": number + 1, "page": one["id"]})} for one in calls]
        tool = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"page": {"type": "integer"}}}}}
        self.add({"messages": [chat[0], call, *results, chat[1]], "tools": [tool]}, "like-tool-call", None)

    def asked(self) -> None:
        for part in self.parts:
            kind, place = part.kind, self.next(("input+answer", "chat", "question+response", "system", "input+answer", "chat"))
            data, where = self.shape(part.question, part.answer, part.language, place)
            if kind in ("language", "language-ok"):
                asked = {"language": part.language}
                self.add(data, kind if kind == "language" else "like-language", where if kind == "language" else None, asked, part.answer)
            elif kind in ("json-bad", "json-good"):
                self.add(data, kind if kind == "json-bad" else "like-json", where if kind == "json-bad" else None, {"json": True}, part.answer)
            elif kind.startswith("schema"):
                _, schema, good = kind.split("-")
                bad = good == "bad"
                asked = {"schema": f"schemas/{schema}.json", "of": "answer"}
                self.add(data, "schema-answer" if bad else "like-schema", where if bad else None, asked, part.answer)
        asked = {"schema": "schemas/row.json", "of": "row"}
        breaches: tuple[Row, ...] = ({}, {"level": 7}, {"level": "3"}, {"level": 2, "note": "unchecked"}, {"level": 4, "tags": "short"}, {"level": 0})
        for breach, whole in zip(breaches, self.draw.sample(self.goods, 6), strict=True):
            self.add({"input": whole.question, "answer": whole.answer, **breach}, "schema-row", "row", asked, whole.answer)
        for level, whole in enumerate(self.draw.sample(self.goods, 5), 1):
            more = {"tags": ["checked"]} if level % 2 else {}
            self.add({"level": level, "input": whole.question, "answer": whole.answer, **more}, "like-schema", None, asked, whole.answer)

    def clean(self) -> None:
        shapes = ("input+answer", "chat", "question+response", "system", "text", "middle", "prompt+completion")
        for good in self.goods:
            data, _ = self.shape(good.question, good.answer, good.language, self.next(shapes))
            self.add(data, "clean", None, {"language": good.language} if self.draw.random() < 0.3 and "text" not in data else None, good.answer)
            if good.second:
                self.add({"input": good.question, "chosen": good.answer, "rejected": good.second}, "clean-preference", None)
            elif good.language == "en":
                self.add({"text": good.question, "label": "question"}, "clean-label", None)
        for part in self.parts:
            if part.kind.startswith("like-") and part.kind != "like-choices":
                data, _ = self.shape(part.question, part.answer, part.language, self.next((*shapes[:4], "middle", "last")))
                self.add(data, part.kind, None, answer=part.answer)
            elif part.kind == "like-choices":
                self.add({"input": part.question, "choices": part.second.split(";"), "answer": part.answer}, part.kind, None)
            elif part.kind == "long-enough":
                self.add({"input": part.question, "answer": part.answer}, "like-border", None, answer=part.answer)
        for count in (450, 449):
            text = self.prose(count)
            self.add({"input": "Tell me many small things about everyday life.", "answer": text}, "like-border", None, answer=text)

    def write(self) -> str:
        self.defects()
        self.chats()
        self.asked()
        self.clean()
        self.draw.shuffle(self.rows)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)
        (HERE / f"{self.name}.jsonl").write_text(text, "utf-8")
        return f"{hashlib.sha256(text.encode()).hexdigest()}  {self.name}.jsonl\n"


def main() -> None:
    later = (HERE / "SHA256SUMS").read_text("utf-8").splitlines(keepends=True)[2:]
    (HERE / "SHA256SUMS").write_text("".join([*(Half(name).write() for name in ("open", "held")), *later]), "utf-8")


if __name__ == "__main__":
    main()
