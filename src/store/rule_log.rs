//! Which version of a rule was at work when, and who put it there.

use super::words::{day, maybe_day, text};
use super::{Store, Tx};
use crate::monitor::Problem;
use crate::school::Day;

/// One stretch of nights that a version of a rule was at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEntry {
    /// The rule's id.
    pub rule: String,
    /// The digest of the file's text, its cards and what decides; empty where an older firstbell kept the version.
    pub digest: String,
    /// The version, as JSON.
    pub version: String,
    /// The trial beside it; empty where it is not known.
    pub trial: String,
    /// The file whose edit put it to work, from the home.
    pub file: String,
    /// The account that owns that file; empty where the system does not tell.
    pub owner: String,
    /// Who put it there by name (`--by`); empty where nobody said.
    pub by: String,
    /// The first night that it judged.
    pub from: Day,
    /// The day on which that night's round ran.
    pub put_on: Day,
    /// The first night that it judged no more; `None` while it is at work.
    pub until: Option<Day>,
}

impl RuleEntry {
    /// Who put it there: the name that was given, else the file's owner.
    pub fn who(&self) -> &str {
        if self.by.is_empty() { &self.owner } else { &self.by }
    }
}

const ENTRY: &str = "SELECT rule, digest, version, trial, file, owner, by_whom, from_day, put_on, \
     coalesce(until_day, lead(from_day) OVER (PARTITION BY rule ORDER BY entry)) FROM rule_log";

fn entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<RuleEntry> {
    Ok(RuleEntry {
        rule: row.get(0)?,
        digest: row.get(1)?,
        version: row.get(2)?,
        trial: row.get(3)?,
        file: row.get(4)?,
        owner: row.get(5)?,
        by: row.get(6)?,
        from: day(row, 7)?,
        put_on: day(row, 8)?,
        until: maybe_day(row, 9)?,
    })
}

impl Store {
    /// The versions of a rule that were at work, or of all rules, each rule's the oldest first.
    pub fn rule_log(&self, rule: Option<&str>) -> Result<Vec<RuleEntry>, Problem> {
        let sql = format!("{ENTRY} WHERE ?1 IS NULL OR rule = ?1 ORDER BY rule, entry");
        self.all(&sql, [rule], entry)
    }

    /// The last version of each rule that was ever at work.
    pub fn last_versions(&self) -> Result<Vec<RuleEntry>, Problem> {
        let sql = format!("{ENTRY} WHERE entry IN (SELECT max(entry) FROM rule_log GROUP BY rule) ORDER BY rule");
        self.all(&sql, [], entry)
    }
}

impl Tx<'_> {
    /// Notes that a version of a rule is at work from a night on.
    pub fn log_rule(&self, entry: &RuleEntry) -> Result<(), Problem> {
        let sql = "INSERT INTO rule_log (rule, digest, version, trial, file, owner, by_whom, from_day, put_on) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let row = (
            &entry.rule,
            &entry.digest,
            &entry.version,
            &entry.trial,
            &entry.file,
            &entry.owner,
            &entry.by,
            text(entry.from),
            text(entry.put_on),
        );
        self.run(sql, row).map(|_| ())
    }

    /// Gives the last version of a rule the digest and the trial that an older firstbell did not keep.
    pub fn name_rule(&self, rule: &str, digest: &str, trial: &str) -> Result<(), Problem> {
        let sql = "UPDATE rule_log SET digest = ?2, trial = ?3 \
                   WHERE entry = (SELECT max(entry) FROM rule_log WHERE rule = ?1)";
        self.run(sql, (rule, digest, trial)).map(|_| ())
    }

    /// Notes that from a night on no version of a rule is at work.
    pub fn end_rule(&self, rule: &str, until: Day) -> Result<(), Problem> {
        let sql = "UPDATE rule_log SET until_day = ?2 \
                   WHERE entry = (SELECT max(entry) FROM rule_log WHERE rule = ?1)";
        self.run(sql, (rule, text(until))).map(|_| ())
    }
}
