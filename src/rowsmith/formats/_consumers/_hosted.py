"""Tuning services: OpenAI, Together, Gemini and Amazon Nova. No server can be asked: these rules are what their pages say."""

from __future__ import annotations

from typing import Any

from rowsmith.formats._consumers._rule import Consumer, Record, Rule, Watch, each, shape, turns

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


def _every(record: Record) -> list[dict[str, Any]]:
    asked = record.get("input")
    found = turns(record) + (turns(asked) if isinstance(asked, dict) else [])
    return found + turns(record, "preferred_output", "non_preferred_output")


def _mapped(record: Record) -> str | None:
    for turn in _every(record):
        for call in turn.get("tool_calls") or ():
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and not isinstance(function.get("arguments"), str):
                return f"The arguments of {function.get('name')} are no text."
    return None


def _refused(record: Record) -> str | None:
    for n, turn in enumerate(_every(record)):
        if str(turn.get("role")) not in _ROLES:
            return f"Message {n + 1} has the role {turn.get('role')!r}."
        if turn.get("role") == "tool" and not turn.get("tool_call_id"):
            return f"Message {n + 1} of a tool has no tool_call_id."
        if turn.get("role") == "assistant" and turn.get("content") is None and not turn.get("tool_calls"):
            return f"Message {n + 1} of the assistant says nothing."
    return None


L39 = Rule(
    "L39", "stops", "Arguments of tool calls have to be JSON text; OpenAI's own types find that out only when they are drained.",
    "Export as openai.", each(_mapped),
)  # fmt: skip
MESSAGES = Rule("messages", "stops", "OpenAI refuses a file with such a message.", "Export as openai, which leaves such rows out.", each(_refused))


MOST_IMAGES, MOST_IMAGE_BYTES = 10, 10_000_000
TAKEN = ("image/jpeg", "image/png", "image/webp")


def _images(turn: dict[str, Any]) -> list[Any]:
    """The images that a message shows: each a data URL, an address, or a reference to a file whose bytes come in its place."""
    content = turn.get("content")
    found = [part for part in content if isinstance(part, dict) and part.get("type") == "image_url"] if isinstance(content, list) else []
    return [part["image_url"].get("url") if isinstance(part.get("image_url"), dict) else None for part in found]


def _misplaced(record: Record) -> str | None:
    told = _every(record)
    for n, turn in enumerate(told):
        if turn.get("role") != "user" and _images(turn):
            return f"Message {n + 1} of {turn.get('role')!r} shows an image."
    count = sum(len(_images(turn)) for turn in told)
    return f"It shows {count} images." if count > MOST_IMAGES else None


def _skipped(record: Record) -> str | None:
    for image in (image for turn in _every(record) for image in _images(turn)):
        if isinstance(image, dict):
            kind, size = image.get("media_type"), image.get("bytes") or 0
        elif isinstance(image, str) and image.startswith("data:"):
            kind, size = image[5:].partition(";")[0], (len(image) - image.find(",")) * 3 // 4
        elif isinstance(image, str) and image.startswith(("http://", "https://")):
            continue
        else:
            return "An image is neither an address nor a data URL."
        if kind not in TAKEN or size > MOST_IMAGE_BYTES:
            return f"An image is {kind} of {size:,} bytes."
    return None


IMAGES = Rule(
    "images", "stops", f"OpenAI takes images in messages of the user alone, and {MOST_IMAGES} of them in an example.",
    "Export as openai, which leaves images of others out; show fewer.", each(_misplaced),
)  # fmt: skip
L44 = Rule(
    "L44", "lost", "OpenAI passes over an image that is not JPEG, PNG or WebP, that has more than 10 MB, or that it cannot reach.",
    "Convert it, make it smaller, or leave the row out.", each(_skipped),
)  # fmt: skip


def _alternating(roles: list[Any], answer: str = "assistant") -> str | None:
    rest = roles[1:] if roles[:1] == ["system"] else roles
    for n, role in enumerate(rest):
        if role != ("user", answer)[n % 2]:
            return f"Message {n + 1} is of {role!r}, where {('the user', 'the assistant')[n % 2]} has to speak."
    return None


_TOGETHER = (("messages",), ("prompt", "completion"), ("input", "preferred_output", "non_preferred_output"), ("text",))


class _OneShape(Watch):
    first: tuple[str, ...] | None = None

    def row(self, record: Record, line: int) -> str | None:
        found = [keys for keys in _TOGETHER if all(record.get(key) is not None for key in keys)]
        if not found:
            return None
        self.first = self.first or found[0]
        if len(found) > 1:
            return f"It has {' and '.join(' + '.join(keys) for keys in found)}."
        return f"It has {' + '.join(found[0])}, the first row {' + '.join(self.first)}." if found[0] != self.first else None


def _together_turns(record: Record) -> str | None:
    return _alternating([turn.get("role") for turn in turns(record)]) if record.get("messages") is not None else None


_CLIENT = "Together's own check_file looks at the syntax alone."
L40 = Rule("L40", "stops", f"Together's server refuses a conversation out of turn. {_CLIENT}", "Export as together.", each(_together_turns))
L40_SHAPE = Rule("L40", "stops", f"Together's server refuses a file of two shapes. {_CLIENT}", "Write one shape to a file.", _OneShape)


def _gemini_roles(record: Record) -> str | None:
    found = turns(record, "contents") + [one["completion"] for one in turns(record, "completions") if isinstance(one.get("completion"), dict)]
    wrong = next((turn.get("role") for turn in found if turn.get("role") not in ("user", "model")), None)
    return f"A turn has the role {wrong!r}; user and model are known." if wrong else None


def _scores(record: Record) -> str | None:
    found = [one.get("score") for one in turns(record, "completions")]
    return f"The scores are {found}; one has to be 1 and one 0." if "completions" in record and sorted(map(str, found)) not in _ONE_EACH else None


_ONE_EACH = (["0", "1"], ["0.0", "1.0"], ["0", "1.0"], ["0.0", "1"])
_GEMINI = "Google's own types take it, its service does not."
L41 = Rule("L41", "stops", f"The assistant is called model. {_GEMINI}", "Export as gemini.", each(_gemini_roles))
L41_SCORES = Rule("L41", "stops", f"A preference has one score of 1 and one of 0. {_GEMINI}", "Export as gemini-preference.", each(_scores))


def _nova(record: Record) -> str | None:
    if record.get("schemaVersion") != "bedrock-conversation-2024":
        return f"schemaVersion is {record.get('schemaVersion')!r}."
    roles = [turn.get("role") for turn in turns(record)]
    return _alternating(roles) or ("It ends with the user." if len(roles) % 2 else None)


NOVA = Rule("turns", "stops", "Bedrock wants user and assistant in turns, and its own schemaVersion.", "Export as nova.", each(_nova))
CONSUMERS = (
    Consumer(
        "openai", "OpenAI's tuning and whoever reads its lines",
        (shape("OpenAI", ("messages",), ("input", "preferred_output")), L39, L44, IMAGES, MESSAGES),
    ),
    Consumer("together", "Together", (shape("Together", *_TOGETHER), L40, L40_SHAPE)),
    Consumer("gemini", "Gemini's tuning", (shape("Gemini", ("contents",)), L41, L41_SCORES)),
    Consumer("nova", "Amazon Nova's tuning", (shape("Nova", ("messages",)), NOVA)),
)  # fmt: skip
