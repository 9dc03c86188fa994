//! The logs that applies leave which did not succeed, below the state directory.

use std::fs::{self, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Their directory below the user's state directory.
pub(crate) const LOGS: &str = "lobu/logs";

/// How many bytes of a log are read.
const LARGEST: u64 = 5 * 1024 * 1024;

/// The names of the logs in a directory, the oldest first.
pub(crate) fn log_names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_log(name)).collect();
    names.sort();
    names
}

fn is_log(name: &str) -> bool {
    name.strip_prefix("apply-").is_some_and(|rest| rest.strip_suffix(".log").is_some())
}

/// The text of the newest log; none where there is none that can be read.
pub(super) fn latest_log(state: &Path) -> Option<String> {
    let directory = state.join(LOGS);
    let name = log_names(&directory).pop()?;
    let path = directory.join(name);
    path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
    // Neither a symlink is followed nor a pipe waited for that took its place since.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path).ok()?;
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}
