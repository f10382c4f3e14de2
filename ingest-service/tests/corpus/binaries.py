"""Files of other kinds that are named as statements."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
from collections.abc import Iterator

from corpus.model import BadFile, csv_text, good_rows, of_bytes, zipped

_GOOD = csv_text(good_rows()).encode()


def files() -> Iterator[BadFile]:
    """All of them, named .csv or .xlsx."""
    noise = random.Random(11).randbytes(20_000)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        member = tarfile.TarInfo("table.csv")
        member.size = len(_GOOD)
        archive.addfile(member, io.BytesIO(_GOOD))
    kinds = {
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" + noise,
        "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + noise,
        "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + noise,
        "gif": b"GIF89a" + noise,
        "exe": b"MZ\x90\x00" + noise,
        "elf": b"\x7fELF\x02\x01\x01" + noise,
        "gzip": gzip.compress(_GOOD, mtime=0),
        "bzip2": bz2.compress(_GOOD),
        "xz": lzma.compress(_GOOD),
        "7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + noise,
        "rar": b"Rar!\x1a\x07\x01\x00" + noise,
        "zstd": b"\x28\xb5\x2f\xfd" + noise,
        "tar": tar.getvalue(),
        "sqlite": b"SQLite format 3\x00" + noise,
        "parquet": b"PAR1" + noise + b"PAR1",
        "wav": b"RIFF\x00\x00\x00\x00WAVE" + noise,
        "rtf": b"{\\rtf1\\ansi hello}",
        "java": b"\xca\xfe\xba\xbe" + noise,
        "noise": noise,
        "noise-ascii": bytes(byte % 95 + 32 for byte in noise),
        "json": b'[{"time": "2024-03-05", "amount": "1.00"}]' * 30,
        "yaml": b"- time: 2024-03-05\n  amount: 1.00\n" * 30,
        "ini": b"[section]\nkey = value\n" * 30,
        "base64": b"data:text/csv;base64," + b"QUJD" * 500,
        "eml": b"From: a@example.invalid\r\nSubject: bill\r\n\r\nhello\r\n" * 20,
        "python": b"import os\nprint(os.getcwd())\n" * 20,
        "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
        "docx": zipped([("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<T/>")]),
        "pptx": zipped([("ppt/presentation.xml", b"<p/>"), ("[Content_Types].xml", b"<T/>")]),
        "jar": zipped([("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n")]),
        "epub": zipped([("mimetype", b"application/epub+zip"), ("a.xhtml", b"<html/>")]),
    }
    for kind, data in kinds.items():
        yield of_bytes(f"really-{kind}.csv", data)
    yield of_bytes("really-csv.xlsx", _GOOD)
    yield of_bytes("really-csv.xls", _GOOD)
    yield of_bytes("really-csv.zip", _GOOD)
    yield of_bytes("really-csv.exe", _GOOD)
    yield of_bytes("really-gzip-bomb.csv", gzip.compress(b"\x00" * (8 << 20), mtime=0))
