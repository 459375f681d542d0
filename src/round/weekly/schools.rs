//! What a school as a whole is written: its team's list of the month, and storms as counts.

use super::{ADMINISTRATORS, TEAM_LEADS, Week};
use std::collections::BTreeMap;

use crate::crossings::{Reason, Standing};
use crate::facts::{SchoolIx, StudentIx};
use crate::outbox::{Content, Kind, Listed, News, StormCount};
use crate::rules::Status;
use crate::school::{Area, Day, Level};
use crate::store::Storm;

/// Where a storm stands: the school, the rule's number, the day.
type StormPlace = (SchoolIx, u16, Day);

impl Week<'_, '_> {
    /// Open flags of each school for its team: by number of areas, with what is under way.
    pub(super) fn team_lists(&self) -> Vec<Listed> {
        let mut schools: BTreeMap<(SchoolIx, usize), Vec<News>> = BTreeMap::new();
        let mut open: Vec<(&(StudentIx, u16), &Standing)> = self.ledger.standings.iter().collect();
        open.sort_unstable_by_key(|(key, _)| **key);
        let mut leads: BTreeMap<SchoolIx, Option<usize>> = BTreeMap::new();
        for ((student, number), standing) in open {
            let Some(news) = self.for_team(*student, *number, standing, &mut leads) else {
                continue;
            };
            schools.entry(news.0).or_default().push(news.1);
        }
        let list = |((school, reader), news): ((SchoolIx, usize), Vec<News>)| Listed {
            kind: Kind::TeamList,
            reader,
            news,
            content: Content {
                headline: self.posting.books.schools[usize::from(school.0)].name.clone(),
                ..Content::of(self.as_of)
            },
        };
        schools.into_iter().map(list).collect()
    }

    fn for_team(
        &self,
        student: StudentIx,
        number: u16,
        standing: &Standing,
        leads: &mut BTreeMap<SchoolIx, Option<usize>>,
    ) -> Option<((SchoolIx, usize), News)> {
        // What nobody has been told yet is held for a reason.
        let level = standing.told.filter(|_| standing.is_open())?;
        let case = self.posting.case(student, number, standing)?;
        let card = case.rule.card(case.school_id);
        let lead = *leads
            .entry(case.school)
            .or_insert_with(|| self.lead(case.school, &TEAM_LEADS, &Area("combined".to_owned())));
        let reader = lead.filter(|_| card.status == Status::Live)?;
        if !self.owners.may_be_told(reader, &card.area, &[]) {
            return None;
        }
        let mut entry = self.posting.entry(&case, Some(level), Reason::Still);
        entry.before = Some(level);
        let news = News {
            entry: Box::new(entry),
            kind: Kind::TeamList,
            owner: reader,
            waiting_since: standing.since.unwrap_or(self.as_of),
            headline: String::new(),
            why: "leads the school's team".to_owned(),
        };
        Some(((case.school, reader), news))
    }

    /// One letter per school for all storms that this round saw there first.
    pub(super) fn school_letters(&self, storms: &[Storm]) -> Vec<Listed> {
        let mut schools: BTreeMap<SchoolIx, Vec<&Storm>> = BTreeMap::new();
        for storm in storms.iter().filter(|storm| !storm.is_question()) {
            schools.entry(storm.school).or_default().push(storm);
        }
        let letter = |(school, storms): (SchoolIx, Vec<&Storm>)| {
            let counts: Vec<StormCount> = storms.into_iter().flat_map(|storm| self.count_of(storm)).collect();
            let area = counts.first()?.area.clone();
            let reader = self.lead(school, &ADMINISTRATORS, &area).or(self.owners.last_owner())?;
            Some(Listed {
                kind: Kind::SchoolLetter,
                reader,
                news: Vec::new(),
                content: Content {
                    storms: counts,
                    ..Content::of(self.as_of)
                },
            })
        };
        schools.into_iter().filter_map(letter).collect()
    }

    fn count_of(&self, storm: &Storm) -> Vec<StormCount> {
        let Some(rule) = self.posting.rules.rule(&storm.rule) else {
            return Vec::new();
        };
        let school_id = self.posting.books.names.schools.name(u32::from(storm.school.0));
        let count = |seen: &crate::crossings::storm::Sighting| StormCount {
            school_id: school_id.to_owned(),
            title: rule.title().to_owned(),
            area: rule.card(school_id).area.clone(),
            day: seen.day,
            students: seen.students,
            urgent: seen.urgent,
            judged: seen.judged,
        };
        storm.sightings.iter().map(count).collect()
    }

    /// The counts that owners of a storm's waiting flags get.
    pub(super) fn storm_counts(
        &self,
        sheltered: &[crate::round::found::Sheltered],
        storms: &[&Storm],
    ) -> BTreeMap<usize, Vec<StormCount>> {
        let mut counts: BTreeMap<usize, BTreeMap<StormPlace, (u32, u32)>> = BTreeMap::new();
        for flag in sheltered {
            let place = (flag.school, flag.rule, flag.raised);
            let count = counts.entry(flag.owner).or_default().entry(place).or_default();
            *count = (count.0 + 1, count.1 + u32::from(flag.level == Level::Urgent));
        }
        let line = |((school, rule, day), (students, urgent)): (StormPlace, (u32, u32))| {
            let rule = self.posting.rules.rules().get(usize::from(rule))?;
            let school_id = self.posting.books.names.schools.name(u32::from(school.0));
            let of_storm = storms
                .iter()
                .filter(|storm| storm.school == school && storm.rule == rule.id());
            let seen = of_storm.flat_map(|storm| &storm.sightings).find(|seen| seen.day == day);
            Some(StormCount {
                school_id: school_id.to_owned(),
                title: rule.title().to_owned(),
                area: rule.card(school_id).area.clone(),
                day,
                students,
                urgent,
                judged: seen.map_or(0, |seen| seen.judged),
            })
        };
        let lines = |(owner, flags): (usize, BTreeMap<_, _>)| (owner, flags.into_iter().filter_map(line).collect());
        counts.into_iter().map(lines).collect()
    }
}
