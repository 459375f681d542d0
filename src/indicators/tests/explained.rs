use crate::facts::WHOLE;
use crate::indicators::{Ask, Window, Word};
use crate::timeline::drawn::{Drawn, day};

fn told(drawn: &Drawn, as_of: &str, ask: &Ask) -> Vec<String> {
    let days = drawn.on(day(as_of), |student| student.days(ask));
    days.into_iter().map(|(day, words)| format!("{day} {words}")).collect()
}

#[test]
fn a_number_names_the_days_that_made_it() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    drawn.draw("1", "S", "2026-08-17", "PAPPN PPEUA");
    assert_eq!(
        told(&drawn, "2026-08-28", &Ask::year(Word::Absences)),
        [
            "2026-08-18 unexcused (`A`)",
            "2026-08-21 unexcused (`N`), 0.5 of the day",
            "2026-08-26 excused (`E`)",
            "2026-08-27 not yet verified (`U`)",
            "2026-08-28 unexcused (`A`)"
        ]
    );
    assert_eq!(
        told(&drawn, "2026-08-28", &Ask::over(Word::Unexcused, Window::Last(5))),
        ["2026-08-28 unexcused (`A`)"]
    );
    assert_eq!(
        told(&drawn, "2026-08-28", &Ask::year(Word::Streak)),
        [
            "2026-08-26 excused (`E`)",
            "2026-08-27 not yet verified (`U`)",
            "2026-08-28 unexcused (`A`)"
        ]
    );
}

#[test]
fn incidents_are_dates_and_counts_alone() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    drawn
        .incident("1", "i1", "2026-09-01", "Fighting", "", "OSS")
        .action_days = Some(2_000);
    drawn.incident("1", "i2", "2026-09-01", "Fighting", "", "");
    assert_eq!(
        told(&drawn, "2026-09-11", &Ask::year(Word::Incidents)),
        ["2026-09-01 2 incidents"]
    );
    assert_eq!(
        told(&drawn, "2026-09-11", &Ask::year(Word::Suspensions)),
        ["2026-09-01 1 incident"]
    );
    assert_eq!(
        told(&drawn, "2026-09-11", &Ask::year(Word::RemovalDays)),
        ["2026-09-01 removed for 2 days"]
    );
}

#[test]
fn marks_are_named_by_term_and_course() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    drawn.term("Q1", None, "2026-08-17", "2026-10-16");
    drawn.mark("1", "S", "Algebra 1", "Q1", "2026-09-04", "55").missing_work = Some(2);
    drawn.mark("1", "S", "Art", "Q1", "2026-09-04", "80");
    assert_eq!(
        told(&drawn, "2026-09-11", &Ask::year(Word::Failing)),
        ["2026-09-04 Q1 Algebra 1: `55`, 2 assignments missing"]
    );
    assert_eq!(told(&drawn, "2026-09-11", &Ask::year(Word::Average)).len(), 2);
    assert_eq!(
        told(&drawn, "2026-09-11", &Ask::year(Word::DayOfTerm)),
        ["2026-08-17 term `Q1` began"]
    );
}

#[test]
fn a_strip_is_drawn_as_a_trial_is() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "2026-08-25", "");
    drawn.day_type(None, "2026-09-07", false);
    drawn.draw("1", "S", "2026-08-24", "PANTU SEX?A .U");
    drawn.row("1", "S", day("2026-09-09"), "", "E", WHOLE / 2);
    let strip = |as_of: &str, weeks| drawn.on(day(as_of), |student| student.strip(weeks));
    assert_eq!(
        strip("2026-09-09", 8),
        ".AhTA SE.?A .Ue",
        "the first U ripened; Monday 7 is a day off"
    );
    assert_eq!(strip("2026-09-09", 2), "SE.?A .Ue");
    assert_eq!(strip("2026-08-27", 8), ".AhT");
}
