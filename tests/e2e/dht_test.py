#!/usr/bin/env python3
"""The DHT on the full screen, in a ring of the program's own processes on
127.0.0.1 that know nobody else.  Needs tmux.

    dht_test.py [WORD...]    only the cases whose names contain a word
"""
import os
import re
import shutil
import sys

from lib.bttui import BTTUI, Process, Torrent, free_port, sha
from lib.cases import case, equal, run, wait_until
from lib.terminal import SERVER, Screen

KIB = 1024
NODES = 5


# --- helpers


def quiet(port, *nodes):
    """Nobody but these nodes is ever asked."""
    assert nodes
    args = ["--bind", "127.0.0.1", "--no-lsd", "--no-portmap", "--no-pex",
            "-p", str(port)]
    for n in nodes:
        args += ["--dht-node", "127.0.0.1:%d" % n]
    return args


class Node(Process):
    """`bttui get --seed` of one torrent, that joins by another node."""

    def __init__(self, c, t, port, other):
        name = "node%d" % port
        super().__init__(
            c, name, "get", "--seed", *quiet(port, other), "--state",
            c.path(name), "--config", c.path(name + ".config"), "-d",
            t.folder, t.file)
        self.wait_for("ready 1")


def open_ring(c, size=256 * KIB):
    """Nodes that know each other in a circle; the ports, the torrent."""
    t = Torrent(c, "film.mkv", size, piece="16K")
    ports = [free_port() for _ in range(NODES)]
    for i, port in enumerate(ports):
        Node(c, t, port, ports[i - 1])
    return ports, t


def open_screen(c, *nodes, more=(), **size):
    port = free_port()
    return Screen(c, [BTTUI, *quiet(port, *nodes), "--state",
                      c.path("state"), "--config", c.path("config"), "--dir",
                      c.folder("downloads"), *more], **size)


# --- cases


@case
def a_magnet_link_without_a_tracker_is_found_and_shown(c):
    ports, t = open_ring(c)
    s = open_screen(c, ports[0])
    s.wait_for("Add your first torrent")
    s.wait_for(re.compile(r"DHT [1-9]\d*  "), 20)
    s.wait_for(re.compile(r"│ v4  [▁-█]+ +[1-9]\d* good +\d+ unsure"))
    s.wait_for(re.compile(r"RTT \d+ ms median"))
    s.paste(t.magnet())
    s.wait_for("magnet link: film.mkv, 0 trackers")
    s.keys("Enter")
    s.wait_for("choose files", 30)  # its list of files came through the DHT
    s.keys("Enter")
    wait_until(lambda: sha(c.path("downloads", t.name)) == t.sha(), 30,
               "download through the DHT")
    s.wait_for(re.compile(r"✓ announce +film\.mkv +[1-9]\d* of \d+"), 30)


@case
def the_page_shows_the_node_and_its_buckets(c):
    ports, _ = open_ring(c)
    s = open_screen(c, ports[0])
    s.wait_for(re.compile(r"DHT [1-9]\d*  "), 20)
    s.keys("5", "5")
    s.wait_for(re.compile(r"v4 own id [0-9a-f]{40}"))
    for words in ["IPv4 buckets: ", "Messages per second", "read-only no",
                  "Round trip times: median", "Lookups in flight", "joined: "]:
        s.wait_for(words)
    s.keys("r")
    s.wait_for(re.compile(r"refresh +bucket 0"))
    s.keys("Enter")
    s.wait_for("IPv4 bucket 0: ")
    s.wait_for(re.compile(r"[●○] [0-9a-f]{40} 127\.0\.0\.1:\d+"))
    s.keys("Escape")
    s.wait_gone("IPv4 bucket 0: ")
    s.command("dht lookup " + "0123456789abcdef" * 2 + "01234567")
    s.wait_for(re.compile(r"get_peers 01234567… "))
    s.keys("w")
    wait_until(lambda: os.path.exists(c.path("state", "dht")), 5,
               "saved nodes")


@case
def it_is_switched_off_and_on_by_a_command(c):
    ports, _ = open_ring(c)
    s = open_screen(c, ports[0], cols=80, rows=24)
    s.wait_for(re.compile(r"DHT [1-9]\d* "), 20)
    s.command("dht off")
    s.wait_for("The DHT is off in settings")
    s.wait_gone(re.compile(r"DHT \d"))
    s.command("dht on")
    s.wait_for(re.compile(r"DHT [1-9]\d* "), 20)
    s.wait_gone("The DHT is off")


@case
def who_finds_nobody_is_told_and_can_name_a_node(c):
    ports, _ = open_ring(c)
    s = open_screen(c, free_port())
    s.wait_for("DHT 0 joining…")
    s.wait_for("joining: 1 bootstrap node asked, 0 answered", 15)
    s.command("dht add 127.0.0.1:%d" % ports[0])
    s.wait_for("asking that node")
    s.wait_for(re.compile(r"│ v4  [▁-█]+ +[1-9]\d* good"), 30)


@case
def a_vt100_shows_heights_as_digits(c):
    ports, _ = open_ring(c)
    s = open_screen(c, ports[0], TERM="vt100", LC_ALL="C")
    s.wait_for(re.compile(r"\| v4  [0-9.+]+ +[1-9]\d* good"), 20)
    s.keys("5", "5")
    s.wait_for(re.compile(r"1 +o"))
    text = s.text()
    equal([ch for ch in text if ord(ch) > 126], [], "not ASCII")


if __name__ == "__main__":
    if not shutil.which("tmux"):
        print("SKIP the whole DHT: tmux is not installed")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    try:
        status = run(sys.argv[1:])
    finally:
        SERVER.close()
    sys.exit(status)
