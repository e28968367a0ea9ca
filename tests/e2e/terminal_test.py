#!/usr/bin/env python3
"""The full screen and its terminal: how it ends, what it leaves behind, what
a slow, shrinking, vanishing or lying surrounding does to it; and the demo.

Needs tmux, and for hostile names the generated torrents in $BTTUI_CORPUS.

    terminal_test.py [WORD...]    only the cases whose names contain a word
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

from lib.bttui import BTTUI, Seed, Torrent, environment, session, sha
from lib.cases import Skipped, case, equal, run, true, wait_until
from lib.terminal import (SERVER, Pty, Screen, cpu_seconds, descendants,
                          is_alive, set_size)

KIB = 1024
MODES = ["1000", "1006", "2004", "1004", "1049", "2026"]


# --- helpers


def paused(c, *names, **more):
    torrents = [Torrent(c, n, 48 * KIB, piece="16K") for n in names]
    return session(c, "--paused", *[t.file for t in torrents], **more)


def downloading(c, size=2048 * KIB, rate="150k"):
    """Its command line, the torrent."""
    t = Torrent(c, "film.mkv", size, piece="32K")
    seed = Seed(c, [t], rate)
    return session(c, "--peer", seed.addr, t.file), t


def percent(text, name="film.mkv"):
    found = re.search(r"%s.*?([0-9.]+)%%" % re.escape(name), text)
    return float(found.group(1)) if found else -1.0


def mode_states(data):
    """The last word about each private mode in the bytes sent."""
    last = {}
    for numbers, word in re.findall(rb"\x1b\[\?([0-9;]+)([hl])", data):
        for n in numbers.split(b";"):
            last[n.decode()] = word.decode()
    return last


def start_in_shell(c, argv, **more):
    """The program at a shell's prompt, and its bytes in a file."""
    s = Screen(c, argv, shell=True, **more)
    path = s.record()
    s.type("go")
    s.keys("Enter")
    return s, path


def check_restored(c, s, path, status):
    """At the prompt again, as if nothing had been."""
    s.wait_for(re.compile(r"status=\d+\."), 8)
    found = re.search(r"status=(\d+)\.", s.text())
    equal(int(found.group(1)), status, "exit status")
    s.wait_for(re.compile(r"status=\d+\.\nready>"))
    equal(s.format("#{alternate_on} #{cursor_flag} #{mouse_any_flag} "
                   "#{mouse_sgr_flag} #{keypad_cursor_flag}"), "0 1 0 0 0",
          "alternate screen, cursor, mouse, sgr mouse, cursor keys")
    with open(c.path("before")) as b, open(c.path("after")) as a:
        equal(a.read(), b.read(), "stty -a")
    with open(path, "rb") as f:
        states = mode_states(f.read().split(b"status=")[0])
    for mode in MODES:
        equal(states.get(mode, "l"), "l", "mode %s" % mode)


def saved_torrents(c):
    """What the next start shows."""
    s = Screen(c, session(c))
    s.wait_for("1 Torrents")
    return s


# --- quitting


@case
def q_asks_while_a_download_runs_and_n_stays(c):
    argv, _ = downloading(c)
    s, path = start_in_shell(c, argv)
    s.wait_for("▼ film.mkv")
    s.keys("q")
    s.wait_for("Quit bttui?")
    s.wait_for("1 download is running.")
    s.keys("n")
    s.wait_gone("Quit bttui?")
    s.keys("q")
    s.wait_for("Quit bttui?")
    s.keys("y")
    check_restored(c, s, path, 0)


@case
def ctrl_c_twice_ends_at_once_and_nothing_is_forgotten(c):
    argv, _ = downloading(c)
    s, path = start_in_shell(c, argv)
    s.wait_for("▼ film.mkv")
    s.keys("C-c")
    s.wait_for("Quit bttui?")
    s.keys("C-c")
    begun = time.monotonic()
    check_restored(c, s, path, 0)
    true(time.monotonic() - begun < 3, "it took %.1f s" % (
        time.monotonic() - begun))
    again = saved_torrents(c)
    again.wait_for("film.mkv")


# --- signals


def ends_by_signal(c, signum, status):
    s, path = start_in_shell(c, paused(c, "one.iso"))
    s.wait_for("one.iso")
    os.kill(s.pid(), signum)
    check_restored(c, s, path, status)
    return s


@case
def sigterm_saves_and_gives_the_terminal_back(c):
    ends_by_signal(c, signal.SIGTERM, 0)
    saved_torrents(c).wait_for("one.iso")


@case
def sighup_saves_and_gives_the_terminal_back(c):
    ends_by_signal(c, signal.SIGHUP, 0)
    saved_torrents(c).wait_for("one.iso")


@case
def sigint_asks_like_ctrl_c_and_twice_ends(c):
    s, path = start_in_shell(c, paused(c, "one.iso"))
    s.wait_for("one.iso")
    pid = s.pid()
    os.kill(pid, signal.SIGINT)
    s.wait_for("Quit bttui?")
    os.kill(pid, signal.SIGINT)
    check_restored(c, s, path, 0)


@case
def a_segmentation_fault_gives_the_terminal_back(c):
    s = ends_by_signal(c, signal.SIGSEGV, 128 + signal.SIGSEGV)
    s.wait_for("bttui: crashed: segmentation fault")
    with open(c.path("state", "crash.log")) as f:
        true("crashed" in f.read(), "crash.log says nothing")


@case
def an_abort_gives_the_terminal_back(c):
    s = ends_by_signal(c, signal.SIGABRT, 128 + signal.SIGABRT)
    s.wait_for("bttui: crashed: aborted")


@case
def a_closed_pane_ends_the_program_saved_and_without_spinning(c):
    argv, t = downloading(c)
    s = Screen(c, argv)
    s.wait_for("▼ film.mkv")
    pid = s.pid()
    before = cpu_seconds(pid)
    spent = [before]

    def gone():
        if not is_alive(pid):
            return True
        spent[0] = cpu_seconds(pid)
        return False
    s.close()
    wait_until(gone, 3, "end of the program")
    true(spent[0] - before < 0.5, "it used %.2f s" % (spent[0] - before))
    saved_torrents(c).wait_for("film.mkv")


@case
def a_pty_that_hangs_up_ends_the_program(c):
    p = Pty(c, paused(c, "one.iso"))
    p.wait_for(b"one.iso")
    p.hang_up()
    p.drained = False
    equal(p.wait_end(3), 0, "exit status")
    saved_torrents(c).wait_for("one.iso")


@case
def ending_right_after_the_start_forgets_nothing(c):
    argv = paused(c, "one.iso")
    for i in range(12):
        state = c.path("state")
        shutil.rmtree(state, ignore_errors=True)
        p = Pty(c, argv)
        # As early as can be: the list of torrents is being read then.
        p.wait_for(b"\x1b[?1000h")
        time.sleep(0.002 * i)
        os.kill(p.pid, signal.SIGTERM)
        equal(p.wait_end(5), 0, "exit status")
        with open(os.path.join(state, "session"), "rb") as f:
            true(b"one.iso" in f.read(), "the list lacks it")


@case
def ctrl_z_says_that_transfers_stop_and_fg_draws_again(c):
    s = Screen(c, paused(c, "one.iso"), shell=True)
    s.type("sh run.sh")
    s.keys("Enter")
    s.wait_for("one.iso")
    for how in ["C-z", ":suspend"]:
        if how == "C-z":
            s.keys("C-z")
        else:
            s.command("suspend")
        s.wait_for("suspended, transfers stop until fg")
        s.wait_for("ready>")
        equal(s.format("#{alternate_on} #{mouse_any_flag} #{cursor_flag}"),
              "0 0 1", "alternate screen, mouse, cursor")
        s.type("echo alive")
        s.keys("Enter")
        s.wait_for(re.compile("^alive", re.M))
        s.type("fg")
        s.keys("Enter")
        begun = time.monotonic()
        s.wait_for("4 Speed", 2)
        true(time.monotonic() - begun < 1, "slow to come back")
        s.keys("?")
        s.wait_for("Help: keys")
        s.keys("Escape")
        s.wait_gone("Help: keys")
    s.keys("q")
    s.wait_for("ready>")


# --- killed, started again, started twice


@case
def after_kill_9_the_next_start_shows_everything_at_once(c):
    argv, t = downloading(c, rate="400k")
    s = Screen(c, argv)
    wait_until(lambda: percent(s.text()) > 20, 10, "a fifth of it")
    reached = percent(s.text())
    time.sleep(0.2)
    os.kill(s.pid(), signal.SIGKILL)
    s.wait_dead()
    begun = time.monotonic()
    s = Screen(c, argv)
    s.wait_for("film.mkv")
    true(time.monotonic() - begun < 2, "slow start")
    # What was written is found again; what was under way may be lost.
    wait_until(lambda: percent(s.text()) >= reached / 2, 5,
               lambda: "half of the %g %%" % reached)
    s.wait_for("film.mkv is complete", 20)
    equal(sha(c.path("downloads", t.name)), t.sha(), "the data")


@case
def a_second_session_on_the_same_state_is_refused_with_the_pid(c):
    first = Screen(c, paused(c, "one.iso"))
    first.wait_for("one.iso")
    pid = first.pid()
    s, path = start_in_shell(c, session(c))
    s.wait_for(re.compile(r"^bttui: .*\b%d\b" % pid, re.M))
    check_restored(c, s, path, 1)
    true(first.shows("one.iso"), "the first one was hurt")


# --- sizes


@case
def two_hundred_resizes_in_two_seconds_leave_no_stale_cell(c):
    s = Screen(c, paused(c, "one.iso", "two.iso", "three.iso"))
    s.wait_for("three.iso")
    fd = os.open(s.tty(), os.O_RDWR | os.O_NOCTTY)
    rng = random.Random(7)
    for _ in range(200):
        set_size(fd, rng.randint(1, 200), rng.randint(1, 60))
        time.sleep(0.01)
    set_size(fd, 120, 36)
    os.close(fd)
    begun = time.monotonic()
    s.keys("?")
    s.wait_for("Help: keys")
    true(time.monotonic() - begun < 1, "slow to answer")
    s.keys("Escape")
    s.wait_gone("Help: keys")
    s.wait_gone("added ", 6)
    seen = s.wait_still()
    s.keys("C-l")
    equal(s.wait_still(), seen, "the screen, drawn anew")


@case
def a_terminal_of_one_cell_or_none_does_no_harm(c):
    p = Pty(c, paused(c, "one.iso"), cols=1, rows=1)
    p.wait_for(b"\x1b[?1000h")
    for cols, rows in [(0, 0), (2, 1), (1, 50), (500, 1), (1000, 300)]:
        p.resize(cols, rows)
        p.read(0.15)
        true(not p.ended(), "it ended at %dx%d" % (cols, rows))
    p.resize(120, 36)
    p.wait_for(b"one.iso")
    p.type(b"q")
    equal(p.wait_end(), 0, "exit status")


# --- a terminal that does not behave


@case
def a_terminal_that_reads_nothing_does_not_stop_the_download(c):
    argv, t = downloading(c, size=1024 * KIB, rate="400k")
    p = Pty(c, argv, drained=False)
    # Never read: the pty is full after the first frames.
    wait_until(lambda: sha(c.path("downloads", t.name)) == t.sha(), 20,
               "complete download")
    begun = time.monotonic()
    p.drained = True
    p.wait_for("film.mkv is complete".encode())
    true(time.monotonic() - begun < 2, "slow to show it")
    p.wait_for(b"100%")
    p.type(b"q")
    equal(p.wait_end(), 0, "exit status")


@case
def keys_sent_byte_by_byte_move_and_a_lone_esc_closes(c):
    p = Pty(c, paused(c, "alpha.iso", "bravo.iso"))
    p.wait_for(b"alpha.iso")
    for byte in b"\x1b[B":
        p.type(bytes([byte]))
        time.sleep(0.008)
    p.type(b"?")
    p.wait_for(b"Help: keys")
    at = len(p.bytes)
    begun = time.monotonic()
    p.type(b"\x1b")
    wait_until(lambda: len(p.read(0.01)) > at, 2, "answer to Esc")
    true(time.monotonic() - begun < 0.3, "slow to close")
    # Sequences that come much too slowly are dropped, not typed.
    for byte in b"\x1b[B":
        p.type(bytes([byte]))
        time.sleep(0.12)
    true(not p.ended(), "it ended")
    p.type(b"q")
    equal(p.wait_end(), 0, "exit status")


@case
def random_bytes_from_the_terminal_do_not_crash_it(c):
    p = Pty(c, paused(c, "one.iso"))
    p.wait_for(b"one.iso")
    rng = random.Random(11)
    # No Ctrl-C, Ctrl-Z, q, Q, y and no colon: it shall stay.
    safe = bytes(b for b in range(256) if b not in b"\x03\x1aqQyYdDx:\r\n")
    for _ in range(60):
        p.type(bytes(rng.choices(safe, k=64)))
        p.read(0.01)
        true(not p.ended(), "it ended with %r" % p.status)
    p.type(b"\x1b[201~")
    p.read(0.3)
    p.type(b"\x1b")
    p.read(0.1)
    os.kill(p.pid, signal.SIGTERM)
    equal(p.wait_end(), 0, "exit status")


@case
def an_unknown_terminal_is_named(c):
    s, path = start_in_shell(c, session(c), TERM="tmux-256color")
    s.wait_for("Add your first")
    s.keys("q")
    check_restored(c, s, path, 0)
    with open(c.path("run.sh")) as f:
        line = f.read()
    with open(c.path("run.sh"), "w") as f:
        f.write("TERM=no-such-terminal\nexport TERM\n%s" % line)
    s.keys("C-l")
    s.type("go")
    s.keys("Enter")
    s.wait_for(re.compile("^bttui: .*no-such-terminal", re.M))
    check_restored(c, s, path, 1)


@case
def where_no_screen_can_be_there_are_lines(c):
    link = "magnet:?dn=quiet&xt=urn:btih:" + "5a" * 20
    for term in ("dumb", "xterm"):  # the second into a pipe
        p = subprocess.Popen(session(c) + [link], env=environment(c, TERM=term),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        try:
            first = p.stdout.readline()
            p.send_signal(signal.SIGTERM)
            out, err = p.communicate(timeout=20)
        finally:
            p.kill()
            p.wait()
        equal(p.returncode, 0, "status")
        assert first.startswith(b"quiet: "), first
        assert b"\x1b" not in first + out + err, (first, out, err)


# --- names of strangers


ALLOWED = re.compile(
    rb"\x1b(?:\[[0-9;?]*[A-Za-z@]|\([0B]|\)[0B]|[=>78M]|\[!p)")


@case
def hostile_names_neither_reach_the_terminal_nor_break_the_screen(c):
    corpus = os.environ.get("BTTUI_CORPUS", "")
    folder = os.path.join(corpus, "gentorrents")
    if not corpus or not os.path.isdir(folder):
        raise Skipped("BTTUI_CORPUS is not set")
    files = sorted(os.path.join(folder, n) for n in os.listdir(folder)
                   if n.startswith("name-")
                   and n not in ("name-int.torrent", "name-missing.torrent"))
    true(len(files) > 10, "only %d hostile names" % len(files))
    p = Pty(c, session(c, "--paused", *files), cols=160, rows=60)
    p.wait_for(b"added ")
    p.read_all()
    for key in b"GgjjjjD\x1b!\x1b?\x1b/x\x1bs\x1b":
        p.type(bytes([key]))
        p.read(0.06)
    check_bytes(p.bytes)
    p.type(b"q")
    equal(p.wait_end(), 0, "exit status")
    s = Screen(c, session(c), cols=160, rows=60)
    s.wait_for("of %d · sort" % len(files))
    put_away(s)
    text = s.wait_still()
    for i, line in enumerate(text.split("\n")):
        true(not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e"
                           "\u2066-\u2069\ufeff]", line),
             "line %d has %r" % (i, line))
    rows = [l for l in text.split("\n") if "‖" in l[:3]]
    true(len(rows) >= 15, "%d rows are intact" % len(rows))
    s.keys("C-l")
    equal(s.wait_still(), text, "the screen, drawn anew")


def put_away(s):
    s.keys("!")
    s.wait_for("Messages")
    s.keys("Escape")
    s.wait_gone("Messages")


def check_bytes(data):
    """Only sequences that curses sends, none that a name could have made."""
    rest = ALLOWED.sub(b"", data)
    at = rest.find(b"\x1b")
    true(at < 0, "escape %r" % rest[max(at - 20, 0):at + 40])
    for bad in range(32):
        if bad not in (8, 9, 10, 13, 14, 15):
            true(bytes([bad]) not in rest, "byte %d" % bad)
    text = rest.decode()  # nothing but UTF-8
    found = re.search("[\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]",
                      text)
    true(not found, "%r" % (found and found.group()))
    modes = set(re.findall(rb"\x1b\[\?([0-9;]+)[hl]", data))
    known = {m.encode() for m in MODES} | {b"1", b"25", b"12", b"7", b"12;25"}
    true(modes <= known, "modes %r" % (modes - known))


# --- the demo


@case
def the_demo_shows_a_swarm_bans_the_liar_and_leaves_nothing(c):
    s = Screen(c, [BTTUI, "demo"])
    s.wait_for("making a private swarm", 3)
    s.wait_for(re.compile(r"▼ "), 20)
    pid = s.pid()
    kids = descendants(pid)
    true(len(kids) >= 5, "only %d others" % len(kids))
    roots = [n for n in os.listdir(c.path("tmp")) if "bttui-demo" in n]
    equal(len(roots), 1, "temporary folders")
    s.command("sort size")
    s.keys("g")
    s.wait_for(re.compile("^▸▼ Harbour", re.M))
    s.wait_for(re.compile(r"downloading from (?:[2-9]|\d\d) of"), 15)
    seen = set()

    def moves():
        seen.add("\n".join(s.lines()[12:24]))
        return len(seen) >= 5
    wait_until(moves, 10, "moving map")

    def liar_is_named():
        s.keys("!")
        s.wait_for("Messages")
        found = s.shows(re.compile(r"127\.0\.0\.25.*ban|ban.*127\.0\.0\.25"))
        s.keys("Escape")
        s.wait_gone("Messages")
        if not found:
            time.sleep(0.4)
        return found
    wait_until(liar_is_named, 30, "ban of the liar among the messages")
    s.keys("q")
    wait_until(lambda: s.shows("Quit bttui?") or s.is_dead(), 3, "question")
    if not s.is_dead():
        s.keys("y")
    equal(s.wait_dead(10), "0", "exit status")
    wait_until(lambda: not any(is_alive(k) for k in kids), 3,
               "end of the others")
    equal([n for n in os.listdir(c.path("tmp")) if "bttui-demo" in n], [],
          "temporary folders left")


@case
def a_demo_that_is_terminated_leaves_nothing(c):
    s = Screen(c, [BTTUI, "demo"])
    s.wait_for("1 Torrents", 20)
    pid = s.pid()
    kids = descendants(pid)
    os.kill(pid, signal.SIGTERM)
    equal(s.wait_dead(10), "0", "exit status")
    wait_until(lambda: not any(is_alive(k) for k in kids), 3,
               "end of the others")
    equal(os.listdir(c.path("tmp")), [], "files left")


if __name__ == "__main__":
    if not shutil.which("tmux"):
        print("SKIP the terminal: tmux is not installed")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    try:
        outcome = run(sys.argv[1:])
    finally:
        SERVER.close()
    sys.exit(outcome)
