#!/usr/bin/env python3
"""The full screen with real keys: what it shows and what keys do.

The program runs in tmux, against peers that are processes of the same
program, all on 127.0.0.1.  Needs tmux.

    screen_test.py [WORD...]    only the cases whose names contain a word
"""
import os
import re
import shutil
import sys

from lib.bttui import Seed, Torrent, Tracker, session, sha
from lib.cases import case, equal, run, true, wait_until
from lib.terminal import SERVER, SGR, Screen

PANES = ["1 Torrents", "2 Pieces", "3 Peers", "4 Speed", "5 DHT"]
KIB = 1024


# --- helpers


def row_of(s, name):
    """The line of the list that begins with this name."""
    for line in s.lines()[1:]:
        if re.match(r"^[▸>*✓ ]*.? ?%s" % re.escape(name), line):
            return line
    return ""


def names_shown(s, names):
    """In the order of the screen."""
    return [n for line in s.lines() for n in names
            if re.search(r"^...? ?%s" % re.escape(n), line)]


def chosen_name(s, names):
    for line in s.lines():
        if line.startswith("▸"):
            return next((n for n in names if n in line), None)
    return None


def open_empty(c, **more):
    s = Screen(c, session(c), **more)
    s.wait_for("Add your first torrent")
    return s


NAMES = ["alpha.iso", "bravo.iso", "charlie.mkv", "delta.iso", "echo.mkv"]


def open_five(c, **more):
    """Five paused torrents of different sizes."""
    torrents = [Torrent(c, n, (40 + 16 * i) * KIB, piece="16K")
                for i, n in enumerate(NAMES)]
    s = Screen(c, session(c, "--paused", *[t.file for t in torrents]), **more)
    wait_until(lambda: len(names_shown(s, NAMES)) == 5, 5, "five torrents")
    wait_until(lambda: all("‖" in row_of(s, n) for n in NAMES), 5,
               "five paused torrents")
    return s, torrents


def put_toasts_away(s):
    s.keys("!")
    s.wait_for("Messages")
    s.keys("Escape")
    s.wait_gone("Messages")


def open_download(c, size=1536 * KIB, rate="300k", name="film.mkv", **more):
    """A session that downloads from a slow seed."""
    t = Torrent(c, name, size, piece="32K")
    seed = Seed(c, [t], rate)
    s = Screen(c, session(c, "--peer", seed.addr, t.file), **more)
    s.wait_for(re.compile("▼ +film.mkv"))
    return s, t


def percent(s, name):
    found = re.search(r"([0-9.]+)%", row_of(s, name))
    return float(found.group(1)) if found else -1.0


def piece_map(s):
    """The left half between the title rules of Pieces and Speed."""
    lines = s.lines()
    top = next(i for i, l in enumerate(lines) if "2 Pieces" in l)
    end = next(i for i, l in enumerate(lines) if "4 Speed" in l)
    return "\n".join(l.split("│")[0] for l in lines[top + 2:end - 1])


def downloaded(c, t):
    return c.path("downloads", t.name)


# --- start


@case
def the_first_start_says_how_to_add_a_torrent(c):
    s = open_empty(c)
    for words in ["1 Torrents", "none yet", "4 Speed", "5 DHT", "a Add",
                  "? Help", "paste a magnet link"]:
        true(s.shows(words), "no %r" % words)
    s.keys("q")
    equal(s.wait_dead(2), "0", "status of q with nothing to do")


@case
def the_dashboard_shows_five_panes_and_the_keys(c):
    t = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    s = Screen(c, session(c, "--paused", t.file))
    s.wait_for("one.iso")
    for words in PANES + ["? Help", "p Pause", "d Remove", "1 torrent"]:
        s.wait_for(words, 1)


# --- adding


@case
def a_path_is_completed_with_tab_and_added_with_enter(c):
    t = Torrent(c, "toronto-tapes.iso", 64 * KIB, piece="16K")
    c.folder("in", "torrents")
    shutil.copy(t.file, c.path("in", "toronto.torrent"))
    open(c.path("in", "torture.txt"), "w").close()
    s = open_empty(c)
    s.keys("a")
    s.wait_for("Magnet link, web address, info hash or file")
    s.type("~/in/tor")
    s.wait_for("toronto.torrent")
    true(s.shows(re.compile("torrents/ +folder")), "the folder is missing")
    true(not s.shows("torture.txt"), "a text file is offered")
    s.type("o")
    s.wait_gone("torrents/ ")
    s.keys("Tab")
    s.wait_for("~/in/toronto.torrent")
    s.keys("Enter")
    s.wait_gone("Magnet link, web")
    s.wait_for("toronto-tapes.iso: choose files")
    s.keys("Enter")
    s.wait_gone("choose files")
    s.wait_for(re.compile("▸. toronto-tapes.iso"))
    s.wait_for("added toronto-tapes.iso")
    # With no peer named and no tracker the why line says what is missing.
    s.wait_for("stalled: no peers known yet")


@case
def a_broken_torrent_file_is_refused_in_words_and_adds_nothing(c):
    with open(c.path("broken.torrent"), "w") as f:
        f.write("this is no torrent")
    s = open_empty(c)
    s.keys("a")
    s.wait_for("Magnet link, web")
    s.type("~/broken.torrent")
    s.keys("Enter")
    s.wait_for(re.compile("not bencod|bencode|not a torrent|broken"))
    s.type("x")
    s.keys("Enter")
    s.wait_for(re.compile("no such file|No such file|not found|cannot"))
    s.keys("Escape")
    s.wait_for("Add your first torrent")


@case
def a_pasted_magnet_opens_add_filled_in_and_runs_no_key(c):
    t = Torrent(c, "tape.iso", 64 * KIB, piece="16K")
    s = open_empty(c)
    s.paste(t.magnet() + "\n")
    s.wait_for("Add torrent")
    s.wait_for("magnet:?xt=urn:btih:" + t.hash[:20])
    s.wait_for("magnet link: tape.iso, 0 trackers")
    s.keys("Escape")
    s.wait_gone("Add torrent")
    true(s.shows("none yet"), "Esc added it")
    s.paste(t.magnet())
    s.wait_for("Add torrent")
    s.keys("Enter")
    s.wait_for("◇")
    s.wait_for("fetching the file list")
    s.keys("Escape")
    s.wait_gone("Add torrent")
    s.paste(t.hash)
    s.wait_for("already in the list")
    s.keys("Enter")
    s.wait_gone("Add torrent")
    s.wait_for("1 torrent ")


@case
def a_paste_of_other_text_changes_nothing_but_tells(c):
    s, _ = open_five(c)
    s.paste("qqqddd")
    s.wait_for("nothing to add in that paste")
    equal(len(names_shown(s, NAMES)), 5, "torrents")
    # Put away, it is still among the messages.
    s.keys("!")
    s.wait_for(re.compile("~.*nothing to add in that paste"))
    s.keys("Escape")
    s.wait_gone("nothing to add")


@case
def a_bad_magnet_is_explained_and_enter_adds_nothing(c):
    s = open_empty(c)
    s.keys("a")
    s.wait_for("Magnet link, web")
    s.type("magnet:?dn=nothing")
    s.wait_for("the link has no usable BitTorrent hash (xt)")
    s.keys("Enter")
    s.wait_still()
    true(s.shows("Add torrent"), "the dialog closed")
    s.keys("Escape")
    s.wait_for("none yet")


# --- a download


@case
def a_download_moves_on_the_map_and_ends_with_a_toast(c):
    s, t = open_download(c)
    s.wait_for(re.compile(r"downloading from 1 of 1 peer.*done at \d\d:\d\d"),
               8)
    first, before = percent(s, t.name), piece_map(s)
    true(0 <= first < 90, "it is at %g %% already" % first)
    true(re.search("[■□]", before), "nothing is asked for: " + before)
    true("127.0.0.1" in s.text(), "the peer is not listed")
    wait_until(lambda: percent(s, t.name) > first, 5, "growing percent")
    wait_until(lambda: piece_map(s) != before, 5, "moving map")
    s.wait_for("film.mkv is complete", 20)
    wait_until(lambda: "100%" in row_of(s, t.name), 3, "100%")
    s.wait_for("seeding: nobody asks")
    equal(sha(downloaded(c, t)), t.sha(), "the data")


@case
def a_magnet_fetches_its_list_from_a_tracker_s_peer_and_completes(c):
    t = Torrent(c, "film.mkv", 256 * KIB, piece="32K")
    seed = Seed(c, [t])
    tracker = Tracker(c, seed.addr)
    s = open_empty(c)
    s.paste("%s&tr=%s" % (t.magnet(), tracker.url))
    s.wait_for("1 tracker")
    s.keys("Enter")
    s.wait_for("film.mkv: choose files", 15)
    s.keys("Enter")
    s.wait_for("film.mkv is complete", 15)
    s.wait_for(re.compile("100%.*"))
    equal(sha(downloaded(c, t)), t.sha(), "the data")


@case
def p_pauses_and_resumes(c):
    s, t = open_download(c, rate="120k")
    s.keys("p")
    s.wait_for(re.compile("‖ film.mkv"), 2)
    s.wait_for("paused · p resumes")
    at = percent(s, t.name)
    s.wait_still()
    wait_until(lambda: percent(s, t.name) >= at, 1, "the same percent")
    held = percent(s, t.name)
    s.keys("p")
    s.wait_for(re.compile("▼ film.mkv"), 5)
    wait_until(lambda: percent(s, t.name) > held, 8, "growing percent")


@case
def space_marks_and_p_pauses_exactly_the_marked(c):
    s, _ = open_five(c)
    s.command("sort name asc")
    wait_until(lambda: names_shown(s, NAMES) == NAMES, 3, "order by name")
    s.keys("g", "Space", "Space", "p")
    for n in NAMES[:2]:
        wait_until(lambda: "‖" not in row_of(s, n), 3, "resumed " + n)
    for n in NAMES[2:]:
        true("‖" in row_of(s, n), n + " was resumed, too")


# --- removing


def quick_download(c):
    t = Torrent(c, "film.mkv", 128 * KIB, piece="32K")
    seed = Seed(c, [t])
    s = Screen(c, session(c, "--peer", seed.addr, t.file))
    s.wait_for("film.mkv is complete", 10)
    wait_until(lambda: sha(downloaded(c, t)) == t.sha(), 3, "the data")
    return s, t


@case
def d_enter_removes_the_torrent_and_keeps_its_files(c):
    s, t = quick_download(c)
    s.keys("d")
    s.wait_for("Remove 1 torrent?")
    s.wait_for("128 KiB on disk")
    s.keys("Escape")
    s.wait_gone("Remove 1 torrent?")
    true(row_of(s, t.name), "Esc removed it")
    s.keys("d")
    s.wait_for("Remove 1 torrent?")
    s.keys("Enter")
    s.wait_for("none yet")
    equal(sha(downloaded(c, t)), t.sha(), "the data")


@case
def d_x_asks_again_before_it_deletes_the_files(c):
    s, t = quick_download(c)
    s.keys("d")
    s.wait_for("Remove 1 torrent?")
    s.keys("x")
    s.wait_for("Really delete the files?")
    s.keys("Escape")
    s.wait_gone("Really delete")
    true(row_of(s, t.name), "Esc removed it")
    equal(sha(downloaded(c, t)), t.sha(), "the data")
    s.keys("d")
    s.wait_for("Remove 1 torrent?")
    s.keys("x")
    s.wait_for("Really delete the files?")
    s.keys("x")
    s.wait_for("none yet")
    wait_until(lambda: not os.path.exists(downloaded(c, t)), 5,
               "deleted file")


# --- order, filter


@case
def the_sort_menu_sorts_and_the_same_letter_reverses(c):
    s, _ = open_five(c)
    s.keys("s")
    s.wait_for("Sort by")
    s.keys("n")
    s.wait_gone("Sort by")
    wait_until(lambda: names_shown(s, NAMES) == NAMES, 3, "order by name")
    true(s.shows(re.compile("sort . name")), "the title does not say it")
    s.keys("s")
    s.wait_for("Sort by")
    s.keys("n")
    wait_until(lambda: names_shown(s, NAMES) == NAMES[::-1], 3, "reverse")
    s.keys("s")
    s.wait_for("Sort by")
    s.keys("s")
    wait_until(lambda: names_shown(s, NAMES) == NAMES[::-1], 3, "by size")
    s.keys("S")
    wait_until(lambda: names_shown(s, NAMES) == NAMES, 3, "smallest first")


@case
def the_filter_narrows_while_typing_and_esc_clears_it(c):
    s, _ = open_five(c)
    s.command("sort name asc")
    s.keys("G")
    wait_until(lambda: chosen_name(s, NAMES) == "echo.mkv", 3, "the last one")
    s.keys("k", "k")
    wait_until(lambda: chosen_name(s, NAMES) == "charlie.mkv", 3, "charlie")
    s.keys("/")
    s.type("mkv")
    wait_until(lambda: names_shown(s, NAMES) == ["charlie.mkv", "echo.mkv"],
               3, "two names")
    s.keys("Enter")
    s.wait_for("/ mkv")
    s.wait_for("2 of 5")
    equal(chosen_name(s, NAMES), "charlie.mkv", "the chosen one")
    s.keys("Escape")
    wait_until(lambda: len(names_shown(s, NAMES)) == 5, 3, "all names")
    equal(chosen_name(s, NAMES), "charlie.mkv", "the chosen one")
    s.keys("f")
    s.wait_for("Show")
    s.keys("e")
    wait_until(lambda: names_shown(s, NAMES) == [], 3, "none in error")


@case
def the_cursor_moves_and_the_pieces_follow_it(c):
    s, _ = open_five(c)
    s.command("sort name asc")
    s.keys("g")
    wait_until(lambda: chosen_name(s, NAMES) == NAMES[0], 3, "the first")
    for step, want in [("j", 1), ("Down", 2), ("G", 4), ("k", 3), ("g", 0)]:
        s.keys(step)
        wait_until(lambda: chosen_name(s, NAMES) == NAMES[want], 3,
                   "%s after %s" % (NAMES[want], step))
        wait_until(lambda: [l for l in s.lines() if l.startswith(
            " " + NAMES[want])], 3, "Pieces of " + NAMES[want])


# --- command line, help, panes


@case
def a_command_is_completed_and_a_wrong_one_is_explained(c):
    s = open_empty(c)
    s.keys(":")
    s.type("lim")
    s.wait_for("limit down <rate>")
    s.keys("Tab")
    s.wait_for(":limit")
    s.keys("C-u")
    s.type("foo")
    s.keys("Enter")
    s.wait_for("no such command; did you mean")
    s.wait_for(":foo")
    s.keys("C-a", "C-k")
    s.type("limit up 2M")
    s.keys("Enter")
    s.wait_for("of 2.00")
    s.command("limit up 0")
    s.wait_gone("of 2.00")
    s.command("set nonsense 3")
    s.wait_for(":set nonsense 3")
    s.wait_for(re.compile("! .*nonsense"))
    s.keys("C-u", "Up")
    s.wait_for(":limit up 0")
    s.keys("Escape")
    s.wait_gone(":limit up 0")


@case
def theme_glyphs_and_colours_change_at_once(c):
    s = open_empty(c)
    s.wait_for("free ")
    before, styled = s.wait_still(), s.styled()
    s.command("theme paper")
    s.wait_for("theme is now paper")
    put_toasts_away(s)
    equal(s.wait_still()[130:], before[130:], "the glyphs")
    true(s.styled() != styled, "no colour changed")
    s.command("glyphs ascii")
    s.wait_for("= 1 Torrents ===")
    s.command("glyphs full")
    s.wait_for("━ 1 Torrents ━━━")
    s.command("colors none")
    s.wait_for("colors is now mono")
    # 39 and 49 are no colours: they take one back.
    wait_until(lambda: not [n for n in sgr_numbers(s.styled())
                            if 30 <= int(n) <= 48 and n != "39"],
               3, "screen without colours")


@case
def help_lists_the_keys_and_runs_one(c):
    s, _ = open_five(c)
    s.keys("?")
    s.wait_for("Help: keys that work here")
    for words in ["add magnet, link, hash, file", "pause or resume", "remove…",
                  "filter by words", "sort by…", "command line", "quit"]:
        true(s.shows(words), "no %r" % words)
    s.keys("/")
    s.type("sort")
    s.wait_gone("pause or resume")
    s.keys("Enter")
    s.wait_for("sort by…")
    s.keys("Enter")
    s.wait_for("Sort by")
    s.keys("Escape")
    s.wait_gone("Sort by")
    s.keys("F1")
    s.wait_for("Help: keys that work here")
    s.keys("q")
    s.wait_gone("Help: keys")
    true(not s.is_dead(), "q in the help ended the program")


@case
def digits_focus_and_zoom_and_escape_goes_back(c):
    s, _ = open_five(c)
    s.wait_for("━ 1 Torrents")
    s.keys("2")
    s.wait_for("━ 2 Pieces")
    s.wait_for("─ 1 Torrents")
    s.keys("2")
    s.wait_gone("1 Torrents")
    s.keys("Escape")
    s.wait_for("1 Torrents")
    s.keys("Escape")
    for digit in "23451":
        s.keys("Tab")
        s.wait_for(re.compile("━ %s [A-Z]" % digit))
    s.keys("z")
    s.wait_gone("4 Speed")
    s.keys("q")
    s.wait_for("4 Speed")
    true(not s.is_dead(), "q in the zoom ended the program")


# --- sizes


@case
def every_size_shows_what_fits_and_none_is_refused(c):
    s, _ = open_five(c)
    put_toasts_away(s)
    big = s.wait_still()
    for cols, rows, words in [
            (80, 24, PANES + ["? Help"]), (40, 12, ["2 Pieces", "↓", "↑"]),
            (24, 4, ["↓", "↑"]), (24, 1, ["↓", "↑"]), (1, 1, []),
            (200, 55, PANES + ["6 Log", "Tracker"]), (120, 36, PANES)]:
        s.resize(cols, rows)
        for w in words:
            s.wait_for(w, 3)
        text = s.wait_still()
        true("too small" not in text, "it refuses %dx%d" % (cols, rows))
        if cols > 1:
            true(all(len(l) <= cols for l in text.split("\n")),
                 "a row is too wide")
        if (cols, rows) == (40, 12):
            true(len(names_shown(s, NAMES)) >= 5, "too few torrents")
    equal(s.wait_still()[150:], big[150:], "the screen after all sizes")


@case
def no_value_is_cut_and_no_name_is_short_at_80x24(c):
    name = "a-name-of-a-film-that-is-much-too-long-for-this-column.mkv"
    t = Torrent(c, name, 200 * KIB, piece="16K")
    s = Screen(c, session(c, "--paused", t.file), cols=80, rows=24)
    found = s.wait_for(re.compile(r"(a-name\S*…\S*\.mkv) "))
    true(len(found.group(1)) >= 24, "the name has %d columns" % len(
        found.group(1)))
    for words in PANES:
        s.wait_for(words, 1)


# --- colours


def sgr_numbers(styled):
    return [n for codes in SGR.findall(styled) for n in codes.split(";") if n]


@case
def no_color_sends_no_colour_and_still_shows_the_focus(c):
    s, _ = open_five(c, NO_COLOR="1")
    for n in sgr_numbers(s.styled()):
        n = int(n)
        true(not (30 <= n <= 38 or 40 <= n <= 48 or 90 <= n <= 107),
             "colour %d" % n)
    s.wait_for("━ 1 Torrents")
    s.wait_for("─ 4 Speed")


@case
def a_terminal_of_256_colours_gets_no_rgb_and_another_does(c):
    t = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    for colorterm, has in [(None, False), ("truecolor", True)]:
        s = Screen(c, session(c, "--paused", t.file), COLORTERM=colorterm)
        path = s.record()
        s.wait_for("one.iso")
        s.keys("C-l")
        wait_until(lambda: os.path.getsize(path) > 2000, 3, "a full redraw")
        s.keys("q")
        s.wait_dead()
        with open(path, "rb") as f:
            data = f.read()
        equal(b"38;2;" in data, has, "rgb with COLORTERM=%s" % colorterm)
        true(b"38;5;" in data or has, "no colours at all")


@case
def a_vt100_without_utf_8_gets_ascii_only(c):
    s, t = open_ascii(c)
    text = s.wait_still()
    true(text.isascii(), "not ascii: %r" % [
        ch for ch in text if ord(ch) > 127][:20])
    s.wait_for("= 1 Torrents ==")
    s.wait_for(re.compile(r">P one\.iso"))
    s.keys("p")
    s.wait_for(re.compile(r">d one\.iso"))
    s.wait_for("stalled: ")
    s.keys("?")
    s.wait_for("Help: keys")
    true(s.text().isascii(), "the help is not ascii")


def open_ascii(c):
    t = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    s = Screen(c, session(c, "--paused", t.file), cols=80, rows=24,
               TERM="vt100", LC_ALL="C")
    s.wait_for("one.iso")
    return s, t


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
