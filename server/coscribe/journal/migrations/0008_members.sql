-- Who belongs to a document: its owner, who made it, and others with their roles.

CREATE TABLE members (
    document INTEGER NOT NULL REFERENCES documents (key),
    user TEXT NOT NULL,
    role INTEGER NOT NULL,         -- 1 view … 4 admin
    owner INTEGER NOT NULL,        -- 1 for the owner, else 0
    since INTEGER NOT NULL,
    PRIMARY KEY (document, user)
) WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user, document);

-- When a link was given another role: tokens that it gave before say the old one.
ALTER TABLE shares ADD COLUMN changed INTEGER;
