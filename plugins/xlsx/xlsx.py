"""Reads an Excel workbook. Only Python's own library is needed.

The workbook comes in as base64 in JSON messages, one per line; rows of canonical columns go out. A workbook is a zip whose list of contents
stands at its end, so it is gathered on disk first and then read row by row: memory does not grow with the number of rows.
"""

import base64
import datetime
import json
import re
import sys
import tempfile
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MOST_BYTES = 2 << 30  # of one part, unpacked: past it this is no workbook of a district
DATE_FORMATS = set(range(14, 23)) | set(range(45, 48))  # those that Excel has built in


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")


class Guarded:
    """A part of the workbook, with an end to its size and without definitions that could blow it up."""

    def __init__(self, part):
        self.part, self.left, self.tail = part, MOST_BYTES, b""

    def read(self, size=-1):
        piece = self.part.read(size if 0 < size < 1 << 20 else 1 << 20)
        self.left -= len(piece)
        seen = self.tail + piece
        self.tail = seen[-16:]
        if self.left < 0 or b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            sys.exit("the workbook is not one that Excel wrote")
        return piece


def parts(book, name, wanted):
    """The elements of one kind in a part, one after the other, each forgotten when it is done with."""
    if name not in book.namelist():
        return
    with book.open(name) as part:
        for _, element in ElementTree.iterparse(Guarded(part)):
            if element.tag == MAIN + wanted:
                yield element
                element.clear()


def shared_texts(book):
    texts = []
    for item in parts(book, "xl/sharedStrings.xml", "si"):
        # Readings beside the text (rPh) are no part of the cell.
        runs = item.findall(MAIN + "t") + item.findall(MAIN + "r/" + MAIN + "t")
        texts.append("".join(run.text or "" for run in runs))
    return texts


def date_styles(book):
    """Which cell styles show a date."""
    own = {}
    for styles in parts(book, "xl/styles.xml", "numFmts"):
        for form in styles.findall(MAIN + "numFmt"):
            plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.get("formatCode", ""))
            own[int(form.get("numFmtId"))] = bool(re.search(r"[ymdYMD]", plain))
    styles = []
    for group in parts(book, "xl/styles.xml", "cellXfs"):
        for style in group.findall(MAIN + "xf"):
            number = int(style.get("numFmtId", 0))
            styles.append(own.get(number, number in DATE_FORMATS))
    return styles


def sheet_path(book, wanted):
    """Where the sheet of a name lies; without a name the first one."""
    links = {}
    with book.open("xl/_rels/workbook.xml.rels") as part:
        for _, link in ElementTree.iterparse(Guarded(part)):
            if link.get("Id"):
                links[link.get("Id")] = link.get("Target")
    for sheet in parts(book, "xl/workbook.xml", "sheet"):
        if not wanted or sheet.get("name") == wanted:
            target = links[sheet.get(LINK)].lstrip("/")
            return target if target.startswith("xl/") else "xl/" + target
    sys.exit("the workbook has no sheet of the name in plugin.toml")


def starts_1904(book):
    return any(about.get("date1904") in ("1", "true") for about in parts(book, "xl/workbook.xml", "workbookPr"))


def column_of(place):
    number = 0
    for letter in place:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def number_as_text(text):
    number = float(text)
    return str(int(number)) if number == int(number) else repr(number)


class Reader:
    def __init__(self, book):
        self.texts = shared_texts(book)
        self.dates = date_styles(book)
        # Excel's first day is 1900-01-01, and it takes 1900 for a leap year; Macs once began at 1904-01-01.
        self.epoch = datetime.date(1904, 1, 1) if starts_1904(book) else datetime.date(1899, 12, 30)

    def cell(self, cell):
        kind, value = cell.get("t", "n"), cell.find(MAIN + "v")
        text = value.text if value is not None and value.text else ""
        if kind == "inlineStr":
            return "".join(run.text or "" for run in cell.iter(MAIN + "t"))
        if kind == "s":
            return self.texts[int(text)] if text else ""
        if kind == "b":
            return "true" if text == "1" else "false"
        if kind == "e":
            return ""
        if kind != "n" or not text:
            return text
        style = int(cell.get("s", 0))
        if style < len(self.dates) and self.dates[style]:
            return (self.epoch + datetime.timedelta(days=int(float(text)))).isoformat()
        return number_as_text(text)

    def rows(self, book, path):
        """Every row that holds anything, with its number, as texts by column."""
        last = 0
        for row in parts(book, path, "row"):
            last = int(row.get("r", last + 1))
            cells = {}
            for at, cell in enumerate(row.findall(MAIN + "c")):
                column = column_of(cell.get("r", "")) if cell.get("r") else at
                cells[column] = self.cell(cell).strip()
            if any(cells.values()):
                yield last, cells


def answer(book, settings):
    reader = Reader(book)
    rows = reader.rows(book, sheet_path(book, settings.get("sheet", "")))
    _, header = next(rows, (0, {}))
    names = {name.strip().lower(): column for column, name in header.items()}
    places = {}
    for canonical, name in settings["columns"].items():
        if name.strip().lower() not in names:
            sys.exit("the sheet's first row lacks the header of " + canonical)
        places[canonical] = names[name.strip().lower()]
    count = 0
    for number, cells in rows:
        say({"row": {canonical: cells.get(column, "") for canonical, column in places.items()}, "line": number})
        count += 1
    say({"done": True, "rows": count})


def main():
    hello = json.loads(sys.stdin.readline())
    say({"firstbell": 1, "needs": ["export"]})
    sys.stdout.flush()
    wanted = json.loads(sys.stdin.readline())["tables"][0]
    settings = hello["settings"].get(wanted)
    if settings is None:
        sys.exit(f"there is no [settings.{wanted}] in plugin.toml")
    with tempfile.TemporaryFile() as gathered:
        for message in map(json.loads, sys.stdin):
            if message.get("end"):
                break
            gathered.write(base64.b64decode(message["bytes"]))
        gathered.seek(0)
        with zipfile.ZipFile(gathered) as book:
            answer(book, settings)


main()
