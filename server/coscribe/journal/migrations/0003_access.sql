-- Who may come in, beside the holders of tokens, and what was taken back. Roles are numbers: 0 none, 1 view … 4 admin.

-- What tokens made until `at` still give a person for a document: the role at most.
CREATE TABLE revocations (
    document TEXT NOT NULL,        -- its id: a token may be for one that is not there yet
    user TEXT NOT NULL,
    role INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (document, user)
) WITHOUT ROWID;

-- The Yjs client ids of a document that belong to somebody: to the first signed-in person who wrote with them.
CREATE TABLE writers (
    document INTEGER NOT NULL REFERENCES documents (key),
    client INTEGER NOT NULL,
    author INTEGER NOT NULL REFERENCES authors (key),
    PRIMARY KEY (document, client)
) WITHOUT ROWID;

-- Keys of servers that use the API. A secret is known by its SHA-256 alone: it has 256 random bits.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,           -- an id, or the beginning of ids and a final *
    role INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
) WITHOUT ROWID;

-- Links that let their holders into a document.
CREATE TABLE shares (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,     -- SHA-256 of the secret
    document INTEGER NOT NULL REFERENCES documents (key),
    role INTEGER NOT NULL,
    password BLOB,                 -- salt and scrypt hash
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
) WITHOUT ROWID;

CREATE INDEX shares_by_document ON shares (document);
