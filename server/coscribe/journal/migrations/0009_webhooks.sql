-- Who is told of what happens to documents, and what they have still to be told.

CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    events TEXT NOT NULL,          -- a JSON list
    scope TEXT NOT NULL,           -- an id, or the beginning of ids and a final *
    name TEXT NOT NULL,
    secret BLOB NOT NULL,          -- signs what is told, so it is kept as it is
    created INTEGER NOT NULL,
    last_at INTEGER,               -- when something was told last, and what came of it
    last_status INTEGER,
    last_error TEXT
) WITHOUT ROWID;

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    webhook TEXT NOT NULL,
    event TEXT NOT NULL,
    document INTEGER REFERENCES documents (key),  -- null for one that was deleted for good
    subject TEXT NOT NULL,         -- the id of that one, else empty
    at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    due INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX deliveries_by_document ON deliveries (document) WHERE document IS NOT NULL;
CREATE INDEX deliveries_by_webhook ON deliveries (webhook);

-- What was under way when its webhook or its document was deleted comes to nothing.
CREATE TRIGGER no_late_deliveries BEFORE INSERT ON deliveries
WHEN NOT EXISTS (SELECT 1 FROM webhooks WHERE id = new.webhook)
    OR new.document IS NOT NULL AND (
        NOT EXISTS (SELECT 1 FROM documents WHERE key = new.document)
        OR EXISTS (SELECT 1 FROM tombstones WHERE document = new.document)
    )
BEGIN SELECT RAISE(IGNORE); END;
