/// A scalar field in its three states (F1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Declared<T> {
    /// Not in the files: left alone.
    #[default]
    Absent,
    /// Explicitly empty: cleared.
    Empty,
    /// Converged to.
    Value(T),
}

impl<T> Declared<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Empty => None,
        }
    }

    /// Whether the files say anything.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}
