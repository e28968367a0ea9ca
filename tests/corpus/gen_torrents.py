"""Cases for the .torrent loader: names, paths, sizes, URLs, v1 and v2 layouts."""
import hashlib

from corpus_lib import HOSTILE_TEXT, Folder, Verbatim, benc, gzipped, noise, piece_hashes, raw_dict
from torrent_lib import (BLOCK, FACT_COLUMNS, FAKE_ROOT, entry, fake_hashes, leaf, link, merkle,
                         metainfo, multi, single, torrent_facts, v2_info, v2_metainfo)

CLEAN = "no control, bidi or zero-width character reaches screen, title or log"
CLEAN_NAME = "loads under a cleaned name, one safe path element on disk; " + CLEAN
BELOW = "if it loads, its files have different paths, all below the download folder"
NO_LINK = "a link out of the folder is never made, nothing is written through one"
INT64_MAX = (1 << 63) - 1
INT64_MIN = -(1 << 63)


class Torrents:
    """Adds cases and fills in their facts."""

    def __init__(self):
        self.folder = Folder("gentorrents", values=FACT_COLUMNS)

    def add(self, name, torrent, expect, detail):
        data = torrent if type(torrent) is bytes else benc(torrent)
        self.folder.add(name + ".torrent", data, expect, detail, **torrent_facts(data, expect))

    def add_info(self, name, info, expect, detail):
        self.add(name, metainfo(info), expect, detail)


# ---------------------------------------------------------------- what is shown

SHORT_TEXT = ("bad-utf8", "bidi", "c1-utf8", "csi-clear", "long", "osc52-clipboard")
LOCAL = b"http://127.0.0.1:9/"


def add_texts(out):
    for kind, text in HOSTILE_TEXT.items():
        out.add_info("name-" + kind, single(name=text), "repair", CLEAN_NAME)
        files = entry(b"d", text, length=1000), entry(text, b"f", length=500)
        out.add_info("path-" + kind, multi(*files), "repair", CLEAN_NAME)
    for kind in SHORT_TEXT:
        text = HOSTILE_TEXT[kind]
        out.add("comment-" + kind,
                metainfo(single(), comment=text, created_by=text, announce=LOCAL + b"announce"),
                "ok", "comment and creator: " + CLEAN)
        out.add("announce-" + kind, metainfo(single(), announce=LOCAL + text), "repair",
                "tracker URL: " + CLEAN + "; refused or percent-encoded, never sent as it is")
        out.add_info("nameutf8-" + kind, single(**{"name.utf-8": text}), "repair", CLEAN_NAME)


# ----------------------------------------------------------- where files end up

ORDINARY_PATHS = {
    "desktop": [b"x.desktop"],
    "dotfile": [b".bashrc"],
    "leading-dash": [b"-rf"],
    "percent": [b"%2e%2e%2f", b"x"],
    "tilde": [b"~", b".ssh", b"authorized_keys"],
}
ODD_PATHS = {
    "abs": [b"/etc/passwd"],
    "abs2": [b"/", b"etc", b"x"],
    "all-empty": [b"", b""],
    "backslash": [b"..\\..\\x"],
    "deep-200": [b"d"] * 200 + [b"f"],
    "dot": [b".", b"x"],
    "dotdot": [b"..", b"..", b"..", b"etc", b"passwd"],
    "element-300": [b"e" * 300],
    "empty-element": [b"", b"x"],
    "mixed": [b"a/../../../../tmp/x"],
    "nul-cut": [b"a\0/../../x"],
    "only-slashes": [b"///", b"x"],
    "path-5000": [b"p" * 250] * 20,
    "trailing-dots": [b"...", b"a. "],
    "utf16-dots": ["\uff0e\uff0e".encode(), b"x"],
}
ODD_NAMES = {
    "abs": b"/tmp/evil",
    "dot": b".",
    "dotdot": b"..",
    "empty": b"",
    "nul": b"\0",
    "slash": b"/",
    "up": b"../../evil",
}


def add_paths(out):
    def with_path(path):
        return multi(entry(*path), entry(b"ok.txt"))

    for kind, path in ODD_PATHS.items():
        out.add_info("traverse-" + kind, with_path(path), "either", BELOW)
    for kind, path in ORDINARY_PATHS.items():
        out.add_info("traverse-" + kind, with_path(path), "ok", "an ordinary name here; " + BELOW)
    out.add_info("traverse-no-elements", with_path([]), "error", "a path without elements")
    for kind, name in ODD_NAMES.items():
        out.add_info("rootname-" + kind, multi(entry(b"f"), name=name), "either", BELOW)
        out.add_info("singlename-" + kind, single(name=name), "either", BELOW)
    for case in (
            ("name-255-mid-char", single(name=b"a" * 254 + "\u754c.txt".encode()), "repair",
             "cut to 255 bytes between characters, the extension kept"),
            ("name-int", single(name=7), "error", "name is a number"),
            ("name-missing", {k: v for k, v in single().items() if k != "name"}, "error",
             "no name")):
        out.add_info(*case)


COLLISIONS = (
    ("dup-after-repair", (entry(b"a\1"), entry(b"a\2"), entry(b"a_")), "either",
     "equal once cleaned, still three files"),
    ("dup-after-cut", (entry(b"e" * 299 + b"1"), entry(b"e" * 299 + b"2")), "either",
     "equal once cut to 255 bytes, still two files"),
    ("dup-case", (entry(b"A"), entry(b"a")), "ok", "upper and lower case differ: two files"),
    ("dup-file-and-dir", (entry(b"a"), entry(b"a", b"b")), "either",
     "error or one renamed; a file is never used as a folder"),
    ("dup-renamed-taken", (entry(b"a"), entry(b"a"), entry(b"a (2)"), entry(b"a.1")), "either",
     "the name made up for the second a must be free"),
    ("dup-same", (entry(b"a"), entry(b"a")), "either", "error or one renamed, never one shared"),
    ("dup-2000", (entry(b"same", length=1),) * 2000, "either",
     "error, or 2000 names found without a quadratic search"),
)


def add_collisions(out):
    for name, files, expect, detail in COLLISIONS:
        out.add_info(name, multi(*files), expect, detail)


def add_links(out):
    def with_file(*entries):
        return multi(*entries, entry(b"real"))

    chain = [link(b"s%d" % i, b"s%d" % (i + 1)) for i in range(300)]
    for name, entries, note in (
            ("abs", [link(b"s", b"/etc/passwd")], "absolute target"),
            ("chain-300", chain, "300 links in a row, linear time"),
            ("loop", [link(b"a", b"b"), link(b"b", b"a")], "two links at each other, must end"),
            ("missing-target", [entry(b"s", length=0, attr=b"l")], "no target"),
            ("self", [link(b"a", b"a")], "link at itself, must end"),
            ("then-child", [link(b"d", b"..", b".."), entry(b"d", b"evil")],
             "a file below the link must not follow it"),
            ("up", [link(b"s", b"..", b"..", b"etc")], "target outside"),
            ("with-data", [dict(link(b"s", b"real"), length=100)],
             "a link with 100 bytes: error or counted as 0")):
        out.add_info("symlink-" + name, with_file(*entries), "either", note + "; " + NO_LINK)
    for name, attr, note in (
            ("exec", b"x", "the executable bit is a matter of the user's settings"),
            ("garbage", b"zzzz\x1b[31m", "letters without meaning are skipped"),
            ("int", 5, "a number as attributes is skipped")):
        out.add_info("attr-" + name, with_file(entry(b"s", length=1, attr=attr)), "ok", note)
    out.add_info("pad-huge", multi(entry(b".pad", b"0", length=1 << 62, attr=b"p"), entry(b"real"),
                                   pieces=fake_hashes(1)), "error",
                 "2^62 bytes of padding, one hash")
    out.add_info("pad-only", multi(entry(b".pad", b"0", length=BLOCK, attr=b"p")), "either",
                 "error or nothing to download; padding is never a file")


# ------------------------------------------------------- counts, sizes and types


def add_file_lists(out):
    many = [entry(b"%x" % i, length=1) for i in range(2500)]
    empty = [entry(b"%x" % i, length=0) for i in range(2500)]
    one = multi(entry(b"x"))
    for case in (
            ("files-2500", multi(*many), "ok", "2500 files of one byte"),
            ("files-empty-2500", multi(*empty, entry(b"z", length=5)), "ok", "2500 empty files"),
            ("files-nothing", multi(), "error", "empty list of files"),
            ("files-all-empty", multi(entry(b"a", length=0)), "error", "0 bytes in all"),
            ("files-not-list", single(files=b"x"), "either", "error, or the length counts"),
            ("files-not-dict", dict(one, files=[b"x"]), "error", "a string among the files"),
            ("path-not-list", dict(one, files=[{"length": 10, "path": b"x"}]), "error",
             "a string as path"),
            ("path-int", dict(one, files=[{"length": 10, "path": [3]}]), "error",
             "a number in the path"),
            ("length-and-files", dict(one, length=10), "either", "error, or the files count"),
            ("length-string", single(length=b"5", pieces=fake_hashes(1)), "error",
             "length is a string")):
        out.add_info(*case)


def add_sizes(out):
    def sized(length, pieces=1, piece_length=BLOCK):
        return single(length=length, piece_length=piece_length, pieces=fake_hashes(pieces))

    for kind, value in (("zero", 0), ("one", 1), ("minus", -16384), ("2g", 1 << 31),
                        ("4g", 1 << 32), ("max64", INT64_MAX), ("min64", INT64_MIN)):
        out.add_info("piecelen-" + kind, sized(100, piece_length=value), "error",
                     "piece length %d; no division by zero, no overflow" % value)
    for kind, value in (("zero", 0), ("minus", -1), ("min64", INT64_MIN)):
        out.add_info("length-" + kind, sized(value), "error", "a size below 1")
    wrapping = [entry(b"a", length=INT64_MAX), entry(b"b", length=INT64_MAX), entry(b"c", length=3)]
    cancelling = [entry(b"a", length=50), entry(b"b", length=-10)]
    for case in (
            ("piecelen-odd", sized(100, piece_length=16385), "ok", "unusual, but v1 allows it"),
            ("piecelen-string", sized(100, piece_length=b"16384"), "error", "a string"),
            ("piecelen-512m", sized(1 << 29, piece_length=1 << 29), "either",
             "error, or loads without a buffer of 512 MiB"),
            ("length-max64", sized(INT64_MAX), "error", "rounding up to pieces may not overflow"),
            ("length-sum-wrap", multi(*wrapping, pieces=fake_hashes(1)), "error",
             "sizes add up to 2^64 + 1, may not become 1"),
            ("length-sum-cancel", multi(*cancelling, pieces=fake_hashes(1)), "error",
             "one size is negative though the sum is not"),
            ("pieces-short", sized(40000, 2), "error", "2 hashes for 3 pieces"),
            ("pieces-long", sized(40000, 4), "error", "4 hashes for 3 pieces"),
            ("pieces-none", sized(5, 0), "error", "no hash for 1 piece"),
            ("pieces-not-multiple", single(pieces=b"\x11" * 61), "error", "3 hashes and a byte"),
            ("pieces-list", single(pieces=[b"\x11" * 20] * 3), "error", "a list of hashes"),
            ("pieces-millions", sized(1 << 40, piece_length=1), "error", "2^40 pieces, one hash")):
        out.add_info(*case)


def add_optional_fields(out):
    nodes = [[b"127.0.0.1", 99999], [b"127.0.0.1", -1], [b"h" * 5000, 1], [3, b"x"], b"x",
             [b"127.0.0.1"]]
    for name, top, detail in (
            ("nodes-bad", {"nodes": nodes}, "6 bad DHT nodes, none kept"),
            ("creation-date-min", {"creation_date": INT64_MIN}, "a date nobody can format"),
            ("creation-date-max", {"creation_date": INT64_MAX}, "a date nobody can format"),
            ("creation-date-string", {"creation_date": b"today"}, "a date that is text: ignored")):
        out.add(name, metainfo(single(), **top), "ok", detail)
    out.add_info("private-2", single(private=2), "either", "taken as private, always the same way")
    out.add_info("private-string", single(private=b"1"), "either",
                 "private or not, always the same way")


# ------------------------------------------------------------------ info dicts


def add_info_dicts(out):
    tail = b"4:name1:t12:piece lengthi16384e"
    hashes = b"6:pieces20:" + fake_hashes(1)
    unsorted = Verbatim(b"d" + hashes + tail + b"6:lengthi5ee")
    padded = Verbatim(b"d6:lengthi05e" + tail + hashes + b"e")
    unknown = single(name=b"extra", x_unknown={"deep": [[[[1, 2, {"a": b"b"}]]]], "z": bytes(100)})
    inner = single(name=b"outer", info=single(name=b"inner"))
    twice = raw_dict(("length", 5), ("length", 6), ("name", "t"), ("piece length", BLOCK),
                     ("pieces", fake_hashes(1)))
    decoy = b"4:infod6:lengthi1e4:name5:decoye"
    announce = [("announce", LOCAL + x) for x in (b"1", b"2")]
    first, second = (("info", single(name=name)) for name in (b"one", b"two"))
    for case in (
            ("info-missing", {"announce": LOCAL + b"a"}, "error", "only a tracker"),
            ("info-string", {"info": b"x"}, "error", "a string as info"),
            ("info-empty", {"info": {}}, "error", "an empty info"),
            ("info-twice", raw_dict(first, second), "either",
             "error, or the first one is both used and hashed"),
            ("info-unsorted", metainfo(unsorted), "ok", "hash of the bytes as they stand"),
            ("info-noncanonical-int", metainfo(padded), "either",
             "error, or hash of the bytes as they stand"),
            ("info-unknown-keys", metainfo(unknown), "ok", "unknown keys are part of the hash"),
            ("info-nested-info", metainfo(inner), "ok", "an info inside info is just data"),
            ("info-decoy", metainfo(single(), comment=decoy), "ok",
             "the comment looks like an info dict; finding it by search hashes the wrong bytes"),
            ("info-dup-key", metainfo(twice), "error", "length stands twice in info"),
            ("announce-twice", raw_dict(*announce, ("info", single())), "either",
             "error, or the first tracker counts")):
        out.add(*case)


# ------------------------------------------------------------------------ URLs

REFUSED_URLS = {
    "badhost": b"http://[::1/announce",
    "blank": b"   ",
    "crlf": b"http://127.0.0.1:9/a\r\nX-Injected: 1\r\n\r\n",
    "dict": b"dict://127.0.0.1:11211/stats",
    "empty": b"",
    "file": b"file:///etc/passwd",
    "ftp": b"ftp://127.0.0.1/x",
    "gopher": b"gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript": b"javascript:alert(1)",
    "port0": b"http://127.0.0.1:0/a",
    "port99999": b"http://127.0.0.1:99999/a",
    "scp": b"scp://127.0.0.1/x",
    "udp-long": b"udp://" + b"h" * 3000 + b":1/",
    "udp-noport": b"udp://127.0.0.1/announce",
}
ALLOWED_URLS = {
    "fragment": b"http://127.0.0.1:9/a#frag",
    "idn": "http://bt1.archiv\uff45.org:6969/announce".encode(),
    "int-ip": b"http://2130706433:9/a",
    "long": LOCAL + b"a" * 9000,
    "meta": b"http://169.254.169.254/latest/meta-data/",
    "query-spoof": LOCAL + b"a?info_hash=" + b"A" * 20 + b"&port=1",
    "rpc": b"http://127.0.0.1:9091/transmission/rpc?x=",
    "userinfo": b"http://user:pass@127.0.0.1:9/a",
}


def add_urls(out):
    for kind, url in REFUSED_URLS.items():
        for what, top in (("tracker", {"announce": url}), ("webseed", {"url_list": [url]})):
            out.add("%s-%s" % (what, kind), metainfo(single(), **top), "ignore",
                    "the torrent loads, this %s is never contacted" % what)
    for kind, url in ALLOWED_URLS.items():
        out.add("tracker-" + kind, metainfo(single(), announce=url), "ok",
                "loads; a local address is only contacted if the path ends in /announce")
        out.add("webseed-" + kind, metainfo(single(), url_list=[url]), "ok",
                "loads; a local address is only contacted without a query")
    tiers = [[b"udp://127.0.0.1:%d/" % port] for port in range(1000, 3000)]
    mixed = [b"x", [3, [b"y"]], {"a": 1}, []]
    for name, top, detail in (
            ("trackers-2000", {"announce_list": tiers}, "2000 tiers: a bounded number is kept"),
            ("trackers-bad-types", {"announce": 3, "announce_list": mixed}, "no usable tracker"),
            ("trackers-flat", {"announce_list": [LOCAL + b"announce"]},
             "a list without tiers: used or skipped"),
            ("webseeds-1000", {"url_list": [LOCAL + b"%d" % i for i in range(1000)]},
             "1000 web seeds: only a few connections at once"),
            ("webseed-string", {"url_list": LOCAL + b"f"}, "one web seed, not in a list")):
        out.add(name, metainfo(single(), **top), "ok", detail)


# ------------------------------------------------------------------- version 2


def add_v2_bad(out):
    def deep(levels):
        return Verbatim(b"d1:d" * levels + benc(leaf()) + b"e" * levels)

    one = leaf(1)
    unsorted = raw_dict(("b", leaf()), ("a", leaf()))
    repeated = raw_dict(("a", leaf()), ("a", leaf(200)))
    for name, tree, expect, detail in (
            ("depth-90", deep(90), "either", "90 folders; no recursion on the stack"),
            ("depth-5000", deep(5000), "error", "5000 folders"),
            ("dup-name", repeated, "error", "a stands twice in the tree"),
            ("empty-tree", {}, "error", "nothing in the tree"),
            ("file-and-dir", {"a": dict(one, b=leaf())}, "error", "a file with files in it"),
            ("leaf-not-dict", {"a": {"": 5}}, "error", "a number in place of a file"),
            ("length-max", {"a": leaf(INT64_MAX)}, "error", "rounding up may not overflow"),
            ("length-minus", {"a": leaf(-5)}, "error", "a size below 0"),
            ("name-dotdot", {"..": {"x": leaf()}}, "either", BELOW),
            ("name-empty", {"": one}, "error", "a file without a name"),
            ("name-slash", {"a/../../b": leaf()}, "either", BELOW),
            ("root-31", {"a": leaf(root=b"r" * 31)}, "error", "a root of 31 bytes"),
            ("root-missing", {"a": {"": {"length": 100}}}, "error", "a file without root"),
            ("unsorted", unsorted, "either", "error, or hash of the bytes as they stand")):
        out.add("v2-" + name, v2_metainfo(tree), expect, detail)
    for name, field, value, detail in (
            ("piecelen-24k", "piece length", 24576, "24 KiB, must be a power of two"),
            ("piecelen-8k", "piece length", 8192, "8 KiB, must be at least 16"),
            ("version-3", "meta version", 3, "a version that does not exist; say so")):
        out.add("v2-" + name, v2_metainfo({"a": leaf()}, **{field: value}), "error", detail)
    treeless = v2_info({}, name=b"x")
    del treeless["file tree"]
    out.add("v2-no-tree", {"info": treeless}, "error", "the tree itself is missing")


def add_v2_layers(out):
    tree = {"a": leaf(40000)}
    other = hashlib.sha256(b"q").digest()
    for name, files, layers, expect, detail in (
            ("missing", tree, {}, "ok", "3 pieces without layer: peers have the hashes"),
            ("short", tree, {FAKE_ROOT: b"\x22" * 64}, "error", "2 hashes for 3 pieces"),
            ("unknown", {"a": leaf()}, {other: b"\x22" * 32}, "either",
             "a layer for no file: error or ignored"),
            ("wrong", tree, {FAKE_ROOT: b"\x22" * 96}, "error", "does not lead to the root")):
        out.add("v2-layer-" + name, v2_metainfo(files, layers), expect, detail)
    out.add("v2-layers-list", {"info": v2_info({"a": leaf()}), "piece layers": [1]}, "error",
            "a list as layers")


def add_v2_good(out):
    out.add("v2-ok-small", v2_metainfo({"a": leaf()}), "ok", "a file of one piece has no layer")
    out.add("v2-empty-file", v2_metainfo({"a": {"": {"length": 0}}, "b": leaf()}), "ok",
            "a file of 0 bytes comes without root")
    data = noise("v2 layer", 100000)
    root, layer = merkle(data, 32768)
    out.add("v2-layer-ok", v2_metainfo({"a": leaf(len(data), root)}, {root: layer},
                                       **{"piece length": 32768}), "ok", "a layer of 4 hashes")
    twins = {"a": leaf(len(data), root), "b": leaf(len(data), root)}
    out.add("v2-same-root", v2_metainfo(twins, {root: layer}, **{"piece length": 32768}), "ok",
            "two equal files share one layer")
    exact, _ = merkle(data[:32768], 32768)
    out.add("v2-exact-piece", v2_metainfo({"a": leaf(32768, exact)}, **{"piece length": 32768}),
            "ok", "a file of exactly one piece has no layer")


def add_hybrids(out):
    def hybrid(v1, tree, layers=None):
        info = dict(v1, **{"file tree": tree, "meta version": 2})
        return {"info": info, "piece layers": layers or {}}

    out.add("hybrid-mismatch-name", hybrid(single(name=b"v2", length=100), {"other": leaf()}),
            "error", "v1 and v2 name different files")
    out.add("hybrid-mismatch-size", hybrid(single(name=b"v2", length=101), {"v2": leaf()}),
            "error", "v1 and v2 give different sizes")
    first, second = noise("hybrid a", 20000), noise("hybrid b", 5000)
    roots = [merkle(data, 32768)[0] for data in (first, second)]
    padded = first + bytes(32768 - len(first)) + second
    pad = entry(b".pad", b"12768", length=12768, attr=b"p")
    files = [entry(b"a", length=20000), pad, entry(b"b", length=5000)]
    tree = {"a": leaf(20000, roots[0]), "b": leaf(5000, roots[1])}
    v1 = multi(*files, name=b"both", piece_length=32768, pieces=piece_hashes(padded, 32768))
    out.add("hybrid-ok", hybrid(v1, tree), "ok", "2 files, padding between them in the v1 part")


# --------------------------------------------------------------- damaged files


def add_damage(out):
    whole = benc(metainfo(single(name=b"cut", length=BLOCK * 200)))
    for size in (1, 2, 10, len(whole) // 2, len(whole) - 1):
        out.add("truncated-%d" % size, whole[:size], "error", "the first %d bytes" % size)
    small = benc(metainfo(single()))
    for case in (
            ("zeros-4096", bytes(4096), "error", "zeros only, as a power cut leaves them"),
            ("html", b"<!DOCTYPE html><html><body>404 not found</body></html>", "error",
             "a web page; the message should say so"),
            ("gzip", gzipped(whole), "error", "compressed; the message should say so"),
            ("bom", b"\xef\xbb\xbf" + small, "error", "byte order mark in front"),
            ("trailing-newline", small + b"\r\n", "ok", "a line end behind the torrent"),
            ("trailing-torrent", small + small, "either", "error, or the second is ignored")):
        out.add(*case)


def build():
    out = Torrents()
    for part in (add_texts, add_paths, add_collisions, add_links, add_file_lists, add_sizes,
                 add_optional_fields, add_info_dicts, add_urls, add_v2_bad, add_v2_layers,
                 add_v2_good, add_hybrids, add_damage):
        part(out)
    return out.folder
