//! Prompts and skills as files.

use serde_json::{Map, Value as Json, json};

use super::spec::{AgentSpec, Field, FrontmatterSpec, SkillSpec};
use super::yaml;

/// The Markdown files of an agent, by path.
pub(super) fn prompts(agent: &AgentSpec) -> Vec<(String, String)> {
    let files = [("IDENTITY.md", &agent.identity), ("SOUL.md", &agent.soul), ("USER.md", &agent.user)];
    let file = |(name, field): (&str, &Field<String>)| {
        let text = match field {
            Field::Absent => return None,
            Field::Empty => " \n".to_owned(),
            Field::Value(text) => format!("\n{text}\n"),
        };
        Some((format!("agents/{}/{name}", agent.id), text))
    };
    files.into_iter().filter_map(file).collect()
}

/// The files of skills below a directory.
pub(super) fn skills(directory: &str, skills: &[SkillSpec]) -> Vec<(String, String)> {
    let file = |SkillSpec { name, body, frontmatter }: &SkillSpec| match frontmatter {
        None => (format!("{directory}/{name}.md"), format!("{body}\n")),
        Some(frontmatter) => {
            // Without any key there is no block.
            let front = front(name, frontmatter);
            let block = if front.is_empty() { String::new() } else { yaml::document(&Json::Object(front)) };
            let block = if block.is_empty() { block } else { format!("---\n{block}---\n") };
            (format!("{directory}/{name}/SKILL.md"), format!("{block}{body}\n"))
        }
    };
    skills.iter().map(file).collect()
}

fn front(skill: &str, frontmatter: &FrontmatterSpec) -> Map<String, Json> {
    let FrontmatterSpec { named, description, packages, allow, deny, judge, judges, servers } = frontmatter;
    let mut front = Map::new();
    let mut put = |key: &str, value: Option<Json>| front.extend(value.map(|value| (key.to_owned(), value)));
    put("name", named.then(|| json!(skill)));
    put("description", description.as_ref().map(|text| json!(text)));
    put("nixPackages", packages.as_ref().map(|packages| json!(packages)));
    let rule = |(domain, judge): &(String, Option<String>)| match judge {
        Some(judge) => json!({"domain": domain, "judge": judge}),
        None => json!(domain),
    };
    let parts = [
        ("allow", allow.as_ref().map(|domains| json!(domains))),
        ("deny", deny.as_ref().map(|domains| json!(domains))),
        ("judge", judge.as_ref().map(|rules| rules.iter().map(rule).collect())),
    ];
    let network: Map<_, _> = parts.into_iter().filter_map(|(key, part)| Some((key.to_owned(), part?))).collect();
    put("network", (!network.is_empty()).then_some(Json::Object(network)));
    let judges: Map<_, _> = judges.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
    put("judges", (!judges.is_empty()).then_some(Json::Object(judges)));
    let server = |(id, remote): &(&str, bool)| {
        let server = if *remote {
            json!({"url": format!("https://{id}.example/mcp"), "type": "sse"})
        } else {
            json!({"command": id, "args": ["--quiet", ""]})
        };
        ((*id).to_owned(), server)
    };
    let servers: Map<_, _> = servers.iter().map(server).collect();
    put("mcpServers", (!servers.is_empty()).then_some(Json::Object(servers)));
    front
}
