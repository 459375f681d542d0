#!/usr/bin/env python3
"""Lets a made-up district of nine schools live through a school year, night by night, and says what its people were written.

    cargo build --release
    python3 benches/year.py                      # 5,000 students, 180 nights, about three minutes; prints the table
    python3 benches/year.py --students 600 --nights 40
    python3 benches/year.py --write docs/year.md # puts the table into the page between its marks

The district: five elementary, two middle and two high schools; a counselor for every 350 students and an attendance liaison for about a
thousand, as the shipped routes look for them; `--no-liaisons` leaves attendance to the counselors too. Absences as districts have them: about
one student in six misses a tenth of the year by June, in spells of a day or two, more on Mondays and Fridays, fewer in September than in
winter, flu in February, a tenth of the absences exported as unverified first and recoded days later, tardies, four terms of gradebooks whose
averages are of a few papers at first and flap, incidents of few students. Whoever is written gets in touch about half of the time, within a
week. What students do does not hang on what is written, so that two sets of rules see the same year. The same figures for the same arguments.
Python's standard library is all it needs.
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
START = datetime.date(2026, 8, 17)
END = datetime.date(2027, 6, 11)
OFF = {datetime.date.fromisoformat(day) for day in (
    "2026-09-07 2026-10-12 2026-11-03 2026-11-11 2026-11-25 2026-11-26 2026-11-27 2027-01-18 2027-02-15 2027-03-26 2027-05-31").split()}
BREAKS = [(datetime.date(2026, 12, 21), datetime.date(2027, 1, 1)), (datetime.date(2027, 4, 5), datetime.date(2027, 4, 9))]
TERMS = [("Q1", "2026-08-17", "2026-10-23"), ("Q2", "2026-10-26", "2027-01-15"), ("Q3", "2027-01-19", "2027-03-25"),
         ("Q4", "2027-03-29", "2027-06-11")]
# Name, lowest and highest grade (kindergarten is 0), share of the students.
SCHOOLS = [("Alder Elementary", 0, 5, .09), ("Birch Elementary", 0, 5, .09), ("Cedar Elementary", 0, 5, .09), ("Dogwood Elementary", 0, 5, .09),
           ("Elm Elementary", 0, 5, .10), ("North Middle", 6, 8, .12), ("South Middle", 6, 8, .12), ("Cedar Valley High", 9, 12, .20),
           ("River High", 9, 12, .10)]
COURSES = [("MAT", "Mathematics"), ("ELA", "English"), ("SCI", "Science"), ("HIS", "Social Studies"), ("ART", "Arts"), ("PE", "PE")]
CASELOAD = 350
# Schools that share an attendance liaison: about a thousand students each.
LIAISONS = [(0, 1), (2, 3), (4, 5), (6,), (7,), (8,)]
# How often a day is missed by month, beside the year's mean: the young year is the best attended.
SEASON = {8: .7, 9: .75, 10: .9, 11: 1., 12: 1.1, 1: 1.15, 2: 1.15, 3: 1.05, 4: 1., 5: 1.15, 6: 1.25}


def school_days():
    day = START
    while day <= END:
        if day.weekday() < 5 and day not in OFF and not any(first <= day <= last for first, last in BREAKS):
            yield day
        day += datetime.timedelta(days=1)


class Student:
    def __init__(self, number, rng):
        self.id = str(100001 + number)
        at = rng.random()
        for school, (_, low, high, share) in enumerate(SCHOOLS):
            at -= share
            if at < 0:
                break
        self.school = school
        self.grade = rng.randint(low, high)
        # The share of days missed: exponential, so that about one in six lies above a tenth.
        self.absent = min(.6, rng.expovariate(1 / .054))
        self.tardy = min(.3, rng.expovariate(1 / .02))
        self.unexcused = .25 + .4 * rng.random() * (self.grade >= 6)
        self.ability = {course: max(45., min(99., rng.gauss(83, 8) - 60 * self.absent * rng.random())) for course, _ in COURSES}
        self.conduct = rng.expovariate(1 / .35) if rng.random() < .18 else 0
        self.spell = 0
        self.days = {}       # day -> (code, code from day on, that day)
        self.papers = {}     # (course, term) -> points, papers
        self.marks = {}      # (course, term) -> (mark, day)


class District:
    def __init__(self, students, seed, liaisons):
        self.rng = random.Random(seed)
        self.acting = random.Random(seed + 1)
        self.liaisons = [(f"l{number}", schools) for number, schools in enumerate(LIAISONS if liaisons else [])]
        self.students = [Student(number, self.rng) for number in range(students)]
        self.counselors = self.share_out()
        self.contacts = []
        self.planned = []    # (day, student, staff)
        self.incidents = []

    def share_out(self):
        """A counselor for every 350 students of a school, by the order of ids."""
        owners = {}
        by_school = collections.defaultdict(list)
        for student in self.students:
            by_school[student.school].append(student)
        for school, students in sorted(by_school.items()):
            for at, student in enumerate(students):
                owners[student.id] = f"c{school}{at // CASELOAD}"
        return owners

    def live(self, day):
        """One school day for everybody."""
        rng = self.rng
        flu = 2.2 if datetime.date(2027, 2, 8) <= day <= datetime.date(2027, 2, 19) else 1.0
        weekday = 1.15 if day.weekday() in (0, 4) else .93
        for student in self.students:
            if student.spell > 0:
                student.spell -= 1
                self.miss(student, day)
            elif rng.random() < student.absent * .70 * flu * weekday * SEASON[day.month]:
                student.spell = min(4, int(rng.expovariate(1.55)))
                self.miss(student, day)
            elif rng.random() < student.tardy:
                student.days[day] = ("T", "T", day)
            if student.conduct and rng.random() < student.conduct / 60:
                kind = rng.choices(["Minor disruption", "Defiance", "Fighting"], (60, 28, 12))[0]
                action = "OSS" if kind == "Fighting" and rng.random() < .6 else ""
                self.incidents.append((f"i{len(self.incidents)}", student, day, kind, action))
        self.mark(day)

    def miss(self, student, day):
        unexcused = self.rng.random() < student.unexcused
        final = "A" if unexcused else "E"
        if self.rng.random() < .10:
            student.days[day] = ("U", final, day + datetime.timedelta(days=self.rng.randint(1, 5)))
        else:
            student.days[day] = (final, final, day)

    def mark(self, day):
        """Each gradebook is brought up to date once a week, on its teacher's day; early in a term a single paper moves an average far."""
        term = next(first for _, first, last in reversed(TERMS) if first <= str(day))
        for student in self.students:
            if student.grade < 6:
                continue
            for at, (course, _) in enumerate(COURSES):
                if (student.grade + at) % 5 != day.weekday():
                    continue
                points, papers = student.papers.get((course, term), (0., 0))
                points, papers = points + self.rng.gauss(student.ability[course], 14), papers + 1
                student.papers[(course, term)] = (points, papers)
                student.marks[(course, term)] = (max(0, min(100, round(points / papers, 1))), day)

    def write(self, inbox, day):
        def put(name, header, rows):
            path = inbox / name
            path.write_text(header + "\n" + "".join(row + "\n" for row in rows), encoding="utf-8")

        attendance, marks = [], []
        for student in self.students:
            for missed, (first, final, known) in student.days.items():
                code = final if known <= day else first
                attendance.append(f"{student.id},{student.school},{missed},{code}")
            for (course, term), (mark, dated) in student.marks.items():
                name = next(name for name, first, _ in TERMS if first == term)
                marks.append(f"{student.id},{student.school},{course},{course},{name},{mark},progress,{dated}")
        put("attendance.csv", "student_id,school_id,date,code", attendance)
        if marks:
            put("grades.csv", "student_id,school_id,course_id,subject,term,mark,kind,date", marks)
        put("behavior.csv", "incident_id,student_id,school_id,date,type,role,action,action_days",
            (f"{number},{student.id},{student.school},{when},{kind},offender,{action},{2 if action else ''}"
             for number, student, when, kind, action in self.incidents))
        put("contacts.csv", "student_id,date,staff_id,kind", (f"{student},{when},{staff},{kind}" for student, when, staff, kind in self.contacts))
        if day == START:
            put("schools.csv", "school_id,name", (f"{at},{name}" for at, (name, *_) in enumerate(SCHOOLS)))
            put("calendar.csv", "school_id,date,day_type", (f",{each},instructional" for each in school_days()))
            put("terms.csv", "term,school_id,start,end", (f"{name},,{first},{last}" for name, first, last in TERMS))
            put("students.csv", "student_id,first_name,last_name,grade,school_id",
                (f"{student.id},Student,Number{student.id},{student.grade or 'KG'},{student.school}" for student in self.students))
            put("courses.csv", "course_id,subject,core", (f"{course},{subject}," for course, subject in COURSES))
            staff = [f"{owner},Counselor {owner},{owner}@district.example,counselor,{owner[1]}" for owner in sorted(set(self.counselors.values()))]
            staff += [f"{who},Liaison {who},{who}@district.example,attendance_liaison,{';'.join(map(str, schools))}" for who, schools in self.liaisons]
            staff += [f"p{at},Principal {at},p{at}@district.example,principal,{at}" for at in range(len(SCHOOLS))]
            put("staff.csv", "staff_id,name,email,role,schools", staff)
            put("caseload.csv", "student_id,staff_id,role", (f"{student},{owner},counselor" for student, owner in sorted(self.counselors.items())))

    def act(self, store, day):
        """Half of what is read in a nightly letter makes its reader get in touch within a week."""
        rows = store.execute(
            "SELECT DISTINCT student_id, to_staff FROM letter_entry JOIN letter USING (letter) WHERE kind = 'nightly' AND as_of = ? "
            "AND to_staff GLOB '[cl]*' ORDER BY student_id", (str(day),)).fetchall()
        for student, staff in rows:
            if self.acting.random() < .5:
                self.planned.append((day + datetime.timedelta(days=self.acting.randint(1, 7)), student, staff))
        for planned in [planned for planned in self.planned if planned[0] <= day]:
            self.planned.remove(planned)
            when, student, staff = planned
            self.contacts.append((student, when, staff, self.acting.choice(["call", "meeting", "voicemail"])))


def configure(home):
    path = home / "firstbell.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('# U = { absent = 1, unverified = true }', 'U = { absent = 1, unverified = true }')
    years = [line for line in text.splitlines() if line.startswith("school_years")]
    text = text.replace(years[0], "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]")
    text = text.replace('after = "archive"', 'after = "leave"')
    path.write_text(text, encoding="utf-8")


def ring(program, home, day):
    done = subprocess.run([program, "--home", str(home), "run", "--as-of", str(day)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"the night of {day} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def counted(values, share):
    """The value that `share` of all do not pass."""
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0


LEVELS = {"watch": 1, "concern": 2, "urgent": 3}


def nightly(store, days, readers):
    """Nightly letters of some readers: mornings a week, and different students in each letter."""
    rows = store.execute(
        "SELECT to_staff, morning, count(DISTINCT student_id) FROM letter_entry JOIN letter USING (letter) "
        "WHERE kind = 'nightly' AND state <> 'replaced' GROUP BY letter").fetchall()
    week = lambda morning: (datetime.date.fromisoformat(morning) - START).days // 7
    rows = [(staff, week(morning), students) for staff, morning, students in rows if staff in readers]
    mornings = collections.Counter((staff, at) for staff, at, _ in rows)
    weeks = sorted({(day - START).days // 7 for day in days})
    per_week = [mornings.get((staff, at), 0) for staff in readers for at in weeks]
    students = [students for _, _, students in rows]
    return {
        "readers": len(readers),
        "mornings_median": statistics.median(per_week) if per_week else 0,
        "mornings_mean": round(statistics.mean(per_week), 2) if per_week else 0,
        "mornings_90th": counted(per_week, .9),
        "students_median": statistics.median(students) if students else 0,
        "students_90th": counted(students, .9),
    }


def look(store, district, days):
    """What people were written, out of the store."""
    counselors = sorted(set(district.counselors.values()))
    loads = collections.Counter(district.counselors.values())
    told = store.execute(
        "SELECT student_id, rule, episode, level, to_staff, kind, falls, letter FROM letter_entry JOIN letter USING (letter) "
        "WHERE state NOT IN ('refused', 'replaced', 'discarded') AND level IS NOT NULL AND kind IN ('nightly', 'starting_list', 'digest') "
        "AND to_staff GLOB '[cl]*' ORDER BY letter").fetchall()
    twice, known = 0, {}
    for student, rule, episode, level, staff, kind, falls, _ in told:
        key = (student, rule, episode)
        if falls or kind == "digest":
            known[key] = LEVELS[level]
        elif known.get(key, 0) >= LEVELS[level]:
            twice += 1
        else:
            known[key] = LEVELS[level]
    chronic = sum(1 for student in district.students if sum(1 for day in student.days.values() if day[1] in "AE") >= .1 * len(days))
    kinds = dict(store.execute("SELECT kind, count(*) FROM letter WHERE state <> 'replaced' AND to_staff GLOB '[cl]*' GROUP BY kind"))
    by_rule = store.execute(
        "SELECT rule, count(*) FROM letter_entry JOIN letter USING (letter) WHERE kind = 'nightly' AND to_staff GLOB '[cl]*' "
        "AND state <> 'replaced' GROUP BY rule ORDER BY 2 DESC").fetchall()
    return {
        "students": len(district.students), "nights": len(days),
        "chronic_percent": round(100 * chronic / len(district.students), 1),
        "counselors": nightly(store, days, counselors),
        "full": nightly(store, days, [who for who in counselors if loads[who] == CASELOAD]),
        "liaisons": nightly(store, days, [who for who, _ in district.liaisons]),
        "told_twice": twice, "letters": kinds, "nightly_by_rule": by_rule,
    }


def told_before(store, student, rule, level, day):
    """Whether the owner knew of the level already: it had eased and come back before a digest said so."""
    told = 0
    for said, falls in store.execute(
            "SELECT level, falls FROM letter_entry JOIN letter USING (letter) WHERE student_id = ? AND rule = ? AND as_of <= ? "
            "AND state NOT IN ('refused', 'replaced') AND kind IN ('nightly', 'starting_list', 'digest', 'handover') ORDER BY letter",
            (student, rule, str(day))):
        told = LEVELS.get(said or "", 0) if falls or said is None else max(told, LEVELS[said])
    return told >= LEVELS[level]


def unreached(store, day):
    """Steps up of live rules to concern or worse on the day before last that no letter tells and no hold keeps, and those told to two owners."""
    rows = store.execute(
        "SELECT student.student_id, word.text, change.to_level FROM change JOIN student USING (student) "
        "JOIN word ON word.kind = 'rule' AND word.number = change.rule WHERE day = ? AND reason IN ('crossed', 'worsened') "
        "AND to_level IN ('concern', 'urgent')", (str(day),)).fetchall()
    lost, two = [], 0
    for student, rule, level in rows:
        graver = [word for word, rank in LEVELS.items() if rank >= LEVELS[level]]
        readers = {staff for staff, in store.execute(
            "SELECT DISTINCT to_staff FROM letter_entry JOIN letter USING (letter) WHERE student_id = ? AND rule = ? "
            f"AND level IN ({','.join('?' * len(graver))}) AND state NOT IN ('refused', 'replaced') "
            "AND kind IN ('nightly', 'starting_list', 'digest') AND as_of >= ?", (student, rule, *graver, str(day)))}
        two += len(readers) > 1
        if readers:
            continue
        if told_before(store, student, rule, level, day):
            continue
        held = store.execute("SELECT hold FROM kept_back WHERE student_id = ? AND rule = ?", (student, rule)).fetchone()
        after = store.execute(
            "SELECT to_level FROM change JOIN student USING (student) JOIN word ON word.kind = 'rule' AND word.number = change.rule "
            "WHERE student_id = ? AND word.text = ? ORDER BY change DESC LIMIT 1", (student, rule)).fetchone()
        gone = LEVELS.get(after[0] or "", 0) < LEVELS[level]
        waits = store.execute("SELECT baseline FROM school_rule WHERE rule = ?", (rule,)).fetchall()
        pending = any('"done":null' in baseline for baseline, in waits)
        if not held and not gone and not pending:
            lost.append((student, rule, level))
    return lost, two


def table(found):
    def mornings(who):
        return f"{who['mornings_median']:g}, {who['mornings_mean']:g}, {who['mornings_90th']:g}"

    def students(who):
        return f"{who['students_median']:g}, {who['students_90th']:g}"

    groups = [(name, found[key]) for name, key in (
        (f"a counselor of {CASELOAD} students", "full"), ("a counselor", "counselors"), ("an attendance liaison", "liaisons")) if found[key]["readers"]]
    rows = [
        ("students, nights", f"{found['students']}, {found['nights']}"),
        ("students who missed a tenth of the year or more", f"{found['chronic_percent']} %"),
        *((f"{name} ({who['readers']} of them): mornings a week with a nightly letter, median, mean, 90th percentile", mornings(who)) for name, who in groups),
        *((f"{name}: students in a nightly letter, median, 90th percentile", students(who)) for name, who in groups),
        ("news told twice", str(found["told_twice"])),
        ("steps up that reached nobody and were not held", str(found["lost"])),
        ("steps up that reached two owners", str(found["two"])),
        ("letters by kind", ", ".join(f"{kind} {count}" for kind, count in sorted(found["letters"].items()))),
        ("entries of nightly letters by rule", ", ".join(f"{rule} {count}" for rule, count in found["nightly_by_rule"])),
    ]
    return "| what | how much |\n|---|---|\n" + "".join(f"| {what} | {much} |\n" for what, much in rows)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--students", type=int, default=5000)
    arguments.add_argument("--nights", type=int, default=400)
    arguments.add_argument("--seed", type=int, default=20260817)
    arguments.add_argument("--home", type=pathlib.Path)
    arguments.add_argument("--rules", type=pathlib.Path, help="a district.toml to lay over the library")
    arguments.add_argument("--no-liaisons", action="store_true", help="counselors get attendance too")
    arguments.add_argument("--write", type=pathlib.Path, help="a page with a table of these rules and this staff, to be replaced")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    program = os.environ.get("FIRSTBELL", str(HERE.parent / "target/release/firstbell"))
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or pathlib.Path(scratch) / "home"
        subprocess.run([program, "init", str(home)], check=True, capture_output=True)
        configure(home)
        if given.rules:
            (home / "rules/district.toml").write_text(given.rules.read_text(encoding="utf-8"), encoding="utf-8")
        district = District(given.students, given.seed, not given.no_liaisons)
        days = list(school_days())[:given.nights]
        lost, two, before = [], 0, []
        for number, day in enumerate(days):
            district.live(day)
            district.write(home / "inbox", day)
            ring(program, home, day)
            with sqlite3.connect(home / "var/firstbell.db") as store:
                district.act(store, day)
                before.append(day)
                # A storm's single flags wait a school day, so a step up is looked for two rounds later.
                if len(before) > 2:
                    missed, doubled = unreached(store, before[-3])
                    lost += missed
                    two += doubled
            if number % 20 == 19 and sys.stderr.isatty():
                print(f"{number + 1} of {len(days)} nights", file=sys.stderr)
        with sqlite3.connect(home / "var/firstbell.db") as store:
            found = look(store, district, days)
        found.update(lost=len(lost), two=two)
    if given.json:
        print(json.dumps(found, indent=2))
    text = table(found)
    print(text)
    if lost:
        print("reached nobody:", lost[:10])
    if given.write:
        page = given.write.read_text(encoding="utf-8")
        head, rest = page.split("<!-- table -->\n", 1)
        _, tail = rest.split("<!-- end of table -->", 1)
        given.write.write_text(head + "<!-- table -->\n" + text + "<!-- end of table -->" + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
