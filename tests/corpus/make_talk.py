"""The subtitles and the e-mail of the corpus. The subtitles need pysubs2."""

from __future__ import annotations

import mailbox
import textwrap
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from make import html_of, made
from texts import TEXTS, Text


def _sentences(text: Text) -> list[str]:
    return [said for block in text.blocks if block.kind == "paragraph" for said in block.said]


def _cues(text: Text) -> list[str]:
    """The sentences as they fit on the screen: two lines at a time."""
    shown: list[str] = []
    for said in _sentences(text):
        lines = textwrap.wrap(said, 42) if text.space else [said[at : at + 14] for at in range(0, len(said), 14)]
        shown += ["\n".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
    return shown


def _subtitles(text: Text, path: Path) -> None:
    import pysubs2

    subtitles = pysubs2.SSAFile()
    for number, said in enumerate(_cues(text)):
        event = pysubs2.SSAEvent(start=number * 2500, end=number * 2500 + 2400, text=said.replace("\n", "\\N"))
        subtitles.append(event)
    subtitles.save(str(path), format_=path.suffix[1:])


def _spoken(text: Text) -> Text:
    """What subtitles say of a text: no headings, items or tables."""
    return Text(text.language, text.title, text.author, [block for block in text.blocks if block.kind == "paragraph"], text.space)


def _letter(text: Text) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"] = text.title, f'"{text.author}" <{text.language}@example.org>'
    message["To"], message["Date"] = "Ray Ö. <ray@example.org>, team@example.org", "Tue, 05 Mar 2024 09:30:00 +0100"
    message["Message-ID"] = f"<{text.language}-1@example.org>"
    return message


def _mail(text: Text, path: Path, encoding: str, transfer: str) -> None:
    """A message of which the text is HTML alone, in an encoding of its language."""
    message = _letter(text)
    message.set_content(html_of(text).replace("utf-8", encoding), subtype="html", charset=encoding, cte=transfer)
    path.write_bytes(message.as_bytes(policy=SMTP))


def _mailbox(path: Path) -> None:
    """All texts as messages, plain beside HTML, one after the other."""
    path.unlink(missing_ok=True)
    box = mailbox.mbox(str(path))
    for text in TEXTS.values():
        message = _letter(text)
        message.set_content("\n\n".join(text.space.join(block.said) for block in _spoken(text).blocks) + "\nFrom here on it is quoted.\n")
        message.add_alternative(html_of(text), subtype="html")
        box.add(message)
    box.close()


for _text in TEXTS.values():
    for _kind in ("srt", "vtt", "ass"):
        made(f"pysubs2-{_text.language}.{_kind}", _spoken(_text), parts="times")(lambda path, text=_text: _subtitles(text, path))


@made("python-de.eml", TEXTS["de"])
def _(path: Path) -> None:
    _mail(TEXTS["de"], path, "iso-8859-1", "quoted-printable")


@made("python-ja.eml", TEXTS["ja"])
def _(path: Path) -> None:
    _mail(TEXTS["ja"], path, "iso-2022-jp", "7bit")


@made("python-all.mbox", _spoken(Text("mul", "", "", [block for text in TEXTS.values() for block in text.blocks])))
def _(path: Path) -> None:
    _mailbox(path)
