//! Finding, checking and running what lies in `plugins/`.
//!
//! In: the texts of `plugins/<id>/plugin.toml`, the district's own and those that ship. Out: adapters, and problems for plugins set
//! aside. Never: code of one named system; what a plugin does stands in its folder.

use std::collections::BTreeMap;

use crate::monitor::{Place, Problem, Weight};
use crate::records::Adapter;

mod column;
mod manifest;

/// The adapters of all plugins, by id. `home` is (path, text) of the files below the district's `plugins/`; what ships is added, and the
/// district's plugin wins over one that ships under the same id, even where it is broken: another one in its place would be a surprise.
///
/// A broken plugin is set aside with a problem that says what to mend.
pub fn load(home: impl IntoIterator<Item = (String, String)>) -> (Vec<Adapter>, Vec<Problem>) {
    let shipped = crate::embedded::below("plugins/").map(|(path, text)| (path.to_owned(), text.to_owned()));
    let mut manifests: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (path, text) in shipped.chain(home) {
        if let Some(id) = id_of(&path) {
            manifests.insert(id.to_owned(), (path, text));
        }
    }
    let mut adapters = Vec::new();
    let mut problems = Vec::new();
    for (id, (path, text)) in &manifests {
        match manifest::adapter(text, path) {
            Ok(adapter) if adapter.id == *id => adapters.push(adapter),
            Ok(adapter) => problems.push(Problem::new(
                "plugin-id-not-folder",
                Weight::Waits,
                Place::file(path.as_str()).column("id"),
                format!("the plugin calls itself `{}` but lies in the folder `{id}`", adapter.id),
                "give both the same name",
            )),
            Err(found) => problems.extend(found),
        }
    }
    (adapters, problems)
}

/// The folder of a path such as `plugins/edfi/plugin.toml`; `None` for every other file.
fn id_of(path: &str) -> Option<&str> {
    let folder = path.strip_suffix("/plugin.toml")?;
    folder.rsplit('/').next()
}

#[cfg(test)]
mod tests;
