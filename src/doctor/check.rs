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
        "note: there is none; failure: it cannot be opened";
    ProjectValid = Project, "project-valid", "whether the project's files have errors",
        "failure: they have";
    ProjectWarnings = Project, "project-warnings", "whether the project's files have warnings",
        "warning: they have";
    ProjectSpelling = Project, "project-spelling", "whether lobu.toml is in the current format",
        "warning: it is in an old format";
    ProjectValues = Project, "project-values", "whether every `$VAR` has a value in the environment, in `.env` on this machine (with `-t`, in the target's `env_file`), or in the org",
        "note: missing here, and apply does not send it; warning: an apply will need it";
    DotenvReadable = Project, "dotenv-readable", "whether `.env` and every target's `env_file` can be read",
        "note: an `env_file` is missing; failure: one cannot be read";
    DotenvMode = Project, "dotenv-mode", "whether only the owner can open `.env` and every target's `env_file`",
        "warning: others can (fixed by `--fix`)";
    DotenvIgnored = Project, "dotenv-ignored", "whether git ignores `.env` and every target's `env_file`",
        "note: no file, and no rule; warning: a file, and no rule (both fixed by `--fix`)";
    StateFile = Project, "state-file", "whether the state directory can be read and written",
        "warning: it cannot";
    AccountFiles = Credentials, "account-files", "whether the files of contexts and logins are valid, and only their owner can open them",
        "warning: others can open them (fixed by `--fix`); failure: they are broken";
    TokenPresent = Credentials, "token-present", "whether there is a token for the server",
        "failure: there is none";
    KeyringEntry = Credentials, "keyring-entry", "whether the login of the context can be read from the system keyring",
        "failure: it cannot; skipped if the login is not in the keyring";
    TokenExpiry = Credentials, "token-expiry", "when the stored login expires, and whether it can be refreshed",
        "warning: it expires within a day and cannot be refreshed; failure: it has expired";
    TokenSendable = Credentials, "token-sendable", "whether the token can be sent",
        "failure: it contains a character that cannot be sent";
    TokenAccepted = Credentials, "token-accepted", "whether the server accepts the token",
        "failure: it is refused";
    ServerTarget = Server, "server-target", "whether a server and an org are set, without contradiction",
        "note: none is set; failure: flags, variables or the project contradict each other";
    ServerProxy = Server, "server-proxy", "whether a proxy is used, and which",
        "failure: the variable is not a proxy URL";
    ServerDns = Server, "server-dns", "whether the host name can be resolved",
        "failure: it cannot";
    ServerTcp = Server, "server-tcp", "whether the server accepts connections",
        "failure: it does not";
    ServerTls = Server, "server-tls", "whether the connection is secure and the certificate's chain is trusted",
        "warning: plain http to another machine; failure: it is not";
    ServerCertificate = Server, "server-certificate", "when the server's certificate expires",
        "warning: in less than 14 days";
    ServerHttp = Server, "server-http", "whether `GET /health` answers, and by which version of HTTP",
        "failure: it does not";
    ServerGeneration = Server, "server-generation", "which generation of the Lobu API it is",
        "failure: it is not a known Lobu API";
    ServerRoundTrip = Server, "server-round-trip", "how long an answer takes: the median of three",
        "note: more than a second";
    ServerClock = Server, "server-clock", "whether this machine's clock agrees with the server's",
        "warning: they are more than five minutes apart";
    ServerPlatforms = Server, "server-platforms", "whether the server has the platforms routes that apply uses",
        "failure: it does not";
    ServerSecretsApi = Server, "server-secrets-api", "whether the org has the secrets API",
        "note: it has none; warning: unknown; failure: it had one before";
    ServerUnknownRoutes = Server, "server-unknown-routes", "what a route that does not exist answers",
        "note: 200, as existing servers do";
    OrgPin = Org, "org-pin", "whether the org in use is the one that the project pins",
        "warning: `--org` overrides the pin; failure: environment and pin differ";
    OrgExists = Org, "org-exists", "whether the org exists",
        "failure: it does not";
    OrgMember = Org, "org-member", "whether the token's user can read the org",
        "failure: no";
    OrgSecretsRole = Org, "org-secrets-role", "whether role and scope are enough to change the org and its secrets",
        "note: they are not enough for secrets; failure: the token can only read (lobu's own server)";
    SecretsInOrg = Secrets, "secrets-in-org", "whether the org has every secret that the project references",
        "note: the embedded org does not have a provider key; warning: a secret is missing";
    EmbeddedDatabase = Embedded, "embedded-database", "whether the database can be read",
        "failure: it cannot, or it is not a lobu database";
    EmbeddedModes = Embedded, "embedded-modes", "whether only their owner can open the database and its key",
        "warning: others can (fixed by `--fix`)";
    EmbeddedKey = Embedded, "embedded-key", "whether the key exists and belongs to this database",
        "failure: it is missing, broken or of another database";
    EmbeddedSchema = Embedded, "embedded-schema", "whether the database's version is supported",
        "note: an older one; failure: a newer one";
    EmbeddedIntegrity = Embedded, "embedded-integrity", "whether the database is intact",
        "failure: it does not";
    EmbeddedSpace = Embedded, "embedded-space", "whether the disk of the database has free space",
        "warning: less than 32 MiB; failure: less than 1 MiB";
    MemoryInitialize = Memory, "memory-initialize", "whether the MCP endpoint opens a session",
        "failure: it does not";
    MemoryTools = Memory, "memory-tools", "whether the MCP endpoint lists tools",
        "warning: it lists none; failure: it does not answer";
}
