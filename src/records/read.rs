//! Reading one export: from bytes to an [`Intake`], on as many threads as the caller gives.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use encoding_rs::Encoding;
use memchr::{memchr, memchr_iter};

use super::adapter::Adapter;
use super::ahead::Chunks;
use super::explain;
use super::feed::Feed;
use super::gather::{Gathered, QuickWay};
use super::header::{Header, header, plans, titles};
use super::intake::Intake;
use super::joined::Joined;
use super::lines::{Row, plain, quoted};
use super::notes::{Line, Lines, Notes};
use super::plan::Plan;
use super::source::{Bytes, Chunk, FALLBACK, Holds, Source, encoding_of, first_invalid_line};
use crate::school::{Meaning, SchoolYear};

/// The longest cell that is read; no name, code or remark that anybody needs is longer. Chosen by us.
pub const CELL_BYTES: usize = 64 << 10;

/// Bytes of rows that are split together after one row that held something new, and at most; chosen by us.
const LEAST_STRETCH: usize = 64;
const LONGEST_STRETCH: usize = 1 << 10;

/// What reading depends on beside the file, its feed and its adapter.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The school year that facts are kept of.
    pub year: SchoolYear,
    /// What codes, marks and incident types mean.
    pub meaning: &'a Meaning,
    /// Threads to read with; at least one is used.
    pub threads: usize,
}

/// How one attempt at a file ended.
enum Attempt {
    Done(Box<Intake>),
    /// Not UTF-8, and nobody said what else.
    NotUtf8,
    /// Rows of one key lie so far apart that one thread has to say which came second.
    Crossed,
}

/// Reads one export. Nothing in it can fail the round: what could not be read is in the intake's problems and tallies.
pub fn read(from: &mut dyn Bytes, file: &str, feed: &Feed, adapter: &Adapter, context: &Context<'_>) -> Intake {
    let mut threads = context.threads.max(1);
    let mut reading = None;
    let mut invalid_line = None;
    if let Some(label) = &feed.encoding {
        reading = encoding_of(label);
        if reading.is_none() {
            let mut intake = Intake::new(file, &feed.tables);
            intake.problems.push(explain::unknown_encoding(file, label));
            return intake;
        }
    }
    loop {
        match attempt(from, file, feed, adapter, context, threads, reading) {
            Ok(Attempt::Done(mut intake)) => {
                if let Some(line) = invalid_line {
                    intake.problems.insert(0, explain::not_utf8(file, line));
                }
                return *intake;
            }
            Ok(Attempt::NotUtf8) => {
                invalid_line = Some(first_invalid_line(from).unwrap_or(0));
                reading = Some(FALLBACK);
            }
            Ok(Attempt::Crossed) => threads = 1,
            Err(error) => {
                let mut intake = Intake::new(file, &feed.tables);
                intake.problems.push(explain::unreadable(file, &error));
                return intake;
            }
        }
    }
}

/// Reads the file once.
fn attempt(
    from: &mut dyn Bytes,
    file: &str,
    feed: &Feed,
    adapter: &Adapter,
    context: &Context<'_>,
    threads: usize,
    reading: Option<&'static Encoding>,
) -> io::Result<Attempt> {
    let mut intake = Intake::new(file, &feed.tables);
    let mut source = Source::open(from, reading)?;
    let Some(&main) = feed.tables.first() else {
        intake.digest = source.digest()?;
        return Ok(Attempt::Done(Box::new(intake)));
    };
    let head = match std::str::from_utf8(first_record(source.head(), adapter.skip_lines(main))) {
        Ok(head) => head,
        Err(_) if source.decodes() => "",
        Err(_) => return Ok(Attempt::NotUtf8),
    };
    let header = header(head, feed, adapter, main).filter(|header| header.names.iter().any(|name| !name.is_empty()));
    let Some(header) = header else {
        intake.problems.push(explain::empty_file(file));
        intake.digest = source.digest()?;
        intake.bytes = source.bytes;
        return Ok(Attempt::Done(Box::new(intake)));
    };
    let (plans, problems) = plans(&header, file, feed, adapter, context.year);
    intake.problems.extend(problems);
    intake.header.clone_from(&header.names);
    if plans.first().is_none_or(|plan| plan.table != main) {
        intake.digest = source.digest()?;
        intake.bytes = source.bytes;
        return Ok(Attempt::Done(Box::new(intake)));
    }
    // A table that this file does not speak of is not said to be empty.
    intake.tables = plans.iter().map(|plan| plan.table).collect();
    intake.problems.extend(explain::twice_in_header(file, &header));
    intake.unread = unread(&header, &plans);
    source.begin(header.length, header.dialect);
    let length = source.length;
    let source = Mutex::new(source);
    let (chunks, reader) = Chunks::of(&source, threads);
    let shared = Shared {
        length,
        chunks,
        not_utf8: AtomicBool::new(false),
        plans: &plans,
        header: &header,
        context,
    };
    let mut hands = Hands::new(&shared);
    let others = thread::scope(|scope| -> io::Result<Vec<Hands<'_, '_>>> {
        let _ending = shared.chunks.ending();
        if let Some(reader) = reader {
            scope.spawn(|| reader.read(&source));
        }
        let helpers: Vec<_> = (1..threads)
            .map(|_| {
                scope.spawn(|| -> io::Result<Hands<'_, '_>> {
                    let mut hands = Hands::new(&shared);
                    hands.work()?;
                    Ok(hands)
                })
            })
            .collect();
        hands.work()?;
        helpers
            .into_iter()
            .map(|helper| helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })?;
    if shared.not_utf8.load(Ordering::Relaxed) {
        return Ok(Attempt::NotUtf8);
    }
    let Hands {
        mut gathered,
        mut notes,
        mut counts,
        ..
    } = hands;
    for other in others {
        gathered.merge(other.gathered, &mut notes);
        notes.merge(other.notes);
        counts.extend(other.counts);
    }
    if threads > 1 && gathered.crossed() {
        return Ok(Attempt::Crossed);
    }
    let mut lines = Lines {
        before: header.lines,
        counts,
    };
    lines.settle();
    gathered.finish(&mut intake, context.year, context.meaning, &mut notes);
    intake.rows = notes.rows;
    intake.rejected = notes.rejected;
    intake.tallies = notes.tallies(&lines);
    // Rows of which none can be used are no statement at all, least of all that there is nothing.
    let rows = notes.rows - notes.passed_over;
    let hopeless = rows > 0 && rows <= notes.rejected;
    intake.usable = rows > notes.rejected || !(hopeless || explain::must_have_rows(main));
    if hopeless {
        intake.problems.push(explain::no_usable_row(file, rows));
    }
    if rows == 0 {
        intake.problems.push(explain::no_rows(file, main));
    }
    intake.problems.extend(explain::rows(file, &notes, &lines, adapter));
    let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
    intake.digest = source.digest()?;
    intake.bytes = source.bytes;
    Ok(Attempt::Done(Box::new(intake)))
}

/// The columns of an export that no table of its feed reads; only its beginning is looked at. Empty where the header cannot be read:
/// reading the file says why.
///
/// # Errors
///
/// An error where the file cannot be read.
pub fn unread_columns(
    from: &mut dyn Bytes,
    feed: &Feed,
    adapter: &Adapter,
    year: SchoolYear,
) -> io::Result<Vec<String>> {
    let reading = feed.encoding.as_deref().and_then(encoding_of);
    let source = Source::open(from, reading)?;
    let (Some(&main), head) = (feed.tables.first(), source.head()) else {
        return Ok(Vec::new());
    };
    let head = String::from_utf8_lossy(first_record(head, adapter.skip_lines(main)));
    let Some(header) = header(&head, feed, adapter, main) else {
        return Ok(Vec::new());
    };
    let (plans, _) = plans(&header, "", feed, adapter, year);
    // Of a file that cannot be read at all nobody knows what would be read.
    if plans.first().is_none_or(|plan| plan.table != main) {
        return Ok(Vec::new());
    }
    Ok(unread(&header, &plans))
}

/// The columns that no table of the feed reads.
fn unread(header: &Header, plans: &[Plan<'_>]) -> Vec<String> {
    let read = |at: &usize| plans.iter().any(|plan| plan.reads(*at));
    let unread = (0..header.names.len()).filter(|at| !read(at));
    unread.map(|at| header.names[at].clone()).collect()
}

/// The part of a text that a header can be in: lines to skip, blank lines and one line more.
pub(super) fn first_record(head: &[u8], skip_lines: usize) -> &[u8] {
    let above = titles(head, skip_lines);
    let blank = head[above..]
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    let end = memchr(b'\n', &head[above + blank..]).map_or(head.len(), |at| above + blank + at + 1);
    &head[..end]
}

/// What the threads of one file share.
struct Shared<'s> {
    /// The file's length.
    length: u64,
    chunks: Chunks<'s, 's>,
    not_utf8: AtomicBool,
    plans: &'s [Plan<'s>],
    header: &'s Header,
    context: &'s Context<'s>,
}

/// One thread's part of a file.
struct Hands<'h, 's> {
    shared: &'h Shared<'s>,
    gathered: Gathered,
    notes: Notes,
    counts: Vec<(u32, u64)>,
    /// Set where the file is one table's alone that has a quick way, and its cells are taken as they stand.
    way: Option<QuickWay>,
    /// Set where cells are put together of others.
    joined: Option<Joined>,
}

impl<'h, 's> Hands<'h, 's> {
    fn new(shared: &'h Shared<'s>) -> Hands<'h, 's> {
        let mut gathered = Gathered::new(shared.context.year);
        let joined = Joined::needed(shared.plans);
        let way = match shared.plans {
            [plan] if plan.takes_all() && !joined => {
                gathered.quick_way(plan, shared.header.names.len(), shared.header.dialect.delimiter)
            }
            _ => None,
        };
        Hands {
            shared,
            gathered,
            notes: Notes::default(),
            counts: Vec::new(),
            way,
            joined: joined.then(Joined::default),
        }
    }

    /// Takes chunks until there are none.
    fn work(&mut self) -> io::Result<()> {
        let mut spare = Chunk::default();
        loop {
            let Some(chunk) = self.shared.chunks.next(spare)? else {
                return Ok(());
            };
            if self.shared.not_utf8.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.chunk(&chunk);
            if chunk.number == 0 {
                self.expect_more(chunk.bytes().len());
            }
            spare = chunk;
        }
    }

    /// Makes room for the rest, as the first chunk lets it be expected, and for a few rows more: one that finds no room has
    /// all of them copied, and room that nothing is put into costs nothing.
    fn expect_more(&mut self, read: usize) {
        let rest = self.shared.length.saturating_sub(read as u64) / self.shared.context.threads.max(1) as u64;
        let rows = rest.saturating_mul(self.notes.rows) / (read as u64).max(1);
        self.gathered.expect(usize::try_from(rows + rows / 16).unwrap_or(0));
    }

    /// Reads the records of a chunk.
    fn chunk(&mut self, chunk: &Chunk) {
        let lines = match chunk.holds {
            Holds::TooLong => {
                self.lost("line-too-long", chunk.number);
                1
            }
            Holds::Unclosed => {
                self.lost("unclosed-quote", chunk.number);
                memchr_iter(b'\n', chunk.bytes()).count() as u64
            }
            Holds::Plain | Holds::Quoted => {
                let Ok(text) = std::str::from_utf8(chunk.bytes()) else {
                    self.shared.not_utf8.store(true, Ordering::Relaxed);
                    return;
                };
                let dialect = self.shared.header.dialect;
                if self.way.is_some() && chunk.holds == Holds::Plain {
                    let lines = self.quickly(text, chunk.number);
                    self.counts.push((chunk.number, lines));
                    return;
                }
                let has_nul = memchr(0, chunk.bytes()).is_some();
                if chunk.holds == Holds::Quoted {
                    quoted(text, dialect, chunk.number, |row| self.row(&row, has_nul));
                    memchr_iter(b'\n', chunk.bytes()).count() as u64
                } else {
                    let first = Line::new(chunk.number, 0);
                    plain(text, dialect.delimiter, first, |row| self.row(&row, has_nul))
                }
            }
        };
        self.counts.push((chunk.number, lines));
    }

    /// Counts lines that are no row.
    fn lost(&mut self, kind: &'static str, chunk: u32) {
        self.notes.rows += 1;
        self.notes.reject(kind, Line::new(chunk, 0), "", "");
    }

    /// Takes plain rows of which most hold nothing that was not met before and need not even be split. Returns how many lines there were.
    fn quickly(&mut self, text: &str, chunk: u32) -> u64 {
        let Some(way) = self.way.take() else { return 0 };
        let delimiter = self.shared.header.dialect.delimiter;
        let (mut at, mut line, mut stretch) = (0, 0, 0);
        while at < text.len() {
            let here = Line::new(chunk, line as u32);
            if let Some(next) = self.gathered.quick(&way, text, at, here, &mut self.notes) {
                self.notes.rows += 1;
                (at, line, stretch) = (next, line + 1, 0);
                continue;
            }
            // Where one row goes the long way, the next often does: ever longer stretches are split at once.
            let from = (at + stretch).min(text.len() - 1);
            let end = memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |length| from + length + 1);
            let has_nul = memchr(0, &text.as_bytes()[at..end]).is_some();
            line += plain(&text[at..end], delimiter, here, |row| self.row(&row, has_nul));
            at = end;
            stretch = (stretch * 2).clamp(LEAST_STRETCH, LONGEST_STRETCH);
        }
        self.way = Some(way);
        line
    }

    /// Hands a row to the tables, unless it is none.
    fn row(&mut self, row: &Row<'_>, has_nul: bool) {
        self.notes.rows += 1;
        let names = &self.shared.header.names;
        let odd = row.len() != names.len() || row.bytes() > CELL_BYTES || has_nul || row.cell(0) == names[0];
        if odd && !self.sound(row, names) {
            return;
        }
        let wider;
        let mut row = row;
        if let Some(joined) = &mut self.joined {
            wider = joined.row(row, names.len(), self.shared.plans);
            row = &wider;
        }
        let mut taken = false;
        for (at, plan) in self.shared.plans.iter().enumerate() {
            if !plan.takes(row) {
                self.notes.passed_over += u64::from(at == 0);
                continue;
            }
            taken = true;
            self.gathered
                .row(plan, row, self.shared.context.meaning, &mut self.notes);
        }
        if !taken {
            self.notes.add("other-rows", row.line, "", "");
        }
    }

    /// Whether a row that looks odd can still be read.
    #[cold]
    fn sound(&mut self, row: &Row<'_>, names: &[String]) -> bool {
        if row.cells().eq(names.iter().map(String::as_str)) {
            self.notes.rows -= 1;
            self.notes.add("header-again", row.line, "", "");
            return false;
        }
        // Trailing delimiters without anything between them hurt nobody.
        if row.len() < names.len() || row.cells().skip(names.len()).any(|cell| !cell.is_empty()) {
            self.notes.reject("ragged-row", row.line, "", "");
            return false;
        }
        for (at, cell) in row.cells().enumerate() {
            let name = names.get(at).map_or("", String::as_str);
            if cell.len() > CELL_BYTES {
                self.notes.reject("cell-too-long", row.line, name, "");
                return false;
            }
            if cell.contains('\0') {
                self.notes.reject("nul-byte", row.line, name, "");
                return false;
            }
        }
        true
    }
}
