"""Zips that hide, lie, swell, climb out of their folder, or are locked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from corpus.model import BadFile, csv_text, good_rows, of_bytes, streamed, zipped

_GOOD = csv_text(good_rows()).encode()
_MIB = 1 << 20
_LINK = 0o120777 << 16


def files() -> Iterator[BadFile]:
    """All of them."""
    yield from _bombs()
    yield from _names()
    yield from _contents()
    yield from _lies()
    yield from _locked()


def _bombs() -> Iterator[BadFile]:
    zeros = zipped([("table.csv", b"0" * (64 * _MIB))])
    yield of_bytes("bomb.zip", zeros)
    yield of_bytes("bomb-named.xlsx", zeros)
    yield of_bytes("bomb-nested.zip", zipped([(f"{at}.zip", zeros) for at in range(16)]))
    deep = _GOOD
    for level in range(20):
        deep = zipped([(f"level{level}.zip" if level else "table.csv", deep)])
    yield of_bytes("nested-20-deep.zip", deep)
    yield of_bytes("overlapping.zip", _overlapping(90))
    yield of_bytes("overlapping-many.zip", _overlapping(30_000))
    rows = csv_text(good_rows(28)).encode()
    yield of_bytes("swells-to-150-mb.zip", zipped([("t.csv", rows * (150 * _MIB // len(rows)))]))
    yield of_bytes("many-entries.zip", zipped([(f"{at}.csv", b"") for at in range(101)]))
    yield of_bytes("65000-entries.zip", zipped([(f"{at}", b"") for at in range(65_000)]))


def _overlapping(count: int) -> bytes:
    """Entries that all share one compressed body (as David Fifield's bomb does)."""
    body = zlib.compress(b"0" * _MIB, 9)[2:-4]
    crc = zlib.crc32(b"0" * _MIB)
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(body), _MIB, 5, 0)
    start = local + b"a.csv" + body
    directory = b"".join(
        struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(body), _MIB, 9, 0, 0, 0, 0,
            0, 0,
        )
        + f"{at:05}.csv".encode()
        for at in range(count)
    )  # fmt: skip
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(start), 0)
    return start + directory + end


def _names() -> Iterator[BadFile]:
    for at, name in enumerate((
        "../../evil.csv", "/etc/cron.d/evil.csv", "C:\\evil.csv", "..\\..\\evil.csv",
        "a/../../b.csv",
        "\\\\server\\share\\x.csv", "~/x.csv", "a" * 60_000 + ".csv", "\u202evsc.exe", "con.csv",
        "x.csv/", " .csv", "-rf.csv", "a\x00b.csv", "账单.csv",
    )):  # fmt: skip
        yield of_bytes(f"name-{at:02}.zip", zipped([(name, _GOOD)]))
    link = zipfile.ZipInfo("link.csv", (2024, 1, 1, 0, 0, 0))
    link.external_attr = _LINK
    yield of_bytes("symbolic-link.zip", zipped([(link, b"/etc/passwd")]))
    gbk = zipped([("zhangdan.csv", _GOOD)]).replace(b"zhangdan.csv", "账单啊啊.csv".encode("gbk"))
    yield of_bytes("name-gbk.zip", gbk)


def _contents() -> Iterator[BadFile]:
    yield of_bytes("nothing.zip", zipped([]))
    yield of_bytes("only-folder.zip", zipped([("folder/", b"")]))
    yield of_bytes("only-macosx.zip", zipped([("__MACOSX/._a.csv", b"x")]))
    yield of_bytes("two-statements.zip", zipped([("a.csv", _GOOD), ("b.csv", _GOOD)]))
    yield of_bytes("same-name-twice.zip", _twice())
    yield of_bytes("empty-statement.zip", zipped([("a.csv", b"")]))
    yield of_bytes("binary-statement.zip", zipped([("a.csv", b"\x7fELF" + bytes(4096))]))
    yield of_bytes("exe-inside.zip", zipped([("setup.exe", b"MZ" + bytes(4096))]))
    yield of_bytes("rar-inside.zip", zipped([("a.rar", b"Rar!\x1a\x07\x01\x00")]))
    for name, method in {"stored": 0, "bzip2": 12, "lzma": 14}.items():
        yield of_bytes(f"method-{name}.zip", zipped([("a.csv", _GOOD)], method=method))


def _twice() -> bytes:
    return zipped([("a.csv", _GOOD), ("b.csv", _GOOD[:200])]).replace(b"b.csv", b"a.csv")


def _lies() -> Iterator[BadFile]:
    whole = zipped([("table.csv", _GOOD)])
    entry, end = whole.rfind(b"PK\x01\x02"), whole.rfind(b"PK\x05\x06")
    size = struct.pack("<I", len(_GOOD))

    def patched(at: int, value: bytes) -> bytes:
        return whole[:at] + value + whole[at + len(value) :]

    for name, data in {
        "size-too-small": whole.replace(size, struct.pack("<I", 10)),
        "size-too-large": whole.replace(size, struct.pack("<I", 1 << 30)),
        "size-zero": whole.replace(size, b"\0\0\0\0"),
        "wrong-crc": patched(14, b"\1\2\3\4"),
        "wrong-crc-in-directory": patched(entry + 16, b"\1\2\3\4"),
        "method-97": patched(entry + 10, b"\x61\0"),
        "method-deflate64": patched(entry + 10, b"\x09\0"),
        "version-99": patched(entry + 6, b"\x63\0"),
        "offset-beyond": patched(entry + 42, b"\xff\xff\xff\x7f"),
        "offset-zip64": patched(entry + 42, b"\xff\xff\xff\xff"),
        "directory-beyond": patched(end + 16, b"\xff\xff\xff\x7f"),
        "directory-size": patched(end + 12, b"\xff\xff\xff\x7f"),
        "count-65535": patched(end + 8, b"\xff\xff\xff\xff"),
        "comment-long": patched(end + 20, b"\xff\xff") + b"c" * 65_535,
        "comment-lies": patched(end + 20, b"\xff\xff"),
        "junk-before": b"#!/bin/sh\nexit\n" + whole,
        "junk-after": whole + b"junk" * 1_000,
        "two-ends": whole + whole[end:],
        "no-directory": whole[:entry],
        "only-end": whole[end:],
        "local-name-differs": whole.replace(b"table.csv", b"evil!.exe", 1),
        "body-of-noise": whole[:60] + bytes(range(256)) + whole[316:],
        "extra-cut": patched(entry + 30, b"\xff\x7f"),
        "split": b"PK\x07\x08" + whole,
    }.items():
        yield of_bytes(f"lies-{name}.zip", data)


def _locked() -> Iterator[BadFile]:
    import pyzipper

    for name, encryption in {"aes": pyzipper.WZ_AES, "old": None}.items():
        if encryption is None:
            data = _old_cipher()
        else:
            buffer = io.BytesIO()
            with pyzipper.AESZipFile(buffer, "w", encryption=encryption) as archive:
                archive.setpassword(b"secret")
                archive.writestr("table.csv", _GOOD)
            data = buffer.getvalue()
        yield of_bytes(f"locked-{name}.zip", data)
        yield of_bytes(f"locked-{name}-cut.zip", data[: len(data) // 2])
    yield streamed("stored-large.zip", lambda: [zipped([("a.csv", b"a" * (40 * _MIB))], method=0)])


def _old_cipher() -> bytes:
    """An entry that says it is encrypted in the old way; no password opens it."""
    whole = bytearray(zipped([("table.csv", _GOOD)]))
    for at in (6, whole.rfind(b"PK\x01\x02") + 8):
        whole[at] |= 1
    return bytes(whole)
