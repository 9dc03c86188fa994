use crate::render::prose_diff::Folding;

/// Where a pull comes from, and how much of it is shown.
#[derive(Clone)]
pub struct PullView<'a> {
    /// The context's name.
    pub context: &'a str,
    /// The server's origin.
    pub server: &'a str,
    /// The org's slug.
    pub org: &'a str,
    /// Whether the head is shown: not below a line on the same terminal that says the same.
    pub with_head: bool,
    /// How wide a line may be.
    pub columns: usize,
    /// Whether long values, and the fields of what is new, are shown (`--full`).
    pub full: bool,
    /// The selectors as they were written.
    pub selectors: &'a [String],
    /// Where a new project is made, if one is.
    pub new_project: Option<String>,
}

impl PullView<'_> {
    pub(super) fn folding(&self) -> Folding {
        if self.full { Folding::Full } else { Folding::Fold }
    }
}
