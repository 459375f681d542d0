//! `[attendance]`, `[grades]` and `[behavior]`: what the district's codes, marks and types mean.

use std::collections::BTreeMap;

use super::section::{Found, Item, Section, number, one_of, text, texts, whole, yes};
use super::source::{MISSING, Source, VALUE, WHOLE_FILE, nearest};
use crate::school::{
    AttendanceMeaning, BehaviorMeaning, CodeMeaning, CoreGlobs, GradesMeaning, Periods, Rows, Scale, ScaleKind,
    TypeMeaning,
};

/// More periods in a day than this is a slip of the pen. Chosen by us.
const MOST_PERIODS: u32 = 40;
/// Marks below this fail where a scale of percents or letters says nothing: the usual edge of a passing D.
const FAILING_BELOW: f64 = 60.0;

pub(super) fn attendance(source: &mut Source<'_>, root: &mut Section<'_>) -> AttendanceMeaning {
    let mut meaning = AttendanceMeaning::default();
    let Some(mut section) = root.section(source, "attendance") else {
        let remedy = "add `[attendance]` and `[attendance.codes]` with what each code means";
        source.wrong(MISSING, WHOLE_FILE, "there is no `[attendance]`", remedy);
        return meaning;
    };
    let rows = &[("exceptions", Rows::Exceptions), ("all", Rows::All)];
    meaning.rows = section.optional(source, "rows", one_of(rows)).unwrap_or_default();
    meaning.periods = section.optional(source, "periods", periods).unwrap_or_default();
    if let Some(given) = section.optional(source, "periods_per_day", periods_per_day) {
        (meaning.periods_per_day, meaning.periods_per_day_by_school) = given;
    }
    if let Some(days) = section.optional(source, "silent_days", whole(1..=365)) {
        meaning.silent_days = days;
    }
    if let Some(days) = section.optional(source, "unverified_days", whole(0..=365)) {
        meaning.unverified_days = days;
    }
    match section.section(source, "codes") {
        Some(codes) => {
            meaning.codes = codes
                .into_items()
                .into_iter()
                .filter_map(|item| code(source, &item))
                .collect()
        }
        None => {
            let remedy = "add `[attendance.codes]` with a line for each code, such as `A = { absent = 1 }`";
            source.wrong(MISSING, section.span.clone(), "`[attendance]` has no `codes`", remedy);
        }
    }
    section.finish(source);
    meaning
}

fn periods(source: &mut Source<'_>, key: &str, value: &toml::Spanned<toml::de::DeValue<'_>>) -> Option<Periods> {
    let found = text(source, key, value)?;
    match found.value.as_str() {
        "fraction" => Some(Periods::Fraction),
        "majority" => Some(Periods::Majority),
        // A homeroom may bear any name, but hardly one that is a letter away from these two words.
        name => match nearest(name, ["fraction", "majority"]) {
            Some(near) => {
                let message = format!("`periods` cannot be `{name}`");
                source.wrong(VALUE, found.span, message, format!("did you mean `{near}`?"));
                None
            }
            None if name.trim().is_empty() => {
                let remedy = "write `fraction`, `majority` or the name of the homeroom period";
                source.wrong(VALUE, found.span, "`periods` is empty", remedy);
                None
            }
            None => Some(Periods::Homeroom(name.to_owned())),
        },
    }
}

type PerDay = (Option<u32>, BTreeMap<String, u32>);

/// `7`, or `{ default = 7, 1044 = 8 }` with school ids.
fn periods_per_day(source: &mut Source<'_>, key: &str, value: &toml::Spanned<toml::de::DeValue<'_>>) -> Option<PerDay> {
    if value.get_ref().is_integer() {
        let all = whole(1..=MOST_PERIODS)(source, key, value)?;
        return Some((Some(all), BTreeMap::new()));
    }
    let section = Section::of(source, key, value)?;
    let mut default = None;
    let mut by_school = BTreeMap::new();
    for item in section.into_items() {
        let Some(count) = whole(1..=MOST_PERIODS)(source, item.key, item.value) else {
            continue;
        };
        match item.key {
            "default" => default = Some(count),
            school => {
                by_school.insert(school.to_owned(), count);
            }
        }
    }
    Some((default, by_school))
}

fn code(source: &mut Source<'_>, item: &Item<'_>) -> Option<(String, CodeMeaning)> {
    let name = format!("[attendance.codes] {}", item.key);
    let mut section = Section::of(source, &name, item.value)?;
    let absent = section.optional(source, "absent", number(0.0..=1.0)).unwrap_or(0.0);
    let mut flag = |key| section.optional(source, key, yes);
    let meaning = CodeMeaning {
        absent: (absent * 1_000_000.0).round() as u32,
        excused: flag("excused").unwrap_or(false),
        suspended: flag("suspended").unwrap_or(false),
        unverified: flag("unverified").unwrap_or(false),
        tardy: flag("tardy").unwrap_or(false),
        counts: flag("counts").unwrap_or(true),
    };
    section.finish(source);
    contradictions(source, item, &meaning);
    Some((item.key.to_owned(), meaning))
}

/// Notes flags of which one has no effect beside another; the numbers are defined all the same.
fn contradictions(source: &mut Source<'_>, item: &Item<'_>, meaning: &CodeMeaning) {
    let mut note = |message: &str, remedy: &str| {
        let message = format!("code `{}` {message}", item.key);
        source.note("config-code-contradicts", item.value.span(), message, remedy);
    };
    if meaning.unverified && meaning.excused {
        note(
            "is excused and unverified at once: excused counts",
            "leave one of the two out",
        );
    }
    if !meaning.counts && meaning.absent > 0 {
        note(
            "is absent on a day that does not count",
            "leave out `absent`, or `counts = false`",
        );
    }
}

pub(super) fn grades(source: &mut Source<'_>, root: &mut Section<'_>) -> GradesMeaning {
    let mut meaning = GradesMeaning::default();
    let Some(mut section) = root.section(source, "grades") else {
        return meaning;
    };
    if let Some(mut core) = section.section(source, "core") {
        meaning.core = CoreGlobs {
            math: words(core.optional(source, "math", texts)),
            ela: words(core.optional(source, "ela", texts)),
        };
        core.finish(source);
    }
    let scales = section.sections(source, "scale");
    for section in scales {
        let span = section.span.clone();
        let Some(scale) = scale(source, section) else { continue };
        if let Some(earlier) = meaning.scales.iter().position(|earlier| takes_all(earlier, &scale)) {
            let message = format!(
                "this scale is never used: scale {} takes all that it is for",
                earlier + 1
            );
            let remedy = "the first that matches is used: put the narrower scale first";
            source.note("config-unused-scale", span, message, remedy);
        }
        meaning.scales.push(scale);
    }
    section.finish(source);
    meaning
}

/// Whether every mark that the later scale is for is taken by the earlier one.
fn takes_all(earlier: &Scale, later: &Scale) -> bool {
    let grades = match (earlier.grades, later.grades) {
        (None, _) => true,
        (Some(range), Some(later)) => range.holds(later.low) && range.holds(later.high),
        (Some(_), None) => false,
    };
    // An empty list is every school, every subject.
    let all_of = |earlier: &[String], later: &[String]| {
        earlier.is_empty() || (!later.is_empty() && later.iter().all(|each| earlier.contains(each)))
    };
    grades && all_of(&earlier.schools, &later.schools) && all_of(&earlier.subjects, &later.subjects)
}

fn scale(source: &mut Source<'_>, mut section: Section<'_>) -> Option<Scale> {
    let kinds = &[
        ("percent", ScaleKind::Percent),
        ("letters", ScaleKind::Letters),
        ("levels", ScaleKind::Levels),
    ];
    let grades = section.optional(source, "grades", text);
    let grades = grades.and_then(|found| super::routes::grade_range(source, &found));
    let schools = words(section.optional(source, "schools", texts));
    let subjects = words(section.optional(source, "subjects", texts));
    let kind = section.required(source, "kind", one_of(kinds), "kind = \"percent\"");
    let failing_below = section.optional(source, "failing_below", number(0.0..=100.0));
    let letters = section
        .section(source, "letters")
        .map(Section::into_items)
        .unwrap_or_default();
    let letters: BTreeMap<String, f64> = letters
        .into_iter()
        .filter_map(|item| Some((item.key.to_owned(), number(0.0..=110.0)(source, item.key, item.value)?)))
        .collect();
    let no_mark = words(section.optional(source, "no_mark", texts));
    let span = section.span.clone();
    section.finish(source);
    let kind = kind?;
    if kind == ScaleKind::Letters && letters.is_empty() {
        let remedy = "add `letters = { A = 95, B = 85, C = 75, D = 65, F = 50 }`";
        source.wrong(MISSING, span.clone(), "a scale of letters has no `letters`", remedy);
    }
    if kind == ScaleKind::Levels && failing_below.is_none() {
        let remedy = "add `failing_below = 2`: the level below which a mark fails";
        source.wrong(MISSING, span, "a scale of levels has no `failing_below`", remedy);
    }
    Some(Scale {
        grades,
        schools,
        subjects,
        kind,
        failing_below: failing_below.unwrap_or(FAILING_BELOW),
        letters,
        no_mark,
    })
}

pub(super) fn behavior(source: &mut Source<'_>, root: &mut Section<'_>) -> BehaviorMeaning {
    let default_roles = ["", "offender", "perpetrator"].map(str::to_owned).to_vec();
    let mut meaning = BehaviorMeaning {
        offender_roles: default_roles,
        ..BehaviorMeaning::default()
    };
    let Some(mut section) = root.section(source, "behavior") else {
        return meaning;
    };
    meaning.suspensions = words(section.optional(source, "suspensions", texts));
    if let Some(roles) = section.optional(source, "offender_roles", texts) {
        meaning.offender_roles = words(Some(roles));
    }
    let types = section
        .section(source, "types")
        .map(Section::into_items)
        .unwrap_or_default();
    meaning.types = types
        .into_iter()
        .filter_map(|item| incident_type(source, &item))
        .collect();
    section.finish(source);
    meaning
}

fn incident_type(source: &mut Source<'_>, item: &Item<'_>) -> Option<TypeMeaning> {
    let mut section = Section::of(source, &format!("[behavior.types] {}", item.key), item.value)?;
    let meaning = TypeMeaning {
        glob: item.key.to_owned(),
        counts: section.optional(source, "counts", yes).unwrap_or(true),
        drop: section.optional(source, "drop", yes).unwrap_or(false),
    };
    section.finish(source);
    Some(meaning)
}

fn words(found: Option<Vec<Found<String>>>) -> Vec<String> {
    found.unwrap_or_default().into_iter().map(|word| word.value).collect()
}
