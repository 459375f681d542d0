//! What became of edits of rules since the last round, as their editors are told: at work, waiting for a yes, or refused; with what was
//! found, and what it would do in counts. No student, ever: a letter to editors goes to whoever may write rules, not to owners.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::at_work::with_rule_at_work;
use super::believing::Taken;
use super::ledger::Ledger;
use super::preview::{District, Preview, Span, nights_to, replay};
use super::report::counted;
use super::setup::Setup;
use crate::monitor::{Problem, Weight};
use crate::outbox::ReportLine;
use crate::rules::review::{Finding, Gravity, review};
use crate::rules::{Rule, RuleSet, Status, differences, id_of};
use crate::school::Day;
use crate::store::Store;
use crate::timeline::Almanac;

/// The key under which the store remembers what editors know.
const KNOWN: &str = "rules edits known";
const DISTRICT: &str = "rules/district.toml";
/// Nights that a letter's preview looks at: as many as `firstbell preview` does by itself.
const NIGHTS: usize = 20;
/// Findings of one rule that a letter lists; `firstbell rules check` has all of them.
const MOST_FINDINGS: usize = 10;

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Fate {
    /// It is what rounds judge by, as far as its status says.
    AtWork,
    /// It waits for a yes; the version before it is at work.
    Waits,
    /// It cannot be put to work.
    Refused,
    /// The file is gone.
    Gone,
}

/// What editors know of each rule or other file: its digest, and what became of it.
type Known = BTreeMap<String, (String, Fate)>;

/// What is new for editors.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// The sentence at the letter's head; empty where nothing is new.
    pub(super) headline: String,
    /// Its lines under a heading for each edit.
    pub(super) lines: Vec<ReportLine>,
    /// What the store is to remember, as a key and a value.
    pub(super) remember: Option<(String, String)>,
}

/// What a letter about edits looks at.
pub(super) struct Look<'l> {
    pub(super) setup: &'l Setup,
    /// As it was before the round.
    pub(super) store: &'l Store,
    pub(super) almanac: &'l Almanac<'l>,
    pub(super) ledger: &'l Ledger,
    pub(super) taken: &'l Taken,
}

impl Look<'_> {
    /// Compares the rules' files with what editors know of them. Nothing is said of a home's first rules but of what is wrong with them.
    ///
    /// # Errors
    ///
    /// A problem where the store cannot be read.
    pub(super) fn edits(&self) -> Result<Edits, Problem> {
        let kept = self.store.meta(KNOWN)?;
        let before: Option<Known> = kept.as_deref().and_then(|json| serde_json::from_str(json).ok());
        let is_first = before.is_none();
        let before = before.unwrap_or_default();
        let mut now = self.known(&before);
        // A file that is no rule's is known only as long as it is refused.
        let is_gone = |name: &&String| !now.contains_key(*name) && !name.contains('/');
        let gone: Vec<String> = before.keys().filter(is_gone).cloned().collect();
        now.extend(gone.into_iter().map(|name| (name, (String::new(), Fate::Gone))));
        let is_news = |name: &String, state: &(String, Fate)| match before.get(name) {
            Some(known) => known != state,
            None => !is_first || matches!(state.1, Fate::Waits | Fate::Refused),
        };
        let news: Vec<(&String, Fate)> = now
            .iter()
            .filter(|(name, state)| is_news(name, state))
            .map(|(name, (_, fate))| (name, *fate))
            .collect();
        let json = serde_json::to_string(&now).unwrap_or_default();
        let mut edits = Edits {
            remember: (kept.as_deref() != Some(&json)).then(|| (KNOWN.to_owned(), json)),
            ..Edits::default()
        };
        if news.is_empty() || self.setup.config.rules.editors.is_empty() {
            return Ok(edits);
        }
        let (findings, _) = review(&self.setup.sources).finish();
        for (name, fate) in &news {
            let texts = self.told(name, *fate, &findings)?;
            edits.lines.extend(texts.into_iter().map(|text| ReportLine {
                section: format!("{name}: {}", words(*fate)),
                text,
            }));
        }
        edits.headline = headline(&news);
        Ok(edits)
    }

    /// Every rule, and every other file of `rules/` that is refused.
    fn known(&self, before: &Known) -> Known {
        let setup = self.setup;
        let mut known = Known::new();
        let Some(overlay) = self.overlay() else {
            // Nobody knows what the district wants of any rule, so that is all there is to say.
            known.extend(
                before
                    .iter()
                    .filter(|(name, _)| !name.contains('/'))
                    .map(|(name, state)| (name.clone(), state.clone())),
            );
            let problems = self.problems_of(DISTRICT).map(|problem| problem.to_string());
            known.insert(
                DISTRICT.to_owned(),
                (short(&problems.collect::<String>()), Fate::Refused),
            );
            return known;
        };
        let files = setup.sources.rules();
        let unreadable = setup
            .sources
            .unreadable_rules()
            .filter_map(|problem| problem.place.file.as_deref());
        let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).chain(unreadable).collect();
        for path in paths {
            let id = id_of(path);
            known.insert(id.to_owned(), (self.digest(path, &overlay), self.fate(id)));
        }
        for problem in setup.problems.iter().filter(|problem| problem.weight >= Weight::Waits) {
            let file = problem.place.file.as_deref().unwrap_or_default();
            if file.starts_with("rules/lib/") {
                known.insert(file.to_owned(), (short(&problem.to_string()), Fate::Refused));
            }
        }
        known
    }

    /// What the district changes; `None` where that cannot be read.
    fn overlay(&self) -> Option<toml::Table> {
        let sources = &self.setup.sources;
        if sources
            .unreadable
            .iter()
            .any(|problem| problem.place.file.as_deref() == Some(DISTRICT))
        {
            return None;
        }
        let text = sources
            .district()
            .map_or(Ok(""), |file| std::str::from_utf8(&file.bytes))
            .ok()?;
        text.trim_start_matches('\u{feff}').parse().ok()
    }

    fn problems_of<'p>(&'p self, wanted: &'p str) -> impl Iterator<Item = &'p Problem> {
        let named = move |problem: &&Problem| problem.place.file.as_deref() == Some(wanted);
        self.setup.problems.iter().filter(named)
    }

    fn fate(&self, id: &str) -> Fate {
        if self.setup.rules.set_aside().iter().any(|aside| aside.id == id)
            || self.setup.last_good.iter().any(|good| good == id)
        {
            return Fate::Refused;
        }
        match self.setup.waiting.iter().any(|waiting| waiting.weighed.rule == id) {
            true => Fate::Waits,
            false => Fate::AtWork,
        }
    }

    /// The digest of everything that an editor of a rule writes: its file, its trial, and what the district changes of it.
    fn digest(&self, path: &str, overlay: &toml::Table) -> String {
        let sources = &self.setup.sources;
        let bytes = |path: &str| {
            let file = sources.files.iter().find(|file| file.path == path);
            file.map_or(&[][..], |file| &file.bytes)
        };
        let part = overlay
            .get(id_of(path))
            .map_or_else(String::new, toml::Value::to_string);
        let trial = path.replace(".rhai", ".test.toml");
        let texts = [bytes(path), bytes(&trial), part.as_bytes()].map(String::from_utf8_lossy);
        short(&texts.join("\0"))
    }

    /// What editors are told of one edit, a sentence each.
    fn told(&self, name: &str, fate: Fate, findings: &[Finding]) -> Result<Vec<String>, Problem> {
        let mut lines = Vec::new();
        match fate {
            Fate::Gone => lines
                .push("The file was taken away; its flags are closed, and the rest is at work without it.".to_owned()),
            Fate::Refused => lines.extend(self.refused(name)),
            Fate::AtWork => lines.push(self.at_work(name)),
            Fate::Waits => lines.extend(self.waits(name)),
        }
        let of_rule = findings.iter().filter(|finding| finding.rule == name);
        let said = of_rule.filter(|finding| fate != Fate::Refused || finding.gravity == Gravity::Error);
        let known: Vec<String> = said.map(found).collect();
        lines.extend(
            known
                .iter()
                .take(MOST_FINDINGS)
                .filter(|line| !lines.contains(line))
                .cloned()
                .collect::<Vec<_>>(),
        );
        if known.len() > MOST_FINDINGS {
            lines.push(format!("{} more: mend these first", known.len() - MOST_FINDINGS));
        }
        if matches!(fate, Fate::AtWork | Fate::Waits) {
            lines.extend(self.changes(name)?);
        }
        Ok(lines)
    }

    /// Why a file is refused: the problems that name it, or the rule's own.
    fn refused(&self, name: &str) -> Vec<String> {
        let setup = self.setup;
        let of_rule = setup
            .rules
            .set_aside()
            .iter()
            .filter(|aside| aside.id == name)
            .map(|aside| &aside.problem);
        let named = setup.problems.iter().filter(|problem| {
            let file = problem.place.file.as_deref().unwrap_or_default();
            let stem = id_of(file.trim_end_matches(".test.toml"));
            problem.weight >= Weight::Waits && file.starts_with("rules/") && (stem == name || file == name)
        });
        let mut lines: Vec<String> = Vec::new();
        for problem in of_rule.chain(named) {
            // Twice in other words: where the last good version stays, its problem says so at the end.
            let line = plainly(problem);
            if !lines
                .iter()
                .any(|said| said.starts_with(line.split(" \u{2014} ").next().unwrap_or(&line)))
            {
                lines.push(line);
            }
        }
        let is_good = setup.last_good.iter().any(|good| good == name);
        lines.push(match is_good {
            true => "Nobody's flags change: the last good version stays at work.".to_owned(),
            false => "No rule of this file is at work.".to_owned(),
        });
        lines
    }

    fn at_work(&self, id: &str) -> String {
        let rule = self.setup.rules.rule(id);
        let status = rule.map(|rule| rule.district_card().status);
        match status {
            _ if rule.is_some_and(Rule::is_live) => "The edit was accepted and is at work.".to_owned(),
            Some(Status::Shadow) => "The edit was accepted: the rule is judged and written to nobody.".to_owned(),
            Some(Status::Retired) => "The edit was accepted: the rule is out of work.".to_owned(),
            _ => "The edit was accepted: the rule is a draft, and nobody is judged by it.".to_owned(),
        }
    }

    fn waits(&self, id: &str) -> Vec<String> {
        let waiting = self.setup.waiting.iter().find(|waiting| waiting.weighed.rule == id);
        let most = waiting.and_then(|waiting| waiting.weighed.most.as_ref());
        let Some(most) = most else { return Vec::new() };
        vec![
            format!(
                "It would raise {} of {} students of school {} to concern or worse at once, so it waits for a yes; the version before it stays at work.",
                most.students, most.judged, most.school
            ),
            format!(
                "If it is meant, answer to this letter: whoever runs firstbell says yes with `firstbell rules accept {id} --by` and your name. If not, put the old file back."
            ),
        ]
    }

    /// What the edit changes: in words, and as counts over the last nights.
    fn changes(&self, id: &str) -> Result<Vec<String>, Problem> {
        let setup = self.setup;
        let waiting = setup.waiting.iter().find(|waiting| waiting.weighed.rule == id);
        let now = match waiting {
            Some(waiting) => setup
                .rules
                .with_version(&waiting.version)
                .unwrap_or_else(|_| setup.rules.clone()),
            None => setup.rules.clone(),
        };
        let Some(rule) = now.rule(id) else {
            return Ok(Vec::new());
        };
        let books = self.almanac.books();
        let before = with_rule_at_work(setup, self.store, books, self.ledger, id)?;
        let old = before.as_ref().and_then(|set| set.rule(id));
        let mut lines: Vec<String> = old.map(|old| differences(old, rule)).unwrap_or_default();
        let same = old.is_some_and(|old| old.whole_digest() == rule.whole_digest());
        let last = self.store.last_as_of()?.filter(|last| books.year.holds(*last));
        // What programs tell of past nights is not at hand here.
        let asks_programs = rule.version().words.iter().any(|word| word.program);
        match last {
            Some(last) if rule.judges_somewhere() && !same && !asks_programs => {
                lines.extend(self.preview(id, &now, before.as_ref(), last)?);
            }
            _ if same => lines.push("It judges as before: nobody is flagged otherwise.".to_owned()),
            _ => {}
        }
        Ok(lines)
    }

    fn preview(&self, id: &str, now: &RuleSet, before: Option<&RuleSet>, last: Day) -> Result<Vec<String>, Problem> {
        let nights = nights_to(self.almanac, last);
        let first = nights.get(nights.len().saturating_sub(NIGHTS)).copied().unwrap_or(last);
        let span = Span { from: first, to: last };
        let (staff, caseload) = match &self.taken.staff {
            Some(staff) => (staff.clone(), super::deciding::caseload(self.store, staff, self.taken)?),
            None => (self.store.staff()?, self.store.caseload()?),
        };
        let silences = self.store.silences()?;
        let district = District {
            almanac: self.almanac,
            config: &self.setup.config,
            staff: &staff,
            caseload: &caseload,
            silences: &silences,
        };
        let walk = |set: &RuleSet| replay(&district, &set.as_if_live(id).alone(id), Some(id), span);
        let preview = Preview {
            now: walk(now),
            before: before.map(walk),
        };
        let name = |staff_id: &str| {
            let person = staff.iter().find(|person| person.staff_id == staff_id);
            let name = person
                .map(|person| person.name.trim().to_owned())
                .filter(|name| !name.is_empty());
            name.unwrap_or_else(|| staff_id.to_owned())
        };
        let nights = counted(preview.now.nights.len() as u64, "night");
        let mut lines = vec![format!(
            "These are the last {nights}, {first} to {last}, looked at again with today's facts."
        )];
        lines.extend(by_school(&preview));
        lines.extend(by_person(&preview, &staff, name));
        Ok(lines)
    }
}

/// Students by school and level, a sentence each.
fn by_school(preview: &Preview) -> Vec<String> {
    let rows = preview.levels();
    if rows.is_empty() {
        return vec!["Nobody would have been flagged.".to_owned()];
    }
    let line = |((school, _, level), row): ((String, String, crate::school::Level), super::preview::LevelRow)| {
        let before = match preview.before {
            Some(_) => format!(", before the edit {}", row.flagged_before),
            None => String::new(),
        };
        format!(
            "School {school}: {} at {level}{before}.",
            counted(row.flagged as u64, "student")
        )
    };
    rows.into_iter().map(line).collect()
}

/// Each person's fullest week, a sentence each.
fn by_person(preview: &Preview, staff: &[crate::routing::Staff], name: impl Fn(&str) -> String) -> Vec<String> {
    let mut busiest: BTreeMap<String, (usize, usize, usize, usize)> = BTreeMap::new();
    for ((person, _), row) in preview.weeks() {
        let most = busiest.entry(person).or_default();
        *most = (
            most.0.max(row.now.letters),
            most.1.max(row.before.letters),
            most.2.max(row.now.students),
            most.3.max(row.now.nightly),
        );
    }
    if busiest.is_empty() {
        return vec!["No letter would have told of it.".to_owned()];
    }
    let line = |(person, (letters, before, students, nightly)): (String, (usize, usize, usize, usize))| {
        let was = match preview.before {
            Some(_) => format!(" and {before} before the edit"),
            None => String::new(),
        };
        let capacity = staff
            .iter()
            .find(|other| other.staff_id == person)
            .and_then(|other| other.capacity);
        let carries = capacity
            .map(|capacity| format!("; up to {nightly} in nightly letters, can carry {capacity}"))
            .unwrap_or_default();
        let about = match (letters, students) {
            (0, _) => String::new(),
            (_, 0) => ", with counts alone".to_owned(),
            (_, some) => format!(", about up to {}", counted(some as u64, "student")),
        };
        format!(
            "{}: {} in the fullest week{was}{about}{carries}.",
            name(&person),
            counted(letters as u64, "letter")
        )
    };
    busiest.into_iter().map(line).collect()
}

fn short(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().chars().take(32).collect()
}

fn words(fate: Fate) -> &'static str {
    match fate {
        Fate::AtWork => "accepted",
        Fate::Waits => "waits for a yes",
        Fate::Refused => "refused",
        Fate::Gone => "taken away",
    }
}

/// `2 edits of rules: 1 accepted, 1 refused`.
fn headline(news: &[(&String, Fate)]) -> String {
    let parts: Vec<String> = [Fate::AtWork, Fate::Waits, Fate::Refused, Fate::Gone]
        .into_iter()
        .filter_map(|fate| {
            let count = news.iter().filter(|(_, other)| *other == fate).count();
            (count > 0).then(|| format!("{count} {}", words(fate)))
        })
        .collect();
    let edits = match news.len() {
        1 => "1 edit of a rule".to_owned(),
        many => format!("{many} edits of rules"),
    };
    format!("{edits}: {}", parts.join(", "))
}

/// A finding as a line: its gravity, its place, what is wrong, what to do.
fn found(finding: &Finding) -> String {
    match finding.gravity {
        Gravity::Error => plainly(&finding.problem),
        gravity => format!("{}: {}", gravity.word(), plainly(&finding.problem)),
    }
}

fn plainly(problem: &Problem) -> String {
    let remedy = match problem.remedy.is_empty() {
        true => String::new(),
        false => format!(" \u{2014} {}", problem.remedy),
    };
    format!("{}: {}{remedy}", problem.place, problem.message)
}
