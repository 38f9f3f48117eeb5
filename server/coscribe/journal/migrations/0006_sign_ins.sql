-- People who are signed in with a browser. A secret is known by its SHA-256 alone: it has 256 random bits.
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    before BLOB,                   -- the hash of the secret before, while that is still taken
    user TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,           -- empty unless it is known to be theirs
    picture TEXT NOT NULL,
    groups TEXT NOT NULL,          -- a JSON list
    created INTEGER NOT NULL,
    rotated INTEGER NOT NULL,
    used INTEGER NOT NULL
) WITHOUT ROWID;
