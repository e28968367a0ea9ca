#!/usr/bin/env python3
"""What is set on the screen: it counts at once, and after a restart.

The program runs in tmux on 127.0.0.1, without peers.  Needs tmux.

    settings_test.py [WORD...]    only the cases whose names contain a word
"""
import os
import re
import shutil
import sys

from lib.bttui import Torrent, session
from lib.cases import case, equal, run, true, wait_until
from lib.terminal import SERVER, Screen

KIB = 1024
NAMES = ["alpha.iso", "bravo.iso", "charlie.mkv"]


# --- helpers


def open_three(c, **more):
    torrents = [Torrent(c, n, (40 + 16 * i) * KIB, piece="16K")
                for i, n in enumerate(NAMES)]
    s = Screen(c, session(c, "--paused", *[t.file for t in torrents]), **more)
    wait_until(lambda: all(re.search("‖ " + n, s.text()) for n in NAMES), 5,
               "three paused torrents")
    return s


def again(c, s):
    """The same session once more."""
    s.keys("q")
    equal(s.wait_dead(6), "0", "status of q")
    s = Screen(c, session(c))
    s.wait_for("alpha.iso")
    return s


def config(c):
    try:
        with open(c.path("state.config")) as f:
            return f.read()
    except OSError:
        return ""


def wait_config(c, line):
    wait_until(lambda: line in config(c).splitlines(), 3,
               lambda: "line %r in %r" % (line, config(c)))


def colours(s):
    return {n for sgr in re.findall("\x1b\\[([0-9;]*)m", s.styled())
            for n in re.findall("(?:38|48);5;[0-9]+|(?:3|4|9|10)[0-7]$", sgr)}


def name_order(s):
    return [n for line in s.lines() for n in NAMES
            if re.match("^.{2,4}" + re.escape(n), line)]


# --- cases


@case
def colors_glyphs_and_graph_count_at_once_and_survive_a_restart(c):
    with open(c.path("state.config"), "w") as f:
        f.write("# mine\n\nfps 4 # calm\n")
    s = open_three(c)
    true(colours(s), "no colours at first")
    s.command("colors none")
    wait_until(lambda: not colours(s), 2, "screen without colours")
    s.command("glyphs ascii")
    s.wait_for("= 1 Torrents =")
    s.command("graph blocks")
    s.wait_for("graph is now blocks")
    for line in ["colors = mono", "glyphs = ascii", "graph = blocks"]:
        wait_config(c, line)
    true(config(c).startswith("# mine\n\nfps 4 # calm\n"),
         "the user's lines: %r" % config(c))
    s = again(c, s)
    s.wait_for("= 1 Torrents =")
    true(not colours(s), "colours again")
    s.command("set graph?")
    s.wait_for("graph is blocks")
    s.command("reset glyphs")
    s.wait_for("━ 1 Torrents ━")
    wait_until(lambda: "glyphs" not in config(c), 3, "config without glyphs")


@case
def a_limit_shows_in_the_header_until_it_is_gone(c):
    s = open_three(c)
    s.command("limit up 2M")
    s.wait_for("of 2.00M")
    wait_config(c, "up_limit = 2M")
    s.command("limit up 0")
    s.wait_gone("of 2.00")
    s.keys("t")
    s.wait_for(re.compile("of 100K +slow"))
    s.keys("t")
    s.wait_gone("of 100K")


@case
def a_bound_key_is_in_the_help_and_works_after_a_restart(c):
    s = open_three(c)
    s.command("bind list A add")
    s.wait_for("A is now add")
    s.keys("?")
    s.wait_for(re.compile("A a Ins +add magnet"))
    s.keys("Escape")
    s.wait_gone("Help: keys")
    s.keys("A")
    s.wait_for("Magnet link, web address")
    s.keys("Escape")
    s.wait_gone("Magnet link, web address")
    wait_config(c, "bind list A add")
    s = again(c, s)
    s.wait_for("A Add")
    s.command("unbind list A")
    s.wait_for("a Add")
    wait_until(lambda: "bind" not in config(c), 3, "config without the key")


@case
def right_on_theme_recolours_at_once_and_esc_keeps_it(c):
    s = open_three(c)
    before = colours(s)
    s.keys("F2")
    s.wait_for("Settings ─")
    s.type("/theme")
    s.keys("Enter")
    s.wait_for("‹ aurora ›")
    s.keys("Right")
    s.wait_for("‹ paper ›")
    s.keys("Escape")
    s.wait_gone("Settings ─")
    wait_until(lambda: colours(s) != before, 2, "other colours")
    wait_config(c, "theme = paper")
    s = again(c, s)
    s.command("set theme?")
    s.wait_for("theme is paper")


@case
def labels_order_columns_and_views_are_remembered(c):
    s = open_three(c)
    s.command("sort name desc")
    wait_until(lambda: name_order(s) == NAMES[::-1], 3, "other order")
    s.keys("b")
    s.wait_for(":label ")
    s.type("films")
    s.keys("Enter")
    s.wait_for("label films")
    s.command("columns name,label,size,queue")
    s.wait_for(re.compile("alpha.iso +films +40.0K"))
    s.type("/label:fil")
    s.wait_for("1 of 3")
    s.keys("Enter")
    s.command("view save films")
    s.wait_for("view films is saved")
    wait_config(c, "view films label:fil")
    wait_config(c, "columns torrents name,label,size,queue")
    s.keys("Escape")
    s.wait_gone("1 of 3")
    s = again(c, s)
    wait_until(lambda: name_order(s) == NAMES[::-1], 3, "the order kept")
    s.wait_for(re.compile("alpha.iso +films"))
    s.command("view films")
    s.wait_for("1 of 3")


@case
def the_queue_is_seen_and_moved(c):
    s = open_three(c)
    s.command("set active_downloads 1")
    s.command("sort name")
    s.keys("P")
    s.wait_for(re.compile("○ bravo.iso"))
    s.wait_for(re.compile("○ charlie.mkv"))
    s.keys("G")
    s.wait_for("queued: number 2")
    s.keys("{")
    s.wait_for("queued: number 1")
    s.command("start")
    s.wait_for(re.compile("[▽▼] charlie.mkv"))


@case
def a_theme_of_the_users_is_a_file_in_the_themes_folder(c):
    with open(os.path.join(c.folder("themes"), "night"), "w") as f:
        f.write("base = contrast\ntext = d7af00\n")
    with open(os.path.join(c.folder("themes"), "broken"), "w") as f:
        f.write("text = d7af00\ntext = red\n")
    s = open_three(c)
    s.keys(":")
    s.type("theme ni")
    s.wait_for(":theme night")
    s.keys("Tab", "Enter")
    wait_until(lambda: "38;5;178" in s.styled(), 3, "the file's colour")
    wait_config(c, "theme = night")
    s = again(c, s)
    wait_until(lambda: "38;5;178" in s.styled(), 3, "it after a restart")
    s.command("theme broken")
    s.wait_for("theme broken: line 2: text = red")
    s.command("theme paper")
    wait_until(lambda: "38;5;178" not in s.styled(), 3, "other colours")
    s.command("theme nosuch")
    s.wait_for("there is no theme nosuch")


@case
def nothing_is_kept_where_there_is_no_file(c):
    t = Torrent(c, "one.iso", 64 * KIB, piece="16K")
    argv = session(c, "--paused", t.file)
    argv[argv.index("--config") + 1] = "/dev/null"
    s = Screen(c, argv)
    s.wait_for("one.iso")
    s.command("theme paper")
    s.wait_for("theme is now paper")
    s.keys("F2")
    s.wait_for("until bttui ends")
    true(os.path.exists("/dev/null") and
         not os.path.isfile("/dev/null"), "/dev/null is a file now")


@case
def a_file_that_cannot_be_written_is_told_of(c):
    s = open_three(c)
    os.mkdir(c.path("state.config.tmp"))
    s.command("theme paper")
    s.wait_for("cannot write the settings")


if __name__ == "__main__":
    if not shutil.which("tmux"):
        print("SKIP the settings: tmux is not installed")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    try:
        status = run(sys.argv[1:])
    finally:
        SERVER.close()
    sys.exit(status)
