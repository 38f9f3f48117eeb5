"""Hosts documents that several people edit at once, without conflicts and without losing a word."""

__version__ = "0.1.0"
