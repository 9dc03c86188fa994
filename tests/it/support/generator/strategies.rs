//! Specs of valid projects.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::memory;
use super::project::ProjectFiles;
use super::spec::{
    AgentSpec, Entries, Entry, Field, FrontmatterSpec, NetworkSpec, OauthSpec, PlatformSpec, ProjectSpec, ProviderSpec,
    ServerSpec, SkillSpec, ToolsSpec, Transport,
};
use super::texts::{VARIABLES, domain, line, prose};

/// A project with every field in play.
pub(crate) fn project() -> BoxedStrategy<ProjectFiles> {
    spec(true).prop_map(|spec| ProjectFiles::render(&spec)).boxed()
}

/// The same without `$VAR`s in platform and MCP fields: it needs no value anywhere.
pub(crate) fn project_without_variables() -> BoxedStrategy<ProjectFiles> {
    spec(false).prop_map(|spec| ProjectFiles::render(&spec)).boxed()
}

fn spec(variables: bool) -> BoxedStrategy<ProjectSpec> {
    let agents = subsequence(vec!["triage", "front-desk", "night-watch"], 0..=3)
        .prop_flat_map(move |ids| ids.into_iter().map(|id| agent(id, variables)).collect::<Vec<_>>());
    agents
        .prop_flat_map(|agents| {
            let ids = agents.iter().map(|agent| agent.id).collect();
            (Just(agents), skills(), option::weighted(0.8, memory::schema(ids)))
        })
        .prop_map(|(agents, shared_skills, memory)| ProjectSpec { agents, shared_skills, memory })
        .boxed()
}

/// A field in its three states.
pub(super) fn field<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Field<T>> {
    prop_oneof![3 => Just(Field::Absent), 1 => Just(Field::Empty), 4 => value.prop_map(Field::Value)].boxed()
}

fn lines() -> BoxedStrategy<Vec<String>> {
    vec(line(), 1..4).boxed()
}

fn some_of(texts: &'static [&'static str]) -> BoxedStrategy<Vec<String>> {
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    subsequence(texts.to_vec(), 1..=texts.len()).prop_shuffle().prop_map(owned).boxed()
}

/// A text at a place where references are read. An escaped reference is a plan error in MCP fields of some servers.
fn entry(variables: bool, escapes: bool) -> BoxedStrategy<Entry> {
    let variable = (select(VARIABLES.to_vec()), proptest::bool::weighted(0.2))
        .prop_map(|(name, blanks)| Entry::Variable { name, blanks });
    let literal =
        prop_oneof![line(), select(vec!["-100123", "$lower", "${BRACES}", "Bearer $TOKEN"]).prop_map(str::to_owned)]
            .prop_map(Entry::Literal);
    prop_oneof![
        4 => literal,
        1 => Just(Entry::Empty),
        if variables { 4 } else { 0 } => variable,
        u32::from(escapes) => select(vec!["NAME", "BOT_TOKEN"]).prop_map(Entry::Escaped),
    ]
    .boxed()
}

fn entries(keys: &'static [&'static str], variables: bool, escapes: bool) -> BoxedStrategy<Entries> {
    let key = select(keys.to_vec()).prop_map(str::to_owned);
    btree_map(key, entry(variables, escapes), 0..4).prop_map(|entries| entries.into_iter().collect()).boxed()
}

fn agent(id: &'static str, variables: bool) -> BoxedStrategy<AgentSpec> {
    let texts = (line(), field(line()), field(prose()), field(prose()), field(prose()));
    let lists = (field(lines()), field(some_of(&["jq", "git", "ripgrep"])));
    let policy = (field(prose()), field(line()));
    let parts = (
        option::of(providers()),
        platforms(variables),
        servers(variables),
        network(),
        tools(),
        skills(),
        proptest::bool::weighted(0.3),
    );
    (texts, lists, policy, parts)
        .prop_map(move |(texts, (guardrails, packages), (extra_policy, judge_model), parts)| {
            let (name, description, identity, soul, user) = texts;
            let (providers, platforms, servers, network, tools, skills, unsent) = parts;
            AgentSpec {
                id,
                name,
                description,
                identity,
                soul,
                user,
                providers,
                platforms,
                servers,
                network,
                extra_policy,
                judge_model,
                tools,
                guardrails,
                packages,
                skills,
                unsent,
            }
        })
        .boxed()
}

fn providers() -> BoxedStrategy<Vec<ProviderSpec>> {
    subsequence(vec!["anthropic", "openrouter", "local.model"], 0..=3)
        .prop_shuffle()
        .prop_flat_map(|ids| {
            ids.into_iter()
                .map(|id| {
                    let secret = select(vec![
                        ("key", "$ANTHROPIC_API_KEY"),
                        ("key", ""),
                        ("secret_ref", "$OPENROUTER_KEY"),
                        ("secret_ref", "secret://somewhere/x"),
                    ]);
                    (field(line()), option::of(secret))
                        .prop_map(move |(model, secret)| ProviderSpec { id, model, secret })
                        .boxed()
                })
                .collect::<Vec<_>>()
        })
        .boxed()
}

fn platforms(variables: bool) -> BoxedStrategy<Vec<PlatformSpec>> {
    const KEYS: &[&str] = &["botToken", "signingSecret", "chatId", "greeting", "with.dot", "ключ"];
    let types = vec!["telegram", "slack", "discord", "whatsapp", "teams", "gchat"];
    subsequence(types, 0..=3)
        .prop_shuffle()
        .prop_flat_map(move |types| {
            types
                .into_iter()
                .map(|platform_type| {
                    let name = option::of(select(vec!["ops", "counter-2"]));
                    (name, proptest::bool::weighted(0.2), entries(KEYS, variables, true), any::<bool>())
                        .prop_map(move |(name, adopted, config, inline)| PlatformSpec {
                            platform_type,
                            name,
                            adopted,
                            config,
                            inline,
                        })
                        .boxed()
                })
                .collect::<Vec<_>>()
        })
        .boxed()
}

fn servers(variables: bool) -> BoxedStrategy<Vec<ServerSpec>> {
    subsequence(vec!["tickets", "with.dots", "with space"], 0..=2)
        .prop_flat_map(move |ids| ids.into_iter().map(|id| server(id, variables)).collect::<Vec<_>>())
        .boxed()
}

fn server(id: &'static str, variables: bool) -> BoxedStrategy<ServerSpec> {
    let url = select(vec!["https://tickets.example/mcp", "http://10.0.0.1:8080/x?y=$NOT", "https://b.example"]);
    let url = (field(select(vec!["streamable-http", "sse"])), field(url.prop_map(str::to_owned)))
        .prop_map(|(server_type, url)| Transport::Url { server_type, url });
    let command = (field(Just("stdio")), field(line()), field(lines()))
        .prop_map(|(server_type, command, args)| Transport::Command { server_type, command, args });
    let transport = prop_oneof![1 => Just(Transport::None), 3 => url, 3 => command];
    let oauth = (
        option::of(entry(variables, false)),
        option::of(entry(variables, false)),
        field(some_of(&["read", "write"])),
        field(line()),
    )
        .prop_map(|(client_id, client_secret, scopes, method)| OauthSpec {
            client_id,
            client_secret,
            scopes,
            method,
        });
    let headers = entries(&["Authorization", "Accept", "X-Y.Z"], variables, false);
    let env = entries(&["API_KEY", "MODE", "lower"], variables, false);
    (transport, field(select(vec!["user", "channel"])), env, headers, option::weighted(0.3, oauth))
        .prop_map(move |(transport, auth_scope, env, headers, oauth)| ServerSpec {
            id,
            transport,
            auth_scope,
            env,
            headers,
            oauth,
        })
        .boxed()
}

fn judged() -> BoxedStrategy<Vec<(String, Option<String>)>> {
    let judge = option::of(select(vec!["strict", "a.b", "with space"]).prop_map(str::to_owned));
    let domain = select(vec!["j.example", "*.K.example", ".l.example"]).prop_map(str::to_owned);
    btree_map(domain, judge, 1..4).prop_map(|judged| judged.into_iter().collect()).boxed()
}

fn judge_name() -> BoxedStrategy<String> {
    select(vec!["strict", "a.b", "with space"]).prop_map(str::to_owned).boxed()
}

fn network() -> BoxedStrategy<NetworkSpec> {
    let domains = || field(vec(domain(), 1..4));
    let judges = btree_map(judge_name(), field(prose()), 0..3).prop_map(|judges| judges.into_iter().collect());
    (domains(), domains(), field(judged()), judges)
        .prop_map(|(allowed, denied, judge, judges)| NetworkSpec { allowed, denied, judge, judges })
        .boxed()
}

fn tools() -> BoxedStrategy<ToolsSpec> {
    let approved = field(some_of(&["/mcp/tickets/tools/*", "/mcp/x_Y-1/tools/read", "/mcp/a/tools/b"]));
    let patterns = || field(some_of(&["Read", "Bash(git:*)", "mcp__x__y", "with \"quotes\""]));
    (approved, patterns(), patterns(), option::of(any::<bool>()))
        .prop_map(|(pre_approved, allowed, denied, strict)| ToolsSpec { pre_approved, allowed, denied, strict })
        .boxed()
}

fn skills() -> BoxedStrategy<Vec<SkillSpec>> {
    subsequence(vec!["sort", "reply", "Weigh_Up"], 0..=2)
        .prop_flat_map(|names| {
            names
                .into_iter()
                .map(|name| {
                    (prose(), option::weighted(0.8, frontmatter()))
                        .prop_map(move |(body, frontmatter)| SkillSpec { name, body, frontmatter })
                        .boxed()
                })
                .collect::<Vec<_>>()
        })
        .boxed()
}

fn frontmatter() -> BoxedStrategy<FrontmatterSpec> {
    let domains = || option::of(vec(prop_oneof![4 => domain(), 1 => Just("*".to_owned())], 1..3));
    let judges = btree_map(judge_name(), prose(), 0..2).prop_map(|judges| judges.into_iter().collect());
    let servers = subsequence(vec!["tickets", "gauges"], 0..=2)
        .prop_flat_map(|ids| ids.into_iter().map(|id| (Just(id), any::<bool>())).collect::<Vec<_>>());
    let packages = option::of(some_of(&["jq", "aspell"]));
    let texts = (any::<bool>(), option::of(line()));
    (texts, packages, domains(), domains(), option::of(judged()), judges, servers)
        .prop_map(|((named, description), packages, allow, deny, judge, judges, servers)| FrontmatterSpec {
            named,
            description,
            packages,
            allow,
            deny,
            judge,
            judges,
            servers,
        })
        .boxed()
}
