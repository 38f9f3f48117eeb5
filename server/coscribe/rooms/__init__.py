"""Rooms: the live side of documents. Decides what is stored, sent and acknowledged; does no I/O of its own."""
