"""`coscribe bench`: how fast a server is, measured from outside, in another process than the server.

The load client speaks y-websocket over plain sockets, so it drives any y-websocket server and peers can be compared
in the same run. What always holds: every edit is a real Yjs update with its own (client, clock), and each one is
looked for at each receiver, so that a server that loses, doubles or misdirects edits is seen to do so.
"""
