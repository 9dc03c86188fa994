//! lobu.toml, second generation, through a TOML writer.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use super::spec::{
    AgentSpec, Entries, Entry, Field, MemorySpec, NetworkSpec, OauthSpec, PlatformSpec, ProjectSpec, ProviderSpec,
    ServerSpec, ToolsSpec, Transport,
};

/// Renders lobu.toml.
pub(super) fn render(project: &ProjectSpec) -> String {
    let mut document = DocumentMut::new();
    let mut agents = Table::new();
    agents.set_implicit(!project.agents.is_empty());
    for spec in &project.agents {
        agents.insert(spec.id, Item::Table(agent(spec)));
    }
    document.insert("agents", Item::Table(agents));
    if let Some(memory) = &project.memory {
        document.insert("memory", Item::Table(memory_table(memory)));
    }
    format!("# Generated for a test.\n\n{document}")
}

fn agent(spec: &AgentSpec) -> Table {
    let mut table = Table::new();
    table.insert("name", value(&spec.name));
    put_text(&mut table, "description", &spec.description);
    table.insert("dir", value(format!("./agents/{}", spec.id)));
    put_list(&mut table, "guardrails", &spec.guardrails);
    if spec.unsent {
        put_unsent(&mut table);
    }
    match spec.providers.as_deref() {
        None => {}
        Some([]) => drop(table.insert("providers", value(Array::new()))),
        Some(providers) => drop(table.insert("providers", tables(providers.iter().map(provider)))),
    }
    if !spec.platforms.is_empty() {
        table.insert("platforms", tables(spec.platforms.iter().map(|platform| platform_table(spec.id, platform))));
    }
    put_table(&mut table, "network", network(&spec.network));
    let mut egress = Table::new();
    put_text(&mut egress, "extra_policy", &spec.extra_policy);
    put_text(&mut egress, "judge_model", &spec.judge_model);
    put_table(&mut table, "egress", egress);
    put_table(&mut table, "tools", tools(&spec.tools));
    let mut worker = Table::new();
    put_list(&mut worker, "nix_packages", &spec.packages);
    put_table(&mut table, "worker", worker);
    let mut servers = Table::new();
    for server in &spec.servers {
        servers.insert(server.id, Item::Table(server_table(server)));
    }
    let mut skills = Table::new();
    put_table(&mut skills, "mcp", servers);
    put_table(&mut table, "skills", skills);
    table
}

/// What apply reads and does not send.
fn put_unsent(table: &mut Table) {
    table.insert("guardrails_disabled", value(Array::from_iter(["profanity"])));
    let mut inline = Table::new();
    inline.insert("name", value("be-brief"));
    table.insert("guardrails_inline", tables([inline].into_iter()));
    let mut preview = Table::new();
    preview.insert("enabled", value(true));
    preview.insert("surfaces", value(Array::from_iter(["dm"])));
    preview.insert("code_ttl_minutes", value(15));
    let mut previews = Table::new();
    previews.insert("slack", Item::Table(preview));
    table.insert("preview", Item::Table(previews));
}

fn provider(spec: &ProviderSpec) -> Table {
    let mut table = Table::new();
    table.insert("id", value(spec.id));
    put_text(&mut table, "model", &spec.model);
    if let Some((key, text)) = spec.secret {
        table.insert(key, value(text));
    }
    table
}

fn platform_table(agent: &str, spec: &PlatformSpec) -> Table {
    let mut table = Table::new();
    table.insert("type", value(spec.platform_type));
    if let Some(name) = spec.name {
        table.insert("name", value(name));
    }
    if spec.adopted {
        table.insert("id", value(format!("{}-{agent}-1767225600000", spec.platform_type)));
    }
    if spec.platform_type == "slack" && spec.inline {
        table.insert("channels", value(Array::from_iter(["T01/C02"])));
    }
    if spec.inline {
        let config: InlineTable =
            spec.config.iter().map(|(key, entry)| (key.as_str(), Value::from(text(entry)))).collect();
        table.insert("config", value(config));
    } else {
        table.insert("config", Item::Table(entries(&spec.config)));
    }
    table
}

fn server_table(spec: &ServerSpec) -> Table {
    let mut table = Table::new();
    match &spec.transport {
        Transport::None => {}
        Transport::Url { server_type, url } => {
            put_word(&mut table, "type", server_type);
            put_text(&mut table, "url", url);
        }
        Transport::Command { server_type, command, args } => {
            put_word(&mut table, "type", server_type);
            put_text(&mut table, "command", command);
            put_list(&mut table, "args", args);
        }
    }
    put_word(&mut table, "auth_scope", &spec.auth_scope);
    put_table(&mut table, "env", entries(&spec.env));
    put_table(&mut table, "headers", entries(&spec.headers));
    if let Some(OauthSpec { client_id, client_secret, scopes, method }) = &spec.oauth {
        let mut oauth = Table::new();
        oauth.insert("auth_url", value("https://auth.example/authorize"));
        oauth.insert("token_url", value("https://auth.example/token"));
        for (key, entry) in [("client_id", client_id), ("client_secret", client_secret)] {
            if let Some(entry) = entry {
                oauth.insert(key, value(text(entry)));
            }
        }
        put_list(&mut oauth, "scopes", scopes);
        put_text(&mut oauth, "token_endpoint_auth_method", method);
        table.insert("oauth", Item::Table(oauth));
    }
    table
}

fn network(spec: &NetworkSpec) -> Table {
    let NetworkSpec { allowed, denied, judge, judges } = spec;
    let mut table = Table::new();
    put_list(&mut table, "allowed", allowed);
    put_list(&mut table, "denied", denied);
    let rule = |(at, (domain, judge)): (usize, &(String, Option<String>))| match judge {
        None if at % 2 == 0 => Value::from(domain),
        judge => {
            let mut rule = InlineTable::new();
            rule.insert("domain", Value::from(domain));
            if let Some(judge) = judge {
                rule.insert("judge", Value::from(judge));
            }
            Value::from(rule)
        }
    };
    match judge {
        Field::Absent => {}
        Field::Empty => drop(table.insert("judge", value(Array::new()))),
        Field::Value(rules) => {
            drop(table.insert("judge", value(rules.iter().enumerate().map(rule).collect::<Array>())));
        }
    }
    let mut names = Table::new();
    for (name, text) in judges {
        put_text(&mut names, name, text);
    }
    put_table(&mut table, "judges", names);
    table
}

fn tools(spec: &ToolsSpec) -> Table {
    let ToolsSpec { pre_approved, allowed, denied, strict } = spec;
    let mut table = Table::new();
    put_list(&mut table, "pre_approved", pre_approved);
    put_list(&mut table, "allowed", allowed);
    put_list(&mut table, "denied", denied);
    if let Some(strict) = strict {
        table.insert("strict", value(*strict));
    }
    table
}

fn memory_table(spec: &MemorySpec) -> Table {
    let mut table = Table::new();
    if let Some(enabled) = spec.enabled {
        table.insert("enabled", value(enabled));
    }
    table.insert("name", value("Generated"));
    table.insert("visibility", value("private"));
    if let Some(models) = spec.models {
        table.insert("models", value(models));
    }
    table
}

fn tables(tables: impl Iterator<Item = Table>) -> Item {
    Item::ArrayOfTables(tables.collect::<ArrayOfTables>())
}

/// An empty table declares nothing and is left out, but for that of a server's id.
fn put_table(table: &mut Table, key: &str, inner: Table) {
    if !inner.is_empty() {
        table.insert(key, Item::Table(inner));
    }
}

fn put_text(table: &mut Table, key: &str, field: &Field<String>) {
    match field {
        Field::Absent => {}
        Field::Empty => drop(table.insert(key, value(""))),
        Field::Value(text) => drop(table.insert(key, value(text))),
    }
}

fn put_word(table: &mut Table, key: &str, field: &Field<&str>) {
    match field {
        Field::Absent => {}
        Field::Empty => drop(table.insert(key, value(""))),
        Field::Value(word) => drop(table.insert(key, value(*word))),
    }
}

fn put_list(table: &mut Table, key: &str, field: &Field<Vec<String>>) {
    match field {
        Field::Absent => {}
        Field::Empty => drop(table.insert(key, value(Array::new()))),
        Field::Value(texts) => drop(table.insert(key, value(texts.iter().collect::<Array>()))),
    }
}

fn entries(entries: &Entries) -> Table {
    let mut table = Table::new();
    for (key, entry) in entries {
        table.insert(key, value(text(entry)));
    }
    table
}

fn text(entry: &Entry) -> String {
    match entry {
        Entry::Empty => String::new(),
        Entry::Literal(text) => text.clone(),
        Entry::Variable { name, blanks: false } => format!("${name}"),
        Entry::Variable { name, blanks: true } => format!("  ${name} "),
        Entry::Escaped(name) => format!("$${name}"),
    }
}
