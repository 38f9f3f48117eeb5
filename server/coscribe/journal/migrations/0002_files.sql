-- Files that documents show: named by the SHA-256 of their bytes, stored once, whoever refers to them.

CREATE TABLE files (
    hash TEXT PRIMARY KEY,         -- 64 hexadecimal digits
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,         -- bytes
    width INTEGER,                 -- pixels
    height INTEGER,
    stored INTEGER NOT NULL
) WITHOUT ROWID;

-- In parts, so that no transaction writes a large file: edits of others are committed between them.
-- A file is there once it has its line in `files`; until then it has one in `uploads`.
CREATE TABLE file_parts (
    hash TEXT NOT NULL,
    part INTEGER NOT NULL,         -- 0, 1, 2 …
    body BLOB NOT NULL,
    PRIMARY KEY (hash, part)
) WITHOUT ROWID;

CREATE TABLE uploads (hash TEXT PRIMARY KEY) WITHOUT ROWID;

-- Whoever may see one of these documents may see the file.
CREATE TABLE document_files (
    document INTEGER NOT NULL REFERENCES documents (key),
    hash TEXT NOT NULL REFERENCES files (hash),
    UNIQUE (document, hash)
);

CREATE INDEX document_files_by_hash ON document_files (hash);
