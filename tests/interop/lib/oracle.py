"""What is on disk, compared by SHA-256 with what should be."""
import hashlib
import os


def sha256(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while True:
            b = f.read(1 << 20)
            if not b:
                return h.hexdigest()
            h.update(b)


def wrong_files(torrent, folder, empty_too=True):
    """What is missing or differs, one line each; empty when all is well.

    Some clients never create a file of no bytes; empty_too=False lets them.
    """
    out = []
    for path, data in torrent.paths(folder):
        if not data and not empty_too:
            continue
        if not os.path.isfile(path):
            out.append("%s is missing" % os.path.relpath(path, folder))
        elif os.path.getsize(path) != len(data):
            out.append("%s has %d bytes, not %d" % (
                os.path.relpath(path, folder), os.path.getsize(path),
                len(data)))
        elif sha256(path) != hashlib.sha256(data).hexdigest():
            out.append("%s differs" % os.path.relpath(path, folder))
    return out


def good_pieces(torrent, folder):
    """The set of pieces whose bytes on disk are right."""
    data = bytearray()
    for path, true in torrent.paths(folder):
        got = b""
        if os.path.isfile(path):
            with open(path, "rb") as f:
                got = f.read(len(true))
        # What is missing is made wrong rather than zero.
        data += got + bytes(b ^ 255 for b in true[len(got):])
    return {i for i in range(torrent.npieces)
            if data[i * torrent.piece:(i + 1) * torrent.piece] ==
            torrent.data[i * torrent.piece:(i + 1) * torrent.piece]}
