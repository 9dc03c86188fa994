/// When output has color (`--color`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// On terminals that want it.
    #[default]
    Auto,
    Always,
    Never,
}

impl ColorChoice {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// How much is said on stderr (`-q`, `-v`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Only errors and warnings.
    Quiet,
    /// What happens.
    #[default]
    Normal,
    /// Details too.
    Verbose,
}

/// What the command line and the environment say about output, resolved by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, given by a flag or a variable")]
pub struct Options {
    /// `--color`.
    pub color: ColorChoice,
    /// `NO_COLOR` is set and not empty; an explicit `--color` wins.
    pub no_color: bool,
    /// `TERM` is `dumb`: neither color nor a moving progress bar.
    pub dumb: bool,
    /// How much is said.
    pub verbosity: Verbosity,
    /// `--no-input`: no question is ever asked.
    pub no_input: bool,
    /// The run's log is read in a CI's page, which wraps by itself.
    pub ci: bool,
    /// GitHub reads the log: errors and warnings are annotations too.
    pub annotates: bool,
}

impl Options {
    /// Whether a stream has color.
    pub(super) fn has_color(self, is_terminal: bool) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !self.no_color && !self.dumb,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_follows_choice_then_environment_then_terminal() {
        let options = |color, no_color, dumb| Options { color, no_color, dumb, ..Options::default() };
        let table = [
            (options(ColorChoice::Auto, false, false), true, false),
            (options(ColorChoice::Auto, true, false), false, false),
            (options(ColorChoice::Auto, false, true), false, false),
            (options(ColorChoice::Always, true, true), true, true),
            (options(ColorChoice::Never, false, false), false, false),
        ];
        for (options, on_terminal, elsewhere) in table {
            assert_eq!((options.has_color(true), options.has_color(false)), (on_terminal, elsewhere), "{options:?}");
        }
    }
}
