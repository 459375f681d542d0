//! How districts and systems write headers: words shortened, parted, glued; columns under the names of the systems that we know.

/// Words as people shorten them.
const SHORT: [(&str, &str); 30] = [
    ("student", "stu"),
    ("school", "sch"),
    ("date", "dt"),
    ("code", "cd"),
    ("attendance", "att"),
    ("grade", "gr"),
    ("name", "nm"),
    ("course", "crs"),
    ("period", "per"),
    ("subject", "subj"),
    ("term", "trm"),
    ("staff", "stf"),
    ("first", "f"),
    ("last", "l"),
    ("incident", "inc"),
    ("action", "act"),
    ("intervention", "interv"),
    ("program", "prog"),
    ("homeroom", "hr"),
    ("category", "cat"),
    ("description", "desc"),
    ("identifier", "id"),
    ("discipline", "disc"),
    ("behavior", "beh"),
    ("event", "evt"),
    ("type", "typ"),
    ("level", "lvl"),
    ("begin", "beg"),
    ("missing", "msng"),
    ("number", "no"),
];

/// Canonical headers as other systems write them; each file takes one row of names per turn.
pub(super) const OTHERS: [(&str, [&str; 4]); 49] = [
    (
        "student_id",
        ["Student Number", "Perm ID", "StudentUniqueId", "stu_lcl_id"],
    ),
    // A column's name with its table goes before the name alone.
    ("schools.name", ["School Name", "SchoolName", "Title", "sch_nm"]),
    ("staff.name", ["Name", "FullName", "Staff Name", "display_nm"]),
    ("staff.role", ["Role", "StaffRole", "Job Title", "position_cd"]),
    ("caseload.role", ["Role", "StaffRole", "Job Title", "position_cd"]),
    ("school_id", ["School", "SchoolCode", "Bldg", "sch_num"]),
    ("first_name", ["First Name", "FName", "StudentFirst", "given_nm"]),
    ("last_name", ["Last Name", "LName", "StudentLast", "surname"]),
    ("grade", ["Grade Level", "Gr", "GRD", "grade_lvl"]),
    ("entry_date", ["Entry Date", "EnrollDate", "Enter Dt", "admit_dt"]),
    ("exit_date", ["Exit Date", "WithdrawDate", "Leave Dt", "wd_dt"]),
    ("programs", ["Program Codes", "Programs", "Services", "prgm"]),
    ("homeroom", ["Homeroom", "HR", "Home Room", "advisory"]),
    ("date", ["Date", "EventDate", "Att Dt", "calendar_dt"]),
    ("code", ["Attendance Code", "AttCode", "Att Type", "absence_cd"]),
    ("period", ["Period", "Per", "Block", "prd"]),
    (
        "portion",
        ["Portion of Day", "DayFraction", "Absence Value", "att_value"],
    ),
    ("course_id", ["Course Number", "CourseCode", "Crs ID", "class_id"]),
    ("course_name", ["Course Title", "CourseName", "Crs Desc", "class_name"]),
    ("subject", ["Subject Area", "Subject", "Dept", "subj"]),
    ("term", ["Marking Period", "Term", "Store Code", "trm"]),
    ("mark", ["Mark", "LetterGrade", "Percent", "final_grd"]),
    ("kind", ["Grade Type", "MarkType", "Type", "grade_typ"]),
    (
        "missing_work",
        ["Missing Assignments", "MissingWork", "Msng Asgn", "missing_cnt"],
    ),
    ("staff_id", ["Staff ID", "TeacherID", "Employee No", "tchr_num"]),
    ("incident_id", ["Incident ID", "IncidentNumber", "Referral #", "inc_id"]),
    ("type", ["Incident Type", "Behavior", "Offense", "infraction_cd"]),
    ("role", ["Role", "ParticipationCode", "Involvement", "role_cd"]),
    ("action", ["Action Taken", "Consequence", "Disposition", "act_cd"]),
    (
        "action_days",
        ["Days", "ActionDays", "Suspension Days", "days_assigned"],
    ),
    ("severity", ["Severity", "IncidentLevel", "Seriousness", "sev"]),
    ("name", ["Name", "FullName", "Title", "display_nm"]),
    ("email", ["Email", "EmailAddress", "E-Mail", "eml"]),
    ("schools", ["Schools", "SchoolIDs", "Buildings", "sch_list"]),
    ("areas", ["Areas", "AreaList", "Domains", "area"]),
    (
        "last_names",
        ["Last Names", "AlphaSplit", "Last Name Range", "alpha_range"],
    ),
    ("area", ["Area", "FocusArea", "Domain", "area_cd"]),
    ("from", ["From", "StartDate", "Begin Dt", "start_dt"]),
    ("until", ["Until", "EndDate", "End Dt", "thru_dt"]),
    ("start", ["Start Date", "BeginDate", "Starts", "first_day"]),
    ("end", ["End Date", "EndDate", "Ends", "last_day"]),
    ("start_date", ["Start Date", "BeginDate", "Started", "strt_dt"]),
    ("end_date", ["End Date", "EndDate", "Ended", "end_dt"]),
    (
        "intervention_id",
        ["Intervention ID", "PlanID", "Service ID", "interv_id"],
    ),
    ("program", ["Program", "InterventionName", "Service", "strategy"]),
    ("tier", ["Tier", "TierLevel", "MTSS Tier", "tr"]),
    (
        "planned_sessions",
        [
            "Planned Sessions",
            "SessionsPlanned",
            "Scheduled Sessions",
            "sess_planned",
        ],
    ),
    (
        "held_sessions",
        ["Sessions Held", "SessionsHeld", "Completed Sessions", "sess_held"],
    ),
    ("day_type", ["Day Type", "CalendarEvent", "In Session", "day_cd"]),
];

/// The words of a header: parted by signs and capitals.
fn parts(header: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for letter in header.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && before.is_lowercase() {
            parts.push(String::new());
        }
        if letter.is_alphanumeric() {
            parts.last_mut().expect("one").extend(letter.to_lowercase());
        }
        before = letter;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn joined(words: Vec<String>, between: &str) -> String {
    words.join(between)
}

/// How a header is written otherwise.
pub(super) type Rename = fn(&str) -> String;

/// Ways to write a header otherwise; each with its name.
pub(super) fn styles() -> Vec<(&'static str, Rename)> {
    vec![
        ("as it stands", |header| header.to_owned()),
        ("PascalCase", |header| {
            parts(header).iter().map(|part| capital(part)).collect()
        }),
        ("Title Words", |header| {
            joined(parts(header).iter().map(|part| capital(part)).collect(), " ")
        }),
        ("UPPER_CASE", |header| joined(parts(header), "_").to_uppercase()),
        ("gluedlower", |header| parts(header).concat()),
        ("prefixed", |header| format!("SIS_{}", joined(parts(header), "_"))),
        ("with a table's name", |header| {
            format!("EXPORT.{}", joined(parts(header), " "))
        }),
        ("shortened", |header| {
            let short = |part: &String| {
                SHORT
                    .iter()
                    .find(|(long, _)| long == part)
                    .map_or(part.clone(), |(_, short)| (*short).to_owned())
            };
            joined(parts(header).iter().map(short).collect(), "_")
        }),
        ("without vowels", |header| {
            let bare = |part: &String| -> String {
                if part.len() < 5 {
                    return part.clone();
                }
                let rest: String = part
                    .chars()
                    .skip(1)
                    .filter(|letter| !"aeiou".contains(*letter))
                    .collect();
                format!("{}{rest}", &part[..1])
            };
            joined(parts(header).iter().map(bare).collect(), "_")
        }),
        ("cut to six letters", |header| {
            joined(
                parts(header)
                    .iter()
                    .map(|part| part.chars().take(6).collect())
                    .collect(),
                " ",
            )
        }),
    ]
}

/// Headers as systems name them in exports that a district makes, by system, table and canonical column, as far as we know them; none of
/// these exports was ours to see. `docs/sis` has a recipe for most of them.
pub(super) const SYSTEMS: [(&str, &str); 7] = [
    (
        "PowerSchool",
        "students: student_id=Student_Number, first_name=First_Name, last_name=Last_Name, grade=Grade_Level, school_id=SchoolID, \
         entry_date=EntryDate, exit_date=ExitDate, homeroom=Home_Room
         enrollments: student_id=Student_Number, school_id=SchoolID, grade=Grade_Level, entry_date=EntryDate, exit_date=ExitDate, \
         exit_code=ExitCode
         schools: school_id=School_Number, name=Name
         calendar: school_id=SchoolID, date=Date_Value, day_type=InSession
         terms: term=Abbreviation, school_id=SchoolID, start=FirstDay, end=LastDay
         attendance: student_id=Student_Number, school_id=SchoolID, date=Att_Date, code=Att_Code, period=Period_Abbreviation
         grades: student_id=Student_Number, school_id=SchoolID, course_id=Course_Number, course_name=Course_Name, subject=Sched_Department, \
         term=StoreCode, mark=Percent, date=LastGradeUpdate
         behavior: incident_id=Incident_ID, student_id=Student_Number, school_id=SchoolID, date=Incident_Date, type=Behavior_Code, \
         role=Participant_Role, action=Action_Code, action_days=Actual_Duration
         staff: staff_id=TeacherNumber, name=LastFirst, email=Email_Addr, role=Title, schools=HomeSchoolID",
    ),
    (
        "Infinite Campus",
        "students: student_id=student.studentNumber, first_name=student.firstName, last_name=student.lastName, grade=student.grade, \
         school_id=sch.number, entry_date=activeEnrollment.startDate, exit_date=activeEnrollment.endDate, homeroom=student.homeroomTeacher
         enrollments: student_id=studentNumber, school_id=schoolNumber, grade=grade, entry_date=startDate, exit_date=endDate, \
         exit_code=endStatus, primary=serviceType
         schools: school_id=sch.number, name=sch.name
         calendar: school_id=schoolNumber, date=date, day_type=schoolDay
         terms: term=termName, school_id=schoolNumber, start=startDate, end=endDate
         attendance: student_id=student.studentNumber, school_id=sch.number, date=attendanceDetail.date, code=attendanceDetail.code, \
         period=attendanceDetail.periodName
         grades: student_id=student.studentNumber, school_id=sch.number, course_id=grading.courseNumber, course_name=grading.courseName, \
         subject=grading.department, term=grading.termName, mark=grading.score, kind=grading.task, date=grading.date
         behavior: incident_id=behaviorDetail.incidentID, student_id=student.studentNumber, school_id=sch.number, \
         date=behaviorDetail.incidentDate, type=behaviorDetail.eventName, role=behaviorDetail.role, action=behaviorDetail.resolutionName, \
         action_days=behaviorDetail.resolutionLength
         staff: staff_id=staffNumber, name=name, email=email, role=title, schools=schoolNumber",
    ),
    (
        "Skyward",
        "students: student_id=Other ID, first_name=First Name, last_name=Last Name, grade=Grade, school_id=Entity, entry_date=Entry Date, \
         exit_date=Withdrawal Date, homeroom=Homeroom
         enrollments: student_id=Other ID, school_id=Entity, grade=Grade, entry_date=Entry Date, exit_date=Withdrawal Date, \
         exit_code=Withdrawal Code
         schools: school_id=Entity, name=School Name
         calendar: school_id=Entity, date=Date, day_type=Day Type
         terms: term=Term, school_id=Entity, start=Start Date, end=End Date
         attendance: student_id=Other ID, school_id=Entity, date=Absence Date, code=Absence Type, period=Period
         grades: student_id=Other ID, school_id=Entity, course_id=Course, course_name=Description, subject=Subject, term=Term, mark=Grade
         behavior: incident_id=Incident Number, student_id=Other ID, school_id=Entity, date=Offense Date, type=Offense, action=Action, \
         action_days=Days
         staff: staff_id=Staff ID, name=Name, email=Email, role=Title, schools=Entity",
    ),
    (
        "Synergy",
        "students: student_id=SIS Number, first_name=First Name, last_name=Last Name, grade=Grade, school_id=School Code, \
         entry_date=Enter Date, exit_date=Leave Date, homeroom=Homeroom
         enrollments: student_id=SIS Number, school_id=School Code, grade=Grade, entry_date=Enter Date, exit_date=Leave Date, \
         exit_code=Leave Code
         schools: school_id=School Code, name=Organization Name
         calendar: school_id=School Code, date=Cal Date, day_type=Day Type
         terms: term=Term Name, school_id=School Code, start=Begin Date, end=End Date
         attendance: student_id=SIS Number, school_id=School Code, date=Abs Date, code=Abs Reason Code, period=Period
         grades: student_id=SIS Number, school_id=School Code, course_id=Course ID, course_name=Course Title, subject=Department, \
         term=Grading Period, mark=Mark
         behavior: incident_id=Incident ID, student_id=SIS Number, school_id=School Code, date=Incident Date, type=Violation, role=Role, \
         action=Disposition, action_days=Days
         staff: staff_id=Badge Num, name=Staff Name, email=Email, role=Type, schools=School Code",
    ),
    (
        "Aeries",
        "students: student_id=STU.ID, first_name=STU.FN, last_name=STU.LN, grade=STU.GR, school_id=STU.SC, entry_date=STU.ED, \
         exit_date=STU.LD
         enrollments: student_id=STU.ID, school_id=ENR.SC, grade=ENR.GR, entry_date=ENR.ED, exit_date=ENR.LD
         calendar: school_id=DAY.SC, date=DAY.DT, day_type=DAY.HO
         terms: term=TRM.TM, school_id=TRM.SC, start=TRM.SD, end=TRM.ED
         attendance: student_id=STU.ID, school_id=ATT.SC, date=ATT.DT, code=ATT.AL
         grades: student_id=STU.ID, school_id=GRD.SC, course_id=GRD.CN, course_name=CRS.CO, mark=GRD.M1
         behavior: student_id=STU.ID, school_id=ADS.SCL, date=ADS.DT, type=ADS.CD, action=DSP.DS, action_days=DSP.DY
         staff: staff_id=STF.ID, email=STF.EM, role=STF.TI, schools=STF.SC",
    ),
    (
        "Aspen",
        "students: student_id=STD_ID_LOCAL, first_name=PSN_NAME_FIRST, last_name=PSN_NAME_LAST, grade=STD_GRADE_LEVEL, \
         school_id=SKL_SCHOOL_ID, homeroom=STD_HOMEROOM
         enrollments: student_id=STD_ID_LOCAL, school_id=SKL_SCHOOL_ID, grade=STD_GRADE_LEVEL, entry_date=ENR_ENROLLMENT_DATE, \
         exit_date=ENR_WITHDRAWAL_DATE, exit_code=ENR_WITHDRAWAL_CODE
         schools: school_id=SKL_SCHOOL_ID, name=SKL_SCHOOL_NAME
         calendar: school_id=SKL_SCHOOL_ID, date=CSD_DATE, day_type=CSD_IN_SESSION_IND
         terms: term=TRM_TERM_CODE, school_id=SKL_SCHOOL_ID, start=TMD_START_DATE, end=TMD_END_DATE
         attendance: student_id=STD_ID_LOCAL, school_id=SKL_SCHOOL_ID, date=ATT_DATE, code=ATT_CODE_VIEW, portion=ATT_PORTION_ABSENT
         grades: student_id=STD_ID_LOCAL, school_id=SKL_SCHOOL_ID, course_id=CRS_COURSE_NUMBER, course_name=CRS_COURSE_DESCRIPTION, \
         subject=CRS_DEPARTMENT_CODE, term=GTM_GRADE_TERM_ID, mark=TRN_GRADE
         behavior: incident_id=CND_INCIDENT_ID, student_id=STD_ID_LOCAL, school_id=SKL_SCHOOL_ID, date=CND_INCIDENT_DATE, \
         type=CND_INCIDENT_CODE, action=ACT_ACTION_CODE
         staff: staff_id=STF_ID_LOCAL, name=STF_NAME_VIEW, email=PSN_EMAIL_01, role=STF_STAFF_TYPE, schools=SKL_SCHOOL_ID",
    ),
    (
        "Ed-Fi",
        "students: student_id=StudentUniqueId, first_name=FirstName, last_name=LastSurname, grade=EntryGradeLevel, school_id=SchoolId, \
         entry_date=EntryDate, exit_date=ExitWithdrawDate
         enrollments: student_id=StudentUniqueId, school_id=SchoolId, grade=EntryGradeLevel, entry_date=EntryDate, \
         exit_date=ExitWithdrawDate, exit_code=ExitWithdrawType, primary=PrimarySchool
         schools: school_id=SchoolId, name=NameOfInstitution
         calendar: school_id=SchoolId, date=Date, day_type=CalendarEvent
         terms: term=SessionName, school_id=SchoolId, start=BeginDate, end=EndDate
         attendance: student_id=StudentUniqueId, school_id=SchoolId, date=EventDate, code=AttendanceEventCategory, portion=EventDuration
         grades: student_id=StudentUniqueId, school_id=SchoolId, course_id=LocalCourseCode, course_name=CourseTitle, \
         subject=AcademicSubject, term=GradingPeriod, mark=NumericGradeEarned, kind=GradeType, date=CurrentGradeAsOfDate
         behavior: incident_id=IncidentIdentifier, student_id=StudentUniqueId, school_id=SchoolId, date=IncidentDate, type=Behavior, \
         role=DisciplineIncidentParticipationCode, action=Discipline, action_days=ActualDisciplineActionLength
         staff: staff_id=StaffUniqueId, name=Name, email=ElectronicMailAddress, role=StaffClassification, schools=SchoolId
         interventions: student_id=StudentUniqueId, intervention_id=InterventionIdentificationCode, start_date=BeginDate, \
         end_date=EndDate",
    ),
];

/// A column's header in an export of a system; `None` where it has none of its own there.
pub(super) fn in_system(of: &'static str, table: &str, column: &str) -> Option<&'static str> {
    let line = of
        .lines()
        .find_map(|line| line.trim().strip_prefix(table)?.strip_prefix(": "))?;
    let mut pairs = line.split(", ").filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == column).map(|(_, header)| header)
}
