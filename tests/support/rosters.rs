//! OneRoster exports and homes that read them, for tests: the real program on a home that `init --from oneroster` made.

#![allow(dead_code)] // each test binary takes what it needs

#[path = "homes.rs"]
pub(crate) mod homes;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use homes::{Said, firstbell, init, mend};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Files of a bundle by name.
pub(crate) type Files = BTreeMap<String, String>;

pub(crate) fn sample(version: &str) -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("plugins/oneroster/samples")
        .join(version);
    let entries = fs::read_dir(folder).expect("the samples ship");
    entries
        .map(|entry| {
            let entry = entry.expect("a sample");
            let text = fs::read_to_string(entry.path()).expect("text");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

pub(crate) fn zipped(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// A home for OneRoster with a calendar of weekdays beside it.
pub(crate) struct Home {
    _folder: TempDir,
    /// The home's folder.
    pub(crate) path: PathBuf,
}

impl Home {
    pub(crate) fn new() -> Home {
        let folder = tempfile::tempdir().expect("a folder");
        let path = init(folder.path(), "oneroster");
        let home = Home { _folder: folder, path };
        home.set_year();
        let start: firstbell::school::Day = "2026-08-17".parse().expect("a day");
        let days = (0..130).map(|later| start.plus(later)).filter(|day| {
            use firstbell::school::Weekday::{Saturday, Sunday};
            !matches!(day.weekday(), Saturday | Sunday)
        });
        let rows: Vec<String> = days.map(|day| format!(",{day},instructional\n")).collect();
        home.put(
            "calendar.csv",
            format!("school_id,date,day_type\n{}", rows.concat()).as_bytes(),
        );
        home
    }

    fn set_year(&self) {
        let config = self.path.join("firstbell.toml");
        let text = fs::read_to_string(&config).expect("the configuration");
        let line = text
            .lines()
            .find(|line| line.starts_with("school_years"))
            .expect("a year")
            .to_owned();
        mend(
            &config,
            &line,
            "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
        );
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path.join("inbox").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    /// Puts a file that was written at a minute of the morning of 2026-11-20.
    pub(crate) fn put_at(&self, minute: u64, name: &str, bytes: &[u8]) {
        self.put(name, bytes);
        let file = fs::File::options()
            .write(true)
            .open(self.path.join("inbox").join(name))
            .expect("the file");
        let time = UNIX_EPOCH + Duration::from_secs(1_795_165_200 + 60 * minute);
        file.set_modified(time).expect("a time");
    }

    pub(crate) fn run(&self, day: &str) -> Said {
        firstbell(&self.path, &["run", "--as-of", day])
    }

    /// One student a line: id, school, grade, active, and the marks of the store, as its tables have them.
    pub(crate) fn students(&self) -> Vec<String> {
        let said = firstbell(&self.path, &["--format", "csv", "verdicts"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        let mut ids: Vec<String> = said
            .out
            .lines()
            .skip(1)
            .map(|line| line.split(',').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    pub(crate) fn verdicts(&self) -> String {
        firstbell(&self.path, &["--format", "csv", "verdicts"]).out
    }
}

/// The lines about files that were read or held.
pub(crate) fn files(said: &Said) -> Vec<&str> {
    let about = |line: &&str| line.starts_with("  read ") || line.starts_with("  held ");
    said.out.lines().filter(about).map(str::trim).collect()
}

pub(crate) fn told<'s>(said: &'s Said, code: &str) -> &'s str {
    let code = format!("[{code}]");
    let found = said.out.lines().find(|line| line.ends_with(&code));
    found.unwrap_or_else(|| panic!("no {code} in\n{}{}", said.out, said.err))
}

/// A delta over the sample of 1.1: one student gone, one new.
pub(crate) fn delta() -> Files {
    let manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,delta\nfile.orgs,absent\n\
        file.academicSessions,absent\nfile.classes,absent\nfile.courses,absent\nfile.enrollments,absent\nfile.lineItems,absent\n\
        file.categories,absent\nfile.results,absent\n";
    let users = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,grades\n\
        stu-3,tobedeleted,2026-11-20T00:00:00.000Z,true,sch-20,student,x,Cleo,Nunez,,07\n\
        stu-9,active,2026-11-20T00:00:00.000Z,true,sch-10,student,x,New,Comer,,11\n";
    [("manifest.csv", manifest), ("users.csv", users)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into()
}
