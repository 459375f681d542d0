-- What each of several feeds of one table said by itself: what one of them replaces is what that one said before. A table that one
-- feed alone fills has no rows here.
CREATE TABLE said (
    year INTEGER NOT NULL,
    feed TEXT NOT NULL,
    student INTEGER NOT NULL,
    enrolled BLOB,
    attendance BLOB,
    marks BLOB,
    incidents BLOB,
    support BLOB,
    PRIMARY KEY (year, feed, student)
) WITHOUT ROWID;

-- The same for lists that are no facts of a school year: staff, caseload, groups, outcomes.
CREATE TABLE said_list (
    feed TEXT NOT NULL,
    list TEXT NOT NULL,
    rows TEXT NOT NULL,      -- JSON
    PRIMARY KEY (feed, list)
) WITHOUT ROWID;
