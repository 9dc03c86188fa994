//! Which server the double stands in for.

/// The generation of the server (`docs/api/servers.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// 2026-04-30, the one that was recorded.
    G1,
    /// 2026-05 to 2026-06.
    G2,
    /// From 2026-07: no platform routes, an ordered `models` list.
    G3,
}

/// How a secret of a platform reads back on a server with a chat manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretReading {
    /// `***` and the last four characters of the stored reference.
    Masked,
    /// The stored reference itself, `secret://…` (G2 only).
    Reference,
}

/// Everything that tells one double from another.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Which server it is.
    pub(crate) generation: Generation,
    /// Whether a live chat manager runs: the production shape.
    pub(crate) manager: bool,
    /// How secrets read back; only looked at with a manager.
    pub(crate) secret_reading: SecretReading,
    /// Whether schema errors are 409 and 422 with codes (G2 from June on).
    pub(crate) schema_codes: bool,
    /// Whether an unknown member of a settings PATCH is a 400.
    pub(crate) strict_settings: bool,
}

impl Options {
    /// The recorded generation in its production shape.
    pub(crate) fn g1_with_manager() -> Self {
        Self {
            generation: Generation::G1,
            manager: true,
            secret_reading: SecretReading::Masked,
            schema_codes: false,
            strict_settings: false,
        }
    }

    /// The recorded generation as the local development server.
    pub(crate) fn g1_without_manager() -> Self {
        Self { manager: false, ..Self::g1_with_manager() }
    }

    /// The second generation: with a manager, coded schema errors, strict settings.
    pub(crate) fn g2() -> Self {
        Self { generation: Generation::G2, schema_codes: true, strict_settings: true, ..Self::g1_with_manager() }
    }

    /// The third generation, which keeps platforms elsewhere.
    pub(crate) fn g3() -> Self {
        Self { generation: Generation::G3, ..Self::g2() }
    }

    /// Takes the chat manager away.
    pub(crate) fn without_manager(self) -> Self {
        Self { manager: false, ..self }
    }

    /// Makes secrets read back as `secret://…`.
    pub(crate) fn reading_references(self) -> Self {
        Self { secret_reading: SecretReading::Reference, ..self }
    }

    /// G2 as it was in May: schema errors are 400 texts, unknown settings members are ignored.
    pub(crate) fn before_june(self) -> Self {
        Self { schema_codes: false, strict_settings: false, ..self }
    }

    /// Whether the malformed answer to an entity create is given, a mark of the development server.
    pub(crate) fn malformed_entity_create(&self) -> bool {
        self.generation == Generation::G1 && !self.manager
    }

    /// The member of a platform row that names its agent.
    pub(crate) fn agent_member(&self) -> &'static str {
        match self.generation {
            Generation::G1 => "templateAgentId",
            Generation::G2 | Generation::G3 => "agentId",
        }
    }
}
