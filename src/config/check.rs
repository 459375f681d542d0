//! What only the whole file can tell: addresses against the allowed domains, and tables that nothing fills.

use super::mail::{MailFound, is_address};
use super::section::Found;
use super::source::{Source, WHOLE_FILE, listed};
use crate::records::Feed;
use crate::school::{Rows, Table};

/// Reports every address that firstbell would write to and that lies outside the allowed domains.
pub(super) fn addresses(
    source: &mut Source<'_>,
    mail: &MailFound,
    last_owner: Option<&Found<String>>,
    editors: &[Found<String>],
) {
    // A last owner without an @ is a staff id; the staff table knows the address.
    let last_owner = last_owner.filter(|owner| owner.value.contains('@'));
    if let Some(owner) = last_owner
        && !is_address(source, owner)
    {
        return;
    }
    let written_to = [Some(&mail.operator), mail.rehearsal_to.as_ref(), last_owner];
    for address in written_to.into_iter().flatten().chain(editors) {
        if mail.mail.allows(&address.value) {
            continue;
        }
        let allowed: Vec<&str> = mail.mail.allowed_domains.iter().map(String::as_str).collect();
        let message = format!("`{}` lies outside the allowed domains", address.value);
        let remedy = format!(
            "use an address in {}, or add its domain to `allowed_domains`",
            listed(&allowed)
        );
        source.wrong("config-foreign-address", address.span.clone(), message, remedy);
    }
}

/// Notes the tables without which numbers stay missing and nobody is judged.
pub(super) fn feeds(source: &mut Source<'_>, feeds: &[Feed], rows: Rows) {
    let filled = |table: Table| feeds.iter().any(|feed| feed.tables.contains(&table));
    let mut without = |table: Table, so: &str| {
        let remedy = format!("add a `[[feed]]` with `table = \"{table}\"`");
        source.note(
            "config-no-feed",
            WHOLE_FILE,
            format!("no feed fills `{table}`, so {so}"),
            remedy,
        );
    };
    if feeds.is_empty() {
        return;
    }
    if !filled(Table::Students) && !filled(Table::Enrollments) {
        without(Table::Students, "nobody is enrolled and nobody is judged");
    }
    if filled(Table::Attendance) && rows == Rows::Exceptions && !filled(Table::Calendar) {
        without(
            Table::Calendar,
            "attendance in exceptions form has no school days and its numbers are missing",
        );
    }
    if filled(Table::Grades) && !filled(Table::Terms) {
        without(
            Table::Terms,
            "no mark belongs to a current term and grades are not judged",
        );
    }
    if !filled(Table::Staff) {
        without(Table::Staff, "every letter goes to `last_owner`");
    }
}
