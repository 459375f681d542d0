//! Incidents, interventions, contacts, subgroups and outcomes.

use wildmatch::WildMatch;

use crate::records::columns::{behavior, contacts, groups, interventions, outcomes};
use crate::records::lines::Row;
use crate::records::notes::Notes;
use crate::records::plan::{Plan, lower};
use crate::school::{Day, Meaning};

/// One row of the behavior table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IncidentRow {
    /// The incident's id.
    pub incident_id: String,
    /// The student's id.
    pub student_id: String,
    /// The school's id.
    pub school_id: String,
    /// The day it happened.
    pub date: Day,
    /// Its type.
    pub kind: String,
    /// The student's role in it.
    pub role: String,
    /// The action taken.
    pub action: String,
    /// Days of removal, in thousandths.
    pub action_days: Option<u32>,
}

/// One row of the interventions table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanRow {
    /// The intervention's id.
    pub intervention_id: String,
    /// The student's id.
    pub student_id: String,
    /// The program's name.
    pub program: String,
    /// The area, in lower case.
    pub area: String,
    /// 1, 2 or 3.
    pub tier: Option<u8>,
    /// Who leads it.
    pub staff_id: String,
    /// First day.
    pub start: Day,
    /// Last day.
    pub end: Option<Day>,
    /// Sessions planned, and held.
    pub sessions: (Option<u16>, Option<u16>),
    /// The goal, as written.
    pub goal: String,
}

/// One row of the contacts table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContactRow {
    /// The student's id.
    pub student_id: String,
    /// The day.
    pub date: Day,
    /// Who.
    pub staff_id: String,
    /// The kind, in lower case.
    pub kind: String,
    /// The area, in lower case.
    pub area: String,
}

/// One row of the groups table; for a fairness audit alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRow {
    /// The student's id.
    pub student_id: String,
    /// The group's word.
    pub group: String,
    /// The value.
    pub value: String,
}

/// One row of the outcomes table: what really happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutcomeRow {
    /// The student's id.
    pub student_id: String,
    /// The outcome's word.
    pub outcome: String,
    /// Whether it came to pass.
    pub value: bool,
    /// The day, where the export says.
    pub date: Option<Day>,
}

/// One row of the behavior table; types that the district drops are counted and never kept.
pub(in crate::records) fn incident(
    plan: &Plan<'_>,
    row: &Row<'_>,
    meaning: &Meaning,
    notes: &mut Notes,
) -> Option<IncidentRow> {
    let kind = plan.need(row, behavior::KIND, notes)?;
    let matches = |glob: &str| WildMatch::new_case_insensitive(glob).matches(kind);
    if meaning
        .behavior
        .types
        .iter()
        .find(|entry| matches(&entry.glob))
        .is_some_and(|entry| entry.drop)
    {
        notes.add("dropped-type", row.line, plan.header(behavior::KIND), "");
        return None;
    }
    let date = plan.need_day_this_year(row, behavior::DATE, notes)?;
    Some(IncidentRow {
        incident_id: plan.need(row, behavior::INCIDENT, notes)?.to_owned(),
        student_id: plan.need(row, behavior::STUDENT, notes)?.to_owned(),
        school_id: plan.need(row, behavior::SCHOOL, notes)?.to_owned(),
        date,
        kind: kind.to_owned(),
        role: plan.cell(row, behavior::ROLE).to_owned(),
        action: plan.cell(row, behavior::ACTION).to_owned(),
        action_days: plan
            .maybe_number(row, behavior::ACTION_DAYS, notes)
            .map(|days| (days * 1000.0).round() as u32),
    })
}

/// One row of the interventions table.
pub(in crate::records) fn intervention(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<PlanRow> {
    let count = |column, notes: &mut Notes| plan.maybe_number(row, column, notes).map(|n| n.min(65_535.0) as u16);
    let tier = plan
        .maybe_number(row, interventions::TIER, notes)
        .map(|tier| tier as u8);
    if tier.is_some_and(|tier| !(1..=3).contains(&tier)) {
        notes.add("ignored-number", row.line, plan.header(interventions::TIER), "");
    }
    Some(PlanRow {
        intervention_id: plan.need(row, interventions::INTERVENTION, notes)?.to_owned(),
        student_id: plan.need(row, interventions::STUDENT, notes)?.to_owned(),
        program: plan.need(row, interventions::PROGRAM, notes)?.to_owned(),
        area: lower(plan.need(row, interventions::AREA, notes)?).into_owned(),
        tier: tier.filter(|tier| (1..=3).contains(tier)),
        staff_id: plan.cell(row, interventions::STAFF).to_owned(),
        start: plan.need_day(row, interventions::START, notes)?,
        end: plan.maybe_day(row, interventions::END, notes),
        sessions: (count(interventions::PLANNED, notes), count(interventions::HELD, notes)),
        goal: plan.cell(row, interventions::GOAL).to_owned(),
    })
}

/// One row of the contacts table.
pub(in crate::records) fn contact(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<ContactRow> {
    Some(ContactRow {
        student_id: plan.need(row, contacts::STUDENT, notes)?.to_owned(),
        date: plan.need_day(row, contacts::DATE, notes)?,
        staff_id: plan.cell(row, contacts::STAFF).to_owned(),
        kind: lower(plan.cell(row, contacts::KIND)).into_owned(),
        area: lower(plan.cell(row, contacts::AREA)).into_owned(),
    })
}

/// Words that betray student-level lunch eligibility, which federal law keeps out of other uses (42 U.S.C. 1758(b)(6)).
const LUNCH_WORDS: [&str; 10] = [
    "lunch",
    "frl",
    "frpl",
    "meal",
    "freereduced",
    "freeorreduced",
    "freeandreduced",
    "reducedprice",
    "frpm",
    "nslp",
];
/// Values that mean lunch eligibility whatever the group is called.
const LUNCH_VALUES: [&str; 4] = ["free", "reduced", "f", "r"];

/// Whether a group or its value is about lunch eligibility; spaces and signs hide nothing.
fn is_lunch(group: &str, value: &str) -> bool {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let (group, value) = (plain(group), plain(value));
    let named = |text: &str| LUNCH_WORDS.iter().any(|word| text.contains(word));
    // One letter alone may as well be a gender; it is lunch where the group is about income.
    let income = ["ses", "income", "econ", "eligib"]
        .iter()
        .any(|word| group.contains(word));
    let valued = LUNCH_VALUES.contains(&value.as_str()) && (value.len() > 1 || income);
    named(&group) || named(&value) || valued
}

/// One row of the groups table; lunch eligibility is refused.
pub(in crate::records) fn group(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<GroupRow> {
    let group = plan.need(row, groups::GROUP, notes)?;
    let value = plan.need(row, groups::VALUE, notes)?;
    if is_lunch(group, value) {
        notes.add("lunch-refused", row.line, plan.header(groups::GROUP), "");
        return None;
    }
    Some(GroupRow {
        student_id: plan.need(row, groups::STUDENT, notes)?.to_owned(),
        group: group.to_owned(),
        value: value.to_owned(),
    })
}

/// One row of the outcomes table.
pub(in crate::records) fn outcome(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<OutcomeRow> {
    let value = match plan.need(row, outcomes::VALUE, notes)? {
        "0" => false,
        "1" => true,
        other => {
            notes.reject("bad-outcome", row.line, plan.header(outcomes::VALUE), other);
            return None;
        }
    };
    Some(OutcomeRow {
        student_id: plan.need(row, outcomes::STUDENT, notes)?.to_owned(),
        outcome: plan.need(row, outcomes::OUTCOME, notes)?.to_owned(),
        value,
        date: plan.maybe_day(row, outcomes::DATE, notes),
    })
}
