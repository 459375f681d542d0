//! The rest of a round once its files are read: laid into the books, judged, decided; what is known is handed to the writer at once.
//!
//! In: files read and not believed yet. Out: what the round did. Never: a row of the store, which the writer alone writes.

use std::cell::OnceCell;
use std::sync::Arc;

use super::believing::Taken;
use super::intake::Waiting;
use super::ledger::{Changes, Ledger};
use super::loading::ledger_of;
use super::posting::Posting;
use super::setup::Setup;
use super::telling::Key;
use super::writer::Writer;
use super::{
    Hand, Order, Rung, away, composed, deciding, edits, keeping, lately, left_out, night, no_day_yet, school_night,
};
use crate::clock::Now;
use crate::facts::Books;
use crate::monitor::Problem;
use crate::outbox::Act;
use crate::school::{Day, Interner, SchoolYear};
use crate::store::{Met, Store};
use crate::timeline::Almanac;

/// A round whose files are read.
pub(super) struct Ringing<'s> {
    pub(super) setup: &'s Setup,
    /// The store as it was before the round.
    pub(super) store: &'s Store,
    pub(super) order: Order,
    pub(super) hand: Hand<'s>,
    pub(super) now: &'s Now,
    pub(super) year: SchoolYear,
    pub(super) limit: Day,
    pub(super) last_as_of: Option<Day>,
    pub(super) look_back: bool,
}

impl<'s> Ringing<'s> {
    /// Lays files into the books, then judges. What was taken of the files goes where the writer finds it, too.
    pub(super) fn lay_in<'env>(
        &self,
        waiting: Waiting,
        (books, slot): (&'env mut Books, &'env OnceCell<Taken>),
        writer: Option<Writer<'_, 'env>>,
        mut problems: Vec<Problem>,
    ) -> Result<(Rung, Vec<away::Done>), Problem>
    where
        's: 'env,
    {
        let &Ringing { setup, year, limit, .. } = self;
        let as_of_in = |books: &Books| Almanac::as_of_in(books, &setup.config.meaning, limit);
        let met = |met: Met| {
            if let Some(writer) = &writer {
                writer.met(met);
            }
        };
        let mut taken = waiting.apply(
            setup,
            books,
            |books| as_of_in(books).unwrap_or(limit.min(year.end)),
            self.last_as_of,
            &met,
        );
        let done = std::mem::take(&mut taken.done);
        problems.extend(taken.problems.iter().cloned());
        let (books, taken) = (&*books, slot.get_or_init(|| taken));
        let almanac = Almanac::new(books, &setup.config.meaning);
        let ledger = ledger_of(self.store, &setup.rules, &year, &books.names)?;
        let as_of = almanac.as_of(limit);
        let kept = keeping::Round {
            last: self.hand.last,
            setup,
            books,
            taken,
            now: self.now,
            year,
            as_of: as_of.unwrap_or(year.start),
        };
        let Some(as_of) = as_of else {
            problems.push(no_day_yet(limit));
            if let Some(writer) = writer
                && taken.gates.changed()
            {
                problems.extend(taken.gates.keep_bytes(&setup.home));
                writer.facts(kept);
                writer.without_night()?;
            }
            return Ok((Rung::nothing(limit, problems), done));
        };
        let mut rung = Rung {
            as_of: Some(as_of),
            look_back: self.look_back,
            ..Rung::nothing(limit, problems)
        };
        self.evening(&almanac, ledger, kept, writer, &mut rung)?;
        Ok((rung, done))
    }

    /// Judges, decides, and hands both to the writer; without one everything is only looked at.
    fn evening<'env>(
        &self,
        almanac: &Almanac<'_>,
        ledger: Ledger,
        kept: keeping::Round<'env>,
        writer: Option<Writer<'_, 'env>>,
        rung: &mut Rung,
    ) -> Result<(), Problem> {
        let &Ringing { setup, store, .. } = self;
        let taken = kept.taken;
        if let Some(writer) = &writer {
            writer.facts(kept);
        }
        let nights = school_night::Nights::new(almanac);
        let look = edits::Look {
            setup,
            store,
            almanac,
            ledger: &ledger,
            taken,
        };
        let edits = match rung.look_back {
            true => edits::Edits::default(),
            false => look.edits()?,
        };
        let early = |changes: &Changes, rules: &Interner| {
            if let Some(writer) = &writer {
                writer.changes(changes.clone(), rules);
            }
        };
        let mut done = night::judge(
            setup,
            store,
            almanac,
            &nights,
            ledger,
            (&taken.held, &early),
            kept.as_of,
        )?;
        self.hand.go_on()?;
        rung.problems.append(&mut done.problems);
        let day = self.order.as_of.unwrap_or(self.now.today);
        let (left_out, unscaled) = left_out::problems(taken, almanac, kept.as_of, day);
        rung.problems.extend(left_out);
        done.judged.unscaled = unscaled;
        rung.judged = done.judged.clone();
        let rule_changed = Posting::rule_changed(&done.changes);
        let closed = lately::closed(&done.changes);
        // Who keeps them has them; on a first night they are tens of megabytes.
        done.changes = Changes::default();
        let done = Arc::new(done);
        let night = deciding::Night {
            as_of: kept.as_of,
            now: self.now,
            order: self.order,
            taken,
            night: &done,
            rule_changed,
            closed,
            nights: &nights,
            almanac,
            edits: &edits,
        };
        let listed = |listed: &[Key]| {
            if let Some(writer) = &writer {
                writer.night(&done, listed);
            }
        };
        let letters = |letters: &Arc<Vec<Act>>| {
            if let Some(writer) = &writer {
                writer.letters(letters);
            }
        };
        let meanwhile = deciding::Meanwhile {
            listed: &listed,
            letters: &letters,
        };
        let decision = deciding::decide(setup, store, &night, &meanwhile, &mut rung.problems)?;
        rung.letters = decision.letters();
        let books = almanac.books();
        if self.order.dry_run {
            let ids = books.names.schools.iter().map(str::to_owned);
            let schools = ids.zip(books.schools.iter().map(|school| school.name.clone()));
            let people = taken.people.iter().cloned();
            rung.composed = composed(setup, store, &rung.letters, people, schools.collect())?;
        }
        let Some(writer) = writer else { return Ok(()) };
        // A day on which no rule could open its sitting (its through day stood still) was looked at and changed nothing.
        let is_new =
            !taken.files.is_empty() || taken.gates.changed() || done.changed_anything() || decision.has_letters();
        if !is_new {
            rung.letters.clear();
            return Ok(());
        }
        rung.problems.extend(taken.gates.keep_bytes(&setup.home));
        let decided = keeping::Decided {
            night: done,
            decision,
            edits: edits.remember,
            problems: rung.problems.clone(),
        };
        rung.letters = writer.commit(decided, books)?;
        Ok(())
    }
}
