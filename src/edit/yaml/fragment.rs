/// A written value: what stands on the line of its key, and the lines after that, each with its break in front.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) head: String,
    pub(super) body: String,
}

/// What a value stands behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    /// Nothing: it is the document.
    Root,
    /// A key at this column, from 0.
    Key(usize),
    /// A dash at this column, from 0.
    Dash(usize),
}

impl Fragment {
    pub(super) fn inline(head: impl Into<String>) -> Self {
        Self { head: head.into(), body: String::new() }
    }
}

impl Parent {
    /// How far the parts of the value are indented.
    pub(super) fn indent(self, step: usize) -> usize {
        match self {
            Self::Root => 0,
            Self::Key(column) => column + step,
            Self::Dash(column) => column + 2,
        }
    }

    pub(super) fn column(self) -> Option<usize> {
        match self {
            Self::Root => None,
            Self::Key(column) | Self::Dash(column) => Some(column),
        }
    }
}
