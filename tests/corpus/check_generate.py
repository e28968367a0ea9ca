#!/usr/bin/env python3
"""Check the corpus generator: check_generate.py [--reference DIR]

Generates twice and compares, then holds every manifest against its files.  With
a folder of other corpora it also counts the files that are equal there.
"""
import argparse
import hashlib
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from corpus_lib import read_manifest  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTATIONS = {"ok", "error", "repair", "ignore", "drop", "either"}
NUMBERS = {"size", "used", "files", "total_size", "piece_length", "pieces", "private", "trackers",
           "peers", "web_seeds", "interval", "seeds", "leechers", "messages", "rest", "code",
           "nodes", "nodes6", "values", "tid_at", "self_at", "token_at", "hashes"}
HEX_LENGTHS = {"sha256_16": 16, "info_hash_v1": 40, "info_hash_v2": 64, "target": 40}


def generate(outdir, seed):
    environment = dict(os.environ, PYTHONHASHSEED=seed)
    subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), outdir], check=True,
                   env=environment)


def tree(root):
    """All files below root: relative path to SHA-256."""
    found = {}
    for place, _, files in os.walk(root):
        for file in files:
            path = os.path.join(place, file)
            with open(path, "rb") as data:
                found[os.path.relpath(path, root)] = hashlib.sha256(data.read()).hexdigest()
    return found


def is_hex(text, length):
    return len(text) == length and not set(text) - set("0123456789abcdef")


def cell_problem(column, cell):
    if not cell or any(not 0x20 <= ord(c) < 0x7f for c in cell):
        return "empty or not printable"
    if cell == "-":
        return None
    if column in NUMBERS and not cell.lstrip("-").isdigit():
        return "not a number"
    if column in HEX_LENGTHS and not is_hex(cell, HEX_LENGTHS[column]):
        return "not a hash"
    if column == "expect" and cell not in EXPECTATIONS:
        return "no such word"
    return None


def manifest_problems(root, folder, files):
    rows = read_manifest(os.path.join(root, folder, "MANIFEST.tsv"))
    names = [row["file"] for row in rows]
    if names != sorted(set(names)):
        yield "%s: not sorted or not unique" % folder
    present = {os.path.basename(path) for path in files if os.path.dirname(path) == folder}
    for name in present.symmetric_difference(names + ["MANIFEST.tsv"]):
        yield "%s/%s: listed or present, not both" % (folder, name)
    for row in rows:
        path = os.path.join(folder, row["file"])
        size = os.path.getsize(os.path.join(root, path)) if path in files else -1
        if str(size) != row["size"] or not files.get(path, "").startswith(row["sha256_16"]):
            yield "%s: size or hash differs" % path
        for column, cell in row.items():
            problem = cell_problem(column, cell)
            if problem:
                yield "%s: %s: %s" % (path, column, problem)


def compare(root, folder, reference):
    """Print how the cases of one folder relate to those of a reference corpus."""
    path = os.path.join(reference, folder, "MANIFEST.tsv")
    if not os.path.exists(path):
        print("%-12s no reference" % folder)
        return
    ours = {row["file"]: row for row in read_manifest(os.path.join(root, folder, "MANIFEST.tsv"))}
    theirs = {row["file"]: row for row in read_manifest(path)}
    both = sorted(set(ours) & set(theirs))
    differ = [n for n in both if ours[n]["sha256_16"] != theirs[n]["sha256_16"]]
    missing = sorted(set(theirs) - set(ours))
    verdict = [n for n in both if any(ours[n].get(c) != theirs[n].get(c)
                                      for c in ("expect", "role", "protocol"))]
    print("%-12s %3d cases, %3d equal, %d differ, %d missing, %d own, %d other verdicts" % (
        folder, len(ours), len(both) - len(differ), len(differ), len(missing),
        len(set(ours) - set(theirs)), len(verdict)))
    for title, names in (("differ", differ), ("missing", missing), ("other verdict", verdict)):
        if names:
            print("  %s: %s" % (title, " ".join(names)))


def main():
    parser = argparse.ArgumentParser(description="Check the corpus generator.")
    parser.add_argument("--reference", metavar="DIR", help="folder of corpora to compare with")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        generate(first, "1")
        generate(second, "2")
        files = tree(first)
        problems = [] if files == tree(second) else ["two runs differ"]
        folders = sorted(os.listdir(first))
        for folder in folders:
            problems += manifest_problems(first, folder, files)
            if options.reference:
                compare(first, folder, options.reference)
        for problem in problems:
            print(problem, file=sys.stderr)
        cases = len(files) - len(folders)
        print("%d cases in %d folders, %d problems" % (cases, len(folders), len(problems)))
        bad = bool(problems or not cases)
        print("%d passed, %d failed" % (not bad, bad))
        return int(bad)


if __name__ == "__main__":
    sys.exit(main())
