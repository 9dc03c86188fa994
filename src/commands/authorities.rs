use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::error::CommandError;

/// How many bytes a file of authorities may have; the largest bundle in use has a quarter of that.
const LARGEST: u64 = 1024 * 1024;

/// Reads the file of `--ca-file`: only the command line names one, never a project or its `.env` (T2).
pub fn read_authorities(path: &Path) -> Result<Vec<u8>, CommandError> {
    let refused = |what: &str| {
        let message = format!("--ca-file {}: {what}", path.display());
        CommandError::usage(message).hint("Name a file with certificates in PEM form; nothing was sent.")
    };
    let mut pem = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut pem));
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => refused("there is no such file"),
        other => refused(&format!("it can't be read: {other}")),
    })?;
    if u64::try_from(pem.len()).is_ok_and(|length| length <= LARGEST) {
        Ok(pem)
    } else {
        Err(refused("it is larger than 1 MiB"))
    }
}
