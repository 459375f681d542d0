#!/usr/bin/env python3
"""Writes a big district as canonical files: the same files for the same arguments.

    python3 benches/district.py FOLDER                                  # 100,000 students, 118 days, 1.8 million marks
    python3 benches/district.py FOLDER --students 10000 --rows exceptions
    python3 benches/district.py FOLDER --students 1000000 --days 118

The files lie in FOLDER/exports; beside it lie `firstbell.toml` with that folder as its inbox, and `as-of` with the last day. Python's standard
library is all it needs; the default takes about ten seconds and 300 MB of disk.
"""

import argparse
import datetime
import pathlib
import random

START = datetime.date(2026, 8, 17)
END = datetime.date(2027, 6, 11)
OFF = {"2026-09-07", "2026-10-12", "2026-11-11", "2026-11-25", "2026-11-26", "2026-11-27", "2027-01-18", "2027-02-15"}
WINTER = (datetime.date(2026, 12, 21), datetime.date(2027, 1, 1))
TERMS = [("Q1", "2026-08-17", "2026-10-16"), ("Q2", "2026-10-19", "2026-12-18"),
         ("Q3", "2027-01-04", "2027-03-12"), ("Q4", "2027-03-15", "2027-06-11")]
COURSES = [("MAT", "Algebra", "Mathematics"), ("ELA", "English", "English"), ("SCI", "Biology", "Science"),
           ("HIS", "History", "Social Studies"), ("ART", "Art", "Arts"), ("PE", "PE", "PE")]
# Out of a thousand rows of a student with this habit: absent unexcused, excused, unverified, suspended, late.
HABITS = [(6, 8, 1, 0, 10), (15, 20, 2, 0, 30), (35, 40, 4, 1, 60), (90, 60, 10, 3, 90), (200, 60, 20, 5, 60)]
TYPES = ["Fighting", "Defiance", "Minor disruption", "Bullying"]


def school_days():
    day = START
    while day <= END:
        if day.weekday() < 5 and str(day) not in OFF and not WINTER[0] <= day <= WINTER[1]:
            yield day
        day += datetime.timedelta(days=1)


def students(count, rng):
    """Id, school, grade, habit."""
    schools = max(3, count // 1000)
    return [(str(1000001 + at), str(1 + at % schools), (at // schools) % 13, rng.choices(range(5), (40, 30, 18, 9, 3))[0])
            for at in range(count)]


def write_attendance(path, everybody, days, every_day, rng):
    # One bag of codes for each habit: drawing from it is one list index per row.
    bags = []
    for absent, excused, unverified, suspended, late in HABITS:
        present = 1000 - absent - excused - unverified - suspended - late
        bags.append(["A"] * absent + ["E"] * excused + ["U"] * unverified + ["S"] * suspended + ["T"] * late + ["P"] * present)
    prefixes = [f"{student},{school}," for student, school, _, _ in everybody]
    bag_of = [bags[habit] for _, _, _, habit in everybody]
    with open(path, "w", newline="\n", buffering=1 << 20) as out:
        out.write("student_id,school_id,date,code\n")
        for day in days:
            suffix = {code: f"{day},{code}\n" for code in "PAEUST"}
            # Each student keeps a place in the bag that moves by a stride drawn for the day and a little of their own.
            at = rng.randrange(1000)
            stride = rng.choice((7, 11, 13, 17, 19, 23, 29, 31, 37))
            lines = []
            for number, (prefix, bag) in enumerate(zip(prefixes, bag_of)):
                at = (at + stride + (number * 2654435761 >> 7 & 511)) % 1000
                code = bag[at]
                if every_day or code != "P":
                    lines.append(prefix + suffix[code])
            out.write("".join(lines))


def write_grades(path, everybody, as_of, rng):
    begun = [term for term in TERMS if term[1] <= str(as_of)][-3:]
    with open(path, "w", newline="\n", buffering=1 << 20) as out:
        out.write("student_id,school_id,course_id,course_name,subject,term,mark,kind,date\n")
        for student, school, _, habit in everybody:
            base = 88 - 5 * habit + rng.randrange(-10, 11)
            for term, start, end in begun:
                base -= rng.randrange(-5, 7)
                over = end <= str(as_of)
                kind, date = ("final", end) if over else ("progress", start)
                for course, name, subject in COURSES:
                    mark = max(30, min(100, base + rng.randrange(-8, 9)))
                    out.write(f"{student},{school},{course},{name},{subject},{term},{mark},{kind},{date}\n")


def write_behavior(path, everybody, days, rng):
    with open(path, "w", newline="\n") as out:
        out.write("incident_id,student_id,school_id,date,type,role,action,action_days,severity\n")
        number = 0
        for student, school, _, habit in everybody:
            for _ in range(rng.choices((0, 1, 2, 5), (80 - 8 * habit, 10 + 3 * habit, 5 + 3 * habit, 1 + 2 * habit))[0]):
                number += 1
                action, action_days = rng.choice((("", ""), ("Detention", ""), ("Call home", ""), ("OSS", "2"), ("OSS", "")))
                role = rng.choice(("offender", "offender", "", "victim"))
                out.write(f"I{number},{student},{school},{rng.choice(days)},{rng.choice(TYPES)},{role},{action},{action_days},\n")


def write_small(folder, everybody):
    def put(name, header, rows):
        (folder / name).write_text("\n".join([header, *rows]) + "\n")

    put("schools.csv", "school_id,name", [f"{s},School {s}" for s in sorted({s for _, s, _, _ in everybody}, key=int)])
    put("calendar.csv", "school_id,date,day_type", [f",{day},instructional" for day in school_days()])
    put("terms.csv", "term,school_id,start,end", [f"{term},,{start},{end}" for term, start, end in TERMS])
    put("courses.csv", "course_id,subject,core", [f"{course},{subject}," for course, _, subject in COURSES])
    put("students.csv", "student_id,first_name,last_name,grade,school_id,entry_date,exit_date,programs,homeroom",
        [f"{student},First{student},Last{student},{grade or 'KG'},{school},{START},,," for student, school, grade, _ in everybody])


CONFIG = """\
[district]
name = "Bench"
time_zone = "America/Chicago"
school_years = [{{ start = {start}, end = {end} }}]

[inbox]
path = {inbox}
settle_seconds = 0
after = "leave"

{feeds}
[attendance]
rows = "{rows}"
periods = "fraction"
silent_days = 5
unverified_days = 3

[attendance.codes]
P = {{}}
A = {{ absent = 1 }}
E = {{ absent = 1, excused = true }}
U = {{ absent = 1, unverified = true }}
T = {{ tardy = true }}
S = {{ absent = 1, excused = true, suspended = true }}

[grades.core]
math = ["math*"]
ela = ["english*"]

[[grades.scale]]
kind = "percent"
failing_below = 60
no_mark = ["P", "I", "W"]

[behavior]
suspensions = ["OSS"]
offender_roles = ["", "offender"]

[behavior.types]
"Minor*" = {{ counts = false }}

[[route]]
to = ["role:principal"]

[routing]
last_owner = "last@district.example"

[mail]
from = "firstbell@district.example"
operator = "operator@district.example"
allowed_domains = ["district.example"]
send_to = "rehearsal"
rehearsal_to = "lead@district.example"
"""


def config(folder, rows):
    covers = {"attendance": "year", "behavior": "year", "grades": "term"}
    tables = ["schools", "calendar", "terms", "students", "courses", "attendance", "grades", "behavior"]
    feeds = "\n".join(
        f'[[feed]]\ntable = "{table}"\nfiles = "{table}*.csv"\nadapter = "canonical"\ncovers = "{covers.get(table, "now")}"\n'
        for table in tables)
    inbox = '"' + str(folder.resolve()) + '"'
    return CONFIG.format(start=START, end=END, inbox=inbox, feeds=feeds, rows=rows)


def main():
    parser = argparse.ArgumentParser(description="writes a big district")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=118)
    parser.add_argument("--rows", choices=["all", "exceptions"], default="all")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    exports = asked.folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    everybody = students(asked.students, rng)
    days = list(school_days())[:asked.days]
    write_small(exports, everybody)
    write_attendance(exports / "attendance.csv", everybody, days, asked.rows == "all", rng)
    write_grades(exports / "grades.csv", everybody, days[-1], rng)
    write_behavior(exports / "behavior.csv", everybody, days, rng)
    (asked.folder / "firstbell.toml").write_text(config(exports, asked.rows))
    (asked.folder / "as-of").write_text(f"{days[-1]}\n")


main()
