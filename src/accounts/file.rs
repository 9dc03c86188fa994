/// A file of contexts and logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountFile {
    /// `config.json`: contexts and which is the current one. Shared with the existing CLI.
    Config,
    /// `credentials.json`: access tokens, and refresh tokens of its own route. Shared with the existing CLI.
    Credentials,
    /// `memory.json`: server and org of the context `lobu`. Shared with the existing CLI.
    Memory,
    /// `cli.json`: what only this program knows of contexts.
    Cli,
}

impl AccountFile {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Config, Self::Credentials, Self::Memory, Self::Cli];

    /// The names of all of them.
    pub(super) const NAMES: [&'static str; 4] =
        [Self::Config.name(), Self::Credentials.name(), Self::Memory.name(), Self::Cli.name()];

    /// The file's name in its directory.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config.json",
            Self::Credentials => "credentials.json",
            Self::Memory => "memory.json",
            Self::Cli => "cli.json",
        }
    }

    /// The newest form that is understood, where the file says which one it has.
    pub(super) const fn newest_version(self) -> Option<u64> {
        match self {
            Self::Config => None,
            Self::Credentials => Some(2),
            Self::Memory | Self::Cli => Some(1),
        }
    }

    /// What the existing CLI writes behind the last brace.
    pub(super) const fn end(self) -> &'static str {
        match self {
            Self::Config | Self::Credentials => "",
            Self::Memory | Self::Cli => "\n",
        }
    }
}
