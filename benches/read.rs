//! How long reading and applying takes: `cargo bench --bench read -- FOLDER` over `attendance*.csv` and `grades*.csv` of a folder.
//!
//! Not a test: figures are for comparing two versions on one machine, one after the other.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use firstbell::facts::Books;
use firstbell::records::{Context, Covers, Feed, read};
use firstbell::school::{CodeMeaning, Day, Meaning, SchoolYear, Table};

#[allow(clippy::disallowed_methods, clippy::print_stdout)] // a stopwatch is all this is
fn main() {
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("give a folder with attendance*.csv and grades*.csv");
        return;
    };
    let (adapters, problems) = firstbell::plugins::load([]);
    assert!(problems.is_empty(), "what ships is sound");
    let canonical = adapters
        .iter()
        .find(|adapter| adapter.id == "canonical")
        .expect("it ships");
    let mut meaning = Meaning::default();
    for code in ["P", "A", "E", "T", "S"] {
        meaning.attendance.codes.insert(code.to_owned(), CodeMeaning::default());
    }
    let year = SchoolYear {
        start: Day::from_ymd(2026, 8, 17).expect("a day"),
        end: Day::from_ymd(2027, 6, 11).expect("a day"),
    };
    let context = Context {
        year,
        meaning: &meaning,
        threads: 2,
    };
    for (table, covers) in [(Table::Attendance, Covers::Year), (Table::Grades, Covers::Term)] {
        let mut files: Vec<_> = std::fs::read_dir(Path::new(&folder))
            .expect("the folder is there")
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with(table.word()))
            })
            .collect();
        files.sort();
        for path in files {
            let mut books = Books::new(year);
            let feed = Feed {
                tables: vec![table],
                files: Vec::new(),
                adapter: "canonical".to_owned(),
                covers,
                delimiter: None,
                encoding: None,
                set: None,
            };
            for night in ["first", "second"] {
                let begin = Instant::now();
                let mut file = File::open(&path).expect("the file is there");
                let intake = read(&mut file, "file", &feed, canonical, &context);
                let read_in = begin.elapsed();
                let rows = intake.rows;
                let rejected = intake.rejected;
                let applied = firstbell::timeline::apply(&mut books, &intake, covers, year.start.plus(100), None);
                let all = begin.elapsed();
                println!(
                    "{} {night}: {rows} rows ({rejected} rejected), read {:.3} s, applied {:.3} s, {} students changed",
                    path.display(),
                    read_in.as_secs_f64(),
                    (all - read_in).as_secs_f64(),
                    applied.changed.len()
                );
            }
        }
    }
}
