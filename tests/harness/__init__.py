"""Drives a running server from outside: as a process, over raw frames, and by stock clients under Node."""
