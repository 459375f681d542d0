//! The guess against exports whose truth an adapter knows: its own headers, and the same under other names.

// Every test binary that guesses has this as a module of its own and uses its own part of it.
#![allow(dead_code)]

mod renames;

use std::path::{Path, PathBuf};

use firstbell::adopt::{Confidence, Guess, Sample, Unfit, Wishes, look};
use firstbell::plugins;
use firstbell::records::{Adapter, Bundle, Step};
use firstbell::school::Table;
use renames::{OTHERS, SYSTEMS, in_system, styles};

/// One export with the header of every canonical column that its adapter reads from it.
pub(crate) struct Known {
    name: String,
    pub(crate) text: String,
    table: Table,
    truth: Vec<(&'static str, Vec<String>)>,
}

fn sample(name: &str, text: &str) -> Sample {
    Sample {
        name: name.to_owned(),
        length: text.len() as u64,
        pieces: vec![text.as_bytes().to_vec()],
    }
}

fn guess(name: &str, text: &str) -> Result<Guess, Unfit> {
    look(&sample(name, text), &Wishes::default())
}

fn matches(glob: &str, name: &str) -> bool {
    wildmatch::WildMatch::new_case_insensitive(glob).matches(name)
}

/// All files below a folder with a `.csv` ending.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|ending| ending == "csv" || ending == "txt")
        {
            found.push(path);
        }
    }
    found.sort();
}

/// The table that one file of a bundle is by itself; most are none before they are joined with the others.
fn alone(bundle: &Bundle, name: &str) -> Option<Table> {
    let (member, _) = bundle.member_of(name)?;
    let mut views = bundle
        .views
        .iter()
        .filter(|view| view.rows == bundle.members[member].id);
    let keeps = |step: &Step| matches!(step, Step::Keep { .. });
    let view = views.find(|view| view.table.is_some())?;
    view.table.filter(|_| view.steps.iter().all(keeps))
}

/// What an adapter says of a file: through the feed that would take it.
fn known(path: &Path, adapter: &Adapter) -> Option<Known> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let of_bundle = adapter.bundle.as_ref().map(|bundle| alone(bundle, &name));
    let feed = adapter.feeds.iter().find(|feed| {
        let mut globs = feed.files.iter();
        globs.any(|glob| matches(glob, &name))
    })?;
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    // Some hundred rows tell as much as all of them.
    let text: String = text.split_inclusive('\n').take(500).collect();
    let table = match of_bundle {
        Some(table) => table?,
        None => *feed.tables.first()?,
    };
    let map = adapter.tables.get(&table)?;
    if !map.header.is_empty() {
        return None;
    }
    let first = text.lines().next()?.trim_start_matches('\u{feff}');
    let headers: Vec<String> = first
        .split(',')
        .map(|cell| cell.trim_matches(['"', '\''].as_slice()).to_owned())
        .collect();
    let mut truth = Vec::new();
    for (column, map) in firstbell::records::columns(table).iter().zip(&map.columns) {
        let there: Vec<String> = map
            .from
            .iter()
            .chain(&map.join)
            .filter(|header| headers.iter().any(|have| have.eq_ignore_ascii_case(header)))
            .cloned()
            .collect();
        // That Ed-Fi's section stands for the period is the adapter's own knowledge: to everybody else a section is a course.
        let beyond_guessing = column.name == "period" && there == ["SectionIdentifier"];
        if !there.is_empty() && !beyond_guessing {
            truth.push((column.name, there));
        }
    }
    (truth.len() > 1).then_some(Known {
        name,
        text,
        table,
        truth,
    })
}

/// The files in a folder that an adapter's feeds take.
pub(crate) fn taken(id: &str, folder: &Path, adapters: &[Adapter]) -> Vec<Known> {
    let adapter = adapters.iter().find(|adapter| adapter.id == id).expect("it ships");
    let mut paths = Vec::new();
    files(folder, &mut paths);
    paths.iter().filter_map(|path| known(path, adapter)).collect()
}

/// The adapters that ship.
pub(crate) fn adapters() -> Vec<Adapter> {
    let (adapters, problems) = plugins::load(std::iter::empty());
    assert_eq!(problems, []);
    adapters
}

/// Canonical columns with the headers from which each may come.
type Columns = &'static [(&'static str, &'static [&'static str])];

/// The files of a OneRoster bundle that are tables of their own, and where their columns come from; the others are tables only together.
const ONEROSTER: [(&str, Table, Columns); 7] = [
    ("1.1/users.csv", Table::Students, USERS),
    ("1.1/orgs.csv", Table::Schools, ORGS),
    ("1.1/academicSessions.csv", Table::Terms, SESSIONS),
    ("1.2/users.csv", Table::Students, USERS),
    ("1.2/orgs.csv", Table::Schools, ORGS),
    ("1.2/academicSessions.csv", Table::Terms, SESSIONS),
    (
        "1.2/roles.csv",
        Table::Enrollments,
        &[
            ("student_id", &["userSourcedId"]),
            ("school_id", &["orgSourcedId"]),
            ("entry_date", &["beginDate"]),
            ("exit_date", &["endDate"]),
        ],
    ),
];

/// A user's number in the student system is the `identifier`; the bundle's own key is an id as well.
const USERS: Columns = &[
    ("student_id", &["sourcedId", "identifier"]),
    ("first_name", &["givenName", "preferredGivenName"]),
    ("last_name", &["familyName", "preferredFamilyName"]),
    ("grade", &["grades"]),
    ("school_id", &["orgSourcedIds", "primaryOrgSourcedId"]),
];
const ORGS: Columns = &[("school_id", &["sourcedId", "identifier"]), ("name", &["name"])];
const SESSIONS: Columns = &[
    ("term", &["title", "sourcedId"]),
    ("start", &["startDate"]),
    ("end", &["endDate"]),
];

/// The files of the shipped OneRoster samples that are tables of their own.
fn oneroster(root: &Path) -> Vec<Known> {
    let file = |(name, table, truth): &(&str, Table, Columns)| {
        let text = std::fs::read_to_string(root.join("oneroster/samples").join(name)).expect("it ships");
        let headers = text.lines().next().expect("a header").to_owned();
        let there = |header: &&&str| headers.split(',').any(|have| have == **header);
        let truth = truth.iter().map(|(column, from)| {
            let from = from.iter().filter(there).map(|header| (*header).to_owned());
            (*column, from.collect())
        });
        Known {
            name: name.rsplit('/').next().expect("a name").to_owned(),
            table: *table,
            truth: truth.collect(),
            text,
        }
    };
    ONEROSTER.iter().map(file).collect()
}

/// The demo district's files and the small samples beside the adapters.
pub(crate) fn shipped() -> Vec<Known> {
    let adapters = adapters();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins");
    let own = adapters
        .iter()
        .flat_map(|adapter| taken(&adapter.id, &root.join(&adapter.id), &adapters));
    let mut known: Vec<Known> = own.collect();
    known.extend(oneroster(&root));
    known.extend(demo(&adapters));
    known
}

/// The demo district's files.
pub(crate) fn demo(adapters: &[Adapter]) -> Vec<Known> {
    let canonical = adapters
        .iter()
        .find(|adapter| adapter.id == "canonical")
        .expect("it ships");
    let folder = tempfile::tempdir().expect("a folder");
    let mut known = Vec::new();
    for (name, text) in firstbell::demo::district().nights.remove(0).files {
        let path = folder.path().join(&name);
        std::fs::write(&path, text).expect("written");
        known.extend(self::known(&path, canonical));
    }
    known
}

/// How many columns were found, and what went wrong.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) right: usize,
    pub(crate) all: usize,
    pub(crate) wrong: Vec<String>,
    pub(crate) sure_and_wrong: Vec<String>,
}

impl Count {
    /// Renames a file's headers, guesses, and compares.
    pub(crate) fn try_with(&mut self, known: &Known, rename: &dyn Fn(&str) -> String) {
        let (first, rest) = known.text.split_once('\n').unwrap_or((&known.text, ""));
        let first = first.trim_start_matches('\u{feff}').trim_end();
        let renamed: Vec<String> = first
            .split(',')
            .map(|cell| rename(cell.trim_matches(['"', '\''].as_slice())))
            .collect();
        let text = format!("{}\n{rest}", renamed.join(","));
        self.all += known.truth.len();
        let guess = match guess(&known.name, &text) {
            Ok(guess) if guess.table == known.table => guess,
            Ok(other) => {
                self.wrong.push(format!(
                    "{}: taken for {} ({:?})",
                    known.name, other.table, other.confidence
                ));
                return;
            }
            Err(unfit) => {
                self.wrong.push(format!("{}: {unfit:?}", known.name));
                return;
            }
        };
        for (column, headers) in &known.truth {
            let wanted: Vec<String> = headers.iter().map(|header| rename(header)).collect();
            let found = guess.column(column);
            let has = |header: &String| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(header));
            if found.is_some_and(|found| found.map.from.iter().chain(&found.map.join).any(has)) {
                self.right += 1;
                continue;
            }
            let instead = found.map_or("nothing".to_owned(), |found| {
                format!("{} ({:?})", found.header(), found.confidence)
            });
            let said = format!("{}: {column} is {wanted:?}, found {instead}", known.name);
            if found.is_some_and(|found| found.confidence == Confidence::Sure) {
                self.sure_and_wrong.push(said.clone());
            }
            self.wrong.push(said);
        }
    }
}

impl Known {
    /// Names another header of a file from which a column may come just as well, where the file has it.
    pub(crate) fn also(&mut self, name: &str, column: &str, header: &str) {
        let first = self.text.lines().next().unwrap_or_default();
        if self.name == name && first.split(',').any(|have| have == header) {
            let columns = self.truth.iter_mut().filter(|(known, _)| *known == column);
            columns.for_each(|(_, headers)| headers.push(header.to_owned()));
        }
    }

    /// The column that a header is alone, and the file's header for nothing else.
    fn column(&self, header: &str) -> Option<&'static str> {
        let is = |other: &String| other.eq_ignore_ascii_case(header);
        let mut named = self.truth.iter().filter(|(_, headers)| headers.iter().any(is));
        let (column, headers) = named.next()?;
        (headers.len() == 1 && named.next().is_none()).then_some(*column)
    }

    /// A header under another name; itself where there is none, and where the file has the other name already.
    fn renamed(&self, header: &str, to: impl Fn(&str) -> Option<String>) -> String {
        let first = self.text.lines().next().unwrap_or_default();
        let there = |name: &String| {
            first
                .split(',')
                .any(|have| have.trim_matches('"').eq_ignore_ascii_case(name))
        };
        let name = self.column(header).and_then(to);
        name.filter(|name| !there(name)).unwrap_or_else(|| header.to_owned())
    }

    /// A header as other people call its column.
    fn elsewhere(&self, header: &str, turn: usize) -> String {
        self.renamed(header, |column| {
            let own = format!("{}.{column}", self.table);
            let find = |name: &str| OTHERS.iter().find(|(canonical, _)| *canonical == name);
            find(&own)
                .or_else(|| find(column))
                .map(|(_, names)| names[turn].to_owned())
        })
    }

    /// A header as a system calls its column.
    fn of_system(&self, header: &str, system: &'static str) -> String {
        self.renamed(header, |column| {
            in_system(system, self.table.word(), column).map(str::to_owned)
        })
    }
}

/// What came of guessing many files.
#[derive(Default)]
struct Report {
    short: Vec<String>,
    sure_and_wrong: Vec<String>,
    all: usize,
}

impl Report {
    /// One sample under one way of writing.
    fn try_with(&mut self, known: &Known, style: &str, rename: &dyn Fn(&str) -> String) {
        let mut count = Count::default();
        count.try_with(known, rename);
        self.all += count.all;
        if count.right * 10 < count.all * 9 {
            self.short.push(format!(
                "{}, {style}: {} of {}: {:#?}",
                known.name, count.right, count.all, count.wrong
            ));
        }
        let wrong = count.sure_and_wrong.iter();
        self.sure_and_wrong.extend(wrong.map(|said| format!("{style}: {said}")));
    }
}

/// Renames the headers of files in every style and after every system: nine columns in ten of every single file are found, and hardly one
/// is sure and wrong.
pub(crate) fn nine_in_ten_are_found(files: &[Known]) {
    let mut report = Report::default();
    for known in files {
        for (style, rename) in styles() {
            report.try_with(known, style, &rename);
        }
        for turn in 0..4 {
            report.try_with(known, &format!("other names {turn}"), &|header| {
                known.elsewhere(header, turn)
            });
        }
        for (name, system) in SYSTEMS {
            report.try_with(known, name, &|header| known.of_system(header, system));
        }
    }
    assert!(
        report.short.is_empty(),
        "{} short\n{}\nSURE AND WRONG\n{}",
        report.short.len(),
        report.short.join("\n"),
        report.sure_and_wrong.join("\n")
    );
    // Of a hundred columns at most one is called sure and is another.
    assert!(
        report.sure_and_wrong.len() * 100 <= report.all,
        "{} of {}\n{}",
        report.sure_and_wrong.len(),
        report.all,
        report.sure_and_wrong.join("\n")
    );
}
