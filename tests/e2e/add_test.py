#!/usr/bin/env python3
"""Adding torrents on the screen: who is asked for the files, which of them
are taken, what is written before that (nothing), and what a restart keeps.

The program runs in tmux, against peers that are processes of the same
program, all on 127.0.0.1.  Needs tmux.

    add_test.py [WORD...]    only the cases whose names contain a word
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.parse

from lib.bttui import Folder, Seed, Torrent, Tracker, session
from lib.cases import case, equal, run, true, wait_until
from lib.terminal import SERVER, Screen

KIB = 1024


FILES = {"film.mkv": 200 * KIB, "Extras/one.mp4": 90 * KIB,
         "Extras/two.mp4": 70 * KIB, "read.me": 3000}


def open_empty(c, **more):
    s = Screen(c, session(c), **more)
    s.wait_for("Add your first torrent")
    return s


def link_of(t, *seeds):
    return t.magnet() + "".join("&x.pe=" + s.addr for s in seeds)


def downloads(c):
    return sorted(os.path.relpath(os.path.join(d, f), c.path("downloads"))
                  for d, _, names in os.walk(c.path("downloads"))
                  for f in names)


def is_kept(c):
    """The session knows the one torrent, and its files."""
    try:
        with open(c.path("state", "session"), "rb") as f:
            return b"12:has metadatai1e" in f.read()
    except OSError:
        return False


@case
def a_link_waits_for_a_choice_and_takes_just_that(c):
    t = Folder(c, "Film", FILES)
    seed = Seed(c, [t])
    s = open_empty(c)
    s.paste(link_of(t, seed))
    s.wait_for("Magnet link, web")
    s.keys("Enter")
    s.wait_for("Film: choose files", 15)
    for words in ["film.mkv", "Extras/", "one.mp4", "4 of 4 files", "fits"]:
        s.wait_for(words)
    equal(downloads(c), [], "files before the choice")
    s.type("/*.mp4")
    s.wait_gone("film.mkv")
    s.keys("Enter", "*", "Escape")
    s.wait_for("film.mkv")
    s.wait_for("2 of 4 files")
    s.keys("Enter")
    s.wait_for("Film is complete", 15)
    equal([f for f in downloads(c) if not f.startswith(".")],
          ["Film/film.mkv", "Film/read.me"], "files")
    true(t.is_right(c, "film.mkv") and t.is_right(c, "read.me"), "the data")


@case
def a_choice_waits_for_the_next_start(c):
    t = Folder(c, "Film", FILES)
    seed = Seed(c, [t])
    s = open_empty(c)
    s.paste(link_of(t, seed))
    s.wait_for("Magnet link, web")
    s.keys("Enter")
    s.wait_for("Film: choose files", 15)
    s.keys("Escape")
    s.wait_for("the file list is here: Enter chooses files")
    wait_until(lambda: is_kept(c), 5, "the list with its file list")
    os.kill(s.pid(), signal.SIGKILL)
    s.wait_dead()
    s = Screen(c, session(c))
    s.wait_for("the file list is here: Enter chooses files")
    equal(downloads(c), [], "files before the choice")
    s.keys("Enter")
    s.wait_for("Film: choose files")
    # The folder Extras, then another place to save to.
    s.keys("j", "Space")
    s.wait_for("2 of 4 files")
    s.keys("Tab", "C-u")
    s.type(c.folder("elsewhere"))
    s.keys("Tab", "Enter")
    s.wait_for("Film is complete", 15)
    equal(downloads(c), [], "files in the usual folder")
    equal(sorted(os.listdir(c.path("elsewhere", "Film"))),
          ["film.mkv", "read.me"], "files")


@case
def a_link_nobody_answers_shows_who_is_asked(c):
    t = Torrent(c, "film.mkv", 64 * KIB, piece="16K")
    tracker = Tracker(c)
    s = open_empty(c)
    s.paste("%s&tr=%s" % (t.magnet(), urllib.parse.quote(tracker.url, "")))
    s.wait_for("1 tracker")
    s.keys("Enter")
    s.wait_for("fetching the file list")
    for words in ["DHT", "Trackers", "1 of 1 answered", "0 connected",
                  "its size is not known"]:
        s.wait_for(words)
    s.keys("Escape")
    s.wait_gone("Trackers")
    s.wait_for(re.compile("◇ film.mkv"))
    # Enter on the row shows it again, and there it can be given up.
    s.keys("Enter")
    s.wait_for("1 of 1 answered")
    s.keys("BTab", "Enter")
    s.wait_for("Add your first torrent")


@case
def small_screens_have_the_same_dialogs(c):
    t = Folder(c, "Film", FILES)
    seed = Seed(c, [t])
    s = Screen(c, session(c), cols=40, rows=12)
    s.wait_for("Nothing here yet")
    s.paste(link_of(t, seed))
    s.wait_for("Add torrent")
    s.keys("Enter")
    s.wait_for("[ Start ]", 15)
    s.wait_for("4 of 4")
    s.keys("j", "Space")
    s.wait_for("2 of 4")
    s.resize(80, 24)
    s.wait_for("Film: choose files")
    s.keys("Enter")
    s.wait_for("Film is complete", 15)
    true(not os.path.exists(c.path("downloads", "Film", "Extras")),
         "a folder that was not chosen")


@case
def a_torrent_file_shows_its_files_at_once_and_esc_takes_it_back(c):
    t = Folder(c, "Film", FILES)
    s = open_empty(c)
    s.paste(t.file)
    s.wait_for(re.compile("KiB, 4 files"))
    s.keys("Enter")
    s.wait_for("Film: choose files")
    s.wait_for("4 of 4 files")
    s.keys("Escape")
    s.wait_for("Add your first torrent")
    equal(downloads(c), [], "files")


@case
def a_web_address_is_fetched_before_the_choice(c):
    t = Folder(c, "Film", FILES)
    web = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1",
         "-d", c.dir, "0"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True)

    def stop_web():
        web.terminate()
        web.wait(5)
        web.stdout.close()

    c.later(stop_web)
    port = re.search(r"port (\d+)", web.stdout.readline()).group(1)
    s = open_empty(c)
    s.paste("http://127.0.0.1:%s/none.torrent" % port)
    s.wait_for("web address of a .torrent")
    s.keys("Enter")
    s.wait_for("404")
    s.keys("Escape")
    s.wait_for("Add your first torrent")
    s.paste("http://127.0.0.1:%s/Film.torrent" % port)
    s.keys("Enter")
    s.wait_for("Film: choose files")
    s.keys("Escape")
    s.wait_for(re.compile("‖ Film"))


@case
def several_links_are_added_at_once(c):
    one = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    two = Torrent(c, "two.iso", 64 * KIB, piece="16K")
    s = Screen(c, session(c, "--paused", one.file))
    s.wait_for("one.iso")
    s.paste("\n".join([one.magnet(), two.magnet(),
                       "http://127.0.0.1:1/x.torrent", two.file]))
    s.wait_for("Pasted: 4 links")
    s.wait_for("Add 3")
    s.keys("Down", "Down", "Space")
    s.wait_for("Add 2")
    s.keys("Enter")
    s.wait_gone("Pasted")
    s.wait_for("2 torrents")


if __name__ == "__main__":
    if not shutil.which("tmux"):
        print("SKIP adding on the screen: tmux is not installed")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    try:
        status = run(sys.argv[1:])
    finally:
        SERVER.close()
    sys.exit(status)
