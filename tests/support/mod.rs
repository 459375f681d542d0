//! The one builder for end-to-end tests: a district drawn in a few lines, nights rung over it by the real program, and
//! everything that came of it. It is strict: what a test does not expect on any output fails it.

// Every test binary that builds districts has this as a module of its own and uses its own part of it.
#![allow(dead_code)]

#[path = "log.rs"]
mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use firstbell::school::{Day, Weekday};
use firstbell::store::Store;
use tempfile::TempDir;

/// First day of the drawn school year, a Monday.
pub(crate) const START: &str = "2026-08-17";

/// The rules that ship.
const LIBRARY: [&str; 16] = [
    "absence_streak",
    "average_drop",
    "chronic_absence",
    "core_failure",
    "course_failures",
    "early_pacing",
    "incidents_this_year",
    "low_average",
    "new_student",
    "recent_incidents",
    "recent_unexcused",
    "removal_days",
    "suspension",
    "tardies",
    "two_areas",
    "unexcused_streak",
];

/// A district on disk, drawn by a test.
pub(crate) struct District {
    folder: TempDir,
    schools: Vec<(String, String)>,
    days_off: BTreeSet<Day>,
    make_up_days: BTreeSet<Day>,
    students: Vec<Student>,
    staff: Vec<String>,
    caseload: Vec<String>,
    terms: Vec<String>,
    /// Marks by the night from which the gradebook shows them.
    marks: Vec<(Day, String)>,
    incidents: Vec<(Day, String)>,
    contacts: Vec<(Day, String)>,
    plans: Vec<(Day, String)>,
    corrections: BTreeMap<(String, Day), char>,
    /// Schools whose rows have not come since a day.
    late: BTreeMap<String, Day>,
    configuration: Vec<(String, String)>,
}

struct Student {
    id: String,
    first: String,
    last: String,
    grade: String,
    school: String,
    entry: String,
    exit: String,
    programs: String,
    days: Vec<char>,
    /// Excused parts of each school day in thousandths, in place of a drawing.
    parts: Vec<u32>,
    /// Another school from a day on.
    moved: Option<(Day, String)>,
    /// A second stay at the same school from a day on.
    back: Option<Day>,
}

impl Student {
    fn school_on(&self, day: Day) -> &str {
        match &self.moved {
            Some((from, school)) if *from <= day => school,
            _ => &self.school,
        }
    }
}

/// What one run of the program said and did.
pub(crate) struct Said {
    /// The screen.
    pub(crate) out: String,
    /// The error stream.
    pub(crate) err: String,
    /// The exit code.
    pub(crate) code: i32,
}

/// One letter as a mail program shows it.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// The file's name.
    pub(crate) file: String,
    /// To whom.
    pub(crate) to: String,
    /// The subject line.
    pub(crate) subject: String,
    /// The text part.
    pub(crate) text: String,
    /// The HTML part.
    pub(crate) html: String,
    /// All headers, as they stand.
    pub(crate) headers: String,
}

impl District {
    /// One school, `100 North High`, every weekday a school day, no students yet; letters into the folder, news to owners.
    pub(crate) fn new() -> District {
        District {
            folder: tempfile::tempdir().expect("a temporary folder"),
            schools: vec![("100".to_owned(), "North High".to_owned())],
            days_off: BTreeSet::new(),
            make_up_days: BTreeSet::new(),
            students: Vec::new(),
            staff: Vec::new(),
            caseload: Vec::new(),
            terms: Vec::new(),
            marks: Vec::new(),
            incidents: Vec::new(),
            contacts: Vec::new(),
            plans: Vec::new(),
            corrections: BTreeMap::new(),
            late: BTreeMap::new(),
            configuration: Vec::new(),
        }
    }

    /// Another school.
    pub(crate) fn school(mut self, id: &str, name: &str) -> District {
        self.schools.push((id.to_owned(), name.to_owned()));
        self
    }

    /// A day without school, at every school.
    pub(crate) fn day_off(mut self, day: &str) -> District {
        self.days_off.insert(date(day));
        self
    }

    /// A student at school 100, with attendance drawn a letter per school day from the year's first day (`P A E U T S`, `h` half a
    /// day unexcused, `p` present and exported as a row all the same, `*n` repeats, spaces free); after the drawing present every day.
    pub(crate) fn student(self, id: &str, name: &str, grade: &str, days: &str) -> District {
        self.student_at("100", id, name, grade, days)
    }

    /// The same at another school.
    pub(crate) fn student_at(mut self, school: &str, id: &str, name: &str, grade: &str, days: &str) -> District {
        let (first, last) = name.split_once(' ').expect("a first and a last name");
        self.students.push(Student {
            id: id.to_owned(),
            first: first.to_owned(),
            last: last.to_owned(),
            grade: grade.to_owned(),
            school: school.to_owned(),
            entry: String::new(),
            exit: String::new(),
            programs: String::new(),
            days: draw(days),
            parts: Vec::new(),
            moved: None,
            back: None,
        });
        self
    }

    /// `count` students of grade 9 at school 100 who are never absent, so that a school is a school; the first of them has a row
    /// every day, so that the export of every day is known to have come.
    pub(crate) fn classmates(self, count: usize) -> District {
        self.classmates_at("100", count)
    }

    /// The same at another school.
    pub(crate) fn classmates_at(mut self, school: &str, count: usize) -> District {
        for number in 0..count {
            let days = if number == 0 { "p*300" } else { "P" };
            self = self.student_at(school, &format!("7{school}{number:02}"), "Class Mate", "9", days);
        }
        self
    }

    /// The last student misses a part of every school day, excused: `part` gives it in thousandths for the school day, from 1.
    pub(crate) fn misses_parts(mut self, part: impl Fn(u32) -> u32) -> District {
        let last = self.students.last_mut().expect("a student first");
        last.parts = (1..=300).map(part).collect();
        self
    }

    /// The last student goes to another school from a day on.
    pub(crate) fn moves(mut self, day: &str, school: &str) -> District {
        self.students.last_mut().expect("a student first").moved = Some((date(day), school.to_owned()));
        self
    }

    /// The last student's last day at school, and if it is not empty the first day of a second stay.
    pub(crate) fn leaves(mut self, last_day: &str, back: &str) -> District {
        let student = self.students.last_mut().expect("a student first");
        student.exit = last_day.to_owned();
        student.back = (!back.is_empty()).then(|| date(back));
        self
    }

    /// The last student's first and last day, and programs; empty: not said.
    pub(crate) fn stay(mut self, entry: &str, exit: &str, programs: &str) -> District {
        let last = self.students.last_mut().expect("a student first");
        (last.entry, last.exit, last.programs) = (entry.to_owned(), exit.to_owned(), programs.to_owned());
        self
    }

    /// A person: `role` may be a list.
    pub(crate) fn staff(mut self, id: &str, name: &str, role: &str) -> District {
        let address = name.to_lowercase().replace(' ', ".");
        self.staff
            .push(format!("{id},{name},{address}@district.example,{role},,,,,,,,,\n"));
        self
    }

    /// A caseload row.
    pub(crate) fn caseload(mut self, student: &str, staff: &str, role: &str) -> District {
        self.caseload.push(format!("{student},{staff},{role},,,\n"));
        self
    }

    /// A caseload row from a day up to another; empty: since ever, for good.
    pub(crate) fn caseload_between(mut self, student: &str, staff: &str, role: &str, days: (&str, &str)) -> District {
        let (from, until) = days;
        self.caseload
            .push(format!("{student},{staff},{role},,{from},{until}\n"));
        self
    }

    /// A term of every school.
    pub(crate) fn term(mut self, term: &str, start: &str, end: &str) -> District {
        self.terms.push(format!("{term},,{start},{end}\n"));
        self
    }

    /// A mark that the gradebook shows from a night on, dated that day.
    pub(crate) fn mark(mut self, from: &str, student: &str, course: &str, term: &str, mark: &str) -> District {
        self.marks.push((
            date(from),
            format!("{student},100,{course},{course},{course},{term},{mark},progress,{from},,\n"),
        ));
        self
    }

    /// A mark without a date that the gradebook shows from a night until another takes its place.
    pub(crate) fn undated_mark(mut self, from: &str, student: &str, course: &str, term: &str, mark: &str) -> District {
        self.marks.push((
            date(from),
            format!("{student},100,{course},{course},{course},{term},{mark},progress,,,\n"),
        ));
        self
    }

    /// An incident with an action (empty: none) of so many days.
    pub(crate) fn incident(mut self, day: &str, id: &str, student: &str, kind: &str, action: &str) -> District {
        let days = if action.is_empty() { "" } else { "1" };
        self.incidents.push((
            date(day),
            format!("{id},{student},100,{day},{kind},offender,{action},{days},\n"),
        ));
        self
    }

    /// Somebody reached a student's home, or tried to, on a day.
    pub(crate) fn contact(mut self, day: &str, student: &str, staff: &str, kind: &str) -> District {
        self.contacts
            .push((date(day), format!("{student},{day},{staff},{kind}\n")));
        self
    }

    /// A plan of a tier for an area, from a day on, without an end.
    pub(crate) fn plan(mut self, start: &str, student: &str, area: &str, tier: u8) -> District {
        let number = self.plans.len() + 1;
        let row = format!("iv{number},{student},Check In,{area},{tier},s1,{start},,,,\n");
        self.plans.push((date(start), row));
        self
    }

    /// A person who is away for some days, with a stand-in.
    pub(crate) fn away(mut self, id: &str, name: &str, role: &str, days: (&str, &str), stand_in: &str) -> District {
        let address = name.to_lowercase().replace(' ', ".");
        let (from, until) = days;
        self.staff.push(format!(
            "{id},{name},{address}@district.example,{role},,,,,,,{from},{until},{stand_in}\n"
        ));
        self
    }

    /// A person with a school of their own, and how many students a week they can carry (empty: any number).
    pub(crate) fn staff_at(mut self, school: &str, id: &str, name: &str, role: &str, capacity: &str) -> District {
        let address = name.to_lowercase().replace(' ', ".");
        self.staff.push(format!(
            "{id},{name},{address}@district.example,{role},{school},,,,,{capacity},,,\n"
        ));
        self
    }

    /// From now on the caseload names another person for a student.
    pub(crate) fn hand_over(&mut self, student: &str, to: &str, role: &str) {
        self.caseload.retain(|row| !row.starts_with(&format!("{student},")));
        self.caseload.push(format!("{student},{to},{role},,,\n"));
    }

    /// From now on the export writes another letter for a student's day: a retroactive recode.
    pub(crate) fn recode(&mut self, student: &str, day: &str, letter: char) {
        self.corrections.insert((student.to_owned(), date(day)), letter);
    }

    /// From now on a school's attendance ends with a day, or with `None` comes whole again.
    pub(crate) fn late(&mut self, school: &str, last: Option<&str>) {
        match last {
            Some(last) => self.late.insert(school.to_owned(), date(last)),
            None => self.late.remove(school),
        };
    }

    /// From now on the calendar has one more school day, on which nobody is absent.
    pub(crate) fn make_up(&mut self, day: &str) {
        self.make_up_days.insert(date(day));
    }

    /// Puts all library rules out of work but these.
    pub(crate) fn only(&self, rules: &[&str]) {
        self.changes(rules, "");
    }

    /// The same with more words of the district about the rules that stay.
    pub(crate) fn changes(&self, rules: &[&str], more: &str) {
        let mut text = String::new();
        for id in LIBRARY.iter().filter(|id| !rules.contains(id)) {
            writeln!(text, "[{id}]\nstatus = \"retired\"").expect("text");
        }
        fs::write(self.home().join("rules/district.toml"), text + more).expect("the home is ours");
    }

    /// Changes a file of the home; what is replaced must be there.
    pub(crate) fn edit(&self, file: &str, old: &str, new: &str) {
        let path = self.home().join(file);
        let text = fs::read_to_string(&path).expect("a file of the home");
        assert!(text.contains(old), "`{old}` is not in {file}:\n{text}");
        fs::write(path, text.replacen(old, new, 1)).expect("the home is ours");
    }

    /// Replaces a piece of the configuration that `init` writes; it must be there.
    pub(crate) fn configured(mut self, old: &str, new: &str) -> District {
        self.configuration.push((old.to_owned(), new.to_owned()));
        self
    }

    /// Where the home is.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Makes the home with `init` and puts the configuration right.
    pub(crate) fn init(self) -> District {
        let said = bare(&["init", self.home().to_str().expect("a path of text")]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "init: {}", said.out);
        self.edit(
            "firstbell.toml",
            "# U = { absent = 1, unverified = true }",
            "U = { absent = 1, unverified = true }",
        );
        let path = self.home().join("firstbell.toml");
        let mut text = fs::read_to_string(&path).expect("init writes firstbell.toml");
        for (old, new) in &self.configuration {
            assert!(
                text.contains(old.as_str()),
                "`{old}` is not in the configuration:\n{text}"
            );
            text = text.replacen(old, new, 1);
        }
        fs::write(&path, text).expect("the configuration is ours");
        self
    }

    /// Writes tonight's exports, as a student information system would: everything up to the day.
    pub(crate) fn export(&self, day: &str) {
        let last = date(day);
        let inbox = self.home().join("inbox");
        let put = |name: &str, text: String| fs::write(inbox.join(name), text).expect("the inbox is ours");
        let mut schools = "school_id,name\n".to_owned();
        for (id, name) in &self.schools {
            writeln!(schools, "{id},{name}").expect("text");
        }
        put("schools.csv", schools);
        put("calendar.csv", self.calendar());
        put("students.csv", self.roster(last));
        if let Some(stays) = self.stays(last) {
            put("enrollments.csv", stays);
        }
        put("attendance.csv", self.attendance(last));
        if !self.terms.is_empty() {
            put(
                "terms.csv",
                format!("term,school_id,start,end\n{}", self.terms.concat()),
            );
        }
        if !self.staff.is_empty() {
            let header = "staff_id,name,email,role,schools,areas,grades,programs,last_names,capacity,away_from,away_until,stand_in\n";
            put("staff.csv", format!("{header}{}", self.staff.concat()));
        }
        if !self.caseload.is_empty() {
            put(
                "caseload.csv",
                format!("student_id,staff_id,role,area,from,until\n{}", self.caseload.concat()),
            );
        }
        if !self.marks.is_empty() {
            put("grades.csv", self.gradebook(last));
        }
        let header = "incident_id,student_id,school_id,date,type,role,action,action_days,severity";
        self.put_dated("behavior.csv", header, &self.incidents, last);
        self.put_dated("contacts.csv", "student_id,date,staff_id,kind", &self.contacts, last);
        let header = "intervention_id,student_id,program,area,tier,staff_id,start_date,end_date,planned_sessions,held_sessions,goal";
        self.put_dated("interventions.csv", header, &self.plans, last);
    }

    /// Writes a table whose rows are known from a day on.
    fn put_dated(&self, name: &str, header: &str, rows: &[(Day, String)], last: Day) {
        if rows.is_empty() {
            return;
        }
        let known = rows.iter().filter(|(day, _)| *day <= last);
        let rows: String = known.map(|(_, row)| row.as_str()).collect();
        fs::write(self.home().join("inbox").join(name), format!("{header}\n{rows}")).expect("the inbox is ours");
    }

    fn calendar(&self) -> String {
        let mut text = "school_id,date,day_type\n".to_owned();
        for day in school_days() {
            let kind = if self.days_off.contains(&day) {
                "holiday"
            } else {
                "instructional"
            };
            writeln!(text, ",{day},{kind}").expect("text");
        }
        for day in &self.make_up_days {
            writeln!(text, ",{day},instructional").expect("text");
        }
        text
    }

    /// The stays of students who have more than one, as far as the day knows of them; nothing where no student has.
    fn stays(&self, today: Day) -> Option<String> {
        let mut text = "student_id,school_id,grade,entry_date,exit_date,exit_code,primary\n".to_owned();
        let mut any = false;
        for student in &self.students {
            let Student {
                id,
                grade,
                school,
                exit,
                moved,
                back,
                ..
            } = student;
            let next = moved.clone().or_else(|| back.map(|day| (day, school.clone())));
            let Some((day, next)) = next else { continue };
            any = true;
            let gone = moved
                .as_ref()
                .map(|(day, _)| day.plus(-1))
                .unwrap_or_else(|| date(exit));
            let known = if gone <= today { gone.to_string() } else { String::new() };
            writeln!(text, "{id},{school},{grade},{START},{known},,").expect("text");
            if day <= today {
                writeln!(text, "{id},{next},{grade},{day},,,").expect("text");
            }
        }
        any.then_some(text)
    }

    fn roster(&self, today: Day) -> String {
        let mut text =
            "student_id,first_name,last_name,grade,school_id,entry_date,exit_date,programs,homeroom\n".to_owned();
        for student in &self.students {
            let Student {
                id,
                first,
                last,
                grade,
                entry,
                exit,
                programs,
                ..
            } = student;
            let school = student.school_on(today);
            let exit = if exit.is_empty() || student.back.is_some() || date(exit) > today {
                ""
            } else {
                exit
            };
            writeln!(text, "{id},{first},{last},{grade},{school},{entry},{exit},{programs},").expect("text");
        }
        text
    }

    fn attendance(&self, last: Day) -> String {
        let mut text = "student_id,school_id,date,code,period,portion\n".to_owned();
        let days: Vec<Day> = school_days().filter(|day| !self.days_off.contains(day)).collect();
        for student in &self.students {
            for (at, day) in days.iter().enumerate().take_while(|(_, day)| **day <= last) {
                let school = student.school_on(*day);
                if self.late.get(school).is_some_and(|last| day > last) {
                    continue;
                }
                if let Some(part) = student.parts.get(at) {
                    writeln!(text, "{},{school},{day},E,,0.{part:03}", student.id).expect("text");
                    continue;
                }
                let drawn = student.days.get(at).copied().unwrap_or('P');
                let letter = self
                    .corrections
                    .get(&(student.id.clone(), *day))
                    .copied()
                    .unwrap_or(drawn);
                let (code, portion) = match letter {
                    'P' => continue,
                    'p' => ("P", ""),
                    'h' => ("A", "0.5"),
                    'A' => ("A", ""),
                    'E' => ("E", ""),
                    'U' => ("U", ""),
                    'T' => ("T", ""),
                    'S' => ("S", ""),
                    other => panic!("`{other}` is no drawn day"),
                };
                writeln!(text, "{},{school},{day},{code},,{portion}", student.id).expect("text");
            }
        }
        text
    }

    fn gradebook(&self, last: Day) -> String {
        let mut text =
            "student_id,school_id,course_id,course_name,subject,term,mark,kind,date,missing_work,staff_id\n".to_owned();
        // An undated row gives way to a later one of the same student, course and term.
        let key = |row: &str| {
            row.split(',')
                .enumerate()
                .filter(|(at, _)| [0, 2, 5, 8].contains(at))
                .map(|(_, cell)| cell.to_owned())
                .collect::<Vec<_>>()
        };
        let mut shown: BTreeMap<Vec<String>, &str> = BTreeMap::new();
        for (_, row) in self.marks.iter().filter(|(day, _)| *day <= last) {
            shown.insert(key(row), row);
        }
        text.extend(shown.into_values());
        text
    }

    /// Exports the night's files and rings it: `run --as-of`. Nothing may be said on the error stream.
    pub(crate) fn night(&self, day: &str) -> Said {
        let said = self.ring(day);
        assert_eq!(said.err, "", "night of {day}: {}", said.out);
        assert_eq!(said.code, 0, "night of {day}: {}", said.out);
        said
    }

    /// The same, whatever it says.
    pub(crate) fn ring(&self, day: &str) -> Said {
        self.export(day);
        let said = self.run(&["run", "--as-of", day]);
        self.told_is_what_letters_tell(day);
        said
    }

    /// Of every open flag the store says told what letters told of it: standings are written before their letters are.
    fn told_is_what_letters_tell(&self, day: &str) {
        let store = self.home().join("var/firstbell.db");
        let Ok(store) = Store::open_read_only(&store) else {
            return;
        };
        for year in store.school_years().expect("years") {
            let names = store.load_books(year).expect("facts").names;
            let tolds = store.tolds(&year).expect("letters");
            for (rule, standings) in store.load_standings(&year).expect("standings") {
                for (student, standing) in standings.iter().filter(|(_, standing)| standing.level.is_some()) {
                    let student = names.students.name(student.0);
                    let told = tolds.get(&(student.to_owned(), rule.clone(), standing.episode));
                    let level = told.map(|told| told.level);
                    let unwritten = told.is_some_and(|told| !told.written);
                    assert_eq!(
                        (standing.told, standing.told_unwritten),
                        (level, unwritten),
                        "night of {day}, {student}, {rule}"
                    );
                }
            }
        }
    }

    /// Rings every school day from `first` to `last`.
    pub(crate) fn nights(&self, first: &str, last: &str) {
        let days: Vec<Day> = school_days().filter(|day| !self.days_off.contains(day)).collect();
        for day in days.into_iter().filter(|day| date(first) <= *day && *day <= date(last)) {
            self.night(&day.to_string());
        }
    }

    /// Runs a command on the home.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        said(log::hear(Some(&self.home()), arguments))
    }

    /// Runs a command on the home through another program, such as `setpriv --reuid=65534`; `None` where that one cannot be run.
    pub(crate) fn run_through(&self, before: &[&str], arguments: &[&str]) -> Option<Said> {
        log::hear_through(before, Some(&self.home()), arguments).map(said)
    }

    /// Begins a command on the home and does not wait for its end.
    pub(crate) fn begin(&self, arguments: &[&str]) -> log::Running {
        log::Running::start(&self.home(), arguments, &[], self.folder.path().join("log"))
    }

    /// Every change of a student's standing so far, in order: `2026-09-25 chronic_absence - concern crossed`.
    pub(crate) fn history(&self, student: &str) -> Vec<String> {
        let db = rusqlite::Connection::open(self.home().join("var/firstbell.db")).expect("the store");
        let mut rows = db
            .prepare(
                "SELECT day || ' ' || text || ' ' || coalesce(from_level, '-') || ' ' || coalesce(to_level, '-') || ' ' || reason \
                 FROM change JOIN student USING (student) JOIN word ON kind = 'rule' AND number = rule \
                 WHERE student_id = ? ORDER BY change",
            )
            .expect("the table of changes");
        let rows = rows.query_map([student], |row| row.get(0)).expect("changes");
        rows.map(|row| row.expect("a change")).collect()
    }

    /// The letters in the folder, in the order of their file names; what comes by the calendar (the operator's reports, the week's digests,
    /// the month's team lists) left out.
    pub(crate) fn letters(&self) -> Vec<Mail> {
        let by_calendar = ["operator-report", "digest", "team-list"];
        self.mail()
            .into_iter()
            .filter(|mail| !by_calendar.iter().any(|kind| mail.file.contains(&format!("-{kind}-"))))
            .collect()
    }

    /// The letters of one kind, as file names write it: `digest`, `school-letter`.
    pub(crate) fn letters_of(&self, kind: &str) -> Vec<Mail> {
        let kind = format!("-{kind}-");
        self.mail()
            .into_iter()
            .filter(|mail| mail.file.contains(&kind))
            .collect()
    }

    /// All mail in the folder.
    pub(crate) fn mail(&self) -> Vec<Mail> {
        mail_in(&self.home().join("var/letters"))
    }
}

/// Runs the program without a home.
pub(crate) fn bare(arguments: &[&str]) -> Said {
    said(log::hear(None, arguments))
}

fn said(output: Output) -> Said {
    Said {
        out: String::from_utf8(output.stdout).expect("the screen is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the error stream is UTF-8"),
        code: output.status.code().expect("it ended by itself"),
    }
}

/// Every letter in a folder, parsed.
pub(crate) fn mail_in(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder is ours").path()).collect();
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .map(|path| parse(path))
        .collect()
}

fn parse(path: &Path) -> Mail {
    let bytes = fs::read(path).expect("a letter");
    let parsed = mailparse::parse_mail(&bytes).expect("a letter that parses");
    let header = |name: &str| {
        parsed
            .headers
            .iter()
            .find(|header| header.get_key().eq_ignore_ascii_case(name))
            .map(mailparse::MailHeader::get_value)
            .unwrap_or_default()
    };
    let part = |kind: &str| {
        parsed
            .parts()
            .find(|part| part.ctype.mimetype == kind)
            .map(|part| part.get_body().expect("a body"))
            .unwrap_or_default()
    };
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or(bytes.len());
    Mail {
        file: path.file_name().expect("a name").to_string_lossy().into_owned(),
        to: header("To"),
        subject: header("Subject"),
        text: part("text/plain").replace("\r\n", "\n"),
        html: part("text/html").replace("\r\n", "\n"),
        headers: String::from_utf8_lossy(&bytes[..end]).into_owned(),
    }
}

/// A day written `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Day {
    text.parse().expect("a day")
}

/// The weekdays of the drawn year.
pub(crate) fn school_days() -> impl Iterator<Item = Day> {
    let start = date(START);
    (0..299)
        .map(move |days| start.plus(days))
        .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
}

fn draw(text: &str) -> Vec<char> {
    let mut days = Vec::new();
    let mut letters = text.chars().filter(|letter| *letter != ' ').peekable();
    while let Some(letter) = letters.next() {
        let mut times = 1;
        if letters.peek() == Some(&'*') {
            letters.next();
            let mut number = String::new();
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                number.push(digit);
            }
            times = number.parse().expect("a number after *");
        }
        days.extend(std::iter::repeat_n(letter, times));
    }
    days
}
