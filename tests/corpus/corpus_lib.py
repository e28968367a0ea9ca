"""Shared parts of the corpus generator: bencoding, noise, manifests, facts.

Everything here is a pure function of its arguments, so that every run on every
machine gives the same bytes.  Only the standard library is used.
"""
import hashlib
import os
import zlib

# ------------------------------------------------------------------ bencoding


class Verbatim(bytes):
    """Bytes that enter bencoded output as they are, right or wrong."""


def benc(value):
    """Bencode a value; dictionaries come out with sorted keys."""
    if isinstance(value, Verbatim):
        return bytes(value)
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return str(len(value)).encode() + b":" + value
    if isinstance(value, int):
        return b"i" + str(int(value)).encode() + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(map(benc, value)) + b"e"
    pairs = [(k if isinstance(k, bytes) else k.encode(), v) for k, v in value.items()]
    return raw_dict(*sorted(pairs))


def raw_dict(*pairs):
    """Bencode a dictionary in the order given; keys may repeat."""
    out = b"".join(benc(k) + benc(v) for k, v in pairs)
    return Verbatim(b"d" + out + b"e")


class BadBencode(ValueError):
    pass


def bdec(data, at=0):
    """Decode one value; returns (value, end).  A repeated key keeps its first value.

    Dictionaries map each key to (value, start, end), so that the raw bytes of
    an info dictionary can be hashed.
    """
    token = data[at:at + 1]
    if token == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1:end]), end + 1
    if token.isdigit():
        colon = data.index(b":", at)
        end = colon + 1 + int(data[at:colon])
        if end > len(data):
            raise BadBencode("string past the end")
        return data[colon + 1:end], end
    if token == b"l":
        items, at = [], at + 1
        while data[at:at + 1] != b"e":
            item, at = bdec(data, at)
            items.append(item)
        return items, at + 1
    if token == b"d":
        table, at = {}, at + 1
        while data[at:at + 1] != b"e":
            key, start = bdec(data, at)
            item, at = bdec(data, start)
            table.setdefault(key, (item, start, at))
        return table, at + 1
    raise BadBencode("no such token at %d" % at)


# ---------------------------------------------------------------------- bytes


def noise(label, size):
    """Bytes without pattern that depend only on the label."""
    blocks = -(-size // 32)
    text = label.encode() if isinstance(label, str) else label
    stream = (hashlib.sha256(text + str(i).encode()).digest() for i in range(blocks))
    return b"".join(stream)[:size]


def edited(base, *edits):
    """A copy of base with single bytes replaced; edits are (offset, value)."""
    copy = bytearray(base)
    for offset, value in edits:
        copy[offset] = value
    return bytes(copy)


def u16(n):
    return n.to_bytes(2, "big")


def u32(n):
    return n.to_bytes(4, "big")


def gzipped(data):
    """A gzip file with a fixed header (no name, no time, maximum compression)."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeeze.compress(data) + squeeze.flush()
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xffffffff).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\x03" + body + tail


def escaped(text):
    """Bytes as manifest text: printable ASCII as it is, all else as \\xNN."""
    return "".join(chr(c) if 0x20 <= c < 0x7f and c != 0x5c else "\\x%02x" % c for c in text)


def is_plain(text):
    """True if a name can be shown and stored as it is."""
    return 0 < len(text) <= 255 and text not in (b".", b"..") and b"/" not in text and all(
        0x20 <= c < 0x7f for c in text)


# ------------------------------------------------- names that attack a screen

HOSTILE_TEXT = {
    "alt-screen": b"\x1b[?1049h\x1b[?25l\x1b[?1000h",
    "bad-utf8": b"a\xff\xfe\xc0\xafb\xe2\x82c\xf0\x9f\x92d\xed\xa0\x80e\xf5\x80\x80\x80",
    "bell-nul-del": b"a\x07b\x00c\x7fd",
    "bidi": b"photo\xe2\x80\xaegpj.exe\xe2\x81\xa6x\xe2\x81\xa9\xe2\x80\x8f",
    "c1-raw": b"a\x9b31mb\x9d0;t\x9c\x90q",
    "c1-utf8": b"a\xc2\x9b31mb\xc2\x9d0;t\xc2\x9c",
    "csi-clear": b"a\x1b[2J\x1b[Hb",
    "csi-colour": b"\x1b[31;5mred\x1b[0m",
    "dcs-sixel": b"\x1bPq#0;2;0;0;0#0~~@@vv@@~~@@~~$\x1b\\",
    "line-separators": b"a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\x85d",
    "lone-esc-end": b"name\x1b",
    "long": b"A" * 6000,
    "newline-cr-bs": b"good.txt\r\n\b\b\bevil",
    "osc-title": b"\x1b]0;owned\ax",
    "osc52-clipboard": b"\x1b]52;c;Y3VybCBldmlsfHNo\ax",
    "osc8-link": b"\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "overlong-slash": b"..\xc0\xaf..\xc0\xafetc\xe0\x80\xafx",
    "percent-n": b"%n%n%s%s%99999999d",
    "report-cursor": b"\x1b[6n\x1b[c\x1b[21t",
    "shift-out": b"a\x0eqqq\x0fb",
    "tab-vt-ff": b"a\tb\vc\fd",
    "tags-variation": b"a\xf3\xa0\x81\x81\xf3\xa0\x81\xbf\xef\xb8\x8f\xe1\xa0\x8e",
    "wide": "\u754c".encode() * 60 + "\U0001f468\u200d\U0001f469\u200d\U0001f467".encode(),
    "zalgo": b"z" + b"\xcc\xb6\xcc\x81\xd2\x89" * 200,
    "zero-width": "a\u200b\u200c\u200d\u2060\ufeffb\u00ad".encode(),
}

# ------------------------------------------- the torrent wire streams are for

TARGET_PIECE_LENGTH = 32768
TARGET_DATA = noise("target", 5 * TARGET_PIECE_LENGTH + 1000)
TARGET_PIECES = 6


def piece_hashes(data, piece_length):
    """The v1 "pieces" string of some data."""
    starts = range(0, len(data), piece_length)
    return b"".join(hashlib.sha1(data[s:s + piece_length]).digest() for s in starts)


_TARGET = {
    "length": len(TARGET_DATA),
    "name": "target.bin",
    "piece length": TARGET_PIECE_LENGTH,
    "pieces": piece_hashes(TARGET_DATA, TARGET_PIECE_LENGTH),
}
TARGET_INFO = benc(_TARGET)
TARGET_PRIVATE_INFO = benc(dict(_TARGET, private=1))
TARGET_HASH = hashlib.sha1(TARGET_INFO).digest()
TARGET_PRIVATE_HASH = hashlib.sha1(TARGET_PRIVATE_INFO).digest()

# ------------------------------------------------------------------ manifests


class Folder:
    """The cases of one folder and the columns of its manifest."""

    def __init__(self, name, before=(), values=()):
        """before: columns left of "expect"; values: columns right of it, "-" if not given."""
        self.name = name
        self.before = tuple(before)
        self.values = tuple(values)
        self.cases = {}

    def add(self, file, data, expect, detail, **columns):
        if file in self.cases:
            raise ValueError("%s/%s defined twice" % (self.name, file))
        unknown = set(columns) - set(self.before) - set(self.values)
        if unknown or not detail:
            raise ValueError("%s/%s: bad columns %s" % (self.name, file, unknown))
        cells = {"file": file, "size": len(data), "expect": expect, "detail": detail,
                 "sha256_16": hashlib.sha256(data).hexdigest()[:16]}
        cells.update(columns)
        self.cases[file] = (bytes(data), cells)

    def header(self):
        return ("file", "size", "sha256_16") + self.before + ("expect",) + self.values + ("detail",)

    def manifest(self):
        lines = ["\t".join(self.header())]
        for file in sorted(self.cases):
            cells = self.cases[file][1]
            row = [str(cells.get(column, "-")) for column in self.header()]
            if any("\t" in cell or "\n" in cell or not cell for cell in row):
                raise ValueError("%s/%s: cell with tab, newline or nothing" % (self.name, file))
            lines.append("\t".join(row))
        return ("\n".join(lines) + "\n").encode("ascii")

    def write(self, outdir):
        """Write all files; files of an earlier run that are no longer made are removed."""
        place = os.path.join(outdir, self.name)
        os.makedirs(place, exist_ok=True)
        path = os.path.join(place, "MANIFEST.tsv")
        for old in read_manifest(path) if os.path.exists(path) else []:
            if old["file"] not in self.cases and os.path.basename(old["file"]) == old["file"]:
                stale = os.path.join(place, old["file"])
                if os.path.exists(stale):
                    os.remove(stale)
        for file, (data, _) in self.cases.items():
            with open(os.path.join(place, file), "wb") as out:
                out.write(data)
        with open(path, "wb") as out:
            out.write(self.manifest())


def read_manifest(path):
    """The rows of a manifest as dictionaries by column name."""
    with open(path, encoding="ascii", newline="\n") as text:
        lines = text.read().split("\n")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"))) for line in lines[1:] if line]
