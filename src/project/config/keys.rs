//! The keys of lobu.toml, in the order in which people read them. What is a field of a kind stands here by its name only.

use super::access::{DEFAULT_CONNECTORS_DIR, DEFAULT_DATA_DIR, DEFAULT_MODELS_DIR};
use crate::model::{AgentId, Number};
use crate::schema::{Effect, Key, KeyForm, TextForm};

const PATH: TextForm = TextForm::Called("path");

const AGENT_ID: TextForm = TextForm::Pattern { called: "agent ID", pattern: AgentId::PATTERN };

/// Capitals are accepted and kept.
const ORG: TextForm = TextForm::Pattern { called: "org slug", pattern: "^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$" };

/// What becomes an element of a URL's path: nothing that a path normalizes.
const PLATFORM_ID: TextForm =
    TextForm::Pattern { called: "platform ID", pattern: "^(?!\\.*$)[^\\s/\\\\\\u0000-\\u001f\\u007f-\\u009f]{1,256}$" };

/// The tables of the file.
pub(in crate::project) static ROOT: [Key; 4] = [
    Key::map("agents", AGENT_ID, &AGENTS, "Agents by ID; an empty table if the project has none").required(),
    Key::table("memory", &MEMORY_TABLE, "The org of the project, and its memory schema").effect(Effect::Local),
    Key::map("targets", TextForm::NotBlank, &TARGETS, "Servers and orgs that `-t` selects, by name")
        .effect(Effect::Local),
    Key::table("project", &PROJECT, "What the project needs").effect(Effect::Local),
];

/// The keys of the project as a whole.
pub(super) static PROJECT: [Key; 1] =
    [Key::text("lobu", VERSIONS, "Versions of lobu that the project needs").effect(Effect::Local).example("\">=0.1\"")];

/// What `semver` reads: comparisons of versions, separated by commas.
const VERSIONS: TextForm = TextForm::Pattern {
    called: "version requirement",
    pattern: concat!(
        r"^(?!.*, *$) *([*xX] *|((=|>=?|<=?|~|\^)? *(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*|[*xX])){0,2}",
        r"(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)? *(, *|$))+)$",
    ),
};

static AGENTS: Key = Key::table("<id>", &AGENT, "An agent");

/// The keys of an agent.
pub(super) static AGENT: [Key; 15] = [
    Key::of_field("name"),
    Key::of_field("description"),
    Key::text("dir", PATH, "Directory of the agent's IDENTITY.md, SOUL.md, USER.md and skills/")
        .required()
        .effect(Effect::Local)
        .empty("the project's directory")
        .example("\"./agents/triage\""),
    TARGETS_OF_ENTRY,
    Key::list("providers", &PROVIDERS, ""),
    Key::list("platforms", &PLATFORMS, "Chat services on which people reach the agent").empty("nothing is declared"),
    Key::table("skills", &SKILLS, "MCP servers; skills are Markdown files in `skills` directories"),
    Key::of_field("network"),
    Key::of_field("egress"),
    Key::of_field("tools"),
    Key::of_field("worker"),
    Key::of_field("guardrails"),
    Key::texts("guardrails_disabled", TextForm::Any, "Guardrails to switch off")
        .effect(Effect::Unused)
        .example("[\"profanity\"]"),
    Key::new("guardrails_inline", KeyForm::Open, "Guardrails that the project defines itself")
        .effect(Effect::Unused)
        .example("[{ name = \"no-weather\", prompt = \"Refuse to promise weather.\" }]"),
    Key::map("preview", TextForm::Any, &PREVIEWS, "Previews of the agent, by chat service").effect(Effect::Unused),
];

static PROVIDERS: Key = Key::table("[]", &PROVIDER, "A model provider");

/// The keys of a provider.
pub(super) static PROVIDER: [Key; 4] = [
    Key::text("id", TextForm::NotBlank, "ID of the provider").required().example("\"anthropic\""),
    Key::of_field("model"),
    Key::text("key", TextForm::Reference, "API key of the provider, the same in every agent")
        .effect(Effect::Pushed)
        .example("\"$ANTHROPIC_API_KEY\""),
    Key::text("secret_ref", TextForm::Reference, "Reference to the API key, in place of `key`")
        .effect(Effect::Unused)
        .instead_of("key")
        .example("\"$ANTHROPIC_API_KEY\""),
];

static PLATFORMS: Key = Key::table("[]", &PLATFORM, "A chat integration");

/// The keys of a platform.
pub(super) static PLATFORM: [Key; 6] = [
    Key::of_field("type"),
    Key::of_field("name"),
    Key::text("id", PLATFORM_ID, "ID of the platform, in place of the one that agent, type and name make")
        .example("\"discord-triage-1767225600000\""),
    Key::of_field("config"),
    Key::texts("channels", TextForm::Called("team/channel"), "Channels of Slack, each `team/channel`")
        .effect(Effect::Unused)
        .example("[\"T0ISLAND/C0CREW\"]"),
    TARGETS_OF_ENTRY,
];

/// The keys of `skills`.
pub(super) static SKILLS: [Key; 1] = [Key::map("mcp", TextForm::NotEmpty, &SERVERS, "")];

static SERVERS: Key = Key::table("<id>", &SERVER, "");

/// The keys of an MCP server.
pub(super) static SERVER: [Key; 9] = [
    Key::of_field("type"),
    Key::of_field("url"),
    Key::of_field("command"),
    Key::of_field("args"),
    Key::of_field("env"),
    Key::of_field("headers"),
    Key::of_field("auth_scope"),
    Key::new("oauth", KeyForm::Table { members: &OAUTH, is_strict: false, may_be_empty: true }, ""),
    TARGETS_OF_ENTRY,
];

/// The keys of an OAuth client.
pub(super) static OAUTH: [Key; 6] = [
    Key::of_field("auth_url").required(),
    Key::of_field("token_url").required(),
    Key::of_field("client_id"),
    Key::of_field("client_secret"),
    Key::of_field("scopes"),
    Key::of_field("token_endpoint_auth_method"),
];

static PREVIEWS: Key = Key::table("<platform>", &PREVIEW, "A preview on a chat service").effect(Effect::Unused);

/// The keys of a preview.
pub(super) static PREVIEW: [Key; 3] = [
    Key::flag("enabled", "Whether there is a preview").effect(Effect::Unused).example("true"),
    Key::texts("surfaces", TextForm::Any, "Where the preview is").effect(Effect::Unused).example("[\"dm\"]"),
    Key::new("code_ttl_minutes", INTEGER, "Minutes for which a code of the preview is valid")
        .effect(Effect::Unused)
        .example("30"),
];

/// Servers would round any other.
const INTEGER: KeyForm = KeyForm::Integer { least: -Number::MAX_SAFE, most: Number::MAX_SAFE };

/// A domain at which a judge decides.
pub(in crate::project) static JUDGED_DOMAIN: Key =
    Key::new("[]", KeyForm::TextOrTable(&JUDGE_RULE), "A domain, or a domain with the name of its judge");

/// The keys of a judged domain that is more than a text.
pub(super) static JUDGE_RULE: [Key; 2] = [
    Key::text("domain", TextForm::NotBlank, "The domain").required().example("\"market.example\""),
    Key::text("judge", TextForm::Any, "Name of the judge that decides").example("\"buyer\""),
];

/// Who can see an org.
pub(super) const VISIBILITIES: [&str; 2] = ["public", "private"];

/// The keys of the memory table in any spelling.
pub(in crate::project) static MEMORY: [Key; 9] = [
    Key::flag("enabled", "Whether the project has a memory schema; `false` leaves model files unread")
        .effect(Effect::Local)
        .default("true")
        .example("false"),
    Key::text("org", ORG, "Org that the project is pinned to").effect(Effect::Local).example("\"acme\""),
    Key::text("organization_id", TextForm::Any, "ID of the org; a command stops if the server has another one for it")
        .effect(Effect::Local)
        .example("\"org_01ACME\""),
    Key::text("name", TextForm::Any, "Name of the org, for the page that creates it")
        .effect(Effect::Local)
        .example("\"Acme\""),
    Key::text("description", TextForm::Any, "What the org is for").effect(Effect::Unused).example("\"A workshop\""),
    Key::text("visibility", TextForm::WordsOrEmpty(&VISIBILITIES), "Who can see the org")
        .effect(Effect::Unused)
        .example("\"private\""),
    Key::text("models", PATH, "Directory of the model files")
        .effect(Effect::Local)
        .default(DEFAULT_MODELS_DIR)
        .empty("the default")
        .example("\"./models\""),
    Key::text("data", PATH, "Directory of seed data")
        .effect(Effect::Unused)
        .default(DEFAULT_DATA_DIR)
        .empty("the default")
        .example("\"./data\""),
    Key::new("connectors", KeyForm::Open, "Directory of connectors, or connectors in any other form")
        .effect(Effect::Unused)
        .default(DEFAULT_CONNECTORS_DIR)
        .empty("the default")
        .example("\"./connectors\""),
];

/// The tables of the first generation, and of the day between.
const fn old(name: &'static str) -> Key {
    Key::table(name, &MEMORY, "Old spelling of `[memory]`").old()
}

static OLD_TABLES: [Key; 2] = [old("owletto"), old("lobu")];

static MEMORY_TABLE: [Key; 11] = {
    let [a, b, c, d, e, f, g, h, i] = MEMORY;
    let [first, second] = OLD_TABLES;
    [a, b, c, d, e, f, g, h, i, first, second]
};

static TARGETS: Key = Key::table("<name>", &TARGET, "A target").effect(Effect::Local);

/// The keys of a target; the lists of model files of which something may differ by target are known besides.
pub(super) static TARGET: [Key; 5] = [
    Key::text("url", TextForm::Called("URL"), "Server of the target")
        .effect(Effect::Local)
        .example("\"https://lobu.example\""),
    Key::text("org", ORG, "Org of the target").effect(Effect::Local).example("\"acme\""),
    Key::text("env_file", PATH, "File with values of secrets, for pushes and applies with `-t`")
        .effect(Effect::Local)
        .example("\"./acme.env\""),
    Key::flag("protected", "Whether an apply without prompts needs the name of the target and a reviewed plan")
        .effect(Effect::Local)
        .default("false")
        .example("true"),
    Key::map("agents", AGENT_ID, &AGENT_OF_TARGET, "What the target says otherwise of agents, by ID"),
];

/// What differs by target is said by the kinds.
static AGENT_OF_TARGET: Key = Key::table("<id>", &[], "An agent as it is in the target");

/// The targets in which an agent, a platform, an MCP server or a watcher is.
pub(in crate::project) const TARGETS_OF_ENTRY: Key = Key::new(
    "targets",
    KeyForm::SomeTexts(TextForm::Called("target name")),
    "Targets of the project that have it; all of them if absent",
)
.effect(Effect::Local)
.example("[\"staging\"]");

/// What identifies the element of a list of which a target says something otherwise.
pub(in crate::project) const IDENTIFYING: [&str; 3] = ["id", "type", "name"];
