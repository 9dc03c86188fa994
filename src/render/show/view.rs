use crate::render::prose_diff::Folding;

/// How much is shown.
#[derive(Debug, Clone, Copy)]
pub struct ShowView {
    /// How wide a line may be.
    pub columns: usize,
    /// Whether long values are shown whole (`--full`).
    pub full: bool,
}

impl ShowView {
    pub(super) fn folding(self) -> Folding {
        if self.full { Folding::Full } else { Folding::Fold }
    }
}
