"""Texts of odd shape: encodings, marks, delimiters, line ends, quotes, sizes."""

from __future__ import annotations

import codecs
import random
from collections.abc import Iterable, Iterator

from corpus.model import HEADER, BadFile, csv_text, good_rows, of_bytes, of_text, streamed

_GOOD = csv_text(good_rows())
_ROW = ",".join(good_rows(1)[0])
_MIB = 1 << 20
_MILLION = 1_000_000


def files() -> Iterator[BadFile]:
    """All of them."""
    yield from _nearly_nothing()
    yield from _encodings()
    yield from _delimiters()
    yield from _line_ends()
    yield from _quotes()
    yield from _widths()
    yield from _large()


def _nearly_nothing() -> Iterator[BadFile]:
    header = ",".join(HEADER)
    for name, data in {
        "empty.csv": b"",
        "one-newline.csv": b"\n",
        "one-space.csv": b" ",
        "one-nul.csv": b"\x00",
        "one-letter.csv": b"a",
        "one-quote.csv": b'"',
        "only-commas.csv": b",,,,\n" * 50,
        "only-mark-utf8.csv": codecs.BOM_UTF8,
        "only-mark-utf16le.csv": codecs.BOM_UTF16_LE,
        "only-mark-utf16be.csv": codecs.BOM_UTF16_BE,
        "only-mark-utf32le.csv": codecs.BOM_UTF32_LE,
        "only-mark-utf32be.csv": codecs.BOM_UTF32_BE,
        "header-only.csv": header.encode(),
        "header-only-crlf.csv": header.encode() + b"\r\n\r\n",
        "header-only-utf16.csv": header.encode("utf-16"),
        "header-twice.csv": f"{header}\n{header}\n".encode(),
        "header-last.csv": csv_text(good_rows(), header=False).encode() + header.encode(),
        "no-header.csv": csv_text(good_rows(), header=False).encode(),
        "prose.txt": "今天天气很好，我们去吃饭。\n".encode() * 40,
        "same-names.csv": b"\xe9\x87\x91\xe9\xa2\x9d,\xe9\x87\x91\xe9\xa2\x9d,time,time\n1,2,3,4\n",
    }.items():
        yield of_bytes(name, data)


def _encodings() -> Iterator[BadFile]:
    marks = {
        "utf-8": codecs.BOM_UTF8,
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
        "utf-32-le": codecs.BOM_UTF32_LE,
        "utf-32-be": codecs.BOM_UTF32_BE,
    }
    for encoding, mark in marks.items():
        yield of_bytes(f"marked-{encoding}.csv", mark + _GOOD.encode(encoding))
        yield of_bytes(f"unmarked-{encoding}.csv", _GOOD.encode(encoding))
    for encoding in ("gbk", "gb18030", "hz", "cp037", "utf-7"):
        yield of_bytes(f"in-{encoding}.csv", _GOOD.encode(encoding, "replace"))
    for encoding in ("big5", "shift_jis", "euc_kr", "latin-1", "cp1252", "koi8-r"):
        text = "Date,Payee,Amount\n" + "".join(
            f"2024-03-{day:02},{_local(encoding)},-{day}.50\n" for day in range(1, 21)
        )
        yield of_bytes(f"in-{encoding}.csv", text.encode(encoding))
    lines = [line.encode("gbk" if at % 2 else "utf-8") for at, line in enumerate(_GOOD.split("\n"))]
    yield of_bytes("mixed-encodings.csv", b"\n".join(lines))
    yield of_bytes("two-marks.csv", codecs.BOM_UTF8 * 2 + _GOOD.encode())
    yield of_bytes("mark-of-another.csv", codecs.BOM_UTF16_LE + _GOOD.encode())
    yield of_text("mark-within.csv", _GOOD.replace("\n", "\n\ufeff", 5))
    yield of_bytes("utf16-odd-length.csv", _GOOD.encode("utf-16") + b"\x00")
    yield of_text("utf16-lone-high.csv", _GOOD.replace("拉", "\ud800"), "utf-16")
    yield of_text("utf16-lone-low.csv", _GOOD.replace("拉", "\udc00"), "utf-16")
    yield of_text("utf16-swapped-pair.csv", _GOOD.replace("拉", "\udc00\ud800"), "utf-16")
    yield of_text("utf8-surrogates.csv", _GOOD.replace("拉", "\ud83d"))
    yield of_bytes("utf8-overlong.csv", _GOOD.encode().replace(b"-", b"\xc0\xad", 3))
    yield of_bytes("utf8-stray-bytes.csv", _GOOD.encode().replace("拉".encode(), b"\xff\xfe\x80"))
    yield of_text("nul-in-cells.csv", _GOOD.replace("拉面", "拉\x00面"))
    yield of_text("nul-between.csv", "\x00".join(_GOOD[:400]))
    yield of_bytes("nul-tail.csv", _GOOD.encode() + b"\x00" * 4096)
    yield of_text("control-characters.csv", _GOOD.replace("拉", "".join(map(chr, range(1, 9)))))
    yield of_text("right-to-left.csv", _GOOD.replace("兰州", "\u202e\u200f\u2067"))
    yield of_text(
        "zero-width.csv", _GOOD.replace("金额", "金\u200b额").replace("2024", "20\u200b24")
    )
    yield of_text("emoji.csv", _GOOD.replace("拉面", "🍜👨‍👩‍👧"))
    yield of_text("combining.csv", _GOOD.replace("面", "面" + "\u0301" * 200))
    yield of_bytes(
        "escape-sequences.csv", _GOOD.encode().replace("拉".encode(), b"\x1b[2J\x1b]0;x\x07")
    )


def _local(encoding: str) -> str:
    return {
        "big5": "牛肉麵店", "shift_jis": "コンビニ", "euc_kr": "편의점", "latin-1": "Café Français",
        "cp1252": "Café €uro", "koi8-r": "Магазин",
    }[encoding]  # fmt: skip


def _delimiters() -> Iterator[BadFile]:
    for name, delimiter in {
        "tab": "\t", "semicolon": ";", "pipe": "|", "caret": "^", "tilde": "~", "wide-comma": "，",
        "space": " ", "unit-separator": "\x1f", "two-colons": "::", "letter": "x",
    }.items():  # fmt: skip
        yield of_text(f"delimited-by-{name}.csv", csv_text(good_rows(), delimiter=delimiter))
    mixed = "\n".join(
        (",", ";", "\t")[at % 3].join(row) for at, row in enumerate([list(HEADER), *good_rows()])
    )
    yield of_text("delimiters-mixed.csv", mixed)
    yield of_text("sep-line.csv", "sep=;\n" + csv_text(good_rows(), delimiter=";"))
    yield of_text("sep-line-lies.csv", "sep=|\n" + _GOOD)
    yield of_text("sep-line-quote.csv", 'sep="\n' + _GOOD)
    comma = [[*row[:3], row[3].replace(".", ","), row[4]] for row in good_rows()]
    yield of_text("decimal-comma.csv", csv_text(comma, delimiter=";"))
    yield of_text("decimal-comma-unquoted.csv", csv_text(comma))


def _line_ends() -> Iterator[BadFile]:
    for name, end in {
        "cr": "\r", "crlf": "\r\n", "lfcr": "\n\r", "crcrlf": "\r\r\n", "vertical-tab": "\x0b",
        "form-feed": "\x0c", "u2028": "\u2028", "u0085": "\x85",
    }.items():  # fmt: skip
        yield of_text(f"lines-by-{name}.csv", csv_text(good_rows(), end=end))
    parts = _GOOD.split("\n")
    yield of_text(
        "lines-mixed.csv",
        "".join(part + ("\n", "\r", "\r\n")[at % 3] for at, part in enumerate(parts)),
    )
    yield of_text("no-last-line-end.csv", _GOOD.rstrip("\n"))
    for name, blank in {
        "lf": b"\n",
        "crlf": b"\r\n",
        "cr": b"\r",
        "spaces": b"  \n",
        "commas": b",,,,\n",
    }.items():
        yield streamed(f"million-blank-{name}.csv", lambda blank=blank: _blanks(blank))  # type: ignore[misc]
    yield streamed("million-blank-before.csv", lambda: [b"\n" * _MILLION, _GOOD.encode()])


def _blanks(blank: bytes) -> Iterable[bytes]:
    head = _GOOD.encode().replace(b"\n", blank.lstrip(b", ") or b"\n")
    return [head, blank * _MILLION, head[head.find(b"2024") :]]


def _quotes() -> Iterator[BadFile]:
    yield of_text("quote-unclosed-first.csv", f'"{_GOOD}')
    yield of_text("quote-unclosed-middle.csv", _GOOD.replace("兰州拉面7", '"兰州拉面7'))
    yield of_text("quote-unclosed-last.csv", _GOOD + _ROW.replace("兰州", '"兰州'))
    yield of_text("quote-unclosed-every-line.csv", _GOOD.replace("兰州", '"兰州'))
    yield of_text("quote-after-text.csv", _GOOD.replace("拉面", '拉"面"'))
    yield of_text("quotes-doubled.csv", _GOOD.replace("兰州拉面", '""兰州""拉面'))
    yield of_text("quotes-single.csv", _GOOD.replace("兰州", "'兰州'"))
    yield of_text("quotes-backslash.csv", _GOOD.replace("兰州", '\\"兰州'))
    yield of_text("quotes-wide.csv", _GOOD.replace("兰州", "“兰州”"))
    for lines in (2, 100, 100_000):
        cell = '"' + "面\n" * lines + '"'
        yield of_text(f"quoted-{lines}-lines.csv", _GOOD.replace("兰州拉面5号店", cell))
    yield of_text("million-quotes.csv", _GOOD + '"' * _MILLION + "\n" + _ROW)
    yield of_text("million-quote-pairs.csv", _GOOD + '"",' * (_MILLION // 2) + "\n" + _ROW)
    yield streamed("million-lines-of-a-quote.csv", lambda: [_GOOD.encode(), b'"\n' * _MILLION])
    yield streamed(
        "lines-of-open-quotes.csv",
        lambda: [_GOOD.encode(), (_ROW.replace("兰州", '"兰州') + "\n").encode() * 60_000],
    )


def _widths() -> Iterator[BadFile]:
    rng = random.Random(3)
    ragged = [row[: rng.randint(1, 5)] + ["x"] * rng.randint(0, 4) for row in good_rows(200)]
    yield of_text("ragged.csv", csv_text(ragged))
    yield of_text("short-rows.csv", csv_text([row[:3] for row in good_rows()]))
    yield of_text("long-rows.csv", csv_text([[*row, "more", "and more"] for row in good_rows()]))
    for columns in (511, 513, 16_384, 100_000):
        header = ",".join([*HEADER, *(f"c{at}" for at in range(columns - len(HEADER)))])
        row = _ROW + "," * (columns - len(HEADER))
        yield of_text(f"columns-{columns}.csv", f"{header}\n{row}\n{row}\n")
    yield of_text("columns-100000-in-one-row.csv", _GOOD + "1," * 100_000 + "\n" + _ROW)
    for chars in (10_000, 32_767, 32_768, _MIB, 3 * _MIB):
        yield of_text(f"cell-{chars}.csv", _GOOD.replace("兰州拉面3号店", "a" * chars))
    yield of_text("cells-of-10000.csv", _GOOD.replace("兰州", "兰" * 10_000))


def _large() -> Iterator[BadFile]:
    header = _GOOD.encode()
    yield streamed("line-200-mb.csv", lambda: [header, *([b"a" * _MIB] * 200)])
    yield streamed("line-200-mb-alone.csv", lambda: [b"a" * _MIB] * 200)
    yield streamed("line-200-mb-of-commas.csv", lambda: [header, *([b"," * _MIB] * 200)])
    yield streamed(
        "line-200-mb-quoted.csv", lambda: [header, b'"', *([b"a\n" * (_MIB // 2)] * 200)]
    )
    yield streamed(
        "line-100-mb-utf16.csv", lambda: [b"\xff\xfe", *([b"a\x00" * (_MIB // 2)] * 100)]
    )
    yield streamed("zeros-200-mb.csv", lambda: [b"\x00" * _MIB] * 200)
    yield streamed("line-1-gb.csv", lambda: [header, *([b"a" * _MIB] * 1024)])
    yield streamed("zeros-1-gb.csv", lambda: [b"\x00" * _MIB] * 1024)
    yield streamed("million-bad-rows.csv", lambda: [header, b"x,y,z,w,v\n" * _MILLION])
    yield streamed("million-wide-rows.csv", lambda: [header, b"1,2,3,4,5,6,7,8,9\n" * _MILLION])
