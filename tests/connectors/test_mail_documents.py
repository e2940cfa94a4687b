"""E-mail as documents: heads in any shape, plain text before HTML, attachments, mailboxes."""

from __future__ import annotations

import io
import mailbox
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from documents_read import document, documents, everything, fault

from rowsmith.core.documents import Document
from rowsmith.core.records import Fault

HEAD = "From: a@x.org\nTo: b@x.org\nSubject: S\n"


def letter(**heads: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "a@x.org", "Subject": "S", **heads}.items():
        message[name.replace("_", "-")] = value
    return message


def word(said: str, folder: Path) -> bytes:
    made = docx.Document()
    made.add_paragraph(said)
    made.save(str(folder / "made.docx"))
    return (folder / "made.docx").read_bytes()


def test_what_is_attached_is_read_where_it_is_a_document(tmp_path: Path) -> None:
    message = letter(To="b@x.org, C D <c@x.org>", Date="Tue, 05 Mar 2024 09:30:00 +0100", Message_ID="<1@x>", In_Reply_To="<0@x>")
    message.set_content("Plain words.")
    message.add_alternative("<p>HTML words.</p>", subtype="html")
    message.add_attachment(word("In Word.", tmp_path), maintype="application", subtype="octet-stream", filename="Größe.docx")
    message.add_attachment(b"\x89PNG\r\n\x1a\n0000", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment("a,b\n1,2\n", filename="table.csv")
    message.add_attachment("Note.", filename="../../etc/note.txt")
    inner = letter(Subject="Inner")
    inner.set_content("Forwarded words.")
    message.add_attachment(inner)
    first, *attached = documents(tmp_path, "a.eml", message.as_bytes())
    assert first.text == "Plain words." and first.kind == "eml" and first.member == ""
    assert first.columns == {
        "subject": "S", "from": "a@x.org", "to": ["b@x.org", "C D <c@x.org>"], "sent_at": "2024-03-05T09:30:00+01:00", "message_id": "<1@x>",
        "in_reply_to": "<0@x>", "attachments": ["Größe.docx", "logo.png", "table.csv", "note.txt", "Inner.eml"],
    }  # fmt: skip
    assert first.notes == ("Attached, and no document that can be read: logo.png, table.csv.",)
    assert [(one.member, one.kind, one.text.strip()) for one in attached] == [
        ("Größe.docx", "docx", "In Word."), ("note.txt", "txt", "Note."), ("Inner.eml", "eml", "Forwarded words.")
    ]  # fmt: skip


def test_an_attachment_that_is_broken_costs_itself(tmp_path: Path) -> None:
    message = letter()
    message.set_content("Words.")
    message.add_attachment(word("In Word.", tmp_path)[:-200], maintype="application", subtype="octet-stream", filename="a.docx")
    first, second = everything(tmp_path, "a.eml", message.as_bytes())
    assert isinstance(first, Document) and first.text == "Words."
    assert isinstance(second, Fault) and (second.file, second.reason) == ("a.eml/a.docx", "broken_file")


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"), ("=?iso-2022-jp?B?GyRCJCIbKEI=?=", "あ"), ("=?nonsense?q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?q?broken", "=?utf-8?q?broken"), ("Grüße", "Grüße"), ("a\n  b", "a b"), ("=?utf-8?q?a?=\n =?utf-8?q?b?=", "ab"),
    ],
)  # fmt: skip
def test_heads_in_any_encoding(tmp_path: Path, head: str, subject: str) -> None:
    found = document(tmp_path, "a.eml", f"From: a@x.org\nTo: b@x.org\nSubject: {head}\n\nWords.\n")
    assert found.columns["subject"] == subject


def test_heads_of_foreign_bytes(tmp_path: Path) -> None:
    raw = "From: Jörg Größe <j@x.org>\nTo: =?utf-8?q?M=C3=BCller=2C_J=2E?= <m@x.org>\nSubject: Öl\nDate: nonsense\n\nWörter.\n"
    found = document(tmp_path, "a.eml", raw.encode("cp1252"))
    assert found.columns == {"from": "Jörg Größe <j@x.org>", "to": ["Müller, J. <m@x.org>"], "subject": "Öl"}
    assert found.text == "Wörter."


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ('text/plain; charset="utf-8"', "Grüße".encode("cp1252"), "Grüße"),
        ('text/plain; charset="no-such"', "Grüße".encode(), "Grüße"),
        ("text/plain; format=flowed", b"one \ntwo\n> quoted\n-- \nA.", "one two\n> quoted\n-- \nA."),
        ("text/html", b"<h1>Head</h1><p>a &amp; b<script>x</script></p>", "# Head\n\na & b"),
    ],
)  # fmt: skip
def test_bodies_in_any_encoding(tmp_path: Path, kind: str, body: bytes, text: str) -> None:
    raw = f"{HEAD}Content-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n".encode() + body
    assert document(tmp_path, "a.eml", raw).text == text


def test_a_mailbox_gives_a_document_for_each_message(tmp_path: Path) -> None:
    box = mailbox.mbox(str(tmp_path / "box"))
    for number in (1, 2):
        message = letter(Subject=f"S{number}")
        message.set_content(f"Words {number}.\n\nFrom here on.\n")
        message.add_attachment("Note.", filename="note.txt")
        box.add(message)
    box.close()
    raw = (tmp_path / "box").read_bytes() + b"\n\nFrom nobody\nno head at all\n"
    found = everything(tmp_path, "anything", raw)
    assert [one.member if isinstance(one, Document) else one.file for one in found] == ["1", "1/note.txt", "2", "2/note.txt", "anything/3"]
    assert [one.text for one in found[:4] if isinstance(one, Document)][::2] == ["Words 1.\n\nFrom here on.", "Words 2.\n\nFrom here on."]
    assert isinstance(found[4], Fault) and found[4].reason == "broken_file"


def test_what_is_no_message(tmp_path: Path) -> None:
    assert "no lines of a message's head" in fault(tmp_path, "a.eml", "just words\n").detail
    assert document(tmp_path, "a", "Subject: x\nand so on\n").kind == "txt"


def test_a_message_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    parts = "\n".join("--b\n\nx" for _ in range(1001))
    assert fault(tmp_path, "a.eml", f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{parts}\n--b--\n").reason == "too_large"


def test_parts_within_parts_without_end(tmp_path: Path) -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(5000))
    assert fault(tmp_path, "a.eml", f"{HEAD}{deep}\n").reason in ("too_deep", "broken_file", "timeout", "no_text")


def test_a_message_with_its_length_before_it(tmp_path: Path) -> None:
    inner = f"{HEAD}\nWords.\n"
    assert document(tmp_path, "1.emlx", f"{len(inner)}   \n{inner}<?xml version='1.0'?><plist/>").text == "Words."


def test_mail_within_a_zip_and_mail_within_mail(tmp_path: Path) -> None:
    inner = letter(Subject="Inner")
    inner.set_content("Inner words.")
    inner.add_attachment("Note.", filename="note.txt")
    outer = letter()
    outer.set_content("Outer words.")
    outer.add_attachment(inner)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("post/a.eml", outer.as_bytes())
        archive.writestr("b.mbox", f"From x\n{HEAD}\nOne.\n\nFrom x\n{HEAD}\nTwo.\n")
    found = [(one.member, one.text.strip()) for one in documents(tmp_path, "mail.zip", out.getvalue())]
    assert found == [
        ("post/a.eml", "Outer words."), ("post/a.eml/Inner.eml", "Inner words."), ("post/a.eml/Inner.eml/note.txt", "Note."),
        ("b.mbox/1", "One."), ("b.mbox/2", "Two."),
    ]  # fmt: skip
