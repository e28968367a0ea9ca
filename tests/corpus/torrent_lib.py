"""Building blocks for .torrent files, and the facts a good one must load with."""
import hashlib

from corpus_lib import bdec, escaped, is_plain

BLOCK = 16384


def fake_hashes(count):
    return b"\x11" * (20 * count)


def count_pieces(size, piece_length):
    return -(-size // piece_length)


# ------------------------------------------------------------ version 1 dicts


def single(name=b"t", length=40000, piece_length=BLOCK, pieces=None, **more):
    """The info dict of one file; hashes are made up unless given."""
    if pieces is None:
        pieces = fake_hashes(count_pieces(length, piece_length))
    return dict({"name": name, "length": length, "piece length": piece_length,
                 "pieces": pieces}, **more)


def entry(*path, length=10, **more):
    """One item of a "files" list."""
    return dict({"length": length, "path": list(path)}, **more)


def link(path, *target, **more):
    """A symbolic link as BEP 47 writes it."""
    return dict(entry(path, length=0, attr=b"l"), **{"symlink path": list(target)}, **more)


def multi(*files, name=b"t", piece_length=BLOCK, pieces=None, **more):
    """The info dict of a folder; hashes are made up unless given."""
    if pieces is None:
        total = sum(file["length"] for file in files)
        pieces = fake_hashes(count_pieces(total, piece_length))
    return dict({"name": name, "files": list(files), "piece length": piece_length,
                 "pieces": pieces}, **more)


def metainfo(info, **top):
    """A whole torrent; use announce_list for announce-list, created_by for "created by"."""
    spelled = {"announce_list": "announce-list", "url_list": "url-list",
               "created_by": "created by", "creation_date": "creation date"}
    return dict({"info": info}, **{spelled.get(k, k): v for k, v in top.items()})


# ------------------------------------------------------------ version 2 dicts

FAKE_ROOT = hashlib.sha256(b"r").digest()


def leaf(length=100, root=FAKE_ROOT):
    """A file in a v2 file tree."""
    return {"": {"length": length, "pieces root": root}}


def v2_info(tree, **more):
    info = {"file tree": tree, "meta version": 2, "name": b"v2", "piece length": BLOCK}
    return dict(info, **more)


def v2_metainfo(tree, layers=None, **more):
    return {"info": v2_info(tree, **more), "piece layers": layers or {}}


def merkle(data, piece_length):
    """(pieces root, piece layer) of a file's data."""
    starts = range(0, len(data), BLOCK)
    row = [hashlib.sha256(data[s:s + BLOCK]).digest() for s in starts]
    while len(row) & (len(row) - 1):
        row.append(bytes(32))
    span, layer = BLOCK, None
    while True:
        if span == piece_length:
            layer = b"".join(row[:count_pieces(len(data), piece_length)])
        if len(row) == 1:
            return row[0], layer
        row = [hashlib.sha256(a + b).digest() for a, b in zip(row[::2], row[1::2])]
        span *= 2


# ---------------------------------------------------------------------- facts


def _plain(value):
    """A decoded value without the positions of its parts."""
    if isinstance(value, dict):
        return {k: _plain(v[0]) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else value


def _tree_sizes(tree):
    for name, node in tree.items():
        if name == b"":
            yield node[b"length"]
        else:
            yield from _tree_sizes(node)


def _v1_sizes(info):
    """Sizes of the files a user gets, and the size of the data that is hashed."""
    if b"files" not in info:
        return [info[b"length"]], info[b"length"]
    real, hashed = [], 0
    for file in info[b"files"]:
        attr = file.get(b"attr", b"")
        attr = attr if isinstance(attr, bytes) else b""
        hashed += file[b"length"]
        if b"p" not in attr and b"l" not in attr:
            real.append(file[b"length"])
    return real, hashed


def _hashes(raw, info):
    facts = {}
    if b"pieces" in info:
        facts["info_hash_v1"] = hashlib.sha1(raw).hexdigest()
    if b"file tree" in info:
        facts["info_hash_v2"] = hashlib.sha256(raw).hexdigest()
    return facts


FACT_COLUMNS = ("info_hash_v1", "info_hash_v2", "name", "files", "total_size",
                "piece_length", "pieces", "private")


def torrent_facts(data, expect):
    """Columns for a torrent that loads; only the hashes if it may also be refused."""
    if expect == "error":
        return {}
    root, _ = bdec(data)
    raw_info, start, end = root[b"info"]
    info = _plain(raw_info)
    facts = _hashes(data[start:end], info)
    if expect == "either":
        return facts
    piece_length = info[b"piece length"]
    if b"file tree" in info:
        sizes = list(_tree_sizes(info[b"file tree"]))
        pieces = sum(count_pieces(size, piece_length) for size in sizes)
    else:
        sizes, hashed = _v1_sizes(info)
        pieces = count_pieces(hashed, piece_length)
    name = info[b"name"]
    if is_plain(name) and b"name.utf-8" not in info:
        facts["name"] = escaped(name)
    facts.update(files=len(sizes), total_size=sum(sizes), piece_length=piece_length,
                 pieces=pieces, private=int(bool(info.get(b"private", 0))))
    return facts
