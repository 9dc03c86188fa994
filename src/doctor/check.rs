/// What a check belongs to; reports list groups in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The files on this machine.
    Project,
    /// The token.
    Credentials,
    /// The way to the server, and what it is.
    Server,
    /// The org on it.
    Org,
    /// The org's secrets.
    Secrets,
    /// The org inside this program.
    Embedded,
    /// The MCP endpoint of the org's memory.
    Memory,
}

impl Group {
    /// Every group, in the order of reports.
    pub const ALL: [Self; 7] =
        [Self::Project, Self::Credentials, Self::Server, Self::Org, Self::Secrets, Self::Embedded, Self::Memory];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Credentials => "credentials",
            Self::Server => "server",
            Self::Org => "org",
            Self::Secrets => "secrets",
            Self::Embedded => "embedded",
            Self::Memory => "memory",
        }
    }

    /// The heading for people.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::Credentials => "Credentials",
            Self::Server => "Server",
            Self::Org => "Org",
            Self::Secrets => "Secrets",
            Self::Embedded => "Embedded org",
            Self::Memory => "Memory endpoint",
        }
    }

    /// The checks of the group, in their order.
    pub fn checks(self) -> impl Iterator<Item = Check> {
        Check::ALL.iter().copied().filter(move |check| check.group() == self)
    }
}

/// Declares the checks: variant, group, id, what is looked at, what it can end with beside `ok`.
macro_rules! checks {
    ($($variant:ident = $group:ident, $id:literal, $looks_at:literal, $ends:literal;)*) => {
        /// One thing that is looked at. Its id is part of the interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $(#[doc = $looks_at] $variant,)*
        }

        impl Check {
            /// Every check, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable id, kebab-case.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group,)* }
            }

            /// What is looked at, one phrase without a full stop.
            pub fn looks_at(self) -> &'static str {
                match self { $(Self::$variant => $looks_at,)* }
            }

            /// When it is a note, a warning or a failure, one phrase without a full stop.
            pub fn ends(self) -> &'static str {
                match self { $(Self::$variant => $ends,)* }
            }
        }
    };
}

checks! {
    ProjectFound = Project, "project-found", "whether there is a lobu.toml that can be opened",
        "note: there is none; failure: it can't be opened";
    ProjectValid = Project, "project-valid", "whether the project's files have errors",
        "failure: they have";
    ProjectWarnings = Project, "project-warnings", "whether the project's files have warnings",
        "warning: they have";
    ProjectSpelling = Project, "project-spelling", "whether lobu.toml is written in today's spelling",
        "warning: it has old spellings";
    ProjectValues = Project, "project-values", "whether every `$VAR` has a value in the environment, in `.env` on this machine (with `-t`, in the target's `env_file`), or in the org",
        "note: none is here, and apply sends none; warning: an apply will miss it";
    DotenvReadable = Project, "dotenv-readable", "whether `.env` and every target's `env_file` can be read by the rules of `.env`",
        "note: an `env_file` is missing; failure: one can't be read";
    DotenvMode = Project, "dotenv-mode", "whether only the owner can open `.env` and every target's `env_file`",
        "warning: others can (mended by `--fix`)";
    DotenvIgnored = Project, "dotenv-ignored", "whether git ignores `.env` and every target's `env_file`",
        "note: it would not, and there is none; warning: it does not (both mended by `--fix`)";
    StateFile = Project, "state-file", "whether what is remembered between runs can be read and written",
        "warning: it can't";
    AccountFiles = Credentials, "account-files", "whether the files of contexts and logins can be used, and by their owner only",
        "warning: others can open them (mended by `--fix`); failure: they are broken";
    TokenPresent = Credentials, "token-present", "whether there is a token for the server, and where it goes",
        "failure: there is none";
    TokenExpiry = Credentials, "token-expiry", "how long the stored login is good, and whether it can be refreshed",
        "warning: it ends within a day and can't be; failure: it has ended";
    TokenSendable = Credentials, "token-sendable", "whether the token can stand in a request",
        "failure: it holds a character that can't be sent";
    TokenAccepted = Credentials, "token-accepted", "whether the server takes the token",
        "failure: it is refused";
    ServerTarget = Server, "server-target", "whether a server and an org are named, once and safely",
        "note: none is named; failure: flags, variables or the project contradict each other";
    ServerProxy = Server, "server-proxy", "whether a proxy stands between, and which",
        "failure: the variable does not hold the URL of one";
    ServerDns = Server, "server-dns", "whether the host's name can be resolved",
        "failure: it can't";
    ServerTcp = Server, "server-tcp", "whether something listens there",
        "failure: nothing does";
    ServerTls = Server, "server-tls", "whether the connection is secure and the certificate's chain is trusted",
        "warning: plain http beyond this machine; failure: it is not";
    ServerCertificate = Server, "server-certificate", "how long the server's certificate is still good",
        "warning: for less than 14 days";
    ServerHttp = Server, "server-http", "whether `GET /health` answers, and by which version of HTTP",
        "failure: it does not";
    ServerGeneration = Server, "server-generation", "which generation of the Lobu API it is",
        "failure: it is no Lobu API, or one that is not known";
    ServerRoundTrip = Server, "server-round-trip", "how long an answer takes: the median of three",
        "note: more than a second";
    ServerClock = Server, "server-clock", "whether this machine's clock agrees with the server's",
        "warning: they are more than five minutes apart";
    ServerPlatforms = Server, "server-platforms", "whether the server keeps platforms where apply writes them",
        "failure: it keeps them elsewhere";
    ServerSecretsApi = Server, "server-secrets-api", "whether the org has the secrets API",
        "note: it has none; warning: it can't be told; failure: it had one when it was last seen";
    ServerUnknownRoutes = Server, "server-unknown-routes", "what a route that does not exist answers",
        "note: 200, as existing servers do";
    OrgPin = Org, "org-pin", "whether the project's pin is the org that is used",
        "warning: `--org` went over it; failure: environment and pin differ";
    OrgExists = Org, "org-exists", "whether the org exists",
        "failure: it does not";
    OrgMember = Org, "org-member", "whether the token's user is a member who may read the org",
        "failure: not";
    OrgSecretsRole = Org, "org-secrets-role", "whether role and scope are enough to change the org and its secrets",
        "note: they are not enough for secrets; failure: the token can only read (lobu's own server)";
    SecretsInOrg = Secrets, "secrets-in-org", "whether the org has every secret that the project refers to",
        "note: the embedded org lacks the key of a provider; warning: one is missing";
    EmbeddedDatabase = Embedded, "embedded-database", "whether the database can be read",
        "failure: it can't, or is none of ours";
    EmbeddedModes = Embedded, "embedded-modes", "whether only their owner can open the database and its key",
        "warning: others can (mended by `--fix`)";
    EmbeddedKey = Embedded, "embedded-key", "whether the key is there, and is this database's",
        "failure: it is missing, broken or another's";
    EmbeddedSchema = Embedded, "embedded-schema", "whether the database's version is known",
        "note: an older one; failure: a newer one";
    EmbeddedIntegrity = Embedded, "embedded-integrity", "whether SQLite finds the database whole",
        "failure: it does not";
    EmbeddedSpace = Embedded, "embedded-space", "whether the disk of the database has free space",
        "failure: less than 1 MiB";
    MemoryInitialize = Memory, "memory-initialize", "whether the MCP endpoint opens a session",
        "failure: it does not";
    MemoryTools = Memory, "memory-tools", "whether the MCP endpoint lists its tools",
        "warning: it lists none; failure: it does not answer";
}
