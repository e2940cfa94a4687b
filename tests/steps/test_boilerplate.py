"""transform.boilerplate: what belongs to the page goes, in five languages, and texts about such things stay."""

from __future__ import annotations

import pytest
from cleaned import cleaned

from rowsmith.steps.transform.boilerplate import RULES, Boilerplate, Rule

TEXT = {
    "en": ("# The old mill", "The mill was built in 1820 and stands by the river.", "It has ground flour ever since, for the whole valley."),
    "de": ("# Die alte Mühle", "Die Mühle wurde 1820 gebaut und steht am Fluss.", "Seither mahlt sie Mehl für das ganze Tal."),
    "fr": ("# Le vieux moulin", "Le moulin fut construit en 1820 au bord de la rivière.", "Depuis, il moud la farine de toute la vallée."),
    "es": ("# El viejo molino", "El molino fue construido en 1820 junto al río.", "Desde entonces muele harina para todo el valle."),
    "ja": ("# 古い水車小屋", "水車小屋は1820年に川のほとりに建てられた。", "それ以来、谷全体の小麦粉を挽いている。"),
}
ABOVE = {
    "en": "Skip to main content\n\n- [Home](/)\n- [About us](/about)\n- [Our mills](/mills)\n- [Contact](/contact)\n\nHome > News > Mills",
    "de": "Zum Inhalt springen\n\nStartseite | Über uns | Termine | Impressum | Datenschutz\n\nSie befinden sich hier:",
    "fr": "Aller au contenu principal\n\n[Accueil](/) [À propos](/a) [Actualités](/b) [Contact](/c)\n\nOuvrir le menu",
    "es": "Saltar al contenido\n\n* Inicio\n* Quiénes somos\n* Noticias\n* Contacto\n* Iniciar sesión",
    "ja": "本文へスキップ\n\nホーム\n会社概要\nお問い合わせ\nサイトマップ",
}
COOKIES = {
    "en": "We use cookies to improve your experience. By continuing to browse you\nagree to our use of cookies.\n\nAccept all\n\nManage preferences",
    "de": "Wir verwenden technisch notwendige Cookies und solche zur Analyse.\n\nAlle akzeptieren\n\nCookie-Einstellungen",
    "fr": "Nous et nos partenaires utilisons des cookies pour mesurer l'audience.\n\nTout accepter\n\nContinuer sans accepter",
    "es": "Utilizamos cookies propias y de terceros.\n\nAceptar todas las cookies\n\nConfigurar cookies",
    "ja": "当サイトでは、利便性の向上のためCookieを使用しています。\n\nすべて同意",
}
BELOW = {
    "en": "Share this article\n\nFacebook | Twitter | LinkedIn\n\nSubscribe to our weekly newsletter today!\n\nRelated articles\n\n"
    "© 2024 Mill Press Ltd. All rights reserved.\n\nThis work is licensed under a Creative Commons Attribution 4.0 licence.\n\nBack to top ↑",
    "de": "Artikel teilen\n\nFacebook · WhatsApp · Drucken\n\nAbonnieren Sie unseren Newsletter.\n\nDas könnte Sie auch interessieren:\n\n"
    "© 2024 Mühlenverlag GmbH. Alle Rechte vorbehalten.\n\nDer Text ist unter der Lizenz „Creative Commons“ verfügbar.\n\nNach oben",
    "fr": "Partager cet article\n\nFacebook / Twitter / Imprimer\n\nAbonnez-vous à notre newsletter.\n\nÀ lire aussi\n\n"
    "Éditions du Moulin, tous droits réservés.",
    "es": "Compartir en Facebook | Compartir en X | Compartir en WhatsApp\n\nSuscríbete a nuestro boletín.\n\nTe puede interesar\n\n"
    "© 2024 Molinos. Todos los derechos reservados.\n\nVolver arriba",
    "ja": "この記事をシェアする\n\nメールマガジンに登録する\n\n関連記事\n\n無断転載を禁じます。\n\nページの先頭へ",
}


@pytest.mark.parametrize("code", TEXT)
def test_the_text_of_a_page_is_left(code: str) -> None:
    title, first, last = TEXT[code]
    text = f"{ABOVE[code]}\n\n{COOKIES[code]}\n\n{title}\n\n{first}\n\n{last}\n\n{BELOW[code]}\n"
    assert cleaned(Boilerplate(), text) == f"{title}\n\n{first}\n\n{last}\n"


STAYS = [
    "# Cookies and privacy\n\nA cookie is a small file that a site stores in the browser. Many sites use cookies to keep users signed in, and laws "
    "ask for consent.\n\nThe banner must have a button to reject them.",
    "# Contact\n\nWrite to the mill, or come by. The door is open from nine to five.\n\n## Privacy\n\nNobody else will learn your address.",
    "The best known networks are:\n\n- Facebook\n- Twitter\n- LinkedIn\n\nEach of them has its rules.",
    "```html\n<a>Skip to content</a>\nHome\nAbout us\nContact\n```\n",
    "| Home | About | Contact |\n|---|---|---|\n| 1 | 2 | 3 |\n",
    "Die Startseite zeigt Termine. Über uns steht dort nichts.\n\nKontakt: Anna Marsh\n",
    "Copyright law protects works for seventy years after the author's death. The sign © is not needed.",
    "- Press the button.\n- Search for the valve.\n- Help is behind the door.\n",
    "The chorus is sung again and again:\n\nO mill by the river\n\nIt turns\n\nO mill by the river\n\nIt stands\n\nO mill by the river\n",
    "The share of flour rose. Follow us through the mill on a tour, said the guide, and get the bread.",
    "# Newsletter\n\nThe newsletter of the mill has appeared since 1820.",
]


@pytest.mark.parametrize("text", STAYS)
def test_texts_about_such_things_stay(text: str) -> None:
    assert cleaned(Boilerplate(), text) == text


def test_lines_that_repeat_go() -> None:
    text = "".join(f"The Old Mill — draft\n\nPart {number} tells of the wheel.\n\n" for number in "abcde")
    assert cleaned(Boilerplate(), text) == "".join(f"Part {number} tells of the wheel.\n\n" for number in "abcde")
    assert cleaned(Boilerplate(repeats=6), text) == text


def test_menus_above_and_below_the_text_and_lists_of_other_pages_go() -> None:
    text = "The mill was built in 1820 and stands by the river, where it has ground flour for the whole valley ever since, day and night."
    listed = "- News\n- Sport\n- Contact"
    page = f"# The mill\n\n{text}\n\n{listed}\n\n{text}\n"
    assert cleaned(Boilerplate(), f"{listed}\n\n### Most read\n\n- Ten recipes\n- Tram line closed\n\n{page}\n- Imprint\n- Privacy\n") == page


def test_licences_go() -> None:
    book = "The Project Gutenberg eBook of Mills\n\nTerms.\n\n*** START OF THE PROJECT GUTENBERG EBOOK MILLS ***\n\nIt turns.\n\n"
    book += "*** END OF THE PROJECT GUTENBERG EBOOK MILLS ***\n\nMore terms."
    assert cleaned(Boilerplate(), book) == "It turns.\n"
    code = "# Licensed under the Apache License, Version 2.0 (the License); see the License\n# for what it allows.\n\nIt turns."
    assert cleaned(Boilerplate(), code) == "It turns."


PARTS: dict[Rule, str] = {
    "navigation": "Home | About us | Contact", "cookies": "This website uses cookies.", "sharing": "Share this article",
    "invitations": "Related articles",
    "legal": "© 2024 Mill Press", "licence": "SPDX-License-Identifier: MIT", "repeated": "again\n\nagain\n\nagain\n\nagain",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_takes_its_own_and_no_other(rule: Rule) -> None:
    text = "\n\n".join(["It turns.", *PARTS.values()]) + "\n"
    left = cleaned(Boilerplate(rules=[rule]), text)
    assert left == "\n\n".join(["It turns.", *(part for name, part in PARTS.items() if name != rule)]) + "\n"


def test_the_words_are_those_of_the_languages() -> None:
    text = "It turns.\n\nStartseite | Über uns | Kontakt\n"
    assert cleaned(Boilerplate(languages=["en", "fr"]), text) == text
    assert cleaned(Boilerplate(languages=["de"]), text) == "It turns.\n"


def test_a_hostile_line_takes_no_time() -> None:
    for piece in ("[", "`", "- ", " | ", "a b ", "[x](", "*", "\u00a0", "exam-"):
        text = piece * 20_000
        assert cleaned(Boilerplate(), f"It turns.\n\n{text}x")
