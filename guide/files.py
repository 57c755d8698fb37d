"""The files of a MkDocs project, from a folder or a zip, within limits. Nothing is written."""

import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path, PurePosixPath
from posixpath import basename, dirname
from typing import BinaryIO

MEGABYTE = 1024 * 1024
MOST_FILES = 2000
LARGEST_FILE = 5 * MEGABYTE
LARGEST_PROJECT = 50 * MEGABYTE
LARGEST_CONFIGURATION = 200_000
LARGEST_DIRECTORY = MEGABYTE  # of a zip: what is in it; about ten times MOST_FILES
# Text packs to a tenth; a file that packs to a hundredth was made to fill a disk.
HIGHEST_RATIO = 100
LONGEST_NAME = 200
LICENCE_BEGINS = 2000
LONGEST_END = 22 + 0xFFFF  # of a zip: the record that closes it, and a comment
LICENCE_FILES = tuple(
    name + ending for name in ("LICENSE", "LICENCE", "COPYING") for ending in ("", ".md", ".txt")
)


class ImportRefused(Exception):
    """The guide as a whole cannot come in; the text says why, in one sentence."""


@dataclass(frozen=True)
class Finding:
    """Something to tell whoever imports, and where it is. Line 0: the file as a whole."""

    page: str
    line: int
    message: str


class Directory:
    """A MkDocs project on disk. Hidden files and links that lead outside are no part of it."""

    def __init__(self, path: Path) -> None:
        self.root = path.resolve()
        self.name = self.root.name
        if not self.root.is_dir():
            raise ImportRefused(f"There is no file or folder {path}.")

    def configuration(self) -> str:
        for name in ("mkdocs.yml", "mkdocs.yaml"):
            file = self.root / name
            if file.is_file():
                return configuration_text(file.read_bytes()[: LARGEST_CONFIGURATION + 1])
        raise ImportRefused(
            f"There is no mkdocs.yml in {self.root.name}: a guide is a MkDocs project."
        )

    def licence(self) -> bytes:
        """Return how the file begins in which the licence stands; nothing if there is none."""
        for name in LICENCE_FILES:
            file = self.root / name
            if file.is_file() and leads_inside(file, self.root):
                with file.open("rb") as opened:
                    return opened.read(LICENCE_BEGINS)
        return b""

    def below(self, docs: str, warnings: list[Finding]) -> Iterator[tuple[str, bytes]]:
        folder = (self.root / docs).resolve()
        if not folder.is_relative_to(self.root):
            raise ImportRefused("The docs_dir of mkdocs.yml lies outside the project.")
        limits = Limits()
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if hidden(name) or file.is_dir():
                continue
            if not leads_inside(file, folder) or not file.is_file():
                warnings.append(
                    Finding(name, 0, "This is a link that leads outside; it was left out.")
                )
            elif limits.admit(name, file.stat().st_size, warnings):
                yield name, file.read_bytes()


def leads_inside(file: Path, folder: Path) -> bool:
    """Say whether the file, which may be a link, lies in the folder."""
    try:
        return file.resolve().is_relative_to(folder)
    except (OSError, RuntimeError):  # a link that leads to itself
        return False


class Zip:
    """A MkDocs project in a zip, at its top or in its only folder; nothing may lead outside."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = PurePosixPath(name).stem
        refuse_endless_directory(file)
        try:
            self.archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise ImportRefused(f"{name} is neither a folder nor a zip file.") from None
        self.members = {}
        for member in self.archive.infolist():
            refuse_hostile(member)
            if not member.is_dir():
                self.members[member.filename] = member
        tops = sorted(
            (n for n in self.members if basename(n) in {"mkdocs.yml", "mkdocs.yaml"}), key=len
        )
        if not tops or tops[0].count("/") > 1:
            raise ImportRefused(f"There is no mkdocs.yml in {name}: a guide is a MkDocs project.")
        self.mkdocs = tops[0]

    def configuration(self) -> str:
        member = self.members[self.mkdocs]
        if member.file_size > LARGEST_CONFIGURATION:
            return configuration_text(b" " * member.file_size)
        return configuration_text(self._read(member))

    def licence(self) -> bytes:
        """Return the file in which the licence stands; nothing if there is none."""
        for name in LICENCE_FILES:
            member = self.members.get(str(PurePosixPath(dirname(self.mkdocs)) / name))
            if member and member.file_size <= LARGEST_CONFIGURATION:
                return self._read(member)[:LICENCE_BEGINS]
        return b""

    def below(self, docs: str, warnings: list[Finding]) -> Iterator[tuple[str, bytes]]:
        folder = str(PurePosixPath(dirname(self.mkdocs)) / docs) + "/"
        limits = Limits()
        for full_name, member in sorted(self.members.items()):
            name = full_name.removeprefix(folder)
            if full_name.startswith(folder) and not hidden(name):
                limits.admit_packed(member)
                if limits.admit(name, member.file_size, warnings):
                    yield name, self._read(member)

    def _read(self, member: zipfile.ZipInfo) -> bytes:
        try:
            return self.archive.read(member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
            raise ImportRefused(f"{member.filename} in the zip file cannot be unpacked.") from None


def refuse_endless_directory(file: BinaryIO) -> None:
    """Refuse a zip that names very many files: reading the names alone would fill the memory."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - LONGEST_END))
    end = file.read()
    found = end.rfind(b"PK\x05\x06")
    if found < 0 or len(end) - found < 22:
        return
    (directory,) = struct.unpack_from("<L", end, found + 12)
    if directory > LARGEST_DIRECTORY:
        raise ImportRefused(f"The guide has more than {MOST_FILES:,} files.")


def refuse_hostile(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise ImportRefused(f"The zip file holds a path that leads outside: {member.filename}.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ImportRefused(f"The zip file holds a link: {member.filename}.")


class Limits:
    """What has been read so far, against the limits above."""

    def __init__(self) -> None:
        self.files = self.size = 0

    def admit(self, name: str, size: int, warnings: list[Finding]) -> bool:
        """Count one file. False, with a warning, for a strange one; ImportRefused for too many."""
        if not name.isprintable() or len(name) > LONGEST_NAME:
            warnings.append(Finding(repr(name[:80]), 0, "The app cannot address this file name."))
            return False
        if size > LARGEST_FILE:
            megabytes = LARGEST_FILE // MEGABYTE
            warnings.append(
                Finding(name, 0, f"This file is larger than {megabytes} MB; it was left out.")
            )
            return False
        self.files += 1
        self.size += size
        if self.files > MOST_FILES:
            raise ImportRefused(f"The guide has more than {MOST_FILES:,} files.")
        if self.size > LARGEST_PROJECT:
            raise ImportRefused(f"The guide is larger than {LARGEST_PROJECT // MEGABYTE} MB.")
        return True

    def admit_packed(self, member: zipfile.ZipInfo) -> None:
        if member.file_size > MEGABYTE and member.file_size > HIGHEST_RATIO * member.compress_size:
            raise ImportRefused(f"{member.filename} in the zip file unpacks to too much.")


def hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def configuration_text(content: bytes) -> str:
    if len(content) > LARGEST_CONFIGURATION:
        raise ImportRefused(f"mkdocs.yml is larger than {LARGEST_CONFIGURATION // 1000} kB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused("mkdocs.yml is not UTF-8 text.") from None
