use crate::facts::WHOLE;
use crate::indicators::Value::{Count, Missing, Number};
use crate::indicators::Window::{Days, Last, Year};
use crate::indicators::Word;
use crate::school::{Periods, Rows};
use crate::timeline::drawn::{Drawn, day};

const HALF: u32 = WHOLE / 2;

/// Four full weeks from the first day, Monday 2026-08-17, to Friday 2026-09-11.
fn four_weeks(letters: &str) -> Drawn {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    drawn.draw("1", "S", "2026-08-17", letters);
    drawn
}

#[test]
fn a_percent_is_one_division_of_days() {
    let drawn = four_weeks("PPPPA PPEPP PPPPS PPPTP");
    let friday = "2026-09-11";
    assert_eq!(drawn.ask(friday, Word::EnrolledDays), Count(20));
    assert_eq!(drawn.ask(friday, Word::Absences), Count(3));
    assert_eq!(drawn.ask(friday, Word::AbsencePercent), Number(15.0));
    assert_eq!(drawn.ask(friday, Word::Unexcused), Count(1));
    assert_eq!(
        drawn.ask(friday, Word::Excused),
        Count(2),
        "S is excused as well in this table"
    );
    assert_eq!(drawn.ask(friday, Word::Tardies), Count(1));
    assert_eq!(drawn.ask(friday, Word::Streak), Count(0));
    assert_eq!(drawn.ask(friday, Word::DayOfEnrollment), Count(26));
}

#[test]
fn rows_after_the_as_of_day_are_not_known_yet() {
    let drawn = four_weeks("PPPPA PPEPP PPPPS PPPTP");
    assert_eq!(drawn.ask("2026-08-28", Word::Absences), Count(2));
    assert_eq!(drawn.ask("2026-08-28", Word::EnrolledDays), Count(10));
}

#[test]
fn windows_end_on_the_through_day_and_begin_with_the_year() {
    let drawn = four_weeks("APPPA PPEPP PPPPS PPPTP");
    let ask = |word, window| drawn.ask_over("2026-09-11", word, window);
    assert_eq!(ask(Word::Absences, Last(6)), Count(1), "the S of the Friday before");
    assert_eq!(ask(Word::Absences, Last(5)), Count(0));
    assert_eq!(ask(Word::EnrolledDays, Last(500)), Count(20));
    assert_eq!(
        ask(Word::Absences, Days(7)),
        Count(0),
        "Saturday 5 to Friday 11 September"
    );
    assert_eq!(ask(Word::Absences, Days(8)), Count(1), "from Friday 4 September");
    assert_eq!(ask(Word::Absences, Days(4000)), Count(4));
    assert_eq!(ask(Word::EnrolledDays, Days(0)), Count(0));
    assert_eq!(ask(Word::Absences, Days(0)), Missing);
    assert_eq!(ask(Word::AbsencePercent, Last(0)), Missing);
    assert_eq!(ask(Word::AbsencePercent, Last(6)), Number(100.0 / 6.0));
}

#[test]
fn several_rows_of_a_key_count_as_the_gravest() {
    let cases = [
        (["E", "A"], Count(1), Count(0)),
        (["P", "T"], Count(0), Count(1)),
        (["N", "E"], Count(0), Count(0)),
        (["S", "E"], Count(0), Count(0)),
        (["??", "T"], Count(0), Count(1)),
        (["X", "P"], Count(0), Count(0)),
    ];
    for (codes, unexcused, tardies) in cases {
        for order in [[0, 1], [1, 0]] {
            let mut drawn = Drawn::weekdays();
            drawn.enroll("1", "S", "", "");
            for at in order {
                drawn.row("1", "S", day("2026-08-17"), "", codes[at], WHOLE);
            }
            assert_eq!(drawn.ask("2026-08-17", Word::Unexcused), unexcused, "{codes:?}");
            assert_eq!(drawn.ask("2026-08-17", Word::Tardies), tardies, "{codes:?}");
            assert_eq!(drawn.ask("2026-08-17", Word::EnrolledDays), Count(1), "{codes:?}");
        }
    }
}

#[test]
fn half_a_day_by_weight_or_portion_is_half_a_day() {
    let mut drawn = four_weeks("NPPPP");
    drawn.row("1", "S", day("2026-08-18"), "", "A", HALF);
    drawn.row("1", "S", day("2026-08-19"), "", "N", HALF);
    // Half by weight, half by portion, and a quarter by both; the rows beside them say P, which is less.
    assert_eq!(drawn.ask("2026-08-21", Word::Absences), Number(1.25));
}

#[test]
fn a_day_that_does_not_count_is_in_neither_number() {
    let drawn = four_weeks("XPA?P");
    assert_eq!(drawn.ask("2026-08-21", Word::EnrolledDays), Count(3));
    assert_eq!(drawn.ask("2026-08-21", Word::AbsencePercent), Number(100.0 / 3.0));
}

#[test]
fn an_unverified_absence_ripens_after_three_school_days() {
    let drawn = four_weeks("PPPUP PPPPP");
    // Thursday 20 August; three school days after it are complete with Tuesday 25.
    assert_eq!(drawn.ask("2026-08-24", Word::Unexcused), Count(0));
    assert_eq!(drawn.ask("2026-08-24", Word::Absences), Count(1));
    assert_eq!(drawn.ask("2026-08-25", Word::Unexcused), Count(1));
    let mut drawn = four_weeks("PPPUP");
    drawn.meaning.attendance.unverified_days = 0;
    assert_eq!(drawn.ask("2026-08-20", Word::Unexcused), Count(1));
}

#[test]
fn streaks_skip_what_does_not_count() {
    let drawn = four_weeks("PPAEX ASA");
    assert_eq!(drawn.ask("2026-08-26", Word::Streak), Count(5));
    assert_eq!(drawn.ask("2026-08-26", Word::UnexcusedStreak), Count(1));
    let drawn = four_weeks("PPAAU AUU");
    assert_eq!(drawn.ask("2026-08-26", Word::Streak), Count(6));
    assert_eq!(
        drawn.ask("2026-08-26", Word::UnexcusedStreak),
        Count(4),
        "Friday's U ripened with Wednesday; the last two wait"
    );
    assert_eq!(
        four_weeks("PAAN").ask("2026-08-20", Word::Streak),
        Count(0),
        "half a day breaks it"
    );
    assert_eq!(
        four_weeks("PAA").ask("2026-08-20", Word::Streak),
        Count(0),
        "present by silence on Thursday"
    );
    assert_eq!(
        four_weeks("XX.").ask("2026-08-18", Word::Streak),
        Missing,
        "no enrolled day"
    );
}

#[test]
fn pacing_is_the_worst_of_the_months_begun() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    drawn.draw("1", "S", "2026-08-17", "PAPPP PPPPP PPPPP PPPPP PPA");
    // Day 1 is 17 August, day 30 is 15 September, day 31 is 16 September.
    assert_eq!(drawn.ask("2026-08-17", Word::Pacing), Number(0.0));
    assert_eq!(drawn.ask("2026-08-18", Word::Pacing), Number(0.5));
    assert_eq!(drawn.ask("2026-09-15", Word::Pacing), Number(0.5));
    assert_eq!(
        drawn.ask("2026-09-16", Word::Pacing),
        Number(0.5),
        "1 of 2 beats 2 of 4"
    );
    drawn.draw("1", "S", "2026-09-17", "AAA");
    assert_eq!(drawn.ask("2026-09-21", Word::Pacing), Number(5.0 / 4.0));
    assert_eq!(drawn.ask("2026-10-30", Word::Pacing), Number(5.0 / 4.0));
}

#[test]
fn a_transfer_adds_up_both_homes_each_date_once() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "2026-08-17", "2026-08-21");
    drawn.enroll("1", "B", "2026-08-21", "");
    drawn.draw("1", "S", "2026-08-17", "APPPA AAAAA");
    drawn.draw("1", "B", "2026-08-17", "AAAAP APPPP");
    // 21 August belongs to B, entered later; rows of the other school are left out.
    assert_eq!(drawn.ask("2026-08-28", Word::EnrolledDays), Count(10));
    assert_eq!(drawn.ask("2026-08-28", Word::Absences), Count(2));
    assert_eq!(drawn.ask_over("2026-08-28", Word::Absences, Last(6)), Count(1));
    assert_eq!(drawn.ask_over("2026-08-28", Word::Absences, Last(10)), Count(2));
}

#[test]
fn a_school_without_any_row_has_no_attendance_numbers() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    for word in [
        Word::Absences,
        Word::EnrolledDays,
        Word::Streak,
        Word::Pacing,
        Word::DayOfEnrollment,
    ] {
        assert_eq!(drawn.ask("2026-09-11", word), Missing, "{word:?}");
    }
    drawn.row("2", "S", day("2026-09-11"), "", "A", WHOLE);
    assert_eq!(
        drawn.ask("2026-09-11", Word::EnrolledDays),
        Count(20),
        "anybody's row shows that the school sends"
    );
    assert_eq!(
        drawn.ask("2026-09-10", Word::EnrolledDays),
        Missing,
        "not known the day before"
    );
}

#[test]
fn without_a_calendar_exceptions_are_missing_and_all_takes_the_days_with_rows() {
    let mut drawn = Drawn::bare();
    drawn.enroll("1", "S", "", "");
    drawn.draw("1", "S", "2026-08-17", "PA.PP");
    assert_eq!(drawn.ask("2026-08-21", Word::EnrolledDays), Missing);
    assert_eq!(drawn.ask("2026-08-21", Word::AbsencePercent), Missing);
    drawn.meaning.attendance.rows = Rows::All;
    assert_eq!(drawn.ask("2026-08-21", Word::EnrolledDays), Count(4));
    assert_eq!(drawn.ask("2026-08-21", Word::AbsencePercent), Number(25.0));
}

#[test]
fn where_every_day_has_rows_a_day_without_one_is_no_enrolled_day() {
    let mut drawn = four_weeks("PA.?X PP");
    drawn.meaning.attendance.rows = Rows::All;
    assert_eq!(drawn.ask("2026-08-25", Word::EnrolledDays), Count(4));
    assert_eq!(drawn.ask("2026-08-25", Word::AbsencePercent), Number(25.0));
    assert_eq!(
        drawn.ask("2026-08-31", Word::DayOfEnrollment),
        Count(9),
        "the through day is Tuesday 25"
    );
}

/// Five days: one with period rows, the rest present. `rows` are (period, code).
fn periods(rows: &[(&str, &str)]) -> Drawn {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    for (period, code) in rows {
        drawn.row("1", "S", day("2026-08-17"), period, code, WHOLE);
    }
    drawn.draw("1", "S", "2026-08-18", "PPPP");
    drawn
}

#[test]
fn periods_are_parts_of_the_day_rounded_once() {
    let mut drawn = periods(&[("1", "A"), ("2", "E"), ("3", "P")]);
    drawn.meaning.attendance.rows = Rows::All;
    assert_eq!(drawn.ask("2026-08-21", Word::Absences), Number(0.667));
    assert_eq!(drawn.ask("2026-08-21", Word::Unexcused), Number(0.333));
    drawn.meaning.attendance.rows = Rows::Exceptions;
    assert_eq!(
        drawn.ask("2026-08-21", Word::EnrolledDays),
        Count(4),
        "nobody said how many periods a day has"
    );
    let late = periods(&[("3", "T")]);
    assert_eq!(
        late.ask("2026-08-21", Word::EnrolledDays),
        Count(5),
        "where no period was missed nobody has to"
    );
    assert_eq!(late.ask("2026-08-21", Word::Tardies), Count(1));
    drawn.meaning.attendance.periods_per_day = Some(7);
    assert_eq!(drawn.ask("2026-08-21", Word::Absences), Number(0.286), "2 of 7");
    drawn
        .meaning
        .attendance
        .periods_per_day_by_school
        .insert("S".to_owned(), 4);
    assert_eq!(drawn.ask("2026-08-21", Word::Absences), Number(0.5));
}

#[test]
fn all_periods_missed_is_exactly_a_day() {
    let names = ["1", "2", "3", "4", "5", "6", "7"];
    let mut drawn = periods(&names.map(|period| (period, "A")));
    drawn.meaning.attendance.periods_per_day = Some(7);
    assert_eq!(drawn.ask("2026-08-17", Word::Absences), Count(1));
    assert_eq!(drawn.ask("2026-08-17", Word::UnexcusedStreak), Count(1));
}

#[test]
fn more_periods_than_the_day_has_are_cut_from_the_unexcused_end() {
    let mut drawn = periods(&[("1", "E"), ("2", "E"), ("3", "U"), ("4", "A"), ("5", "A")]);
    drawn.meaning.attendance.periods_per_day = Some(4);
    assert_eq!(drawn.ask("2026-08-18", Word::Absences), Count(1));
    assert_eq!(drawn.ask("2026-08-18", Word::Excused), Number(0.5));
    assert_eq!(
        drawn.ask("2026-08-18", Word::Unexcused),
        Number(0.25),
        "the unverified quarter waits"
    );
    assert_eq!(drawn.ask("2026-08-20", Word::Unexcused), Number(0.5), "and ripens");
}

#[test]
fn a_majority_of_periods_is_the_whole_day() {
    let majority = |rows: &[(&str, &str)]| {
        let mut drawn = periods(rows);
        drawn.meaning.attendance.periods = Periods::Majority;
        drawn.meaning.attendance.periods_per_day = Some(6);
        let ask = |word| drawn.ask("2026-08-18", word);
        (
            ask(Word::Absences),
            ask(Word::Unexcused),
            ask(Word::Excused),
            ask(Word::Tardies),
        )
    };
    // absences, unexcused, excused, tardies
    let is = |absent, unexcused, excused, tardy| (Count(absent), Count(unexcused), Count(excused), Count(tardy));
    assert_eq!(majority(&[("1", "A"), ("2", "A")]), is(0, 0, 0, 0));
    assert_eq!(majority(&[("1", "A"), ("2", "T")]), is(0, 0, 0, 1));
    assert_eq!(majority(&[("1", "A"), ("2", "A"), ("3", "E")]), is(1, 1, 0, 0));
    assert_eq!(majority(&[("1", "A"), ("2", "E"), ("3", "E")]), is(1, 0, 1, 0));
    let half = [("1", "A"), ("2", "A"), ("3", "E"), ("4", "E")];
    assert_eq!(majority(&half), is(1, 1, 0, 0), "half of the absent ones is enough");
}

#[test]
fn a_homeroom_stands_for_the_day() {
    let mut drawn = periods(&[("HR", "P"), ("2", "A"), ("3", "A")]);
    drawn.meaning.attendance.periods = Periods::Homeroom("HR".to_owned());
    assert_eq!(drawn.ask("2026-08-17", Word::Absences), Count(0));
    let mut drawn = periods(&[("HR", "E"), ("2", "P")]);
    drawn.meaning.attendance.periods = Periods::Homeroom("HR".to_owned());
    assert_eq!(drawn.ask("2026-08-17", Word::Absences), Count(1));
    drawn.meaning.attendance.rows = Rows::All;
    assert_eq!(drawn.ask("2026-08-21", Word::EnrolledDays), Count(5));
    let mut drawn = periods(&[("2", "P")]);
    drawn.meaning.attendance.periods = Periods::Homeroom("HR".to_owned());
    drawn.meaning.attendance.rows = Rows::All;
    assert_eq!(
        drawn.ask("2026-08-21", Word::EnrolledDays),
        Count(4),
        "no row of the homeroom on Monday"
    );
}

#[test]
fn a_whole_day_row_wins_over_periods() {
    let mut drawn = periods(&[("", "E"), ("1", "A"), ("2", "A")]);
    drawn.meaning.attendance.periods_per_day = Some(2);
    assert_eq!(drawn.ask("2026-08-17", Word::Unexcused), Count(0));
    assert_eq!(drawn.ask("2026-08-17", Word::Excused), Count(1));
    let mut drawn = periods(&[("", "??"), ("1", "A"), ("2", "P")]);
    drawn.meaning.attendance.periods_per_day = Some(2);
    assert_eq!(
        drawn.ask("2026-08-17", Word::Absences),
        Number(0.5),
        "unless it is not understood"
    );
}

#[test]
fn a_period_that_does_not_count_is_taken_out() {
    let mut drawn = periods(&[("1", "X"), ("2", "A"), ("3", "P")]);
    drawn.meaning.attendance.rows = Rows::All;
    assert_eq!(drawn.ask("2026-08-17", Word::Absences), Number(0.5));
    drawn.meaning.attendance.rows = Rows::Exceptions;
    drawn.meaning.attendance.periods_per_day = Some(5);
    assert_eq!(drawn.ask("2026-08-17", Word::Absences), Number(0.25));
    let mut drawn = periods(&[("1", "X")]);
    drawn.meaning.attendance.periods_per_day = Some(5);
    assert_eq!(drawn.ask("2026-08-21", Word::EnrolledDays), Count(4));
}

#[test]
fn a_day_off_or_before_entry_counts_for_nothing() {
    let mut drawn = Drawn::weekdays();
    drawn.day_type(Some("S"), "2026-08-20", false);
    drawn.enroll("1", "S", "2026-08-19", "2026-08-24");
    drawn.draw("1", "S", "2026-08-17", "AAPAP PA");
    assert_eq!(
        drawn.ask("2026-08-24", Word::EnrolledDays),
        Count(3),
        "19, 21 and 24 August"
    );
    assert_eq!(drawn.ask("2026-08-24", Word::Absences), Count(0));
    assert_eq!(drawn.ask_over("2026-08-24", Word::Absences, Year), Count(0));
}
