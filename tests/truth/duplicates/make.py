"""Writes open.jsonl and held.jsonl; the clusters are computed from the definition and compared with what was planted."""

from __future__ import annotations

import hashlib
import json
import random
import re
import unicodedata
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Row = dict[str, Any]


def plain(text: str) -> str:
    """NFKC and casefolded, punctuation as a space (but not where it carries a value), runs of white space as one."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = []
    for place, sign in enumerate(text):
        before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
        number = sign in ".,:/-" and after.isdigit() and (not before or before.isdigit() or before.isspace() or before in "([")
        negation = sign == "!" and (after.isalpha() or after in ("(", "=")) and not before.isalnum()
        kept.append(sign if number or negation or not unicodedata.category(sign).startswith("P") else " ")
    return " ".join("".join(kept).split())


def key(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [key(one, change) for one in value]
    if isinstance(value, dict):
        return {name: key(one, change) for name, one in value.items()}
    return value


def keyed(data: Row, change: Any) -> str:
    return json.dumps(key(data, change), ensure_ascii=False, sort_keys=True)


class Half:
    SHAPES = ("text", "input+answer", "messages", "preference", "text+label", "question+response", "system chat", "choices")
    CHANGES = ("case", "title", "space", "break", "nbsp", "end", "commas", "quotes", "decomposed", "wide", "marks", "ligature")

    def __init__(self, name: str) -> None:
        self.name = name
        self.draw = random.Random(f"duplicates {name}")
        lines = (HERE / f"texts-{name}.txt").read_text("utf-8").splitlines()
        self.bases = [line[2:].split(" | ") for line in lines if line.startswith("b ")]
        self.against = [line[2:].split(" | ") for line in lines if line.startswith("x ")]
        self.rows: list[tuple[Row, str, str | None, str | None]] = []
        self.names = 0

    def shape(self, question: str, answer: str, shape: str) -> Row:
        turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        other = self.bases[len(answer) % len(self.bases)][1]
        made: dict[str, Row] = {
            "text": {"text": f"{question} {answer}"},
            "text+label": {"text": f"{question}\n{answer}", "label": "talk"},
            "input+answer": {"input": question, "answer": answer},
            "question+response": {"question": question, "response": answer},
            "messages": {"messages": turns},
            "system chat": {"messages": [{"role": "system", "content": "Be brief."}, *turns, {"role": "user", "content": f"{question} Once more!"}]},
            "preference": {"input": question, "chosen": answer, "rejected": other},
            "choices": {"input": question, "choices": [answer, other], "answer": answer},
        }
        return made[shape]

    def changed(self, text: str, how: str) -> str:
        if how == "case":
            return text.upper() if self.draw.random() < 0.5 else text.lower()
        if how == "title":
            return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))
        if how == "space":
            return "  " + text.replace(" ", "  ", 2) + " "
        if how == "break":
            return text.replace(" ", "\n", 1).replace(" ", "\t", 1) + "\r\n"
        if how == "nbsp":
            return text.replace(" ", "\u00a0")
        if how == "end":
            return text.rstrip(".?!。？;") + self.draw.choice(("", " !", "...", "?!"))
        if how == "commas":
            return re.sub(r"[,;:] ", " ", text)
        if how == "quotes":
            return text.replace('"', "“", 1).replace('"', "”", 1).replace("'", "’").replace(" - ", " – ").replace("„", '"').replace(", ", " — ", 1)
        if how == "decomposed":
            return unicodedata.normalize("NFD", text)
        if how == "wide":
            return "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalnum() else sign for sign in text)
        if how == "marks":
            return f"«{text}»" if self.draw.random() < 0.5 else f"**{text}**"
        return text.replace("fi", "ﬁ").replace("fl", "ﬂ").replace("ß", "SS").replace("...", "…")

    def add(self, data: Row, kind: str, exact: str | None, normalised: str | None) -> None:
        self.rows.append((data, kind, exact, normalised))

    def build(self) -> None:
        for number, (question, answer) in enumerate(self.bases):
            shape = self.SHAPES[(number * 3 + number // 8) % 8]
            row, cluster = self.shape(question, answer, shape), f"n{number:03d}"
            exact = f"e{number:03d}" if number % 4 != 3 else None
            copies = (1, 2, 3, 0)[number % 4]
            self.add(row, "exact" if exact else "origin", exact, cluster if exact or number % 8 != 7 else None)
            for copy in range(copies):
                again = dict(reversed(row.items())) if copy % 2 else dict(row)
                self.add(again, "exact-key-order" if copy % 2 and len(row) > 1 else "exact", exact, cluster)
            if number % 8 == 7:
                pass
            else:
                for how in self.draw.sample(self.CHANGES, 3):
                    spoken = key({k: v for k, v in row.items() if k != "messages"}, lambda text, how=how: self.changed(text, how))
                    if "messages" in row:
                        spoken = {"messages": [{**turn, "content": self.changed(turn["content"], how)} for turn in row["messages"]]}
                    if keyed(spoken, str) not in {keyed(data, str) for data, *_ in self.rows}:
                        self.add(spoken, f"normalised-{how}", None, cluster)
            for other in self.draw.sample([other for other in self.SHAPES if other != shape], 2):
                self.add(self.shape(question, answer, other), "other-shape", None, None)
            if shape in ("input+answer", "question+response"):
                first, second = row
                self.add({first: answer, second: question}, "swapped", None, None)
            if shape == "preference":
                self.add({"input": question, "chosen": row["rejected"], "rejected": answer}, "swapped", None, None)
            if shape == "text+label":
                self.add({**row, "label": "report"}, "one-column", None, None)
            if shape == "choices":
                self.add({**row, "choices": row["choices"][::-1]}, "swapped", None, None)
            if shape == "messages":
                self.add({"messages": [{**turn, "role": "user"} for turn in row["messages"]]}, "roles", None, None)
            if shape == "system chat":
                self.add({"messages": row["messages"][1:]}, "one-column", None, None)
        shapes = ("text", "input+answer", "messages", "preference", "question+response")
        for number, (kind, one, other) in enumerate(self.against):
            question, answer = self.bases[number % len(self.bases)]
            for text in (one, other):
                place = shapes[number % 5]
                data = {"text": text} if place == "text" else self.shape(question, text, place)
                if number % 3 == 2 and place != "text":
                    data = self.shape(text, answer, place)
                if place == "preference":
                    data = {"input": question, "chosen": answer, "rejected": text}
                self.add(data, f"hard-{kind}", None, None)

    def write(self) -> str:
        self.build()
        self.draw.shuffle(self.rows)
        lines = []
        clusters: dict[str, dict[str, list[int]]] = {"exact": {}, "normalised": {}}
        for place, (data, *_) in enumerate(self.rows):
            clusters["exact"].setdefault(keyed(data, str), []).append(place)
            clusters["normalised"].setdefault(keyed(data, plain), []).append(place)
        found: dict[str, dict[int, tuple[str, bool]]] = {"exact": {}, "normalised": {}}
        for name, groups in clusters.items():
            for number, places in enumerate(group for group in groups.values() if len(group) > 1):
                for place in places:
                    found[name][place] = (f"{name[0]}{number:03d}", place != places[0])
        planted: dict[str, dict[str, set[int]]] = {"exact": {}, "normalised": {}}
        for place, (_, _, exact, normalised) in enumerate(self.rows):
            for name, cluster in (("exact", exact), ("normalised", normalised)):
                if cluster:
                    planted[name].setdefault(cluster, set()).add(place)
        for name, meant_groups in planted.items():
            meant = {frozenset(places) for places in meant_groups.values() if len(places) > 1}
            computed = {frozenset(places) for places in clusters[name].values() if len(places) > 1}
            for odd in meant ^ computed:
                raise AssertionError([name, *(self.rows[place] for place in odd)])
        for place, (data, kind, _, _) in enumerate(self.rows):
            exact, flag = found["exact"].get(place, (None, False))
            normalised, later = found["normalised"].get(place, (None, False))
            truth = {"flag": flag, "exact": exact, "normalised": normalised, "flag_normalised": later}
            lines.append(json.dumps({"data": data, "truth": truth, "kind": kind}, ensure_ascii=False) + "\n")
        text = "".join(lines)
        (HERE / f"{self.name}.jsonl").write_text(text, "utf-8")
        return f"{hashlib.sha256(text.encode()).hexdigest()}  {self.name}.jsonl\n"


def main() -> None:
    (HERE / "SHA256SUMS").write_text("".join(Half(name).write() for name in ("open", "held")), "utf-8")


if __name__ == "__main__":
    main()
