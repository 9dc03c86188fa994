use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SecretValue;

/// What a plan and the apply of it share, so that the id of a plan tells hidden literals apart: 32 random bytes.
pub struct PlanKey(Zeroizing<[u8; 32]>);

impl PlanKey {
    /// Reads 64 hex digits, or 32 bytes in base64; none for anything else.
    pub fn parse(text: &SecretValue) -> Option<Self> {
        let text = text.text().trim();
        let bytes = Zeroizing::new(if text.len() == 64 { from_hex(text)? } else { from_base64(text)? });
        <[u8; 32]>::try_from(bytes.as_slice()).ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// What stands for a hidden literal in the id of a plan: its HMAC-SHA-256 in hex digits.
    pub fn seal(&self, literal: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else { return String::new() };
        mac.update(literal.as_bytes());
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
        mac.finalize().into_bytes().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Vec<u8> = text.as_bytes().iter().map(digit).collect::<Option<_>>()?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_in_hex_or_base64() {
        let parse = |text: &str| PlanKey::parse(&SecretValue::new(text));
        let hex = "0f".repeat(32);
        let base64 = STANDARD.encode([15; 32]);
        let seals: Vec<_> = [hex.as_str(), &hex.to_uppercase(), &base64, base64.trim_end_matches('=')]
            .into_iter()
            .map(|text| parse(text).unwrap().seal("literal"))
            .collect();
        assert!(seals.iter().all(|seal| *seal == seals[0] && seal.len() == 64), "{seals:?}");
        assert_ne!(parse(&hex).unwrap().seal("other"), seals[0]);
        for text in ["", "short", &"0g".repeat(32), &"0f".repeat(31), &STANDARD.encode([15; 33])] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
