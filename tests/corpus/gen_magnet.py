"""Cases for magnet links: one link per file, without a line end unless it is the point."""
import base64
import hashlib

from corpus_lib import TARGET_HASH, Folder

HEX = TARGET_HASH.hex()
BASE32 = base64.b32encode(TARGET_HASH).decode()
V2_HASH = hashlib.sha256(b"v2").hexdigest()
PLAIN = "magnet:?xt=urn:btih:" + HEX
V2 = "urn:btmh:1220" + V2_HASH
FILE_URL = "file%3A%2F%2F%2Fetc%2Fpasswd"
LOCAL_URL = "http%3A%2F%2F127.0.0.1%3A9%2F"

# Spellings of the same torrent: all give HEX as v1 hash and nothing else.
SPELLINGS = {
    "00": (PLAIN, "hexadecimal"),
    "01": ("magnet:?xt=urn:btih:" + HEX.upper(), "hexadecimal in upper case"),
    "02": ("magnet:?xt=urn:btih:" + BASE32, "base32"),
    "03": ("magnet:?xt=urn:btih:" + BASE32.lower(), "base32 in lower case"),
    "07": ("magnet:?xt.1=urn:btih:" + HEX, "numbered key"),
    "18": (PLAIN + "&so=0-4294967295,7,-1," + "9" * 20,
           "selected files: ranges are clamped, nothing allocated for them"),
    "unknown-keys": ("magnet:?foo=bar&x&" + PLAIN[8:] + "&kt=a+b&", "unknown and empty keys"),
    "line-end": (PLAIN + "\r\n", "a line end from pasting"),
}

# file: (link, detail, columns)
LISTS = {
    "05": ("magnet:?xt=" + V2, "v2 hash only", {"info_hash_v1": "-", "info_hash_v2": V2_HASH}),
    "06": (PLAIN + "&xt=" + V2, "hashes of both versions", {"info_hash_v2": V2_HASH}),
    "08": ("magnet:?dn=x&" + PLAIN[8:] + "&tr=" + LOCAL_URL
           + "announce&tr=udp%3A%2F%2F127.0.0.1%3A9",
           "a name and 2 trackers", {"name": "x", "trackers": 2}),
    "09": (PLAIN + "&x.pe=127.0.0.1:6881&x.pe=[::1]:6881", "an IPv4 and an IPv6 peer",
           {"peers": 2}),
    "10": (PLAIN + "&x.pe=127.0.0.1&x.pe=:1&x.pe=1.2.3.4:99999&x.pe=[::1&x.pe=" + "a" * 500,
           "5 broken peers, none kept", {}),
    "14": (PLAIN + "&dn=" + "A" * 20000, "a name of 20000 letters, cut on screen", {"name": "-"}),
    "15": (PLAIN + ("&tr=" + LOCAL_URL + "a") * 1000, "1000 times one tracker", {"trackers": 1}),
    "16": (PLAIN + ("&ws=" + LOCAL_URL + "f") * 1000, "1000 times one web seed", {"web_seeds": 1}),
    "17": (PLAIN + "&tr=%s&ws=%s&xs=%s" % ((FILE_URL,) * 3)
           + "&as=http%3A%2F%2F127.0.0.1%3A9091%2F",
           "file URLs are dropped, xs and as never fetched unasked", {}),
    "29": (PLAIN + "&tr=%", "a tracker with half an escape is dropped", {}),
    "dn-plus": (PLAIN + "&dn=a%2Bb%26c", "escaped + and & belong to the name", {"name": "a+b&c"}),
    "tr-numbered": (PLAIN + "&tr.1=" + LOCAL_URL + "announce", "numbered tracker key",
                    {"trackers": 1}),
}

NAMES = {
    "11": ("%1b%5d52%3bc%3bYQ%3d%3d%07evil%9b31m", "a name with terminal commands"),
    "12": ("..%2f..%2fetc%2fpasswd", "a name that is a path"),
    "13": ("%00%ff%fe", "a name that is not UTF-8"),
}

BROKEN = {
    "19": (PLAIN[:-1], "39 hexadecimal digits"),
    "20": (PLAIN + "0", "41 hexadecimal digits"),
    "21": ("magnet:?xt=urn:btih:" + "g" * 40, "40 letters that are no digits"),
    "22": ("magnet:?xt=urn:btih:" + "1" * 32, "base32 has no digit 1"),
    "23": ("magnet:?xt=urn:btih:", "hash missing"),
    "24": ("magnet:?xt=urn:btmh:1220ab", "v2 hash of one byte"),
    "25": ("magnet:?xt=urn:btmh:1114" + HEX, "multihash of another kind (SHA-1)"),
    "26": ("magnet:?xt=urn:sha1:" + BASE32, "another network's hash"),
    "28": ("magnet:?xt=urn:btih:" + "%" * 40, "40 half escapes as hash"),
    "31": ("magnet:?", "no keys"),
    "32": ("magnet:", "no question mark"),
    "33": ("http://example.invalid/?" + PLAIN[8:], "a web address"),
    "btmh-65": ("magnet:?xt=" + V2 + "0", "65 hexadecimal digits in a v2 hash"),
}

EITHER = {
    "04": ("MAGNET:?XT=URN:BTIH:" + HEX, "upper case: ok, or error because of the keys"),
    "27": (PLAIN + "&xt=urn:btih:" + "0" * 40, "two v1 hashes: error or the first"),
    "30": (PLAIN + "&" * 5000 + "=" * 5000, "5000 empty keys; time must stay linear"),
    "34": (HEX, "a hash without a link: error or that torrent"),
    "xt-escaped": ("magnet:?xt=urn%3Abtih%3A" + HEX, "escaped colons: ok (wanted) or error"),
}


def build():
    folder = Folder("magnet", values=("info_hash_v1", "info_hash_v2", "name", "trackers", "peers",
                                      "web_seeds"))
    nothing = {"info_hash_v1": HEX, "trackers": 0, "peers": 0, "web_seeds": 0}
    for name, (link, detail) in SPELLINGS.items():
        folder.add(name + ".txt", link.encode(), "ok", detail, **nothing)
    for name, (link, detail, columns) in LISTS.items():
        folder.add(name + ".txt", link.encode(), "ok", detail, **dict(nothing, **columns))
    for name, (dn, detail) in NAMES.items():
        folder.add(name + ".txt", (PLAIN + "&dn=" + dn).encode(), "repair", detail, **nothing)
    for name, (link, detail) in BROKEN.items():
        folder.add(name + ".txt", link.encode(), "error", detail)
    for name, (link, detail) in EITHER.items():
        folder.add(name + ".txt", link.encode(), "either", detail, info_hash_v1=HEX)
    return folder
