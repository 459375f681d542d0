//! Files that people keep: a feed with a folder of its own is read where it lies, and nothing of it is moved.

use super::setup::Setup;
use crate::inbox::{self, Export};
use crate::monitor::{Place, Problem, Weight};

/// Whether an export lies in the folder of its feed: it stays there.
pub(super) fn is_kept_by_people(setup: &Setup, export: &Export) -> bool {
    let folder = setup.config.folders.get(export.feed).and_then(Option::as_ref);
    folder.is_some_and(|folder| export.path.parent() == Some(setup.home.inbox(folder).as_path()))
}

/// What lies in the folders of feeds, and why one cannot be looked into.
pub fn sheets(setup: &Setup) -> (Vec<Export>, Vec<Problem>) {
    let (sheets, left) = find(setup, &[]);
    (sheets, left.into_iter().map(|(_, problem)| problem).collect())
}

/// What lies in the folders of feeds, beside what was found already; and feeds whose folder cannot be looked into, with why.
pub(super) fn find(setup: &Setup, found: &[Export]) -> (Vec<Export>, Vec<(usize, Problem)>) {
    let (mut sheets, mut left) = (Vec::new(), Vec::new());
    for (at, folder) in setup.config.folders.iter().enumerate() {
        let Some(folder) = folder else { continue };
        let path = setup.home.inbox(folder);
        match inbox::find(&path, &setup.config.feeds[at..=at]) {
            Ok((own, problems)) => {
                let own = own.into_iter().map(|export| Export { feed: at, ..export });
                sheets.extend(own.filter(|export| found.iter().all(|other| other.path != export.path)));
                left.extend(problems.into_iter().map(|problem| (at, problem)));
            }
            Err(problem) => left.push((at, out_of_reach(folder, &problem))),
        }
    }
    (sheets, left)
}

fn out_of_reach(folder: &str, problem: &Problem) -> Problem {
    Problem::new(
        "feed-folder",
        Weight::Waits,
        Place::file(folder),
        format!("{}; what was read there last still counts", problem.message),
        "see that the share is mounted and that the account firstbell runs under may read it, or mend `folder` in that [[feed]]",
    )
}
