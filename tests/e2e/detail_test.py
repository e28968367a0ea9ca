#!/usr/bin/env python3
"""One torrent alone on the full screen, with real keys and real peers.

The program runs in tmux, against peers that are processes of the same
program, all on 127.0.0.1.  Needs tmux.

    detail_test.py [WORD...]    only the cases whose names contain a word
"""
import os
import re
import shutil
import sys

from lib.bttui import Seed, Torrent, Tracker, session, sha
from lib.cases import case, equal, run, true, wait_until
from lib.terminal import SERVER, Screen

KIB = 1024


# --- helpers


def open_download(c, size=1536 * KIB, rate="120k", name="film.mkv", **more):
    """A session that downloads from a slow seed its tracker tells of."""
    t = Torrent(c, name, size, piece="32K")
    seed = Seed(c, [t], rate)
    tracker = Tracker(c, seed.addr)
    s = Screen(c, session(c, t.file), **more)
    s.wait_for(name)
    s.keys(":")
    s.type("tracker add " + tracker.url)
    s.keys("Enter")
    s.wait_for(re.compile("▼ +" + re.escape(name)), 15)
    return s, t, tracker


# --- cases


@case
def enter_shows_the_torrent_and_back_returns_to_it(c):
    one = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    two = Torrent(c, "two.iso", 96 * KIB, piece="16K")
    s = Screen(c, session(c, "--paused", one.file, two.file))
    s.wait_for(re.compile("‖ +two.iso"))
    s.keys("G")
    s.wait_for(re.compile("▸‖ +two.iso"))
    s.keys("Enter")
    s.wait_for("[1 Overview]")
    s.wait_for("torrent 2 of 2")
    true(s.shows("two.iso"), "no name")
    s.wait_for(re.compile("Hash +" + two.hash))
    true(not s.shows("4 Speed"), "the dashboard is still there")
    s.keys("5")
    s.wait_for("[5 Pieces]")
    s.keys("K")
    s.wait_for("torrent 1 of 2")
    s.wait_for("one.iso")
    true(s.shows("[5 Pieces]"), "the tab did not stay")
    s.keys("h", "Escape")
    s.wait_for("4 Speed")
    s.wait_for(re.compile("▸‖ +one.iso"))
    s.keys("l")
    s.wait_for("[1 Overview]")
    s.keys("q")
    s.wait_for("4 Speed")


@case
def the_tabs_show_a_download(c):
    s, t, tracker = open_download(c)
    s.keys("Enter")
    s.wait_for("downloading from 1 of 1 peer", 8)
    s.wait_for(re.compile(r"Came by +tracker 1"))
    s.wait_for(re.compile(r"Pieces +48 of 32 KiB"))
    s.keys("4")
    s.wait_for(re.compile(re.escape(tracker.url[:30]) + r".*✓ ok"))
    s.wait_for(re.compile(r"DHT +- off"))
    s.keys("3")
    s.wait_for("127.0.0.1")
    s.keys("2")
    s.wait_for("film.mkv")
    s.keys("5")
    s.wait_for("── piece 0 ")
    s.wait_for("in film.mkv")
    s.wait_for(re.compile(r"In flight: [1-9]"))
    s.keys("G")
    s.wait_for("── piece 47 ")
    s.keys("#")
    s.wait_for("Go to piece:")
    s.type("99")
    s.keys("Enter")
    s.wait_for("the last piece is 47")
    s.keys("C-u")
    s.type("12")
    s.keys("Enter")
    s.wait_for("── piece 12 ")
    s.keys("6")
    s.wait_for("film.mkv")
    s.command("limit down 0")
    s.wait_for("film.mkv is complete", 25)
    equal(sha(c.path("downloads", t.name)), t.sha(), "the data")


@case
def a_tracker_is_added_and_taken_away(c):
    t = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    s = Screen(c, session(c, "--paused", t.file))
    s.wait_for(re.compile("‖ +one.iso"))
    s.keys("Enter", "4")
    s.wait_for("it names no tracker")
    s.keys("i")
    s.wait_for("Address of the tracker:")
    s.type("gopher://127.0.0.1/")
    s.keys("Enter")
    s.wait_for("! ")
    true(s.shows("Address of the tracker: gopher"), "the text is gone")
    s.keys("C-u")
    s.type("http://127.0.0.1:9/announce")
    s.keys("Enter")
    s.wait_for(re.compile(r"▸ 1 +http://127.0.0.1:9/announce +· not asked"))
    s.keys("x")
    s.wait_for("Press x once more")
    s.keys("x")
    s.wait_for("it names no tracker")


@case
def a_damaged_piece_is_found_and_told(c):
    t = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    folder = c.folder("downloads")
    shutil.copy(os.path.join(t.folder, t.name), folder)
    s = Screen(c, session(c, t.file))
    s.wait_for("seeding", 10)
    s.keys("Enter", "5")
    s.wait_for("#0 have")
    s.keys("V")
    s.wait_for("piece 0 is good")
    with open(os.path.join(folder, t.name), "r+b") as f:
        f.seek(40 * KIB)
        f.write(b"damaged")
    s.keys("#")
    s.type("2")
    s.keys("Enter")
    s.wait_for("#2 have")
    s.keys("V")
    s.wait_for("piece 2 is damaged on disk")
    s.wait_for("#2 missing")
    s.keys("6")
    s.wait_for(re.compile(r"\[6 Log\]"))
    wait_until(lambda: any("piece 2 is damaged" in l
                           for l in s.lines()[4:20]), 3, "the log's line")


@case
def a_removed_torrent_leaves_its_view(c):
    t = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    s = Screen(c, session(c, "--paused", t.file))
    s.wait_for(re.compile("‖ +one.iso"))
    s.keys("Enter", "2")
    s.wait_for("[2 Files]")
    s.keys("d")
    s.wait_for("Remove 1 torrent?")
    s.keys("Enter")
    s.wait_for("none yet")


@case
def small_screens_have_the_tabs_as_well(c):
    s, t, _ = open_download(c, cols=40, rows=12)
    s.keys("Enter")
    s.wait_for("[1 Overview]")
    for digit, name in [("2", "Files"), ("3", "Peers"), ("4", "Trackers"),
                        ("5", "Pieces"), ("6", "Log")]:
        s.keys(digit)
        s.wait_for("[%s %s]" % (digit, name))
        true(s.shows("? Help"), "no key bar with %s" % name)


if __name__ == "__main__":
    if not shutil.which("tmux"):
        print("SKIP the whole screen: tmux is not installed")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    try:
        status = run(sys.argv[1:])
    finally:
        SERVER.close()
    sys.exit(status)
