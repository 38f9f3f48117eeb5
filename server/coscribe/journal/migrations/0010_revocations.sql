-- For each role the last moment until which tokens give a person no more than that: a milder limit that comes later does
-- not bring back what an earlier one took.

CREATE TABLE limits (
    document TEXT NOT NULL,        -- its id: a token may be for one that is not there yet
    user TEXT NOT NULL,
    role INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (document, user, role)
) WITHOUT ROWID;

INSERT INTO limits SELECT document, user, role, at FROM revocations;
DROP TABLE revocations;
ALTER TABLE limits RENAME TO revocations;
