"""What the documents of the corpus say: own texts in several languages, as blocks, from which the writers make files and the tests know the truth."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Block:
    """A heading with its level, a paragraph's sentences, a list's items, or a table's rows, the header first."""

    kind: str
    said: list[str] = field(default_factory=list)
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)


def h(level: int, text: str) -> Block:
    return Block("heading", [text], level)


def p(*sentences: str) -> Block:
    return Block("paragraph", list(sentences))


def items(*each: str) -> Block:
    return Block("list", list(each))


def table(*rows: str) -> Block:
    return Block("table", rows=[[cell.strip() for cell in row.split("|")] for row in rows])


@dataclass(frozen=True)
class Text:
    """A whole text: its language, title, author, blocks, and what stands between its sentences."""

    language: str
    title: str
    author: str
    blocks: list[Block]
    space: str = " "


ENGLISH = Text(
    "en", "Keeping Bees on a City Roof", "Ada Lindqvist",
    [
        h(1, "Keeping Bees on a City Roof"),
        p(
            "A colony of honey bees can live on a flat roof as well as in an orchard.",
            "What it needs is water within two hundred metres, shade at noon, and a keeper who does not mind the stairs.",
            "This report describes three summers on the roof of a library.",
        ),
        h(2, "Where the hives stand"),
        p(
            "The two hives face south-east, so that the morning sun wakes the foragers early.",
            "A low wall keeps the wind away from the flight board.",
            "The building's engineer allowed a load of 250 kilograms on each square metre, and a full hive in July weighs about ninety.",
            "Straps hold the boxes down, since gusts of more than 100 km/h were measured twice in the first winter.",
        ),
        items("A shallow dish with pebbles gives water.", "A hedge of lavender marks the flight path.", "A notice at the door warns visitors."),
        h(2, "What the bees brought in"),
        p(
            "Pollen was sampled every second week from April to September.",
            "Lime trees along the avenue gave more than half of it in June, and clover from the railway embankment most of the rest.",
            "Surprisingly little came from the gardens of the neighbourhood, where many of the flowers are double and offer nothing to insects.",
        ),
        table("Year | Honey (kg) | Swarms | Losses", "2021 | 31.5 | 1 | 0", "2022 | 44.0 | 0 | 1", "2023 | 27.2 | 2 | 0"),
        p(
            "The wet summer of 2023 explains the poor harvest of that year.",
            "The strongest colony swarmed twice within nine days, and the second swarm was caught in a pillowcase by the night porter.",
        ),
        h(2, "Problems and their remedies"),
        p(
            "Varroa mites are the gravest danger to every colony in the region.",
            "We counted the mites that fell on a greased board and treated with oxalic acid in December, when there was no brood.",
            "In the second year one colony died in spite of the treatment, probably because its queen had failed in October.",
            "Neighbours complained once about stains on laundry, which bees make on their cleansing flights in February.",
            "An apology and two jars of honey settled the matter.",
        ),
        h(3, "Costs"),
        p(
            "The whole equipment cost less than a used bicycle for each hive.",
            "Insurance is included in the membership of the beekeepers' association.",
        ),
        h(2, "Conclusion"),
        p(
            "Roofs are good places for bees if somebody feels responsible for them.",
            "We would not put more than four hives on one roof, because the flowers within reach would not suffice.",
            "The library will go on with the project for at least another five years.",
        ),
    ],
)  # fmt: skip

GERMAN = Text(
    "de", "Über das Wandern der Dünen", "Jörg Großmann",
    [
        h(1, "Über das Wandern der Dünen"),
        p(
            "Dünen wandern, weil der Wind den Sand auf der einen Seite hinaufträgt und auf der anderen fallen lässt.",
            "Auf der Kurischen Nehrung hat eine Düne im achtzehnten Jahrhundert mehrere Dörfer unter sich begraben.",
            "Die Geschwindigkeit hängt von der Korngröße, der Feuchtigkeit und der Windstärke ab.",
        ),
        h(2, "Messungen an der Küste"),
        p(
            "Zwischen 2015 und 2022 wurden an vierzehn Stellen Vermessungspfähle eingeschlagen.",
            "Die größte Verschiebung betrug elf Meter im Jahr, die kleinste war kaum messbar.",
            "Außergewöhnlich starke Herbststürme verursachten fast die Hälfte der Gesamtbewegung.",
            "Strandhafer verlangsamt die Bewegung, weil seine Wurzeln den Sand zusammenhalten.",
        ),
        table("Standort | Höhe in m | Weg in m", "Nordhöft | 12,4 | 11,0", "Süßer See | 8,1 | 3,7", "Große Bucht | 21,9 | 6,2"),
        h(2, "Folgen für den Naturschutz"),
        p(
            "Wer eine Düne festlegt, nimmt vielen Pflanzen und Insekten ihren Lebensraum.",
            "Deshalb werden an einigen Abschnitten die Befestigungen wieder entfernt.",
            "Die Straßenbauverwaltung und die Naturschutzbehörden haben sich auf einen Verlauf geeinigt, der beiden gerecht wird.",
            "Ob das genügt, wird sich in den nächsten Jahrzehnten zeigen.",
        ),
    ],
)  # fmt: skip

JAPANESE = Text(
    "ja", "小さな図書館の記録", "田中 みどり",
    [
        h(1, "小さな図書館の記録"),
        p(
            "この町の図書館は、古い駅舎を改装して作られた。",
            "蔵書は一万二千冊ほどで、その半分は住民からの寄贈である。",
            "開館時間は午前九時から午後六時までだが、金曜日だけは八時まで開いている。",
        ),
        h(2, "利用者の変化"),
        p(
            "昨年の来館者は延べ三万人を超え、十年前の二倍になった。",
            "特に増えたのは、夕方に宿題をしに来る中学生である。",
            "職員は、静かな部屋と話してもよい部屋を分けることにした。",
        ),
        table("年度 | 来館者数 | 貸出冊数", "二〇二一 | 21,450 | 38,200", "二〇二二 | 26,980 | 41,075", "二〇二三 | 30,112 | 45,630"),
        h(2, "これからの計画"),
        p(
            "来年は、線路跡の庭に読書のための小屋を建てる予定だ。",
            "費用の一部は、古本市の売り上げでまかなわれる。",
            "雨の日でも本が読めるように、屋根は広く作られる。",
        ),
    ],
    "",
)  # fmt: skip

ARABIC = Text(
    "ar", "حديقة على ضفة النهر", "ليلى منصور",
    [
        h(1, "حديقة على ضفة النهر"),
        p(
            "تقع الحديقة القديمة على ضفة النهر شرق المدينة.",
            "زرعها معلم متقاعد قبل أربعين سنة، ثم اعتنى بها أهل الحي.",
            "يزورها اليوم مئات الناس كل أسبوع.",
        ),
        h(2, "الأشجار والطيور"),
        p(
            "في الحديقة أشجار زيتون ورمان ونخيل.",
            "تبني الطيور أعشاشها في أعلى النخيل كل ربيع.",
            "ويجمع الأطفال الثمار الساقطة في سلال صغيرة.",
        ),
        h(2, "خطة السنة القادمة"),
        p("سوف تبنى نافورة جديدة قرب الباب الكبير.", "وسيتبرع التجار بنصف التكلفة.", "أما النصف الآخر فتدفعه البلدية."),
    ],
)  # fmt: skip

TEXTS = {"en": ENGLISH, "de": GERMAN, "ja": JAPANESE, "ar": ARABIC}
