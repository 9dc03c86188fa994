/// The generations of server that we can manage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// 2026-04-30.
    First,
    /// 2026-05 and 2026-06.
    Second,
    /// Our own.
    Ours,
}

impl Generation {
    /// The word in plans and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::First => "G1",
            Self::Second => "G2",
            Self::Ours => "lobu-rs",
        }
    }
}

/// What differs between servers and decides what a plan can do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a trait of its own")]
pub struct ServerTraits {
    pub generation: Generation,
    /// The version that it states.
    pub version: Option<String>,
    /// Whether a request that carries a config whole removes the keys that it omits; existing servers never do.
    pub removes_config_keys: bool,
    /// Whether relationship slugs are one namespace for all orgs.
    pub shares_relationship_slugs: bool,
    /// Whether linking one resource to another links the other one back.
    pub links_both_ways: bool,
    /// Whether a masked value in a settings member is kept; elsewhere the mask is stored over it.
    pub keeps_masks_in_settings: bool,
    /// Whether it refuses a schema with more columns than `Form::Schema` says; servers after 2026-06-19 don't.
    pub limits_table_columns: bool,
    /// Whether it says whether a literal is the value that it hides.
    pub compares_hidden_values: bool,
    /// Whether its objects have versions, and writes may be bound to them.
    pub has_versions: bool,
    /// Whether it records which project changed an object last.
    pub records_projects: bool,
    /// Whether a new version of a resource may lack what the one before had; elsewhere it inherits it.
    pub clears_versioned: bool,
    /// Whether making what was archived brings it back; elsewhere its id is taken for ever.
    pub revives_archived: bool,
}

impl ServerTraits {
    /// What a server of a generation does.
    pub fn of(generation: Generation, version: Option<String>) -> Self {
        let ours = generation == Generation::Ours;
        Self {
            generation,
            version,
            removes_config_keys: ours,
            shares_relationship_slugs: !ours,
            links_both_ways: !ours,
            keeps_masks_in_settings: ours,
            limits_table_columns: true,
            compares_hidden_values: false,
            has_versions: false,
            records_projects: false,
            clears_versioned: ours,
            revives_archived: ours,
        }
    }

    /// Whether it is our own.
    pub fn is_ours(&self) -> bool {
        self.generation == Generation::Ours
    }

    /// The same, of a server whose objects have versions.
    #[must_use]
    pub fn with_versions(self, has_versions: bool) -> Self {
        Self { has_versions: has_versions && self.generation == Generation::Ours, ..self }
    }
}

/// How secret values reach a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretsMode {
    /// It has the secrets API: references are sent.
    References,
    /// It has none: values of platforms are sent as values, MCP references as text.
    Values,
    /// It cannot be told: nothing that uses a secret is written.
    Unknown,
}
