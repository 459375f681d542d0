//! Words that cells are made of, by the kind of column that they give away. Data: a district's own word is one more entry.

#[rustfmt::skip]
pub(super) const ATTENDANCE: &[&str] = &[
    "absent", "absence", "tardy", "present", "excused", "unexcused", "attendance", "truant", "late", "dismiss",
    "departure",
];
#[rustfmt::skip]
pub(super) const TERMS: &[&str] = &[
    "fall", "spring", "winter", "summer", "semester", "quarter", "trimester", "full year", "school year",
    "six weeks", "nine weeks",
    "marking period", "grading period",
];
#[rustfmt::skip]
pub(super) const SUBJECTS: &[&str] = &[
    "math", "english", "ela", "reading", "science", "social", "history", "algebra", "geometry", "biology", "art",
    "music", "physical", "health", "spanish", "language", "chemistry", "physics", "literature", "civics", "world",
    "composition", "calculus", "economics", "band", "writing", "computer",
];
#[rustfmt::skip]
pub(super) const ROLES: &[&str] = &[
    "teacher", "counselor", "principal", "admin", "coach", "specialist", "nurse", "liaison", "social worker",
    "psychologist", "case_manager", "case manager", "interventionist", "dean", "aide", "para", "proctor",
    "attendance", "mtss", "registrar", "secretary",
];
#[rustfmt::skip]
pub(super) const AREAS: &[&str] = &[
    "attendance", "course", "behavior", "behaviour", "combined", "context", "academic", "math", "reading", "ela",
    "social", "literacy", "sel",
];
#[rustfmt::skip]
pub(super) const PARTS: &[&str] = &[
    "offender", "perpetrator", "victim", "witness", "reporter", "participant", "bystander", "aggressor", "target",
];
#[rustfmt::skip]
pub(super) const BEHAVIORS: &[&str] = &[
    "fight", "defian", "disrupt", "disrespect", "bully", "harass", "theft", "vandal", "tobacco", "vap", "drug",
    "alcohol", "weapon", "hit", "assault", "threat", "language", "skip", "truan", "tardi", "cheat", "dress", "minor",
    "major", "insubord", "offense", "conduct", "violation", "phone", "robbery", "physical", "verbal", "aggress",
];
#[rustfmt::skip]
pub(super) const ACTIONS: &[&str] = &[
    "suspen", "oss", "iss", "detention", "expul", "warning", "conference", "parent", "call", "removal", "referral",
    "restor", "counsel", "community service", "probation", "loss of", "no action",
];
#[rustfmt::skip]
pub(super) const DAYS: &[&str] = &[
    "instruction", "holiday", "weather", "teacher", "make up", "break", "vacation", "school day", "no school",
    "workday", "in service", "weekend", "strike", "early", "emergency",
];
#[rustfmt::skip]
pub(super) const CONTACTS: &[&str] = &[
    "call", "phone", "email", "letter", "visit", "voicemail", "meeting", "conference", "text", "in person", "sms",
    "home",
];
#[rustfmt::skip]
pub(super) const PROGRAMS: &[&str] = &[
    "iep", "504", "el", "ell", "esl", "sped", "sp ed", "lep", "gate", "gifted", "title", "mckinney", "homeless",
    "foster", "migrant", "ap", "avid", "rsp", "speech",
];
#[rustfmt::skip]
pub(super) const MARK_KINDS: &[&str] = &[
    "progress", "final", "midterm", "mid term", "semester", "exam", "quarter", "interim", "grading period", "posted",
    "report card", "term",
];
#[rustfmt::skip]
pub(super) const SCHOOLS: &[&str] = &[
    "school", "elementary", "high", "middle", "academy", "junior", "primary", "center", "learning", "charter",
    "magnet",
];
#[rustfmt::skip]
pub(super) const SEVERITIES: &[&str] = &[
    "minor", "major", "low", "medium", "high", "moderate", "severe", "level",
];

/// Common first names of American students and staff, to tell a first from a last name where no header does.
pub(super) const FIRST_NAMES: &str = " james john robert michael william david richard joseph thomas charles daniel matthew anthony mark paul steven \
andrew kenneth joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin \
scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron jose adam nathan henry douglas zachary \
peter kyle ethan walter noah jeremy christian keith roger terry austin sean gerald carl dylan harold jordan jesse bryan lawrence arthur \
gabriel bruce logan billy joe alan juan elijah willie albert wayne randy mason vincent liam roy ralph bobby russell bradley philip eugene \
mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna \
michelle carol amanda melissa deborah stephanie dorothy rebecca sharon laura cynthia amy kathleen angela shirley brenda emma anna pamela \
nicole samantha katherine christine helen debra rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth virginia \
lauren kelly christina joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria sara janice ann kathryn abigail \
sophia frances jean alice judy isabella julia grace amber denise danielle marilyn beverly charlotte natalie theresa diana brittany doris \
kayla alexis lori marie ava mia chloe zoe lily ella aiden lucas carter owen luis carlos miguel jesus diego mateo sofia camila valentina \
tyrone jamal aaliyah imani malik fatima omar ahmed wei ming priya arjun ada ben cal dee eve finn gus hal ivy jo kim leo max ned ora pam quinn \
rosa sam tess uma vic wes xena yara zack mateo luna isaac caleb levi wyatt nora hazel aria stella violet ruby elena ";
