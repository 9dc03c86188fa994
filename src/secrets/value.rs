use zeroize::Zeroizing;

/// The text of a secret (K7): no `Display`, `Debug`, `Serialize`, `Clone` or `PartialEq`, and wiped when dropped.
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Takes a text; what it was copied from is the caller's to wipe.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Whether nothing is there, which counts as missing (F6).
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use serde::Serialize;

    use super::SecretValue;

    /// Does not compile if a secret value has the trait: the call would then be ambiguous.
    macro_rules! has_no {
        ($bound:path) => {{
            trait Ambiguous<A> {
                fn check() {}
            }
            struct Second;
            impl<T> Ambiguous<()> for T {}
            impl<T: $bound> Ambiguous<Second> for T {}
            <SecretValue as Ambiguous<_>>::check();
        }};
    }

    #[test]
    fn a_value_cannot_be_shown_copied_or_compared() {
        has_no!(Debug);
        has_no!(Display);
        has_no!(Serialize);
        has_no!(Clone);
        has_no!(PartialEq);
    }
}
