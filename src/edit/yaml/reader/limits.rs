/// What one YAML stream may cost, so that a small file cannot become a large tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlLimits {
    /// How deep lists and mappings may be nested, aliases expanded.
    pub depth: usize,
    /// How many aliases, and how many anchors, there may be.
    pub aliases: usize,
    /// How many values there may be, aliases expanded. A file of full size holds fewer.
    pub nodes: usize,
    /// How many bytes of text aliases may repeat.
    pub repeated_bytes: usize,
}

impl YamlLimits {
    /// The limits of files of a project.
    pub const DEFAULT: Self = Self { depth: 32, aliases: 100, nodes: 500_000, repeated_bytes: 4 * 1024 * 1024 };
}
