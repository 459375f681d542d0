-- Every version of a rule that was at work: since which night, who put it there, and what it takes to put it back. A version that was
-- replaced and restored has a row for each time.
CREATE TABLE rule_log (
    entry INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    digest TEXT NOT NULL,     -- of the file's text, its cards and what decides; empty in rows made from rule_version
    version TEXT NOT NULL,    -- JSON
    trial TEXT NOT NULL,      -- the trial's text, as it stood beside the file
    file TEXT NOT NULL,       -- the file whose edit put it to work
    owner TEXT NOT NULL,      -- the account that owns that file
    by_whom TEXT NOT NULL,    -- who said so by name: --by
    from_day TEXT NOT NULL,   -- the first night that it judged
    put_on TEXT NOT NULL,     -- the day on which that night's round ran
    until_day TEXT            -- the first night without any version of the rule at work
);
CREATE INDEX rule_log_by_rule ON rule_log (rule, entry);
INSERT INTO rule_log (rule, digest, version, trial, file, owner, by_whom, from_day, put_on)
SELECT rule_version.rule, '', rule_version.version, '', coalesce(json_extract(rule_version.version, '$.path'), ''), '', '',
    coalesce(round.as_of, '2000-01-01'), coalesce(round.today, '2000-01-01')
FROM rule_version LEFT JOIN round ON round.round = rule_version.first_round
ORDER BY rule_version.first_round, rule_version.rule;
