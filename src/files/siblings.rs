//! The names that files have beside the one that they will replace, and what killed processes left under such names.

use std::io;

use cap_std::fs::Dir;

/// How many names a sibling may have, should something that is no leftover stand there.
const SIBLINGS: u32 = 16;

/// Makes something of the first name that is free.
pub(super) fn with_sibling<T>(name: &str, mut attempt: impl FnMut(&str) -> io::Result<T>) -> io::Result<(T, String)> {
    let mut failure = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..SIBLINGS {
        let sibling = format!("{name}.{}.{number}.tmp", std::process::id());
        match attempt(&sibling) {
            Ok(made) => return Ok((made, sibling)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
}

/// Removes the siblings of a file: only with the directory's lock held, as then nobody writes one.
pub(super) fn sweep(directory: &Dir, name: &str) -> io::Result<()> {
    for entry in directory.entries()? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|found| is_sibling(found, name)) && entry.file_type()?.is_file() {
            entry.remove_file()?;
        }
    }
    Ok(())
}

/// Whether a name is one that [`with_sibling`] makes, by whatever process.
fn is_sibling(found: &str, name: &str) -> bool {
    let numbers = || found.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".tmp")?.split_once('.');
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers().is_some_and(|(process, number)| is_number(process) && is_number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_known_by_their_names() {
        for (name, expected) in [
            (".env.1.0.tmp", true),
            (".env.4711.15.tmp", true),
            (".env", false),
            (".env.tmp", false),
            (".env.1.tmp", false),
            (".env.1.x.tmp", false),
            (".env..0.tmp", false),
            (".env.1.0.2.tmp", false),
            (".env.1.0.tmp~", false),
            ("x.env.1.0.tmp", false),
        ] {
            assert_eq!(is_sibling(name, ".env"), expected, "{name}");
        }
    }
}
