//! Whether news of an area can reach anybody at all: asked of a rule before anybody is flagged by it.

use super::owners::Link;
use super::{Owners, Route};
use crate::school::{Area, Level};

/// Why news of an area and a level reaches nobody but the last owner, at any school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// No route is for it.
    NoRoute,
    /// The routes for it lead to nobody who can be written to; holds their links as written.
    Nobody(Vec<String>),
}

/// Whether a route may be for news of an area and a level, whatever the student.
fn may_be_for(route: &Route, area: &Area, level: Level) -> bool {
    route.area.as_ref().is_none_or(|wanted| wanted == area) && route.level.is_none_or(|least| level >= least)
}

/// The routes alone: whether any is for news of an area and a level.
pub fn is_routed(routes: &[Route], area: &Area, level: Level) -> bool {
    routes.iter().any(|route| may_be_for(route, area, level))
}

impl Owners<'_> {
    /// Why news of an area and a level reaches nobody; `None` where it reaches somebody at some school.
    pub fn unreached(&self, area: &Area, level: Level) -> Option<Unreached> {
        let fitting: Vec<usize> = (0..self.routes.len())
            .filter(|at| may_be_for(&self.routes[*at], area, level))
            .collect();
        if fitting.is_empty() {
            return Some(Unreached::NoRoute);
        }
        let reaches = |at: &usize| self.chains[*at].iter().any(|link| self.link_reaches(*link, area));
        if fitting.iter().any(reaches) {
            return None;
        }
        let mut links: Vec<String> = Vec::new();
        for link in fitting.iter().flat_map(|at| &self.routes[*at].to) {
            if !links.contains(link) {
                links.push(link.clone());
            }
        }
        Some(Unreached::Nobody(links))
    }

    fn link_reaches(&self, link: Link, area: &Area) -> bool {
        match link {
            Link::NotUnderstood | Link::Staff(None) => false,
            Link::Staff(Some(who)) => self.can_be_told(who as usize, area),
            Link::Role(role) => self
                .index
                .anywhere_with_role(role)
                .any(|who| self.can_be_told(who as usize, area)),
            Link::Caseload(word) => {
                let number = self.index.known_word(area.word());
                let rows = self.index.rows().iter();
                let mut fitting = rows.filter(|row| self.index.stands_for(row, word, number));
                fitting.any(|row| row.staff.is_some_and(|who| self.can_be_told(who as usize, area)))
            }
        }
    }

    fn can_be_told(&self, who: usize, area: &Area) -> bool {
        self.reach[who].is_none() && self.may_be_told(who, area, &[])
    }
}
