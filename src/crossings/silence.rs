//! Somebody asked not to be written about something, for a reason and up to a day.

use super::Loudness;
use crate::school::Day;

/// A silence. What it names must all fit; it names one thing at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Its number in the store; 0 before it is kept.
    pub id: i64,
    /// Only this student, by id.
    pub student_id: Option<String>,
    /// Only this rule, by id.
    pub rule: Option<String>,
    /// Only this school, by id.
    pub school_id: Option<String>,
    /// Only this area.
    pub area: Option<String>,
    /// Whether urgent news is held, too.
    pub urgent: bool,
    /// Who asked: a staff id, an address or a name.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The first day.
    pub from: Day,
    /// The last day, included.
    pub until: Day,
    /// The day on which a person ended it early.
    pub ended: Option<Day>,
}

impl Silence {
    /// Whether it is in force on a day.
    pub fn holds_on(&self, today: Day) -> bool {
        self.from <= today && today <= self.until && self.ended.is_none_or(|ended| today < ended)
    }

    /// How far it goes for one piece of news; `None` where it is not meant for it.
    pub fn meets(&self, student_id: &str, rule: &str, school_id: &str, area: &str) -> Option<Loudness> {
        let fits = |named: &Option<String>, is: &str| named.as_deref().is_none_or(|named| named == is);
        let names_something = [&self.student_id, &self.rule, &self.school_id, &self.area]
            .into_iter()
            .any(Option::is_some);
        let meant = names_something
            && fits(&self.student_id, student_id)
            && fits(&self.rule, rule)
            && fits(&self.school_id, school_id)
            && fits(&self.area, area);
        let loudness = if self.urgent {
            Loudness::NothingIsHeard
        } else {
            Loudness::UrgentIsHeard
        };
        meant.then_some(loudness)
    }
}

#[cfg(test)]
mod tests {
    use super::{Loudness, Silence};
    use crate::school::Day;

    fn silence() -> Silence {
        Silence {
            id: 1,
            student_id: None,
            rule: None,
            school_id: None,
            area: None,
            urgent: false,
            author: "s1".to_owned(),
            reason: "home visit planned".to_owned(),
            from: Day(20_000),
            until: Day(20_005),
            ended: None,
        }
    }

    #[test]
    fn a_silence_is_meant_for_what_it_names_between_its_days() {
        let day = |n| Day(20_000 + n);
        let silence = Silence {
            rule: Some("tardies".to_owned()),
            school_id: Some("100".to_owned()),
            ..silence()
        };
        let heard = Some(Loudness::UrgentIsHeard);
        assert_eq!(silence.meets("1", "tardies", "100", "attendance"), heard);
        assert_eq!(silence.meets("1", "tardies", "200", "attendance"), None);
        assert_eq!(silence.meets("1", "suspension", "100", "behavior"), None);
        assert!(silence.holds_on(day(0)) && silence.holds_on(day(5)));
        assert!(!silence.holds_on(day(-1)) && !silence.holds_on(day(6)));
        let ended = Silence {
            ended: Some(day(3)),
            ..silence
        };
        assert!(ended.holds_on(day(2)) && !ended.holds_on(day(3)));
    }

    #[test]
    fn a_silence_that_names_nothing_is_meant_for_nothing() {
        let all = Silence {
            urgent: true,
            ..silence()
        };
        assert_eq!(all.meets("1", "tardies", "100", "attendance"), None);
    }
}
