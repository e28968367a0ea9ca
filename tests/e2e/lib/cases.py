"""Cases: functions whose names are sentences, each in a folder of its own.

    @case
    def the_first_start_says_how_to_add(c): ...

A case fails by raising Failed, is left out by raising Skipped.  What it
registered with c.later() is called at its end, in reverse order, however it
ended.  run() prints one line per case and the sum that tests/run.py reads.
"""
import concurrent.futures
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback

CASES = []


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def case(f):
    CASES.append(f)
    return f


def wait_until(condition, seconds, what):
    """Ask until it is true; its value is returned.  `what` says what was
    waited for, and may be a function that looks at how things stand."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            words = what() if callable(what) else what
            raise Failed("no %s within %g s" % (words, seconds))
        time.sleep(0.02)


def equal(got, want, what):
    if got != want:
        raise Failed("%s: %r instead of %r" % (what, got, want))


def true(value, what):
    if not value:
        raise Failed(what)


class Case:
    """What a running case owns."""

    def __init__(self, name):
        self.name = name
        self.dir = tempfile.mkdtemp(prefix="bttui-e2e-")
        self.ends = []
        self.screens = []
        self.later(shutil.rmtree, self.dir, ignore_errors=True)

    def later(self, f, *args, **more):
        self.ends.append((f, args, more))

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def folder(self, *names):
        path = self.path(*names)
        os.makedirs(path, exist_ok=True)
        return path

    def close(self):
        for f, args, more in reversed(self.ends):
            try:
                f(*args, **more)
            except Exception:
                traceback.print_exc()


def run_case(f):
    """(word, details, seconds)"""
    begun = time.monotonic()
    c = Case(f.__name__)
    word, text = "ok", ""
    try:
        f(c)
    except Skipped as e:
        word, text = "SKIP", str(e)
    except Failed as e:
        word, text = "FAIL", "%s\n%s" % (e, "".join(
            s.picture() for s in c.screens))
    except Exception:
        word, text = "FAIL", "%s\n%s" % (traceback.format_exc(), "".join(
            s.picture() for s in c.screens))
    finally:
        c.close()
    return word, text, time.monotonic() - begun


def chosen(words):
    if not words:
        return CASES
    return [f for f in CASES if any(w in f.__name__ for w in words)]


def run(words, at_once=2):
    """Run the cases whose names contain one of the words; the exit status."""
    count = {"ok": 0, "FAIL": 0, "SKIP": 0}
    lock = threading.Lock()

    def one(f):
        word, text, seconds = run_case(f)
        name = f.__name__.replace("_", " ")
        with lock:
            count[word] += 1
            if word == "SKIP":
                print("SKIP %s: %s" % (name, text))
            else:
                print("%-4s %s  (%.1f s)" % (word, name, seconds))
                if text:
                    print(text)
            sys.stdout.flush()

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, chosen(words)))
    print("%d passed, %d failed, %d skipped" % (
        count["ok"], count["FAIL"], count["SKIP"]))
    return 1 if count["FAIL"] else 0
