use crate::indicators::Value::{Count, Missing, Number};
use crate::indicators::Window::{Days, Last};
use crate::indicators::{Ask, Word};
use crate::timeline::drawn::Drawn;

fn drawn() -> Drawn {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    drawn
}

#[test]
fn incidents_are_distinct_and_an_offenders() {
    let mut drawn = drawn();
    drawn.incident("1", "i1", "2026-09-01", "Fighting", "offender", "OSS");
    drawn.incident("1", "i1", "2026-09-01", "Fighting", "Offender", "Call home");
    drawn.incident("1", "i2", "2026-09-08", "Minor disruption", "", "OSS");
    drawn.incident("1", "i3", "2026-09-09", "Defiance", "witness", "OSS");
    drawn.incident("1", "i4", "2026-09-10", "Defiance", "", "");
    drawn.incident("1", "i5", "2026-09-12", "Defiance", "", "oss");
    let friday = "2026-09-11";
    assert_eq!(
        drawn.ask(friday, Word::Incidents),
        Count(2),
        "i1 and i4; i5 is tomorrow's"
    );
    assert_eq!(
        drawn.ask(friday, Word::Suspensions),
        Count(2),
        "a type that does not count can still suspend"
    );
    assert_eq!(drawn.ask("2026-09-12", Word::Suspensions), Count(3));
    assert_eq!(
        drawn.ask_over(friday, Word::Incidents, Days(10)),
        Count(1),
        "2 to 11 September"
    );
    assert_eq!(drawn.ask_over(friday, Word::Incidents, Days(11)), Count(2));
    assert_eq!(
        drawn.ask_over(friday, Word::Incidents, Last(5)),
        Missing,
        "no attendance row, no enrolled day"
    );
    let mut ask = Ask::over(Word::Incidents, Days(30));
    ask.text = Some("FIGHT*".into());
    assert_eq!(drawn.answer(friday, &ask), Count(1));
    drawn.meaning.behavior.types[0].glob = "D*".to_owned();
    drawn.meaning.behavior.types[0].drop = true;
    assert_eq!(
        drawn.ask("2026-09-12", Word::Suspensions),
        Count(2),
        "i1 and i2; a type kept out never happened"
    );
}

#[test]
fn incidents_over_enrolled_days_run_from_the_first_of_them_to_the_through_day() {
    let mut drawn = drawn();
    drawn.draw("1", "S", "2026-08-17", "PPPPP PPPPP");
    drawn.incident("1", "i1", "2026-08-21", "Fighting", "", "");
    drawn.incident("1", "i2", "2026-08-22", "Fighting", "", "");
    assert_eq!(
        drawn.ask_over("2026-08-28", Word::Incidents, Last(5)),
        Count(0),
        "from Monday 24"
    );
    assert_eq!(
        drawn.ask_over("2026-08-28", Word::Incidents, Last(6)),
        Count(2),
        "from Friday 21"
    );
}

#[test]
fn removal_days_count_one_where_the_cell_is_blank() {
    let mut drawn = drawn();
    drawn
        .incident("1", "i1", "2026-09-01", "Fighting", "", "OSS")
        .action_days = Some(2_500);
    drawn
        .incident("1", "i1", "2026-09-01", "Fighting", "", "Call home")
        .action_days = Some(9_000);
    assert_eq!(drawn.ask("2026-09-11", Word::RemovalDays), Number(2.5));
    drawn.incident("1", "i2", "2026-09-02", "Minor", "", "OSS");
    assert_eq!(drawn.ask("2026-09-11", Word::RemovalDays), Number(3.5));
    drawn
        .incident("1", "i1", "2026-09-01", "Fighting", "", "OSS")
        .action_days = Some(3_000);
    assert_eq!(
        drawn.ask("2026-09-11", Word::RemovalDays),
        Count(4),
        "of a contradiction the longer"
    );
    assert_eq!(drawn.ask_over("2026-09-11", Word::RemovalDays, Days(10)), Count(1));
}

#[test]
fn nothing_that_happened_is_zero() {
    let drawn = drawn();
    for word in [Word::Incidents, Word::Suspensions, Word::RemovalDays] {
        assert_eq!(drawn.ask("2026-09-11", word), Count(0), "{word:?}");
    }
}
