//! Starting lists, what readers of other areas learn, refusals, and the operator's report.

use std::collections::{BTreeMap, BTreeSet};

use super::{COUNSELOR, Outbox, PRINCIPAL, SPECIALIST, absent, listed, monday, news, students};
use crate::outbox::{
    Act, Content, FlagCount, Group, Kind, Letter, Listed, MOST_STUDENTS, News, OpenFlag, ReportLine, State,
    operator_report, post_lists,
};
use crate::school::{Area, Level};

#[test]
fn a_starting_list_names_twenty_five_and_tells_the_rest_as_counts() {
    let mut outbox = Outbox::new();
    let mut open: Vec<News> = (0..30)
        .map(|n| listed(absent(&format!("s{n:02}"), Level::Watch), ""))
        .collect();
    open.push(listed(absent("worst", Level::Urgent), ""));
    open.push(listed(
        news("s29", "tardies", "attendance", Level::Watch, COUNSELOR),
        "",
    ));
    assert_eq!(outbox.round(&open).len(), 1);
    let posted = outbox.posted[0].clone();
    assert_eq!(posted.letter.kind, Kind::StartingList);
    assert_eq!(posted.letter.content.entries.len(), MOST_STUDENTS);
    assert_eq!(posted.letter.content.entries[0].student_id, "worst");
    let count = |title: &str, students| FlagCount {
        title: title.to_owned(),
        level: Level::Watch,
        students,
    };
    assert_eq!(
        posted.letter.content.counts,
        [count("chronic absence", 6), count("tardies", 1)]
    );
    // All are told, so no letter follows; seven of the lines without a word about their student.
    assert_eq!(posted.told.len(), 32);
    assert_eq!(posted.told.iter().filter(|told| told.unwritten).count(), 7);
    assert_eq!(outbox.round(&open), []);
    outbox.send_all();
    assert_eq!(outbox.round(&open), []);
}

#[test]
fn whoever_leads_two_schools_has_a_list_for_each_and_neither_takes_the_place_of_the_other() {
    let mut outbox = Outbox::new();
    let of_school = |school: &str, students: &[&str]| -> Listed {
        let of_student = |student: &&str| {
            let mut news = news(student, "chronic_absence", "attendance", Level::Concern, PRINCIPAL);
            news.entry.school_id = school.to_owned();
            news.kind = Kind::TeamList;
            news
        };
        Listed {
            kind: Kind::TeamList,
            reader: PRINCIPAL,
            news: students.iter().map(of_student).collect(),
            content: Content::of(monday().plus(-3)),
        }
    };
    let round = |outbox: &mut Outbox, middle: &[&str]| -> usize {
        let lists = [of_school("H", &["1"]), of_school("M", middle)];
        let acts: Vec<Act> = outbox.with_desk(|desk| post_lists(lists.to_vec(), &outbox.posted, desk));
        outbox.carry_out(&acts);
        acts.len()
    };
    assert_eq!(round(&mut outbox, &["2"]), 2);
    assert_eq!(round(&mut outbox, &["2"]), 0);
    // The middle school's list waits and is written again; the high school's stays.
    assert_eq!(round(&mut outbox, &["2", "3"]), 1);
    let waiting: Vec<Vec<&str>> = outbox.waiting().into_iter().map(students).collect();
    assert_eq!(waiting, [vec!["1"], vec!["2", "3"]]);
    let ids: BTreeSet<&str> = outbox
        .posted
        .iter()
        .map(|each| each.letter.message_id.as_str())
        .collect();
    assert_eq!(ids.len(), 3, "no two letters share a Message-ID");
    // One school's list has left; the other's, met for the first time by a later round, is posted all the same.
    outbox.posted.truncate(1);
    outbox.send_all();
    assert_eq!(round(&mut outbox, &["2"]), 1);
}

#[test]
fn a_list_after_a_rule_edit_is_headed_by_the_change() {
    let mut outbox = Outbox::new();
    let change = "The district changed the rule \"chronic absence\".";
    outbox.round(&[
        listed(absent("1", Level::Concern), change),
        listed(absent("2", Level::Concern), change),
        listed(news("1", "tardies", "attendance", Level::Watch, COUNSELOR), ""),
        absent("3", Level::Concern),
    ]);
    let kinds: BTreeMap<Kind, &Content> = outbox
        .waiting()
        .into_iter()
        .map(|letter| (letter.kind, &letter.content))
        .collect();
    assert_eq!(kinds[&Kind::StartingList].headline, change);
    assert_eq!(kinds[&Kind::StartingList].entries.len(), 3);
    assert_eq!(kinds[&Kind::Nightly].headline, "");
    assert_eq!(kinds[&Kind::Nightly].entries.len(), 1);
    // A later round of the morning, no longer a baseline, leaves the waiting list as it is.
    let ordinary = [
        absent("1", Level::Concern),
        absent("2", Level::Concern),
        news("1", "tardies", "attendance", Level::Watch, COUNSELOR),
        absent("3", Level::Concern),
    ];
    assert_eq!(outbox.round(&ordinary), []);
}

#[test]
fn of_other_areas_a_reader_learns_only_whom_to_ask() {
    let mut outbox = Outbox::new();
    let flag = |area: &str, owner| OpenFlag {
        student_id: "1".to_owned(),
        area: Area(area.to_owned()),
        owner,
        rule: format!("{area}_rule"),
        title: area.to_owned(),
        level: Level::Concern,
        since: None,
        told: None,
    };
    outbox.flags = vec![
        flag("behavior", PRINCIPAL),
        flag("attendance", PRINCIPAL),
        flag("course", COUNSELOR),
    ];
    outbox.round(&[
        news("1", "core_failure", "course", Level::Concern, SPECIALIST),
        news("1", "low_average", "course", Level::Concern, SPECIALIST),
        news("2", "low_average", "course", Level::Concern, SPECIALIST),
        absent("1", Level::Concern),
    ]);
    let by_reader: BTreeMap<&str, &Letter> = outbox
        .waiting()
        .into_iter()
        .map(|letter| (letter.to_staff.as_str(), letter))
        .collect();
    let asks = |letter: &Letter| -> Vec<Vec<String>> {
        letter.content.entries.iter().map(|entry| entry.ask.clone()).collect()
    };
    let sentence = "another area is also flagged: ask Cleo Hart".to_owned();
    assert_eq!(asks(by_reader["m1"]), [vec![sentence], vec![], vec![]]);
    // The counselor may be told every area and needs to ask nobody.
    assert_eq!(asks(by_reader["c1"]), [Vec::<String>::new()]);
}

#[test]
fn a_refused_letter_told_nobody_and_is_not_tried_again_the_same_morning() {
    let mut outbox = Outbox::new();
    let open = [absent("1", Level::Concern)];
    outbox.round(&open);
    outbox.posted[0].letter.state = State::Refused;
    outbox.round(&open);
    assert_eq!(outbox.waiting()[0].morning, monday().plus(1));
}

fn line(text: &str) -> ReportLine {
    ReportLine {
        section: "feeds".to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn the_operator_reads_each_line_once_a_morning() {
    let mut outbox = Outbox::new();
    let report = |lines: &[ReportLine], outbox: &mut Outbox| {
        let address = "data.manager@district.example";
        let act = outbox.with_desk(|desk| operator_report(lines, None, address, &outbox.posted, desk));
        outbox.carry_out(act.as_slice());
        act.is_some()
    };
    let lines = [line("One row was not understood."), line("A file is late.")];
    assert!(!report(&[], &mut outbox));
    assert!(report(&lines[..1], &mut outbox));
    assert!(!report(&lines[..1], &mut outbox));
    assert!(report(&lines[1..], &mut outbox));
    let [letter] = outbox.waiting()[..] else {
        panic!("one report");
    };
    assert_eq!(letter.to_staff, "operator");
    assert_eq!(letter.address, "data.manager@district.example");
    assert_eq!(letter.content.report, lines);
    outbox.send_all();
    assert!(!report(&lines, &mut outbox));
    assert!(report(&[line("A rule was set aside.")], &mut outbox));
    assert_eq!(outbox.waiting()[0].content.report, [line("A rule was set aside.")]);
}

#[test]
fn whom_a_round_looked_at_is_said_beside_other_news_and_is_none_itself() {
    let mut outbox = Outbox::new();
    let report = |lines: &[ReportLine], looked_at: &str, outbox: &mut Outbox| {
        let beside = line(looked_at);
        let act =
            outbox.with_desk(|desk| operator_report(lines, Some(&beside), "op@district.example", &outbox.posted, desk));
        outbox.carry_out(act.as_slice());
        act.is_some()
    };
    let read = [line("attendance.csv was read.")];
    assert!(report(&read, "4 days", &mut outbox));
    assert_eq!(outbox.waiting()[0].content.report, [read[0].clone(), line("4 days")]);
    outbox.send_all();
    // The same rows in another order: other days are looked at again, and nothing is new.
    assert!(!report(&read, "2 days", &mut outbox));
    assert!(report(&[line("A file is late.")], "2 days", &mut outbox));
    assert_eq!(
        outbox.waiting()[0].content.report,
        [line("A file is late."), line("2 days")]
    );
}

#[test]
fn what_is_new_in_a_digest_is_named_or_follows_and_is_never_told_as_a_count() {
    let watched = |number: u32| {
        let mut news = absent(&format!("{number:03}"), Level::Watch);
        news.kind = Kind::Digest;
        news.entry.group = Group::Watched;
        news
    };
    let list = Listed {
        kind: Kind::Digest,
        reader: COUNSELOR,
        news: (0..30).map(watched).collect(),
        content: Content::of(monday()),
    };
    let acts = Outbox::new().with_desk(|desk| post_lists(vec![list], &[], desk));
    let [Act::Post { letter, told }] = acts.as_slice() else {
        panic!("one letter: {acts:?}")
    };
    assert_eq!((letter.content.entries.len(), letter.content.left_off), (25, 5));
    assert!(letter.content.counts.is_empty());
    assert_eq!(told.iter().filter(|told| !told.unwritten).count(), told.len());
    assert_eq!(told.len(), 25);
}
