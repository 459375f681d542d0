//! Puts `rules/` and `plugins/` into the binary, so that it works from anywhere. The folders are walked: nothing is listed by hand.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let mut code = String::from("&[\n");
    for folder in ["rules", "plugins"] {
        println!("cargo:rerun-if-changed={folder}");
        for file in walk(&root.join(folder)) {
            let name = file
                .strip_prefix(&root)
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/");
            let path = file.to_string_lossy();
            println!("cargo:rerun-if-changed={path}");
            writeln!(code, "    ({name:?}, include_bytes!({path:?})),").expect("writing to a string");
        }
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("embedded.rs");
    fs::write(out, code).expect("OUT_DIR can be written");
}

/// All files below a folder, sorted, hidden ones left out; none where there is no folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
