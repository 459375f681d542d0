//! What a bundle says of itself: which of its files hold everything, which only changes, which are not there.

use super::recipe::Listing;
use crate::monitor::{Place, Problem, Weight};
use crate::records::adapter::Adapter;
use crate::records::header::header_with;
use crate::records::lines::quoted;
use crate::records::source::FALLBACK;

/// What a file of a bundle holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// All rows: one that is missing is gone.
    Bulk,
    /// Rows that are new, changed or gone.
    Delta,
    /// Nothing: the file is not part of this export.
    Absent,
}

/// The words for modes.
const MODES: [(&str, Mode); 3] = [("bulk", Mode::Bulk), ("delta", Mode::Delta), ("absent", Mode::Absent)];

/// A listing, read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Mode by a file's name without its ending, in lower case.
    pub(super) modes: Vec<(String, Mode)>,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
}

impl Listed {
    /// The mode of a file; `None` where the listing does not name it.
    pub(super) fn mode(&self, name: &str) -> Option<Mode> {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let found = self.modes.iter().find(|(listed, _)| listed.eq_ignore_ascii_case(stem));
        found.map(|(_, mode)| *mode)
    }

    /// Whether any file holds changes alone.
    pub(super) fn has_delta(&self) -> bool {
        self.modes.iter().any(|(_, mode)| *mode == Mode::Delta)
    }
}

/// Reads a listing.
pub(super) fn read(file: &str, bytes: &[u8], listing: &Listing, adapter: &Adapter) -> Listed {
    let mut listed = Listed::default();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => FALLBACK.decode(bytes).0.into_owned(),
        },
    };
    let wanted = [listing.property.as_str(), listing.value.as_str()];
    let header = header_with(&text, None, adapter, &wanted);
    let at = |name: &str| {
        let names = &header.as_ref()?.names;
        names.iter().position(|have| have.eq_ignore_ascii_case(name))
    };
    let (Some(property), Some(value), Some(header)) = (at(wanted[0]), at(wanted[1]), header.as_ref()) else {
        listed.problems.push(Problem::new(
            "bundle-listing",
            Weight::Waits,
            Place::file(file).line(1),
            format!("its header has not both `{}` and `{}`", wanted[0], wanted[1]),
            "export the bundle again, or leave this file out: every other file is then read as a whole one",
        ));
        return listed;
    };
    let lines = header.lines;
    quoted(&text[header.length..], header.dialect, 0, |row| {
        let line = lines + (row.line.0 & 0xFFFF_FFFF) + 1;
        let place = Place::file(file).line(line).column(listing.value.as_str());
        listed.row(row.cell(property), row.cell(value), listing, adapter, place);
    });
    listed
}

impl Listed {
    fn row(&mut self, property: &str, value: &str, listing: &Listing, adapter: &Adapter, place: Place) {
        let has_prefix = property
            .get(..listing.prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(&listing.prefix));
        if has_prefix {
            let name = property[listing.prefix.len()..].to_ascii_lowercase();
            let name = name.strip_suffix(".csv").unwrap_or(&name).to_owned();
            let is_ours = adapter
                .bundle
                .as_ref()
                .is_none_or(|bundle| bundle.holds(&format!("{name}.csv")));
            // Nobody reads the file, whatever is said of it.
            if !is_ours {
                return;
            }
            let mode = MODES.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
            let twice = self
                .modes
                .iter()
                .any(|(listed, mode_before)| *listed == name && Some(*mode_before) != mode.map(|mode| mode.1));
            match mode {
                Some((_, mode)) if !twice => self.modes.push((name, *mode)),
                _ => self.problems.push(Problem::new(
                    "bundle-listing",
                    Weight::Waits,
                    place,
                    match twice {
                        true => format!("`{property}` is said twice, and not the same"),
                        false => format!("`{property}` is `{value}`, which is not `bulk`, `delta` or `absent`"),
                    },
                    "correct it in the export: until then nobody knows whether a row that is missing is gone",
                )),
            }
            return;
        }
        let Some((name, versions)) = &listing.version else {
            return;
        };
        if property.eq_ignore_ascii_case(name) && !versions.iter().any(|version| version == value) {
            let known: Vec<String> = versions.iter().map(|version| format!("`{version}`")).collect();
            self.problems.push(Problem::new(
                "bundle-version",
                Weight::Note,
                place,
                format!(
                    "`{name}` is `{value}`; the adapter `{}` was written for {}",
                    adapter.id,
                    known.join(" and ")
                ),
                "look at what was read: columns may have been renamed",
            ));
        }
    }
}
