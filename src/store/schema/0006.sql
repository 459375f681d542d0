-- What letters say beside levels, and what keeps news back.

-- 1: told falls to this level, since a digest said that the flag eased.
ALTER TABLE letter_entry ADD COLUMN falls INTEGER NOT NULL DEFAULT 0;
-- Why this person: the route's link that led there.
ALTER TABLE letter_entry ADD COLUMN why TEXT NOT NULL DEFAULT '';

-- Many students of a school flagged by one rule at once; without a rule, a day on which almost a whole school was absent.
CREATE TABLE storm (
    storm INTEGER PRIMARY KEY AUTOINCREMENT,
    year INTEGER NOT NULL,
    school INTEGER NOT NULL,
    rule TEXT NOT NULL,
    sightings TEXT NOT NULL, -- JSON: the judged days, with their counts
    decision TEXT NOT NULL,  -- open, released, discarded, settled
    by_whom TEXT NOT NULL,
    why TEXT NOT NULL,
    seen TEXT NOT NULL       -- the as-of day of the round that first saw it
);
CREATE INDEX storm_by_year ON storm (year);

-- News that waits tonight, and why: rewritten by every round, so that no crossing is without a letter or a reason.
CREATE TABLE kept_back (
    year INTEGER NOT NULL,
    student_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    level TEXT NOT NULL,
    hold TEXT NOT NULL,      -- storm, silence, quieted, cap, capacity, digest
    since TEXT NOT NULL,     -- the as-of day of the first round that held it for this reason
    PRIMARY KEY (year, student_id, rule)
) WITHOUT ROWID;

-- Somebody asked not to be written about something for a while.
CREATE TABLE silence (
    silence INTEGER PRIMARY KEY AUTOINCREMENT,
    student_id TEXT,
    rule TEXT,
    school_id TEXT,
    area TEXT,
    urgent INTEGER NOT NULL, -- 1: urgent news is held, too
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    ended TEXT               -- the day on which a person ended it early
);
