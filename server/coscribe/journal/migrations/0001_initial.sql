-- What a journal holds. Times are milliseconds since the epoch, UTC.

CREATE TABLE documents (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,          -- the title as searched: normalised, without case
    epoch INTEGER NOT NULL,
    head INTEGER NOT NULL,         -- number of the last entry
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    deleted INTEGER                -- when it went to the trash
);

CREATE TABLE authors (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    color TEXT NOT NULL
);

-- A row is one tick of a room: entries numbered seq - count + 1 … seq.
CREATE TABLE updates (
    document INTEGER NOT NULL REFERENCES documents (key),
    seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL,          -- zlib.crc32 of the body
    state INTEGER NOT NULL DEFAULT 0,  -- 0 live, 1 quarantined
    PRIMARY KEY (document, seq)
) WITHOUT ROWID;

-- A trigger, so that a commit of rows alone is one statement, and so that no writer can forget it.
CREATE TRIGGER head_follows_updates AFTER INSERT ON updates BEGIN
    UPDATE documents SET head = max(head, new.seq), updated = max(updated, new.at) WHERE key = new.document;
END;

CREATE TABLE quarantine (
    document INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (document, seq)
) WITHOUT ROWID;

CREATE TABLE checkpoints (
    document INTEGER PRIMARY KEY REFERENCES documents (key),
    seq INTEGER NOT NULL,
    state BLOB NOT NULL,
    vector BLOB NOT NULL,
    deletes BLOB NOT NULL,
    crc INTEGER NOT NULL           -- zlib.crc32 of state, vector and deletes in a row
);
