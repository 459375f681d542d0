-- Changes name their rule and its version by number: a night writes tens of thousands of them.
INSERT INTO word
SELECT 'rule', (SELECT coalesce(max(number), -1) FROM word WHERE kind = 'rule') + row_number() OVER (ORDER BY rule), rule
FROM (SELECT DISTINCT rule FROM change WHERE rule NOT IN (SELECT text FROM word WHERE kind = 'rule'));
INSERT INTO word
SELECT 'digest', (SELECT coalesce(max(number), -1) FROM word WHERE kind = 'digest') + row_number() OVER (ORDER BY digest), digest
FROM (SELECT DISTINCT digest FROM change WHERE digest NOT IN (SELECT text FROM word WHERE kind = 'digest'));

ALTER TABLE change RENAME TO change_in_words;
DROP INDEX change_by_student;
CREATE TABLE change (
    change INTEGER PRIMARY KEY,
    year INTEGER NOT NULL,
    student INTEGER NOT NULL,
    rule INTEGER NOT NULL,   -- word, kind 'rule'
    from_level TEXT,
    to_level TEXT,
    reason TEXT NOT NULL,
    day TEXT NOT NULL,
    value REAL,
    because TEXT NOT NULL,
    numbers TEXT NOT NULL,
    digest INTEGER NOT NULL, -- word, kind 'digest'
    round INTEGER NOT NULL
);
INSERT INTO change
SELECT change, year, student, named.number, from_level, to_level, reason, day, value, because, numbers, version.number, round
FROM change_in_words
JOIN word AS named ON named.kind = 'rule' AND named.text = change_in_words.rule
JOIN word AS version ON version.kind = 'digest' AND version.text = change_in_words.digest;
DROP TABLE change_in_words;
CREATE INDEX change_by_student ON change (student, rule);
