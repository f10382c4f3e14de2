"""Zip archives that carry one statement; measured before anything is inflated."""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from ingest_service.domain.errors import StatementError, WrongPasswordError

MAX_MEMBERS = 100
MAX_MEMBER_BYTES = 256 << 20
MAX_DIRECTORY_BYTES = 1 << 20
MAX_RATIO = 200
RATIO_FROM_BYTES = 8 << 20
MAX_PASSWORD_CHARS = 200
# The old cipher runs in pure Python, at 1 to 2 MB a second.
MAX_LEGACY_PACKED_BYTES = 6 << 20
_BLOCK_BYTES = 1 << 20
# Says something of the disk that is written to, and nothing of the archive.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_AES = 99
_AES_EXTRA = 0x9901
_END = b"PK\x05\x06"
_END_BYTES = 22
_LONG_LOCATOR_BYTES = 20
_LONG_END = b"PK\x06\x06"
_LONG_END_BYTES = 56
_MAX_COMMENT = 0xFFFF
_STATEMENTS = frozenset(
    [
        ".csv",
        ".tsv",
        ".txt",
        ".xls",
        ".xlsx",
        ".xlsm",
        ".xlsb",
        ".ods",
        ".ofx",
        ".qfx",
        ".qif",
        ".sta",
        ".mt940",
        ".940",
        ".xml",
        ".htm",
        ".html",
        ".json",
    ]
)
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz"})
_BESIDE = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".md", ".ini", ".db"})
_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Member:
    """The one statement of an archive; sizes in bytes, as the directory states them."""

    index: int
    name: str
    size: int
    packed: int
    encrypted: bool


def is_archive(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a zip (an xlsx is one, too)."""
    return head.startswith((b"PK\x03\x04", _END))


def read_directory(stream: BinaryIO) -> Sequence[zipfile.ZipInfo]:
    """The entries of a zip, read only when their directory is of a sane size; rewinds.

    Raises:
        StatementError: archive-unreadable or archive-too-large.
    """
    try:
        if _directory_bytes(stream) > MAX_DIRECTORY_BYTES:
            raise StatementError("archive-too-large")
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise StatementError("archive-unreadable") from error
    finally:
        stream.seek(0)


def _directory_bytes(stream: BinaryIO) -> int:
    """How long the central directory says it is; zipfile reads that much into memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _MAX_COMMENT - _END_BYTES - _LONG_LOCATOR_BYTES - _LONG_END_BYTES))
    tail = stream.read()
    end = tail.rfind(_END)
    if end < 0:
        raise StatementError("archive-unreadable")
    stated = int(struct.unpack_from("<L", tail, end + 12)[0])
    long_end = end - _LONG_LOCATOR_BYTES - _LONG_END_BYTES
    if long_end >= 0 and tail.startswith(_LONG_END, long_end):
        stated = max(stated, struct.unpack_from("<Q", tail, long_end + 40)[0])
    return min(stated, size)


def statement_member(entries: Sequence[zipfile.ZipInfo]) -> Member:
    """The one statement among the entries; what lies beside it (__MACOSX, PDFs) is passed over.

    Raises:
        StatementError: archive-too-large, archive-unsafe-name, archive-nested, archive-empty or
            archive-several.
    """
    if len(entries) > MAX_MEMBERS:
        raise StatementError("archive-too-many", limit=MAX_MEMBERS)
    files = [
        (index, _name(entry), entry) for index, entry in enumerate(entries) if not entry.is_dir()
    ]
    if any(_is_unsafe(name) for _, name, _ in files):
        raise StatementError("archive-unsafe-name")
    files = [file for file in files if not _is_beside(file[1])]
    named = [file for file in files if _suffix(file[1]) in _STATEMENTS]
    candidates = named or files
    if not candidates:
        raise StatementError("archive-empty")
    if len(candidates) > 1:
        names = "、".join(PurePosixPath(name).name[:60] for _, name, _ in candidates[:_NAMES_SHOWN])
        raise StatementError("archive-several", count=len(candidates), names=names)
    index, name, entry = candidates[0]
    if _suffix(name) in _ARCHIVES:
        raise StatementError("archive-nested")
    encrypted = bool(entry.flag_bits & _ENCRYPTED)
    return Member(index, name, entry.file_size, entry.compress_size, encrypted)


def unpack(
    stream: BinaryIO,
    target: BinaryIO,
    *,
    max_bytes: int = MAX_MEMBER_BYTES,
    password: str | None = None,
) -> int:
    """Write the one statement of an archive to target; how many bytes it has.

    Raises:
        WrongPasswordError: the password does not open it.
        StatementError: archive-locked without a password; otherwise what is wrong.
    """
    import pyzipper

    entries = read_directory(stream)
    member = statement_member(entries)
    _check_bounds(member, entries[member.index], max_bytes=max_bytes)
    if member.encrypted and password is None:
        raise StatementError("archive-locked")
    secret = password.encode() if member.encrypted and password is not None else None
    try:
        with pyzipper.AESZipFile(stream) as archive:
            entry = archive.infolist()[member.index]
            with archive.open(entry, pwd=secret) as source:
                return _copy(source, target, limit=member.size)
    except RuntimeError as error:
        raise WrongPasswordError("The password does not open the archive.") from error
    except (zipfile.BadZipFile, pyzipper.BadZipFile, zlib.error, EOFError) as error:
        if member.encrypted and entries[member.index].compress_type != _AES:
            # One wrong password in 256 passes the old cipher's check and shows here only.
            raise WrongPasswordError("The password does not open the archive.") from error
        raise StatementError("archive-unreadable") from error
    except (OSError, ValueError, NotImplementedError, struct.error) as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise
        raise StatementError("archive-unreadable") from error


def _check_bounds(member: Member, entry: zipfile.ZipInfo, *, max_bytes: int) -> None:
    bomb = member.size > RATIO_FROM_BYTES and member.size > MAX_RATIO * max(1, member.packed)
    legacy = member.encrypted and entry.compress_type != _AES
    if member.size > max_bytes or bomb or (legacy and member.packed > MAX_LEGACY_PACKED_BYTES):
        raise StatementError("archive-too-large")
    if _method(entry) not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The others may ask for gigabytes before they give the first byte.
        raise StatementError("archive-unreadable")


def _method(entry: zipfile.ZipInfo) -> int:
    """How the entry is packed; below AES the extra field tells."""
    if entry.compress_type != _AES:
        return entry.compress_type
    extra = entry.extra
    while len(extra) >= 4:  # noqa: PLR2004 - id and length
        key, length = struct.unpack_from("<HH", extra)
        if key == _AES_EXTRA and length >= 7:  # noqa: PLR2004 - version, vendor, strength, method
            return int(struct.unpack_from("<H", extra, 9)[0])
        extra = extra[4 + length :]
    return _AES


def _copy(source: BinaryIO, target: BinaryIO, *, limit: int) -> int:
    done = 0
    while block := source.read(_BLOCK_BYTES):
        done += len(block)
        if done > limit:
            raise StatementError("archive-too-large")
        target.write(block)
    return done


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: Chinese tools write GBK and do not say so."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _is_beside(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = path.name.startswith((".", "~$")) or path.parts[0] == "__MACOSX"
    return hidden or path.suffix.lower() in _BESIDE


def _is_unsafe(name: str) -> bool:
    """Names are never used as paths; an archive that tries is not one to trust, all the same."""
    plain = name.replace("\\", "/")
    return plain.startswith("/") or plain[1:2] == ":" or ".." in plain.split("/") or not plain
