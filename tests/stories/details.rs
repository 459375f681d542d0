//! What a district lets letters show beyond numbers.

use crate::support::{District, Mail};
use crate::{counseled, only_letter};

/// A student in a program who defied in August, fought in September and is checked in on; what is shown of that is for `detail` to say.
fn fought(detail: &str) -> Mail {
    let district: District = counseled(&["1001"])
        .configured("# detail = [\"incident_types\", \"actions\", \"programs\"]", detail)
        .student("1001", "Ana Alder", "9", "P")
        .stay("", "", "iep")
        .plan("2026-09-10", "1001", "behavior", 1)
        .incident("2026-09-02", "i1", "1001", "Defiance", "")
        .incident("2026-09-15", "i2", "1001", "Fighting", "OSS")
        .incident("2026-09-15", "i2", "1001", "Fighting", "Call home")
        .init();
    district.only(&["suspension"]);
    district.nights("2026-09-14", "2026-09-15");
    only_letter(&district)
}

#[test]
fn types_actions_and_programs_stand_in_a_letter_where_the_district_names_them() {
    let letter = fought("detail = [\"incident_types\", \"actions\", \"programs\"]");
    assert_eq!(
        letter.text,
        "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Tuesday, September 15, 2026.

CONCERN: 1 student

A. A., grade 9, North High
- New at concern: Suspended out of school.
  Why: Suspended 1 time in the last 60 days, 1 day out of school this year. Urgent begins at 2.
  Next: Meet the student on the day of return.
  Last 5 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PP
  In words: present every day, of 22 school days.
  Already going on: An intervention plan (Check In, tier 1) has been open since September 10, 2026.
  Incidents of the last 8 weeks: Fighting on September 15, 2026 (Call home, OSS); Defiance on September 2, 2026.
  In programs: iep.

----------
In the strips: P present.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn one_word_opens_what_it_names_and_no_word_opens_nothing() {
    let incidents = |letter: &Mail| -> Vec<String> {
        let lines = letter.text.lines().filter(|line| line.contains("Incidents of"));
        lines.map(|line| line.trim().to_owned()).collect()
    };
    assert_eq!(
        incidents(&fought("detail = [\"incident_types\"]")),
        ["Incidents of the last 8 weeks: Fighting on September 15, 2026; Defiance on September 2, 2026."]
    );
    assert_eq!(
        incidents(&fought("detail = [\"actions\"]")),
        ["Incidents of the last 8 weeks: Call home, OSS on September 15, 2026."]
    );
    let closed = fought("# none");
    for word in ["Fighting", "Defiance", "OSS", "Call home", "Check In", "iep"] {
        assert!(
            !closed.text.contains(word) && !closed.html.contains(word),
            "{word}: {}",
            closed.text
        );
    }
}
