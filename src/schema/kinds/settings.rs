use std::collections::BTreeSet;

use crate::model::{Family, OrgSlug, Value};
use crate::schema::declaration::{Declaration, Declarations};
use crate::schema::field::{Clearing, Entries, Field, Form, Keyed, Leaf, Shape, Transfer, Widens};
use crate::schema::injection::Injection;
use crate::schema::kind::{KindTable, Owner};
use crate::schema::record::Values;
use crate::schema::routes::{Api, Listed, Part, Route, Routes, VERSION, Verb};

/// Which hosts its tools may reach.
pub const NETWORK: &Field = &FIELDS[0];
/// How its egress is judged.
pub const EGRESS: &Field = &FIELDS[1];
/// The packages of its worker.
pub const NIX: &Field = &FIELDS[2];
/// Its MCP servers by id.
pub const MCP_SERVERS: &Field = &FIELDS[3];
/// Its skills.
pub const SKILLS: &Field = &FIELDS[4];
/// Which tools it may use.
pub const TOOLS: &Field = &FIELDS[5];
/// Its guardrails.
pub const GUARDRAILS: &Field = &FIELDS[6];
/// The tools that nobody is asked about.
pub const PRE_APPROVED_TOOLS: &Field = &FIELDS[7];
/// Models by provider id.
pub const MODELS: &Field = &FIELDS[8];
/// Its providers in order of priority.
pub const PROVIDERS: &Field = &FIELDS[9];
/// `SOUL.md`.
pub const SOUL: &Field = &FIELDS[10];
/// `USER.md`.
pub const USER: &Field = &FIELDS[11];
/// `IDENTITY.md`.
pub const IDENTITY: &Field = &FIELDS[12];
/// Which model is used: set by the server unless somebody pins one.
pub const MODEL_SELECTION: &Field = &FIELDS[13];

/// How an MCP server is reached.
pub const SERVER_TYPES: [&str; 3] = ["streamable-http", "sse", "stdio"];
/// Who has a login of their own to an MCP server.
pub const AUTH_SCOPES: [&str; 2] = ["user", "channel"];

const NO_LONGER_DENIED: Widens = Widens::WhereLess("no longer denied");
const NO_LONGER_JUDGED: Widens = Widens::WhereLess("no longer judged like this");
const JUDGE: Widens = Widens::WhereOtherOrLess("the policy of a judge");
const PACKAGE: Widens = Widens::WhereOther("a package to install");
const TOOL_SERVER: Widens = Widens::WhereOther("a tool server to trust");

const TEXT: Shape = Shape::Leaf(Leaf::Text);
const SECRET: Shape = Shape::Leaf(Leaf::SecretText);
const LIST: Shape = Shape::Leaf(Leaf::List);
const JUDGED: Shape = Shape::Leaf(Leaf::JudgedDomains);
const KEPT: Shape = Shape::Leaf(Leaf::Kept);

const fn text(name: &'static str, file: &'static str) -> Field {
    Field::new(name, TEXT, Clearing::LeftOut, file)
}

const fn secret(name: &'static str, file: &'static str) -> Field {
    Field::new(name, SECRET, Clearing::LeftOut, file)
}

const fn list(name: &'static str, file: &'static str) -> Field {
    Field::new(name, LIST, Clearing::EmptyList, file)
}

const fn judged(file: &'static str) -> Field {
    Field::new("judgedDomains", JUDGED, Clearing::EmptyList, file)
}

const fn table(name: &'static str, members: &'static [Field]) -> Field {
    Field::new(name, Shape::Table(members), Clearing::EmptyObject, "")
}

const fn map(name: &'static str, entries: &'static Entries, file: &'static str) -> Field {
    Field::new(name, Shape::Map(entries), Clearing::EmptyObject, file)
}

const fn keyed(name: &'static str, keyed: &'static Keyed, file: &'static str) -> Field {
    Field::new(name, Shape::Keyed(keyed), Clearing::EmptyList, file)
}

/// What an agent has by itself, and no file writes.
const fn kept(name: &'static str) -> Field {
    Field::new(name, KEPT, Clearing::LeftOut, "")
}

/// A Markdown file: only a blank file clears it, so `--prune` leaves it alone.
const fn prompt(name: &'static str, file: &'static str) -> Field {
    Field::new(name, Shape::Leaf(Leaf::Prose), Clearing::EmptyText, file).guarded().not_pruned()
}

static TEXTS: Entries = Entries { entry: text("", ""), noun: "entry" };
static SECRETS: Entries = Entries { entry: secret("", ""), noun: "value" };

static SKILL_NETWORK: [Field; 4] = [
    list("allowedDomains", "skills/<name>/SKILL.md: network.allow")
        .widens(Widens::Hosts)
        .form(Form::Domains)
        .says("Domains that an agent with the skill may reach; `*` is not passed on to the agent")
        .example("[api.github.com, \"*.example.org\"]"),
    list("deniedDomains", "skills/<name>/SKILL.md: network.deny")
        .widens(NO_LONGER_DENIED)
        .form(Form::Domains)
        .says("Domains that an agent with the skill must not reach")
        .example("[casino.example]"),
    judged("skills/<name>/SKILL.md: network.judge")
        .widens(NO_LONGER_JUDGED)
        .says("Domains at which a judge decides about each request")
        .example("[{domain: forum.example, judge: reader}]"),
    map("judges", &TEXTS, "skills/<name>/SKILL.md: judges.<name>")
        .widens(JUDGE)
        .says("Policies of judges, by name")
        .example("Allow reading. Refuse posting."),
];

static SKILL_SERVER: [Field; 2] = [text("command", "").form(Form::Command), list("args", "").form(Form::Arguments)];

static SKILL_ENTRY: [Field; 6] = [
    Field::new("content", Shape::Leaf(Leaf::Prose), Clearing::LeftOut, "skills/<name>/SKILL.md")
        .says("Text of the skill, below the frontmatter")
        .example("Use the label `bug` for what is broken."),
    text("description", "skills/<name>/SKILL.md: description")
        .says("What the skill is for")
        .example("Which label fits which issue"),
    list("nixPackages", "skills/<name>/SKILL.md: nixPackages")
        .widens(PACKAGE)
        .says("Nix packages to install for an agent with the skill")
        .example("[jq]"),
    table("networkConfig", &SKILL_NETWORK).says("Hosts that an agent with the skill may reach"),
    Field::new("mcpServers", Shape::Leaf(Leaf::ById), Clearing::EmptyList, "skills/<name>/SKILL.md: mcpServers")
        .form(Form::Objects(&SKILL_SERVER))
        .widens(TOOL_SERVER)
        .says("MCP servers that the skill brings along, by ID")
        .example("{labels: {type: streamable-http, url: \"https://labels.example/mcp\"}}"),
    kept("enabled"),
];

static SKILL: Keyed = Keyed {
    key: &["repo", "name"],
    entry: &SKILL_ENTRY,
    order_counts: false,
    new_entry: &[("enabled", true)],
    stamp: None,
};

static PROVIDER_ENTRY: [Field; 1] = [kept("installedAt")];

static PROVIDER: Keyed = Keyed {
    key: &["providerId"],
    entry: &PROVIDER_ENTRY,
    order_counts: true,
    new_entry: &[],
    stamp: Some("installedAt"),
};

static OAUTH: [Field; 6] = [
    text("authUrl", "skills.mcp.<id>.oauth.auth_url")
        .transfer(Transfer::Destination)
        .says("Address at which users allow access")
        .example("\"https://tracker.example/oauth/authorize\""),
    text("tokenUrl", "skills.mcp.<id>.oauth.token_url")
        .transfer(Transfer::Destination)
        .says("Address that gives tokens")
        .example("\"https://tracker.example/oauth/token\""),
    secret("clientId", "skills.mcp.<id>.oauth.client_id").says("ID of the client").example("\"$TRACKER_CLIENT_ID\""),
    secret("clientSecret", "skills.mcp.<id>.oauth.client_secret")
        .says("Secret of the client")
        .example("\"$TRACKER_CLIENT_SECRET\""),
    list("scopes", "skills.mcp.<id>.oauth.scopes")
        .transfer(Transfer::Harmless)
        .says("Scopes to ask for")
        .example("[\"issues:read\"]"),
    text("tokenEndpointAuthMethod", "skills.mcp.<id>.oauth.token_endpoint_auth_method")
        .transfer(Transfer::Harmless)
        .says("How the client authenticates at the token address")
        .example("\"client_secret_post\""),
];

static MCP_SERVER: [Field; 8] = [
    text("url", "skills.mcp.<id>.url")
        .transfer(Transfer::Destination)
        .widens(TOOL_SERVER)
        .per_target()
        .says("Address of the server")
        .example("\"https://tracker.example/mcp\""),
    Field::new("type", Shape::Leaf(Leaf::TextIfKept), Clearing::LeftOut, "skills.mcp.<id>.type")
        .transfer(Transfer::Destination)
        .form(Form::Words(&SERVER_TYPES))
        .says("How the server is reached: at its `url`, or with its `command` (`stdio`)")
        .example("\"streamable-http\""),
    text("command", "skills.mcp.<id>.command")
        .transfer(Transfer::Destination)
        .form(Form::Command)
        .widens(TOOL_SERVER)
        .per_target()
        .says("Command that starts the server")
        .example("\"chart-server\""),
    list("args", "skills.mcp.<id>.args")
        .transfer(Transfer::DestinationAndValue)
        .form(Form::Arguments)
        .widens(TOOL_SERVER)
        .per_target()
        .says("Arguments of the command, in order")
        .example("[\"--depth\", \"2\"]"),
    map("env", &SECRETS, "skills.mcp.<id>.env.<NAME>")
        .per_target()
        .says("Environment variables of the command, by name")
        .example("\"$CHART_LICENSE\""),
    map("headers", &SECRETS, "skills.mcp.<id>.headers.<name>")
        .per_target()
        .says("HTTP headers of every request to the server, by name")
        .example("\"$TRACKER_AUTHORIZATION\""),
    text("authScope", "skills.mcp.<id>.auth_scope")
        .transfer(Transfer::Harmless)
        .form(Form::Words(&AUTH_SCOPES))
        .says("Whether each user or each channel has a login of its own")
        .example("\"user\""),
    table("oauth", &OAUTH).says("OAuth client of the server; an empty table declares none"),
];

static MCP_SERVERS_BY_ID: Entries = Entries { entry: table("", &MCP_SERVER).says("An MCP server"), noun: "MCP server" };

static NETWORK_MEMBERS: [Field; 4] = [
    list("allowedDomains", "network.allowed")
        .alias("allow")
        .widens(Widens::Hosts)
        .form(Form::Domains)
        .per_target()
        .says("Domains that the agent may reach; `*.example.org` for subdomains, `*` for any host")
        .example("[\"github.com\", \"*.example.org\"]"),
    list("deniedDomains", "network.denied")
        .guarded()
        .alias("deny")
        .widens(NO_LONGER_DENIED)
        .form(Form::Domains)
        .says("Domains that the agent must not reach")
        .example("[\"casino.example\"]"),
    judged("network.judge")
        .widens(NO_LONGER_JUDGED)
        .says("Domains at which a judge decides about each request")
        .example("[\"forum.example\", { domain = \"market.example\", judge = \"buyer\" }]"),
    map("judges", &TEXTS, "network.judges.<name>")
        .guarded()
        .widens(JUDGE)
        .says("Policies of judges, by name")
        .example("\"Allow looking at offers. Refuse buying.\""),
];

static EGRESS_MEMBERS: [Field; 2] = [
    text("extraPolicy", "egress.extra_policy")
        .guarded()
        .widens(JUDGE)
        .per_target()
        .says("Policy that is added to that of every judge")
        .example("\"Never send names of customers.\""),
    text("judgeModel", "egress.judge_model")
        .per_target()
        .says("Model that judges requests")
        .example("\"claude-haiku-4-5\""),
];

static NIX_MEMBERS: [Field; 1] = [list("packages", "worker.nix_packages")
    .widens(PACKAGE)
    .per_target()
    .says("Nix packages to install for the agent")
    .example("[\"jq\", \"gdal\"]")];

static SKILLS_MEMBERS: [Field; 1] = [keyed("skills", &SKILL, "skills/<name>/SKILL.md")
    .says("Skills: Markdown files that an agent reads when it needs them")];

static TOOLS_MEMBERS: [Field; 3] = [
    list("allowedTools", "tools.allowed")
        .says("Tools that the agent may use, as patterns of the runtime")
        .example("[\"Read\", \"Bash(git:*)\"]"),
    list("deniedTools", "tools.denied")
        .guarded()
        .widens(NO_LONGER_DENIED)
        .says("Tools that the agent must not use, as patterns of the runtime")
        .example("[\"Bash(curl:*)\"]"),
    Field::new("strictMode", Shape::Leaf(Leaf::Flag), Clearing::LeftOut, "tools.strict")
        .says("Whether the agent may use the allowed tools only")
        .example("true"),
];

static FIELDS: [Field; 14] = [
    table("networkConfig", &NETWORK_MEMBERS).says("Hosts that the agent may reach"),
    table("egressConfig", &EGRESS_MEMBERS).says("How requests to judged domains are decided"),
    table("nixConfig", &NIX_MEMBERS).says("Environment in which the agent works"),
    map("mcpServers", &MCP_SERVERS_BY_ID, "skills.mcp.<id>").says("MCP servers whose tools the agent has, by ID"),
    table("skillsConfig", &SKILLS_MEMBERS).says("Skills of the agent"),
    table("toolsConfig", &TOOLS_MEMBERS).says("Tools that the agent may use, and which run without asking"),
    list("guardrails", "guardrails")
        .guarded()
        .widens(Widens::WhereLess("guardrail removed"))
        .says("Guardrails of the server that check the agent, by name")
        .example("[\"no-medical-advice\"]"),
    list("preApprovedTools", "tools.pre_approved")
        .guarded()
        .form(Form::Tools)
        .widens(Widens::Approvals)
        .says("Tools of MCP servers that run without asking a person")
        .example("[\"/mcp/tracker/tools/search\", \"/mcp/docs/tools/*\"]"),
    map("providerModelPreferences", &TEXTS, "providers[].model")
        .per_target()
        .says("Model to use from the provider")
        .example("\"claude-sonnet-4-5\""),
    keyed("installedProviders", &PROVIDER, "providers[].id")
        .says("Model providers, in the order of their priority")
        .example("[{ id = \"anthropic\", model = \"claude-sonnet-4-5\" }]"),
    prompt("soulMd", "SOUL.md").says("How the agent behaves").example("You sort issues of a bicycle workshop."),
    prompt("userMd", "USER.md")
        .says("What the agent knows about its users")
        .example("You help the people at the counter."),
    prompt("identityMd", "IDENTITY.md").says("Who the agent is").example("You are Ada, who runs the workshop's inbox."),
    Field::new("modelSelection", Shape::Leaf(Leaf::Fallback), Clearing::Never, "").not_pruned(),
];

const CONFIG: [Part; 3] = [Part::Word("agents"), Part::Agent, Part::Word("config")];

// The server makes the config with its agent.
const PATCH: Route = Route { verb: Verb::Patch, path: &CONFIG, id: None, is_final_when_unavailable: false };

pub(super) static TABLE: KindTable = KindTable {
    word: "settings",
    singular: "settings",
    plural: "settings",
    summary: "An agent's config.",
    order: 20,
    family: Family::Agents,
    owner: Owner::SameId,
    is_read_by_agent: true,
    fields: &FIELDS,
    model_files: None,
    api: Api::Routes(&Routes { read: &CONFIG, create: PATCH, update: PATCH }),
    answer: Listed {
        list: None,
        id: "updatedAt",
        org: None,
        skipped: &[],
        reserved: None,
        is_checked: false,
        version: VERSION,
    },
    is_sent_whole: false,
    restarts: false,
    one_at_a_time: false,
    not_taken: None,
    one_namespace: None,
    look: None,
    injection: Some(Injection { take: take_injected, fields: &[MCP_SERVERS, PRE_APPROVED_TOOLS] }),
    refusals: &[],
};

/// The names of the memory MCP entry that the server puts into every new agent.
const INJECTED: [&str; 2] = ["owletto", "lobu-memory"];

/// Whether an entry is the injected one: by name and by the path `/mcp/{org}`, whatever its origin.
fn is_injected(name: &str, entry: &Value, org: &OrgSlug) -> bool {
    let url = entry.as_map().and_then(|entry| entry.get("url")).and_then(Value::literal);
    let path = url.and_then(|url| url.split_once("://")).and_then(|(_, rest)| rest.split_once('/'));
    INJECTED.contains(&name) && path.is_some_and(|(_, path)| path == format!("mcp/{org}"))
}

/// Takes the injected parts out of `mcpServers` and `preApprovedTools`; what the files declare by that name is theirs.
fn take_injected(org: &OrgSlug, declared: &Declarations, values: &mut Values) -> Values {
    let servers = declared.get(MCP_SERVERS).and_then(Declaration::members);
    let servers: BTreeSet<&str> = servers.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let tools = declared.get(PRE_APPROVED_TOOLS).and_then(Declaration::value).and_then(Value::as_list);
    let tools: BTreeSet<&str> = tools.unwrap_or_default().iter().filter_map(Value::literal).collect();
    let mut injected = Values::default();
    if let Some(Value::Map(entries)) = values.get_mut(MCP_SERVERS) {
        let (taken, rest) = std::mem::take(entries)
            .into_iter()
            .partition(|(name, entry)| !servers.contains(name.as_str()) && is_injected(name, entry, org));
        *entries = rest;
        injected.set(MCP_SERVERS, Value::Map(taken));
    }
    if let Some(Value::List(elements)) = values.get_mut(PRE_APPROVED_TOOLS) {
        // Also where somebody took the entry away: what the server approved is not ours to take.
        let free = INJECTED.iter().filter(|name| !servers.contains(**name));
        let prefixes: Vec<_> = free.map(|name| format!("/mcp/{name}/tools/")).collect();
        let is_of_server = |tool: &Value| {
            let text = tool.literal().unwrap_or_default();
            !tools.contains(text) && prefixes.iter().any(|prefix| text.starts_with(prefix.as_str()))
        };
        let (taken, rest) = std::mem::take(elements).into_iter().partition(is_of_server);
        *elements = rest;
        injected.set(PRE_APPROVED_TOOLS, Value::List(taken));
    }
    injected
}
