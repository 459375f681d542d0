use crate::facts::MarkKind;
use crate::indicators::Value::{Count, Missing, Number};
use crate::indicators::Word;
use crate::school::{Day, GradeRange};
use crate::timeline::drawn::{Drawn, day};

/// Two quarters inside a semester inside a year.
fn quarters() -> Drawn {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    drawn.term("Q1", None, "2026-08-17", "2026-10-16");
    drawn.term("Q2", None, "2026-10-19", "2026-12-18");
    drawn.term("S1", None, "2026-08-17", "2026-12-18");
    drawn.term("Y", None, "2026-08-17", "2027-06-11");
    drawn
}

#[test]
fn the_current_term_is_the_shortest_that_holds_the_day() {
    let mut drawn = quarters();
    let term = |drawn: &Drawn, as_of| {
        drawn.on(day(as_of), |student| {
            let word = |span: crate::timeline::TermSpan| drawn.books.names.terms.name(span.term).to_owned();
            (student.term().map(word), student.previous_term_span().map(word))
        })
    };
    let pair = |now: &str, before: Option<&str>| (Some(now.to_owned()), before.map(str::to_owned));
    assert_eq!(term(&drawn, "2026-09-01"), pair("Q1", None));
    assert_eq!(term(&drawn, "2026-11-20"), pair("Q2", Some("Q1")));
    assert_eq!(
        term(&drawn, "2026-10-17"),
        pair("S1", None),
        "the Saturday between is still in the semester"
    );
    assert_eq!(term(&drawn, "2027-01-10"), pair("Y", None));
    drawn.books.terms.retain(|term| term.end != day("2027-06-11"));
    assert_eq!(
        term(&drawn, "2027-01-10"),
        pair("Q2", Some("Q1")),
        "of two that ended together the shorter"
    );
    drawn.books.terms.clear();
    assert_eq!(term(&drawn, "2027-01-10"), (None, None));
}

#[test]
fn averages_drops_and_counts_of_two_quarters() {
    let mut drawn = quarters();
    for (course, before, now) in [("Algebra 1", "90", "55"), ("Art", "80", "80"), ("History", "70", "60")] {
        drawn.mark("1", "S", course, "Q1", "2026-10-16", before);
        drawn.mark("1", "S", course, "Q2", "2026-11-13", now);
    }
    let friday = "2026-11-20";
    assert_eq!(drawn.ask(friday, Word::Average), Number(65.0));
    assert_eq!(drawn.ask(friday, Word::PreviousAverage), Number(80.0));
    assert_eq!(drawn.ask(friday, Word::Drop), Number(15.0));
    assert_eq!(drawn.ask(friday, Word::Marks), Count(3));
    assert_eq!(drawn.ask(friday, Word::PreviousMarks), Count(3));
    assert_eq!(drawn.ask(friday, Word::Failing), Count(1), "60 itself passes");
    assert_eq!(drawn.ask(friday, Word::CoreFailing), Count(1));
    assert_eq!(drawn.ask(friday, Word::DayOfTerm), Count(25));
    assert_eq!(
        drawn.ask("2026-11-12", Word::Marks),
        Count(0),
        "dated after the as-of day"
    );
    assert_eq!(drawn.ask("2026-11-12", Word::Average), Missing);
    assert_eq!(drawn.ask("2026-11-12", Word::Failing), Missing);
    assert_eq!(drawn.ask("2026-11-12", Word::Drop), Missing);
}

#[test]
fn one_mark_a_course_home_first_then_final_then_latest() {
    let mut drawn = quarters();
    drawn.mark("1", "S", "Art", "Q2", "2026-11-02", "70");
    drawn.mark("1", "S", "Art", "Q2", "2026-11-09", "75");
    let average = |drawn: &Drawn| drawn.ask("2026-11-20", Word::Average);
    assert_eq!(average(&drawn), Number(75.0));
    drawn.mark("1", "S", "Art", "Q2", "2026-11-03", "50").kind = MarkKind::Final;
    assert_eq!(average(&drawn), Number(50.0));
    drawn.mark("1", "B", "Art", "Q2", "2026-11-19", "99").kind = MarkKind::Final;
    assert_eq!(average(&drawn), Number(50.0));
    drawn.mark("1", "S", "Art", "Q2", "2026-11-03", "48").kind = MarkKind::Final;
    assert_eq!(average(&drawn), Number(48.0), "of rows with one key the lower");
    drawn.mark("1", "B", "Band", "Q2", "2026-11-19", "52");
    assert_eq!(average(&drawn), Number(50.0), "another school's course counts");
}

#[test]
fn what_says_nothing_leaves_the_earlier_mark_and_a_pass_takes_the_course_out() {
    let mut drawn = quarters();
    drawn.mark("1", "S", "Art", "Q2", "2026-11-02", "70");
    drawn.mark("1", "S", "Art", "Q2", "2026-11-09", "--");
    drawn.mark("1", "S", "Art", "Q2", "2026-11-10", "");
    assert_eq!(drawn.ask("2026-11-20", Word::Average), Number(70.0));
    drawn.mark("1", "S", "Art", "Q2", "2026-11-11", "P");
    assert_eq!(drawn.ask("2026-11-20", Word::Average), Missing);
    assert_eq!(drawn.ask("2026-11-20", Word::Marks), Count(0));
    assert_eq!(drawn.ask("2026-11-10", Word::Marks), Count(1));
}

#[test]
fn an_undated_mark_counts_from_the_day_it_was_accepted_until_it_changed() {
    let mut drawn = quarters();
    let first = drawn.mark("1", "S", "Art", "Q2", "", "55");
    first.accepted = day("2026-11-02");
    first.gone = Some(day("2026-11-09"));
    drawn.mark("1", "S", "Art", "Q2", "", "70").accepted = day("2026-11-09");
    assert_eq!(drawn.ask("2026-11-01", Word::Average), Missing);
    assert_eq!(drawn.ask("2026-11-08", Word::Average), Number(55.0));
    assert_eq!(drawn.ask("2026-11-09", Word::Average), Number(70.0));
    let wrong = drawn.mark("1", "S", "Band", "Q2", "2026-11-02", "10");
    wrong.gone = Some(day("2026-11-19"));
    assert_eq!(
        drawn.ask("2026-11-10", Word::Average),
        Number(70.0),
        "a dated mark taken back never was"
    );
}

#[test]
fn a_mark_outside_the_year_is_left_out() {
    let mut drawn = quarters();
    drawn.mark("1", "S", "Art", "Q2", "2025-11-02", "10");
    assert_eq!(drawn.ask("2026-11-20", Word::Marks), Count(0));
}

#[test]
fn core_is_what_the_crosswalk_says_and_else_what_the_words_say() {
    let mut drawn = quarters();
    for course in ["Algebra 1", "Pottery", "English 9", "Choir"] {
        drawn.mark("1", "S", course, "Q2", "2026-11-02", "50");
    }
    let core = |drawn: &Drawn| drawn.ask("2026-11-20", Word::CoreFailing);
    assert_eq!(core(&drawn), Count(2));
    let course = |drawn: &Drawn, id| drawn.books.names.courses.get(id).unwrap() as usize;
    let (algebra, pottery, english) = (
        course(&drawn, "Algebra 1"),
        course(&drawn, "Pottery"),
        course(&drawn, "English 9"),
    );
    drawn.books.courses[algebra].core = "no".to_owned();
    assert_eq!(core(&drawn), Count(1));
    drawn.books.courses[pottery].core = "math".to_owned();
    assert_eq!(core(&drawn), Count(2));
    drawn.books.courses[english].subject = "Electives".to_owned();
    assert_eq!(core(&drawn), Count(1), "the subject is tried before the name");
    drawn.books.courses[english].crosswalk_subject = "ENGLISH language arts".to_owned();
    assert_eq!(core(&drawn), Count(2), "and the crosswalk's subject before both");
    drawn.books.courses[pottery].core = "no".to_owned();
    drawn.books.courses[english].core = "no".to_owned();
    assert_eq!(core(&drawn), Missing, "no recognised core course has a mark");
}

#[test]
fn the_first_scale_that_matches_reads_the_mark_and_none_is_missing() {
    let mut drawn = quarters();
    drawn.mark("1", "S", "Art", "Q2", "2026-11-02", "65");
    drawn.meaning.grades.scales[0].grades = Some("6-8".parse::<GradeRange>().unwrap());
    assert_eq!(drawn.ask("2026-11-20", Word::Marks), Count(0));
    let mut strict = drawn.meaning.grades.scales[0].clone();
    strict.grades = None;
    strict.schools = vec!["S".to_owned()];
    strict.subjects = vec!["a*".to_owned()];
    strict.failing_below = 70.0;
    drawn.meaning.grades.scales.push(strict);
    assert_eq!(drawn.ask("2026-11-20", Word::Failing), Count(1));
    drawn.meaning.grades.scales[1].schools = vec!["B".to_owned()];
    assert_eq!(drawn.ask("2026-11-20", Word::Failing), Missing);
}

#[test]
fn missing_work_adds_up_where_it_is_counted() {
    let mut drawn = quarters();
    drawn.mark("1", "S", "Art", "Q2", "2026-11-02", "65");
    assert_eq!(drawn.ask("2026-11-20", Word::MissingWork), Missing);
    drawn.mark("1", "S", "Band", "Q2", "2026-11-02", "65").missing_work = Some(3);
    drawn.mark("1", "S", "Choir", "Q2", "2026-11-02", "65").missing_work = Some(0);
    assert_eq!(drawn.ask("2026-11-20", Word::MissingWork), Count(3));
}

#[test]
fn missing_work_counts_in_a_course_without_a_grade_too() {
    let mut drawn = quarters();
    // The drawn scale's no-mark; a course in which nothing is graded yet bears one such as `NG`.
    drawn.mark("1", "S", "Art", "Q2", "2026-11-02", "65").missing_work = Some(1);
    drawn.mark("1", "S", "Band", "Q2", "2026-11-02", "P").missing_work = Some(8);
    assert_eq!(drawn.ask("2026-11-20", Word::MissingWork), Count(9));
    assert_eq!(drawn.ask("2026-11-20", Word::Marks), Count(1), "and in nothing else");
}

#[test]
fn a_drop_of_exactly_seven_is_exactly_seven() {
    let mut drawn = quarters();
    for (course, before, now) in [("A", "80.1", "70.3"), ("B", "80.2", "75.2"), ("C", "80.3", "74.1")] {
        drawn.mark("1", "S", course, "Q1", "2026-10-16", before);
        drawn.mark("1", "S", course, "Q2", "2026-11-13", now);
    }
    assert_eq!(drawn.ask("2026-11-20", Word::Drop), Number(7.0));
}

#[test]
fn a_previous_term_is_about_as_long() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    // 30 days now; 20 days is two thirds, 45 one and a half times; both included.
    drawn.term("now", None, "2026-11-01", "2026-11-30");
    let previous = |drawn: &Drawn| {
        drawn.on(day("2026-11-20"), |student| {
            student.previous_term_span().map(|span| span.start)
        })
    };
    let start = |length: i32| Day(day("2026-10-31").0 - length + 1);
    for (length, fits) in [(19, false), (20, true), (45, true), (46, false)] {
        drawn.books.terms.truncate(1);
        drawn.term("before", Some("S"), &start(length).to_string(), "2026-10-31");
        assert_eq!(previous(&drawn), fits.then(|| start(length)), "{length} days");
    }
    drawn.books.terms.truncate(1);
    drawn.term("elsewhere", Some("B"), "2026-10-02", "2026-10-31");
    assert_eq!(previous(&drawn), None, "another school's term");
    drawn.term("overlaps", None, "2026-10-05", "2026-11-03");
    assert_eq!(previous(&drawn), Some(day("2026-10-05")), "begun and ended before");
    drawn.term("around", None, "2026-10-25", "2026-12-02");
    assert_eq!(
        previous(&drawn),
        Some(day("2026-10-05")),
        "begun before and not ended before"
    );
}

#[test]
fn marks_in_any_order_count_once_a_course() {
    let mut drawn = quarters();
    for (course, mark) in [("Art", "70"), ("Band", "80"), ("Art", "75")] {
        drawn.mark("1", "S", course, "Q2", "2026-11-02", mark);
    }
    drawn.books.students[0].marks.rotate_left(1);
    assert_eq!(drawn.ask("2026-11-20", Word::Marks), Count(2));
    assert_eq!(drawn.ask("2026-11-20", Word::Average), Number(75.0));
}
