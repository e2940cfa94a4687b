"""Dates of birth: a full date to which a birth word belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.core.pii.seen import Place, Seen, last, words

_MONTHS = (
    "jan(?:uary|uar|vier|uari)?|j[aä]nner|feb(?:ruary|ruar|rero|braio|ruari)?|f[eé]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço|zec|ca|t|et)?|m[aä]rz|maart|"
    "apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|maggio|mei|maja?|maio|june?|juni|juin|junio|giugno|junho|july?|juli|juillet|julio|luglio|"
    "julho|aug(?:ust|ustus)?|ao[uû]t|ago(?:sto)?|sep(?:t|tember|tembre|tiembre)?|settembre|setembro|o[ck]t(?:ober|obre)?|octubre|ottobre|outubro|"
    "nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre)?|d[eé]c(?:embre)?|diciembre|dicembre|dezembro|stycznia|lutego|marca|kwietnia|czerwca|"
    "lipca|sierpnia|wrze[sś]nia|pa[zź]dziernika|listopada|grudnia"
)
_YEAR = r"(?:1[89]|20)\d\d"
_DATE = re.compile(
    rf"(?<![\w])(?<!\d[./-])(?:{_YEAR}(?P<a>[-/.])(?:0?[1-9]|1[0-2])(?P=a)(?:0?[1-9]|[12]\d|3[01])"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?P<b>[-/.]) ?(?:0?[1-9]|[12]\d|3[01])(?P=b) ?(?:{_YEAR}|\d\d)"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.|er|º)?[ -](?:de |of )?(?:{_MONTHS})\.?,?[ -](?:de |del )?{_YEAR}"
    rf"|(?:{_MONTHS})\.? (?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,? {_YEAR}"
    rf"|{_YEAR}年 ?(?:0?[1-9]|1[0-2])月 ?(?:0?[1-9]|[12]\d|3[01])日)(?![\w])(?![./-]\d)",
    re.IGNORECASE,
)
_LABEL = words(
    r"d\.? ?o\.? ?b\b", "date of birth", "birth ?-?(?:date|day)", "birthdate", "birthday", r"birth(?=\W*$)", r"b\.(?=\s*$)", "b-?day",
    "day of birth", r"geb\.?-? ?dat", r"data ur", r"nasc\.", r"nac\.", r"born(?=\W*$)", "geburts ?-?(?:datum|tag)", r"geb(?:\.|oren)?(?=\W*$)",
    r"date (?:de )?naissance", "naissance", "anniversaire", "fecha de (?:nacimiento|nac)", r"f\.? ?nac", "cumplea[nñ]os", "nacimiento",
    r"data (?:di|de) nas(?:cita|cimento)", "nascimento", "compleanno", "geboorte ?datum", "verjaardag", "data urodzenia", r"ur\.(?=\W*$)",
    "fødselsdato", "födelsedatum", "生年月日", "出生日期", "дата рождения",
)  # fmt: skip
_SAYS = re.compile(
    r"(?<![^\W_])(?:born|geb(?:oren|\.)|n[eé](?:e|\(e\))?(?=\W)|nacid[oa]|naci[oó]|nat[oa]|nascid[oa]|nasceu|urodzon[yaą]|"
    r"urodził[aą]? si[eę]|geboren|född|født)"
    r"[\s:,(\"'|>=-]*(?:(?:in|à|en|a|em|zu|te|w)\s[\w-]+(?:[\s-][\w-]+)?,?\s)?(?:on|am|le|el|il|em|op|dnia|the|den|um)?[\s:(\"'|>]*(?:the\s)?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s)?$"
)
_GAP = re.compile(r"(?!.*(?:party|cake|gift|present|celebrat|sale|card|feier|f[êe]te|fiesta))[^\d.;!?]*$", re.DOTALL)
_AFTER = re.compile(
    r"\W{0,4}(?:in [\w-]+ )?geboren\b|[\"'”)\]]*\s*(?:<-|←|\(|is |ist |est |es |\|)\s*"
    r"(?:(?:my|her|his|their|the|meine?|mon|sa|su|mi)\s)?"
)
_THING = re.compile(
    r"(?<![^\W_])(?:firm|company|compan(?:y|ies)|brand|band|product|project|idea|club|star|galaxy|magazine|festival|start-?up|site|app|website|city|"
    r"nation|state|republic|movement|tradition|firma|unternehmen|verein|marke|idee|entreprise|soci[eé]t[eé]|marque|empresa|marca|azienda|ditta|"
    r"software|language|genre|team|group|school|internet|web|plan|tool)\b[^.!?\n]{0,25}$"
)


def dates(seen: Seen) -> Iterator[Place]:
    """Dates right behind a birth word (born on, DOB, Geburtsdatum, née le ...), before its label, or in a column that it heads."""
    for one in _DATE.finditer(seen.text):
        before = seen.before(one.start(), 60)
        if _born(before) or _labelled(seen, one.end()):
            yield one.span()


def _born(before: str) -> bool:
    if (said := _SAYS.search(before)) is not None:
        return _THING.search(before[: said.start()]) is None
    label = last(_LABEL, before)
    return label is not None and len(before) - label <= 40 and _GAP.match(before[label:].lstrip(".")) is not None


def _labelled(seen: Seen, end: int) -> bool:
    after = seen.after(end, 60)
    found = _AFTER.match(after)
    return found is not None and ("geboren" in found[0] or _LABEL.match(after, found.end()) is not None)
