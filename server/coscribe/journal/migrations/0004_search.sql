-- An index of words over titles and texts. It is computed from the documents and may be thrown away and made again.

CREATE VIRTUAL TABLE search USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE indexed (
    document INTEGER PRIMARY KEY REFERENCES documents (key),
    seq INTEGER NOT NULL,          -- the head that the text was read at
    title TEXT NOT NULL,           -- the title that is in the index
    crc INTEGER NOT NULL           -- zlib.crc32 of title and text: what did not change is not indexed again
);
