use zeroize::Zeroizing;

use super::KeyringProblem;

/// A keyring, as far as logins need one. Its calls block, and may wait for a person who unlocks it.
///
/// The text of an entry is a secret: an implementation keeps no copy and puts nothing of it into an error.
pub trait KeyringStore: Send + Sync {
    /// The text of an entry; none if there is no entry.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringProblem>;

    /// Puts a text in an entry, in the place of the one that is there.
    fn write(&self, name: &str, text: &[u8]) -> Result<(), KeyringProblem>;

    /// Deletes an entry; false if there was none.
    fn delete(&self, name: &str) -> Result<bool, KeyringProblem>;
}
