//! Encryption of secret values at rest, and the keyed digests that compare them (`docs/api/embedded-org.md`).

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead, KeyInit, Payload},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::StoreError;

const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 12;
const KEY_PREFIX: &str = "lobu-vault-key-v1:";

/// The key of one database, as its key file holds it.
pub(super) struct VaultKey(Zeroizing<[u8; KEY_LENGTH]>);

impl VaultKey {
    /// Makes a new key from the system's random numbers.
    pub(super) fn generate() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        random(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// Reads the text of a key file; `None` if it does not hold a key.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.trim_end();
        let bytes = Zeroizing::new(STANDARD.decode(text.strip_prefix(KEY_PREFIX)?).ok()?);
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        (bytes.len() == KEY_LENGTH).then(|| key.copy_from_slice(&bytes))?;
        Some(Self(key))
    }

    /// Gives the text for a key file, with its line end.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(STANDARD.encode(self.0.as_slice()));
        Zeroizing::new(format!("{KEY_PREFIX}{}\n", encoded.as_str()))
    }
}

/// Where a value lies; bound into its ciphertext, so that it opens nowhere else.
pub(super) struct ValueLocation<'a> {
    /// The organization's permanent id, not its slug.
    pub(super) org: &'a str,
    /// What the value belongs to, such as `platform/triage/triage-slack`.
    pub(super) owner: &'a str,
    /// The field of the owner, or the name of an org's secret.
    pub(super) field: &'a str,
}

/// A keyed digest of a value at its place: equal digests mean equal values.
pub(super) struct Digest([u8; 32]);

impl Digest {
    /// Gives the bytes for the database.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares with a stored digest in constant time.
    pub(super) fn matches(&self, stored: &[u8]) -> bool {
        stored.len() == self.0.len()
            && stored.iter().zip(self.0).fold(0, |difference, (left, right)| difference | (left ^ right)) == 0
    }

    /// Gives the text that stands for the value in answers: `***` and 4 hex digits.
    pub(super) fn mask(&self) -> String {
        let [first, second, ..] = self.0;
        format!("{MASK}{first:02x}{second:02x}")
    }
}

/// What every masked value starts with; as an input it means "keep what is stored".
pub(super) const MASK: &str = "***";

/// Seals and opens the secret values of one database.
pub(super) struct Vault {
    key_id: String,
    cipher: Aes256Gcm,
    digest_key: Zeroizing<[u8; KEY_LENGTH]>,
}

impl Vault {
    /// Derives the keys for encryption and for digests.
    pub(super) fn new(key: &VaultKey) -> Result<Self, StoreError> {
        let encryption = derive(key, "encryption")?;
        let cipher = Aes256Gcm::new_from_slice(encryption.as_slice())
            .map_err(|_| StoreError::Cipher { action: "prepare the cipher" })?;
        let id = derive(key, "id")?;
        Ok(Self { key_id: hex(id.get(..8).unwrap_or_default()), cipher, digest_key: derive(key, "digest")? })
    }

    /// Gives the id of the key: derived from it, and telling nothing about it.
    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Encrypts a value for its place and version: nonce, ciphertext, tag.
    pub(super) fn seal(&self, location: &ValueLocation<'_>, version: i64, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_LENGTH];
        random(&mut nonce)?;
        let associated = self.associated(location, version);
        let sealed = self
            .cipher
            .encrypt(&nonce.into(), Payload { msg: value, aad: &associated })
            .map_err(|_| StoreError::Cipher { action: "encrypt a value" })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts a value; fails if it was sealed for another location, version or key.
    pub(super) fn open(
        &self,
        location: &ValueLocation<'_>,
        version: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let failed = || StoreError::Cipher { action: "decrypt a value" };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LENGTH>().ok_or_else(failed)?;
        let associated = self.associated(location, version);
        let value =
            self.cipher.decrypt(&(*nonce).into(), Payload { msg: sealed, aad: &associated }).map_err(|_| failed())?;
        Ok(Zeroizing::new(value))
    }

    /// Digests a value for its place: HMAC-SHA-256 under a key of its own.
    pub(super) fn digest(&self, location: &ValueLocation<'_>, value: &[u8]) -> Result<Digest, StoreError> {
        let mut parts = Vec::with_capacity(64);
        for part in [location.org, location.owner, location.field] {
            push_part(&mut parts, part.as_bytes());
        }
        let mut mac = keyed(self.digest_key.as_slice())?;
        mac.update(&parts);
        mac.update(value);
        Ok(Digest(mac.finalize().into_bytes().into()))
    }

    /// Joins what a ciphertext is bound to; lengths before the parts, so that no two places look alike.
    fn associated(&self, location: &ValueLocation<'_>, version: i64) -> Vec<u8> {
        let mut parts = Vec::with_capacity(96);
        for part in [self.key_id.as_str(), location.org, location.owner, location.field] {
            push_part(&mut parts, part.as_bytes());
        }
        push_part(&mut parts, &version.to_be_bytes());
        parts
    }
}

/// Bytes of the salt of a fingerprint.
pub(super) const SALT_LENGTH: usize = 32;

/// Gives the fingerprint of an organization's secret: the first 4 hex digits of HMAC-SHA-256(salt, name ‖ 0x00 ‖ value).
/// It is for eyes: equality is decided by [`Vault::digest`].
pub(super) fn fingerprint(salt: &[u8], name: &str, value: &[u8]) -> Result<String, StoreError> {
    let mut mac = keyed(salt)?;
    mac.update(name.as_bytes());
    mac.update(&[0]);
    mac.update(value);
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    Ok(hex(bytes.get(..2).unwrap_or_default()))
}

/// Fills a buffer with random bytes of the system.
pub(super) fn random(buffer: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(buffer).map_err(|_| StoreError::Cipher { action: "get random numbers from the system" })
}

/// Writes bytes as lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ok = write!(text, "{byte:02x}");
        text
    })
}

fn push_part(parts: &mut Vec<u8>, part: &[u8]) {
    parts.extend_from_slice(&(part.len() as u64).to_be_bytes());
    parts.extend_from_slice(part);
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha256>, StoreError> {
    <Hmac<Sha256> as KeyInit>::new_from_slice(key).map_err(|_| StoreError::Cipher { action: "prepare the digest" })
}

fn derive(key: &VaultKey, purpose: &str) -> Result<Zeroizing<[u8; KEY_LENGTH]>, StoreError> {
    let mut mac = keyed(key.0.as_slice())?;
    mac.update(b"lobu vault v1 ");
    mac.update(purpose.as_bytes());
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: ValueLocation<'static> =
        ValueLocation { org: "org-1", owner: "platform/a/b", field: "[\"botToken\"]" };

    fn vault() -> Vault {
        Vault::new(&VaultKey::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_sealed_value_opens_at_its_own_place_and_version_only() {
        let vault = vault();
        let sealed = vault.seal(&PLACE, 1, b"hunter2").unwrap();
        assert_eq!(vault.open(&PLACE, 1, &sealed).unwrap().as_slice(), b"hunter2");
        for (location, version) in [
            (PLACE, 2),
            (ValueLocation { org: "org-2", ..PLACE }, 1),
            (ValueLocation { owner: "platform/a/c", ..PLACE }, 1),
            (ValueLocation { field: "x", ..PLACE }, 1),
            (ValueLocation { org: "org-1p", owner: "latform/a/b", ..PLACE }, 1),
        ] {
            assert!(vault.open(&location, version, &sealed).is_err());
        }
        assert!(self::vault().open(&PLACE, 1, &sealed).is_err());
        assert!(vault.open(&PLACE, 1, b"short").is_err());
    }

    #[test]
    fn sealing_twice_gives_different_bytes_and_the_same_digest() {
        let vault = vault();
        assert_ne!(vault.seal(&PLACE, 1, b"v").unwrap(), vault.seal(&PLACE, 1, b"v").unwrap());
        let digest = vault.digest(&PLACE, b"v").unwrap();
        assert!(digest.matches(vault.digest(&PLACE, b"v").unwrap().as_bytes()));
        assert!(!digest.matches(vault.digest(&PLACE, b"w").unwrap().as_bytes()));
        assert!(!digest.matches(vault.digest(&ValueLocation { org: "other", ..PLACE }, b"v").unwrap().as_bytes()));
        assert!(!digest.matches(b""));
    }

    #[test]
    fn a_mask_is_three_stars_and_four_hex_digits() {
        let mask = vault().digest(&PLACE, b"v").unwrap().mask();
        assert_eq!(mask.len(), 7);
        assert!(mask.strip_prefix(MASK).unwrap().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_fingerprint_depends_on_salt_name_and_value() {
        // Counted apart from this program: HMAC-SHA-256 under 32 bytes of 0x07 of `FOO`, a zero byte, `bar`.
        let salt = [7; SALT_LENGTH];
        let fingerprint = |salt: &[u8], name, value: &str| fingerprint(salt, name, value.as_bytes()).unwrap();
        assert_eq!(fingerprint(&salt, "FOO", "bar"), "31e1");
        assert_ne!(fingerprint(&[8; SALT_LENGTH], "FOO", "bar"), "31e1");
        assert_ne!(fingerprint(&salt, "FOP", "bar"), "31e1");
        assert_ne!(fingerprint(&salt, "FOO", "baz"), "31e1");
    }

    #[test]
    fn a_key_survives_its_file() {
        let key = VaultKey::generate().unwrap();
        let read = VaultKey::parse(key.to_text().as_bytes()).unwrap();
        assert_eq!(Vault::new(&key).unwrap().key_id(), Vault::new(&read).unwrap().key_id());
        for text in ["", "lobu-vault-key-v1:", "lobu-vault-key-v1:AAAA", "other:AAAA", "lobu-vault-key-v1:!!"] {
            assert!(VaultKey::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
