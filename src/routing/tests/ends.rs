//! Where chains end: the last owner, strangers, copies, counts, and many questions at once.

use super::{District, LAST, area, news, person, route, row, today};
use crate::routing::{Outcome, Question, Resolution, Staff};

#[test]
fn nobody_is_dropped() {
    let mut district = District::new(vec![person("p1", "principal", &["H"])]);
    district.staff[0].email = String::new();
    let owners = district.owners();
    let course = area("course");
    let found = owners.resolve(&news(&course));
    assert!(found.unowned);
    assert_eq!(owners.person(found.owner.unwrap()).email, LAST);
    assert_eq!(owners.number(LAST), found.owner);
    assert_eq!(
        owners.why(&found),
        "last owner `student.services@district.example`: student.services@district.example owns it"
    );
    assert!(owners.problems().is_empty());
    // By staff id, by address in any case, and away without a stand-in: still the last owner.
    for last_owner in ["s1", "S1@District.Example"] {
        let mut s1 = person("s1", "nurse", &["M"]);
        s1.away_from = Some(today());
        district.staff.push(s1);
        district.last_owner = last_owner;
        assert_eq!(district.owner(&news(&area("behavior"))), "s1");
        district.staff.pop();
    }
    district.routes.clear();
    let (_, steps) = district.ask(&news(&area("course")));
    assert_eq!(steps[0], "no route fits this news");
}

#[test]
fn a_last_owner_who_cannot_be_written_to_is_a_problem() {
    for (last_owner, message) in [
        ("", "`last_owner` is empty: news without an owner would reach nobody"),
        ("nobody", "`last_owner` `nobody` is not in the staff table"),
        (
            "a@other.example",
            "`last_owner` `a@other.example` has an address outside `allowed_domains`",
        ),
    ] {
        let mut district = District::new(Vec::new());
        district.last_owner = last_owner;
        let owners = district.owners();
        assert_eq!(owners.problems()[0].message, message);
        assert_eq!(owners.problems()[0].code, "last-owner-unreachable");
        assert_eq!(owners.resolve(&news(&area("course"))).owner, None);
    }
}

#[test]
fn rows_about_strangers_are_said_and_passed_over() {
    let mut district = District::new(vec![person("c1", "counselor", &["H"])]);
    district.caseload = vec![row("1", "gone", "counselor"), row("2", "gone", "counselor")];
    district.staff[0].stand_in = "nobody".to_owned();
    let (owner, steps) = district.ask(&news(&area("course")));
    assert_eq!(owner, "c1");
    assert_eq!(
        steps[0],
        "`caseload:counselor`: a caseload row names `gone`, who is not in the staff table"
    );
    let codes: Vec<String> = district
        .owners()
        .problems()
        .into_iter()
        .map(|problem| problem.message)
        .collect();
    assert_eq!(
        codes,
        [
            "`nobody` is no stand-in for `c1`",
            "2 caseload rows name `gone`, who is not in the staff table"
        ]
    );
}

#[test]
fn a_link_that_is_not_understood_stops_nothing() {
    let mut district = District::new(vec![person("c1", "counselor", &["H"])]);
    district.routes = vec![route(&["counselor", "desk:3", "staff:nobody", "staff:c1"])];
    let (owner, steps) = district.ask(&news(&area("course")));
    assert_eq!(owner, "c1");
    assert_eq!(
        steps[1],
        "`desk:3`: not understood: write `caseload:WORD`, `role:WORD` or `staff:ID`"
    );
    assert_eq!(steps[2], "`staff:nobody`: not in the staff table");
}

#[test]
fn a_case_manager_gets_a_copy_unless_the_owner_is_the_same() {
    let mut district = District::new(vec![
        person("k1", "case_manager", &["H"]),
        person("c1", "counselor", &["H"]),
    ]);
    district.caseload = vec![row("1", "k1", "case_manager")];
    let owners = district.owners();
    let behavior = area("behavior");
    let owner = owners.resolve(&news(&behavior)).owner;
    let copy = owners.copy_to("case_manager", &news(&behavior), owner);
    assert_eq!(copy.map(|at| owners.person(at).staff_id.as_str()), Some("k1"));
    assert_eq!(owners.copy_to("case_manager", &news(&behavior), copy), None);
    assert_eq!(owners.copy_to("nurse", &news(&behavior), owner), None);
}

#[test]
fn the_unowned_are_counted_by_school_and_reason() {
    let mut district = District::new(vec![person("c1", "counselor", &["H"])]);
    district.routes = vec![route(&["role:counselor"])];
    let owners = district.owners();
    let (course, behavior) = (area("course"), area("behavior"));
    let at = |student_id, school_id, area| Question {
        student_id,
        school_id,
        ..news(area)
    };
    let questions = [
        at("1", "H", &course),
        at("2", "M", &course),
        at("2", "M", &behavior),
        at("3", "M", &course),
        at("4", "E", &course),
    ];
    let unowned = owners.unowned(questions);
    let counted: Vec<(&str, u32)> = unowned
        .iter()
        .map(|each| (each.school_id.as_str(), each.students))
        .collect();
    assert_eq!(counted, [("M", 2), ("E", 1)]);
    assert_eq!(
        unowned[0].reason,
        "`role:counselor`: nobody with this role fits the student's school, grade and programs"
    );
}

#[test]
fn the_order_of_rows_changes_no_owner() {
    let mut district = District::new(vec![
        person("c3", "counselor", &["H"]),
        person("c1", "counselor", &["H"]),
        person("c2", "counselor", &["H"]),
    ]);
    district.caseload = vec![
        row("2", "c3", "counselor"),
        row("2", "c2", "counselor"),
        row("3", "c3", ""),
    ];
    let course = area("course");
    let ask = |district: &District, student_id| {
        district.owner(&Question {
            student_id,
            ..news(&course)
        })
    };
    let before: Vec<String> = ["1", "2", "3"].map(|id| ask(&district, id)).into();
    assert_eq!(before, ["c1", "c2", "c3"]);
    district.staff.reverse();
    district.caseload.reverse();
    let after: Vec<String> = ["1", "2", "3"].map(|id| ask(&district, id)).into();
    assert_eq!(before, after);
}

/// Not a measurement: that a large district is indexed, not walked. Walking 2,000 staff a question would take minutes.
#[test]
fn a_hundred_thousand_questions_are_looked_up() {
    let mut staff: Vec<Staff> = Vec::new();
    let mut caseload = Vec::new();
    for n in 0..2_000 {
        let school = format!("S{}", n % 100);
        let role = if n % 4 == 0 { "counselor" } else { "teacher" };
        staff.push(person(&format!("t{n}"), role, &[&school]));
    }
    for n in 0..100_000 {
        if n % 2 == 0 {
            caseload.push(row(&n.to_string(), &format!("t{}", (n % 500) * 4), "counselor"));
        }
    }
    let mut district = District::new(staff);
    district.caseload = caseload;
    let owners = district.owners();
    let (course, attendance) = (area("course"), area("attendance"));
    let mut unowned = 0;
    for n in 0..100_000u32 {
        // Who has a caseload row is at the school of that counselor.
        let school = if n % 2 == 0 { (n % 500) * 4 % 100 } else { n % 100 };
        let (id, school) = (n.to_string(), format!("S{school}"));
        let question = Question {
            student_id: &id,
            school_id: &school,
            ..news(if n % 3 == 0 { &attendance } else { &course })
        };
        let found: Resolution = owners.resolve(&question);
        unowned += u32::from(found.unowned);
        let last = found.steps.last().map(|step| step.outcome);
        assert_eq!(last, Some(Outcome::Owns));
    }
    // Odd students have no caseload row; counselors sit at every fourth school, all of them even.
    assert_eq!(unowned, 50_000);
}
