"""Data that is the same every time, and torrents of it made by hand.

Nothing here uses bttui: what it reads must come from somebody else.
"""
import hashlib
import os
import random
import urllib.parse

BLOCK = 16384


def bencode(v):
    if isinstance(v, bool):
        raise TypeError("a bool is no bencode value")
    if isinstance(v, int):
        return b"i%de" % v
    if isinstance(v, str):
        v = v.encode()
    if isinstance(v, bytes):
        return b"%d:%s" % (len(v), v)
    if isinstance(v, list):
        return b"l" + b"".join(map(bencode, v)) + b"e"
    items = sorted((k.encode() if isinstance(k, str) else k, x)
                   for k, x in v.items())
    return b"d" + b"".join(bencode(k) + bencode(x) for k, x in items) + b"e"


def bdecode(data):
    value, end = _decode(data, 0)
    if end != len(data):
        raise ValueError("bytes after the end")
    return value


def _decode(d, at):
    c = d[at:at + 1]
    if c == b"i":
        end = d.index(b"e", at)
        return int(d[at + 1:end]), end + 1
    if c == b"l":
        out, at = [], at + 1
        while d[at:at + 1] != b"e":
            v, at = _decode(d, at)
            out.append(v)
        return out, at + 1
    if c == b"d":
        out, at = {}, at + 1
        while d[at:at + 1] != b"e":
            k, at = _decode(d, at)
            out[k], at = _decode(d, at)
        return out, at + 1
    colon = d.index(b":", at)
    n = int(d[at:colon])
    if colon + 1 + n > len(d):
        raise ValueError("string past the end")
    return d[colon + 1:colon + 1 + n], colon + 1 + n


# Sizes that make pieces span files and files end in the middle of blocks.
# The empty file is not first: not every client can cope with that.
TREE = (
    ("a first file", 700001),
    ("empty", 0),
    ("one byte", 1),
    ("sub/fünf.txt", BLOCK - 1),
    ("sub/漢字/deep.bin", BLOCK + 1),
    ("sub/漢字/piece.bin", 65536),
    ("sub/big.bin", 2000003),
    ("z.last", 123),
)


class Torrent:
    """One torrent: its files' content, its info dictionary, its hash."""

    def __init__(self, name, seed, piece=32768, files=TREE, size=None,
                 private=False, info_bytes=0):
        rng = random.Random("%s %s" % (name, seed))
        self.name, self.piece = name, piece
        if size is not None:
            files = ((None, size),)
        self.files = [(path, rng.randbytes(n)) for path, n in files]
        self.single = size is not None
        self.data = b"".join(d for _, d in self.files)
        self.size = len(self.data)
        self.npieces = -(-self.size // piece)
        info = {"name": name, "piece length": piece, "pieces": self._hashes()}
        if self.single:
            info["length"] = self.size
        else:
            info["files"] = [{"length": len(d), "path": p.split("/")}
                             for p, d in self.files]
        if private:
            info["private"] = 1
        if info_bytes:
            # A key nobody knows: the dictionary takes that many bytes more.
            info["x-filler"] = rng.randbytes(info_bytes)
        self.info = bencode(info)
        self.hash = hashlib.sha1(self.info).digest()

    def _hashes(self):
        return b"".join(
            hashlib.sha1(self.data[i:i + self.piece]).digest()
            for i in range(0, self.size, self.piece))

    def piece_size(self, i):
        return min(self.piece, self.size - i * self.piece)

    def write(self, path, trackers=()):
        """Write the .torrent; trackers are one tier each."""
        head = b""
        if trackers:
            head = (bencode("announce") + bencode(trackers[0]))
            if len(trackers) > 1:
                head += (bencode("announce-list") +
                         bencode([[t] for t in trackers]))
        with open(path, "wb") as f:
            f.write(b"d" + head + b"4:info" + self.info + b"e")
        return path

    def magnet(self, trackers=(), peers=()):
        link = "magnet:?xt=urn:btih:%s&dn=%s" % (
            self.hash.hex(), urllib.parse.quote(self.name))
        for t in trackers:
            link += "&tr=" + urllib.parse.quote(t, safe="")
        for p in peers:
            link += "&x.pe=" + p
        return link

    def paths(self, folder):
        """(path on disk, its true bytes) of every file below folder."""
        for rel, data in self.files:
            base = os.path.join(folder, self.name)
            yield (base if rel is None else os.path.join(base, rel)), data

    def fill(self, folder, pieces=None):
        """Put the data into folder; of the pieces not named, only zeros."""
        data = bytearray(self.data)
        if pieces is not None:
            for i in range(self.npieces):
                if i not in pieces:
                    end = min((i + 1) * self.piece, self.size)
                    data[i * self.piece:end] = bytes(end - i * self.piece)
        at = 0
        for path, true in self.paths(folder):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data[at:at + len(true)])
            at += len(true)
