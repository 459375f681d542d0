-- One district's home. Days are texts (2026-11-20), years are the school year's first day as a number (20260817).
-- Facts are compact records (see src/store/codec): one per student and school year.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE school_year (year INTEGER PRIMARY KEY, first_day TEXT NOT NULL, last_day TEXT NOT NULL);

-- The names behind the numbers in compact records; they only ever grow.
CREATE TABLE word (kind TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE student (student INTEGER PRIMARY KEY, student_id TEXT NOT NULL);
CREATE TABLE school (school INTEGER PRIMARY KEY, school_id TEXT NOT NULL, name TEXT NOT NULL);

-- The only table with students' names.
CREATE TABLE directory (
    student INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    homeroom TEXT NOT NULL
);

CREATE TABLE student_year (
    year INTEGER NOT NULL,
    student INTEGER NOT NULL,
    enrolled BLOB,   -- listing, enrollments, programs
    attendance BLOB,
    marks BLOB,
    incidents BLOB,
    support BLOB,    -- plans and contacts
    PRIMARY KEY (year, student)
) WITHOUT ROWID;

CREATE TABLE calendar (year INTEGER NOT NULL, school INTEGER, day TEXT NOT NULL, instructional INTEGER NOT NULL);
CREATE INDEX calendar_by_year ON calendar (year);
CREATE TABLE term (year INTEGER NOT NULL, term INTEGER NOT NULL, school INTEGER, first_day TEXT NOT NULL, last_day TEXT NOT NULL);
CREATE TABLE course (course INTEGER PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, crosswalk_subject TEXT NOT NULL, core TEXT NOT NULL);

CREATE TABLE staff (staff_id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, roles TEXT NOT NULL, row TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE caseload (
    student_id TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    role TEXT NOT NULL,
    area TEXT,
    from_day TEXT,
    until_day TEXT,
    from_range INTEGER NOT NULL
);
-- Subgroups, for a fairness audit alone.
CREATE TABLE student_group (student_id TEXT NOT NULL, group_name TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE outcome (student_id TEXT NOT NULL, outcome TEXT NOT NULL, value INTEGER NOT NULL, day TEXT);

CREATE TABLE round (
    round INTEGER PRIMARY KEY AUTOINCREMENT,
    as_of TEXT NOT NULL,
    today TEXT NOT NULL,
    started INTEGER NOT NULL,
    committed INTEGER NOT NULL,
    counts TEXT NOT NULL
);
CREATE TABLE problem (position INTEGER PRIMARY KEY, round INTEGER NOT NULL, code TEXT NOT NULL, problem TEXT NOT NULL);
CREATE TABLE export (
    export INTEGER PRIMARY KEY,
    feed TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    first_day TEXT,
    last_day TEXT,
    rows INTEGER NOT NULL,
    tallies TEXT NOT NULL,
    accepted TEXT NOT NULL, -- the as-of day of the round that accepted it
    round INTEGER NOT NULL
);
CREATE INDEX export_by_feed ON export (feed, digest);

-- What we hold to be true of a student under a rule; what is all zero has no row.
CREATE TABLE standing (
    year INTEGER NOT NULL,
    rule INTEGER NOT NULL,   -- word, kind 'rule'
    student INTEGER NOT NULL,
    level TEXT,
    told TEXT,
    told_unwritten INTEGER NOT NULL,
    since TEXT,
    stepped_up TEXT,
    episode INTEGER NOT NULL,
    reached_watch INTEGER NOT NULL,
    reached_concern INTEGER NOT NULL,
    reached_urgent INTEGER NOT NULL,
    calm_watch INTEGER NOT NULL,
    calm_concern INTEGER NOT NULL,
    calm_urgent INTEGER NOT NULL,
    judged TEXT,
    digest INTEGER NOT NULL, -- word, kind 'digest'
    unknown_days INTEGER NOT NULL,
    unknown_on TEXT,
    left_on TEXT,
    PRIMARY KEY (year, rule, student)
) WITHOUT ROWID;

-- How far a rule has come at a school: its last judged day and its baseline.
CREATE TABLE school_rule (
    year INTEGER NOT NULL,
    rule TEXT NOT NULL,
    school INTEGER NOT NULL,
    judged TEXT,
    digest TEXT NOT NULL,
    baseline TEXT NOT NULL,
    PRIMARY KEY (year, rule, school)
) WITHOUT ROWID;

-- Tonight's verdict of every student under a rule, a byte each.
CREATE TABLE rule_night (year INTEGER NOT NULL, rule TEXT NOT NULL, verdicts BLOB NOT NULL, PRIMARY KEY (year, rule)) WITHOUT ROWID;

-- Every change of a standing, with its numbers.
CREATE TABLE change (
    change INTEGER PRIMARY KEY,
    year INTEGER NOT NULL,
    student INTEGER NOT NULL,
    rule TEXT NOT NULL,
    from_level TEXT,
    to_level TEXT,
    reason TEXT NOT NULL,
    day TEXT NOT NULL,
    value REAL,
    because TEXT NOT NULL,
    numbers TEXT NOT NULL,
    digest TEXT NOT NULL,
    round INTEGER NOT NULL
);
CREATE INDEX change_by_student ON change (student, rule);

CREATE TABLE rule_version (rule TEXT NOT NULL, digest TEXT NOT NULL, version TEXT NOT NULL, first_round INTEGER NOT NULL, PRIMARY KEY (rule, digest)) WITHOUT ROWID;

CREATE TABLE letter (
    letter INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    to_staff TEXT NOT NULL,
    address TEXT NOT NULL,
    to_name TEXT NOT NULL,
    morning TEXT NOT NULL,
    message_id TEXT NOT NULL,
    date INTEGER NOT NULL,
    as_of TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    answer TEXT NOT NULL,
    sealed BLOB              -- the bytes between the first attempt and the final answer
);
CREATE INDEX letter_by_state ON letter (state);
CREATE TABLE letter_entry (
    letter INTEGER NOT NULL REFERENCES letter (letter) ON DELETE CASCADE,
    student_id TEXT NOT NULL,
    school_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    level TEXT,
    episode INTEGER NOT NULL,
    written INTEGER NOT NULL, -- 0: told as a count alone
    put_back INTEGER NOT NULL -- 1: told in rehearsal, put back by go-live
);
CREATE INDEX letter_entry_by_letter ON letter_entry (letter);
CREATE INDEX letter_entry_by_student ON letter_entry (student_id, rule);
-- Every step of a delivery.
CREATE TABLE delivery (
    letter INTEGER NOT NULL REFERENCES letter (letter) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    answer TEXT NOT NULL
);
CREATE INDEX delivery_by_letter ON delivery (letter);

-- For people with a SQL shell: open flags in words.
CREATE VIEW flag AS
SELECT standing.year, student.student_id, word.text AS rule, standing.level, standing.told, standing.since, standing.judged
FROM standing
JOIN student ON student.student = standing.student
JOIN word ON word.kind = 'rule' AND word.number = standing.rule
WHERE standing.level IS NOT NULL;
