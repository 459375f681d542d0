-- What gates compare a file with, and the files that wait for a person.

-- The last believed rows of each feed by school and term; empty words where a table knows none.
CREATE TABLE feed_part (
    year TEXT NOT NULL,      -- the school year's first day
    feed TEXT NOT NULL,
    school TEXT NOT NULL,
    term TEXT NOT NULL,
    rows INTEGER NOT NULL,
    last_day TEXT,
    digest TEXT NOT NULL,
    PRIMARY KEY (year, feed, school, term)
) WITHOUT ROWID;

-- The last believed file of each feed: its header and rows.
CREATE TABLE feed_last (
    year TEXT NOT NULL,
    feed TEXT NOT NULL,
    header TEXT NOT NULL,    -- JSON
    unread TEXT NOT NULL,    -- JSON: the columns of it that nothing read
    rows INTEGER NOT NULL,
    PRIMARY KEY (year, feed)
) WITHOUT ROWID;

CREATE TABLE held (
    held INTEGER PRIMARY KEY AUTOINCREMENT,
    feed TEXT NOT NULL,
    tables TEXT NOT NULL,    -- JSON
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    written INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    tallies TEXT NOT NULL,   -- JSON
    schools TEXT NOT NULL,   -- JSON: the schools in it
    school TEXT,             -- the school whose part alone is held; none: the file
    problem TEXT NOT NULL,   -- JSON: the gate, its sentence and its remedy
    releasable INTEGER NOT NULL,
    since TEXT NOT NULL,
    state TEXT NOT NULL,     -- held, released, believed, discarded, ended
    by_whom TEXT NOT NULL,
    why TEXT NOT NULL,
    told_on TEXT             -- the morning on which owners without news were told
);
CREATE INDEX held_by_state ON held (state);
