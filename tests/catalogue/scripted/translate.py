"""translate: into German and back; half of the words are enough for the language to be told."""

from typing import Any

from augmented import FILE, SETS, anew, asked, model, shown
from case import Case

from rowsmith.testing import Request

GERMAN = {
    "Hello, this is": "Hallo, hier ist", " from ": " aus ", "I bought a": "Ich habe einen", "in your shop": "in Ihrem Laden gekauft, vor",
    "days ago": "Tagen", "and it does not work as it should": "und er ist nicht so, wie er sein soll",
    "You often help customers very quickly": "Sie helfen den Kunden oft schnell",
    "so please give me my money back": "also geben Sie mir bitte mein Geld zurück", "euros of it": "Euro davon", "because the": "denn der",
    "is plainly wrong for me": "ist für mich nicht der richtige", "Good morning, my name is": "Guten Morgen, mein Name ist",
    "and I live in": "und ich wohne in",
    "The parcel with the": "Das Paket mit dem", "was sent": "wurde vor", "and has still not come to my door": "und ist noch nicht an meiner Tür",
    "Your drivers often find the house number": "Ihre Fahrer finden das Haus mit der Nummer", "very quickly, so where is my parcel now":
    "oft sehr schnell, also wo ist mein Paket jetzt", "and who of your customers has it": "und wer von den Kunden hat es", " all ": " alle ",
}  # fmt: skip


def german(text: str) -> str:
    """The mail in German."""
    for said, other in GERMAN.items():
        text = text.replace(said, other)
    return text


def reply(request: Request) -> Any:
    """The way there, the way back, and a judge who reads both."""
    texts = shown(request)
    if asked(request) == ["reason", "label"]:
        return {"reason": "It says so.", "label": "refund" if "Geld" in texts["text"] else "delivery"}
    if asked(request) == ["after"]:
        for said, other in GERMAN.items():
            texts["after"] = texts["after"].replace(other, said)
        return {"after": anew(texts["after"])}
    return model(german)(request)


CASE = Case(sets={**SETS, "languages": "[de]"}, files=FILE, reply=reply, target=3)
