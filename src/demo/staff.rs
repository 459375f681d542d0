//! Who works in the demo district, and whom they look after.

use std::fmt::Write as _;

use super::dice::Dice;
use super::people::{Person, programs};

const HEADER: &str =
    "staff_id,name,email,role,schools,areas,grades,programs,last_names,capacity,away_from,away_until,stand_in\n";

/// Staff as the district's sheet lists them. The second counselor of the high school is away for the flu week.
const STAFF: &str = "\
T01,Ruth Amundsen,ruth.amundsen@cedarvalley.example,principal,101,,,,,,,,
T02,Kwame Osei,kwame.osei@cedarvalley.example,principal,202,,,,,,,,
T03,Elena Marchetti,elena.marchetti@cedarvalley.example,principal,303,,,,,,,,
T04,Joan Whitehorse,joan.whitehorse@cedarvalley.example,mtss_lead,101;202;303,,,,,,,,
T05,Samuel Ofori,samuel.ofori@cedarvalley.example,attendance_liaison,101;202,attendance,,,,,,,
T06,Bridget Nolan,bridget.nolan@cedarvalley.example,attendance_liaison,303,attendance,,,,,,,
T07,Miriam Feld,miriam.feld@cedarvalley.example,counselor,101,,,,A-K,,,,
T08,Andre Baptiste,andre.baptiste@cedarvalley.example,counselor,101,,,,L-Z,,2026-11-02,2026-11-06,T07
T09,Soo-Jin Pak,soo-jin.pak@cedarvalley.example,counselor,202,,,,A-K,,,,
T10,Lucia Ferrante,lucia.ferrante@cedarvalley.example,counselor,202,,,,L-Z,,,,
T11,Grant Holloway,grant.holloway@cedarvalley.example,counselor,303,,,,,,,,
T12,Devi Raman,devi.raman@cedarvalley.example,case_manager,101;202,,,iep;504,,,,,
T13,Paula Stein,paula.stein@cedarvalley.example,case_manager,303,,,iep;504,,,,,
T14,Henrik Dahl,henrik.dahl@cedarvalley.example,math_specialist,101;202,course,,,,,,,
T15,Olive Brandon,olive.brandon@cedarvalley.example,reading_specialist,202;303,course,,,,,,,
";

pub(super) fn staff_csv() -> String {
    format!("{HEADER}{STAFF}")
}

/// Case managers by student; counselors go by last names and need no rows, but for seniors, who keep one counselor.
pub(super) fn caseload_csv(people: &[Person], dice: Dice) -> String {
    let mut csv = String::from("student_id,staff_id,role,area,from,until\n");
    for person in people {
        let programs = programs(person, dice);
        if programs.contains("iep") || programs.contains("504") {
            let manager = if person.school == "303" { "T13" } else { "T12" };
            let _ = writeln!(csv, "{},{manager},case_manager,,2026-08-17,", person.id());
        }
        if person.grade.0 == 12 {
            let _ = writeln!(csv, "{},T07,counselor,,2026-08-17,", person.id());
        }
    }
    csv
}
