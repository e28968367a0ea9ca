"""Two terminals for the program: tmux, which shows a screen, and a bare pty,
whose bytes the case reads or leaves unread.

The tmux server is one of our own, on a socket in a folder of our own; the
user's server and settings are never touched.
"""
import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time

from lib.bttui import environment
from lib.cases import Failed, wait_until

PROMPT = "ready> "
SGR = re.compile(r"\x1b\[([0-9;]*)m")


class Server:
    def __init__(self):
        self.folder = None
        self.lock = threading.Lock()
        self.count = 0
        self.started = False

    def tmux(self, *args, **more):
        return subprocess.run(
            ["tmux", "-L", "bttui-e2e", "-f", "/dev/null", *args],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20,
            env=dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm-256color",
                     TMUX_TMPDIR=self.folder, TMUX=""),
            **more)

    def run(self, *args, **more):
        p = self.tmux(*args, **more)
        if p.returncode != 0:
            raise Failed("tmux %s: %s" % (
                " ".join(args), p.stdout.decode(errors="replace")))
        return p.stdout.decode(errors="replace")

    def open(self, cols, rows, argv, env):
        with self.lock:
            self.count += 1
            name = "s%d" % self.count
            if not self.started:
                self.folder = tempfile.mkdtemp(prefix="bttui-e2e-")
                # The first session gives the server its settings.
                self.run("new-session", "-d", "-s", "keep", "cat", ";",
                         "set", "-s", "escape-time", "0", ";",
                         "set", "-s", "exit-empty", "off", ";",
                         "set", "-g", "default-terminal", "tmux-256color", ";",
                         "set", "-g", "status", "off", ";",
                         "set", "-g", "remain-on-exit", "on")
                self.started = True
        words = ["env", "-i"] + ["%s=%s" % kv for kv in env.items()]
        # -i takes away what tmux says about itself; TERM is what we say.
        line = " ".join(map(shlex.quote, words + list(argv)))
        self.run("new-session", "-d", "-s", name, "-x", str(cols), "-y",
                 str(rows), "exec " + line)
        return name

    def close(self):
        if self.started:
            self.tmux("kill-server")
            self.started = False
            shutil.rmtree(self.folder, ignore_errors=True)


SERVER = Server()


class Screen:
    """A pane with a shell in it, or with the program alone."""

    def __init__(self, c, argv, cols=120, rows=36, shell=False, **env):
        self.case = c
        env = environment(c, **dict({"TERM": "tmux-256color"}, **env))
        c.screens.append(self)
        self.last = self.name = ""
        if shell:
            self._write_shell(argv)
            argv = ["bash", "--rcfile", c.path("shell.rc"), "-i"]
        self.name = SERVER.open(cols, rows, argv, env)
        c.later(self.close)
        if shell:
            self.wait_for(PROMPT.strip())

    def _write_shell(self, argv):
        """`go` runs the program and tells what it left behind."""
        c = self.case
        with open(c.path("run.sh"), "w") as f:
            f.write("exec %s\n" % " ".join(map(shlex.quote, argv)))
        with open(c.path("shell.rc"), "w") as f:
            f.write("""PS1='%s'
cd %s
unset HISTFILE
go() {
	stty -a >before
	sh run.sh
	local status=$?
	stty -a >after
	echo "status=$status."
}
""" % (PROMPT, shlex.quote(c.dir)))

    # --- what it shows

    def text(self):
        p = SERVER.tmux("capture-pane", "-p", "-t", self.name)
        if p.returncode == 0:
            self.last = p.stdout.decode(errors="replace")
        return self.last

    def lines(self):
        return self.text().rstrip("\n").split("\n")

    def styled(self):
        return SERVER.run("capture-pane", "-p", "-e", "-t", self.name)

    def picture(self):
        return "--- screen %s\n%s---\n" % (self.name, self.text())

    def format(self, what):
        return SERVER.run("display", "-p", "-t", self.name, what).strip()

    def shows(self, wanted):
        text = self.text()
        return (wanted.search(text) if hasattr(wanted, "search")
                else wanted in text)

    def wait_for(self, wanted, seconds=5):
        """A string or a compiled pattern; the match is returned."""
        return wait_until(lambda: self.shows(wanted), seconds,
                          "%r on the screen" % getattr(
                              wanted, "pattern", wanted))

    def wait_gone(self, unwanted, seconds=5):
        wait_until(lambda: not self.shows(unwanted), seconds,
                   "screen without %r" % getattr(
                       unwanted, "pattern", unwanted))

    def wait_still(self, seconds=5):
        """Two looks in a row show the same; that is returned."""
        seen = [self.text()]

        def same():
            time.sleep(0.15)
            seen.append(self.text())
            return seen[-1] == seen[-2]
        wait_until(same, seconds, "screen that stands still")
        return seen[-1]

    # --- what is done to it

    def keys(self, *names):
        SERVER.run("send-keys", "-t", self.name, *names)

    def type(self, text):
        SERVER.run("send-keys", "-l", "-t", self.name, text)

    def paste(self, text):
        """As a terminal does it: bracketed, if the program asked for it."""
        SERVER.run("load-buffer", "-b", self.name, "-", input=text.encode())
        SERVER.run("paste-buffer", "-p", "-d", "-b", self.name, "-t",
                   self.name)

    def command(self, line):
        self.keys(":")
        self.wait_for("Esc close")
        self.type(line)
        self.keys("Enter")

    def resize(self, cols, rows):
        SERVER.run("resize-window", "-t", self.name, "-x", str(cols), "-y",
                   str(rows))

    def record(self):
        """From now on all bytes the program sends go to this file, too."""
        path = self.case.path(self.name + ".bytes")
        SERVER.run("pipe-pane", "-O", "-t", self.name,
                   "exec cat >%s" % shlex.quote(path))
        wait_until(lambda: os.path.exists(path), 5, "recording")
        return path

    def tty(self):
        return self.format("#{pane_tty}")

    def close(self):
        """Nothing of it may still write into the folder of the case."""
        pids = []
        if self.name:
            text = SERVER.tmux("display", "-p", "-t", self.name,
                               "#{pane_pid}").stdout
            pids = [int(text)] if text.strip().isdigit() else []
            pids += [p for top in pids for p in descendants(top)]
            SERVER.tmux("kill-session", "-t", self.name)
        end = time.monotonic() + 5
        while any(map(is_alive, pids)) and time.monotonic() < end:
            time.sleep(0.02)
        for pid in filter(is_alive, pids):
            os.kill(pid, signal.SIGKILL)

    # --- the process

    def pid(self):
        """Of the program: the shell's child, or the pane's own process."""
        top = int(self.format("#{pane_pid}"))
        if os.path.exists(self.case.path("run.sh")):
            return wait_until(lambda: (children(top) or [None])[0], 5,
                              "child of the shell")
        return top

    def is_dead(self):
        return self.format("#{pane_dead}") == "1"

    def wait_dead(self, seconds=8):
        """Its exit status, or "signal N"."""
        wait_until(self.is_dead, seconds, "end of the program")

        def status():
            # The pane may be closed before the status is known, and tmux
            # at times overlooks that a child ended until another one does.
            SERVER.tmux("run-shell", "true")
            return self.format("#{pane_dead_status}"
                               "#{?pane_dead_signal,signal ,}"
                               "#{pane_dead_signal}")
        return wait_until(status, 5, "exit status")


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(w) for w in f.read().split()]
    except OSError:
        return []


def descendants(pid):
    out = []
    for child in children(pid):
        out += [child] + descendants(child)
    return out


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def set_size(fd, cols, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


class Pty:
    """The program on a pty of ours.  Unless it is `drained`, nothing it
    writes is read before read() asks for it."""

    def __init__(self, c, argv, cols=120, rows=36, drained=True, **env):
        env = environment(c, **dict({"TERM": "xterm-256color"}, **env))
        c.screens.append(self)
        self.bytes = b""
        self.begun = time.monotonic()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                set_size(0, cols, rows)
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        os.set_blocking(self.master, False)
        self.status = None
        self.drained = drained
        self.open = True
        c.later(self.end)

    def picture(self):
        return "--- last bytes of the pty\n%r\n---\n" % self.bytes[-3000:]

    def read(self, seconds=0.0):
        """All there is, or comes within the time."""
        end = time.monotonic() + seconds
        while self.open:
            left = max(0, end - time.monotonic())
            if not select.select([self.master], [], [], left)[0]:
                break
            try:
                part = os.read(self.master, 65536)
            except BlockingIOError:
                continue
            except OSError:
                break  # the other end is closed
            if not part:
                break
            self.bytes += part
        return self.bytes

    def read_all(self, seconds=5):
        """Until nothing more comes for a moment."""
        def quiet():
            had = len(self.bytes)
            return len(self.read(0.4)) == had
        wait_until(quiet, seconds, "silence of the program")

    def wait_for(self, wanted, seconds=5):
        """Bytes; where they end in all that was read."""
        def found():
            self.read(0.02)
            return wanted in self.bytes
        wait_until(found, seconds, "%r from the program" % wanted)
        return self.bytes.index(wanted) + len(wanted)

    def type(self, data):
        os.write(self.master, data)

    def resize(self, cols, rows):
        set_size(self.master, cols, rows)

    def ended(self):
        if self.status is None:
            if self.drained:
                self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def wait_end(self, seconds=8):
        wait_until(self.ended, seconds, "end of the program")
        return self.status

    def hang_up(self):
        if self.open:
            self.open = False
            os.close(self.master)

    def end(self):
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.status = -9
        self.hang_up()
