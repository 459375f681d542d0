//! What tests of reading and applying share: a year, a meaning, the canonical columns, text in and an intake out.

use std::io::Cursor;

use super::{Adapter, ColumnMap, Context, Covers, Feed, Intake, TableMap, columns, read};
use crate::school::{CodeMeaning, Day, Meaning, Scale, ScaleKind, SchoolYear, Table, TypeMeaning};

/// The school year 2026-08-17 to 2027-06-11.
pub(crate) fn year() -> SchoolYear {
    SchoolYear {
        start: day("2026-08-17"),
        end: day("2027-06-11"),
    }
}

/// A day from text.
pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// The codes `P A E T`, one percent scale with letters, and a dropped incident type.
pub(crate) fn meaning() -> Meaning {
    let mut meaning = Meaning::default();
    let absent = CodeMeaning {
        absent: 1_000_000,
        ..CodeMeaning::default()
    };
    for (code, what) in [
        ("P", CodeMeaning::default()),
        ("A", absent),
        ("E", absent),
        ("T", CodeMeaning::default()),
    ] {
        meaning.attendance.codes.insert(code.to_owned(), what);
    }
    meaning.grades.scales.push(Scale {
        grades: None,
        schools: Vec::new(),
        subjects: Vec::new(),
        kind: ScaleKind::Percent,
        failing_below: 60.0,
        letters: [("A", 95.0), ("B+", 88.0), ("F", 50.0)]
            .map(|(l, p)| (l.to_owned(), p))
            .into(),
        no_mark: vec!["P".to_owned(), "W".to_owned()],
    });
    meaning.behavior.types.push(TypeMeaning {
        glob: "Positive*".to_owned(),
        counts: false,
        drop: true,
    });
    meaning
}

/// An adapter for files with the canonical headers.
pub(crate) fn canonical() -> Adapter {
    let mut adapter = Adapter::new("canonical");
    for table in Table::ALL {
        let column = |column: &super::Column| ColumnMap {
            from: vec![column.name.to_owned()],
            required: column.required,
            ..ColumnMap::default()
        };
        let columns = columns(table).iter().map(column).collect();
        adapter.tables.insert(
            table,
            TableMap {
                columns,
                ..TableMap::default()
            },
        );
    }
    adapter
}

/// A feed of one table that sets nothing.
pub(crate) fn feed(table: Table) -> Feed {
    Feed {
        tables: vec![table],
        files: vec!["*.csv".to_owned()],
        adapter: "canonical".to_owned(),
        covers: Covers::Year,
        delimiter: None,
        encoding: None,
        set: None,
    }
}

/// Reads bytes through a feed and an adapter on so many threads.
pub(crate) fn read_with(bytes: &[u8], feed: &Feed, adapter: &Adapter, threads: usize) -> Intake {
    let meaning = meaning();
    let context = Context {
        year: year(),
        meaning: &meaning,
        threads,
    };
    read(&mut Cursor::new(bytes), "file.csv", feed, adapter, &context)
}

/// Reads a canonical table from text.
pub(crate) fn take(table: Table, text: &str) -> Intake {
    read_with(text.as_bytes(), &feed(table), &canonical(), 1)
}
