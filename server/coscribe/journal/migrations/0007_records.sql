-- Who did what, and what was deleted for good.

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,           -- id of a person, a key or a link; empty for nobody known
    kind TEXT NOT NULL,            -- token, session, key, share, anonymous or server
    action TEXT NOT NULL,
    document TEXT NOT NULL,        -- its id; empty where it is about none
    result TEXT NOT NULL,          -- ok, refused or failed
    address TEXT NOT NULL,         -- of the client, as far as it is kept
    detail TEXT NOT NULL           -- a JSON object
);

CREATE INDEX audit_by_document ON audit (document, seq) WHERE document <> '';
CREATE INDEX audit_by_actor ON audit (actor, seq) WHERE actor <> '';

-- The moment from which on lines are kept. What is older may be taken away; nothing else is, and nothing is changed.
CREATE TABLE audit_kept (since INTEGER NOT NULL);
INSERT INTO audit_kept VALUES (0);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'a line of the audit is not changed');
END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit WHEN old.at >= (SELECT since FROM audit_kept) BEGIN
    SELECT RAISE(ABORT, 'a line of the audit is kept for its time');
END;
-- A commit that is repeated brings the same lines; a REPLACE would delete without asking the trigger above.
CREATE TRIGGER audit_is_written_once BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = new.seq) BEGIN
    SELECT RAISE(IGNORE);
END;

-- Documents that were deleted for good. Nobody gets their ids again: whoever still has a copy on some device would
-- mix it into the new document.
CREATE TABLE tombstones (
    id TEXT PRIMARY KEY,
    document INTEGER NOT NULL UNIQUE,  -- its key
    deleted INTEGER NOT NULL,
    erased INTEGER                 -- when the last trace of it was gone from the file
) WITHOUT ROWID;

CREATE INDEX tombstones_to_erase ON tombstones (document) WHERE erased IS NULL;

CREATE TRIGGER deleted_documents_do_not_come_back BEFORE INSERT ON documents
WHEN EXISTS (SELECT 1 FROM tombstones WHERE id = new.id) BEGIN
    SELECT RAISE(ABORT, 'a document with this id was deleted for good');
END;

-- What was under way when its document was deleted comes to nothing.
CREATE TRIGGER no_late_checkpoints BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM tombstones WHERE document = new.document) BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER no_late_files BEFORE INSERT ON document_files
WHEN EXISTS (SELECT 1 FROM tombstones WHERE document = new.document) BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER no_late_writers BEFORE INSERT ON writers
WHEN EXISTS (SELECT 1 FROM tombstones WHERE document = new.document) BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER no_late_shares BEFORE INSERT ON shares
WHEN EXISTS (SELECT 1 FROM tombstones WHERE document = new.document) BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER no_late_quarantine BEFORE INSERT ON quarantine
WHEN EXISTS (SELECT 1 FROM tombstones WHERE document = new.document) BEGIN SELECT RAISE(IGNORE); END;

-- Files of deleted documents, which go as well unless another document refers to them.
CREATE TABLE doomed_files (hash TEXT PRIMARY KEY) WITHOUT ROWID;

-- When a file was uploaded that the document has not been seen to show; null once it has.
ALTER TABLE document_files ADD COLUMN uploaded INTEGER;
