"""What Coscribe speaks and what it knows of Yjs bytes, without any input or output.

Nothing here imports a socket, an event loop, a database or a CRDT engine: bytes go in, decisions come out. So the same
code runs in the relay, in a worker, in a unit test and in a fuzzer, and a hostile message can at worst be refused.
"""
