use schemars::JsonSchema;
use serde::Serialize;

use crate::secrets::Suspicion;

/// Why a person should look at a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CautionWord {
    /// Three base64url parts: a token that expires.
    Jwt,
    /// `$NAME`, `${…}` or `$(…)`: nothing is expanded.
    Expansion,
    /// Backticks around it.
    Backticks,
    /// Blanks or line breaks around it.
    Blanks,
    /// A ciphertext or a reference of another tool.
    Foreign,
}

impl CautionWord {
    pub(super) fn of(suspicion: Suspicion) -> Self {
        match suspicion {
            Suspicion::Jwt => Self::Jwt,
            Suspicion::Expansion => Self::Expansion,
            Suspicion::Backticks => Self::Backticks,
            Suspicion::Blanks => Self::Blanks,
            Suspicion::Foreign => Self::Foreign,
        }
    }
}
