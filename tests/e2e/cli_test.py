#!/usr/bin/env python3
"""The command line as a user and a script meet it, on loopback only.

Runs the program given by BTTUI (default: ./bttui) and checks output, exit
status and what is left on disk.  Needs Python's standard library, nothing
else.  Prints `N passed, N failed, N skipped` at its end.

    python3 tests/e2e/cli_test.py [NAME...]       only tests whose name has NAME
"""
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BTTUI = os.path.abspath(os.environ.get("BTTUI", os.path.join(ROOT, "bttui")))
CORPUS = os.environ.get("BTTUI_CORPUS")
PIECE = 16384
TESTS = []


class Skip(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


class Work:
    """A folder and the processes of one test; both end with it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="bttui-e2e-")
        self.procs = []
        self.env = dict(os.environ, HOME=self.dir, XDG_CONFIG_HOME=self.path("config"),
                        XDG_STATE_HOME=self.path("state"), LC_ALL="C.UTF-8")
        for name in ("XDG_DOWNLOAD_DIR", "BTTUI_CORPUS"):
            self.env.pop(name, None)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def run(self, *args, status=0, timeout=60, **kw):
        r = subprocess.run([BTTUI, *args], capture_output=True, cwd=self.dir, env=self.env,
                           stdin=subprocess.DEVNULL, timeout=timeout, **kw)
        assert r.returncode == status, "bttui %s: exit status %d, not %d: %r %r" % (
            " ".join(args), r.returncode, status, r.stdout[-300:], r.stderr[-300:])
        for line in r.stderr.splitlines():
            assert line.startswith(b"bttui: "), "a line of stderr begins otherwise: %r" % line
        return r

    def start(self, *args):
        p = subprocess.Popen([BTTUI, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.dir,
                             env=self.env, stdin=subprocess.DEVNULL)
        self.procs.append(p)
        return p

    def close(self):
        for p in self.procs:
            if p.poll() is None:
                p.kill()
            p.communicate()
        shutil.rmtree(self.dir, ignore_errors=True)


def line_of(p, pattern, timeout=30):
    """The next line of p's output that matches; others are passed over."""
    found = []

    def look():
        for line in p.stdout:
            m = re.search(pattern, line.decode("utf-8", "replace"))
            if m:
                found.append(m)
                return

    t = threading.Thread(target=look, daemon=True)
    t.start()
    t.join(timeout)
    assert found, "no line %r within %d s" % (pattern, timeout)
    return found[0]


def stop(p, number=signal.SIGINT, status=0, timeout=15):
    p.send_signal(number)
    out, err = p.communicate(timeout=timeout)
    assert p.returncode == status, "exit status %d, not %d: %r" % (p.returncode, status, err[-300:])
    return out, err


def noise(n, seed=1):
    out = b""
    while len(out) < n:
        out += hashlib.sha512(b"%d %d" % (seed, len(out))).digest()
    return out[:n]


def bencode(v):
    if isinstance(v, int):
        return b"i%de" % v
    if isinstance(v, str):
        v = v.encode()
    if isinstance(v, bytes):
        return b"%d:%s" % (len(v), v)
    if isinstance(v, list):
        return b"l" + b"".join(map(bencode, v)) + b"e"
    items = sorted((k.encode() if isinstance(k, str) else k, w) for k, w in v.items())
    return b"d" + b"".join(bencode(k) + bencode(w) for k, w in items) + b"e"


def bdecode(b):
    def value(i):
        c = b[i:i + 1]
        if c == b"i":
            e = b.index(b"e", i)
            return int(b[i + 1:e]), e + 1
        if c == b"l" or c == b"d":
            out, i = [], i + 1
            while b[i:i + 1] != b"e":
                v, i = value(i)
                out.append(v)
            return (dict(zip(out[::2], out[1::2])) if c == b"d" else out), i + 1
        e = b.index(b":", i)
        n = int(b[i:e])
        return b[e + 1:e + 1 + n], e + 1 + n

    v, end = value(0)
    assert end == len(b), "bytes after the end"
    return v


def info_of(torrent):
    return bdecode(torrent)[b"info"]


def sample(w, name="data"):
    """A folder with an odd mix of files; returns its files in torrent order."""
    files = [("a b.bin", noise(100000, 1)), ("empty", b""), ("sub/deep/c", noise(3, 2)),
             ("sub/d.txt", noise(50001, 3)), ("z", noise(PIECE, 4))]
    for path, data in files:
        w.write(os.path.join(name, path), data)
    return sorted(files, key=lambda f: f[0].encode())


def v1_info(name, files, piece=PIECE):
    whole = b"".join(data for _, data in files)
    pieces = b"".join(hashlib.sha1(whole[i:i + piece]).digest() for i in range(0, len(whole), piece))
    return {"files": [{"length": len(d), "path": p.split("/")} for p, d in files], "name": name,
            "piece length": piece, "pieces": pieces}


# ---- the command line itself ----

@test
def version_and_help(w):
    assert re.match(rb"bttui \d+\.\d+\.\d+\n$", w.run("--version").stdout)
    text = w.run("--help").stdout.decode()
    for command in ("get", "check", "show", "create", "tracker", "demo"):
        assert "\n  %s " % command in text
        one = w.run(command, "--help").stdout.decode()
        assert one.startswith("usage: bttui %s" % command)
        assert max(map(len, one.splitlines())) < 80


@test
def the_help_names_every_option_of_the_contract(w):
    session = """dir state config port bind peer dht-node no-dht no-lsd no-pex no-utp no-portmap encryption down-limit
        up-limit select sequential paused verbose log help version""".split()
    want = {"": session, "get": session + "seed seed-ratio seed-time timeout json quiet".split(), "check": ["dir"],
            "show": """json timeout no-fetch config port bind peer dht-node no-dht no-lsd no-pex no-utp no-portmap
                encryption verbose log""".split(), "tracker": "port bind allow interval peer".split(),
            "create": "output tracker webseed piece-size private comment source v1 v2 hybrid no-date".split()}
    for command, names in want.items():
        text = w.run(*([command] if command else []), "--help").stdout.decode()
        for name in names:
            assert re.search(r"--%s\b" % name, text), "%s --%s" % (command, name)


@test
def a_made_up_screen_can_be_printed(w):
    text = w.run("--render", "120x36", "--scene", "dash").stdout.decode()
    lines = text.splitlines()
    assert len(lines) == 36 and max(map(len, lines)) <= 120
    assert "1 Torrents" in text and "\x1b" not in text
    plain = w.run("--render", "80x24", "--style", "ascii").stdout
    assert max(plain) < 128
    assert b"\x1b[" in w.run("--render", "80x24", "--style", "ansi").stdout
    assert w.run("--render", "80x24", "--scene", "nope", status=1).stderr.startswith(b"bttui: a scene is one of ")
    for bad in (["--render", "80"], ["--render", "0x5"], ["--render", "80x24", "--style", "loud"]):
        w.run(*bad, status=2)


@test
def usage_errors_exit_with_2(w):
    for args in (["--nope"], ["get"], ["get", "--dir"], ["get", "--timeout", "soon", "x"], ["get", "-p", "65536", "x"],
                 ["get", "--peer", "here", "x"], ["get", "--quiet=yes", "x"], ["get", "--encryption", "maybe", "x"],
                 ["get", "--bind", "127.0.0.1", "--bind", "127.0.0.2", "x"], ["get", "--down-limit", "fast", "x"],
                 ["check"], ["show"], ["show", "a", "b"], ["show", "--timeout", "soon", "x"], ["create"], ["create", "--piece-size", "20000", "x"],
                 ["create", "-t", "gopher://x", "x"], ["tracker", "x"], ["tracker", "--interval", "0"],
                 ["demo", "x"], ["-z"]):
        r = w.run(*args, status=2)
        assert r.stdout == b"" and r.stderr.startswith(b"bttui: "), args


@test
def what_cannot_be_done_exits_with_1(w):
    w.write("junk", b"this is no torrent")
    os.mkdir(w.path("folder"))
    for args in (["show", "missing"], ["show", "junk"], ["show", "folder"], ["show", "magnet:?dn=x"],
                 ["check", "missing"], ["check", "junk"], ["create", "missing"], ["create", "folder"],
                 ["create", "--v2", "junk"], ["create", "--hybrid", "junk"], ["tracker", "--allow", "missing"],
                 ["tracker", "--bind", "192.0.2.1", "-p", "0"], ["get", "-d", ".", "-p", "0", "missing"],
                 ["get", "-d", ".", "-p", "0", "junk"], ["get", "-d", "junk", "-p", "0", "missing"],
                 ["get", "-d", ".", "-p", "0", "--encryption", "require", "junk"]):
        r = w.run(*args, status=1)
        assert len(r.stderr.splitlines()) == 1, (args, r.stderr)
    assert sorted(os.listdir(w.dir)) == [".bttui", "folder", "junk"], os.listdir(w.dir)


@test
def output_that_cannot_be_written_is_a_failure(w):
    sample(w)
    w.run("create", "-o", "t.torrent", "data")
    with open("/dev/full", "wb") as full:
        r = subprocess.run([BTTUI, "show", w.path("t.torrent")], stdout=full, stderr=subprocess.PIPE, env=w.env)
    assert r.returncode == 1 and r.stderr.startswith(b"bttui: cannot write the output")


@test
def the_demo_needs_a_terminal(w):
    r = w.run("demo", status=1, start_new_session=True)
    assert len(r.stderr.splitlines()) == 1


# ---- show, create, check ----

@test
def show_prints_every_torrent_of_the_corpus_safely(w):
    if not CORPUS:
        raise Skip("BTTUI_CORPUS is not set")
    folder = os.path.join(CORPUS, "gentorrents")
    shown = refused = 0
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".torrent"):
            continue
        for extra in ([], ["--json"]):
            r = subprocess.run([BTTUI, "show", *extra, os.path.join(folder, name)], capture_output=True, env=w.env,
                               timeout=20)
            assert r.returncode in (0, 1), (name, r.returncode, r.stderr)
            out = r.stdout if r.returncode == 0 else r.stderr
            text = out.decode("utf-8")
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), name
            if r.returncode:
                assert len(text.splitlines()) == 1 and r.stdout == b"" and name in text
                refused += 1
            else:
                shown += 1
                if extra:
                    assert isinstance(json.loads(text), dict)
    assert shown and refused


@test
def create_makes_the_info_dictionary_bep_3_describes(w):
    files = sample(w)
    w.run("create", "--piece-size", "16K", "--no-date", "-o", "t.torrent", "data")
    info = info_of(w.read("t.torrent"))
    assert bencode(info) == bencode(v1_info("data", files))
    w.run("create", "--piece-size", "16K", "--private", "--source", "S", "-o", "p.torrent", "data")
    want = dict(v1_info("data", files), private=1, source="S")
    assert bencode(info_of(w.read("p.torrent"))) == bencode(want)


@test
def create_writes_what_was_asked_for(w):
    w.write("one", b"1" * 40000)
    w.run("create", "--piece-size", "16K", "-t", "http://a/announce,udp://b:1", "-t", "http://c/announce", "-w",
          "http://w/one", "--comment", "c\u00e4", "-o", "t.torrent", "one")
    t = bdecode(w.read("t.torrent"))
    assert t[b"announce"] == b"http://a/announce"
    assert t[b"announce-list"] == [[b"http://a/announce", b"udp://b:1"], [b"http://c/announce"]]
    assert t[b"url-list"] == b"http://w/one"
    assert t[b"comment"] == "c\u00e4".encode()
    assert t[b"created by"].startswith(b"bttui ")
    assert abs(t[b"creation date"] - time.time()) < 60
    assert t[b"info"] == {b"length": 40000, b"name": b"one", b"piece length": 16384,
                          b"pieces": b"".join(hashlib.sha1(b"1" * n).digest() for n in (16384, 16384, 7232))}


@test
def create_without_a_date_is_reproducible(w):
    sample(w)
    a = w.run("create", "--no-date", "-o", "-", "data").stdout
    b = w.run("create", "--no-date", "-o", "-", "data/").stdout
    assert a == b and b"creation date" not in a


@test
def create_replaces_only_what_was_named(w):
    w.write("one", b"1")
    w.write("one.torrent", b"precious")
    w.run("create", "one", status=1)
    assert w.read("one.torrent") == b"precious"
    w.run("create", "-o", "one.torrent", "one")
    assert w.read("one.torrent") != b"precious"
    assert sorted(os.listdir(w.dir)) == ["one", "one.torrent"]


@test
def create_agrees_with_transmission(w):
    if not shutil.which("transmission-create"):
        raise Skip("transmission-create is not installed")
    w.write("data/a", noise(70000))
    w.write("data/b/c", noise(1000, 2))
    w.run("create", "--piece-size", "32K", "-o", "ours.torrent", "data")
    subprocess.run(["transmission-create", "-s", "32", "-o", w.path("theirs.torrent"), w.path("data")], check=True,
                   stdout=subprocess.DEVNULL)
    theirs = info_of(w.read("theirs.torrent"))
    theirs.pop(b"private", None)  # written as 0 by transmission
    assert bencode(info_of(w.read("ours.torrent"))) == bencode(theirs)


@test
def create_show_and_check_fit_together(w):
    files = sample(w)
    w.run("create", "-o", "t.torrent", "data")
    shown = json.loads(w.run("show", "--json", "t.torrent").stdout)
    info = bencode(info_of(w.read("t.torrent")))
    assert shown["info_hash_v1"] == hashlib.sha1(info).hexdigest() and shown["info_hash_v2"] is None
    assert [(f["path"], f["size"]) for f in shown["files"]] == [("data/" + p, len(d)) for p, d in files]
    n = shown["pieces"]
    assert w.run("check", "-d", ".", "t.torrent").stdout == b"%d/%d pieces data\n" % (n, n)


@test
def check_finds_what_is_damaged_or_missing(w):
    sample(w)
    w.run("create", "--piece-size", "16K", "-o", "t.torrent", "data")
    with open(w.path("data/a b.bin"), "r+b") as f:
        f.seek(20000)
        f.write(b"\0")
    assert w.run("check", "-d", ".", "t.torrent", status=4).stdout == b"10/11 pieces data\n"
    os.unlink(w.path("data/z"))
    assert w.run("check", "-d", ".", "t.torrent", status=4).stdout == b"8/11 pieces data\n"
    assert w.run("check", "-d", "nowhere", "t.torrent", status=4).stdout == b"0/11 pieces data\n"
    assert not os.path.exists(w.path("nowhere"))
    r = w.run("check", "-d", ".", "t.torrent", "missing", status=1)
    assert r.stdout == b"8/11 pieces data\n"


@test
def check_follows_no_link_out_of_the_folder(w):
    w.write("secret/one", noise(40000))
    w.run("create", "--piece-size", "16K", "-o", "t.torrent", "secret")
    os.mkdir(w.path("dl"))
    os.symlink(w.path("secret"), w.path("dl/secret"))
    r = w.run("check", "-d", "dl", "t.torrent", status=4)
    assert r.stdout == b"0/3 pieces secret\n" and b"symbolic link" in r.stderr


# ---- tracker ----

class Tracker:
    def __init__(self, w, *args):
        self.proc = w.start("tracker", "-p", "0", *(args or ("--bind", "127.0.0.1")))
        m = line_of(self.proc, r"^http://(\[?[0-9a-f.:]+?\]?):(\d+)/announce udp://\1:\2/announce$")
        self.host, self.port = m.group(1).strip("[]"), int(m.group(2))

    def get(self, target):
        host = "[%s]" % self.host if ":" in self.host else self.host
        with urllib.request.urlopen("http://%s:%d%s" % (host, self.port, target), timeout=10) as r:
            return r.read()

    def announce(self, info_hash, port, **more):
        q = dict(info_hash=info_hash, peer_id=b"-XX0000-%012d" % port, port=port, left=1, **more)
        return bdecode(self.get("/announce?" + urllib.parse.urlencode(q)))

    def raw(self, data):
        with socket.create_connection((self.host, self.port), timeout=15) as s:
            s.sendall(data)
            out = b""
            while True:
                part = s.recv(65536)
                if not part:
                    return out
                out += part


H1, H2 = bytes(range(20)), bytes(range(100, 120))


@test
def tracker_answers_http_byte_by_byte(w):
    t = Tracker(w, "--bind", "127.0.0.1", "--interval", "90")
    local = socket.inet_aton("127.0.0.1")
    head = b"d8:completei0e11:external ip4:" + local
    q = urllib.parse.urlencode(dict(info_hash=H1, peer_id=b"p" * 20, port=4001, left=7))
    assert t.get("/announce?" + q) == head + b"10:incompletei1e8:intervali90e5:peers0:e"
    q = urllib.parse.urlencode(dict(info_hash=H1, peer_id=b"q" * 20, port=4002, left=7))
    assert t.get("/announce?" + q) == \
        head + b"10:incompletei2e8:intervali90e5:peers6:" + local + struct.pack(">H", 4001) + b"e"
    assert t.get("/announce?" + q + "&compact=0&no_peer_id=1") == \
        head + b"10:incompletei2e8:intervali90e5:peersld2:ip9:127.0.0.14:porti4001eeee"
    assert t.get("/scrape?" + urllib.parse.urlencode(dict(info_hash=H1))) == \
        b"d5:filesd20:" + H1 + b"d8:completei0e10:downloadedi0e10:incompletei2eeee"
    assert t.get("/announce") == b"d14:failure reason20:info_hash is missinge"
    try:
        t.get("/elsewhere")
        raise AssertionError("a path that is not there was found")
    except urllib.error.HTTPError as e:
        assert e.code == 404
    stop(t.proc, signal.SIGTERM)


@test
def tracker_refuses_what_is_no_http(w):
    t = Tracker(w)
    assert t.raw(b"\x13BitTorrent protocol\n\n").startswith(b"HTTP/1.1 400 ")
    assert t.raw(b"POST /announce HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 405 ")
    assert t.raw(b"GET /" + b"a" * 17000).startswith(b"HTTP/1.1 431 ")
    head = t.raw(b"HEAD /announce HTTP/1.1\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") and head.endswith(b"\r\n\r\n")
    begun = time.time()
    assert t.raw(b"GET /announce HT") == b""
    assert 5 < time.time() - begun < 14
    stop(t.proc)


@test
def tracker_survives_more_connections_than_it_takes(w):
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    t = Tracker(w)
    held = []
    try:
        for _ in range(1100):
            held.append(socket.create_connection((t.host, t.port), timeout=10))
        assert t.announce(H1, 4001)[b"incomplete"] == 1
    finally:
        for s in held:
            s.close()
    stop(t.proc)


def udp_ask(t, data, host=None):
    family = socket.AF_INET6 if ":" in t.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect((t.host, t.port))
        s.send(data)
        return s.recv(4096), s


class UdpClient:
    def __init__(self, t):
        self.s = socket.socket(socket.AF_INET6 if ":" in t.host else socket.AF_INET, socket.SOCK_DGRAM)
        self.s.settimeout(5)
        self.s.connect((t.host, t.port))

    def ask(self, data):
        self.s.send(data)
        return self.s.recv(4096)

    def connect(self):
        r = self.ask(struct.pack(">QII", 0x41727101980, 0, 42))
        action, tid, cid = struct.unpack(">IIQ", r)
        assert (action, tid) == (0, 42)
        return cid


@test
def tracker_answers_udp_byte_by_byte(w):
    t = Tracker(w, "--bind", "127.0.0.1", "--interval", "90")
    t.announce(H1, 4001)
    c = UdpClient(t)
    cid = c.connect()

    def announce(cid, event=2):
        return struct.pack(">QII20s20sQQQIIIiH", cid, 1, 43, H1, b"u" * 20, 0, 0, 0, event, 0, 0, -1, 4002)

    assert c.ask(announce(cid)) == struct.pack(">IIIII", 1, 43, 90, 1, 1) + socket.inet_aton("127.0.0.1") + \
        struct.pack(">H", 4001)
    assert c.ask(struct.pack(">QII", cid, 2, 44) + H1 + H2) == struct.pack(">II", 2, 44) + \
        struct.pack(">III", 1, 0, 1) + struct.pack(">III", 0, 0, 0)
    assert c.ask(announce(cid ^ 1))[:8] == struct.pack(">II", 3, 43)
    assert c.ask(announce(cid, 3))[:20] == struct.pack(">IIIII", 1, 43, 90, 1, 0)
    stop(t.proc)


@test
def tracker_speaks_ipv6(w):
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
    except OSError:
        raise Skip("there is no IPv6 here")
    t = Tracker(w, "--bind", "::1")
    t.announce(H1, 4001)
    a = t.announce(H1, 4002)
    assert a[b"peers"] == b"" and a[b"peers6"] == socket.inet_pton(socket.AF_INET6, "::1") + struct.pack(">H", 4001)
    c = UdpClient(t)
    r = c.ask(struct.pack(">QII20s20sQQQIIIiH", c.connect(), 1, 43, H1, b"u" * 20, 0, 9, 0, 0, 0, 0, -1, 4003))
    assert len(r) == 20 + 2 * 18
    stop(t.proc)


@test
def tracker_serves_allowed_torrents_and_static_peers(w):
    sample(w)
    w.run("create", "-o", "t.torrent", "data")
    own = hashlib.sha1(bencode(info_of(w.read("t.torrent")))).digest()
    t = Tracker(w, "--bind", "127.0.0.1", "--allow", "t.torrent", "--allow", H2.hex(), "--peer", "127.0.0.9:99",
                "--peer", "localhost:98")
    assert b"failure reason" in t.announce(H1, 4001)
    want = socket.inet_aton("127.0.0.9") + struct.pack(">H", 99)
    for h in (own, H2):
        assert t.announce(h, 4001)[b"peers"].startswith(want)
    stop(t.proc)


@test
def tracker_says_when_its_port_is_taken(w):
    t = Tracker(w)
    r = w.run("tracker", "-p", str(t.port), "--bind", "127.0.0.1", status=1)
    assert b"in use" in r.stderr
    stop(t.proc)


# ---- get ----

def seed_of(w, t, *more):
    p = w.start("get", "--seed", "-d", ".", "--state", w.path("seed-state"), "-p", "0", "--bind", "127.0.0.2", *more, t)
    line_of(p, r"^ready 1$")
    return p


def swarm(w, piece="16K"):
    files = sample(w)
    t = Tracker(w)
    w.run("create", "--piece-size", piece, "-t", "http://127.0.0.1:%d/announce" % t.port, "-o", "t.torrent", "data")
    return files, t


def same_files(w, folder, files):
    for path, data in files:
        assert w.read(os.path.join(folder, "data", path)) == data, path


@test
def get_downloads_from_a_seed_of_a_tracker(w):
    files, t = swarm(w)
    s = seed_of(w, "t.torrent")
    r = w.run("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--timeout", "30", "t.torrent")
    assert r.stdout.splitlines()[0] == b"ready 1"
    same_files(w, "dl", files)
    assert sorted(os.listdir(w.path("dl"))) == [".bttui", "data"]
    assert not os.path.exists(w.path("state")), "the session's own state was touched"
    stop(s)
    stop(t.proc)


@test
def get_downloads_over_a_udp_tracker(w):
    files = sample(w)
    t = Tracker(w)
    w.run("create", "-t", "udp://127.0.0.1:%d/announce" % t.port, "-o", "t.torrent", "data")
    s = seed_of(w, "t.torrent")
    w.run("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--timeout", "30", "t.torrent")
    same_files(w, "dl", files)
    stop(s)


@test
def get_dials_the_peer_it_is_given(w):
    files = sample(w)
    w.run("create", "-o", "t.torrent", "data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    s = w.start("get", "--seed", "-d", ".", "--state", w.path("s"), "-p", str(port), "--bind", "127.0.0.1", "t.torrent")
    line_of(s, r"^ready 1$")
    w.run("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--peer", "localhost:%d" % port, "--timeout", "30",
          "t.torrent")
    same_files(w, "dl", files)
    stop(s)


@test
def get_takes_a_magnet_link(w):
    files, t = swarm(w)
    s = seed_of(w, "t.torrent")
    h = hashlib.sha1(bencode(info_of(w.read("t.torrent")))).hexdigest()
    link = "magnet:?xt=urn:btih:%s&tr=%s" % (h, urllib.parse.quote("http://127.0.0.1:%d/announce" % t.port, safe=""))
    w.run("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--timeout", "30", link)
    same_files(w, "dl", files)
    stop(s)


@test
def get_selects_files(w):
    files, t = swarm(w)
    s = seed_of(w, "t.torrent")
    w.run("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--timeout", "30", "--select", "*/sub/*", "t.torrent")
    got = sorted(os.path.relpath(os.path.join(d, f), w.path("dl/data"))
                 for d, _, names in os.walk(w.path("dl/data")) for f in names)
    assert got == ["sub/d.txt", "sub/deep/c"], got
    stop(s)


@test
def get_speaks_json(w):
    files, t = swarm(w)
    s = seed_of(w, "t.torrent")
    r = w.run("get", "--json", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--down-limit", "60k", "--timeout", "40",
              "t.torrent")
    lines = [json.loads(line) for line in r.stdout.splitlines()]
    kinds = [line["type"] for line in lines]
    assert "progress" in kinds and kinds.index("ready") < kinds.index("complete"), kinds
    one = [line for line in lines if line["type"] == "progress"][-1]["torrents"][0]
    assert one["name"] == "data" and one["size"] == sum(len(d) for _, d in files)
    stop(s)


@test
def get_gives_up_after_its_timeout(w):
    sample(w)
    w.run("create", "-o", "t.torrent", "data")
    begun = time.time()
    r = w.run("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--timeout", "2", "t.torrent", status=3)
    assert 1.5 < time.time() - begun < 8 and b"not complete" in r.stderr


@test
def get_that_is_stopped_early_is_not_done(w):
    sample(w)
    w.run("create", "-o", "t.torrent", "data")
    p = w.start("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "t.torrent")
    line_of(p, r"^ready 1$")
    out, err = stop(p, signal.SIGTERM, status=1)
    assert err.startswith(b"bttui: stopped")


@test
def get_has_nothing_to_do_where_all_is_there(w):
    sample(w)
    w.run("create", "-o", "t.torrent", "data")
    r = w.run("get", "-d", ".", "-p", "0", "--bind", "127.0.0.3", "t.torrent")
    assert r.stdout == b"ready 1\n"
    assert w.run("get", "--quiet", "-d", ".", "-p", "0", "--bind", "127.0.0.3", "t.torrent").stdout == b""


@test
def get_seeds_until_it_gave_enough(w):
    files, t = swarm(w)
    s = w.start("get", "--seed-ratio", "0.9", "-d", ".", "--state", w.path("s"), "-p", "0", "--bind", "127.0.0.2",
                "t.torrent")
    line_of(s, r"^ready 1$")
    w.run("get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--timeout", "30", "t.torrent")
    out, err = s.communicate(timeout=15)
    assert s.returncode == 0, err
    s = w.start("get", "--seed-time", "0.03", "-d", ".", "--state", w.path("s"), "-p", "0", "--bind", "127.0.0.2",
                "t.torrent")
    out, err = s.communicate(timeout=15)
    assert s.returncode == 0, err


@test
def get_goes_on_where_it_was_killed(w):
    w.write("data/big", noise(1 << 20))
    t = Tracker(w)
    w.run("create", "--piece-size", "16K", "-t", "http://127.0.0.1:%d/announce" % t.port, "-o", "t.torrent", "data")
    s = seed_of(w, "t.torrent")
    args = ["get", "--json", "-d", "dl", "-p", "0", "--bind", "127.0.0.3"]
    p = w.start(*args, "--down-limit", "200k", "t.torrent")
    deadline = time.time() + 20
    have = 0
    for line in p.stdout:
        line = json.loads(line)
        if line["type"] == "progress":
            have = line["torrents"][0]["have"]
        if have > 300000 or time.time() > deadline:
            break
    p.kill()
    p.communicate()
    assert have > 300000
    r = w.run(*args, "--timeout", "60", "t.torrent")
    down = [x["torrents"][0]["down"] for x in map(json.loads, r.stdout.splitlines()) if x["type"] == "progress"]
    assert w.read("dl/data/big") == w.read("data/big")
    assert not down or max(down) < (1 << 20), "everything was downloaded again"
    stop(s)


@test
def a_second_session_is_refused_with_the_first_ones_number(w):
    sample(w)
    w.run("create", "-o", "t.torrent", "data")
    p = w.start("get", "--seed", "-d", ".", "-p", "0", "--bind", "127.0.0.2", "t.torrent")
    line_of(p, r"^ready 1$")
    r = w.run("get", "-d", ".", "-p", "0", "--bind", "127.0.0.3", "t.torrent", status=1)
    assert str(p.pid).encode() in r.stderr
    stop(p)


@test
def get_fetches_a_torrent_from_the_web(w):
    files, t = swarm(w)
    s = seed_of(w, "t.torrent")
    w.write("web/x.torrent", w.read("t.torrent"))
    web = subprocess.Popen([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "-d", w.path("web"), "0"],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(w.env, PYTHONUNBUFFERED="1"))
    w.procs.append(web)
    port = int(line_of(web, r"port (\d+)").group(1))
    args = ["get", "-d", "dl", "-p", "0", "--bind", "127.0.0.3", "--timeout", "30"]
    r = w.run(*args, "http://127.0.0.1:%d/missing.torrent" % port, status=1)
    assert b"404" in r.stderr
    r = w.run(*args, "http://127.0.0.1:%d/x.torrent" % port)
    assert r.stdout.splitlines()[0] == b"ready 1"
    same_files(w, "dl", files)
    stop(s)


@test
def get_does_what_it_can_of_several(w):
    sample(w)
    w.run("create", "-o", "t.torrent", "data")
    w.write("junk", b"junk")
    r = w.run("get", "-d", ".", "-p", "0", "--bind", "127.0.0.3", "t.torrent", "junk", "t.torrent", status=1)
    assert r.stdout == b"ready 1\n" and b"junk: " in r.stderr


def main():
    wanted = sys.argv[1:]
    passed = failed = skipped = 0
    if not os.access(BTTUI, os.X_OK):
        sys.exit("%s is not there: build it first" % BTTUI)
    for function in TESTS:
        if wanted and not any(x in function.__name__ for x in wanted):
            continue
        w = Work()
        begun = time.time()
        try:
            function(w)
            passed += 1
            result = "ok"
        except Skip as e:
            skipped += 1
            result = "skipped: %s" % e
        except Exception as e:  # any way of failing is one
            failed += 1
            result = "FAILED: %s: %s" % (type(e).__name__, e)
        finally:
            w.close()
        print("%-60s %5.1fs %s" % (function.__name__, time.time() - begun, result), flush=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
