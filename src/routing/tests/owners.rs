//! Who owns it: links, caseloads, roles, stand-ins and areas.

use super::{District, LAST, area, news, person, route, row, today};
use crate::routing::{Caseload, Question, Route};
use crate::school::{Grade, Level};

#[test]
fn the_first_link_that_resolves_owns_it_and_every_step_is_said() {
    let mut district = District::new(vec![
        person("c1", "counselor", &["H"]),
        person("p1", "principal", &["H"]),
        person("l9", "attendance_liaison", &["M"]),
    ]);
    district.caseload = vec![row("1", "c1", "counselor")];
    let (owner, steps) = district.ask(&news(&area("attendance")));
    assert_eq!(owner, "c1");
    assert_eq!(
        steps,
        [
            "`caseload:attendance`: no caseload row of the student fits",
            "`role:attendance_liaison`: nobody with this role fits the student's school, grade and programs",
            "`caseload:counselor`: Person c1 (c1) owns it",
        ]
    );
    district.staff.push(person("l1", "Attendance Liaison", &[]));
    assert_eq!(district.owner(&news(&area("attendance"))), "l1");
    assert_eq!(district.owner(&news(&area("course"))), "c1");
}

#[test]
fn a_caseload_row_counts_by_role_by_area_and_by_its_days() {
    let mut district = District::new(vec![
        person("a", "counselor", &[]),
        person("b", "counselor", &[]),
        person("c", "counselor", &[]),
    ]);
    let by_area = Caseload {
        area: Some(area("attendance")),
        ..row("1", "c", "")
    };
    let over = Caseload {
        until: Some(today().plus(-1)),
        ..row("1", "a", "counselor")
    };
    let last_day = Caseload {
        until: Some(today()),
        ..row("1", "b", "")
    };
    let not_yet = Caseload {
        from: Some(today().plus(1)),
        ..row("1", "a", "counselor")
    };
    district.caseload = vec![by_area, over, last_day, not_yet];
    assert_eq!(district.owner(&news(&area("attendance"))), "c");
    // A blank role is any of the person's own; the attendance row is not for course news.
    assert_eq!(district.owner(&news(&area("course"))), "b");
}

#[test]
fn written_rows_go_before_those_of_a_last_name_range() {
    let mut district = District::new(vec![person("a", "counselor", &["H"]), person("b", "counselor", &["H"])]);
    let ranged = Caseload {
        from_range: true,
        ..row("1", "a", "counselor")
    };
    district.caseload = vec![ranged.clone(), row("1", "b", "counselor")];
    assert_eq!(district.owner(&news(&area("course"))), "b");
    district.caseload = vec![ranged];
    assert_eq!(district.owner(&news(&area("course"))), "a");
    // A range at another school does not reach this student.
    district.staff[0].schools = vec!["M".to_owned()];
    assert_eq!(district.owner(&news(&area("course"))), "b");
}

#[test]
fn of_several_with_a_role_the_narrower_condition_wins_then_the_smallest_id() {
    let mut district = District::new(vec![
        person("z", "counselor", &["H"]),
        person("d", "counselor", &[]),
        person("x", "counselor", &["H"]),
        person("y", "counselor", &["H"]),
    ]);
    let course = area("course");
    assert_eq!(district.owner(&news(&course)), "x");
    district.staff[0].grades = vec![Grade(9)];
    assert_eq!(district.owner(&news(&course)), "z");
    district.staff[3].programs = vec!["EL".to_owned()];
    assert_eq!(district.owner(&news(&course)), "z");
    let in_program = Question {
        programs: &["iep", "el"],
        ..news(&course)
    };
    assert_eq!(district.owner(&in_program), "y");
    let other_grade = Question {
        grade: None,
        ..news(&course)
    };
    assert_eq!(district.owner(&other_grade), "x");
    // A range holds only for students whom records put on the caseload by it.
    district.staff[2].last_names = vec!["A-Gom".to_owned()];
    assert_eq!(district.owner(&other_grade), "d");
}

#[test]
fn routes_are_tried_in_order_and_all_their_conditions_count() {
    let mut district = District::new(vec![
        person("m1", "math_specialist", &["H"]),
        person("u1", "dean", &["H"]),
        person("c1", "counselor", &["H"]),
    ]);
    let math = Route {
        area: Some(area("course")),
        subject: Some("math*".to_owned()),
        grades: "6-12".parse().ok(),
        ..route(&["role:math_specialist"])
    };
    let urgent = Route {
        area: Some(area("behavior")),
        level: Some(Level::Urgent),
        school: Some("H".to_owned()),
        program: Some("iep".to_owned()),
        ..route(&["staff:u1"])
    };
    district.routes = vec![math, urgent, route(&["role:counselor"])];
    let (course, behavior) = (area("course"), area("behavior"));
    let algebra = Question {
        subjects: &["Math 9"],
        ..news(&course)
    };
    assert_eq!(district.owner(&algebra), "m1");
    assert_eq!(
        district.owner(&Question {
            grade: Some(Grade(5)),
            ..algebra
        }),
        "c1"
    );
    assert_eq!(
        district.owner(&Question {
            subjects: &[],
            ..algebra
        }),
        "c1"
    );
    let fight = Question {
        level: Level::Urgent,
        programs: &["IEP"],
        ..news(&behavior)
    };
    assert_eq!(district.owner(&fight), "u1");
    assert_eq!(
        district.owner(&Question {
            level: Level::Concern,
            ..fight
        }),
        "c1"
    );
    assert_eq!(
        district.owner(&Question {
            programs: &["504"],
            ..fight
        }),
        "c1"
    );
    assert_eq!(
        district.owner(&Question {
            school_id: "M",
            ..fight
        }),
        LAST
    );
}

#[test]
fn away_means_the_stand_in_on_exactly_the_away_days() {
    let mut district = District::new(vec![
        person("c1", "counselor", &["H"]),
        person("c2", "counselor", &["M"]),
        person("p1", "principal", &["H"]),
    ]);
    let course = area("course");
    district.staff[0].stand_in = "c2".to_owned();
    district.staff[0].away_from = Some(today());
    district.staff[0].away_until = Some(today());
    let (owner, steps) = district.ask(&news(&course));
    assert_eq!(owner, "c2");
    assert_eq!(
        steps[1..],
        [
            "`role:counselor`: Person c1 (c1) is away until 2026-11-23",
            "`role:counselor`: Person c2 (c2) owns it, standing in for Person c1 (c1)",
        ]
    );
    district.staff[0].away_from = Some(today().plus(1));
    district.staff[0].away_until = None;
    assert_eq!(district.owner(&news(&course)), "c1");
    district.staff[0].away_from = None;
    district.staff[0].away_until = Some(today().plus(-1));
    assert_eq!(district.owner(&news(&course)), "c1");
}

#[test]
fn a_stand_in_who_cannot_is_no_owner_and_a_circle_ends() {
    let mut district = District::new(vec![
        person("c1", "counselor", &["H"]),
        person("c2", "counselor", &["M"]),
        person("p1", "principal", &["H"]),
    ]);
    let course = area("course");
    for (from, to) in [(0, "c2"), (1, "c1")] {
        district.staff[from].stand_in = to.to_owned();
        district.staff[from].away_from = Some(today().plus(-3));
    }
    let (owner, steps) = district.ask(&news(&course));
    assert_eq!(owner, "p1");
    assert_eq!(
        steps[2],
        "`role:counselor`: Person c2 (c2) is the stand-in and away as well"
    );
    district.staff[1].away_from = None;
    district.staff[1].email = "c2@elsewhere.example".to_owned();
    let (owner, steps) = district.ask(&news(&course));
    assert_eq!(owner, "p1");
    assert_eq!(
        steps[2],
        "`role:counselor`: Person c2 (c2) has an address outside the allowed domains"
    );
    district.staff[0].stand_in = "c1".to_owned();
    let (owner, steps) = district.ask(&news(&course));
    assert_eq!(owner, "p1");
    assert_eq!(
        steps[1],
        "`role:counselor`: Person c1 (c1) is away and has no stand-in in the staff table"
    );
}

#[test]
fn a_person_is_told_only_the_areas_that_are_theirs() {
    let mut district = District::new(vec![
        person("m1", "math_specialist", &["H"]),
        person("p1", "principal", &["H"]),
    ]);
    district.routes = vec![route(&["role:math_specialist", "role:principal"])];
    assert_eq!(district.owner(&news(&area("course"))), "m1");
    let (owner, steps) = district.ask(&news(&area("behavior")));
    assert_eq!(owner, "p1");
    assert_eq!(
        steps[0],
        "`role:math_specialist`: Person m1 (m1) may not be told this area"
    );
    // Written areas stand before what the role may.
    district.staff[0].areas = vec!["Behavior".to_owned()];
    assert_eq!(district.owner(&news(&area("behavior"))), "m1");
    assert_eq!(district.owner(&news(&area("course"))), "p1");
}

#[test]
fn a_combined_flag_goes_to_someone_who_may_see_every_area_in_it() {
    let mut district = District::new(vec![
        person("m1", "math_specialist", &["H"]),
        person("p1", "principal", &["H"]),
    ]);
    district.routes = vec![route(&["role:math_specialist", "role:principal"])];
    district.staff[0].areas = vec!["course".to_owned(), "attendance".to_owned()];
    let combined = area("combined");
    let both = [area("course"), area("attendance")];
    let seen = Question {
        areas_involved: &both,
        ..news(&combined)
    };
    assert_eq!(district.owner(&seen), "m1");
    let three = [area("course"), area("attendance"), area("behavior")];
    assert_eq!(
        district.owner(&Question {
            areas_involved: &three,
            ..seen
        }),
        "p1"
    );
    assert_eq!(
        district.owner(&Question {
            areas_involved: &[],
            passed_over: &[],
            ..seen
        }),
        "p1"
    );
}

#[test]
fn a_role_of_the_districts_own_may_be_told_what_its_routes_say() {
    let mut district = District::new(vec![person("r1", "Restorative Coach", &["H"])]);
    let behavior = Route {
        area: Some(area("behavior")),
        ..route(&["role:restorative_coach"])
    };
    let named = Route {
        area: Some(area("course")),
        ..route(&["staff:r1"])
    };
    district.routes = vec![behavior, named];
    assert_eq!(district.owner(&news(&area("behavior"))), "r1");
    assert_eq!(district.owner(&news(&area("course"))), LAST);
}
