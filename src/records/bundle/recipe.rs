//! How several files of one export become tables: data that a `plugin.toml` brings. The reader knows no system by name.

use crate::records::Covers;
use crate::school::Table;

/// An export of several files that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    /// The file that says what the others are; `None` where an export has none.
    pub listing: Option<Listing>,
    /// The column that says that a row is gone, and the words that say so.
    pub deleted: Option<(String, Vec<String>)>,
    /// Every word of that column which says that a row stands; a blank cell says so too.
    pub standing: Vec<String>,
    /// The column by which the later of two rows with one key is told; compared as text, the greater one counts.
    pub modified: Option<String>,
    /// The files.
    pub members: Vec<Member>,
    /// What is made of them, in the order in which it is made.
    pub views: Vec<View>,
}

impl Bundle {
    /// The member of a file name, any case, with the place of the name in the member's list: a file that bears a later name is
    /// taken where no earlier one is there.
    pub fn member_of(&self, file: &str) -> Option<(usize, usize)> {
        self.members.iter().enumerate().find_map(|(at, member)| {
            let place = member.names.iter().position(|name| name.eq_ignore_ascii_case(file))?;
            Some((at, place))
        })
    }

    /// Whether a file belongs to the bundle: a member, or the one that lists them.
    pub fn holds(&self, file: &str) -> bool {
        let lists = |listing: &Listing| listing.file.eq_ignore_ascii_case(file);
        self.listing.as_ref().is_some_and(lists) || self.member_of(file).is_some()
    }

    /// The member with an id.
    pub(super) fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }
}

/// The file that lists the others as pairs of a property and its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// Its name.
    pub file: String,
    /// The header of the properties' column.
    pub property: String,
    /// The header of the values' column.
    pub value: String,
    /// What stands before a file's name in its property: `file.` in `file.users`.
    pub prefix: String,
    /// The property that holds the version, and the versions that the plugin was written for.
    pub version: Option<(String, Vec<String>)>,
}

/// One file of a bundle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// How steps name it.
    pub id: String,
    /// The names that it may bear, the right one first.
    pub names: Vec<String>,
    /// The column whose cell tells its rows apart; empty where no column does: then equal rows are one, and changes alone cannot be
    /// laid over them.
    pub key: String,
    /// Columns without which the file is not that file.
    pub needs: Vec<String>,
    /// Whether a bundle is whole without it.
    pub required: bool,
    /// Other headers that columns were seen under.
    pub also: Vec<(String, Vec<String>)>,
    /// The columns that anything reads; nothing else of the file is kept.
    pub wanted: Vec<String>,
}

impl Member {
    /// The column that tells its rows apart, where there is one.
    pub(super) fn own_key(&self) -> Option<&String> {
        Some(&self.key).filter(|key| !key.is_empty())
    }
}

/// Rows made of one or several files: a table's, or a helper that other views join.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// How other views name it.
    pub id: String,
    /// The table it fills; `None` for a helper.
    pub table: Option<Table>,
    /// What its rows are the whole truth of.
    pub covers: Covers,
    /// Whether a bundle without any row of it has gone wrong.
    pub must_have_rows: bool,
    /// The file whose rows it begins with.
    pub rows: String,
    /// What is done with them, in order.
    pub steps: Vec<Step>,
}

/// One step. Columns of the first file bear their own names, those of a joined one stand behind its name and a dot.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A new column: the first of several that is filled.
    First {
        /// The columns to choose from.
        from: Vec<String>,
        /// The new column.
        name: String,
    },
    /// A new column: what is filled of several, with a space between.
    Words {
        /// The columns.
        from: Vec<String>,
        /// The new column.
        name: String,
    },
    /// One row for each entry of a list cell; a row whose cell is blank stays as it is.
    Spread {
        /// The column.
        column: String,
        /// What parts the entries.
        by: String,
    },
    /// The columns of the row of another file that a cell points to.
    Join(Join),
    /// A new column: `true` where two cells say the same, `false` where they do not, blank where either is.
    Same {
        /// The columns.
        of: [String; 2],
        /// The new column.
        name: String,
    },
    /// Leaves one entry of a list cell: of those that name a row of a file the one whose days hold a date, the shortest first; where no
    /// date is given, or none holds it, the first entry.
    Pick {
        /// The column.
        column: String,
        /// What parts the entries.
        by: String,
        /// The file that the entries name by their key.
        file: String,
        /// Its key.
        key: String,
        /// Its columns of the first day and the last.
        between: [String; 2],
        /// The columns that may hold the date; the first that is filled counts.
        date: Vec<String>,
    },
    /// Empties a cell where another one is one of these words.
    Blank {
        /// The cell to empty.
        column: String,
        /// The cell that is asked.
        when: String,
        /// The words.
        words: Vec<String>,
    },
    /// Only rows whose cell is one of these words go on.
    Keep {
        /// The column.
        column: String,
        /// The words of rows that go on.
        words: Vec<String>,
        /// Words of rows that are known and left out; any other word is said, unless [`Step::Keep::quiet`].
        others: Vec<String>,
        /// Another view says of unknown words.
        quiet: bool,
    },
    /// Only rows whose days touch the school year go on.
    ThisYear {
        /// The column of the first day.
        start: String,
        /// The column of the last day.
        end: String,
    },
    /// One row for all rows that agree in some columns: of the others the first filled cell, or all of them as a list.
    Group {
        /// The columns in which rows agree.
        by: Vec<String>,
        /// Columns whose cells are gathered, sorted, `;` between them.
        lists: Vec<String>,
        /// Columns that order the rows of a group; a word counts by its place in the list beside it, then as text.
        order: Option<(String, Vec<String>)>,
    },
    /// Where several rows have one id, the later ones bear another cell behind a slash.
    TellApart {
        /// The column of the id.
        column: String,
        /// The column whose cell is added.
        by: String,
        /// Which of them keeps the id as it is: the one whose word stands first.
        order: Option<(String, Vec<String>)>,
    },
    /// Scores of single assignments to one mark.
    Scores(Box<Scores>),
}

/// Where a joined row comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Join {
    /// The file or helper.
    pub file: String,
    /// What its columns are called behind.
    pub name: String,
    /// The column on this side.
    pub from: String,
    /// The column on that side; empty: the key.
    pub on: String,
    /// Only rows of that side that have these words.
    pub only: Vec<(String, Vec<String>)>,
    /// All rows that match, instead of the first.
    pub many: bool,
    /// A row that points to nothing cannot be used.
    pub needed: bool,
}

/// How scores of assignments become one mark: points reached of points possible, as a percent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Whose mark it is: one for each different set of these cells.
    pub by: Vec<String>,
    /// The column that tells assignments apart; of two scores of one assignment the later counts.
    pub item: String,
    /// The score.
    pub score: String,
    /// The least score of the assignment.
    pub least: String,
    /// The most.
    pub most: String,
    /// The day of the score.
    pub date: String,
    /// The column that says how far grading is.
    pub status: String,
    /// Its words for a score that counts.
    pub graded: Vec<String>,
    /// Its words for work that was not handed in: counted as missing, its score not read.
    pub missing: Vec<String>,
    /// Its words for scores that do not count.
    pub left_out: Vec<String>,
    /// Columns that say `true` of missing work.
    pub missing_if: Vec<String>,
    /// Columns that say `true` of a score that does not count yet.
    pub left_out_if: Vec<String>,
    /// The column that names the assignment's category.
    pub category: String,
    /// The column of the category's weight; where every score of a mark has one, categories are weighed.
    pub weight: String,
    /// The mark where nothing is graded yet.
    pub none: String,
}
