//! `contact add`: a row in the spreadsheet that staff keep; it comes in as every file does.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::args::NewContact;
use super::asked::{self, refused};
use super::output::Exit;
use super::view::View;
use super::{Desk, Stop};
use crate::clock;
use crate::monitor::{Place, Problem, Weight};
use crate::round::Setup;
use crate::school::{Day, Table};

/// The sheet as `init` writes it.
pub(super) const SHEET: &str = "student_id,date,staff_id,kind\n";
/// Its header.
const HEADER: [&str; 4] = ["student_id", "date", "staff_id", "kind"];
const AREA: &str = "area";
/// What spreadsheet programs part cells by.
const DELIMITERS: [u8; 4] = *b",;\t|";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Notes a contact.
pub(super) fn contact(desk: &mut Desk<'_>, asked: &NewContact) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let today = clock::now(&setup.config.district.time_zone).today;
    let row = checked(&setup, asked, today)?;
    let _lock = setup.home.lock()?;
    let path = sheet(&setup)?;
    let shown = setup.home.shown(&path);
    let known = add(&path, &row).map_err(|trouble| trouble.problem(&shown))?;
    match known {
        Added::Written => writeln!(desk.out, "{shown}: {} on {} is noted.", row.kind, row.date)?,
        Added::WasThere => writeln!(
            desk.out,
            "{shown}: {} on {} had been noted; nothing was written.",
            row.kind, row.date
        )?,
    }
    let quiets = setup.config.holds.no_contact.iter();
    let mut quiets = quiets.map(|glob| wildmatch::WildMatch::new_case_insensitive(glob));
    let next = if quiets.any(|glob| glob.matches(&row.kind)) {
        "The next round reads it (`firstbell run`). It reached nobody, so it keeps nothing quiet (`no_contact` under [holds])."
    } else {
        "The next round reads it (`firstbell run`)."
    };
    writeln!(desk.out, "{next}")?;
    Ok(Exit::Done)
}

/// A row, checked.
struct Row {
    student: String,
    date: Day,
    staff: String,
    kind: String,
    area: String,
}

impl Row {
    fn cell(&self, column: &str) -> String {
        match column {
            "student_id" => self.student.clone(),
            "date" => self.date.to_string(),
            "staff_id" => self.staff.clone(),
            "kind" => self.kind.clone(),
            AREA => self.area.clone(),
            _ => String::new(),
        }
    }
}

fn checked(setup: &Setup, asked: &NewContact, today: Day) -> Result<Row, Stop> {
    let view = View::read(setup, None)?;
    asked::student(&view, &asked.student)?;
    let kind = asked.kind.trim();
    let is_formula = kind.starts_with(['=', '+', '-', '@']);
    if kind.is_empty() || is_formula || kind.chars().any(char::is_control) {
        let message = format!("`{}` is no kind of contact", kind.escape_debug());
        let remedy = "say in a word or two what it was: call, letter, home visit, meeting, voicemail";
        return Err(refused("contact-kind", message, remedy.to_owned()).into());
    }
    asked::without_name(&view, &asked.student, kind)?;
    let date = asked.date.unwrap_or(today);
    let year = view.year;
    // Nights may be rung ahead of the clock when a home is tried out.
    let today = today.max(view.last);
    if date > today || !year.holds(date) {
        let message = match date > today {
            true => format!("{date} is still to come"),
            false => format!("{date} is not in the school year from {} to {}", year.start, year.end),
        };
        let remedy = "write the day of the contact after `--date`, as YYYY-MM-DD";
        return Err(refused("contact-date", message, remedy.to_owned()).into());
    }
    let area = asked.area.as_deref().map(|area| asked::area(setup, area)).transpose()?;
    Ok(Row {
        student: asked.student.clone(),
        date,
        staff: staff(&view, asked.by.as_deref())?,
        kind: kind.to_owned(),
        area: area.unwrap_or_default(),
    })
}

/// The staff id of who made the contact: an id or an address after `--by`; without it the account, where that is a person's.
fn staff(view: &View, by: Option<&str>) -> Result<String, Problem> {
    if let Some(person) = asked::person(&view.staff, by) {
        return Ok(person.staff_id.clone());
    }
    let Some(word) = by.map(str::trim) else {
        return Ok(String::new());
    };
    let known = view.staff.iter().flat_map(|person| [&*person.staff_id, &*person.email]);
    let remedy = asked::nearest(word, known).map_or_else(
        || "write a staff id or an address of staff.csv".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(refused(
        "staff-unknown",
        format!("no export has brought a person `{word}`"),
        remedy,
    ))
}

/// The sheet that staff keep: the file of the first feed of contacts with a folder of its own.
fn sheet(setup: &Setup) -> Result<PathBuf, Problem> {
    let config = &setup.config;
    let feeds = config.feeds.iter().zip(&config.folders);
    let kept = feeds.filter(|(feed, _)| feed.tables == [Table::Contacts] && feed.adapter == "canonical");
    let sheet = kept.filter_map(|(feed, folder)| Some((feed, folder.as_ref()?))).next();
    let Some((feed, folder)) = sheet else {
        let message = "no feed of contacts is a sheet that staff keep".to_owned();
        let remedy =
            "add a [[feed]] with `table = \"contacts\"`, `files = \"staff_contacts.csv\"` and `folder = \"sheets\"`";
        return Err(refused("contact-no-sheet", message, remedy.to_owned()));
    };
    let name = feed.files.iter().find(|glob| !glob.contains(['*', '?']));
    let Some(name) = name else {
        let message = format!(
            "the feed of contacts takes `{}`, which may be several files",
            feed.files.join("`, `")
        );
        let remedy = "name the one sheet in `files`, without `*`";
        return Err(refused("contact-no-sheet", message, remedy.to_owned()));
    };
    Ok(setup.home.inbox(folder).join(name))
}

/// What became of a row.
enum Added {
    Written,
    WasThere,
}

/// Why a row cannot be written.
enum Trouble {
    System(io::Error),
    /// The sheet is not one that we can add to.
    Sheet(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::System(error)
    }
}

impl Trouble {
    fn problem(self, shown: &str) -> Problem {
        let (message, remedy) = match self {
            Trouble::System(error) => (
                format!("cannot be written: {error}"),
                "close it where it is open in a spreadsheet program, and see that you may write there",
            ),
            Trouble::Sheet(message) => (
                message,
                "save it as CSV with the header student_id, date, staff_id, kind; `area` may follow",
            ),
        };
        Problem::new("contact-sheet", Weight::Stop, Place::file(shown), message, remedy)
    }
}

/// Adds a row in the form that the sheet has: its delimiter, its line ends, its columns in their order.
fn add(path: &Path, row: &Row) -> Result<Added, Trouble> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let sheet = Sheet::read(&bytes)?;
    if sheet.holds(row) {
        return Ok(Added::WasThere);
    }
    if !row.area.is_empty() && sheet.place(AREA).is_none() {
        write_anew(path, &sheet.with_area(row)?)?;
        return Ok(Added::Written);
    }
    let cells = sheet.columns.iter().map(|column| row.cell(column));
    let mut line = sheet.line(cells.collect())?;
    if bytes.is_empty() || bytes == BYTE_ORDER_MARK {
        line = [sheet.line(sheet.columns.clone())?, line].concat();
    } else if !bytes.ends_with(b"\n") {
        line = [sheet.line_end, &line].concat();
    }
    // In one piece: whoever reads meanwhile finds the row or does not.
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(&line)?;
    file.sync_all()?;
    Ok(Added::Written)
}

/// A sheet as it lies there.
struct Sheet {
    has_mark: bool,
    delimiter: u8,
    line_end: &'static [u8],
    /// Its header, in small letters.
    columns: Vec<String>,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(bytes: &[u8]) -> Result<Sheet, Trouble> {
        let has_mark = bytes.starts_with(BYTE_ORDER_MARK);
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        if text.contains(&0) {
            return Err(Trouble::Sheet("is no CSV file with one byte per letter".to_owned()));
        }
        // What a spreadsheet program writes where it does not write UTF-8.
        let text = std::str::from_utf8(text).map_or_else(
            |_| {
                encoding_rs::WINDOWS_1252
                    .decode_without_bom_handling(text)
                    .0
                    .into_owned()
            },
            str::to_owned,
        );
        let first = text.lines().next().unwrap_or_default();
        let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut rows = reader
            .records()
            .map(|record| record.map(|record| record.iter().map(str::to_owned).collect()))
            .collect::<Result<Vec<Vec<String>>, _>>()
            .map_err(|error| Trouble::Sheet(format!("cannot be read: {error}")))?;
        let header = match rows.is_empty() {
            true => HEADER.map(str::to_owned).to_vec(),
            false => rows.remove(0),
        };
        let sheet = Sheet {
            has_mark,
            delimiter,
            line_end: if text.contains("\r\n") { b"\r\n" } else { b"\n" },
            columns: header.iter().map(|name| name.trim().to_lowercase()).collect(),
            header,
            rows,
        };
        let missing: Vec<&str> = HEADER.into_iter().filter(|name| sheet.place(name).is_none()).collect();
        match missing.as_slice() {
            [] => Ok(sheet),
            missing => Err(Trouble::Sheet(format!("the header lacks `{}`", missing.join("`, `")))),
        }
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    /// Whether the very row stands in it.
    fn holds(&self, row: &Row) -> bool {
        let same = |cells: &Vec<String>| {
            let mut columns = HEADER.into_iter().chain([AREA]);
            columns.all(|column| {
                let cell = self.place(column).and_then(|at| cells.get(at));
                cell.map_or("", |cell| cell.trim()) == row.cell(column)
            })
        };
        self.rows.iter().any(same)
    }

    fn line(&self, cells: Vec<String>) -> Result<Vec<u8>, Trouble> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(match self.line_end {
                b"\r\n" => csv::Terminator::CRLF,
                _ => csv::Terminator::Any(b'\n'),
            })
            .from_writer(Vec::new());
        let unwritten = |error: String| Trouble::Sheet(format!("a row cannot be made: {error}"));
        writer
            .write_record(cells)
            .map_err(|error| unwritten(error.to_string()))?;
        writer.into_inner().map_err(|error| unwritten(error.to_string()))
    }

    /// The whole sheet with a fifth column and one row more.
    fn with_area(&self, row: &Row) -> Result<Vec<u8>, Trouble> {
        let mut header = self.header.clone();
        header.push(AREA.to_owned());
        let mut text = if self.has_mark {
            BYTE_ORDER_MARK.to_vec()
        } else {
            Vec::new()
        };
        text.extend(self.line(header)?);
        for cells in &self.rows {
            let mut cells = cells.clone();
            cells.resize(self.columns.len() + 1, String::new());
            text.extend(self.line(cells)?);
        }
        let mut cells: Vec<String> = self.columns.iter().map(|column| row.cell(column)).collect();
        cells.push(row.area.clone());
        text.extend(self.line(cells)?);
        Ok(text)
    }
}

/// Writes a sheet anew, whole or not at all, with the rights that it has.
fn write_anew(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    let beside = path.with_file_name(name);
    let rights = fs::metadata(path).map(|about| about.permissions());
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        if let Ok(rights) = rights {
            file.set_permissions(rights)?;
        }
        fs::rename(&beside, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
