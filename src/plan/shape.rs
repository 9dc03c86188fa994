//! The shape of an agent's config: what files can express, how it is compared and what becomes of what they leave out.
//!
//! One table drives the diff, `--prune` and the documentation of F1.

use crate::org::SettingsMember;

/// How a leaf is compared and cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    /// A text; cleared by leaving it out, or by an empty text where it is a whole member.
    Text,
    /// A text whose surrounding blanks do not count, since no file keeps them: prompts, and the bodies of skills.
    Prose,
    /// A text in which references are read (V1).
    SecretText,
    /// A text that counts as equal where the org has none (P7: the type of an MCP server).
    TextIfKept,
    /// A truth value.
    Flag,
    /// A plain list: exactly its elements, in order. Cleared by an empty list.
    List,
    /// A list that files write as a mapping by `id`, which has no order: that of the elements does not count.
    ById,
    /// A plain list of judged domains, whose domains are normalised on both sides (P7).
    JudgedDomains,
    /// Kept as the org has it, never declared, never drift: `installedAt`, a skill's `enabled`.
    Kept,
}

/// A place in the config.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A leaf.
    Leaf(Leaf),
    /// An object with known members; unknown ones are carried over.
    Table(&'static [Member]),
    /// An object with free names.
    Map(&'static Shape),
    /// A list whose entries have a key.
    Keyed(&'static Keyed),
}

/// A known member of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// Its name on the wire.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) shape: Shape,
    /// Where a file writes it, for the documentation.
    pub(super) file: &'static str,
    /// Whether clearing it under `--yes` needs `--allow-clear` (F1).
    pub(super) guarded: bool,
    /// Whether `--prune` removes it where no file has it (P5).
    pub(super) prunable: bool,
    /// What it has to do with where values go.
    pub(super) transfer: Transfer,
}

/// What a member of an entry has to do with the destination of the entry's values. A value that only the org has stays where it
/// is: once a destination changes, it must be declared or cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    /// It may hold a secret, which goes wherever the entry's destination is.
    Value,
    /// It decides where the values of its entry go.
    Destination,
    /// Both: the arguments of a command.
    DestinationAndValue,
    /// Never a secret.
    Harmless,
}

impl Transfer {
    /// Whether a change of it sends the values of its entry elsewhere.
    pub(super) fn is_destination(self) -> bool {
        matches!(self, Self::Destination | Self::DestinationAndValue)
    }

    /// Whether it may hold a secret that must not follow.
    pub(super) fn is_value(self) -> bool {
        matches!(self, Self::Value | Self::DestinationAndValue)
    }
}

/// A list whose entries have a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyed {
    /// The members that make the key.
    pub(super) key: &'static [&'static str],
    /// What else an entry holds.
    pub(super) entry: &'static [Member],
    /// Whether the order of the entries counts; that of skills does not, since their files have none.
    pub(super) order_counts: bool,
    /// Members of a new entry that no file writes.
    pub(super) new_entry: &'static [(&'static str, bool)],
}

const fn member(name: &'static str, shape: Shape, file: &'static str) -> Member {
    Member { name, shape, file, guarded: false, prunable: true, transfer: Transfer::Value }
}

const fn guarded(name: &'static str, shape: Shape, file: &'static str) -> Member {
    Member { name, shape, file, guarded: true, prunable: true, transfer: Transfer::Value }
}

/// A Markdown file: only a blank file clears it, so `--prune` leaves it alone (P5).
const fn prompt(name: &'static str, file: &'static str) -> Member {
    Member { name, shape: PROSE, file, guarded: true, prunable: false, transfer: Transfer::Value }
}

const fn transferring(transfer: Transfer, member: Member) -> Member {
    Member { transfer, ..member }
}

const TEXT: Shape = Shape::Leaf(Leaf::Text);
const PROSE: Shape = Shape::Leaf(Leaf::Prose);
const SECRET: Shape = Shape::Leaf(Leaf::SecretText);
const LIST: Shape = Shape::Leaf(Leaf::List);
const FLAG: Shape = Shape::Leaf(Leaf::Flag);
const KEPT: Shape = Shape::Leaf(Leaf::Kept);

const SKILL: Keyed = Keyed {
    key: &["repo", "name"],
    entry: &[
        member("content", PROSE, "the body of SKILL.md"),
        member("description", TEXT, "SKILL.md: description"),
        member("nixPackages", LIST, "SKILL.md: nixPackages"),
        member(
            "networkConfig",
            Shape::Table(&[
                member("allowedDomains", LIST, "SKILL.md: network.allow"),
                member("deniedDomains", LIST, "SKILL.md: network.deny"),
                member("judgedDomains", Shape::Leaf(Leaf::JudgedDomains), "SKILL.md: network.judge"),
                member("judges", Shape::Map(&TEXT), "SKILL.md: judges.<name>"),
            ]),
            "",
        ),
        member("mcpServers", Shape::Leaf(Leaf::ById), "SKILL.md: mcpServers"),
        member("enabled", KEPT, ""),
    ],
    order_counts: false,
    new_entry: &[("enabled", true)],
};

const PROVIDER: Keyed =
    Keyed { key: &["providerId"], entry: &[member("installedAt", KEPT, "")], order_counts: true, new_entry: &[] };

const MCP_SERVER: Shape = Shape::Table(&[
    transferring(Transfer::Destination, member("url", TEXT, "skills.mcp.<id>.url")),
    transferring(Transfer::Destination, member("type", Shape::Leaf(Leaf::TextIfKept), "skills.mcp.<id>.type")),
    transferring(Transfer::Destination, member("command", TEXT, "skills.mcp.<id>.command")),
    transferring(Transfer::DestinationAndValue, member("args", LIST, "skills.mcp.<id>.args")),
    member("env", Shape::Map(&SECRET), "skills.mcp.<id>.env.<NAME>"),
    member("headers", Shape::Map(&SECRET), "skills.mcp.<id>.headers.<name>"),
    transferring(Transfer::Harmless, member("authScope", TEXT, "skills.mcp.<id>.auth_scope")),
    member("oauth", OAUTH, ""),
]);

const OAUTH: Shape = Shape::Table(&[
    transferring(Transfer::Destination, member("authUrl", TEXT, "skills.mcp.<id>.oauth.auth_url")),
    transferring(Transfer::Destination, member("tokenUrl", TEXT, "skills.mcp.<id>.oauth.token_url")),
    member("clientId", SECRET, "skills.mcp.<id>.oauth.client_id"),
    member("clientSecret", SECRET, "skills.mcp.<id>.oauth.client_secret"),
    transferring(Transfer::Harmless, member("scopes", LIST, "skills.mcp.<id>.oauth.scopes")),
    transferring(
        Transfer::Harmless,
        member("tokenEndpointAuthMethod", TEXT, "skills.mcp.<id>.oauth.token_endpoint_auth_method"),
    ),
]);

/// The members of the config that files can express, in the order of plans (existing-cli 6.3).
pub(super) const SETTINGS: &[(SettingsMember, Member)] = &[
    (
        SettingsMember::NetworkConfig,
        member(
            "networkConfig",
            Shape::Table(&[
                member("allowedDomains", LIST, "network.allowed"),
                guarded("deniedDomains", LIST, "network.denied"),
                member("judgedDomains", Shape::Leaf(Leaf::JudgedDomains), "network.judge"),
                guarded("judges", Shape::Map(&TEXT), "network.judges.<name>"),
            ]),
            "",
        ),
    ),
    (
        SettingsMember::EgressConfig,
        member(
            "egressConfig",
            Shape::Table(&[
                guarded("extraPolicy", TEXT, "egress.extra_policy"),
                member("judgeModel", TEXT, "egress.judge_model"),
            ]),
            "",
        ),
    ),
    (
        SettingsMember::NixConfig,
        member("nixConfig", Shape::Table(&[member("packages", LIST, "worker.nix_packages")]), ""),
    ),
    (SettingsMember::McpServers, member("mcpServers", Shape::Map(&MCP_SERVER), "skills.mcp.<id>")),
    (
        SettingsMember::SkillsConfig,
        member("skillsConfig", Shape::Table(&[member("skills", Shape::Keyed(&SKILL), "skills/<name>/SKILL.md")]), ""),
    ),
    (
        SettingsMember::ToolsConfig,
        member(
            "toolsConfig",
            Shape::Table(&[
                member("allowedTools", LIST, "tools.allowed"),
                guarded("deniedTools", LIST, "tools.denied"),
                member("strictMode", FLAG, "tools.strict"),
            ]),
            "",
        ),
    ),
    (SettingsMember::Guardrails, guarded("guardrails", LIST, "guardrails")),
    (SettingsMember::PreApprovedTools, guarded("preApprovedTools", LIST, "tools.pre_approved")),
    (
        SettingsMember::ProviderModelPreferences,
        member("providerModelPreferences", Shape::Map(&TEXT), "providers[].model"),
    ),
    (SettingsMember::InstalledProviders, member("installedProviders", Shape::Keyed(&PROVIDER), "providers[].id")),
    (SettingsMember::SoulMd, prompt("soulMd", "SOUL.md")),
    (SettingsMember::UserMd, prompt("userMd", "USER.md")),
    (SettingsMember::IdentityMd, prompt("identityMd", "IDENTITY.md")),
];

/// A field that files can declare, as the documentation of F1 shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    /// Where a file writes it.
    pub file: &'static str,
    /// Where the server keeps it.
    pub wire: String,
    /// What kind of value it is: `text`, `list`, `flag`, `keyed`.
    pub shape: &'static str,
    /// Whether `--prune` removes it.
    pub prunable: bool,
    /// Whether clearing it under `--yes` needs `--allow-clear`.
    pub guarded: bool,
}

/// Every field of an agent's config that a file can declare, in the order of plans.
pub fn declared_fields() -> Vec<FieldRow> {
    let mut rows = Vec::new();
    for (_, member) in SETTINGS {
        collect(member, member.name.to_owned(), member.guarded, &mut rows);
    }
    rows
}

fn collect(member: &Member, wire: String, guarded: bool, rows: &mut Vec<FieldRow>) {
    let push = |rows: &mut Vec<FieldRow>, wire: String, shape| {
        rows.push(FieldRow { file: member.file, wire, shape, prunable: member.prunable, guarded });
    };
    let nested = |rows: &mut Vec<FieldRow>, members: &[Member], prefix: &str| {
        for inner in members {
            collect(inner, format!("{prefix}.{}", inner.name), guarded || inner.guarded, rows);
        }
    };
    match member.shape {
        Shape::Leaf(Leaf::Kept) => {}
        Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::SecretText | Leaf::TextIfKept) => push(rows, wire, "text"),
        Shape::Leaf(Leaf::Flag) => push(rows, wire, "flag"),
        Shape::Leaf(Leaf::List | Leaf::ById | Leaf::JudgedDomains) => push(rows, wire, "list"),
        Shape::Table(members) => nested(rows, members, &wire),
        Shape::Map(Shape::Table(members)) => {
            push(rows, wire.clone(), "keyed");
            nested(rows, members, &format!("{wire}.<id>"));
        }
        Shape::Map(_) => push(rows, format!("{wire}.<name>"), "text"),
        Shape::Keyed(keyed) => {
            push(rows, wire.clone(), "keyed");
            nested(rows, keyed.entry, &format!("{wire}.<id>"));
        }
    }
}
