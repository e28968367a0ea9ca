#!/usr/bin/env python3
"""Links on the command line: `show` asks peers what is behind them, `get`
takes the files of a selection.  All on 127.0.0.1.

    magnet_test.py [WORD...]    only the cases whose names contain a word
"""
import hashlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

from lib.bttui import (BTTUI, QUIET, Folder, Process, Seed, Tracker,
                       environment, free_port)
from lib.cases import case, equal, run, true, wait_until
from lib.metadata_peer import MetadataPeer, bencode

KIB = 1024
FILES = {"film.mkv": 200 * KIB, "Extras/one.mp4": 90 * KIB,
         "Extras/two.mp4": 70 * KIB, "read.me": 3000}


# --- helpers


def bttui(c, *args, status=0, timeout=60):
    """Its standard output, and the lines of its standard error."""
    p = subprocess.run([BTTUI, *args], env=environment(c), cwd=c.dir,
                       capture_output=True, text=True, timeout=timeout,
                       stdin=subprocess.DEVNULL)
    lines = p.stderr.splitlines()
    true(p.returncode == status, "bttui %s: exit status %d, not %d: %s %s" % (
        " ".join(args), p.returncode, status, p.stdout, p.stderr))
    true(all(x.startswith("bttui: ") for x in lines), p.stderr)
    return p.stdout, lines


def show(c, *args, **more):
    return bttui(c, "show", *QUIET, "-p", "0", "--config", c.path("config"),
                 *args, **more)


def get(c, *args, **more):
    return bttui(c, "get", *QUIET, "-p", "0", "--config", c.path("config"),
                 "--timeout", "30", "-d", c.path("downloads"), *args, **more)


def link_of(t, *seeds, more=""):
    return t.magnet() + "".join("&x.pe=" + s.addr for s in seeds) + more


def downloads(c):
    return sorted(os.path.relpath(os.path.join(d, f), c.path("downloads"))
                  for d, _, names in os.walk(c.path("downloads"))
                  for f in names if "/.bttui" not in os.path.join(d, f))


def of_info(text):
    """What is in the info dictionary: all that peers can know."""
    return {k: v for k, v in json.loads(text).items()
            if k not in ("created_by", "created", "trackers")}


def is_clean(c):
    """A fetch leaves nothing: no state, no data, no temporary folder."""
    return os.listdir(c.folder("tmp")) == [] and not os.path.exists(
        c.path(".local")) and not os.path.exists(c.path("Downloads"))


# --- show


@case
def show_of_a_link_prints_what_show_of_its_file_prints(c):
    tracker = Tracker(c)
    t = Folder(c, "Film", FILES, tracker=tracker.url)
    Seed(c, [t])
    text, _ = show(c, t.file)
    want = "".join(x + "\n" for x in text.splitlines()
                   if not x.startswith("created by"))
    got, errors = show(c, "--timeout", "20", t.magnet() + "&tr=" +
                       urllib.parse.quote(tracker.url, safe=""))
    equal(got, want, "text")
    equal(errors, [], "complaints")
    true(is_clean(c), "something was left")


@case
def show_takes_peers_of_the_link_and_of_the_command_line(c):
    t = Folder(c, "Film", FILES)
    seed = Seed(c, [t])
    want = of_info(show(c, "--json", t.file)[0])
    got = show(c, "--json", "--timeout", "20", link_of(t, seed))[0]
    equal(of_info(got), want, "by x.pe")
    equal(len(got.splitlines()), 1, "lines")
    got = show(c, "--json", "--timeout", "20", "--peer", seed.addr, t.hash)[0]
    equal(of_info(got), want, "of an info-hash, by --peer")
    true(is_clean(c), "something was left")


@case
def show_asks_the_dht(c):
    t = Folder(c, "Film", FILES)
    ports = [free_port() for _ in range(3)]
    ring = ["--bind", "127.0.0.1", "--no-lsd", "--no-portmap", "--no-pex",
            "--config", c.path("config")]
    for i, port in enumerate(ports):
        name = "node%d" % i
        Process(c, name, "get", "--seed", *ring, "-p", str(port), "--dht-node",
                "127.0.0.1:%d" % ports[i - 1], "--state", c.path(name), "-d",
                t.folder, t.file).wait_for("ready 1")
    got, _ = bttui(c, "show", *ring, "-p", "0", "--dht-node",
                   "127.0.0.1:%d" % ports[0], "--json", "--timeout", "30",
                   t.magnet())
    equal(of_info(got), of_info(show(c, "--json", t.file)[0]), "by the DHT")


@case
def show_fetches_a_torrent_from_the_web(c):
    t = Folder(c, "Film", FILES)
    with open(t.file, "rb") as f:
        body = f.read()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/film.torrent"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(body if found else b"no")

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    c.later(server.server_close)
    c.later(server.shutdown)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d/" % server.server_port
    equal(show(c, url + "film.torrent")[0], show(c, t.file)[0], "text")
    out, errors = show(c, url + "nothing.torrent", status=1)
    true(out == "" and len(errors) == 1 and "404" in errors[0], errors)
    show(c, "--no-fetch", url + "film.torrent", status=1)


@case
def show_gives_up_after_its_timeout(c):
    t = Folder(c, "Film", FILES)
    begun = time.monotonic()
    out, errors = show(c, "--timeout", "2", t.magnet() + "&x.pe=127.0.0.1:1",
                       status=3)
    true(1.5 < time.monotonic() - begun < 8, "too early or too late")
    true(out == "" and len(errors) == 1 and
         "no file list after 2 seconds: 1 address known" in errors[0], errors)
    true(is_clean(c), "something was left")


@case
def show_says_at_once_that_nobody_can_be_asked(c):
    out, errors = show(c, "magnet:?xt=urn:btih:" + "5" * 40, status=1)
    true(out == "" and len(errors) == 1 and "nobody can be asked" in errors[0],
         errors)
    show(c, "magnet:?dn=x", status=1)


@case
def show_without_fetching_says_what_the_link_says(c):
    link = "magnet:?xt=urn:btih:" + "5" * 40 + "&dn=A%1b+film&so=0,2-3"
    out, _ = show(c, "--no-fetch", link)
    true("\x1b" not in out and "files        1,3-4" in out, out)
    got = json.loads(show(c, "--no-fetch", "--json", link)[0])
    equal(got["select"], [{"first": 1, "last": 1}, {"first": 3, "last": 4}],
          "select")


@case
def show_that_is_stopped_leaves_nothing(c):
    t = Folder(c, "Film", FILES)
    p = subprocess.Popen(
        [BTTUI, "show", *QUIET, "-p", "0", "--config", c.path("config"),
         t.magnet() + "&x.pe=127.0.0.1:1"], env=environment(c), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    c.later(p.kill)
    wait_until(lambda: any(os.listdir(c.path("tmp", d))
                           for d in os.listdir(c.folder("tmp"))), 10, "start")
    time.sleep(0.3)
    p.send_signal(signal.SIGTERM)
    out, err = p.communicate(timeout=10)
    equal((p.returncode, out), (1, ""), "status and output")
    true(err.startswith("bttui: stopped before"), err)
    true(is_clean(c), "something was left")


@case
def a_file_list_of_many_parts_comes_from_several_peers(c):
    info = bencode({"name": "many", "piece length": 16384,
                    "pieces": b"p" * 20, "files": [
                        {"length": 1, "path": ["folder", "file %06d" % i]}
                        for i in range(4000)]})
    h = hashlib.sha1(info).digest()
    peers = [MetadataPeer(c, h, info, seconds=0.1) for _ in range(3)]
    link = "magnet:?xt=urn:btih:" + h.hex() + "".join(
        "&x.pe=" + p.addr for p in peers)
    got = json.loads(show(c, "--json", "--timeout", "20", link)[0])
    equal(len(got["files"]), 4000, "files")
    parts = -(-len(info) // 16384)
    asked = sorted(sum((p.asked for p in peers), []))
    equal(sorted(set(asked)), list(range(parts)), "parts asked for")
    true(sum(1 for p in peers if p.asked) > 1, "one peer gave everything")


@case
def a_file_list_that_makes_no_sense_is_a_fault(c):
    info = b"d4:name4:junk12:piece lengthi-1e6:pieces0:e"
    h = hashlib.sha1(info).digest()
    link = "magnet:?xt=urn:btih:%s&x.pe=%s" % (
        h.hex(), MetadataPeer(c, h, info).addr)
    out, errors = show(c, "--timeout", "20", link, status=1)
    true(out == "" and len(errors) == 1, errors)
    _, errors = get(c, link, status=1)
    true(len(errors) == 1 and "piece length" in errors[0], errors)


# --- get


@case
def get_selects_files_of_a_link(c):
    t = Folder(c, "Film", FILES)
    seed = Seed(c, [t])
    for number, (select, want) in enumerate([
            ("*.mp4", ["Extras/one.mp4", "Extras/two.mp4"]),
            ("Film/read.me", ["read.me"]),
            ("1,4", ["Extras/one.mp4", "read.me"]),
            ("2-3", ["Extras/two.mp4", "film.mkv"])]):
        folder = c.path("downloads%d" % number)
        get(c, "-d", folder, "--select", select, link_of(t, seed))
        got = sorted(os.path.relpath(os.path.join(d, f), folder + "/Film")
                     for d, _, names in os.walk(folder + "/Film")
                     for f in names)
        equal(got, want, "--select " + select)


@case
def the_selection_of_a_link_counts_unless_another_is_given(c):
    t = Folder(c, "Film", FILES)
    seed = Seed(c, [t])
    link = link_of(t, seed, more="&so=0,3")
    get(c, link)
    equal(downloads(c), ["Film/Extras/one.mp4", "Film/read.me"], "files")
    get(c, "-d", c.path("other"), "--select", "2", link)
    equal(sorted(os.listdir(c.path("other", "Film"))), ["Extras"], "files")


@case
def a_selection_that_matches_nothing_is_refused_by_its_name(c):
    t = Folder(c, "Film", FILES)
    seed = Seed(c, [t])
    for what in (link_of(t, seed), t.file):
        for select in ("*.flac", "77-80"):
            _, errors = get(c, "--select", select, what, status=1)
            true(len(errors) == 1 and select in errors[0], errors)
    equal(downloads(c), [], "files")


@case
def get_without_anybody_to_ask_ends_with_its_timeout(c):
    _, errors = get(c, "--timeout", "2", "magnet:?xt=urn:btih:" + "5" * 40,
                    status=3)
    equal(len(errors), 1, "lines")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
