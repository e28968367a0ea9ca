"""A DHT node of libtorrent, as a process of its own, without a torrent.

    lt_node.py IP:PORT [NODE_IP:PORT]...

joins by the nodes named.  A line "get_peers HEX" on its input makes it search,
and what it finds is printed as {"hash": HEX, "found": ["IP:PORT"...]}.  Ends
at SIGTERM.
"""
import os
import select
import sys

import libtorrent as lt

from lt_peer import DHT, QUIET, say


def take_line(session, text):
    words = text.split()
    if len(words) == 2 and words[0] == "get_peers":
        session.dht_get_peers(lt.sha1_hash(bytes.fromhex(words[1])))


def main():
    settings = dict(QUIET, **DHT)
    settings.update(
        listen_interfaces=sys.argv[1],
        dht_bootstrap_nodes=",".join(sys.argv[2:]),
        alert_mask=QUIET["alert_mask"] |
        lt.alert.category_t.dht_operation_notification)
    session = lt.session(settings)
    text = ""
    while True:
        if select.select([0], [], [], 0.1)[0]:
            text += os.read(0, 4096).decode()
        while "\n" in text:
            line, text = text.split("\n", 1)
            take_line(session, line)
        for a in session.pop_alerts():
            if isinstance(a, lt.dht_get_peers_reply_alert):
                say(hash=str(a.info_hash),
                    found=["%s:%d" % tuple(p) for p in a.peers()])


if __name__ == "__main__":
    main()
