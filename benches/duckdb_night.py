#!/usr/bin/env python3
"""DuckDB's bare night: thirteen indicators and twelve threshold rules straight from the files, on two threads.

    pip install duckdb
    python3 benches/duckdb_night.py FOLDER/exports AS_OF FORM ANSWERS.csv

FORM is `windows` (row numbers over each student's days) or `dates` (sums under conditions on the date, and one look-up
in the calendar for each student). Both give the same answers; `dates` is the faster. ANSWERS.csv gets a line for every
student and rule that reached a level: `student_id,rule,level,value`.

It leaves out most of what a night is: conflicts, corrections, code tables, portions, periods, through days, home
enrollments, a store, letters. So the comparison leans towards DuckDB.
"""

import sys

import duckdb

# Every school of the bench has one calendar, every student a row on each of its days: what `dates` rests on.
SETUP = """
CREATE TEMP TABLE days AS
    SELECT date, row_number() OVER (ORDER BY date) AS number
    FROM read_csv('{folder}/calendar.csv', header = true, columns = {{'school_id': 'VARCHAR', 'date': 'DATE', 'day_type': 'VARCHAR'}})
    WHERE day_type = 'instructional' AND date <= DATE '{as_of}';
CREATE TEMP TABLE terms AS
    SELECT term, start, "end", date_diff('day', start, "end") + 1 AS length
    FROM read_csv('{folder}/terms.csv', header = true,
        columns = {{'term': 'VARCHAR', 'school_id': 'VARCHAR', 'start': 'DATE', 'end': 'DATE'}});
CREATE TEMP TABLE students AS
    SELECT student_id, CASE grade WHEN 'PK' THEN -1 WHEN 'KG' THEN 0 ELSE grade::INT END AS grade
    FROM read_csv('{folder}/students.csv', header = true, all_varchar = true);
"""

ATTENDANCE = """read_csv('{folder}/attendance.csv', header = true, auto_detect = false, delim = ',', quote = '',
    columns = {{'student_id': 'VARCHAR', 'school_id': 'VARCHAR', 'date': 'DATE', 'code': 'VARCHAR'}})"""

# Form one: each student's days are numbered from the newest back.
WINDOWS = """
CREATE TEMP TABLE attendance AS
WITH numbered AS (
    SELECT student_id, date, code IN ('A', 'E', 'U', 'S') AS absent, code = 'T' AS tardy,
        code = 'A' OR (code = 'U' AND date <= $verified) AS unexcused,
        code = 'U' AND date > $verified AS unverified,
        row_number() OVER (PARTITION BY student_id ORDER BY date DESC) AS back
    FROM {attendance}
), runs AS (
    SELECT *, row_number() OVER (PARTITION BY student_id, unverified ORDER BY back) AS certain_back FROM numbered
)
SELECT student_id, count(*) AS enrolled_days, count(*) FILTER (absent) AS absences,
    count(*) FILTER (unexcused AND date > $as_of - 45) AS unexcused_45,
    count(*) FILTER (tardy AND back <= 20) AS tardies_20,
    coalesce(min(back) FILTER (NOT absent), count(*) + 1) - 1 AS streak,
    coalesce(min(certain_back) FILTER (NOT unverified AND NOT unexcused), count(*) FILTER (NOT unverified) + 1) - 1 AS unexcused_streak
FROM runs GROUP BY student_id
"""

# Form two: what a student's days come to hangs on dates alone.
DATES = """
CREATE TEMP TABLE attendance AS
WITH sums AS (
    SELECT student_id, count(*) AS enrolled_days, count(*) FILTER (code IN ('A', 'E', 'U', 'S')) AS absences,
        count(*) FILTER (date > $as_of - 45 AND (code = 'A' OR (code = 'U' AND date <= $verified))) AS unexcused_45,
        count(*) FILTER (code = 'T' AND date >= $twentieth) AS tardies_20,
        max(date) FILTER (code IN ('P', 'T')) AS here,
        max(date) FILTER (code IN ('P', 'T', 'E', 'S')) AS broken,
        list(date) FILTER (code = 'U' AND date > $verified) AS unverified
    FROM {attendance} GROUP BY student_id
)
SELECT sums.* EXCLUDE (here, broken, unverified),
    $last - coalesce(h.number, 0) AS streak,
    $last - coalesce(b.number, 0) - coalesce(len(list_filter(unverified, lambda d: broken IS NULL OR d > broken)), 0) AS unexcused_streak
FROM sums LEFT JOIN days h ON h.date = here LEFT JOIN days b ON b.date = broken
"""

MARKS = """
CREATE TEMP TABLE marks AS
SELECT student_id, avg(mark) FILTER (term = $current) AS average,
    avg(mark) FILTER (term = $previous) - avg(mark) FILTER (term = $current) AS drop,
    count(*) FILTER (term = $current AND mark < 60) AS failing,
    count(*) FILTER (term = $current AND mark < 60 AND (subject ILIKE 'math%' OR subject ILIKE 'english%')) AS core_failing
FROM read_csv('{folder}/grades.csv', header = true, auto_detect = false, delim = ',', quote = '',
    columns = {{'student_id': 'VARCHAR', 'school_id': 'VARCHAR', 'course_id': 'VARCHAR', 'course_name': 'VARCHAR',
        'subject': 'VARCHAR', 'term': 'VARCHAR', 'mark': 'DOUBLE', 'kind': 'VARCHAR', 'date': 'DATE'}})
WHERE date <= $as_of GROUP BY student_id
"""

BEHAVIOR = """
CREATE TEMP TABLE behavior AS
SELECT student_id,
    count(DISTINCT incident_id) FILTER (type NOT ILIKE 'minor%') AS incidents_this_year,
    count(DISTINCT incident_id) FILTER (type NOT ILIKE 'minor%' AND date > $as_of - 30) AS incidents_30,
    count(DISTINCT incident_id) FILTER (action = 'OSS' AND date > $as_of - 60) AS suspensions_60
FROM read_csv('{folder}/behavior.csv', header = true, types = {{'student_id': 'VARCHAR', 'role': 'VARCHAR', 'action': 'VARCHAR'}})
WHERE coalesce(role, '') IN ('', 'offender') AND date <= $as_of GROUP BY student_id
"""

# Rule, measure, condition, and the levels' edges from the gravest down.
RULES = [
    ("chronic_absence", "absences / enrolled_days * 100", "grade >= -1", ((20, "urgent"), (10, "concern"), (8, "watch"))),
    ("recent_unexcused", "unexcused_45", "grade >= 0", ((7, "concern"), (4, "watch"))),
    ("absence_streak", "streak", "true", ((10, "urgent"), (5, "concern"), (3, "watch"))),
    ("unexcused_streak", "unexcused_streak", "grade >= 0", ((5, "urgent"), (3, "concern"))),
    ("tardies", "tardies_20", "true", ((10, "concern"), (6, "watch"))),
    ("core_failure", "core_failing", "grade >= 6", ((2, "urgent"), (1, "concern"))),
    ("course_failures", "failing", "grade >= 6", ((3, "urgent"), (2, "concern"), (1, "watch"))),
    ("low_average", "-average", "grade >= 6", ((-65, "concern"), (-70, "watch"))),
    ("average_drop", "drop", "grade >= 6", ((15, "urgent"), (10, "concern"), (7, "watch"))),
    ("recent_incidents", "incidents_30", "true", ((4, "urgent"), (2, "concern"))),
    ("suspension", "suspensions_60", "true", ((2, "urgent"), (1, "concern"))),
    ("incidents_this_year", "incidents_this_year", "true", ((6, "concern"), (3, "watch"))),
]


def judge(folder, answers):
    flags = []
    for rule, measure, condition, edges in RULES:
        cases = " ".join(f"WHEN value >= {edge} - 1e-9 * abs({edge}) THEN '{level}'" for edge, level in edges)
        flags.append(f"""SELECT student_id, '{rule}' AS rule, CASE {cases} END AS level, abs(value) AS value
            FROM (SELECT student_id, {measure} AS value FROM tonight WHERE {condition})""")
    return f"""CREATE TEMP TABLE tonight AS
        SELECT * FROM students LEFT JOIN attendance USING (student_id) LEFT JOIN marks USING (student_id)
        LEFT JOIN behavior USING (student_id);
    COPY (SELECT * FROM ({" UNION ALL ".join(flags)}) WHERE level IS NOT NULL ORDER BY ALL) TO '{answers}'"""


def main():
    folder, as_of, form, answers = sys.argv[1:]
    base = duckdb.connect(config={"threads": 2})
    run = base.execute
    run(SETUP.format(folder=folder, as_of=as_of))
    last = run("SELECT max(number) FROM days").fetchone()[0]
    number = "SELECT date FROM days WHERE number = ?"
    verified, twentieth = (run(number, [last - back]).fetchone()[0] for back in (3, 19))
    current, start, length = run(
        f"SELECT term, start, length FROM terms WHERE DATE '{as_of}' BETWEEN start AND \"end\" ORDER BY length LIMIT 1").fetchone()
    previous = run(
        'SELECT term FROM terms WHERE "end" < ? AND 3 * length >= 2 * ? AND 2 * length <= 3 * ? ORDER BY "end" DESC LIMIT 1',
        [start, length, length]).fetchone()[0]
    day = f"DATE '{as_of}'"
    known = {"as_of": day, "verified": f"DATE '{verified}'", "twentieth": f"DATE '{twentieth}'", "last": str(last),
             "current": f"'{current}'", "previous": f"'{previous}'"}
    for sql in ({"windows": WINDOWS, "dates": DATES}[form], MARKS, BEHAVIOR):
        sql = sql.format(folder=folder, attendance=ATTENDANCE.format(folder=folder))
        for word, value in known.items():
            sql = sql.replace("$" + word, value)
        run(sql)
    run(judge(folder, answers))


main()
