//! Somebody has already acted: a contact, or a plan under way, keeps the first levels quiet for a while.

use crate::school::Level;

/// How long a contact and a plan keep quiet, in school days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// School days for which a contact keeps quiet.
    pub quiet_days: u32,
    /// School days after which a plan is looked at again.
    pub review_days: u32,
}

/// What is under way for one student in one area, as of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    /// School days since the last contact of a kind that quiets; `None`: there was none.
    pub contact: Option<u32>,
    /// School days, the first included, that the newest open plan of tier 2 or 3 has run; `None`: none is open.
    pub plan: Option<u32>,
}

impl UnderWay {
    /// Whether news of a level is kept quiet. Urgent never is; a plan that has run its time keeps nothing quiet any more.
    pub fn quiets(&self, level: Level, patience: Patience) -> bool {
        if level >= Level::Urgent {
            return false;
        }
        let contact = self.contact.is_some_and(|days| days <= patience.quiet_days);
        let plan = self.plan.is_some_and(|days| days < patience.review_days);
        contact || plan
    }
}

#[cfg(test)]
mod tests {
    use super::{Patience, UnderWay};
    use crate::school::Level;

    const PATIENCE: Patience = Patience {
        quiet_days: 10,
        review_days: 30,
    };

    #[test]
    fn a_contact_keeps_quiet_for_ten_school_days_and_never_an_urgent_flag() {
        let after = |days| UnderWay {
            contact: Some(days),
            plan: None,
        };
        assert!(after(0).quiets(Level::Concern, PATIENCE));
        assert!(after(10).quiets(Level::Watch, PATIENCE));
        assert!(!after(11).quiets(Level::Concern, PATIENCE));
        assert!(!after(1).quiets(Level::Urgent, PATIENCE));
        assert!(!UnderWay::default().quiets(Level::Concern, PATIENCE));
    }

    #[test]
    fn a_plan_keeps_quiet_until_it_has_run_thirty_school_days() {
        let run = |days| UnderWay {
            contact: None,
            plan: Some(days),
        };
        assert!(run(1).quiets(Level::Concern, PATIENCE));
        assert!(run(29).quiets(Level::Concern, PATIENCE));
        assert!(!run(30).quiets(Level::Concern, PATIENCE));
        assert!(!run(5).quiets(Level::Urgent, PATIENCE));
    }
}
