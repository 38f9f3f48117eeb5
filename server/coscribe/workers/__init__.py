"""Processes that hold pycrdt documents, so that the relay never does.

`pool` (with `process` and `inquest`) is the relay's side and imports no pycrdt; `worker`, `documents` and
`quarantine` run in the worker processes. `messages` is all that both sides share.
"""
