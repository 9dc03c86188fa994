//! Personal access tokens: their text, their hash, their scopes (`docs/api/access.md`).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{error::StoreError, vault};

/// What the text of a personal access token starts with.
pub(super) const PAT_PREFIX: &str = "owl_pat_";
/// Random bytes of a token: 32 base64url characters.
const TOKEN_BYTES: usize = 24;

/// A bearer token; wiped when dropped, and never printed by `Debug`.
pub struct AccessToken(Zeroizing<String>);

impl AccessToken {
    /// Makes a personal access token: `owl_pat_` and 32 base64url characters.
    pub(super) fn generate() -> Result<Self, StoreError> {
        Ok(Self(Zeroizing::new(format!("{PAT_PREFIX}{}", random_text()?.as_str()))))
    }

    /// Makes a token that one running server alone accepts.
    pub(super) fn generate_session() -> Result<Self, StoreError> {
        Ok(Self(random_text()?))
    }

    /// Takes the text of a token file; `None` if it does not hold a personal access token.
    pub(super) fn from_file(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.trim();
        text.starts_with(PAT_PREFIX).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Gives the text, for an `Authorization: Bearer` header or a 0600 file.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Makes a second value with the same text.
    pub(super) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// Gives the first 12 characters, by which a person can tell tokens apart.
    pub(super) fn prefix(&self) -> String {
        self.0.chars().take(12).collect()
    }

    /// Hashes the text as the database keeps it.
    pub(super) fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AccessToken(…)")
    }
}

/// Hashes a token: SHA-256 of the whole text.
pub(super) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn random_text() -> Result<Zeroizing<String>, StoreError> {
    let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
    vault::random(bytes.as_mut_slice())?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// The scopes of a bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Scopes {
    read: bool,
    write: bool,
    admin: bool,
}

impl Scopes {
    /// A bearer without a scope list may do all that its user's role allows.
    pub(super) const ALL: Self = Self { read: true, write: true, admin: true };

    /// Reads stored scope words; none stored means `mcp:read mcp:write`, unknown words are dropped.
    pub(super) fn parse(stored: Option<&str>) -> Self {
        let mut scopes = Self::default();
        for word in stored.unwrap_or("mcp:read mcp:write").split_whitespace() {
            match word {
                "mcp:read" => scopes.read = true,
                "mcp:write" => scopes.write = true,
                "mcp:admin" => scopes.admin = true,
                _ => {}
            }
        }
        scopes
    }

    /// Tells whether schema reads are allowed: any of the three `mcp:` scopes.
    pub(super) fn any(self) -> bool {
        self.read || self.write || self.admin
    }

    /// Tells whether changes are allowed: `mcp:admin`.
    pub(super) fn admin(self) -> bool {
        self.admin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_documented_form_and_hides_itself() {
        let token = AccessToken::generate().unwrap();
        let random = token.expose().strip_prefix("owl_pat_").unwrap();
        assert_eq!(random.len(), 32);
        assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert_eq!(token.prefix().len(), 12);
        assert_eq!(format!("{token:?}"), "AccessToken(…)");
    }

    #[test]
    fn scopes_default_to_read_and_write_and_drop_unknown_words() {
        let default = Scopes::parse(None);
        assert!(default.any() && !default.admin());
        assert!(Scopes::parse(Some("mcp:admin nonsense")).admin());
        assert!(!Scopes::parse(Some("profile:read")).any());
        assert!(!Scopes::parse(Some("")).any());
    }
}
