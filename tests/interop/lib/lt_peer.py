"""One libtorrent session as a process of its own.

    lt_peer.py JSON

with {"listen": "IP:PORT", "dir": D, "torrent": FILE or "magnet": LINK,
"settings": {...}, "limit": BYTES, "pex": BOOL, "peers": ["IP:PORT"]}.  Prints
a line of JSON whenever its state changes; ends at SIGTERM.  With "nodes":
["IP:PORT"] its DHT is on and joins by them.
"""
import json
import sys
import time

import libtorrent as lt

QUIET = {
    "enable_dht": False, "enable_lsd": False, "enable_upnp": False,
    "enable_natpmp": False, "enable_ip_notifier": False,
    "enable_outgoing_utp": False, "enable_incoming_utp": False,
    "allow_multiple_connections_per_ip": True, "ssrf_mitigation": False,
    "min_reconnect_time": 1, "connection_speed": 100, "handshake_timeout": 10,
    "min_announce_interval": 5,
    "alert_mask": lt.alert.category_t.error_notification |
    lt.alert.category_t.status_notification |
    lt.alert.category_t.tracker_notification |
    lt.alert.category_t.connect_notification,
}

# Nodes at private addresses are good enough here.
DHT = {
    "enable_dht": True, "dht_ignore_dark_internet": False,
    "dht_restrict_routing_ips": False, "dht_restrict_search_ips": False,
    "dht_prefer_verified_node_ids": False, "dht_enforce_node_id": False,
}
# A search from before it joined it repeats in a quarter of an hour only.
SEARCH_AGAIN = 5


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    ask = json.loads(sys.argv[1])
    settings = dict(QUIET, listen_interfaces=ask["listen"])
    if ask.get("nodes"):
        settings.update(DHT, dht_bootstrap_nodes=",".join(ask["nodes"]))
    settings.update(ask.get("settings", {}))
    session = lt.session(settings)
    if "magnet" in ask:
        params = lt.parse_magnet_uri(ask["magnet"])
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(ask["torrent"])
    params.save_path = ask["dir"]
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    if not ask.get("pex"):
        params.flags |= lt.torrent_flags.disable_pex
    handle = session.add_torrent(params)
    if ask.get("limit"):  # a session's is not for peers that are near
        handle.set_download_limit(ask["limit"])
        handle.set_upload_limit(ask["limit"])
    for p in ask.get("peers", []):
        host, port = p.rsplit(":", 1)
        handle.connect_peer((host.strip("[]"), int(port)))
    last, searched = None, 0
    while True:
        if ask.get("nodes") and time.monotonic() > searched + SEARCH_AGAIN:
            handle.force_dht_announce()
            searched = time.monotonic()
        for a in session.pop_alerts():
            say(alert=type(a).__name__, text=a.message())
        s = handle.status()
        now = (str(s.state), s.num_pieces, s.num_peers, s.is_seeding)
        if now != last:
            say(state=now[0], pieces=now[1], peers=now[2], seeding=now[3])
            last = now
        time.sleep(0.1)


if __name__ == "__main__":
    main()
