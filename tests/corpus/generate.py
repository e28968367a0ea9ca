#!/usr/bin/env python3
"""Write the corpus of hostile input: generate.py OUTDIR [FOLDER...]

Makes OUTDIR/<folder>/<case> and OUTDIR/<folder>/MANIFEST.tsv.  Every run writes
the same bytes.  README.md explains the manifests.
"""
import importlib
import sys

sys.dont_write_bytecode = True

# Folder name and the module whose build() returns its cases.
FOLDERS = {
    "bencode": "gen_bencode",
    "gentorrents": "gen_torrents",
    "krpc": "gen_krpc",
    "lsd": "gen_lsd",
    "magnet": "gen_magnet",
    "tracker": "gen_tracker",
    "wire": "gen_wire",
}


def build(name):
    return importlib.import_module(FOLDERS[name]).build()


def main(arguments):
    names = arguments[1:] or list(FOLDERS)
    unknown = [name for name in names if name not in FOLDERS]
    if not arguments or arguments[0].startswith("-") or unknown:
        print("usage: generate.py OUTDIR [FOLDER...]", file=sys.stderr)
        print("folders: " + " ".join(FOLDERS), file=sys.stderr)
        return 2
    for name in names:
        build(name).write(arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
