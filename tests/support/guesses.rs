//! The guess against exports whose truth an adapter knows: its own headers, and the same under other names.

// Every test binary that guesses has this as a module of its own and uses its own part of it.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use firstbell::adopt::{Confidence, Guess, Sample, Unfit, Wishes, look};
use firstbell::plugins;
use firstbell::records::Adapter;
use firstbell::school::Table;

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

/// What an adapter says of a file: through the feed that would take it.
fn known(path: &Path, adapter: &Adapter) -> Option<Known> {
    // One file of a bundle is no table before it is joined with the others.
    if adapter.bundle.is_some() {
        return None;
    }
    let name = path.file_name()?.to_string_lossy().into_owned();
    let feed = adapter.feeds.iter().find(|feed| {
        let mut globs = feed.files.iter();
        globs.any(|glob| matches(glob, &name))
    })?;
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    // Some hundred rows tell as much as all of them.
    let text: String = text.split_inclusive('\n').take(500).collect();
    let table = *feed.tables.first()?;
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
        if !there.is_empty() {
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

/// The demo district's files and the small samples beside the adapters.
pub(crate) fn shipped() -> Vec<Known> {
    let adapters = adapters();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins");
    let own = adapters
        .iter()
        .flat_map(|adapter| taken(&adapter.id, &root.join(&adapter.id), &adapters));
    let mut known: Vec<Known> = own.collect();
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

/// Words as people shorten them.
const SHORT: [(&str, &str); 30] = [
    ("student", "stu"),
    ("school", "sch"),
    ("date", "dt"),
    ("code", "cd"),
    ("attendance", "att"),
    ("grade", "gr"),
    ("name", "nm"),
    ("course", "crs"),
    ("period", "per"),
    ("subject", "subj"),
    ("term", "trm"),
    ("staff", "stf"),
    ("first", "f"),
    ("last", "l"),
    ("incident", "inc"),
    ("action", "act"),
    ("intervention", "interv"),
    ("program", "prog"),
    ("homeroom", "hr"),
    ("category", "cat"),
    ("description", "desc"),
    ("identifier", "id"),
    ("discipline", "disc"),
    ("behavior", "beh"),
    ("event", "evt"),
    ("type", "typ"),
    ("level", "lvl"),
    ("begin", "beg"),
    ("missing", "msng"),
    ("number", "no"),
];

/// Canonical headers as other systems write them; each file takes one row of names per turn.
pub(crate) const OTHERS: [(&str, [&str; 4]); 45] = [
    (
        "student_id",
        ["Student Number", "Perm ID", "StudentUniqueId", "stu_lcl_id"],
    ),
    ("school_id", ["School", "SchoolCode", "Bldg", "sch_num"]),
    ("first_name", ["First Name", "FName", "StudentFirst", "given_nm"]),
    ("last_name", ["Last Name", "LName", "StudentLast", "surname"]),
    ("grade", ["Grade Level", "Gr", "GRD", "grade_lvl"]),
    ("entry_date", ["Entry Date", "EnrollDate", "Enter Dt", "admit_dt"]),
    ("exit_date", ["Exit Date", "WithdrawDate", "Leave Dt", "wd_dt"]),
    ("programs", ["Program Codes", "Programs", "Services", "prgm"]),
    ("homeroom", ["Homeroom", "HR", "Home Room", "advisory"]),
    ("date", ["Date", "EventDate", "Att Dt", "calendar_dt"]),
    ("code", ["Attendance Code", "AttCode", "Att Type", "absence_cd"]),
    ("period", ["Period", "Per", "Block", "prd"]),
    (
        "portion",
        ["Portion of Day", "DayFraction", "Absence Value", "att_value"],
    ),
    ("course_id", ["Course Number", "CourseCode", "Crs ID", "class_id"]),
    ("course_name", ["Course Title", "CourseName", "Crs Desc", "class_name"]),
    ("subject", ["Subject Area", "Subject", "Dept", "subj"]),
    ("term", ["Marking Period", "Term", "Store Code", "trm"]),
    ("mark", ["Mark", "LetterGrade", "Percent", "final_grd"]),
    ("kind", ["Grade Type", "MarkType", "Type", "grade_typ"]),
    (
        "missing_work",
        ["Missing Assignments", "MissingWork", "Msng Asgn", "missing_cnt"],
    ),
    ("staff_id", ["Staff ID", "TeacherID", "Employee No", "tchr_num"]),
    ("incident_id", ["Incident ID", "IncidentNumber", "Referral #", "inc_id"]),
    ("type", ["Incident Type", "Behavior", "Offense", "infraction_cd"]),
    ("role", ["Role", "ParticipationCode", "Involvement", "role_cd"]),
    ("action", ["Action Taken", "Consequence", "Disposition", "act_cd"]),
    (
        "action_days",
        ["Days", "ActionDays", "Suspension Days", "days_assigned"],
    ),
    ("severity", ["Severity", "IncidentLevel", "Seriousness", "sev"]),
    ("name", ["Name", "FullName", "Title", "display_nm"]),
    ("email", ["Email", "EmailAddress", "E-Mail", "eml"]),
    ("schools", ["Schools", "SchoolIDs", "Buildings", "sch_list"]),
    ("areas", ["Areas", "AreaList", "Domains", "area"]),
    (
        "last_names",
        ["Last Names", "AlphaSplit", "Last Name Range", "alpha_range"],
    ),
    ("area", ["Area", "FocusArea", "Domain", "area_cd"]),
    ("from", ["From", "StartDate", "Begin Dt", "start_dt"]),
    ("until", ["Until", "EndDate", "End Dt", "thru_dt"]),
    ("start", ["Start Date", "BeginDate", "Starts", "first_day"]),
    ("end", ["End Date", "EndDate", "Ends", "last_day"]),
    ("start_date", ["Start Date", "BeginDate", "Started", "strt_dt"]),
    ("end_date", ["End Date", "EndDate", "Ended", "end_dt"]),
    (
        "intervention_id",
        ["Intervention ID", "PlanID", "Service ID", "interv_id"],
    ),
    ("program", ["Program", "InterventionName", "Service", "strategy"]),
    ("tier", ["Tier", "TierLevel", "MTSS Tier", "tr"]),
    (
        "planned_sessions",
        [
            "Planned Sessions",
            "SessionsPlanned",
            "Scheduled Sessions",
            "sess_planned",
        ],
    ),
    (
        "held_sessions",
        ["Sessions Held", "SessionsHeld", "Completed Sessions", "sess_held"],
    ),
    ("day_type", ["Day Type", "CalendarEvent", "In Session", "day_cd"]),
];

/// The words of a header: parted by signs and capitals.
fn parts(header: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for letter in header.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && before.is_lowercase() {
            parts.push(String::new());
        }
        if letter.is_alphanumeric() {
            parts.last_mut().expect("one").extend(letter.to_lowercase());
        }
        before = letter;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn joined(words: Vec<String>, between: &str) -> String {
    words.join(between)
}

/// How a header is written otherwise.
type Rename = fn(&str) -> String;

/// Ways to write a header otherwise; each with its name.
fn styles() -> Vec<(&'static str, Rename)> {
    vec![
        ("as it stands", |header| header.to_owned()),
        ("PascalCase", |header| {
            parts(header).iter().map(|part| capital(part)).collect()
        }),
        ("Title Words", |header| {
            joined(parts(header).iter().map(|part| capital(part)).collect(), " ")
        }),
        ("UPPER_CASE", |header| joined(parts(header), "_").to_uppercase()),
        ("gluedlower", |header| parts(header).concat()),
        ("prefixed", |header| format!("SIS_{}", joined(parts(header), "_"))),
        ("with a table's name", |header| {
            format!("EXPORT.{}", joined(parts(header), " "))
        }),
        ("shortened", |header| {
            let short = |part: &String| {
                SHORT
                    .iter()
                    .find(|(long, _)| long == part)
                    .map_or(part.clone(), |(_, short)| (*short).to_owned())
            };
            joined(parts(header).iter().map(short).collect(), "_")
        }),
        ("without vowels", |header| {
            let bare = |part: &String| -> String {
                if part.len() < 5 {
                    return part.clone();
                }
                let rest: String = part
                    .chars()
                    .skip(1)
                    .filter(|letter| !"aeiou".contains(*letter))
                    .collect();
                format!("{}{rest}", &part[..1])
            };
            joined(parts(header).iter().map(bare).collect(), "_")
        }),
        ("cut to six letters", |header| {
            joined(
                parts(header)
                    .iter()
                    .map(|part| part.chars().take(6).collect())
                    .collect(),
                " ",
            )
        }),
    ]
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

    /// Nine columns in ten are found, and of those that are called sure hardly one is wrong.
    pub(crate) fn assert_nine_in_ten(&self, style: &str) {
        assert!(
            self.all > 0 && self.right * 10 >= self.all * 9,
            "{style}: {} of {}: {:#?}",
            self.right,
            self.all,
            self.wrong
        );
        assert!(
            self.sure_and_wrong.len() * 50 <= self.all,
            "{style}: {:#?}",
            self.sure_and_wrong
        );
    }
}

/// Renames the headers of files in every style: each time nine columns in ten are found, and hardly one is sure and wrong.
pub(crate) fn nine_in_ten_are_found(files: &[Known]) {
    for (style, rename) in styles() {
        let mut count = Count::default();
        for known in files {
            count.try_with(known, &rename);
        }
        count.assert_nine_in_ten(style);
    }
}
