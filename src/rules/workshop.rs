//! What `firstbell rules` shows: the rules as they stand, one in full, a new one, trials case by case.

use super::card::{Card, Status};
use super::rule::RuleSet;
use super::sources::Sources;
use crate::monitor::Problem;
use crate::school::{Area, Level};
use crate::script::nearest;

pub use super::testing::{Depth, Tested, test};

/// One line of `rules list`.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The rule's id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its area.
    pub area: String,
    /// Its status in the district; `None` where the card could not be read.
    pub status: Option<Status>,
    /// Its levels with their edges.
    pub levels: Vec<(Level, Option<f64>)>,
    /// Schools with changes of their own.
    pub schools: Vec<String>,
    /// Why it is set aside; `None` where it is at work.
    pub set_aside: Option<Problem>,
}

/// Every rule, at work or set aside, in order of its file.
pub fn list(set: &RuleSet) -> Vec<Listed> {
    let at_work = set.rules().iter().map(|rule| {
        let card = rule.district_card();
        Listed {
            id: rule.id().to_owned(),
            path: rule.path().to_owned(),
            area: card.area.word().to_owned(),
            status: Some(card.status),
            levels: card
                .edges
                .levels
                .iter()
                .map(|(level, edge)| (*level, Some(*edge)))
                .collect(),
            schools: rule.schools().map(str::to_owned).collect(),
            set_aside: None,
        }
    });
    let aside = set.set_aside().iter().map(|rule| Listed {
        id: rule.id.clone(),
        path: rule.path.clone(),
        area: rule.area.clone(),
        status: None,
        levels: rule.levels.iter().map(|level| (*level, None)).collect(),
        schools: Vec::new(),
        set_aside: Some(rule.problem.clone()),
    });
    let mut all: Vec<Listed> = at_work.chain(aside).collect();
    all.sort_by(|left, right| left.path.cmp(&right.path));
    all
}

/// One rule in full.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The first line of its docs.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// Who acts.
    pub acts: String,
    /// Where the numbers come from.
    pub source: String,
    /// The card as it holds, for the district and then for each school with changes.
    pub cards: Vec<(Option<String>, Card)>,
    /// The file's text.
    pub text: String,
    /// Why it is set aside; `None` where it is at work.
    pub set_aside: Option<Problem>,
}

/// Shows one rule.
///
/// # Errors
/// Where there is no such rule, with the nearest one.
pub fn show(set: &RuleSet, sources: &Sources, id: &str) -> Result<Shown, String> {
    if let Some(rule) = set.rule(id) {
        let mut cards = vec![(None, rule.district_card().clone())];
        cards.extend(
            rule.schools()
                .map(|school| (Some(school.to_owned()), rule.card(school).clone())),
        );
        return Ok(Shown {
            title: rule.title().to_owned(),
            why: rule.why().to_owned(),
            acts: rule.acts().to_owned(),
            source: rule.source().to_owned(),
            cards,
            text: rule.source_text().to_owned(),
            set_aside: None,
        });
    }
    if let Some(aside) = set.set_aside().iter().find(|rule| rule.id == id) {
        let file = sources.files.iter().find(|file| file.path == aside.path);
        return Ok(Shown {
            title: String::new(),
            why: String::new(),
            acts: String::new(),
            source: String::new(),
            cards: Vec::new(),
            text: file.map_or_else(String::new, |file| String::from_utf8_lossy(&file.bytes).into_owned()),
            set_aside: Some(aside.problem.clone()),
        });
    }
    let ids: Vec<String> = list(set).into_iter().map(|rule| rule.id).collect();
    Err(match nearest(id, ids.iter().map(String::as_str)) {
        Some(near) => format!("there is no rule `{id}` — did you mean `{near}`?"),
        None => format!("there is no rule `{id}` — `firstbell rules list` names them"),
    })
}

/// The text of a new rule and of its trial: a draft that compiles and passes.
///
/// # Errors
/// Where the id or the area cannot be one.
pub fn template(id: &str, area: &str) -> Result<(String, String), String> {
    let plain = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !plain(id) {
        return Err(format!(
            "`{id}` cannot be a rule's id — small letters, digits and `_`, such as `late_work`"
        ));
    }
    if !plain(area) {
        let areas = Area::BUILT_IN.join(", ");
        return Err(format!("`{area}` cannot be an area — take one of {areas}"));
    }
    let title = id.replace('_', " ");
    let rule = TEMPLATE.replace("TITLE", &title).replace("AREA", area);
    Ok((rule, TRIAL.to_owned()))
}

const TEMPLATE: &str = r#"//! TITLE
//!
//! Why:    why this matters, in a sentence that a teacher would sign.
//! Acts:   who does something about it
//! Source: where the numbers below come from, or "chosen by us".

const RULE = #{
    area:   "AREA",
    status: "draft",                        // draft, shadow (judged, never written), live, retired
    levels: #{ watch: 3, concern: 5 },      // inclusive
    clear:  #{ margin: 0, days: 5 },        // a level is left after 5 judged days in a row on the safe side of its edge
    params: #{ window: 20 },                // handed to the functions as `p`
    next:   #{ concern: "What to do next." },
};

// The number that the levels are about.
fn measure(student, p) { student.absences(last(p.window)) }

// Why, in words that are read in seconds.
fn because(student, p) { `absent ${student.absences(last(p.window))} of the last ${student.enrolled_days(last(p.window))} school days` }
"#;

const TRIAL: &str = r#"# One letter per weekday, the last is the as-of day: P present, A unexcused, E excused, U unverified, T tardy, S suspended,
# h half a day unexcused, . day off, *n repeats, spaces are free.

[[case]]
name = "five of twenty is a concern, and lies exactly on the edge"
attendance = "P*35 AAAAA"
expect = "concern"
because = "absent 5 of the last 20 school days"

[[case]]
name = "two are not"
attendance = "P*38 AA"
expect = "clear"

[[case]]
name = "without a calendar nobody can tell"
missing = ["absences"]
expect = "unknown"

[[case]]
name = "three are watched"
attendance = "P*37 AAA"
expect = "watch"

[[case]]
name = "four are watched still"
attendance = "P*36 A*4"
expect = "watch"

# The three absences begin to leave the window with the eighteenth day after them: the twenty-second is the fifth in a row below 3.
# `standing` is what is believed once every drawn day was judged.
[[case]]
name = "a level is left on the fifth day in a row below its edge, not on the fourth"
attendance = "P*20 AAA P*21"
expect = "clear"
standing = "watch"
then = "P"
expect_then = "clear"
standing_then = "clear"
"#;
