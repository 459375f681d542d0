//! A source's program reads an export: the export streams in, rows stream out, and both have an end.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use super::{SOURCE_PARTS, Talk, Trouble, base64, begin, talk};
use crate::clock;
use crate::monitor::Problem;
use crate::plugins::manifest::{Input, Program};
use crate::plugins::plugin::Plugin;
use crate::plugins::source::{Cells, Export, Spool, Through, cannot_spool, columns_of, lines, text};
use crate::records::Bytes;

/// Bytes of one message of base64: a multiple of 3, so that the texts can be joined.
const PIECE_BYTES: usize = 48 << 10;
/// How long the thread that writes may take to say how it ended, once the program has.
pub(super) const WRITER: Duration = Duration::from_secs(5);

/// Why writing ended.
pub(super) enum Wrote {
    All,
    /// The program closed its input.
    Deaf,
    /// The export could not be read.
    Broke(String),
}

/// Lets a program read an export. Errors: it did not come to a good end, and nothing of the export counts.
pub(in crate::plugins) fn read_export(
    plugin: &Plugin,
    program: &Program,
    work: &Path,
    export: Export<'_>,
    spool: &mut Spool,
) -> Result<Through, Problem> {
    let name = export.name.to_owned();
    let mut talk = begin(plugin, program, work).map_err(|problem| held(problem, &name))?;
    let reads = plugin.reads();
    let may = |part: &str| reads.iter().any(|read| read == part);
    let mut about = json!({
        "export": {},
        "tables": export.feed.tables.iter().map(|table| table.word()).collect::<Vec<_>>(),
        "columns": columns_of(&export.feed.tables),
    });
    if may(SOURCE_PARTS[1]) {
        about["export"]["name"] = name.as_str().into();
    }
    if may(SOURCE_PARTS[2]) {
        about["export"]["year"] = json!([export.year.start.to_string(), export.year.end.to_string()]);
    }
    let told = |trouble: Trouble| trouble.problem(plugin, Some(&name));
    talk.say(&about).map_err(told)?;
    let mut through = Through::default();
    let writer = write(&mut talk, export, program.input, &mut through)
        .map_err(|error| Trouble::Export(format!("the export cannot be read: {error}")))
        .and_then(|streams| streams)
        .map_err(told)?;
    let ended = answers(&mut talk, program.deadline, spool, &mut through, &name);
    match ended.and_then(|()| finish(&mut talk, &writer)) {
        Ok(()) => Ok(through),
        Err(Ended::Spool(problem)) => Err(*problem),
        Err(Ended::Trouble(trouble)) => {
            talk.give_up();
            // Where the export itself broke off, that is why, whatever the program made of it.
            match writer.try_recv() {
                Ok(Wrote::Broke(why)) => Err(told(Trouble::Export(why))),
                _ => Err(told(trouble)),
            }
        }
    }
}

fn held(problem: Problem, name: &str) -> Problem {
    let place = crate::monitor::Place::file(name);
    let remedy = format!("{}; until then the file is held", problem.remedy);
    Problem {
        place,
        remedy,
        ..problem
    }
}

/// Why reading answers ended.
enum Ended {
    Trouble(Trouble),
    Spool(Box<Problem>),
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Ended {
        Ended::Trouble(trouble)
    }
}

/// Writes the export on a thread of its own, so that a program may answer before it has read everything.
fn write(
    talk: &mut Talk,
    export: Export<'_>,
    input: Input,
    through: &mut Through,
) -> io::Result<Result<Receiver<Wrote>, Trouble>> {
    let (sender, wrote) = mpsc::channel();
    let streams = match input {
        Input::Lines => {
            let (from, odd) = text(export.bytes, export.name, export.feed.encoding.as_deref())?;
            through.problems.extend(odd);
            talk.stream(move |to| {
                let mut deaf = false;
                let written = lines(from, |number, line| {
                    let put = put(to, &json!({ "line": number, "text": line }));
                    deaf |= put.is_err();
                    put
                });
                say_how(written, deaf, to, &sender);
            })
        }
        Input::Bytes => {
            let bytes = export.bytes;
            talk.stream(move |to| {
                let mut deaf = false;
                let written = pieces(bytes, to, &mut deaf);
                say_how(written, deaf, to, &sender);
            })
        }
    };
    Ok(streams.map(|()| wrote))
}

fn pieces(mut bytes: Box<dyn Bytes>, to: &mut talk::Input, deaf: &mut bool) -> io::Result<()> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    loop {
        piece.clear();
        (&mut bytes).take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
        if piece.is_empty() {
            return Ok(());
        }
        let put = put(to, &json!({ "bytes": base64::encode(&piece) }));
        *deaf |= put.is_err();
        put?;
    }
}

pub(super) fn put(to: &mut impl io::Write, message: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *to, message)?;
    to.write_all(b"\n")
}

/// Says the end of the export, and how writing it went.
fn say_how(written: io::Result<()>, deaf: bool, to: &mut talk::Input, sender: &mpsc::Sender<Wrote>) {
    let wrote = match written {
        Ok(()) => match put(to, &json!({ "end": true })).and_then(|()| to.flush()) {
            Ok(()) => Wrote::All,
            Err(_) => Wrote::Deaf,
        },
        Err(_) if deaf => Wrote::Deaf,
        Err(error) => Wrote::Broke(format!("the export cannot be read to its end: {error}")),
    };
    // An export that broke off is not ended for the program: it must not take the part for the whole.
    let _ = sender.send(wrote);
}

/// Takes the program's rows until it says that it is done.
fn answers(
    talk: &mut Talk,
    deadline: Duration,
    spool: &mut Spool,
    through: &mut Through,
    name: &str,
) -> Result<(), Ended> {
    let late = clock::monotonic() + deadline;
    let mut rows = 0_u64;
    loop {
        let left = late.saturating_sub(clock::monotonic());
        let heard = match talk.hear(left) {
            Err(Trouble::Silent(_)) => return Err(Trouble::Silent(deadline).into()),
            other => other?,
        };
        let Some(answer) = heard else {
            return Err(talk.why_ended().into());
        };
        let line = answer.get("line").and_then(Value::as_u64).unwrap_or(0);
        if let Some(row) = answer.get("row") {
            let cells = cells(row, spool)?;
            spool
                .row(&cells, line)
                .map_err(|error| Ended::Spool(Box::new(cannot_spool(name, &error))))?;
            rows += 1;
        } else if answer.get("problem").is_some() {
            // Its words may quote the row, so they are not repeated.
            through.fail(line, "");
        } else if answer.get("dropped").is_some() {
            through.drop(line);
        } else if answer.get("done").is_some() {
            return match answer.get("rows").and_then(Value::as_u64) {
                Some(said) if said == rows => Ok(()),
                Some(said) => Err(nonsense(format!("it says that it gave {said} rows and gave {rows}"))),
                None => Err(nonsense(
                    "its last line does not say how many `rows` it gave".to_owned(),
                )),
            };
        } else {
            let message = "an answer is neither `row`, `problem`, `dropped` nor `done`";
            return Err(nonsense(message.to_owned()));
        }
    }
}

fn nonsense(why: String) -> Ended {
    Ended::Trouble(Trouble::Nonsense(why))
}

fn cells(row: &Value, spool: &Spool) -> Result<Cells, Trouble> {
    let wrong = |why: String| Trouble::Nonsense(why);
    let row = row
        .as_object()
        .ok_or_else(|| wrong("a `row` is no object".to_owned()))?;
    let mut cells = spool.cells();
    for (column, value) in row {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            Value::Array(_) | Value::Object(_) => {
                return Err(wrong("a cell is neither text nor a number".to_owned()));
            }
        };
        let plain: String = column.chars().filter(|c| !c.is_control()).take(40).collect();
        cells.set(&plain, &text).map_err(wrong)?;
    }
    Ok(cells)
}

/// After the program's last word: it must have heard everything, say nothing more, and end well.
fn finish(talk: &mut Talk, writer: &Receiver<Wrote>) -> Result<(), Ended> {
    match writer.recv_timeout(WRITER) {
        Ok(Wrote::All) => {}
        Ok(Wrote::Broke(why)) => return Err(Trouble::Export(why).into()),
        Ok(Wrote::Deaf) | Err(_) => return Err(Trouble::Deaf.into()),
    }
    if talk.hear(WRITER)?.is_some() {
        return Err(nonsense("it goes on after `done`".to_owned()));
    }
    talk.end().map_err(Ended::from)
}
