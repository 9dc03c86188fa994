//! The keyring of this system: the Secret Service on Linux, the login keychain on macOS.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::{KeyringProblem, KeyringStore};

/// The service under which a keyring's program lists the entries.
const SERVICE: &str = "lobu";

/// How many characters of the system's words are kept.
const LONGEST_REASON: usize = 200;

/// The keyring of this system. It is connected to at the first call.
pub(super) struct SystemKeyring;

impl KeyringStore for SystemKeyring {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringProblem> {
        match entry(name)?.get_secret() {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(problem(error, Words::Kept)),
        }
    }

    fn write(&self, name: &str, text: &[u8]) -> Result<(), KeyringProblem> {
        entry(name)?.set_secret(text).map_err(|error| problem(error, Words::Dropped))
    }

    fn delete(&self, name: &str) -> Result<bool, KeyringProblem> {
        match entry(name)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(problem(error, Words::Kept)),
        }
    }
}

/// Whether the system's words become part of an error.
#[derive(Clone, Copy)]
enum Words {
    Kept,
    /// They may repeat what was sent.
    Dropped,
}

fn entry(name: &str) -> Result<Entry, KeyringProblem> {
    if let Err(error) = Entry::store_status() {
        return Err(KeyringProblem::NoService { reason: shortened(error) });
    }
    // Only names are sent yet.
    Entry::new(SERVICE, name).map_err(|error| problem(error, Words::Kept))
}

fn problem(error: Error, words: Words) -> KeyringProblem {
    match error {
        Error::NoStorageAccess(_) => KeyringProblem::Locked,
        Error::Ambiguous(_) => KeyringProblem::Ambiguous,
        Error::BadEncoding(text) | Error::BadDataFormat(text, _) => {
            drop(Zeroizing::new(text));
            KeyringProblem::NotALogin
        }
        error => KeyringProblem::Failed {
            reason: match words {
                Words::Kept => Some(shortened(&error)),
                Words::Dropped => None,
            },
        },
    }
}

fn shortened(error: &Error) -> String {
    let text = match error {
        Error::PlatformFailure(inner) => inner.to_string(),
        error => error.to_string(),
    };
    text.chars().take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_library_are_told_apart_and_quote_no_entry() {
        let text = || b"SENTINEL".to_vec();
        let boxed = || Box::from("words SENTINEL");
        let failed = |reason: Option<&str>| KeyringProblem::Failed { reason: reason.map(str::to_owned) };
        for (error, expected) in [
            (Error::NoStorageAccess(boxed()), KeyringProblem::Locked),
            (Error::Ambiguous(Vec::new()), KeyringProblem::Ambiguous),
            (Error::BadEncoding(text()), KeyringProblem::NotALogin),
            (Error::BadDataFormat(text(), boxed()), KeyringProblem::NotALogin),
            (Error::PlatformFailure(boxed()), failed(None)),
            (Error::TooLong("SENTINEL".to_owned(), 1), failed(None)),
        ] {
            let problem = problem(error, Words::Dropped);
            assert_eq!(problem, expected);
            assert!(!format!("{problem} {problem:?}").contains("SENTINEL"));
        }
        assert_eq!(problem(Error::PlatformFailure("no such item".into()), Words::Kept), failed(Some("no such item")));
        let long = Error::PlatformFailure("x".repeat(300).into());
        assert_eq!(problem(long, Words::Kept), failed(Some(&"x".repeat(LONGEST_REASON))));
    }
}
