//! The table of limits.

pub use crate::edit::yaml::YamlLimits;

/// How much of a project is read before it is refused: a project is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a Markdown file: a prompt or a skill.
    pub markdown: u64,
    /// Bytes of lobu.toml.
    pub lobu_toml: u64,
    /// Bytes of a model file.
    pub model_file: u64,
    /// Bytes of a script that a model file names: as much as servers take.
    pub script: u64,
    /// Bytes of a `.env` file: as much as one push of secrets may carry.
    pub dotenv: u64,
    /// Files read, and entries listed in one directory, of one project.
    pub files: usize,
    /// What one YAML stream may cost.
    pub yaml: YamlLimits,
}

const MEBIBYTE: u64 = 1024 * 1024;

impl Limits {
    /// The limits that every command reads with; `docs/reference/limits.md` lists them.
    pub const DEFAULT: Self = Self {
        markdown: MEBIBYTE,
        lobu_toml: 10 * MEBIBYTE,
        model_file: 4 * MEBIBYTE,
        script: MEBIBYTE / 4,
        dotenv: 8 * MEBIBYTE,
        files: 100_000,
        yaml: YamlLimits::DEFAULT,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_decision() {
        let limits = Limits::default();
        assert_eq!((limits.markdown, limits.lobu_toml, limits.model_file), (1 << 20, 10 << 20, 4 << 20));
        assert_eq!((limits.yaml.depth, limits.yaml.aliases, limits.files), (32, 100, 100_000));
    }
}
