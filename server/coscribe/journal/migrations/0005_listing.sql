-- Documents in the order in which they changed; those in the trash are few.
CREATE INDEX documents_by_update ON documents (updated, key) WHERE deleted IS NULL;
CREATE INDEX documents_in_trash ON documents (updated, key) WHERE deleted IS NOT NULL;
