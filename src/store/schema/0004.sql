-- What is kept of exports of several files: the columns that are read, packed as a zip, so that later changes can be laid over them.
CREATE TABLE bundle (
    feed TEXT PRIMARY KEY,
    written INTEGER NOT NULL, -- when the export was last written, seconds since 1970
    content BLOB NOT NULL
);
