//! Starting a program with as little as it needs, and ending it with all that it started.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::plugins::manifest::Program;

/// Where programs are looked for. The service's own PATH is not handed on: what runs would depend on who started firstbell.
#[cfg(unix)]
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin";

/// Files that a program may have open.
#[cfg(unix)]
const OPEN_FILES: u32 = 256;
/// The largest file that it may write, in blocks of 512 bytes: 1 GiB.
#[cfg(unix)]
const FILE_BLOCKS: u32 = 2 << 20;

/// Sets limits and becomes the program: processor seconds, kilobytes of memory, blocks of a file, open files, no core dump (one would
/// hold students' data). A limit that a system does not know is passed over.
#[cfg(unix)]
const WRAPPER: &str = "ulimit -c 0; ulimit -t \"$1\"; ulimit -v \"$2\" 2>/dev/null; ulimit -f \"$3\"; ulimit -n \"$4\"; shift 4; exec \"$@\"";

/// Starts a program in its own folder. `work` is the only other folder that it is told of.
pub(super) fn start(program: &Program, folder: &Path, work: &Path) -> io::Result<Child> {
    let mut command = limited(program, folder)?;
    command
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("LC_ALL", "C.UTF-8")
        .env("TMPDIR", work)
        .env("HOME", work)
        // A cache beside the script would change the folder, and with it the digest under which it was enabled.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "UTF-8")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    command.env("PATH", PATH);
    #[cfg(not(unix))]
    for name in ["PATH", "SystemRoot", "SystemDrive", "TEMP"] {
        // Windows programs do not start without these.
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(&program.env).spawn()
}

#[cfg(unix)]
fn limited(program: &Program, folder: &Path) -> io::Result<Command> {
    use std::os::unix::process::CommandExt as _;
    let found = program_of(&program.command[0], folder).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("there is no program `{}`", program.command[0]),
        )
    })?;
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", WRAPPER, "firstbell"])
        .arg((program.deadline.as_secs() + program.hello.as_secs()).to_string())
        .arg((program.memory_mb * 1024).to_string())
        .arg(FILE_BLOCKS.to_string())
        .arg(OPEN_FILES.to_string())
        .arg(found)
        .args(&program.command[1..])
        // A group of its own, so that what it starts is ended with it.
        .process_group(0);
    Ok(command)
}

#[cfg(not(unix))]
fn limited(program: &Program, folder: &Path) -> io::Result<Command> {
    let found = program_of(&program.command[0], folder).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("there is no program `{}`", program.command[0]),
        )
    })?;
    let mut command = Command::new(found);
    command.args(&program.command[1..]);
    Ok(command)
}

/// Where the program of a name is: in the plugin's folder where the name has a slash, else on the path.
pub(in crate::plugins) fn program_of(name: &str, folder: &Path) -> Option<PathBuf> {
    if name.contains(['/', '\\']) {
        let path = folder.join(name);
        return path.is_file().then_some(path);
    }
    on_path(name)
}

#[cfg(unix)]
fn on_path(name: &str) -> Option<PathBuf> {
    PATH.split(':')
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file())
}

#[cfg(not(unix))]
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = [name.to_owned(), format!("{name}.exe"), format!("{name}.cmd")];
    std::env::split_paths(&path)
        .flat_map(|folder| names.clone().map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// Ends a program and everything in its group. Its number is not given to another process before it is waited for.
pub(super) fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = format!("-{}", child.id());
        let ended = Command::new("/bin/sh")
            .args(["-c", "kill -s KILL -- \"$1\"", "firstbell", &group])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        // Without a shell nothing could have been started either; the program itself is ended below all the same.
        drop(ended);
    }
    // One that has ended already is no failure.
    let _ = child.kill();
    let _ = child.wait();
}
