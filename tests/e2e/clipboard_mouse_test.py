#!/usr/bin/env python3
"""The terminal's clipboard and mouse: what is copied leaves as OSC 52, clicks
sort, choose and open, and the mouse can be left to the terminal.

The program runs in tmux, on 127.0.0.1.  Needs tmux.

    clipboard_mouse_test.py [WORD...]   only the cases whose names contain one
"""
import base64
import re
import sys

from lib.bttui import Torrent, session
from lib.cases import case, equal, run, true, wait_until
from lib.terminal import SERVER, Screen

KIB = 1024


def open_three(c):
    """Three paused torrents, the largest in the middle by name."""
    torrents = [Torrent(c, n, size * KIB, piece="16K")
                for n, size in [("alpha", 64), ("beta", 512), ("gamma", 128)]]
    s = Screen(c, session(c, "--paused", *[t.file for t in torrents]))
    s.wait_for("gamma")
    return s, torrents


def place_of(s, words):
    """The cell, from 1, where the words begin."""
    for y, row in enumerate(s.text().split("\n")):
        if words in row:
            return row.index(words) + 1, y + 1
    raise AssertionError("no %r on the screen" % words)


def click(s, words, button=0):
    x, y = place_of(s, words)
    s.type("\x1b[<%d;%d;%dM\x1b[<%d;%d;%dm" % (button, x, y, button, x, y))


@case
def a_click_on_a_head_sorts_and_again_reverses(c):
    s, _ = open_three(c)
    click(s, "Size")
    s.wait_for(re.compile("sort . size"))
    s.wait_for(re.compile("beta.*gamma.*alpha", re.S))
    click(s, "Size")
    s.wait_for(re.compile("alpha.*gamma.*beta", re.S))


@case
def two_clicks_on_a_row_open_it(c):
    s, _ = open_three(c)
    x, y = place_of(s, "beta")
    s.type("\x1b[<0;%d;%dM" % (x, y) * 2)
    s.wait_for("Overview")
    s.wait_for("beta")


@case
def the_mouse_can_be_left_to_the_terminal(c):
    s, _ = open_three(c)
    equal(s.format("#{mouse_any_flag}"), "1", "mouse at first")
    s.command("set mouse off")
    wait_until(lambda: s.format("#{mouse_any_flag}") == "0", 3, "no mouse")
    s.command("set mouse on")
    wait_until(lambda: s.format("#{mouse_any_flag} #{mouse_sgr_flag}") ==
               "1 1", 3, "mouse again")


@case
def what_is_copied_leaves_as_osc_52(c):
    s, torrents = open_three(c)
    path = s.record()

    def copied():
        with open(path, "rb") as f:
            found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\a", f.read())
        return [base64.b64decode(b).decode() for b in found]

    s.type("/beta\r")
    s.type("yn")
    s.wait_for("copied the name")
    wait_until(lambda: copied() == ["beta"], 3, "name on its way")
    s.command("copy hash")
    s.wait_for("copied the info hash")
    wait_until(lambda: copied()[1:] == [torrents[1].hash], 3, "hash")
    s.command("copy magnet")
    s.wait_for("copied the magnet link")
    wait_until(lambda: len(copied()) == 3, 3, "magnet link")
    true(copied()[2].startswith("magnet:?xt=urn:btih:" + torrents[1].hash),
         "magnet link: " + copied()[2])


if __name__ == "__main__":
    try:
        status = run(sys.argv[1:])
    finally:
        SERVER.close()
    sys.exit(status)
