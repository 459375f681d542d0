#!/usr/bin/env python3
"""Lets a made-up district of nine schools live through a school year, night by night, and says what its people were written.

    cargo build --release
    python3 benches/year.py                      # 5,000 students, 180 nights, about three minutes; prints the table
    python3 benches/year.py --students 600 --nights 40
    python3 benches/year.py --write docs/year.md # puts the table into the page between its marks

The district: five elementary, two middle and two high schools; a counselor for every 350 students, an attendance liaison nowhere, so that
counselors get everything. Absences as districts have them: about one student in six misses a tenth of the year by June, in spells of a day or
two, more on Mondays and Fridays, flu in February, a tenth of the absences exported as unverified first and recoded days later, tardies, three
marking periods in a gradebook whose averages move every week, incidents of few students. Counselors get in touch about half of what they are
written, within a week. The same figures for the same arguments. Python's standard library is all it needs.
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
        self.marks = {}      # course -> (mark, day)


class District:
    def __init__(self, students, seed):
        self.rng = random.Random(seed)
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

    def live(self, day, number):
        """One school day for everybody."""
        rng = self.rng
        flu = 2.2 if datetime.date(2027, 2, 8) <= day <= datetime.date(2027, 2, 19) else 1.0
        weekday = 1.15 if day.weekday() in (0, 4) else .93
        for student in self.students:
            if student.spell > 0:
                student.spell -= 1
                self.miss(student, day)
            elif rng.random() < student.absent * .62 * flu * weekday:
                student.spell = min(4, int(rng.expovariate(1.55)))
                self.miss(student, day)
            elif rng.random() < student.tardy:
                student.days[day] = ("T", "T", day)
            if student.conduct and rng.random() < student.conduct / 60:
                kind = rng.choices(["Minor disruption", "Defiance", "Fighting"], (60, 28, 12))[0]
                action = "OSS" if kind == "Fighting" and rng.random() < .6 else ""
                self.incidents.append((f"i{len(self.incidents)}", student, day, kind, action))
        if day.weekday() == 4:
            self.mark(day, number)

    def miss(self, student, day):
        unexcused = self.rng.random() < student.unexcused
        final = "A" if unexcused else "E"
        if self.rng.random() < .10:
            student.days[day] = ("U", final, day + datetime.timedelta(days=self.rng.randint(1, 5)))
        else:
            student.days[day] = (final, final, day)

    def mark(self, day, number):
        """Gradebooks are brought up to date on Fridays; early in a term a single grade moves an average far."""
        term = next(first for _, first, last in reversed(TERMS) if first <= str(day))
        weeks = max(1, (day - datetime.date.fromisoformat(term)).days // 7)
        for student in self.students:
            if student.grade < 6:
                continue
            for course, _ in COURSES:
                noise = self.rng.gauss(0, 9 / weeks ** .6)
                student.marks[(course, term)] = (max(0, min(100, round(student.ability[course] + noise, 1))), day)

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
            staff += [f"p{at},Principal {at},p{at}@district.example,principal,{at}" for at in range(len(SCHOOLS))]
            put("staff.csv", "staff_id,name,email,role,schools", staff)
            put("caseload.csv", "student_id,staff_id,role", (f"{student},{owner},counselor" for student, owner in sorted(self.counselors.items())))

    def act(self, store, day):
        """Half of what counselors read in a nightly letter makes them get in touch within a week."""
        rows = store.execute(
            "SELECT DISTINCT student_id, to_staff FROM letter_entry JOIN letter USING (letter) WHERE kind = 'nightly' AND as_of = ? "
            "AND to_staff LIKE 'c%' ORDER BY student_id", (str(day),)).fetchall()
        for student, staff in rows:
            if self.rng.random() < .5:
                self.planned.append((day + datetime.timedelta(days=self.rng.randint(1, 7)), student, staff))
        for planned in [planned for planned in self.planned if planned[0] <= day]:
            self.planned.remove(planned)
            when, student, staff = planned
            self.contacts.append((student, when, staff, self.rng.choice(["call", "meeting", "voicemail"])))


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


def look(store, district, days):
    """What people were written, out of the store."""
    counselors = sorted(set(district.counselors.values()))
    nightly = store.execute("SELECT letter, to_staff, morning FROM letter WHERE kind = 'nightly' AND to_staff LIKE 'c%' AND state <> 'replaced'").fetchall()
    mornings = collections.Counter((staff, (datetime.date.fromisoformat(morning) - START).days // 7) for _, staff, morning in nightly)
    in_school = sorted({(day - START).days // 7 for day in days})
    per_week = [mornings.get((staff, week), 0) for staff in counselors for week in in_school]
    entries = store.execute(
        "SELECT morning, count(DISTINCT student_id) FROM letter_entry JOIN letter USING (letter) WHERE kind = 'nightly' "
        "AND to_staff LIKE 'c%' AND state <> 'replaced' GROUP BY letter").fetchall()
    # The first starting lists are of the twenty-first school day; a month later the rates of the young year have come to rest.
    rest = START + datetime.timedelta(days=57)
    rested = [mornings.get((staff, week), 0) for staff in counselors for week in in_school if START + datetime.timedelta(days=7 * week) >= rest]
    rested_entries = [count for morning, count in entries if datetime.date.fromisoformat(morning) >= rest]
    told = store.execute(
        "SELECT student_id, rule, episode, level, to_staff, kind, falls, letter FROM letter_entry JOIN letter USING (letter) "
        "WHERE state NOT IN ('refused', 'replaced', 'discarded') AND level IS NOT NULL AND kind IN ('nightly', 'starting_list', 'digest') "
        "AND to_staff LIKE 'c%' ORDER BY letter").fetchall()
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
    kinds = dict(store.execute("SELECT kind, count(*) FROM letter WHERE state <> 'replaced' AND to_staff LIKE 'c%' GROUP BY kind"))
    by_rule = store.execute(
        "SELECT rule, count(*) FROM letter_entry JOIN letter USING (letter) WHERE kind = 'nightly' AND to_staff LIKE 'c%' "
        "AND state <> 'replaced' GROUP BY rule ORDER BY 2 DESC").fetchall()
    return {
        "students": len(district.students), "nights": len(days), "counselors": len(counselors),
        "chronic_percent": round(100 * chronic / len(district.students), 1),
        "mornings_a_week_median": statistics.median(per_week) if per_week else 0,
        "mornings_a_week_mean": round(statistics.mean(per_week), 2) if per_week else 0,
        "mornings_a_week_90th": counted(per_week, .9),
        "students_a_letter_median": statistics.median([count for _, count in entries]) if entries else 0,
        "students_a_letter_90th": counted([count for _, count in entries], .9),
        "rested_mornings": [statistics.median(rested), round(statistics.mean(rested), 2)] if rested else [0, 0],
        "rested_students_90th": counted(rested_entries, .9),
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
        readers = {staff for staff, in store.execute(
            "SELECT DISTINCT to_staff FROM letter_entry JOIN letter USING (letter) WHERE student_id = ? AND rule = ? AND level = ? "
            "AND state NOT IN ('refused', 'replaced') AND kind IN ('nightly', 'starting_list', 'digest') AND as_of >= ?", (student, rule, level, str(day)))}
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
    rows = [
        ("students, counselors, nights", f"{found['students']}, {found['counselors']}, {found['nights']}"),
        ("students who missed a tenth of the year or more", f"{found['chronic_percent']} %"),
        ("mornings a week with a nightly letter, a counselor: median, mean, 90th percentile",
         f"{found['mornings_a_week_median']:g}, {found['mornings_a_week_mean']:g}, {found['mornings_a_week_90th']:g}"),
        ("students in a nightly letter: median, 90th percentile", f"{found['students_a_letter_median']:g}, {found['students_a_letter_90th']:g}"),
        ("the same from mid-October on: mornings, median and mean; students, 90th percentile",
         f"{found['rested_mornings'][0]:g}, {found['rested_mornings'][1]:g}; {found['rested_students_90th']:g}"),
        ("news told twice", str(found["told_twice"])),
        ("steps up that reached nobody and were not held", str(found["lost"])),
        ("steps up that reached two owners", str(found["two"])),
        ("letters to counselors by kind", ", ".join(f"{kind} {count}" for kind, count in sorted(found["letters"].items()))),
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
    arguments.add_argument("--write", type=pathlib.Path)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    program = os.environ.get("FIRSTBELL", str(HERE.parent / "target/release/firstbell"))
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or pathlib.Path(scratch) / "home"
        subprocess.run([program, "init", str(home)], check=True, capture_output=True)
        configure(home)
        if given.rules:
            (home / "rules/district.toml").write_text(given.rules.read_text(encoding="utf-8"), encoding="utf-8")
        district = District(given.students, given.seed)
        days = list(school_days())[:given.nights]
        lost, two, before = [], 0, []
        for number, day in enumerate(days):
            district.live(day, number)
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
