"""Made-up values of each kind, with right or wrong check digits. Own checksums; standard library only."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
from collections.abc import Callable

Rng = random.Random
FIRST = [
    "Ada",
    "Bruno",
    "Celine",
    "Dario",
    "Elif",
    "Femke",
    "Goran",
    "Hanna",
    "Imre",
    "Jolanta",
    "Kofi",
    "Leire",
    "Mats",
    "Nuria",
    "Oskar",
    "Priya",
    "Quentin",
]
LAST = [
    "Abendrot",
    "Birchfield",
    "Castellmar",
    "Dunmoor",
    "Eszterhaz",
    "Falkenried",
    "Garrowby",
    "Holmqvarn",
    "Iturbeltz",
    "Jabłonkowski",
    "Kesterman",
]
ROADS = [
    "{n} Quarry Lane, Easthollow",
    "{n} Old Ferry Road, Marlow Bend, OR 97{n:03d}",
    "Lindenauer Str. {n}, 04{n:03d} Grünfeld",
    "{n} rue des Tanneurs, 44{n:03d} Beaulac",
    "Calle del Molino {n}, 2º B, 28{n:03d} Valdesol",
    "Kerkpad {n}, 35{n:02d} AB Veldhoek",
    "Flat 4, {n} Harbour View, Saltby SB{m} 2QX",
]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
GERMAN = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]


def digits(rng: Rng, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def pick(rng: Rng, alphabet: str, count: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def email(rng: Rng) -> str:
    first, last = rng.choice(FIRST).lower(), rng.choice(LAST[:7]).lower()
    domain = rng.choice(
        [
            "example.com",
            "example.org",
            "mail.example.net",
            "kleinpost.de",
            "courrier-rapide.fr",
            "oficina.es",
            "north-mill.co.uk",
            "studio.photography",
            "uni-x.ac.at",
            "tea.io",
        ]
    )
    forms = [
        f"{first}.{last}@{domain}",
        f"{first[0]}{last}@{domain}",
        f"{first}+shop{digits(rng, 2)}@{domain}",
        f"{first}_{last}-{digits(rng, 2)}@{domain}",
        f"{first.upper()}.{last.upper()}@{domain.upper()}",
        f"{first}{digits(rng, 4)}@{domain}",
        f"o'{last}@{domain}",
        f"{first}@sub.{domain}",
        f"{first}@bücher-{last}.de",
        f"{first} [at] {domain.replace('.', ' [dot] ')}",
        f"{first}.{last}(at){domain}",
        f"{first}%{last}@{domain}",
    ]
    return rng.choices(forms, weights=[6, 4, 4, 4, 3, 4, 1, 3, 1, 1, 1, 1])[0]


def phone(rng: Rng) -> str:
    a, b, c, d = digits(rng, 2), digits(rng, 2), digits(rng, 2), digits(rng, 2)
    area, exchange, line = rng.choice(["415", "212", "303", "617", "503"]), rng.choice("23456789") + digits(rng, 2), digits(rng, 4)
    t = rng.choice("23456789")
    forms = [
        f"({area}) {exchange}-{line}",
        f"{area}-{exchange}-{line}",
        f"{area}.{exchange}.{line}",
        f"+1 {area} {exchange} {line}",
        f"+1{area}{exchange}{line}",
        f"1-{area}-555-01{a}",
        f"020 7946 0{a}{t}",
        f"+44 20 7946 0{a}{t}",
        f"07700 900{a}{t}",
        f"+44 (0)7700 900{a}{t}",
        f"0161 496 0{a}{t}",
        f"030 {t}{a}{b}{c}",
        f"0171 {t}{a}{b}{c}",
        f"+49 171 {t}{a}{b}{c}",
        f"0049 89 {t}{a}{b}{c}",
        f"(089) {t}{a} {b} {c}",
        f"+49 (0)89 {t}{a}{b}{c}",
        f"0221/{t}{a}{b}-{t}{a}",
        f"06 {a} {b} {c} {d}",
        f"+33 6 {a} {b} {c} {d}",
        f"01.42.{a}.{b}.{c}",
        f"06{a}{b}{c}{d}",
        f"6{a} {b}{t} {c}{t}",
        f"+34 6{a} {b} {c} {d}",
        f"91 {t}{a} {b} {c}",
        f"+39 06 69{a} {b}{c}",
        f"333 {a}{t} {b}{c}",
        f"06-{t}{a}{b}{c}{t}",
        f"+31 6 {t}{a}{b}{c}{t}",
        f"020-{t}{a}{b}{c}",
        f"+48 60{t} {a}{t} {b}{t}",
        f"22 6{a} {b} {c}",
        f"+91 9{a}{b} {c}{d}{t}",
        f"09{a}{b} {c}{d}{t}",
        f"(11) 9{a}{b}-{c}{d}",
        f"+55 11 9{a}{b}-{c}{d}",
        f"03-3{a}{t}-{b}{c}",
        f"+81 3 3{a}{t} {b}{c}",
        f"0412 {a}{t} {b}{t}",
        f"+61 412 {a}{t} {b}{t}",
        f"044 {t}{a} {b} {c}",
        f"+41 44 {t}{a} {b} {c}",
    ]
    return rng.choice(forms)


def luhn(text: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(text)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card(rng: Rng, good: bool = True) -> str:
    prefix, size = rng.choice(
        [("4", 16), ("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("3530", 16), ("3056", 14)]
    )
    body = prefix + digits(rng, size - len(prefix) - 1)
    last = next(str(n) for n in range(10) if luhn(body + str(n)))
    number = body + (last if good else str((int(last) + rng.randint(1, 9)) % 10))
    groups = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[size]
    return rng.choice(["", " ", "-", " "]).join(cut(number, groups))


def cut(text: str, groups: tuple[int, ...]) -> list[str]:
    out, start = [], 0
    for size in groups:
        out.append(text[start : start + size])
        start += size
    return out


def numeric(text: str) -> int:
    return int("".join(str(int(char, 36)) for char in text))


def iban(rng: Rng, good: bool = True) -> str:
    shapes = {
        "DE": "n18",
        "GB": "a4n14",
        "FR": "n23",
        "ES": "n20",
        "IT": "A1n22",
        "NL": "a4n10",
        "BE": "n12",
        "AT": "n16",
        "CH": "n17",
        "PL": "n24",
        "SE": "n20",
        "NO": "n11",
        "IE": "a4n14",
        "PT": "n21",
    }
    land = rng.choice(list(shapes))
    shape = shapes[land]
    body = ""
    for part in shape.replace("n", " n").replace("a", " a").replace("A", " a").split():
        body += digits(rng, int(part[1:])) if part[0] == "n" else pick(rng, string.ascii_uppercase, int(part[1:]))
    check = 98 - numeric(body + land + "00") % 97
    if not good:
        check = (check + rng.randint(1, 90) - 2) % 97 + 2 if rng.random() < 0.1 else (check + 7 if check < 88 else check - 7)
        if numeric(body + land + f"{check:02d}") % 97 == 1:
            check = check + 3 if check < 90 else check - 3
    value = f"{land}{check:02d}{body}"
    assert (numeric(value[4:] + value[:4]) % 97 == 1) == good
    grouped = " ".join(value[i : i + 4] for i in range(0, len(value), 4))
    return rng.choice([value, grouped, grouped, value.lower() if rng.random() < 0.3 else value])


def ssn(rng: Rng, good: bool = True) -> str:
    area = rng.choice([n for n in range(100, 772) if n != 666])
    parts = [f"{area:03d}", f"{rng.randint(1, 99):02d}", f"{rng.randint(1, 9999):04d}"]
    if not good:
        where = rng.randrange(3)
        parts[where] = [rng.choice(["000", "666", f"9{digits(rng, 2)}"]), "00", "0000"][where]
    return rng.choice(["-", "-", "-", " ", ""] if good else ["-"]).join(parts)


def ssn_dashed(rng: Rng) -> str:
    return f"{rng.randint(100, 600):03d}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"


def nino(rng: Rng, good: bool = True) -> str:
    prefix = (
        rng.choice(["AB", "CE", "HM", "JK", "LP", "MW", "PR", "RS", "SN", "TY", "WL", "YZ"])
        if good
        else rng.choice(["BG", "DA", "FQ", "GB", "NK", "TN", "ZZ", "QQ", "AO"])
    )
    n, end = digits(rng, 6), rng.choice("ABCD")
    form = rng.choice([f"{prefix}{n}{end}", f"{prefix} {n[:2]} {n[2:4]} {n[4:]} {end}", f"{prefix} {n} {end}", f"{prefix}{n}{end}"])
    return form.lower() if rng.random() < 0.15 else form


def steuer_digit(ten: str) -> int:
    product = 10
    for char in ten:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def steuer_id(rng: Rng, good: bool = True) -> str:
    while True:
        pool = rng.sample(string.digits, 9)
        pool.append(rng.choice(pool))
        rng.shuffle(pool)
        ten = "".join(pool)
        if ten[0] != "0":
            break
    last = steuer_digit(ten) if good else (steuer_digit(ten) + rng.randint(1, 9)) % 10
    value = f"{ten}{last}"
    return rng.choice([value, " ".join(cut(value, (2, 3, 3, 3)))])


def nir(rng: Rng, good: bool = True) -> str:
    place = rng.choice([f"{rng.randint(1, 95):02d}", "2A", "2B"]) if rng.random() < 0.2 else f"{rng.choice([n for n in range(1, 96) if n != 20]):02d}"
    place = "75" if place == "20" else place
    body = f"{rng.choice('12')}{rng.randint(30, 99):02d}{rng.randint(1, 12):02d}{place}{rng.randint(1, 400):03d}{rng.randint(1, 999):03d}"
    key = 97 - int(body.replace("2A", "19").replace("2B", "18")) % 97 if place in ("2A", "2B") else 97 - int(body) % 97
    if not good:
        key = (key + rng.randint(1, 95)) % 97 or 97
        true = 97 - int(body.replace("2A", "19").replace("2B", "18") if place in ("2A", "2B") else body) % 97
        key = key if key != true else (key % 97) + 1
    value = f"{body}{key:02d}"
    return rng.choice([value, " ".join(cut(value, (1, 2, 2, 2, 3, 3, 2))), f"{body} {key:02d}"])


def dni(rng: Rng, good: bool = True) -> str:
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    if rng.random() < 0.6:
        n = f"{rng.randint(1000000, 99999999):08d}"
        right = letters[int(n) % 23]
        end = right if good else rng.choice(letters.replace(right, ""))
        return rng.choice([f"{n}{end}", f"{n}-{end}", f"{n[:2]}.{n[2:5]}.{n[5:]}-{end}", f"{n} {end}"])
    first, n = rng.choice("XYZ"), digits(rng, 7)
    right = letters[int(str("XYZ".index(first)) + n) % 23]
    end = right if good else rng.choice(letters.replace(right, ""))
    return rng.choice([f"{first}{n}{end}", f"{first}-{n}-{end}", f"{first}{n}-{end}"])


ODD = dict(
    zip(
        string.digits + string.ascii_uppercase,
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23],
        strict=True,
    )
)


def cf_letter(body: str) -> str:
    total = 0
    for place, char in enumerate(body):
        total += ODD[char] if place % 2 == 0 else (int(char) if char.isdigit() else ord(char) - 65)
    return chr(65 + total % 26)


def codice_fiscale(rng: Rng, good: bool = True) -> str:
    day = rng.randint(1, 28) + rng.choice([0, 40])
    body = (
        f"{pick(rng, 'BCDFGLMNPRSTVZ', 6)}{rng.randint(30, 99)}{rng.choice('ABCDEHLMPRST')}{day:02d}{rng.choice('ABCDEFGHL')}{rng.randint(100, 899)}"
    )
    right = cf_letter(body)
    value = body + (right if good else rng.choice(string.ascii_uppercase.replace(right, "")))
    return rng.choice([value, value, value.lower(), " ".join(cut(value, (3, 3, 5, 5)))])


def bsn_rest(value: str) -> int:
    return sum(int(char) * weight for char, weight in zip(value, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11


def bsn(rng: Rng, good: bool = True) -> str:
    while True:
        value = rng.choice("12345678") + digits(rng, 8)
        if (bsn_rest(value) == 0) == good:
            return rng.choice([value, value, ".".join(cut(value, (4, 2, 3))), " ".join(cut(value, (3, 3, 3)))])


def pesel(rng: Rng, good: bool = True) -> str:
    year, month = rng.randint(40, 120), rng.randint(1, 12)
    body = f"{year % 100:02d}{month + (20 if year > 99 else 0):02d}{rng.randint(1, 28):02d}{digits(rng, 4)}"
    last = -sum(int(char) * weight for char, weight in zip(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=True)) % 10
    return f"{body}{last if good else (last + rng.randint(1, 9)) % 10}"


def verhoeff(text: str) -> int:
    """The Verhoeff checksum over the dihedral group D5; 0 for a right number."""
    state = 0
    table = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    for place, char in enumerate(reversed(text)):
        value = int(char)
        for _ in range(place % 8):
            value = table[value]
        a, b = state, value
        if a < 5:
            state = (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
        else:
            state = 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5
    return state


def aadhaar(rng: Rng, good: bool = True) -> str:
    body = rng.choice("23456789") + digits(rng, 10)
    last = next(str(n) for n in range(10) if verhoeff(body + str(n)) == 0)
    value = body + (last if good else str((int(last) + rng.randint(1, 9)) % 10))
    return rng.choice([value, " ".join(cut(value, (4, 4, 4))), "-".join(cut(value, (4, 4, 4)))])


def cpf(rng: Rng, good: bool = True) -> str:
    value = digits(rng, 9)
    for size in (10, 11):
        rest = sum(int(char) * weight for char, weight in zip(value, range(size, 1, -1), strict=True)) * 10 % 11
        value += str(rest % 10)
    if not good:
        value = value[:10] + str((int(value[10]) + rng.randint(1, 9)) % 10)
    return rng.choice([value, f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}"])


def v4(rng: Rng) -> str:
    return rng.choice(
        [
            f"192.0.2.{rng.randint(1, 254)}",
            f"203.0.113.{rng.randint(1, 254)}",
            f"10.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
            f"192.168.{rng.randint(0, 9)}.{rng.randint(1, 254)}",
            f"172.{rng.randint(16, 31)}.4.{rng.randint(1, 254)}",
            f"{rng.randint(60, 220)}.{digits3(rng)}.{digits3(rng)}.{rng.randint(1, 254)}",
        ]
    )


def digits3(rng: Rng) -> int:
    return rng.randint(10, 255)


def v6(rng: Rng) -> str:
    h = [f"{rng.randint(1, 65535):x}" for _ in range(8)]
    return rng.choice(
        [
            f"2001:db8:{h[0]}::{h[1]}",
            f"2001:0db8:{':'.join(h[:6])}",
            f"fe80::{h[0]}:{h[1]}:{h[2]}:{h[3]}",
            f"2001:DB8::{h[0].upper()}",
            f"fd{rng.randint(10, 99)}:{h[0]}:{h[1]}::1",
            f"2001:db8:{h[0]}:{h[1]}::{h[2]}",
            f"::ffff:{v4(rng)}",
            f"2a02:{h[0]}:{h[1]}:{h[2]}::{h[3]}",
        ]
    )


def ip(rng: Rng) -> str:
    return v4(rng) if rng.random() < 0.6 else v6(rng)


def mac(rng: Rng) -> str:
    parts = [f"{rng.randint(0, 255):02x}" for _ in range(6)]
    dotted = ".".join(["".join(parts[i : i + 2]) for i in (0, 2, 4)])
    return rng.choice([":".join(parts), ":".join(parts).upper(), "-".join(parts).upper(), "-".join(parts), dotted])


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def key(rng: Rng) -> str:
    word, upper = string.ascii_letters + string.digits, string.ascii_uppercase + "234567"
    head = b64url(json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode())
    body = b64url(json.dumps({"sub": digits(rng, 8), "iat": 1900000000 + rng.randint(0, 99999)}, separators=(",", ":")).encode())
    pem = rng.choice(["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY"])
    lines = "\n".join(pick(rng, word + "+/", 64) for _ in range(3))
    forms = [
        "AK" + "IA" + pick(rng, upper, 16),
        "AS" + "IA" + pick(rng, upper, 16),
        "gh" + "p_" + pick(rng, word, 36),
        "gh" + "o_" + pick(rng, word, 36),
        "github" + "_pat_" + pick(rng, word, 22) + "_" + pick(rng, word, 59),
        "xo" + "xb-" + digits(rng, 12) + "-" + digits(rng, 12) + "-" + pick(rng, word, 24),
        "xo" + "xp-" + digits(rng, 12) + "-" + digits(rng, 12) + "-" + digits(rng, 12) + "-" + pick(rng, string.hexdigits.lower()[:16], 32),
        "s" + "k-" + pick(rng, word, 48),
        "s" + "k-proj-" + pick(rng, word + "_-", 47) + pick(rng, word, 1),
        "s" + "k-ant-api03-" + pick(rng, word, 92) + "AA",
        "AI" + "za" + pick(rng, word + "_-", 34) + pick(rng, word, 1),
        f"{head}.{body}.{b64url(rng.randbytes(32))}",
        f"{head}.{body}.{b64url(rng.randbytes(32))}",
        f"-----BEGIN {pem}-----\n{lines}\n-----END {pem}-----",
        "s" + "k_live_" + pick(rng, word, 24),
        "gl" + "pat-" + pick(rng, word, 20),
    ]
    return rng.choice(forms)


B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
B32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def base58check(payload: bytes) -> str:
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = B58[rest] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def polymod(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator if top >> place & 1 else 0
    return state


def bech32(program: bytes, version: int) -> str:
    bits = "".join(f"{byte:08b}" for byte in program)
    bits += "0" * (-len(bits) % 5)
    data = [version] + [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in "bc"] + [0] + [ord(c) & 31 for c in "bc"]
    check = polymod(expanded + data + [0] * 6) ^ (0x2BC830A3 if version else 1)
    return "bc1" + "".join(B32[n] for n in data + [check >> 5 * (5 - i) & 31 for i in range(6)])


def crypto(rng: Rng, good: bool = True) -> str:
    value = rng.choice(
        [base58check(b"\0" + rng.randbytes(20)), base58check(b"\5" + rng.randbytes(20)), bech32(rng.randbytes(20), 0), bech32(rng.randbytes(32), 1)]
    )
    if good:
        return value
    place = rng.randint(8, len(value) - 4)
    alphabet = B32 if value.startswith("bc1") else B58
    return value[:place] + rng.choice(alphabet.replace(value[place], "")) + value[place + 1 :]


def passport(rng: Rng) -> str:
    upper = string.ascii_uppercase
    return rng.choice(
        [
            digits(rng, 9),
            rng.choice(upper) + digits(rng, 8),
            f"C{pick(rng, 'CFGHJKLMNPRTVWXYZ0123456789', 7)}{digits(rng, 1)}",
            f"{digits(rng, 2)}{pick(rng, upper, 2)}{digits(rng, 5)}",
            pick(rng, upper, 3) + digits(rng, 6),
            pick(rng, upper, 2) + digits(rng, 7),
        ]
    )


def a_date(rng: Rng, low: int, high: int) -> str:
    y, m, d = rng.randint(low, high), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(
        [
            f"{d:02d}.{m:02d}.{y}",
            f"{m:02d}/{d:02d}/{y}",
            f"{y}-{m:02d}-{d:02d}",
            f"{d} {MONTHS[m - 1]} {y}",
            f"{MONTHS[m - 1]} {d}, {y}",
            f"{d}. {GERMAN[m - 1]} {y}",
            f"{d:02d}/{m:02d}/{y}",
            f"{d}-{m}-{y}",
        ]
    )


def dob(rng: Rng) -> str:
    return a_date(rng, 1938, 2019)


def person(rng: Rng) -> str:
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def address(rng: Rng) -> str:
    return rng.choice(ROADS).format(n=rng.randint(3, 98), m=rng.randint(1, 9))


GOOD: dict[str, Callable[[Rng], str]] = {
    "email": email,
    "phone": phone,
    "card": card,
    "iban": iban,
    "ssn": ssn,
    "nino": nino,
    "steuer_id": steuer_id,
    "nir": nir,
    "dni": dni,
    "codice_fiscale": codice_fiscale,
    "bsn": bsn,
    "pesel": pesel,
    "aadhaar": aadhaar,
    "cpf": cpf,
    "ip": ip,
    "mac": mac,
    "key": key,
    "crypto": crypto,
    "passport": passport,
    "dob": dob,
    "person": person,
    "address": address,
}
BAD: dict[str, Callable[..., str]] = {
    "card": card,
    "iban": iban,
    "ssn": ssn,
    "nino": nino,
    "steuer_id": steuer_id,
    "nir": nir,
    "dni": dni,
    "codice_fiscale": codice_fiscale,
    "bsn": bsn,
    "pesel": pesel,
    "aadhaar": aadhaar,
    "cpf": cpf,
    "crypto": crypto,
}
NEEDS_MODEL = {"person", "address"}
