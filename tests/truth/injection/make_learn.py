"""Write learn.jsonl from learn.txt, the same bytes each time: python3 make_learn.py

A line beginning with @ opens a block: `@order AIM LANG`, `@full AIM LANG` (the order stands between
the brackets U+27E6 and U+27E7), `@innocent KIND LANG`, `@host document LANG`, `@prompt LANG`, `@system LANG`,
`@reply LANG` (what an assistant answers), `@template LANG` (a chat written out with its marks).
Each other line is one text; `\\n` in it is a line break.
"""

import collections
import hashlib
import json
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).parent
LEFT, RIGHT = "\u27e6", "\u27e7"

ASK = {
    "en": ["Summarise this for me.", "What is this about?", "Please list the main points of the text.", "Can you check this for mistakes?",
           "Translate this into Dutch.", "Which dates and amounts are named here?", "Is there anything that I have to do?",
           "Give me a title for this.", "Who wrote this, and for whom?", "Here is a file, tell me what matters in it."],
    "de": ["Fasse das bitte zusammen.", "Worum geht es hier?", "Welche Angaben stehen im Text?", "Was ist hier wichtig?"],
    "fr": ["Résume ce texte.", "De quoi s'agit-il ?", "Quels sont les points importants ?"],
    "es": ["Resume este texto.", "¿De qué trata?", "¿Qué datos contiene?"],
    "it": ["Riassumi questo testo.", "Di che cosa si tratta?", "Quali dati contiene?"],
}
SAY = {
    "en": ["It is a short text; the main points are given in its first lines.", "I read it. There is one matter to follow up.",
           "The text names the facts and leaves the rest open.", "Here is what I found in it, in brief.",
           "It gives an account of a matter of daily work.", "I can't see anything unusual in it."],
    "de": ["Es ist ein kurzer Text mit einigen Angaben.", "Das Wichtigste steht am Anfang."],
    "fr": ["C'est un texte court avec quelques faits.", "L'essentiel se trouve au début."],
    "es": ["Es un texto breve con algunos datos.", "Lo principal está al comienzo."],
    "it": ["È un testo breve con alcuni dati.", "L'essenziale si trova all'inizio."],
}
DONE = {
    "en": ["Of course, here it is.", "Gladly. Let me begin with the first part.", "Yes, I can help with that.", "Here is my suggestion.",
           "Could you tell me a little more?", "Done; have a look."],
    "de": ["Gerne, hier ist es.", "Ja, damit kann ich helfen."],
    "fr": ["Bien sûr, voici.", "Oui, je peux vous aider."],
    "es": ["Claro, aquí está.", "Sí, puedo ayudar."],
    "it": ["Certo, ecco.", "Sì, posso aiutare."],
}
WORSE = {"en": "I don't know.", "de": "Das weiß ich nicht.", "fr": "Je ne sais pas.", "es": "No lo sé.", "it": "Non lo so."}
TOOLS = ["read_file", "open_page", "get_mail", "search", "load_record"]
WRAPS = [
    lambda s: f"<!-- {s} -->",
    lambda s: f"({s})",
    lambda s: f"P.S. {s}",
    lambda s: f"> {s}",
    lambda s: f"Note: {s}",
    lambda s: f"[{s}]",
    lambda s: f'<span style="color:#fff">{s}</span>',
    lambda s: f'<img src="a.png" alt="{s}">',
    lambda s: f"* {s}",
    lambda s: f"# {s}",
    lambda s: f"**{s}**",
    lambda s: f"remarks: {s}",
    lambda s: f"--\n{s}",
    lambda s: f"| {s} |",
]
NAMED = re.compile(r"\b(AI|bots?|chatbots?|assistant|assistants|LLMs?|models?|agents?|helper|summarizer|KI|IA|Assistent|"
                   r"asistente|assistente|modelos?|modelli|tes|deine?|tus|tuo|your)\b", re.I)


def blocks(path):
    head = None
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("@") and re.match(r"@(order|full|innocent|host|prompt|system|reply|template)\b", line):
            head = line[1:].split()
        elif line.strip():
            yield head, line.replace("\\n", "\n")


def parts(host):
    """The sentences of a host, each with the break that follows it."""
    return [p for p in re.findall(r".+?(?:(?<!\n\d)[.!?](?=\s)\s+|\n+|$)", host, re.S) if p]


def place(host, line, rng, where):
    bits = parts(host)
    keep = rng.randint(min(3, len(bits)), len(bits))
    start = rng.randint(0, len(bits) - keep)
    bits = bits[start:start + keep]
    at = {"begin": 0, "end": len(bits)}.get(where, rng.randint(1, max(1, len(bits) - 1)))
    if host.startswith(("def ", "server:")):
        line = "# " + line.replace("\n", "\n# ")
    elif host.startswith("<html>"):
        line = f"<!-- {line} -->"
    elif host.startswith("{"):
        line = f' "note": {json.dumps(line, ensure_ascii=False)},'
    elif rng.random() < 0.35:
        line = rng.choice(WRAPS)(line)
    own = "\n" in line or "\n" in host or rng.random() < 0.35
    before, after = "".join(bits[:at]), "".join(bits[at:])
    gap = "\n" if own else " "
    return gap.join(s for s in (before.strip(), line, after.strip()) if s)


def shape(text, lang, rng):
    ask, say = rng.choice(ASK[lang]), rng.choice(SAY[lang])
    n = rng.random()
    if n < 0.32:
        return {"text": text}, "text"
    if n < 0.50:
        joined = rng.choice([f"{ask}\n\n{text}", f'{ask}\n"""\n{text}\n"""', f"{text}\n\n{ask}"])
        return {"input": joined, "answer": say}, "input"
    if n < 0.56:
        return {"input": ask, "answer": text}, "answer"
    if n < 0.74:
        return {"messages": [
            {"role": "user", "content": ask},
            {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": rng.choice(TOOLS), "arguments": "{}"}}]},
            {"role": "tool", "content": text},
            {"role": "assistant", "content": say}]}, "messages.2"
    if n < 0.90:
        return {"question": ask, "context": text, "answer": say}, "context"
    return {"input": f"{ask}\n\n{text}", "chosen": say, "rejected": WORSE[lang]}, "input"


def asked(text, lang, rng):
    say = rng.choice(DONE[lang])
    n = rng.random()
    if n < 0.5:
        return {"input": text, "answer": say}, "input"
    if n < 0.75:
        return {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": say}]}, "messages.0"
    return {"input": text, "chosen": say, "rejected": WORSE[lang]}, "input"


def replied(text, lang, rng):
    ask = rng.choice({"en": ["Please help me with this.", "How would you do it?", "What do you suggest?", "Can you write that for me?"],
                      "de": ["Wie würdest du das machen?", "Schreib mir das bitte."], "fr": ["Peux-tu m'aider ?"], "es": ["¿Me ayudas?"],
                      "it": ["Mi aiuti?"]}[lang])
    n = rng.random()
    if n < 0.5:
        return {"input": ask, "answer": text}, "answer"
    if n < 0.75:
        return {"messages": [{"role": "user", "content": ask}, {"role": "assistant", "content": text}]}, "messages.1"
    return {"input": ask, "chosen": text, "rejected": WORSE[lang]}, "chosen"


def told(text, lang, rng):
    return {"messages": [{"role": "system", "content": text}, {"role": "user", "content": rng.choice(ASK[lang])},
                         {"role": "assistant", "content": rng.choice(SAY[lang])}]}, "messages.0"


def main():
    rows, hosts, seen = [], collections.defaultdict(list), {}
    lines = list(blocks(HERE / "learn.txt"))
    for head, text in lines:
        if text in seen:
            sys.exit(f"twice: {text[:80]}")
        seen[text] = head
        if head[0] == "host":
            hosts[head[2]].append(text)
    turn = {}
    for lang, pool in hosts.items():
        order = list(pool)
        random.Random(lang).shuffle(order)
        turn[lang] = collections.deque(order)

    def host(lang):
        turn[lang].rotate(-1)
        return turn[lang][0]

    for head, text in lines:
        rng = random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))
        lang, what, flag, order, kind = head[-1], head[0], False, None, head[1]
        build = shape
        if what == "prompt":
            kind, build = "prompt", asked
        elif what == "system":
            kind, build = "system", told
        elif what == "template":
            kind, build = "template", lambda text, lang, rng: ({"text": text}, "text")
        elif what == "reply":
            kind, build = "reply", replied
        elif what == "order":
            flag, order = True, text
            where = rng.choices(["alone", "begin", "middle", "end"], [30, 17, 27, 26])[0]
            if where == "alone" and len(text) < 60 and kind not in ("marks", "reveal") and not NAMED.search(text):
                where = "end"  # too little to tell whom it addresses
            if where != "alone":
                text = place(host(lang), text, rng, where)
            kind = f"order-{kind}"
        elif what == "full":
            flag, kind = True, f"order-{kind}"
            order = text[text.index(LEFT) + 1:text.index(RIGHT)]
            text = text.replace(LEFT, "").replace(RIGHT, "")
        elif what == "innocent" and kind != "roleplay" and len(text) < 400 and rng.random() < 0.6:
            text = place(host(lang), text, rng, rng.choice(["begin", "middle", "end"]))
        data, path = build(text, lang, rng)
        rows.append({"data": data, "truth": {"flag": flag, "path": path, "order": order}, "kind": kind})
    random.Random(7).shuffle(rows)
    with open(HERE / "learn.jsonl", "w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    for kind, n in sorted(collections.Counter(r["kind"] for r in rows).items()):
        print(f"{kind:16}{n}")
    print("all", len(rows), "flagged", sum(r["truth"]["flag"] for r in rows), collections.Counter(h[-1] for h, _ in lines))


if __name__ == "__main__":
    main()
