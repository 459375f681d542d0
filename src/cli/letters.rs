//! `letters preview`: what a letter of any kind looks like to one person.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::args::LettersCommand;
use super::output::{self, Exit};
use super::{Desk, Stop};
use crate::clock;
use crate::mail;
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Kind, Letter, State};
use crate::round::{self, Setup};
use crate::school::Weekday;
use crate::store::Store;

/// The word for whoever gets the operator's reports.
const OPERATOR: &str = "operator";

/// Shows letters.
pub(super) fn letters(desk: &mut Desk<'_>, command: &LettersCommand) -> Result<Exit, Stop> {
    let LettersCommand::Preview { kind, to, html } = command;
    preview(desk, *kind, to, html.as_deref())
}

/// Whom a letter is shown as for.
struct Reader {
    staff_id: String,
    name: String,
    address: String,
}

fn preview(desk: &mut Desk<'_>, kind: Kind, to: &str, html: Option<&Path>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let reader = reader(&setup, &store, to)?;
    let real = newest(&store, kind, &reader)?;
    let whence = match &real {
        Some(letter) => format!(
            "Letter {}, {}, for the morning of {}",
            letter.id,
            letter.state.word(),
            letter.morning
        ),
        None => format!(
            "An example: no letter of the kind {} was written to {to} yet",
            kind.dashed()
        ),
    };
    let letter = match real {
        Some(letter) => letter,
        None => example(&setup, &store, kind, reader)?,
    };
    let schools = BTreeMap::from([mail::example_school()]);
    let shown = round::composed(
        &setup,
        &store,
        std::slice::from_ref(&letter),
        mail::example_people(),
        schools,
    )?;
    writeln!(desk.out, "{whence}")?;
    let mut problems = Vec::new();
    for composed in shown {
        writeln!(desk.out, "To: {}", letter.address)?;
        writeln!(desk.out, "Subject: {}", composed.subject)?;
        match html {
            Some(file) => {
                write(file, &composed.html).map_err(|error| unwritten(file, &error))?;
                writeln!(desk.out, "Its HTML is in {}", file.display())?;
            }
            None => writeln!(desk.out, "\n{}", composed.text.trim_end())?,
        }
        problems.extend(composed.problems);
    }
    Ok(output::problems(desk.err, &problems)?)
}

/// The newest letter of a kind to a reader that somebody could have read, or still will.
fn newest(store: &Store, kind: Kind, reader: &Reader) -> Result<Option<Letter>, Problem> {
    let mut letters = store.letters(&[])?;
    letters.retain(|letter| {
        let never = matches!(letter.state, State::Replaced | State::Discarded);
        letter.kind == kind && letter.to_staff == reader.staff_id && !never
    });
    Ok(letters.into_iter().max_by_key(|letter| (letter.morning, letter.id)))
}

fn example(setup: &Setup, store: &Store, kind: Kind, reader: Reader) -> Result<Letter, Problem> {
    let today = clock::now(&setup.config.district.time_zone).today;
    // Before the first round, the weekday before today stands for the day up to which facts are known.
    let mut before = (1..=3).map(|days| today.plus(-days));
    let last_weekday = before.find(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    let as_of = store.last_as_of()?.or(last_weekday).unwrap_or(today);
    Ok(Letter {
        to_staff: reader.staff_id,
        to_name: reader.name,
        address: reader.address,
        ..mail::example(kind, as_of)
    })
}

/// The person of a staff id or an address; the operator by the word or by address.
fn reader(setup: &Setup, store: &Store, to: &str) -> Result<Reader, Problem> {
    let to = to.trim();
    let staff = store.staff()?;
    let found = staff.iter().find(|person| person.staff_id == to);
    let by_address = || staff.iter().find(|person| person.email.trim().eq_ignore_ascii_case(to));
    if let Some(person) = found.or_else(by_address) {
        return Ok(Reader {
            staff_id: person.staff_id.clone(),
            name: person.name.clone(),
            address: person.email.trim().to_owned(),
        });
    }
    let operator = &setup.config.mail.operator;
    if to.eq_ignore_ascii_case(OPERATOR) || operator.eq_ignore_ascii_case(to) {
        return Ok(Reader {
            staff_id: OPERATOR.to_owned(),
            name: String::new(),
            address: operator.clone(),
        });
    }
    let known = staff
        .iter()
        .flat_map(|person| [person.staff_id.as_str(), person.email.trim()])
        .chain([OPERATOR, operator.as_str()]);
    let nearest = known.max_by(|a, b| strsim::jaro_winkler(a, to).total_cmp(&strsim::jaro_winkler(b, to)));
    let remedy = match nearest {
        Some(near) if strsim::jaro_winkler(near, to) > 0.8 => format!("did you mean `{near}`?"),
        _ if staff.is_empty() => "no round has read staff.csv yet; `--to operator` works before".to_owned(),
        _ => "write a staff id or an address of staff.csv, or `operator`".to_owned(),
    };
    Err(Problem::new(
        "person-unknown",
        Weight::Stop,
        Place::default(),
        format!("there is no person `{to}`"),
        remedy,
    ))
}

/// Writes for the owner of the file alone: the letter may be about real students.
fn write(file: &Path, html: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)?.write_all(html.as_bytes())
}

fn unwritten(file: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "letters-preview",
        Weight::Stop,
        Place::file(file.display().to_string()),
        format!("the letter cannot be written there: {error}"),
        "name a file in a folder that is there",
    )
}
