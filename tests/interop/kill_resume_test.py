#!/usr/bin/python3
"""kill -9 in the middle of a download, again and again.

bttui fetches at a limited rate, is killed at random moments and started
again.  Each time, what it believes to have must not be more than what is good
on disk, and not less than what it last said before the kill, but for what was
under way (five seconds at its rate at most).  In the end all is there.

    kill_resume_test.py [SEED]
"""
import os
import random
import re
import sys
import time

from lib import clients, oracle, report, torrents, trackers, world
from lib.report import Failed
from lib.world import BTTUI

RATE = 600 * 1024
KILLS = 7


def row_when_ready(leech):
    """The first row after "ready": all is loaded, and checked if need be."""
    events = leech.events()
    at = [i for i, e in enumerate(events) if e.get("type") == "ready"]
    rows = [e["torrents"][0] for e in events[at[0] if at else len(events):]
            if e.get("type") == "progress" and e["torrents"]]
    return rows[0] if rows else None


def last_had(leech):
    rows = [e["torrents"][0] for e in leech.events()
            if e.get("type") == "progress" and e["torrents"]]
    return rows[-1]["have"] if rows else 0


def check(case, leech):
    """Good pieces, as `bttui check` finds them."""
    code, text = case.call(leech.host, [
        BTTUI, "check", "-d", leech.folder, leech.source])
    m = re.search(r"(\d+)/(\d+) pieces", text)
    if not m or code not in (0, 4):
        raise Failed("check: status %d: %s" % (code, text))
    if (code == 0) != (m.group(1) == m.group(2)):
        raise Failed("check: status %d for %s" % (code, text))
    return int(m.group(1))


def claimed(case, leech):
    """What a new run believes to have, before it meets anybody."""
    options, leech.options = leech.options, ["--paused"]
    leech.again()
    row = case.wait("a torrent that is ready", lambda: row_when_ready(leech),
                    alive=(leech.proc,))
    leech.proc.kill()
    leech.options = options
    return row["have"]


def one_life(case, leech, seconds):
    """Let it fetch for a while and kill it.  What it had, what it then
    believed to have."""
    t = leech.torrent
    leech.again()
    time.sleep(seconds)
    if leech.proc.ended() is not None:
        raise Failed("it ended with %s" % leech.proc.ended())
    leech.proc.kill()
    had = last_had(leech)
    truth = oracle.good_pieces(t, leech.folder)
    if check(case, leech) != len(truth):
        raise Failed("check does not find the %d good pieces" % len(truth))
    good = sum(t.piece_size(i) for i in truth)
    now = claimed(case, leech)
    if now > good:
        raise Failed("claims %d bytes, but %d are good" % (now, good))
    if now < had - 5 * RATE - 4 * t.piece:
        raise Failed("had %d bytes, now %d" % (had, now))
    return had, now


def kills(seed):
    def run(case):
        rng = random.Random(seed)
        t = torrents.Torrent("killed", seed, piece=65536, files=(
            ("a", 5000003), ("b/c", 70001), ("b/d", 8000001), ("e", 3)))
        tracker = trackers.BttuiTracker(case).start()
        source, leech = clients.Libtorrent(case), clients.Bttui(case)
        if source.missing(case.world):
            source = clients.Bttui(case)
        t.fill(case.dir("seed"))
        source.start("seed", t, case.dir("seed"), [tracker.http])
        tracker.wait_peer(t, source)
        leech.prepare("leech", t, case.dir("leech"), [tracker.http],
                      options=["--down-limit", str(RATE)])
        story, last = [], 0
        for _ in range(KILLS):
            had, now = one_life(case, leech, rng.uniform(0.02, 3))
            if now < last:
                raise Failed("%d bytes after one kill, %d after the next" % (
                    last, now))
            last = now
            story.append("%d/%d" % (had // 1024, now // 1024))
        leech.options = []
        leech.again()
        if leech.wait_end() != 0:
            raise Failed("ended with %s" % leech.proc.ended())
        wrong = oracle.wrong_files(t, leech.folder)
        if wrong or check(case, leech) != t.npieces:
            raise Failed("said done, but %s" % wrong)
        if leech.strange_files():
            raise Failed("left " + " ".join(leech.strange_files()))
        return "had/kept KiB " + " ".join(story)
    return run


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    seed = int(sys.argv[1]) if sys.argv[1:] else int(
        os.environ.get("BTTUI_SEED", random.SystemRandom().randrange(10**6)))
    r.run([("killed %d times, seed %d" % (KILLS, seed), kills(seed))])
    r.finish()


main()
