//! One student's one day: all its rows at the home school become one reading.

use crate::facts::{Attendance, AttendanceRow, Books, CodeIx, PeriodIx, SchoolIx, WHOLE};
use crate::school::{Meaning, Periods, Rows};

use super::codes::{Codes, Kind, WHOLE_PART, Weighed};

/// An enrolled day as numbers, in thousandths of a day; every part is rounded half up once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayFact {
    /// The part absent, 0 to 1000.
    pub absent: u16,
    /// The part of it that is excused.
    pub excused: u16,
    /// The part of it that is unexcused while nothing unverified has ripened.
    pub unexcused: u16,
    /// The part of it that is unexcused once what is unverified has ripened.
    pub ripe: u16,
    /// Came late, and not absent all day.
    pub tardy: bool,
    /// Some of it is a suspension.
    pub suspended: bool,
}

impl DayFact {
    /// Whether some of it still waits to be verified, until it ripens.
    pub fn is_pending(&self) -> bool {
        self.ripe != self.unexcused
    }
}

/// What a day's rows say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayReading {
    /// The day counts.
    Counts(DayFact),
    /// The rows take the day out of the denominator.
    Uncounted,
    /// The only rows are of codes in no table.
    NotUnderstood,
    /// Period rows that cannot be weighed, for nobody said how many periods a day has.
    Unweighed,
    /// No row, where every day needs one.
    NoRow,
}

/// How this district's rows become a day.
#[derive(Clone, Debug)]
pub(crate) struct DayReader {
    pub(crate) codes: Codes,
    pub(crate) rows: Rows,
    majority: bool,
    /// The homeroom's number where it alone counts; `Some(None)` where no row ever named it.
    homeroom: Option<Option<PeriodIx>>,
    /// Periods a day by school, for period rows in exceptions form.
    periods_per_day: Vec<Option<u32>>,
    /// By a lane's byte (0 is no row, else a code's number plus one): what a day with that alone is.
    by_byte: [PlainDay; 256],
}

/// A day with one row for the whole day, or none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PlainDay {
    pub(crate) fact: DayFact,
    pub(crate) counts: bool,
    pub(crate) is_pending: bool,
    /// Whether it counts and says nothing else: the student was there in time.
    pub(crate) is_dull: bool,
}

/// The heaps into which a day's parts fall, in [`WHOLE_PART`]s of a period.
#[derive(Clone, Copy, Debug, Default)]
struct Heaps {
    excused: u64,
    suspended: u64,
    unverified: u64,
    unexcused: u64,
    tardy: bool,
    any_suspended: bool,
}

impl Heaps {
    fn add(&mut self, row: &Weighed) {
        let heap = match row.kind() {
            Kind::Excused => &mut self.excused,
            Kind::Suspended => &mut self.suspended,
            Kind::Unverified => &mut self.unverified,
            Kind::Unexcused => &mut self.unexcused,
        };
        *heap += row.part;
        self.tardy |= row.meaning.tardy;
        self.any_suspended |= row.meaning.suspended && row.part > 0;
    }

    /// Periods of a day of so many, and portions of that day beside them.
    fn and(self, portions: Heaps, periods: u64) -> Heaps {
        // More than the day is no more than the day.
        let beside = |missed: u64, portion: u64| missed + portion.min(WHOLE_PART) * periods;
        Heaps {
            excused: beside(self.excused, portions.excused),
            suspended: beside(self.suspended, portions.suspended),
            unverified: beside(self.unverified, portions.unverified),
            unexcused: beside(self.unexcused, portions.unexcused),
            tardy: self.tardy || portions.tardy,
            any_suspended: self.any_suspended || portions.any_suspended,
        }
    }

    fn total(&self) -> u64 {
        self.excused + self.suspended + self.unverified + self.unexcused
    }

    /// The day as the fraction of its periods: what exceeds the day is cut from the gravest end.
    fn as_fraction(self, periods: u64) -> DayFact {
        let day = periods * WHOLE_PART;
        let excused = self.excused.min(day);
        let suspended = self.suspended.min(day - excused);
        let rest = day - excused - suspended;
        let unverified = self.unverified.min(rest);
        let unexcused = self.unexcused.min(rest - unverified);
        let absent = thousandths(excused + suspended + unverified + unexcused, day);
        DayFact {
            absent,
            excused: thousandths(excused, day),
            unexcused: thousandths(unexcused, day),
            ripe: thousandths(unverified + unexcused, day),
            tardy: self.tardy && absent < 1000,
            suspended: self.any_suspended,
        }
    }

    /// The day as all or nothing: all when at least half of its periods are absent. Then unexcused when at least half of
    /// the absent part is; still unverified when it would be with the unverified part; else excused or suspended,
    /// whichever is more.
    fn as_majority(self, periods: u64) -> DayFact {
        let total = self.total();
        if total == 0 || 2 * total < periods * WHOLE_PART {
            return DayFact {
                tardy: self.tardy,
                ..DayFact::default()
            };
        }
        let unexcused = 2 * self.unexcused >= total;
        let ripe = 2 * (self.unexcused + self.unverified) >= total;
        DayFact {
            absent: 1000,
            excused: if !ripe && self.excused >= self.suspended {
                1000
            } else {
                0
            },
            unexcused: if unexcused { 1000 } else { 0 },
            ripe: if ripe { 1000 } else { 0 },
            tardy: false,
            suspended: self.any_suspended,
        }
    }
}

/// Rounds a fraction half up to thousandths.
fn thousandths(part: u64, whole: u64) -> u16 {
    // In 128 bits: a school that claims ten thousand periods a day must not overflow.
    let (part, whole) = (u128::from(part), u128::from(whole));
    ((2000 * part + whole) / (2 * whole)) as u16
}

/// The gravest row of one period.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    period: PeriodIx,
    row: Weighed,
}

impl DayReader {
    pub(crate) fn new(books: &Books, meaning: &Meaning) -> DayReader {
        let attendance = &meaning.attendance;
        let homeroom = match &attendance.periods {
            Periods::Homeroom(name) => Some(books.names.periods.get(name).map(|number| PeriodIx(number as u16))),
            _ => None,
        };
        let schools = books.names.schools.iter();
        let mut reader = DayReader {
            codes: Codes::new(books, meaning),
            rows: attendance.rows,
            majority: attendance.periods == Periods::Majority,
            homeroom,
            periods_per_day: schools
                .map(|id| {
                    attendance
                        .periods_per_day_by_school
                        .get(id)
                        .copied()
                        .or(attendance.periods_per_day)
                })
                .collect(),
            by_byte: [PlainDay::default(); 256],
        };
        for byte in 0..=u8::MAX {
            reader.by_byte[usize::from(byte)] = reader.plain(byte);
        }
        reader
    }

    /// Plain days by a lane's byte.
    pub(crate) fn by_byte(&self) -> &[PlainDay; 256] {
        &self.by_byte
    }

    fn plain(&self, byte: u8) -> PlainDay {
        let row = byte.checked_sub(1).map(|code| AttendanceRow {
            day: 0,
            school: SchoolIx(0),
            period: PeriodIx::WHOLE_DAY,
            code: CodeIx(u16::from(code)),
            portion: WHOLE,
        });
        // The school decides nothing about a row for the whole day.
        match self.read(SchoolIx(0), row.into_iter(), &mut Vec::new()) {
            DayReading::Counts(fact) => PlainDay {
                fact,
                counts: true,
                is_pending: fact.is_pending(),
                is_dull: [fact.absent, fact.excused, fact.ripe] == [0; 3] && !fact.tardy && !fact.is_pending(),
            },
            _ => PlainDay::default(),
        }
    }

    /// The reading of a day without any row.
    pub(crate) fn empty(&self) -> DayReading {
        match self.rows {
            Rows::Exceptions => DayReading::Counts(DayFact::default()),
            Rows::All => DayReading::NoRow,
        }
    }

    /// The rows of a student on a day at a school.
    pub(crate) fn rows_of(
        attendance: &Attendance,
        school: SchoolIx,
        day: u16,
    ) -> impl Iterator<Item = AttendanceRow> + '_ {
        let in_lanes = attendance.lanes().iter().filter(move |lane| lane.school == school);
        let in_lanes = in_lanes.filter_map(move |lane| {
            lane.code(day).map(|code| AttendanceRow {
                day,
                school,
                period: lane.period,
                code,
                portion: WHOLE,
            })
        });
        let beside = attendance.odd().iter().copied();
        in_lanes.chain(beside.filter(move |row| row.school == school && row.day == day))
    }

    /// Reads all rows of one student, school and day. `cells` is room to work in, whatever it holds.
    pub(crate) fn read(
        &self,
        school: SchoolIx,
        rows: impl Iterator<Item = AttendanceRow>,
        cells: &mut Vec<Cell>,
    ) -> DayReading {
        cells.clear();
        let mut not_understood = false;
        for row in rows.filter(|row| self.matters(row.period)) {
            let Some(weighed) = self.codes.weigh(&row) else {
                not_understood = true;
                continue;
            };
            match cells.iter_mut().find(|cell| cell.period == row.period) {
                Some(cell) => cell.row = cell.row.graver(weighed),
                None => cells.push(Cell {
                    period: row.period,
                    row: weighed,
                }),
            }
        }
        if cells.is_empty() {
            return if not_understood {
                DayReading::NotUnderstood
            } else {
                self.empty()
            };
        }
        self.weigh(school, cells)
    }

    /// Whether rows of single periods at a school say how much of a day they are.
    pub(crate) fn knows_periods(&self, school: SchoolIx) -> bool {
        let known = self
            .periods_per_day
            .get(usize::from(school.0))
            .is_some_and(Option::is_some);
        self.rows == Rows::All || self.homeroom.is_some() || known
    }

    fn matters(&self, period: PeriodIx) -> bool {
        match self.homeroom {
            None => true,
            Some(homeroom) => period == PeriodIx::WHOLE_DAY || Some(period) == homeroom,
        }
    }

    /// One reading from the gravest understood row of each period; there is at least one.
    fn weigh(&self, school: SchoolIx, cells: &[Cell]) -> DayReading {
        let whole = cells.iter().find(|cell| cell.period == PeriodIx::WHOLE_DAY);
        // With a homeroom all that is left is its row, and it stands for the day as a whole-day row does.
        let alone = whole.or(cells.first().filter(|_| self.homeroom.is_some()));
        if let Some(cell) = alone {
            if !cell.row.meaning.counts {
                return DayReading::Uncounted;
            }
            let mut heaps = Heaps::default();
            heaps.add(&cell.row);
            return DayReading::Counts(heaps.as_fraction(1));
        }
        self.weigh_periods(school, cells)
    }

    fn weigh_periods(&self, school: SchoolIx, cells: &[Cell]) -> DayReading {
        // A row that says its portion says it of the day; one that does not is a whole period, one of the day's.
        let (mut periods_missed, mut portions) = (Heaps::default(), Heaps::default());
        let mut counting = 0;
        for cell in cells.iter().filter(|cell| cell.row.meaning.counts) {
            counting += 1;
            let heaps = if cell.row.is_portion {
                &mut portions
            } else {
                &mut periods_missed
            };
            heaps.add(&cell.row);
        }
        if counting == 0 {
            return DayReading::Uncounted;
        }
        let periods = match self.rows {
            Rows::All => counting,
            Rows::Exceptions => {
                let configured = self.periods_per_day.get(usize::from(school.0)).copied().flatten();
                // Where no whole period was missed, such as by a tardy alone, it does not matter how many there are.
                let needless = (periods_missed.total() == 0).then_some(1);
                let Some(configured) = configured.or(needless) else {
                    return DayReading::Unweighed;
                };
                // A period that does not count is taken out; those that count are never fewer than one.
                let uncounted = (cells.len() as u64).saturating_sub(counting);
                u64::from(configured).saturating_sub(uncounted).max(1)
            }
        };
        let heaps = periods_missed.and(portions, periods);
        DayReading::Counts(if self.majority {
            heaps.as_majority(periods)
        } else {
            heaps.as_fraction(periods)
        })
    }
}
