//! The words that headers are made of, and what each stands for. Data: a district's own word is one more entry here.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// A concept first, then the words and abbreviations under which systems write it.
const CONCEPTS: &str = "
student: stu stud std stdnt studnt studt pupil learner child kid scholar
id: ids ident identifier identification idnt number num no nbr nr numb key uid guid uuid ref reference oid badge
perm: permanent permnum lasid sasid ssid suid usid studentno
local: lcl
state: st
other:
user: usr person account member
unique: uniq
first: given forename fst frst
last: surname family lst
name: nm nme
title: ttl
description: desc descr descrip dscr label text
full: complete whole
display:
middle: mid mi
preferred: pref nick nickname
grade: grd gr grde grades
level: lvl lev year_level
school: sch schl skl entity scool schoo bldg building campus site org orgs organization organisation institution facility education edorg education educat
entry: enr enter entered entering admit admitted admission enrolled enroll enrol enrollment enrolment enrl registration registered reg
start: begin beginning begins began starts strt since effective eff opens opening
from: frm
exit: exited withdraw withdrew withdrawal withdrawn wd wdrl wdraw left leave leaving leaver drop dropped departure
end: ends ended ending until finish stop stops close closing expire expires expiration
to: thru through
date: dt dte dat
day: dy
days: dys
time: timestamp
location: place where
program: prog prgm programme programs progs
service: svc srvc services
homeroom: hr hmrm hrm advisory homerm hroom hmroom advisor homeroomteacher
attendance: att atd attnd attend atten attn absence abs absent absnt absences attendances
tardy: tardies late
excused: exc excuse
code: cd cde codes
type: typ kind knd category cat categ classification
status: stat sts
reason: rsn
event: evt events
period: per pd prd prds block hour
portion: fraction prtn equivalent equiv share part proportion
duration: dur length len lngth
value: val amount amt
minutes: mins min minute
course: crs crse cours class cls section sec sect courses
subject: subj sbj sub_ject department dept content
academic:
term: gtm tm trm trms session sessn quarter qtr qrtr semester sem smstr trimester tri mp gp bucket storecode reporting_period
marking: grading reporting
mark: mrk marks score scr scores percent pct percentage prcnt average avg result points
letter: ltr alpha
numeric: numerical
earned: received
final: fin
progress: interim
missing: msng miss missed outstanding
work: assignment assignments asgn assign assmt homework hw tasks
staff: stf teacher tchr teach employee emp educator instructor faculty personnel adult provider worker
counselor: counsellor couns cnslr cnsl
case: 
manager: mgr
email: mail eml electronicmail electronic
address: addr
role: rol roles
job: position post
incident: inc incdnt incid referral refrl occurrence
discipline: disc dscpln disciplinary dis disp conduct
behavior: behaviour behav beh bhv behvr offense offence infraction violation misconduct
participation: participant partic involvement involved
action: dsp act actn disposition consequence resolution penalty sanction response actions
removed: removal
suspended: suspension susp
severity: sev seriousness svrty
area: areas domain focus
alphabet: alpha_split split range
capacity: cap
limit: max maximum
away: absentee out
substitute: backup stand standin delegate replacement cover stand_in
intervention: interv intrvn intrvntn interventions plan support
tier: tr
planned: scheduled pln sched
held: completed delivered actual done attended
sessions: sess sessns meetings visits
dosage: dose
goal: objective target
contact: cntct contacted communication comm outreach
method: mode medium
group: grp subgroup groups
outcome: outcm
measure: metric indicator
calendar: cal
instructional: instruction instr instruct
primary: main prim
core: 
caseload: caseloads
abbreviation: abbr abbrev short
year: yr
teacherofrecord: tor
birth: dob birthdate birthday born
gender: sex
race: ethnicity ethnic hispanic latino
lunch: frl frpl meal
phone: telephone tel mobile cell sms
street: city zip postal county
comment: comments note notes remark remarks memo
login: username
password: pwd
guardian: parent mother father
created: updated modified lastmodified modifieddate
gpa: 
credit: credits crd
weight: wt
count: cnt tally total
return: returned returns
relation: relationship relationshiptype
log: logs
strategy: strategies
flag: flags
";

/// Words that say nothing about which column a header is.
const NOISE: &str = "the of for a an in is on by and sis export exp extract extr data col column field fld str txt varchar raw src source \
sourced district dist dst current curr cur new old my our this x xx z tbl table table1 custom value_of rpt report item record rec row \
assigned ext metadata daily descriptor lookup lkp ps ic sky syn aeries xf udf view detail details dtl user_defined local";

/// Short forms that stand for several words.
const PHRASES: &[(&str, &[&str])] = &[
    ("fname", &["first", "name"]),
    ("firstnm", &["first", "name"]),
    ("lname", &["last", "name"]),
    ("lastnm", &["last", "name"]),
    ("surname", &["last", "name"]),
    ("forename", &["first", "name"]),
    ("fn", &["first", "name"]),
    ("ln", &["last", "name"]),
    ("mname", &["middle", "name"]),
    ("lfm", &["full", "name"]),
    ("sid", &["student", "id"]),
    ("stuid", &["student", "id"]),
    ("stid", &["student", "id"]),
    ("pid", &["person", "id"]),
    ("permid", &["perm", "id"]),
    ("permnum", &["perm", "id"]),
    ("studentno", &["student", "id"]),
    ("sc", &["school", "id"]),
    ("sn", &["student", "id"]),
    ("crsid", &["course", "id"]),
    ("cn", &["course", "id"]),
    ("mp", &["term"]),
    ("gp", &["term"]),
    ("eid", &["employee", "id"]),
    ("tid", &["teacher", "id"]),
    ("edorgid", &["school", "id"]),
    ("homeroomteacher", &["homeroom"]),
    ("stdt", &["start", "date"]),
    ("enddt", &["end", "date"]),
    ("doa", &["date", "attendance"]),
    ("yearlevel", &["grade", "level"]),
    ("standin", &["substitute"]),
    ("storecode", &["term"]),
    ("lastfirst", &["full", "name"]),
    ("fnm", &["first", "name"]),
    ("lnm", &["last", "name"]),
    // Synergy's own number; elsewhere `SIS` is but a prefix.
    ("sisnumber", &["student", "id"]),
    ("sisnum", &["student", "id"]),
    ("sisid", &["student", "id"]),
    // The two letters of Aeries' fields.
    ("al", &["attendance"]),
    ("ed", &["entry", "date"]),
    ("ld", &["exit", "date"]),
    ("sd", &["start", "date"]),
    ("em", &["email"]),
    ("m1", &["mark"]),
    ("ti", &["title"]),
    ("scl", &["school", "id"]),
    ("hsid", &["school", "id"]),
];

/// The concepts of all words, by word.
pub(super) fn dictionary() -> &'static FxHashMap<&'static str, &'static str> {
    static WORDS: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = FxHashMap::default();
        for line in CONCEPTS.lines() {
            let Some((concept, others)) = line.split_once(':') else {
                continue;
            };
            for word in others.split_whitespace().chain([concept]) {
                words.insert(word, concept);
            }
        }
        words
    })
}

/// Whether a word says nothing.
pub(super) fn is_noise(word: &str) -> bool {
    NOISE.split_whitespace().any(|noise| noise == word)
}

/// The words that a short form stands for.
pub(super) fn phrase(word: &str) -> Option<&'static [&'static str]> {
    PHRASES
        .iter()
        .find(|(short, _)| *short == word)
        .map(|(_, words)| *words)
}

/// How much a concept says: `id`, `name` and the like stand in many headers.
pub(super) fn weight(concept: &str) -> f64 {
    match concept {
        "id" | "code" | "type" | "date" | "name" | "value" | "day" | "title" | "description" | "status" => 0.6,
        "full" | "display" | "state" | "unique" | "user" | "other" | "year" | "academic" | "reason" | "earned"
        | "time" | "preferred" | "numeric" | "address" => 0.4,
        _ => 1.0,
    }
}
