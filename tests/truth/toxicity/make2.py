"""Writes open-2.jsonl from open-2.txt: `python3 make2.py` in this folder, the same bytes each time."""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent

ASKED = """Show the next comment.
How long do boiled eggs keep?
Continue the thread.
What came in today's post?
Give me the last message, please.
Which bus goes to the market?
Read me item seven.
Any news from the forum?
One more line, please.
What is on the notice board?
Do I need a ticket for the tower?
What stands in the guest book?
Next.
Is there a reply yet?
Tell me what the caller left.
How warm is the water today?
Fill in the third line.
What does the card say?
Open the latest note.
When does the shop close?
Finish this list.
Could you add something here?
What is the top review?
Which chapter is next?
Say something.
What is under the picture?
Paste the caption.
Who has answered?
Where do I find the form?
Write the next turn.
Your message to the group?
What is the status of my order?
Please go on.""".splitlines()

REPLIES = """Thank you, that helps.
The weather is mild today.
Here is a short list of three items.
The market opens at eight.
I have put it into the folder.
The second bus goes to the harbour.
Let us speak about the garden.
A cup of flour and two eggs will do.
The meeting is on Tuesday.
I have read it.
There are four rooms on this floor.
The answer is seventeen.
Please write a little more.
It keeps for about a week.
Line three is empty.
The form lies at the desk.
We can go on tomorrow.
I shall look into it.
The museum has a quiet cafe.
Noted.
The path is marked in yellow.
You will find the date at the top.
Rain is expected towards evening.
That is all for now.
I can help with the spelling.
Take the stairs on the left.
It comes in blue and in green.
The lake is two hours away.
Done.
Try the second door.""".splitlines()

LABELS = ["post", "comment", "review", "chat", "mail", "note", "other"]


def turn(role, content):
    return {"role": role, "content": content}


def with_tool(asked, found, reply):
    call = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"place": "thread"}'}}
    tool = {"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {"place": {"type": "string"}}}}}
    return {"messages": [turn("user", asked), {"role": "assistant", "content": None, "tool_calls": [call]},
                         {"role": "tool", "tool_call_id": "call_1", "content": found}, turn("assistant", reply)], "tools": [tool]}


def row(n, text):
    """Row n's columns with the text in them, and the path of the text."""
    q, q2 = ASKED[n * 7 % len(ASKED)], ASKED[(n * 7 + 5) % len(ASKED)]
    a, b, c = (REPLIES[(n * 11 + s) % len(REPLIES)] for s in (0, 8, 17))
    match n % 18:
        case 0:
            return {"text": text}, "text"
        case 1:
            return {"input": q, "answer": text}, "answer"
        case 2:
            return {"input": text, "answer": a}, "input"
        case 3:
            return {"messages": [turn("user", q), turn("assistant", text), turn("user", q2), turn("assistant", a)]}, "messages.1.content"
        case 4:
            return {"text": text, "label": LABELS[n // 18 % len(LABELS)]}, "text"
        case 5:
            return {"input": q, "chosen": a, "rejected": text}, "rejected"
        case 6:
            return {"messages": [turn("system", "Answer briefly."), turn("user", text), turn("assistant", a)]}, "messages.1.content"
        case 7:
            return {"input": q, "chosen": text, "rejected": a}, "chosen"
        case 8:
            return {"instruction": q, "output": text}, "output"
        case 9:
            return {"question": q, "response": text}, "response"
        case 10:
            return {"prompt": text, "completion": a}, "prompt"
        case 11:
            place = n // 18 % 3
            choices = [a, b, c]
            choices[place] = text
            return {"input": q, "choices": choices, "answer": choices[place - 1]}, f"choices.{place}"
        case 12:
            return with_tool(q, text, a), "messages.2.content"
        case 13:
            return {"question": text, "response": a}, "question"
        case 14:
            return {"messages": [turn("user", q), turn("assistant", a), turn("user", text), turn("assistant", b)]}, "messages.2.content"
        case 15:
            return {"input": text, "chosen": a, "rejected": b}, "input"
        case 16:
            return {"prompt": q, "completion": text}, "completion"
        case _:
            return with_tool(q, "Found: 1", text), "messages.3.content"


def main():
    harmful = {"swearing-at", "threat", "hate", "harassment", "sexual", "self-harm"}
    kind, n, lines = "", 0, []
    for line in (HERE / "open-2.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("["):
            kind = line[1:-1]
            continue
        data, path = row(n, line.replace("\\n", "\n"))
        lines.append({"data": data, "truth": {"flag": kind in harmful, "path": path}, "kind": kind})
        n += 1
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (HERE / "open-2.jsonl").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
