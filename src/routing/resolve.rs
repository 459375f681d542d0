//! From a question to its owner: the route, its chain, stand-ins, and the last owner behind them all.

use super::areas::normal;
use super::index::Row;
use super::owners::Link;
use super::{At, Outcome, Owners, Step};
use crate::school::{Area, Grade, Level};

/// One piece of news looking for its owner.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The student's id.
    pub student_id: &'a str,
    /// The student's home school.
    pub school_id: &'a str,
    /// The grade level; `None` where it is not understood.
    pub grade: Option<Grade>,
    /// Programs such as `iep`.
    pub programs: &'a [&'a str],
    /// The subjects that course news is about; empty for other news.
    pub subjects: &'a [&'a str],
    /// The rule's area.
    pub area: &'a Area,
    /// The level.
    pub level: Level,
    /// For a combined flag, the areas in it; empty: attendance, course and behavior.
    pub areas_involved: &'a [Area],
    /// Staff ids that letters about it have been refused for: they are passed over.
    pub passed_over: &'a [String],
}

/// Who owns it, and what was tried before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// A staff number for [`Owners::person`]; `None` only where not even the last owner can be written to.
    pub owner: Option<usize>,
    /// Who is away, where the owner stands in.
    pub instead_of: Option<usize>,
    /// Everything that was tried, in order; the last step gives the owner.
    pub steps: Vec<Step>,
    /// Whether no chain resolved, so that it went to the last owner. The operator gets the count.
    pub unowned: bool,
}

impl Resolution {
    /// Why this person, as it is kept on record: the link of the route, whom they stand in for, or that they are the last owner.
    pub fn why(&self, owners: &Owners<'_>) -> String {
        let link = match self.steps.last().map(|step| step.at) {
            Some(At::Link { route, link }) => owners.routes[route].to[link].as_str(),
            _ => "last_owner",
        };
        match self.instead_of {
            Some(who) => format!("{link}, standing in for {}", owners.person(who).staff_id),
            None => link.to_owned(),
        }
    }
}

/// A person who can be written to, and for whom.
#[derive(Clone, Copy)]
struct Found {
    owner: usize,
    instead_of: Option<usize>,
}

impl Owners<'_> {
    /// The owner of one piece of news, with every step that led there.
    pub fn resolve(&self, question: &Question<'_>) -> Resolution {
        let mut steps = Vec::new();
        let route = (0..self.routes.len()).find(|at| self.fits(*at, question));
        let found = match route {
            Some(route) => self.walk(route, question, &mut steps),
            None => {
                steps.push(Step {
                    at: At::NoRoute,
                    who: None,
                    outcome: Outcome::NoRoute,
                });
                None
            }
        };
        let unowned = found.is_none();
        let found = found.or_else(|| self.fall_back(question, &mut steps));
        Resolution {
            owner: found.map(|found| found.owner),
            instead_of: found.and_then(|found| found.instead_of),
            steps,
            unowned,
        }
    }

    /// A second reader beside the owner: whoever holds the role for this student, by caseload first, then at the school.
    /// `None` where nobody does or where it is the owner.
    pub fn copy_to(&self, role: &str, question: &Question<'_>, owner: Option<usize>) -> Option<usize> {
        let word = self.index.known_word(&normal(role));
        let mut steps = Vec::new();
        let at = At::NoRoute;
        let links = [Link::Caseload(word), Link::Role(word)];
        let found = links
            .into_iter()
            .find_map(|link| self.follow(link, at, question, &mut steps));
        found.map(|found| found.owner).filter(|who| Some(*who) != owner)
    }

    fn walk(&self, route: usize, question: &Question<'_>, steps: &mut Vec<Step>) -> Option<Found> {
        let links = self.chains[route].iter().enumerate();
        links
            .into_iter()
            .find_map(|(link, written)| self.follow(*written, At::Link { route, link }, question, steps))
    }

    fn follow(&self, link: Link, at: At, question: &Question<'_>, steps: &mut Vec<Step>) -> Option<Found> {
        let mut nothing = |outcome| {
            steps.push(Step { at, who: None, outcome });
            None
        };
        match link {
            Link::NotUnderstood => nothing(Outcome::NotUnderstood),
            Link::Staff(None) => nothing(Outcome::Stranger),
            Link::Staff(Some(who)) => self.ask(who as usize, at, question, steps),
            Link::Caseload(word) => {
                let rows = self.rows_for(word, question);
                if rows.is_empty() {
                    return nothing(Outcome::NoRow);
                }
                rows.iter().find_map(|row| self.ask_row(row, at, question, steps))
            }
            Link::Role(word) => {
                let persons = self.persons_for(word, question);
                if persons.is_empty() {
                    return nothing(Outcome::NobodyWithRole);
                }
                persons.into_iter().find_map(|who| self.ask(who, at, question, steps))
            }
        }
    }

    fn ask_row(&self, row: &Row, at: At, question: &Question<'_>, steps: &mut Vec<Step>) -> Option<Found> {
        let Some(who) = row.staff else {
            steps.push(Step {
                at,
                who: None,
                outcome: Outcome::RowOfStranger { row: row.at as usize },
            });
            return None;
        };
        self.ask(who as usize, at, question, steps)
    }

    /// Asks one person, and where that person is away the stand-in; no further, so that no circle can form.
    fn ask(&self, who: usize, at: At, question: &Question<'_>, steps: &mut Vec<Step>) -> Option<Found> {
        let mut say = |who, outcome| {
            steps.push(Step {
                at,
                who: Some(who),
                outcome,
            })
        };
        if !self.may[who].holds_news(question.area, question.areas_involved) {
            say(who, Outcome::NotTheirArea);
            return None;
        }
        if self.is_passed_over(who, question) {
            say(who, Outcome::RefusedLetters);
            return None;
        }
        if !self.is_away(who) {
            let obstacle = self.reach[who];
            say(who, obstacle.unwrap_or(Outcome::Owns));
            return obstacle.is_none().then_some(Found {
                owner: who,
                instead_of: None,
            });
        }
        let until = self.person(who).away_until;
        let Some(stand_in) = self.stand_in(who) else {
            say(who, Outcome::AwayWithoutStandIn { until });
            return None;
        };
        say(who, Outcome::Away { until });
        let obstacle = self.obstacle_of_stand_in(stand_in, question);
        say(stand_in, obstacle.unwrap_or(Outcome::StandsIn { away: who }));
        obstacle.is_none().then_some(Found {
            owner: stand_in,
            instead_of: Some(who),
        })
    }

    fn obstacle_of_stand_in(&self, who: usize, question: &Question<'_>) -> Option<Outcome> {
        if self.is_away(who) {
            return Some(Outcome::StandInAway);
        }
        if self.is_passed_over(who, question) {
            return Some(Outcome::RefusedLetters);
        }
        if !self.may[who].holds_news(question.area, question.areas_involved) {
            return Some(Outcome::NotTheirArea);
        }
        self.reach[who]
    }

    /// Letters about it have been refused for this person again and again.
    fn is_passed_over(&self, who: usize, question: &Question<'_>) -> bool {
        let staff_id = &self.person(who).staff_id;
        question.passed_over.iter().any(|passed| passed == staff_id)
    }

    /// The last owner, whatever the area: somebody must know. Away without a usable stand-in still counts.
    fn fall_back(&self, question: &Question<'_>, steps: &mut Vec<Step>) -> Option<Found> {
        let mut say = |who, outcome| {
            steps.push(Step {
                at: At::LastOwner,
                who,
                outcome,
            })
        };
        let Some(who) = self.last_owner else {
            say(None, Outcome::NoLastOwner);
            return None;
        };
        if self.is_away(who)
            && let Some(stand_in) = self.stand_in(who)
            && self.obstacle_of_stand_in(stand_in, question).is_none()
        {
            say(Some(stand_in), Outcome::StandsIn { away: who });
            return Some(Found {
                owner: stand_in,
                instead_of: Some(who),
            });
        }
        let obstacle = self.reach[who];
        say(Some(who), obstacle.unwrap_or(Outcome::Owns));
        obstacle.is_none().then_some(Found {
            owner: who,
            instead_of: None,
        })
    }
}
