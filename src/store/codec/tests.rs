use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::*;
use crate::facts::{
    Attendance, AttendanceRow, CodeIx, Contact, Enrollment, Incident, Mark, MarkKind, PeriodIx, Plan, SchoolIx,
    Student, WHOLE,
};
use crate::school::{Day, Grade};

fn start() -> Day {
    "2026-08-17".parse().expect("a day")
}

fn days() -> impl Strategy<Value = Day> {
    // Beyond the year on both sides: a mark's date may lie anywhere that an export can write.
    prop_oneof![
        (-400i32..800).prop_map(|offset| start().plus(offset)),
        Just(Day(i32::MIN)),
        Just(Day(i32::MAX))
    ]
}

fn rows() -> impl Strategy<Value = AttendanceRow> {
    let code = prop_oneof![Just(0u16), 0u16..4, 250u16..300];
    let portion = prop_oneof![4 => Just(WHOLE), 1 => 0..WHOLE];
    (0u16..300, 0u16..3, 0u16..3, code, portion).prop_map(|(day, school, period, code, portion)| AttendanceRow {
        day,
        school: SchoolIx(school),
        period: PeriodIx(period),
        code: CodeIx(code),
        portion,
    })
}

fn attendance() -> impl Strategy<Value = Attendance> {
    (vec(rows(), 0..80), 0u16..200).prop_map(|(rows, present)| {
        let mut attendance = Attendance::default();
        let every_day = (0..present).filter(|day| day % 7 < 5).map(|day| AttendanceRow {
            day,
            school: SchoolIx(0),
            period: PeriodIx::WHOLE_DAY,
            code: CodeIx(0),
            portion: WHOLE,
        });
        for row in every_day.chain(rows) {
            attendance.put(row);
        }
        attendance.settle();
        attendance
    })
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let mark = (
        any::<u32>(),
        0u32..5,
        of(any::<u16>()),
        any::<bool>(),
        of(days()),
        any::<u32>(),
        of(any::<u16>()),
        days(),
        of(days()),
    );
    let mark = mark.prop_map(
        |(course, term, school, last, date, text, missing_work, accepted, gone)| Mark {
            course,
            term,
            school: school.map(SchoolIx),
            kind: if last { MarkKind::Final } else { MarkKind::Progress },
            date,
            text,
            missing_work,
            accepted,
            gone,
        },
    );
    vec(mark, 0..20)
}

fn enrollment() -> impl Strategy<Value = Enrollment> {
    (
        any::<u16>(),
        of(-1i8..13),
        of(days()),
        of(days()),
        any::<bool>(),
        of(days()),
    )
        .prop_map(|(school, grade, entry, exit, primary, gone_after)| Enrollment {
            school: SchoolIx(school),
            grade: grade.map(Grade),
            entry,
            exit,
            primary,
            gone_after,
        })
}

fn incident() -> impl Strategy<Value = Incident> {
    (
        ".{0,12}",
        any::<u16>(),
        days(),
        any::<u32>(),
        any::<u32>(),
        any::<u32>(),
        of(any::<u32>()),
    )
        .prop_map(|(incident, school, date, kind, role, action, action_days)| Incident {
            incident: incident.into(),
            school: SchoolIx(school),
            date,
            kind,
            role,
            action,
            action_days,
        })
}

fn plan() -> impl Strategy<Value = Plan> {
    let sessions = (of(any::<u16>()), of(any::<u16>()));
    (
        ".{0,9}",
        any::<u32>(),
        any::<u32>(),
        of(any::<u8>()),
        days(),
        of(days()),
        sessions,
        ".{0,30}",
    )
        .prop_map(|(id, program, area, tier, start, end, sessions, goal)| Plan {
            intervention: id.as_str().into(),
            program,
            area,
            tier,
            staff_id: id.into(),
            start,
            end,
            sessions,
            goal: goal.into(),
        })
}

fn contact() -> impl Strategy<Value = Contact> {
    (days(), ".{0,9}", any::<u32>(), any::<u32>()).prop_map(|(date, staff, kind, area)| Contact {
        date,
        staff_id: staff.into(),
        kind,
        area,
    })
}

proptest! {
    #[test]
    fn attendance_comes_back_as_it_went(attendance in attendance()) {
        let mut bytes = Vec::new();
        write_attendance(&attendance, &mut bytes);
        prop_assert_eq!(read_attendance(&bytes, 0, 400), Some(attendance));
    }

    #[test]
    fn a_moved_year_keeps_each_row_on_its_day(attendance in attendance(), shift in -30i32..30) {
        let mut bytes = Vec::new();
        write_attendance(&attendance, &mut bytes);
        let moved = read_attendance(&bytes, shift, 320).expect("readable");
        let mut expected: Vec<AttendanceRow> = attendance
            .rows()
            .filter(|row| (0..320).contains(&(i32::from(row.day) + shift)))
            .map(|row| AttendanceRow { day: (i32::from(row.day) + shift) as u16, ..row })
            .collect();
        let mut rows: Vec<AttendanceRow> = moved.rows().collect();
        expected.sort();
        rows.sort();
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn marks_come_back_as_they_went(marks in marks()) {
        let mut bytes = Vec::new();
        write_marks(&marks, start(), &mut bytes);
        prop_assert_eq!(read_marks(&bytes, start()), Some(marks));
    }

    #[test]
    fn incidents_come_back_as_they_went(incidents in vec(incident(), 0..9)) {
        let mut bytes = Vec::new();
        write_incidents(&incidents, start(), &mut bytes);
        prop_assert_eq!(read_incidents(&bytes, start()), Some(incidents));
    }

    #[test]
    fn a_student_comes_back_as_he_went(
        listing in of(enrollment()), enrollments in vec(enrollment(), 0..4), programs in vec(any::<u32>(), 0..4),
        plans in vec(plan(), 0..4), contacts in vec(contact(), 0..4),
    ) {
        let student = Student { listing, enrollments, programs, plans, contacts, ..Student::default() };
        let (mut enrolled, mut support) = (Vec::new(), Vec::new());
        write_enrolled(&student, start(), &mut enrolled);
        write_support(&student, start(), &mut support);
        let mut read = Student::default();
        prop_assert_eq!(read_enrolled(&enrolled, start(), &mut read), Some(()));
        prop_assert_eq!(read_support(&support, start(), &mut read), Some(()));
        prop_assert_eq!(read, student);
    }

    #[test]
    fn bytes_of_nobody_are_refused_and_never_panic(bytes in vec(any::<u8>(), 0..60), versioned in any::<bool>()) {
        let mut bytes = bytes;
        if versioned && !bytes.is_empty() {
            bytes[0] = VERSION;
        }
        let _ = read_attendance(&bytes, 3, 300);
        let _ = read_marks(&bytes, start());
        let _ = read_incidents(&bytes, start());
        let _ = read_enrolled(&bytes, start(), &mut Student::default());
        let _ = read_support(&bytes, start(), &mut Student::default());
    }
}

#[test]
fn a_record_that_lost_its_end_is_refused() {
    let mut attendance = Attendance::default();
    for day in [3, 4, 9, 200] {
        attendance.put(AttendanceRow {
            day,
            school: SchoolIx(1),
            period: PeriodIx(0),
            code: CodeIx(2),
            portion: WHOLE,
        });
    }
    let mut bytes = Vec::new();
    write_attendance(&attendance, &mut bytes);
    for cut in 1..bytes.len() {
        assert_eq!(read_attendance(&bytes[..cut], 0, 300), None, "cut at {cut}");
    }
    bytes[0] = VERSION + 1;
    assert_eq!(read_attendance(&bytes, 0, 300), None, "a version of the future");
}

#[test]
fn a_year_of_every_day_takes_few_bytes() {
    // 36 weeks of five days, ten of them absent: version, lane count, school, period, first, two for the length, form, code,
    // 250 days as bits, count and ten pairs of absences, odd count.
    let mut attendance = Attendance::default();
    for day in (0..252).filter(|day| day % 7 < 5) {
        let code = u16::from(day % 25 == 0);
        attendance.put(AttendanceRow {
            day,
            school: SchoolIx(1),
            period: PeriodIx(0),
            code: CodeIx(code),
            portion: WHOLE,
        });
    }
    attendance.settle();
    let absent = attendance.rows().filter(|row| row.code == CodeIx(1)).count();
    let mut bytes = Vec::new();
    write_attendance(&attendance, &mut bytes);
    assert_eq!(bytes.len(), 9 + 250usize.div_ceil(8) + 1 + 2 * absent + 1);
}
