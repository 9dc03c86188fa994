use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::model::SecretName;

use super::SecretValue;

/// What the fingerprints of one secret are made with: 32 random bytes per org and name.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Reads 64 hex digits; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        text.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(Self(bytes))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(…)")
    }
}

/// Four hex digits that help eyes to tell values apart. Whether two values are equal is never decided on them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Reads four lower-case hex digits; none for anything else, which might be a part of a value.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 4 && text.bytes().all(digit)).then(|| Self(text.to_owned()))
    }

    /// The fingerprint of a value: the first four hex digits of HMAC-SHA-256(salt, name ‖ 0x00 ‖ value).
    pub fn of(salt: &Salt, name: &SecretName, value: &SecretValue) -> Option<Self> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&salt.0).ok()?;
        mac.update(name.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(value.text().as_bytes());
        let [first, second, ..] = <[u8; 32]>::from(mac.finalize().into_bytes());
        Some(Self(format!("{first:02x}{second:02x}")))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(salt: &str, name: &str, value: &str) -> String {
        let name = SecretName::parse(name).unwrap();
        Fingerprint::of(&Salt::parse(salt).unwrap(), &name, &SecretValue::new(value)).unwrap().0
    }

    #[test]
    fn a_fingerprint_is_that_of_the_decision() {
        // Computed with another implementation: HMAC-SHA-256, key 00…1f, message `FOO\0hunter2`.
        let salt = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        assert_eq!(of(salt, "FOO", "hunter2"), "ec47");
        assert_ne!(of(salt, "BAR", "hunter2"), of(salt, "FOO", "hunter2"));
        assert_ne!(of(&"0".repeat(64), "FOO", "hunter2"), of(salt, "FOO", "hunter2"));
    }

    #[test]
    fn only_four_lower_case_digits_are_shown() {
        assert_eq!(Fingerprint::parse("a3f1").unwrap().as_str(), "a3f1");
        for text in ["", "a3f", "a3f12", "A3F1", "hunt", "é12"] {
            assert!(Fingerprint::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_salt_is_64_hex_digits_and_is_not_printed() {
        let salt = Salt::parse(&"aB".repeat(32)).unwrap();
        assert_eq!(format!("{salt:?}"), "Salt(…)");
        let bad = [String::new(), "ab".repeat(31), "ab".repeat(33), "+1".repeat(32), "é".repeat(32), "zz".repeat(32)];
        for text in bad {
            assert!(Salt::parse(&text).is_none(), "{text}");
        }
    }
}
