//! Random exports as text that a test can cut, shuffle and rename, and homes over which the real program rings them.
//!
//! In: a shape. Out: files in an inbox, the program's answers, the store's tables as they stand. Never: firstbell's own code.

#[path = "log.rs"]
mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::types::Value;
use tempfile::TempDir;

use crate::random::{self, Rng, SCHOOLS, Shape};

/// A night's files by name, each a header and its rows.
#[derive(Clone)]
pub(crate) struct Exports(pub(crate) BTreeMap<String, String>);

impl Exports {
    /// The files of a random district, with a principal at every school. Marks without a date get one: they bear the day
    /// on which they were first seen, which is what a missed night may change.
    pub(crate) fn random(shape: &Shape) -> Exports {
        let folder = tempfile::tempdir().expect("a temporary folder");
        random::write(shape, folder.path());
        let entries = fs::read_dir(folder.path()).expect("the files are there");
        let paths = entries.map(|entry| entry.expect("the folder is ours").path());
        let files = paths.map(|path| (name(&path), fs::read_to_string(&path).expect("text")));
        let mut exports = Exports(files.collect());
        let mut staff = String::from("staff_id,name,email,role,schools\n");
        for school in &SCHOOLS {
            let id = school.id;
            staff.push_str(&format!(
                "P{id},Pat Head{id},head.{id}@district.example,principal,{id}\n"
            ));
        }
        exports.put("staff.csv", staff);
        exports.each_row("grades.csv", "date", |date| match date {
            "" => "2026-10-20".to_owned(),
            date => date.to_owned(),
        })
    }

    pub(crate) fn put(&mut self, file: &str, text: String) {
        self.0.insert(file.to_owned(), text);
    }

    /// The same with another file in the place of one.
    pub(crate) fn with(&self, file: &str, text: &str) -> Exports {
        let mut other = self.clone();
        other.put(file, text.to_owned());
        other
    }

    /// The same with a column's cells written anew.
    pub(crate) fn each_row(&self, file: &str, column: &str, cell: impl Fn(&str) -> String) -> Exports {
        let at = self.column(file, column);
        self.rows(file, |row| {
            let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
            cells[at] = cell(&cells[at]);
            Some(cells.join(","))
        })
    }

    /// What the student information system had to say on a day: nothing dated later.
    pub(crate) fn until(&self, day: &str) -> Exports {
        ["attendance.csv", "behavior.csv", "grades.csv"]
            .iter()
            .fold(self.clone(), |exports, file| {
                let at = exports.column(file, "date");
                exports.rows(file, |row| {
                    let date = row.split(',').nth(at).expect("as many cells as columns");
                    (date <= day).then(|| row.to_owned())
                })
            })
    }

    /// The rows of a file that speak of some schools.
    pub(crate) fn of_schools(&self, file: &str, schools: &[&str]) -> String {
        let at = self.column(file, "school_id");
        let part = self.rows(file, |row| {
            let school = row.split(',').nth(at).expect("as many cells as columns");
            schools.contains(&school).then(|| row.to_owned())
        });
        part.0[file].clone()
    }

    /// The same rows of every file in another order.
    pub(crate) fn shuffled(&self, seed: u64) -> Exports {
        let mut rng = Rng::new(seed);
        let shuffle = |(file, text): (&String, &String)| {
            let mut lines: Vec<&str> = text.lines().collect();
            for at in (2..lines.len()).rev() {
                lines.swap(at, 1 + rng.below(at));
            }
            (file.clone(), lines.join("\n") + "\n")
        };
        Exports(self.0.iter().map(shuffle).collect())
    }

    fn rows(&self, file: &str, row: impl Fn(&str) -> Option<String>) -> Exports {
        let mut lines = self.0[file].lines();
        let header = lines.next().expect("a header").to_owned();
        let kept = std::iter::once(header).chain(lines.filter_map(row));
        let text = kept.map(|line| line + "\n").collect::<String>();
        self.with(file, &text)
    }

    fn column(&self, file: &str, column: &str) -> usize {
        let header = self.0[file].lines().next().expect("a header");
        let at = header.split(',').position(|name| name == column);
        at.unwrap_or_else(|| panic!("no column `{column}` in {file}"))
    }
}

/// A letter as its reader sees it; moments and Message-IDs left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// A home on disk.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    /// A home for a random district, with nothing in its inbox.
    pub(crate) fn new(shape: &Shape) -> Home {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = Home { folder };
        home.ask(&[0], &["init", home.path("").to_str().expect("a path of text")]);
        let staff =
            "\n[[feed]]\ntable = \"staff\"\nfiles = \"staff*.csv\"\nadapter = \"canonical\"\ncovers = \"now\"\n";
        fs::write(home.path("firstbell.toml"), random::toml(shape) + staff).expect("the folder is ours");
        home
    }

    pub(crate) fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    /// Puts files into the inbox, in the place of those that are there, all written at one moment.
    pub(crate) fn export(&self, exports: &Exports) {
        fs::remove_dir_all(self.path("inbox")).expect("the inbox is ours");
        fs::create_dir(self.path("inbox")).expect("the inbox is ours");
        for (file, text) in &exports.0 {
            fs::write(self.path("inbox").join(file), text).expect("the inbox is ours");
            self.written(file, 0);
        }
    }

    /// Says when a file of the inbox was last written: so many seconds after a fixed moment.
    pub(crate) fn written(&self, file: &str, seconds: u64) {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds);
        let opened = File::options().write(true).open(self.path("inbox").join(file));
        opened
            .and_then(|file| file.set_modified(moment))
            .expect("the file is ours");
    }

    /// Rings one night over these files.
    pub(crate) fn night(&self, exports: &Exports, day: &str) {
        self.export(exports);
        self.ring(&["--as-of", day]);
    }

    /// `run`, which may say that something waits for a person.
    pub(crate) fn ring(&self, arguments: &[&str]) -> String {
        let all: Vec<&str> = std::iter::once("run").chain(arguments.iter().copied()).collect();
        self.ask(&[0, 3], &all)
    }

    /// What a command answers.
    pub(crate) fn ask(&self, allowed: &[i32], arguments: &[&str]) -> String {
        let output = log::hear(Some(self.folder.path()), arguments);
        let code = output.status.code().unwrap_or(-1);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(allowed.contains(&code), "{arguments:?} ended with {code}:\n{said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// A listing's rows, each a column's cell by its name.
    pub(crate) fn list(&self, listing: &str) -> Vec<BTreeMap<String, String>> {
        let text = self.ask(&[0], &[listing, "--format", "csv"]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().map(|row| row.expect("a row")).collect()
    }

    /// What is held to be true: the whole `standing` and the whole `verdicts` listing.
    pub(crate) fn believed(&self) -> BTreeSet<String> {
        let whole = |listing: &str| self.ask(&[0], &[listing, "--format", "csv"]);
        let both = whole("standing") + &whole("verdicts");
        both.lines().map(str::to_owned).collect()
    }

    /// Letters written to people; the operator's reports, which tell of rows and files, left out.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        let mut letters: Vec<Letter> = self
            .mail()
            .into_iter()
            .filter(|mail| !mail.to.contains("operator@"))
            .collect();
        letters.sort();
        letters
    }

    fn mail(&self) -> Vec<Letter> {
        let Ok(entries) = fs::read_dir(self.path("var/letters")) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.expect("the folder is ours").path());
        paths.map(|path| letter(&fs::read(path).expect("a letter"))).collect()
    }

    /// Every table of the store, row by row, as it stands.
    pub(crate) fn tables(&self) -> BTreeMap<String, Vec<String>> {
        let db = rusqlite::Connection::open_with_flags(
            self.path("var/firstbell.db"),
            rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY,
        );
        let db = db.expect("the store is there");
        let mut names = db
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .expect("a query");
        let names: Vec<String> = names
            .query_map([], |row| row.get(0))
            .expect("tables")
            .map(|name| name.expect("a name"))
            .collect();
        names
            .into_iter()
            .map(|table| (table.clone(), rows(&db, &format!("SELECT * FROM {table}"))))
            .collect()
    }

    /// What the store answers to a question, row by row, sorted.
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        rows(
            &rusqlite::Connection::open(self.path("var/firstbell.db")).expect("the store is there"),
            sql,
        )
    }

    /// Every file of the home and what is in it.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, blake3::Hash> {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, blake3::Hash>) {
    for entry in fs::read_dir(folder).expect("the folder is ours") {
        let path = entry.expect("the folder is ours").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let hash = blake3::hash(&fs::read(&path).expect("the file is ours"));
            files.insert(path, hash);
        }
    }
}

fn rows(db: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).expect("a query");
    let width = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        (0..width)
            .map(|at| row.get::<_, Value>(at))
            .collect::<Result<Vec<Value>, _>>()
    };
    let all = statement
        .query_map([], row)
        .expect("rows")
        .map(|row| format!("{:?}", row.expect("a row")));
    let mut all: Vec<String> = all.collect();
    all.sort();
    all
}

fn letter(bytes: &[u8]) -> Letter {
    let parsed = mailparse::parse_mail(bytes).expect("a letter that parses");
    let header = |name: &str| {
        let found = parsed
            .headers
            .iter()
            .find(|header| header.get_key().eq_ignore_ascii_case(name));
        found.map(mailparse::MailHeader::get_value).unwrap_or_default()
    };
    let part = |kind: &str| {
        let found = parsed.parts().find(|part| part.ctype.mimetype == kind);
        found.map(|part| part.get_body().expect("a body")).unwrap_or_default()
    };
    Letter {
        to: header("To"),
        subject: header("Subject"),
        text: part("text/plain"),
        html: part("text/html"),
    }
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
