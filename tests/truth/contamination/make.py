"""Writes the evaluation files and the rows that do or do not contain something of them."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Row = dict[str, Any]
ITEMS = {"choices": 60, "maths": 50, "code": 45, "reading": 45}


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def grams(text: str) -> Counter[tuple[str, ...]]:
    found = words(text)
    return Counter(zip(found, found[1:], found[2:], strict=False))


def share(item: Counter[Any], row: Counter[Any]) -> float:
    return (item & row).total() / max(1, item.total())


class Grammar:
    """Draws texts; lists without "~" are split so that clean rows never say what an item says."""

    def __init__(self, name: str, draw: random.Random) -> None:
        self.draw = draw
        self.lists: dict[str, list[str]] = {}
        self.shared: set[str] = set()
        key = ""
        for line in (HERE / f"grammar-{name}.txt").read_text("utf-8").splitlines():
            if line.startswith("@"):
                key = line[1:].lstrip("~")
                self.lists[key] = []
                if line[1] == "~":
                    self.shared.add(key)
            elif line and not line.startswith("# "):
                self.lists[key].append(line)

    def pick(self, key: str, clean: bool) -> str:
        every = self.lists[key]
        if key not in self.shared:
            every = [line for place, line in enumerate(every) if (place % 3 == 2) == clean]
        return self.draw.choice(every)

    def fill(self, text: str, kept: dict[str, str], clean: bool) -> str:
        text = re.sub(r"\(([^()]*\|[^()]*)\)", lambda found: self.draw.choice(found[1].split("|")), text)
        while slot := re.search(r"\{(?:(\w+)=)?(\w+)\}", text):
            name, key = slot[1], slot[2]
            if not name and key in kept:
                value = kept[key]
            else:
                value = self.fill(self.pick(key, clean), kept, clean)
                if name:
                    kept[name] = value
            text = text[: slot.start()] + value + text[slot.end() :]
        return text

    def choices(self, clean: bool) -> Row:
        if self.draw.random() < 0.1 and not clean:
            question, sort = self.fill(self.pick("capital_item", clean), {}, clean), "place"
        else:
            pattern, sort = self.pick("mcq_pattern", clean).rsplit("|", 1)
            question = self.fill(pattern, {}, clean)
        if sort == "year":
            options = [str(year) for year in self.draw.sample(range(1180, 1890), 4)]
        elif sort == "number":
            options = [str(number) for number in self.draw.sample(range(3, 60), 4)]
        else:
            options = self.draw.sample(self.lists[sort], 4)
        return {"input": question, "choices": options, "answer": self.draw.choice(options)}

    def maths(self, clean: bool, frames: bool = False) -> Row:
        """A word problem; with `frames`, a clean one in frames of the items with other content."""
        kept = {"a": self.pick("person", clean), "g": self.pick("goods", clean)}
        start, more, less = self.draw.randint(60, 400), self.draw.randint(5, 50), self.draw.randint(3, 45)
        parts = [self.pick(key, clean) for key in ("math_open", "math_more", "math_less", "math_ask")]
        if frames:
            place = self.draw.randrange(3)
            parts[place] = self.pick(("math_open", "math_more", "math_less")[place], False)
        if self.draw.random() < 0.4:
            parts.insert(2, self.pick("math_more_or_less_price", clean))
        numbers = {"#N": start, "#M": more, "#L": less, "#P": self.draw.randint(2, 40)}
        text = " ".join(self.fill(part, kept, clean) for part in parts)
        text = re.sub(r"#[NMLP]", lambda found: str(numbers[found[0]]), text)
        return {"input": text, "answer": f"{start} + {more} - {less} = {start + more - less}"}

    def code(self, clean: bool) -> Row:
        kept = {"fname": self.pick("fname", clean)}
        first, second = self.pick("code_edge", clean), self.pick("code_edge", clean)
        while second == first:
            second = self.pick("code_edge", clean)
        pattern = self.pick("code_pattern", clean).replace("{code_edge}", first, 1).replace("{code_edge}", second, 1)
        bodies = ("for item in data:\n        out.append(item)", "while data:\n        out.insert(0, data.pop())", "out.extend(sorted(data))")
        body = self.draw.choice(bodies)
        return {"input": self.fill(pattern, kept, clean), "answer": f"def {kept['fname']}(data):\n    out = []\n    {body}\n    return out"}

    def reading(self, clean: bool) -> Row:
        kept = {key: self.pick(of, clean) for key, of in (("a", "person"), ("place", "place"), ("noun", "noun"))}
        every = [line for place, line in enumerate(self.lists["read_middle"]) if (place % 3 == 2) == clean]
        middle = self.draw.sample(every, 3)
        parts = [self.pick("read_start", clean), *middle, self.pick("read_end", clean)]
        passage = " ".join(self.fill(part, kept, clean) for part in parts).replace("#Y", str(self.draw.randint(1610, 1930)))
        return {"text": passage, "input": self.fill(self.pick("read_ask", clean), kept, clean), "answer": parts[-1]}

    def make(self, sort: str, clean: bool) -> Row:
        made: Row = getattr(self, sort)(clean)
        return made


def said(item: Row) -> str:
    """What of an item is looked for: passage and question."""
    return " ".join(item[key] for key in ("text", "input") if key in item)


class Half:
    def __init__(self, name: str) -> None:
        self.name = name
        self.draw = random.Random(f"contamination {name}")
        self.grammar = Grammar(name, self.draw)
        self.items: list[Row] = []
        self.sorts: list[str] = []
        self.known: list[tuple[Counter[Any], Counter[Any]]] = []
        self.rows: list[Row] = []
        for sort, count in ITEMS.items():
            made = 0
            while made < count:
                item = self.grammar.make(sort, False)
                if self.nearest(said(item)) < 0.45 and len(words(said(item))) > 9:
                    self.items.append(item)
                    self.sorts.append(sort)
                    self.known.append((grams(said(item)), Counter(words(said(item)))))
                    made += 1
        order = list(range(len(self.items)))
        self.draw.shuffle(order)
        self.items, self.sorts, self.known = ([of[place] for place in order] for of in (self.items, self.sorts, self.known))  # type: ignore[assignment]
        swaps = (line.split("=") for line in self.grammar.lists["synonym"])
        self.synonyms = dict(swaps)

    def nearest(self, text: str) -> float:
        mine = grams(text)
        return max((share(item, mine) for item, _ in self.known), default=0.0)

    def filler(self, count: int = 1) -> list[Row]:
        """Clean rows, for what stands around."""
        rows: list[Row] = []
        while len(rows) < count:
            row = self.grammar.make(self.draw.choice(list(ITEMS)), True)
            if self.nearest(said(row)) < 0.2:
                rows.append(row)
        return rows

    def add(self, data: Row, kind: str, item: int | None = None) -> None:
        self.rows.append({"data": data, "truth": {"flag": item is not None, "item": None if item is None else item + 1}, "kind": kind})

    def shaped(self, question: str, answer: str, shape: str) -> Row:
        if shape in ("input+answer", "question+response", "prompt+completion"):
            first, second = shape.split("+")
            return {first: question, second: answer}
        user, reply = {"role": "user", "content": question}, {"role": "assistant", "content": answer}
        if shape == "chat":
            return {"messages": [user, reply]}
        if shape == "middle":
            one, two = self.filler(2)
            turns = [(said(one), one["answer"]), (question, answer), (said(two), two["answer"])]
            return {"messages": [turn for q, a in turns for turn in ({"role": "user", "content": q}, {"role": "assistant", "content": a})]}
        if shape == "preference":
            return {"input": question, "chosen": answer, "rejected": self.filler()[0]["answer"]}
        if shape == "rejected":
            other = self.filler()[0]
            return {"input": said(other), "chosen": other["answer"], "rejected": f"{question} {answer}"}
        if shape == "label":
            return {"text": question, "label": "exercise"}
        return {"text": f"{question}\n{answer}"}

    SHAPES = ("input+answer", "chat", "middle", "text", "question+response", "rejected", "preference", "label", "prompt+completion")

    def whole(self, item: Row) -> Row:
        shape = self.draw.choice(("columns", "text", "chat", "input+answer"))
        if shape == "columns":
            return dict(item)
        choices = "".join(f"\n{'ABCD'[place]}) {choice}" for place, choice in enumerate(item.get("choices", ())))
        question = "\n\n".join(item[key] for key in ("text", "input") if key in item) + choices
        return self.shaped(question, item["answer"], shape)

    def loose(self, text: str) -> str:
        how = self.draw.randrange(4)
        if how == 0:
            return text.upper()
        if how == 1:
            return re.sub(r"[.,?;'`\"]", "", text).lower()
        if how == 2:
            return re.sub(r" ", lambda _: self.draw.choice((" ", " ", "  ", "\n")), text)
        return text.replace(",", " -").replace(".", "!").title()

    def edited(self, text: str, sort: str) -> str:
        """Ten to thirty percent of the words changed: names, numbers, other words for the same, clauses in another order."""
        new = text
        people = [person for person in self.grammar.lists["person"] if person in text]
        places = [place for place in self.grammar.lists["place"] if place in text]
        for old, key in [(person, "person") for person in people] + [(place, "place") for place in places]:
            if self.draw.random() < 0.7:
                new = new.replace(old, self.draw.choice([other for other in self.grammar.lists[key] if other not in text]))
        if sort in ("maths", "reading"):
            new = re.sub(r"\b\d+\b", lambda found: str(int(found[0]) + self.draw.randint(2, 9)), new)
        if sort == "code":
            named = re.search(r"`(\w+)`", text)
            if named:
                new = new.replace(named[1], self.draw.choice([other for other in self.grammar.lists["fname"] if other != named[1]]))
        total = len(words(text))
        tokens = re.split(r"(\W+)", new)
        places_of = [place for place, token in enumerate(tokens) if token.casefold() in self.synonyms]
        self.draw.shuffle(places_of)
        old_words = Counter(words(text))
        aim = self.draw.uniform(0.12, 0.27)
        for place in places_of:
            if 1 - (old_words & Counter(words("".join(tokens)))).total() / total >= aim:
                break
            other = self.synonyms[tokens[place].casefold()]
            tokens[place] = other.capitalize() if tokens[place][0].isupper() else other
        new = "".join(tokens)
        sentences = re.split(r"(?<=[.?!]) ", new)
        if len(sentences) > 3 and self.draw.random() < 0.6:
            place = self.draw.randrange(1, len(sentences) - 2)
            sentences[place], sentences[place + 1] = sentences[place + 1], sentences[place]
        else:
            for place, sentence in enumerate(sentences):
                halves = sentence.rstrip(".?").split(", ")
                if len(halves) == 2 and self.draw.random() < 0.7:
                    first, second = halves
                    end = sentence[-1]
                    sentences[place] = f"{second[0].upper()}{second[1:]}, {first[0].lower()}{first[1:]}{end}"
                    break
        return " ".join(sentences)

    def contaminated(self) -> None:
        order = list(range(len(self.items)))
        self.draw.shuffle(order)
        following = iter(order * 2)

        def items(count: int) -> list[int]:
            return [next(following) for _ in range(count)]

        for place in items(24):
            self.add(self.whole(self.items[place]), "verbatim-whole", place)
        for number, place in enumerate(items(27)):
            self.add(self.shaped(self.items[place]["input"], self.filler()[0]["answer"], self.SHAPES[number % 9]), "verbatim-question", place)
        for number, place in enumerate(items(24)):
            before, after = (said(row) for row in self.filler(2))
            text = f"{before} {said(self.items[place])} {after}"
            chat = self.shaped("Please comment on this sheet.\n\n" + text, "It is a mixed bag, and I would start with the easiest task.", "chat")
            self.add({"text": text} if number % 2 else chat, "verbatim-inside", place)
        for number, place in enumerate(items(24)):
            question = self.loose(said(self.items[place]))
            self.add(self.shaped(question, self.items[place]["answer"], self.SHAPES[number % 9]), "verbatim-loose", place)
        for place in items(18):
            self.add(self.shaped(said(self.items[place]), self.items[place]["answer"], "middle"), "verbatim-turn", place)
        done = 0
        while done < 80:
            try:
                place = next(following)
            except StopIteration:
                following = iter(order)
                continue
            text = self.edited(said(self.items[place]), self.sorts[place])
            kept = share(self.known[place][1], Counter(words(text)))
            if 0.7 <= kept <= 0.905 and self.best(text) == place:
                self.add(self.shaped(text, self.items[place]["answer"], self.SHAPES[done % 9]), f"edited-{self.sorts[place]}", place)
                done += 1

    def best(self, text: str) -> int:
        mine = grams(text)
        return max(range(len(self.known)), key=lambda place: share(self.known[place][0], mine))

    def clean(self) -> None:
        for number, row in enumerate(self.filler(70)):
            data = dict(row) if number % 5 == 0 else self.shaped(said(row), row["answer"], self.SHAPES[number % 9])
            self.add(data, "clean-topic")
        done = 0
        while done < 40:
            row = self.grammar.maths(True, True) if done % 2 else self.grammar.choices(True)
            if self.nearest(said(row)) < 0.35:
                self.add(self.shaped(said(row), row["answer"], self.SHAPES[done % 9]), "clean-template")
                done += 1
        for number, question in enumerate(self.grammar.lists["common"]):
            self.add(self.shaped(question, self.filler()[0]["answer"], self.SHAPES[number % 9]), "clean-common-phrase")
        for number in range(16):
            item = [item for item, sort in zip(self.items, self.sorts, strict=True) if sort in ("choices", "maths")][number * 5]
            self.add(self.shaped(said(self.filler()[0]), item["answer"], self.SHAPES[number % 5]), "clean-answer-alone")
        for number in range(16):
            things = [self.grammar.fill(self.grammar.pick(key, False), {}, False) for key in ("thing", "group", "noun", "goods", "person")]
            self.draw.shuffle(things)
            text = f"My notes for a story: {things[0]}, then {things[1]} and {things[2]}; perhaps also {things[3]}. How does that sound?"
            self.add(self.shaped(text, "It sounds like the start of a long evening.", self.SHAPES[number % 9]), "clean-same-names")

    def write(self) -> str:
        self.contaminated()
        self.clean()
        self.draw.shuffle(self.rows)
        sums = ""
        for file, lines in ((f"evaluation-{self.name}.jsonl", self.items), (f"{self.name}.jsonl", self.rows)):
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            (HERE / file).write_text(text, "utf-8")
            sums += f"{hashlib.sha256(text.encode()).hexdigest()}  {file}\n"
        return sums


def main() -> None:
    (HERE / "SHA256SUMS").write_text("".join(Half(name).write() for name in ("open", "held")), "utf-8")


if __name__ == "__main__":
    main()
