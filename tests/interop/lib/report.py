"""Runs cases, a few at a time, and says one line about each.

The last line is "N passed, N failed, N skipped"; what is left out is said as
"SKIP name: reason".  A failing case shows its reason and the tails of the
logs of its processes, and its logs are kept.
"""
import concurrent.futures
import sys
import threading
import time
import traceback


class Failed(Exception):
    """A case did not come out as it must."""


class Skipped(Exception):
    """A case cannot be tried on this machine."""


class Report:
    def __init__(self, world):
        self.world = world
        self.passed = self.failed = self.skipped = 0
        self.lock = threading.Lock()

    def say(self, text):
        with self.lock:
            print(text, flush=True)

    def skip(self, name, reason):
        self.skipped += 1
        self.say("SKIP %s: %s" % (name, reason))

    def _case(self, name, func):
        begun = time.monotonic()
        with self.world.case(name) as case:
            try:
                note = func(case)
                case.fine = True
            except Skipped as e:
                case.fine = True
                self.skip(name, e)
                return
            except Failed as e:
                why = str(e)
            except Exception:  # a bug of the test fails the test
                why = traceback.format_exc()
            seconds = time.monotonic() - begun
            if case.fine:
                self.passed += 1
                self.say("ok   %-46s %5.1f s%s" % (
                    name, seconds, "  " + note if note else ""))
            else:
                self.failed += 1
                self.say("FAIL %s after %.1f s: %s\n%s" % (
                    name, seconds, why, case.logs()))

    def run(self, cases, jobs=1):
        """cases: (name, function of a Case) each."""
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for f in [pool.submit(self._case, n, c) for n, c in cases]:
                f.result()

    def finish(self):
        print("%d passed, %d failed, %d skipped" % (
            self.passed, self.failed, self.skipped), flush=True)
        self.world.close()
        sys.exit(1 if self.failed else 0)
