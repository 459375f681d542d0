use crate::indicators::Value::{Count, Missing, Text, Yes};
use crate::indicators::Word;
use crate::timeline::drawn::{Drawn, day};

#[test]
fn entering_after_two_weeks_is_late_unless_it_is_a_return() {
    let late = |entry: &str, earlier: Option<(&str, &str)>| {
        let mut drawn = Drawn::weekdays();
        drawn.enroll("1", "S", entry, "");
        if let Some((from, to)) = earlier {
            drawn.enroll("1", "S", from, to);
        }
        (
            drawn.ask("2026-11-20", Word::EnteredLate),
            drawn.ask("2026-11-20", Word::DaysSinceEntry),
        )
    };
    assert_eq!(late("", None), (Yes(false), Count(95)), "since the start, 17 August");
    assert_eq!(
        late("2026-08-31", None),
        (Yes(false), Count(81)),
        "14 days after the start"
    );
    assert_eq!(late("2026-09-01", None), (Yes(true), Count(80)));
    assert_eq!(late("2026-11-20", None), (Yes(true), Count(0)));
    let entry = "2026-11-02";
    assert_eq!(
        late(entry, Some(("2026-08-17", "2026-10-02"))),
        (Yes(true), Count(18)),
        "31 days before"
    );
    assert_eq!(
        late(entry, Some(("2026-08-17", "2026-10-03"))),
        (Yes(false), Count(18)),
        "30 days before"
    );
}

#[test]
fn an_enrollment_at_another_school_makes_nobody_known_here() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "2026-11-01");
    drawn.enroll("1", "B", "2026-11-02", "");
    assert_eq!(drawn.ask("2026-11-20", Word::EnteredLate), Yes(true));
    assert_eq!(drawn.ask("2026-11-20", Word::School), Text("B".into()));
    assert_eq!(drawn.ask("2026-10-20", Word::School), Text("S".into()));
}

#[test]
fn grades_and_programs_are_missing_where_they_are_not_known() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    assert_eq!(drawn.ask("2026-11-20", Word::Grade), Count(9));
    assert_eq!(drawn.ask_text("2026-11-20", Word::InProgram, "iep"), Missing);
    let iep = drawn.books.names.words.intern("IEP");
    drawn.books.students[0].programs = vec![iep];
    assert_eq!(drawn.ask_text("2026-11-20", Word::InProgram, "iep"), Yes(true));
    assert_eq!(drawn.ask_text("2026-11-20", Word::InProgram, "504"), Yes(false));
    drawn.books.students[0].enrollments[0].grade = None;
    assert_eq!(drawn.ask("2026-11-20", Word::Grade), Missing);
}

#[test]
fn a_plan_without_an_end_is_open_for_sixty_school_days() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    // Twelve weeks of five days from Monday 17 August end on Friday 6 November.
    drawn.plan("1", "attendance", 2, "2026-08-17", "");
    let open = |drawn: &Drawn, as_of, area| drawn.ask_text(as_of, Word::PlanOpen, area);
    assert_eq!(open(&drawn, "2026-11-06", "attendance"), Yes(true));
    assert_eq!(open(&drawn, "2026-11-09", "attendance"), Yes(false));
    assert_eq!(open(&drawn, "2026-11-06", "course"), Yes(false));
    drawn.plan("1", "course", 1, "2026-08-17", "2027-01-01");
    assert_eq!(
        open(&drawn, "2026-11-06", "course"),
        Yes(false),
        "tier 1 is everybody's"
    );
    drawn.plan("1", "course", 3, "2026-11-02", "2026-11-05");
    assert_eq!(open(&drawn, "2026-11-01", "course"), Yes(false));
    assert_eq!(open(&drawn, "2026-11-05", "course"), Yes(true));
    assert_eq!(open(&drawn, "2026-11-06", "course"), Yes(false));
    drawn.books.calendar.clear();
    assert_eq!(
        open(&drawn, "2026-11-09", "attendance"),
        Missing,
        "nobody can count school days"
    );
}

#[test]
fn days_since_a_contact_are_school_days() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    let since = |drawn: &Drawn, area| drawn.ask_text("2026-11-20", Word::DaysSinceContact, area);
    assert_eq!(since(&drawn, "attendance"), Missing);
    drawn.contact("1", "attendance", "2026-11-13");
    drawn.contact("1", "", "2026-11-12");
    drawn.contact("1", "course", "2026-11-21");
    assert_eq!(since(&drawn, "attendance"), Count(5));
    assert_eq!(
        since(&drawn, "course"),
        Count(6),
        "a contact without an area is about all; tomorrow's is not yet"
    );
    assert_eq!(since(&drawn, ""), Count(5));
}

#[test]
fn who_is_not_enrolled_is_not_asked() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "2026-08-17", "2026-11-20").gone_after = Some(day("2026-11-19"));
    drawn.enroll("2", "S", "2026-09-17", "2026-09-16");
    drawn.enroll("3", "S", "", "");
    let almanac = crate::timeline::Almanac::new(&drawn.books, &drawn.meaning);
    let active = |as_of| {
        almanac
            .night(day(as_of))
            .active()
            .map(|student| student.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(active("2026-11-19"), [0, 2]);
    assert_eq!(active("2026-11-20"), [2], "no longer listed after the 19th");
    assert!(almanac.night(day("2026-11-20")).student(drawn.number("1")).is_none());
}
