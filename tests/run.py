#!/usr/bin/env python3
"""Run test programs and scripts, and sum them up in one last line.

    run.py [--jobs N] [--timeout S] PROGRAM_OR_SCRIPT...

A C test program speaks TAP (CMOCKA_MESSAGE_OUTPUT=TAP).  Anything else, a
Python or shell script, ends with a line "N passed, N failed, N skipped" and
prints "SKIP name: reason" for what it left out.  What a failing one printed
is shown; what was skipped is named with its reason above the last line.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import time

SUM = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


class Result:
    def __init__(self, name):
        self.name = name
        self.passed = self.failed = 0
        self.skipped = []
        self.output = ""
        self.seconds = 0.0


def read_tap(res, text):
    """A skipped test is "not ok N # SKIP name"; what it printed before, if
    anything, is its reason."""
    said = ""
    for line in text.splitlines():
        m = re.match(r"^(not ok|ok) \d+ (- |# SKIP ?)(.*)$", line)
        if not m:
            said = line.lstrip("# ").strip() or said
            continue
        if "SKIP" in m.group(2):
            res.skipped.append("%s: %s" % (m.group(3), said or "not said why"))
        elif m.group(1) == "ok":
            res.passed += 1
        else:
            res.failed += 1
        said = ""


def read_script(res, text):
    found = SUM.findall(text)
    if not found:
        res.failed += 1
        return
    p, f, s = found[-1]
    res.passed, res.failed = int(p), int(f)
    reasons = re.findall(r"^SKIP (.*)$", text, re.M)
    res.skipped = reasons + ["(no reason given)"] * (int(s or 0) - len(reasons))


def run(path, timeout):
    res = Result(os.path.relpath(path))
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    script = path.endswith((".py", ".sh"))
    cmd = [path]
    if path.endswith(".py"):
        cmd = ["/usr/bin/python3", path]
    begun = time.monotonic()
    try:
        p = subprocess.run(cmd, env=env, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=timeout,
                           stdin=subprocess.DEVNULL)
        text, code = p.stdout.decode(errors="replace"), p.returncode
    except subprocess.TimeoutExpired as e:
        text = (e.stdout or b"").decode(errors="replace")
        text += "\n(no end after %d s)\n" % timeout
        code = -1
    res.seconds = time.monotonic() - begun
    res.output = text
    (read_script if script else read_tap)(res, text)
    if code != 0 and res.failed == 0:
        res.failed = 1
        res.output += "\n(exit status %d)\n" % code
    if res.passed + res.failed + len(res.skipped) == 0:
        res.failed = 1
        res.output += "\n(it ran no test)\n"
    return res


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("--timeout", type=int, default=300)
    ap.add_argument("--sum", metavar="FILE", help="add to the sums in FILE")
    ap.add_argument("tests", nargs="*")
    a = ap.parse_args()
    results = []
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        for r in pool.map(lambda t: run(t, a.timeout), a.tests):
            mark = "FAIL" if r.failed else "ok  "
            print("%s %-52s %4d passed%s  %.1f s" % (
                mark, r.name, r.passed,
                ", %d skipped" % len(r.skipped) if r.skipped else "",
                r.seconds), flush=True)
            if r.failed:
                print(r.output[-6000:], flush=True)
            results.append(r)
    p = sum(r.passed for r in results)
    f = sum(r.failed for r in results)
    skips = [(r.name, s) for r in results for s in r.skipped]
    lines = ["SKIP %s: %s" % s for s in skips]
    if a.sum:
        old = open(a.sum).read() if os.path.exists(a.sum) else ""
        lines = [l for l in old.splitlines() if l.startswith("SKIP ")] + lines
        for m in SUM.findall(old):
            p, f = p + int(m[0]), f + int(m[1])
        with open(a.sum, "w") as out:
            out.write("\n".join(lines + [
                "%d passed, %d failed, %d skipped" % (p, f, len(lines))]))
            out.write("\n")
    else:
        for l in lines:
            print(l)
        print("%d passed, %d failed, %d skipped" % (p, f, len(lines)))
    return 1 if any(r.failed for r in results) else 0


sys.exit(main())
