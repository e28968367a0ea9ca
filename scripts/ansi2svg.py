#!/usr/bin/env python3
"""Turn a terminal's screen into an SVG picture.

    tmux capture-pane -p -e -t NAME | scripts/ansi2svg.py >assets/NAME.svg

Reads text with SGR colour sequences (16, 256 and true colours, bold, reverse)
and draws one text run for each stretch of equal style, on a fixed grid, so
that box drawing and block elements meet.
"""
import html
import re
import sys
import unicodedata

CW, CH, PAD, FONT = 8.4, 18, 12, 14
BASE = ["16181d", "ff6b6b", "5fd38d", "ffd75f", "5f9fd0", "b79cf7", "4fc1c9",
        "d6d9de", "565f6e", "ff8787", "8ff0b5", "ffe59a", "8cc4ee", "d0bdff",
        "8be3e8", "ffffff"]


def palette(n):
    if n < 16:
        return BASE[n]
    if n < 232:
        n -= 16
        lv = [0, 95, 135, 175, 215, 255]
        return "%02x%02x%02x" % (lv[n // 36], lv[n // 6 % 6], lv[n % 6])
    v = 8 + 10 * (n - 232)
    return "%02x%02x%02x" % (v, v, v)


class Style:
    def __init__(self):
        self.fg = self.bg = None
        self.bold = self.reverse = self.dim = self.under = False

    def key(self):
        fg, bg = self.fg or "c9ccd1", self.bg
        if self.reverse:
            fg, bg = bg or "16181d", fg
        return fg, bg, self.bold, self.dim, self.under

    def apply(self, params):
        p = [int(x or 0) for x in params.split(";")] if params else [0]
        i = 0
        while i < len(p):
            n = p[i]
            if n == 0:
                self.__init__()
            elif n in (38, 48):
                if p[i + 1] == 5:
                    c, i = palette(p[i + 2]), i + 2
                else:
                    c, i = "%02x%02x%02x" % tuple(p[i + 2:i + 5]), i + 4
                if n == 38:
                    self.fg = c
                else:
                    self.bg = c
            elif n in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "under",
                               7: "reverse"}[n], True)
            elif n in (22, 24, 27):
                if n == 22:
                    self.bold = self.dim = False
                elif n == 24:
                    self.under = False
                else:
                    self.reverse = False
            elif 30 <= n <= 37:
                self.fg = palette(n - 30)
            elif 90 <= n <= 97:
                self.fg = palette(n - 82)
            elif 40 <= n <= 47:
                self.bg = palette(n - 40)
            elif 100 <= n <= 107:
                self.bg = palette(n - 92)
            elif n == 39:
                self.fg = None
            elif n == 49:
                self.bg = None
            i += 1


def width(c):
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def runs(line, style):
    out, x, text, key, x0 = [], 0, "", style.key(), 0
    for m in re.finditer(r"\x1b\[([0-9;:]*)m|\x1b[^a-zA-Z]*[a-zA-Z]|([^\x1b])",
                         line):
        if m.group(1) is not None:
            style.apply(m.group(1).replace(":", ";"))
        elif m.group(2):
            c = m.group(2)
            if style.key() != key or width(c) != 1:
                out.append((x0, text, key))
                text, key, x0 = "", style.key(), x
            text += c
            x += width(c)
    out.append((x0, text, key))
    return [r for r in out if r[1]], x


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    style, rows, cols = Style(), [], 0
    for line in lines:
        r, n = runs(line, style)
        rows.append(r)
        cols = max(cols, n)
    w, h = cols * CW + 2 * PAD, len(rows) * CH + 2 * PAD
    print('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
          'viewBox="0 0 %d %d">' % (w, h, w, h))
    print('<rect width="100%" height="100%" rx="8" fill="#16181d"/>')
    print('<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" '
          'font-size="%d" xml:space="preserve">' % FONT)
    for y, r in enumerate(rows):
        for x, text, (fg, bg, bold, dim, under) in r:
            px, py = PAD + x * CW, PAD + y * CH
            if bg:
                print('<rect x="%.1f" y="%d" width="%.1f" height="%d" '
                      'fill="#%s"/>' % (px, py, len(text) * CW, CH, bg))
            if not text.strip():
                continue
            # White space would be folded: skip it, keep what is inside.
            px += (len(text) - len(text.lstrip())) * CW
            text = text.strip().replace(" ", "\u00a0")
            # A place for each character: a font that lacks one takes it from
            # another, of another width.
            if max(text) > "\u2000":
                at = " ".join("%.1f" % (px + i * CW)
                              for i in range(len(text)))
            else:
                at = '%.1f" textLength="%.1f' % (px, len(text) * CW)
            print('<text x="%s" y="%d" fill="#%s"%s%s%s>%s</text>'
                  % (at, py + 14, fg,
                     ' font-weight="bold"' if bold else "",
                     ' opacity=".6"' if dim else "",
                     ' text-decoration="underline"' if under else "",
                     html.escape(text)))
    print("</g></svg>")


main()
