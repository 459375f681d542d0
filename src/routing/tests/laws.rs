//! What holds for any staff table, however odd.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::{District, area, news, person, route, row, today};
use crate::routing::{Caseload, Question, Staff};

const ROLES: [&str; 5] = [
    "counselor",
    "principal",
    "math_specialist",
    "attendance_liaison",
    "artist",
];
const AREAS: [&str; 4] = ["attendance", "course", "behavior", "combined"];

fn somebody(n: usize) -> impl Strategy<Value = Staff> {
    let away = prop_oneof![4 => Just(None), 1 => (-3..3i32).prop_map(Some)];
    let domain = prop_oneof![4 => Just("@district.example"), 1 => Just("@other.example"), 1 => Just("")];
    let areas = prop::collection::vec(prop::sample::select(AREAS.as_slice()), 0..2);
    let role = prop::sample::select(ROLES.as_slice());
    (role, any::<bool>(), away, domain, areas, 0..8usize).prop_map(
        move |(role, here, away, domain, areas, stand_in)| {
            let id = format!("t{n}");
            Staff {
                email: if domain.is_empty() {
                    String::new()
                } else {
                    format!("{id}{domain}")
                },
                away_from: away.map(|days| today().plus(days)),
                areas: areas.into_iter().map(str::to_owned).collect(),
                stand_in: format!("t{stand_in}"),
                ..person(&id, role, if here { &["H"] } else { &["M"] })
            }
        },
    )
}

fn staff() -> impl Strategy<Value = Vec<Staff>> {
    (0..8usize).prop_flat_map(|many| (0..many).map(somebody).collect::<Vec<_>>())
}

fn caseload() -> impl Strategy<Value = Vec<Caseload>> {
    let one = (
        0..8usize,
        prop::sample::select(["", "counselor"].as_slice()),
        any::<bool>(),
    );
    prop::collection::vec(one, 0..4).prop_map(|rows| {
        let made = |(n, role, from_range): (usize, &str, bool)| Caseload {
            from_range,
            ..row("1", &format!("t{n}"), role)
        };
        rows.into_iter().map(made).collect()
    })
}

proptest! {
    #[test]
    fn an_owner_is_here_may_know_and_can_be_written_to(staff in staff(), rows in caseload(), word in 0..4usize) {
        let mut district = District::new(staff);
        district.caseload = rows;
        district.routes = vec![route(&[
            "caseload:counselor",
            "role:attendance_liaison",
            "role:math_specialist",
            "role:counselor",
            "role:principal",
        ])];
        let area = area(AREAS[word]);
        let question: Question<'_> = news(&area);
        let (owner, steps) = district.ask(&question);
        {
            let owners = district.owners();
            let found = owners.resolve(&question);
            let at = found.owner.expect("the last owner at least");
            if !found.unowned {
                let away = owners.person(at).away_from.is_some_and(|from| from <= today());
                assert!(owners.may_be_told(at, &area, &[]), "{steps:?}");
                assert!(!away, "{steps:?}");
            }
            assert!(owners.person(at).email.ends_with("@district.example"), "{steps:?}");
        }
        district.staff.reverse();
        district.caseload.reverse();
        assert_eq!(district.ask(&question), (owner, steps));
    }
}
